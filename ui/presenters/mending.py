"""The button beside what went wrong: it leads to where the cure is."""

from dataclasses import replace

from station.capture.facts import DeskFacts, Step, Trouble
from station.registry.model import Ground
from station.text import msg
from ui.presenters.common import Action, Bar, Mark, Tone
from ui.presenters.frame import cable, waiting
from ui.presenters.intents import Change, Do, Edit, EnterPin, Go, Intent, Place
from ui.presenters.pauses import NoticeState
from ui.presenters.view import View, page_of

ELSEWHERE = {
    Trouble.DISK_FULL: Action(msg("Show the waiting files"), Go(Place.WAITING)),
    Trouble.OFFICER_HOT: Action(msg("Hand over"), Go(Place.HANDOVER)),
    Trouble.NOT_ALLOWED: Action(msg("Hand over"), Go(Place.HANDOVER)),
    Trouble.CASE_IN_HAND: Action(msg("Back to the case"), Go()),
    Trouble.PHOTO: Action(msg("Take again"), Do.RETAKE_PHOTO),
    Trouble.NOT_IN_QUEUE: Action(msg("Show the queue"), Go(Place.QUEUE)),
    Trouble.NOT_OPEN: Action(msg("Show the open cases"), Go(Place.OPEN_CASES)),
}


def present(facts: DeskFacts, view: View) -> Action | None:
    """What mends the problem that is told now; None where there is none, or nothing to do but to wait."""
    if facts.locked is not None or facts.step is Step.LOGIN:
        return None
    match facts.trouble if facts.problem is not None else None:
        case None:
            ill = cable(facts) is not None and view.place is Place.MAIN
            return Action(msg("Show devices"), Go(Place.DEVICES)) if ill else None
        case Trouble.FIELDS:
            return Action(msg("Go to the field"), Go(Place.MAIN, page_of(facts.field_problems)))
        case Trouble.ITEMS:
            return _first_item(facts, view)
        case Trouble.LACKING:
            return _first_lacking(facts)
        case Trouble.PIN:
            return Action(msg("Type the PIN again"), _empty_pin(facts, view))
        case elsewhere:
            action = ELSEWHERE[elsewhere]
            there = view.place is not Place.MAIN and action.intent == Go(view.place)
            return None if there else action


def beside(action: Action | None, bar: Bar) -> Bar:
    """The buttons of a screen with this one among them, unless it is there already."""
    have = [one.intent for one in (*bar.secondary, *((bar.primary,) if bar.primary is not None else ()))]
    if action is None or action.intent in have:
        return bar
    return replace(bar, secondary=(*bar.secondary, action))


def _first_item(facts: DeskFacts, view: View) -> Action | None:
    """The list of what blocks has a button a line."""
    shift = facts.shift.items if facts.shift is not None else ()
    items = facts.case.checklist.items if facts.case is not None else shift
    first = next((item.item for item in items if not item.held), None)
    listed = view.start_asked and facts.step is Step.CHECKLIST
    return None if first is None or listed else Action(msg("Go to what is missing"), Go(focus=first))


def _first_lacking(facts: DeskFacts) -> Action | None:
    items = facts.case.review if facts.case is not None else ()
    for item in items:
        if item.missing and item.change is not None:
            return Action(msg("Record what is missing"), Change(item.change, item.finger))
    return None


def _empty_pin(facts: DeskFacts, view: View) -> Intent:
    """Where the PIN was typed: in the form, or on the page that is open."""
    if facts.step is not Step.BIODATA:
        return EnterPin("")
    draft = replace(view.draft, ground=Ground.OTHER, approver_pin="")
    return Edit(draft) if view.page == 1 else Go(Place.MAIN, 1)


def files_waiting(facts: DeskFacts) -> NoticeState:
    """The disk is full: what waits, and who takes it away."""
    sentence = facts.delivery.sentence if facts.delivery.configured else waiting(facts.waiting)
    return NoticeState(
        bar=Bar(
            heading=msg("The disk is almost full"),
            primary=Action(msg("Try again"), Do.NEW_CASE),
            secondary=(Action(msg("Back"), Go(), back=True),),
        ),
        mark=Mark(msg("Nothing is lost"), Tone.WARN),
        large=sentence,
        lines=(
            msg("The files can be taken away by stick: ask a supervisor."),
            msg("Files that the data centre has answered for are removed by themselves."),
        ),
    )
