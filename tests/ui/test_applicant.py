"""What the applicant sees, and what is heard."""

import io
import wave
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QObject
from PyQt6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from drivers.api import PadSize
from station.capture.facts import CaseFacts, DeskFacts, LockFacts, Step
from station.config import Sounds
from station.health.model import Item, Person
from station.text import Language, Text, msg
from tests.ui.conftest import Bench, PaddedText
from ui import samples
from ui.events import click
from ui.gallery import Shot, shots
from ui.presenters import applicant
from ui.presenters.applicant import Scene
from ui.presenters.cues import Cue, cue
from ui.presenters.intents import Place
from ui.presenters.view import View
from ui.second_screen import Beside, SecondScreen
from ui.sounds import Speaker, tone
from ui.theme import FRAME_MM, Theme
from ui.widgets.button import ActionButton
from ui.widgets.ink import InkPad
from ui.widgets.marks import Words
from ui.widgets.pictograms import DRAWN

MakeBench = Callable[..., Bench]
ENGLISH = Text(Language.ENGLISH)


def shot(name: str) -> Shot:
    return next(one for one in shots() if one.name == name)


def scene(step: Step, case: CaseFacts | None = None) -> Scene:
    return applicant.present(samples.desk(step, case or samples.case()), View()).scene


def test_every_scene_is_drawn() -> None:
    assert set(DRAWN) == set(Scene)


def test_hands_are_cleaned_before_the_temperature_is_taken() -> None:
    case = samples.case()
    assert scene(Step.CHECKLIST, case) is Scene.CLEAN_HANDS
    clean = replace(case, checklist=samples.checklist(frozenset({Item.APPLICANT_HANDS})))
    assert scene(Step.CHECKLIST, clean) is Scene.FOREHEAD
    both = frozenset({Item.APPLICANT_HANDS, Item.APPLICANT_TEMPERATURE})
    assert scene(Step.CHECKLIST, replace(case, checklist=samples.checklist(both))) is Scene.WAIT


def test_a_finger_is_put_down_held_and_lifted() -> None:
    case = samples.case()
    assert scene(Step.FINGERS, replace(case, fingers=samples.fingers(2))) is Scene.FINGER_DOWN
    arriving = replace(samples.fingers(2), rows_shown=90)
    assert scene(Step.FINGERS, replace(case, fingers=arriving)) is Scene.FINGER_HELD
    assert scene(Step.FINGERS, replace(case, fingers=samples.fingers(2, samples.GOOD, 1))) is Scene.FINGER_UP


def test_nobody_is_shown_while_no_case_is_open_or_the_screen_is_locked() -> None:
    assert applicant.present(samples.desk(Step.HOME), View()).scene is Scene.WAIT
    case = samples.case()
    taken = replace(case, photo=replace(case.photo, picture=samples.drawn_face()))
    open_case = samples.desk(Step.PHOTO_APPROVAL, taken)
    assert applicant.present(open_case, View()).picture is not None
    locked = replace(open_case, locked=LockFacts(samples.OFFICERS[0], ()))
    assert applicant.present(locked, View()).picture is None


def test_one_screen_is_turned_and_turned_back_by_one_button(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    one.show(shot("photo_approval"))
    click(one.shell.header.turn)
    places = [one.shell.view.place]
    assert one.shell.primary.text() == "Back to the officer"
    assert [button for button in one.shell.secondary if button.isVisible()] == []
    click(one.shell.primary)
    places.append(one.shell.view.place)
    assert places == [Place.APPLICANT, Place.MAIN]
    assert one.counter.asked == []


def test_a_second_screen_follows_and_the_turning_button_goes(bench: MakeBench, qtbot: QtBot, theme: Theme) -> None:
    one = bench(Language.ENGLISH)
    second = SecondScreen(theme)
    qtbot.addWidget(second)
    second.resize(1280, 720)
    second.show()
    one.shell.set_second(second)
    one.show(shot("finger_poor"))
    words = [label.text() for label in second.findChildren(Words) if label.isVisible()]
    assert "Lay the finger flat, the soft pad on the glass." in words
    assert not one.shell.header.turn.isVisible()
    assert second.findChildren(ActionButton) == []
    one.shell.switch_language()
    shown = [label.text() for label in second.findChildren(Words) if label.isVisible()]
    assert "Sekali lagi" in shown
    one.shell.set_second(None)
    assert one.shell.header.turn.isVisible()


@pytest.mark.parametrize("size", [(1280, 720), (1024, 600)], ids=["wide", "small"])
def test_nothing_is_clipped_on_the_second_screen(bench: MakeBench, qtbot: QtBot, size: tuple[int, int]) -> None:
    one = bench(make_text=PaddedText)
    second = SecondScreen(Theme.for_screen(*size, *FRAME_MM))
    qtbot.addWidget(second)
    second.resize(*size)
    second.show()
    one.shell.set_second(second)
    trouble = set()
    for each in shots():
        one.show(replace(each, view=View(now_s=samples.NOW_S)))
        for label in second.findChildren(Words):
            if label.isVisible() and label.heightForWidth(label.width()) > label.height() + 1:
                trouble.add(f"{each.name}: {label.text()}")
    one.shell.set_second(None)
    assert not trouble


def test_ink_and_camera_reach_the_second_screen_at_once(bench: MakeBench, qtbot: QtBot, theme: Theme) -> None:
    one = bench()
    second = SecondScreen(theme)
    qtbot.addWidget(second)
    one.shell.set_second(second)
    one.show(shot("signature"))
    case = one.counter.facts.case
    assert case is not None
    inked = replace(case, signature=replace(case.signature, points=samples.drawn_ink(), size=PadSize(100, 70, 10)))
    one.counter.send_ink(replace(one.counter.facts, case=inked))
    pad = second.findChild(InkPad)
    assert pad is not None
    assert pad.count == len(samples.drawn_ink())
    one.show(shot("home"))
    assert pad.count == 0
    one.shell.set_second(None)


def test_screens_that_come_and_go_are_followed(qtbot: QtBot, qapp: QGuiApplication) -> None:
    given: list[SecondScreen | None] = []
    beside = Beside(qapp, given.append)
    assert given == []
    beside._open(qapp.screens()[0])
    (opened,) = given
    assert opened is not None
    qtbot.addWidget(opened)
    beside.look()
    assert given == [opened, None]
    beside.close()


def heard(before: DeskFacts, after: DeskFacts) -> Cue | None:
    return cue(before, after)


def test_trouble_is_heard_before_good_news() -> None:
    before = samples.desk(Step.FINGERS, replace(samples.case(), fingers=samples.fingers(2)))
    good = samples.desk(Step.FINGERS, replace(samples.case(), fingers=samples.fingers(2, samples.GOOD, 1)))
    assert heard(before, good) is Cue.GOOD
    assert heard(before, replace(good, problem=msg("Wrong PIN"))) is Cue.ATTENTION
    assert heard(good, replace(good, devices=samples.devices(well=False))) is Cue.ATTENTION


def test_a_poor_finger_sounds_unlike_a_good_one_and_nothing_new_is_silent() -> None:
    before = samples.desk(Step.FINGERS, replace(samples.case(), fingers=samples.fingers(2)))
    poor = samples.desk(Step.FINGERS, replace(samples.case(), fingers=samples.fingers(2, samples.POOR, 1)))
    assert heard(before, poor) is Cue.AGAIN
    assert heard(poor, poor) is None
    assert heard(before, samples.desk(Step.HOME)) is None


def test_a_measured_temperature_is_heard() -> None:
    case = samples.case()
    measuring = replace(case, checklist=samples.checklist(measuring=Person.APPLICANT))
    held = replace(case, checklist=samples.checklist(frozenset({Item.APPLICANT_TEMPERATURE})))
    before = samples.desk(Step.CHECKLIST, measuring)
    assert heard(before, samples.desk(Step.CHECKLIST, held)) is Cue.GOOD
    assert heard(before, samples.desk(Step.CHECKLIST, case)) is Cue.AGAIN


def test_the_end_is_heard_once(bench: MakeBench) -> None:
    played: list[Cue] = []
    one = bench(play=played.append)
    one.show(shot("sealing"))
    one.show(shot("done"))
    one.shell.switch_language()
    assert played == [Cue.DONE]


@pytest.mark.parametrize("which", Cue, ids=lambda one: one.value)
def test_a_tone_is_a_short_wav_at_its_pitch_and_volume(which: Cue) -> None:
    with wave.open(io.BytesIO(tone(which, 50)), "rb") as read:
        assert (read.getnchannels(), read.getsampwidth()) == (1, 2)
        samples_16 = np.frombuffer(read.readframes(read.getnframes()), "<i2")
        assert 0.2 < len(samples_16) / read.getframerate() < 0.7
    assert 0.3 < np.abs(samples_16).max() / 32767 <= 0.5
    assert abs(int(samples_16[0])) < 200
    assert np.abs(np.frombuffer(tone(which, 0)[44:], "<i2")).max() == 0


def test_no_player_is_no_trouble(qtbot: QtBot) -> None:
    parent = QObject()
    speaker = Speaker(Sounds(), parent, program="/nonexistent/aplay")
    speaker.play(Cue.GOOD)
    qtbot.waitUntil(lambda: not speaker.works)
    speaker.play(Cue.DONE)
    speaker.close()


def test_sounds_switched_off_start_nothing() -> None:
    parent = QObject()
    speaker = Speaker(Sounds(enabled=False), parent, program="/nonexistent/aplay")
    assert not speaker.works
    speaker.play(Cue.GOOD)
    speaker.close()


def test_a_tone_reaches_the_player_whole(qtbot: QtBot, tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    player = tmp_path / "player"
    player.write_text(f"#!/bin/sh\ncat >{tmp_path}/heard\nmv {tmp_path}/heard {tmp_path}/whole\n", encoding="utf-8")
    player.chmod(0o755)
    parent = QObject()
    speaker = Speaker(Sounds(volume_percent=40), parent, program=str(player))
    speaker.play(Cue.AGAIN)
    qtbot.waitUntil((tmp_path / "whole").exists)
    assert (tmp_path / "whole").read_bytes() == tone(Cue.AGAIN, 40)
    speaker.close()
