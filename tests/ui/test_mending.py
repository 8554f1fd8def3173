"""Every refusal offers the next step, and no screen is a dead end."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PyQt6.QtWidgets import QApplication

from station.biometrics.model import FingerPosition
from station.capture.facts import DeskFacts, FieldProblem, Step, Trouble
from station.health.model import Item
from station.text import Language, msg
from tests.ui.conftest import Bench
from ui import samples
from ui.events import click
from ui.gallery import DRAFT, Shot, shots
from ui.presenters import mending
from ui.presenters.common import Action, Bar
from ui.presenters.intents import Change, Do, EnterPin, Go, Intent, Place
from ui.presenters.view import View
from ui.widgets.button import ActionButton

MakeBench = Callable[..., Bench]


def refused(step: Step, trouble: Trouble | None) -> DeskFacts:
    facts = samples.desk(step, None if step in (Step.SHIFT, Step.HOME, Step.BIODATA) else samples.case())
    return replace(facts, problem=msg("Wrong PIN"), trouble=trouble)


@pytest.mark.parametrize(
    ("step", "trouble", "intent"),
    [
        (Step.HOME, Trouble.DISK_FULL, Go(Place.WAITING)),
        (Step.SHIFT, Trouble.OFFICER_HOT, Go(Place.HANDOVER)),
        (Step.CHECKLIST, Trouble.OFFICER_HOT, Go(Place.HANDOVER)),
        (Step.HOME, Trouble.NOT_ALLOWED, Go(Place.HANDOVER)),
        (Step.CHECKLIST, Trouble.CASE_IN_HAND, Go()),
        (Step.PHOTO_APPROVAL, Trouble.PHOTO, Do.RETAKE_PHOTO),
        (Step.HOME, Trouble.NOT_IN_QUEUE, Go(Place.QUEUE)),
        (Step.HOME, Trouble.NOT_OPEN, Go(Place.OPEN_CASES)),
        (Step.FINGERS, Trouble.PIN, EnterPin("")),
        (Step.BIODATA, Trouble.PIN, Go(Place.MAIN, 1)),
        (Step.PHOTO, None, None),
    ],
)
def test_what_mends(step: Step, trouble: Trouble | None, intent: Intent | None) -> None:
    action = mending.present(refused(step, trouble), View())
    assert (action.intent if action is not None else None) == intent


def test_every_kind_of_trouble_has_a_button_where_it_arises() -> None:
    missing = replace(samples.case().review[3], missing=True)
    full = replace(samples.case(), review=(missing,), checklist=samples.checklist(frozenset()))
    for trouble in Trouble:
        facts = replace(refused(Step.CHECKLIST, trouble), case=full)
        assert mending.present(facts, View()) is not None, trouble


def test_a_refused_form_leads_to_its_first_bad_field() -> None:
    problems = (FieldProblem("religion", msg("Fill this in"), True), FieldProblem("rt_rw", msg("Fill this in"), True))
    facts = replace(refused(Step.BIODATA, Trouble.FIELDS), field_problems=problems)
    action = mending.present(facts, View(page=4))
    assert action is not None
    assert action.intent == Go(Place.MAIN, 3)


def test_a_refused_seal_leads_to_the_first_thing_that_is_missing() -> None:
    case = samples.case()
    position = FingerPosition.LEFT_RING
    lost = replace(case.review[0], missing=True, finger=position)
    facts = replace(refused(Step.REVIEW, Trouble.LACKING), case=replace(case, review=(*case.review[1:], lost)))
    action = mending.present(facts, View())
    assert action is not None
    assert action.intent == Change(case.review[0].change, position) if case.review[0].change else False


def test_a_button_that_is_there_already_is_not_shown_twice() -> None:
    back = Action(msg("Back"), Go(), back=True)
    assert mending.beside(replace(back, label=msg("Back to the case")), Bar(msg("Devices"), back)).secondary == ()


def named(one: Bench, name: str) -> ActionButton:
    return next(b for b in one.shell.findChildren(ActionButton) if b.isVisible() and b.accessibleName() == name)


def test_what_is_missing_at_the_start_of_a_shift_gets_the_focus(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    facts = replace(refused(Step.SHIFT, Trouble.ITEMS), shift=samples.shift(2), tests=samples.self_tests())
    one.show(Shot("refused", facts, View(now_s=samples.NOW_S)))
    for _ in range(2):  # a second press leads there again
        click(named(one, "Go to what is missing"))
        focused = QApplication.focusWidget()
        assert focused is not None
        assert focused.accessibleName() == "Wiped, Camera"
        one.shell.primary.setFocus()
        one.now_s += 1


def test_a_wrong_field_of_the_page_that_is_open_gets_the_focus(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    problem = FieldProblem("birth_place", msg("Fill this in"), True)
    facts = replace(refused(Step.BIODATA, Trouble.FIELDS), field_problems=(problem,))
    one.show(Shot("refused", facts, View(draft=DRAFT, page=2, now_s=samples.NOW_S)))
    one.shell.primary.setFocus()
    click(named(one, "Go to the field"))
    focused = QApplication.focusWidget()
    assert focused is not None
    assert "Place of birth" in focused.accessibleName()


def test_a_wrong_date_is_told_at_home_and_holds_nobody_up(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    wrong = msg("The clock leapt ahead. Check the date and time; recording goes on.")
    for step, told in ((Step.SHIFT, True), (Step.HOME, True), (Step.CHECKLIST, False)):
        case = samples.case() if step is Step.CHECKLIST else None
        one.show(Shot("clock", replace(samples.desk(step, case), clock=wrong), View(now_s=samples.NOW_S)))
        words = [label.text() for label in one.shell.findChildren(type(one.shell._heading)) if label.isVisible()]
        assert any(word.startswith("The clock leapt ahead") for word in words) is told, step
        assert one.shell.primary.active


def items_of_the_gate(view: View) -> Action | None:
    some = samples.checklist(frozenset({Item.OFFICER_TEMPERATURE}), refused=True)
    facts = replace(refused(Step.CHECKLIST, Trouble.ITEMS), case=replace(samples.case(), checklist=some))
    return mending.present(facts, view)


def test_the_gate_leads_to_the_first_missing_item_unless_each_has_its_own_button() -> None:
    action = items_of_the_gate(View())
    assert action is not None
    assert action.intent == Go(focus=Item.APPLICANT_TEMPERATURE)
    assert items_of_the_gate(View(start_asked=True)) is None


def test_no_screen_is_a_dead_end(bench: MakeBench) -> None:
    """The way back (Esc) from every page; on every screen something to press, but while the file is being sealed."""
    one = bench()
    for shot in shots():
        one.show(shot)
        header = (one.shell.header.language, one.shell.header.turn)
        buttons = [b for b in one.shell.findChildren(ActionButton) if b.isVisible() and b not in header]
        assert any(button.active for button in buttons) or shot.name == "sealing", shot.name
        if shot.view.place is not Place.MAIN:
            assert one.shell._back is not None, shot.name


def test_no_button_leads_to_the_page_that_is_open() -> None:
    assert mending.present(refused(Step.HOME, Trouble.DISK_FULL), View(place=Place.WAITING)) is None
