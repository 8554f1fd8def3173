"""Shift, queue, open cases, lock, handover, pause, bedside and retakes: words and intents."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from station.capture.counter import CaseDraft
from station.capture.facts import LockFacts, Step
from station.health.model import Item, Person
from station.registry.model import Ground, RoleOfOfficer
from station.text import Language, Text, msg
from tests.ui.conftest import Bench
from ui import samples
from ui.events import click, press_key, type_text
from ui.gallery import Shot, shots
from ui.presenters import home, lock, more, queue, shift, window
from ui.presenters.common import Action, Tone
from ui.presenters.intents import Do, Go, Place, SetBedside, TakeOver, Unlock
from ui.presenters.view import View, followed
from ui.widgets.button import ActionButton
from ui.widgets.marks import Words
from ui.widgets.pictures import CameraView

MakeBench = Callable[..., Bench]
ENGLISH = Text(Language.ENGLISH)
LOCK = LockFacts(samples.OFFICERS[0], samples.OFFICERS[1:3])


def shot(name: str) -> Shot:
    return next(one for one in shots() if one.name == name)


def button(one: Bench, name: str) -> ActionButton:
    return next(b for b in one.shell.findChildren(ActionButton) if b.isVisible() and b.accessibleName() == name)


def words_on(one: Bench) -> list[str]:
    return [label.text() for label in one.shell.findChildren(Words) if label.isVisible()]


def labels(actions: tuple[Action, ...]) -> list[str]:
    return [ENGLISH(action.label) for action in actions]


def test_a_shift_is_begun_by_temperature_wiping_and_tests(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    one.show(shot("shift_trouble"))
    click(button(one, "Measure again, Your temperature"))
    click(button(one, "Wiped, Signature pad"))
    click(button(one, "Test again"))
    click(one.shell.primary)
    assert one.counter.asked == [
        ("measure", Person.OFFICER),
        ("confirm", Item.SIGNATURE_WIPED, True),
        ("test_devices",),
        ("begin_shift",),
    ]


def test_a_failed_test_says_what_to_do_and_does_not_hold_the_shift_up() -> None:
    facts = replace(samples.desk(Step.SHIFT), shift=samples.shift(5), tests=samples.self_tests(4, well=False))
    state = shift.present(facts, View())
    failed = next(device for device in state.devices if device.mark.tone is Tone.BAD)
    assert "plugged in and does not answer" in ENGLISH(failed.sentence)
    assert "Pull its cable out" in ENGLISH(failed.sentence)
    assert state.bar.primary is not None
    assert state.bar.primary.enabled


def test_a_person_of_the_queue_is_one_press_away(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    one.show(shot("home_queue"))
    click(button(one, "BUDI CONTOH I, A-102 · Hospital · doubts: 1"))
    assert one.counter.asked == [("pick_application", "q1")]


def test_a_long_queue_is_turned_page_by_page_and_comes_round() -> None:
    facts = replace(samples.desk(Step.HOME), queue=samples.queue(12))
    first, second, third = (queue.present(facts, View(page=page)) for page in range(3))
    assert (len(first.people), len(second.people)) == (10, 2)
    assert third.people == first.people
    assert first.problem == facts.queue.problems[0]


def test_the_filled_form_of_the_queue_opens_whole() -> None:
    before = samples.desk(Step.HOME)
    draft = CaseDraft(name="CONTOH", ground=Ground.BPJS)
    after = replace(samples.desk(Step.BIODATA), draft=draft)
    assert followed(View(), before, after).draft == draft
    other = CaseDraft(name="LAIN")
    picked = followed(View(place=Place.QUEUE, draft=draft), after, replace(after, draft=other))
    assert (picked.place, picked.draft) == (Place.MAIN, other)
    typed = replace(draft, name="DIUBAH")
    assert followed(View(draft=typed), after, replace(after, waiting=9)).draft == typed


def test_a_case_of_before_the_power_cut_is_gone_on_with(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    one.show(shot("home_power_cut"))
    click(button(one, "Cases left open by a power cut: 2"))
    click(button(one, "Go on with it, 6472-20261124-0006"))
    assert one.counter.asked == [("take_up_case", "6472-20261124-0006")]


def test_giving_an_open_case_up_is_asked_twice(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    one.show(shot("open_cases"))
    click(button(one, "Give it up, 6472-20261124-0007"))
    assert one.counter.asked == []
    assert QApplication.focusWidget() is one.shell.primary
    click(button(one, "Give the case up"))
    assert one.counter.asked == [("give_up_case", "6472-20261124-0007")]


def test_the_lock_hides_everything_and_the_work_stays(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("photo_good"))
    before = one.shell.windowTitle()
    open_case = one.counter.facts
    one.counter.tell(replace(open_case, locked=LOCK))
    assert not any("CONTOH" in words or "6472" in words for words in words_on(one))
    assert not [view for view in one.shell.findChildren(CameraView) if view.isVisible()]
    one.counter.tell(open_case)
    assert one.shell.windowTitle() == before


def test_a_frame_that_comes_late_does_not_show_through_the_lock(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("photo_good"))
    one.counter.tell(replace(one.counter.facts, locked=LOCK))
    one.counter.send_frame(samples.frame(samples.GOOD_PHOTO))
    camera = one.shell.findChild(CameraView)
    assert camera is not None
    assert camera._image is None


def test_no_key_gets_past_the_lock(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("finger_first"))
    one.counter.tell(replace(one.counter.facts, locked=LOCK))
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Space):
        press_key(QApplication.focusWidget() or one.shell, int(key))
    assert one.counter.asked == []
    type_text(one.shell, "1122")
    press_key(one.shell, int(Qt.Key.Key_Return))
    assert one.counter.asked == [("unlock", "1122")]


def test_half_a_form_is_still_there_after_the_lock(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("person"))
    draft, form = one.shell.view.draft, one.counter.facts
    one.counter.tell(replace(form, locked=LOCK))
    type_text(one.shell, "11")
    one.counter.tell(form)
    assert one.shell.view.draft == draft
    assert (one.shell.view.page, one.shell.view.pin) == (2, "")


def test_another_officer_unlocks_by_taking_over() -> None:
    state = lock.present(LOCK, View(officer_id="p-02", pin="11"))
    assert state.bar.primary is not None
    assert state.bar.primary.intent == TakeOver("p-02", "11")
    own = lock.present(LOCK, View(pin="11")).bar.primary
    assert own is not None
    assert own.intent == Unlock("11")


def test_a_wrong_pin_at_the_lock_waits_and_says_so() -> None:
    refused = replace(LOCK, refused=msg("Wrong PIN"), retry_at_s=samples.NOW_S + 20)
    state = lock.present(refused, View(pin="1", now_s=samples.NOW_S))
    assert ENGLISH(state.pin.line) == "Wait 20 seconds, then try again"
    assert state.pin.locked
    desk = replace(samples.desk(Step.HOME), locked=LOCK)
    assert followed(View(pin="12"), desk, replace(desk, locked=refused)).pin == ""


def test_a_technician_is_never_offered_the_counter() -> None:
    facts = samples.desk(Step.HOME)
    assert {one.role for one in lock.successors(facts)} == {RoleOfOfficer.OFFICER, RoleOfOfficer.SUPERVISOR}
    assert facts.officer not in lock.successors(facts)


@pytest.mark.parametrize(
    ("step", "offered"),
    [
        (Step.PHOTO, "Pause the recording"),
        (Step.REVIEW, "Pause the recording"),
        (Step.CHECKLIST, "Applicant lies in bed"),
    ],
    ids=lambda one: one.value if isinstance(one, Step) else "",
)
def test_what_is_seldom_needed_is_one_press_away(step: Step, offered: str) -> None:
    entries = more.present(samples.desk(step, samples.case())).entries
    assert offered in labels(entries)
    assert labels(entries)[-1] == "Discard the case"
    assert {"Hand the counter over", "Lock the screen", "Show devices"} <= set(labels(entries))


def test_a_bedside_recording_is_set_with_the_companions_name_and_unset(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    one.show(replace(shot("bedside"), view=View(place=Place.BEDSIDE)))
    type_text(QApplication.focusWidget() or one.shell, "Ibu")
    assert "Ibu" not in repr(one.shell.view)
    click(one.shell.primary)
    assert one.counter.asked == [("set_bedside", True, "Ibu")]
    lying = samples.desk(Step.CHECKLIST, replace(samples.case(), bedside=True))
    assert SetBedside(False) in [entry.intent for entry in more.present(lying).entries]


@pytest.mark.parametrize("name", ["photo_retake", "finger_retake"])
def test_a_retake_can_be_left_for_what_was_there_before(bench: MakeBench, name: str) -> None:
    one = bench(Language.ENGLISH)
    one.show(shot(name))
    click(button(one, "Keep the one before"))
    assert one.counter.asked == [("cancel_retake",)]


def test_a_paused_recording_goes_on(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    one.show(shot("paused"))
    click(one.shell.primary)
    assert one.counter.asked == [("resume",)]


def test_a_pulled_cable_leads_to_the_devices_and_back_to_the_same_place(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    ill = replace(shot("finger_first").facts, devices=samples.devices(well=False))
    one.show(replace(shot("finger_first"), facts=ill))
    title = one.shell.windowTitle()
    click(button(one, "Show devices"))
    assert one.counter.asked == [("watch_temperature", True)]
    press_key(QApplication.focusWidget() or one.shell, int(Qt.Key.Key_Escape))
    assert one.counter.asked[-1] == ("watch_temperature", False)
    assert one.shell.windowTitle() == title
    one.counter.tell(replace(ill, devices=samples.devices()))
    assert one.shell.windowTitle() == title
    assert not [b for b in one.shell.secondary if b.isVisible() and b.text() == "Show devices"]


def test_a_log_out_or_a_new_case_never_waits_for_a_queue() -> None:
    state = home.present(replace(samples.desk(Step.HOME), queue=samples.queue(), open_cases=samples.open_cases()))
    assert state.bar.primary is not None
    assert state.bar.primary.intent is Do.NEW_CASE
    assert state.left_open is not None
    assert state.left_open.intent == Go(Place.OPEN_CASES)


def test_every_screen_offers_a_way_on_or_back() -> None:
    for one in shots():
        bar = window.present(one.facts, one.view).bar
        actions = [action for action in (bar.primary, *bar.secondary) if action is not None]
        moving = [action for action in actions if action.enabled]
        waits = one.name in ("sealing", "locked", "locked_refused", "login_locked")
        assert moving or waits, one.name
