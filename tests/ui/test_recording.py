"""Whole recordings in the real window and desk, before stand-in devices: by mouse, by keys, in two languages."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from drivers.api import Role
from hw_sim import scene
from station.biometrics.model import CAPTURE_ORDER, ExceptionKind
from station.capture.facts import DeskFacts, Step
from station.capture.scenario import Scenario
from station.text import Language
from tests.helpers.counter import CAPTURES, DEVICES, SCENARIO, Hands, Served, by_hand, is_named, on_bench, unplug
from tests.hw_sim.benches import bench
from ui.events import click, press_by_keyboard
from ui.gallery import SIZE_MM, SIZE_PX
from ui.presenters.intents import Edit
from ui.robot import Robot
from ui.shell import Shell
from ui.theme import Theme

GUARD = "ui.widgets.button.GUARD_S"
SIGN_EVERY_S = 6.0  # on the fake clock: a pen that signs twice at once would write over itself


class Room:
    """A window, the counter behind it, and an officer who presses what the window shows."""

    def __init__(self, served: Served, shell: Shell, robot: Robot) -> None:
        self.served, self.shell, self.robot = served, shell, robot
        self._signed_s = -SIGN_EVERY_S
        self.each_turn: Callable[[DeskFacts], None] = lambda _facts: None
        obedient = served.follow
        served.follow = lambda facts: self._turn(obedient, facts)

    def _turn(self, obedient: Callable[[DeskFacts], None], facts: DeskFacts) -> None:
        now_s = self.served.clock.monotonic_s()
        signs = facts.step is Step.SIGNATURE
        if not self.robot.excepts(facts) and not (signs and now_s - self._signed_s < SIGN_EVERY_S):
            self._signed_s = now_s if signs else self._signed_s
            obedient(facts)
        self.each_turn(facts)
        QApplication.processEvents()
        self.robot.act(self.shell.facts)

    def record(self, end: Step = Step.DONE) -> None:
        self.served.until(lambda: self.served.step is end)


@contextmanager
def room(
    qtbot: QtBot,
    folder: Path,
    scenario: Scenario = SCENARIO,
    hand: Callable[[QWidget], None] = click,
    lock_after_s: float | None = None,
) -> Iterator[tuple[Room, Hands]]:
    with by_hand(folder, lock_after_s=lock_after_s) as (served, hands):
        yield before(served, qtbot, scenario, hand), hands


def before(served: Served, qtbot: QtBot, scenario: Scenario, hand: Callable[[QWidget], None]) -> Room:
    """The window of this counter, and the officer before it."""
    now_s = served.clock.monotonic_s
    shell = Shell(served.desk, Theme.for_screen(*SIZE_PX, *SIZE_MM), Language.INDONESIAN, now_s)
    qtbot.addWidget(shell)
    shell.resize(*SIZE_PX)
    shell.show()
    shell.activateWindow()
    robot = Robot(shell, scenario, lambda _words: None, hand, now_s, pace_s=0.0)
    served.desk.on_frame(robot.saw)
    return Room(served, shell, robot)


@pytest.fixture(autouse=True)
def _presses_follow_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GUARD, 0.0)


@pytest.mark.parametrize("hand", [click, press_by_keyboard], ids=["the mouse", "the keyboard alone"])
def test_a_whole_recording_by(qtbot: QtBot, tmp_path: Path, hand: Callable[[QWidget], None]) -> None:
    with room(qtbot, tmp_path, hand=hand) as (one, _hands):
        one.record()
        assert one.served.case.done is not None
        assert [item.by_exception for item in one.served.case.review].count(True) == 0


def is_back(served: Served, role: Role) -> bool:
    return not is_named(served, role)


def test_with_real_drivers_every_pulled_cable_is_said_and_the_window_comes_back_to_the_same_place(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene, "LIFTED_S", 0.05)
    names = [name for name, _kind in DEVICES.values()]
    with bench(*names, links=tmp_path / "links") as devices, on_bench(tmp_path, devices) as (served, _judge):
        one = before(served, qtbot, SCENARIO, click)
        for role, step in CAPTURES:
            one.record(step)
            unplug(devices, role)
            served.until(partial(is_named, served, role))
            title = one.shell.windowTitle()
            assert [button.text() for button in one.shell.secondary if button.isVisible()][-1] == "Lihat alat"
            unplug(devices, role, out=False)
            served.until(partial(is_back, served, role))
            assert one.shell.windowTitle() == title or served.step is not step
        one.record()
        assert served.case.done is not None


def test_the_language_switched_at_every_step_disturbs_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as (one, _hands):
        seen: set[tuple[Step, Language]] = set()

        def switch(facts: DeskFacts) -> None:
            key = (facts.step, one.shell.text.language)
            if key not in seen:
                seen.add(key)
                one.shell.switch_language()

        one.each_turn = switch
        one.record()
        assert {step for step, _ in seen} >= {Step.SHIFT, Step.PHOTO, Step.FINGERS, Step.SIGNATURE, Step.REVIEW}


def test_every_exception_path_ends_in_a_sealed_case(qtbot: QtBot, tmp_path: Path) -> None:
    kinds = (ExceptionKind.MISSING, ExceptionKind.BANDAGED, ExceptionKind.UNREADABLE)
    scenario = replace(SCENARIO, exceptions=tuple(zip(CAPTURE_ORDER[1:4], kinds, strict=True)), cannot_sign=True)
    with room(qtbot, tmp_path, scenario) as (one, _hands):
        one.record()
        excepted = [item for item in one.served.case.review if item.by_exception]
        assert len(excepted) == 4
        assert all(item.approver for item in excepted)


def test_recordings_one_after_the_other_leave_no_widget_thread_or_timer(qtbot: QtBot, tmp_path: Path) -> None:
    with room(qtbot, tmp_path) as (one, _hands):

        def left() -> tuple[int, int, int]:
            gc.collect()
            timers = [timer for timer in one.shell.findChildren(QTimer) if timer.isActive()]
            return len(one.shell.findChildren(QWidget)), threading.active_count(), len(timers)

        counts = []
        for _ in range(3):
            one.record()
            one.served.desk.finish()
            one.served.until(lambda: one.served.step is Step.HOME)
            counts.append(left())
        assert counts[1] == counts[2]
        assert counts[2][2] == 0


def test_an_officer_who_types_is_not_locked_out_and_one_who_left_is(qtbot: QtBot, tmp_path: Path) -> None:
    after_s = 600.0
    with room(qtbot, tmp_path, lock_after_s=after_s) as (one, _hands):
        one.record(Step.BIODATA)
        one.served.follow = lambda _facts: None
        for name in ("SITI", "SITI N", "SITI NUR"):
            one.served.wait(after_s * 0.7)
            one.shell.take(Edit(replace(one.shell.view.draft, name=name)))
            assert one.served.facts.locked is None
        one.served.wait(after_s * 1.1)
        assert one.served.facts.locked is not None
        assert one.shell.view.draft.name == "SITI NUR"
