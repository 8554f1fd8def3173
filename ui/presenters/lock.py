"""The lock over everything, and the handing over of the counter: the same cards and the same PIN."""

from dataclasses import dataclass
from math import ceil

from station.capture.facts import DeskFacts, LockFacts
from station.registry.model import OfficerCard, RoleOfOfficer
from station.text import Message, msg
from ui.presenters.common import Action, Bar, no_words
from ui.presenters.intents import Go, TakeOver, ToCounter, Unlock
from ui.presenters.login import PinState, cards
from ui.presenters.view import View


@dataclass(frozen=True, slots=True)
class LockState:
    """Cards and PIN; `note` says what becomes of the work."""

    bar: Bar
    pin: PinState
    note: Message


def present(lock: LockFacts, view: View) -> LockState:
    """Nothing of the applicant is shown; the officer on duty stands first."""
    officers = (lock.officer, *lock.others)
    chosen = view.officer_id or lock.officer.officer_id
    left_s = max(0.0, (lock.retry_at_s or 0.0) - view.now_s)
    same = chosen == lock.officer.officer_id
    intent: ToCounter = Unlock(view.pin) if same else TakeOver(chosen, view.pin)
    ready = bool(view.pin) and not lock.busy and left_s <= 0
    label = msg("Unlock") if same else msg("Take over")
    line, refused = _line(lock, view, left_s)
    return LockState(
        bar=Bar(msg("The screen is locked"), Action(label, intent, enabled=ready)),
        pin=PinState(cards(officers, chosen), view.pin, lock.busy or left_s > 0, line, refused),
        note=msg("The work goes on where it was."),
    )


def _line(lock: LockFacts, view: View, left_s: float) -> tuple[Message, bool]:
    if lock.busy:
        return msg("Checking the PIN"), False
    if left_s > 0:
        return msg("Wait {seconds} seconds, then try again", seconds=ceil(left_s)), True
    if lock.refused is not None and not view.pin:
        return lock.refused, True
    return (msg("Type your PIN") if not view.pin else no_words()), False


def handover(facts: DeskFacts, view: View) -> LockState:
    """The next officer stands at the counter and types the PIN."""
    others = successors(facts)
    chosen = view.officer_id or (others[0].officer_id if len(others) == 1 else "")
    refused = facts.problem if not view.pin else None
    line = refused or (msg("The next officer types the PIN") if chosen else msg("Who takes over?"))
    return LockState(
        bar=Bar(
            heading=msg("Hand the counter over"),
            primary=Action(msg("Take over"), TakeOver(chosen, view.pin), enabled=bool(chosen and view.pin)),
            secondary=(Action(msg("Back"), Go(), back=True),),
        ),
        pin=PinState(cards(others, chosen), view.pin, facts.login.busy, line, refused is not None),
        note=msg("The next officer is checked first: temperature, gloves, mask. Then it goes on at the same place.")
        if facts.case is not None
        else msg("The next officer begins a shift of their own."),
    )


def successors(facts: DeskFacts) -> tuple[OfficerCard, ...]:
    """Who may record, apart from who does already."""
    own = facts.officer.officer_id if facts.officer is not None else ""
    return tuple(
        one for one in facts.login.officers if one.officer_id != own and one.role is not RoleOfOfficer.TECHNICIAN
    )
