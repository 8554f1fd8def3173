"""An exception (pengecualian biometri): the reason, then the second person's PIN. Never a dead end."""

from dataclasses import dataclass
from typing import TypeAlias

from station.biometrics.model import OF_HAND, OF_SIGNATURE, ExceptionKind, FingerPosition
from station.capture.facts import CaseFacts, DeskFacts, Step
from station.text import Message, msg
from ui.presenters.common import Action, Bar, MenuState
from ui.presenters.intents import ChooseReason, Go, Place, RecordException
from ui.presenters.login import PinState, approvers, cards
from ui.presenters.view import View
from ui.presenters.words import FINGER, REASON

Reasons: TypeAlias = "tuple[ExceptionKind, ...]"
OF_FINGER: Reasons = (ExceptionKind.MISSING, ExceptionKind.BANDAGED, ExceptionKind.UNREADABLE)
OF_STEP: dict[Step, Reasons] = {
    Step.SIGNATURE: OF_SIGNATURE,
    Step.PHOTO_APPROVAL: (ExceptionKind.UNREADABLE,),
}


@dataclass(frozen=True, slots=True)
class ApproverState:
    """The second person."""

    bar: Bar
    what: Message
    pin: PinState


def present_reason(facts: DeskFacts, case: CaseFacts) -> MenuState:
    """The reasons that fit: of a finger, or of the signature."""
    kinds = OF_STEP.get(facts.step, OF_FINGER)
    return MenuState(
        bar=Bar(msg("Why can it not be taken?"), Action(msg("Back"), Go(), back=True)),
        what=_what(facts, case),
        entries=tuple(Action(_reason(facts, kind), ChooseReason(kind)) for kind in kinds),
    )


def present_approver(facts: DeskFacts, case: CaseFacts, view: View) -> ApproverState:
    """A supervisor, never the officer who records."""
    others = approvers(facts)
    chosen = view.officer_id or (others[0].officer_id if len(others) == 1 else "")
    kind = view.kind or ExceptionKind.UNREADABLE
    line = msg("The approver types the PIN") if chosen else msg("Choose who approves")
    if not others:
        line = msg("No other supervisor is known here")
    refused = facts.problem is not None and not view.pin
    if refused and facts.problem is not None:
        line = facts.problem
    intent = RecordException(_position(facts, case), kind, chosen, view.pin)
    return ApproverState(
        bar=Bar(
            heading=msg("Who approves the exception?"),
            primary=Action(msg("Record exception"), intent, enabled=bool(chosen and view.pin)),
            secondary=(Action(msg("Back"), Go(Place.REASON), back=True),),
        ),
        what=_asked(facts, case, kind),
        pin=PinState(cards(others, chosen), view.pin, False, line, refused),
    )


def _asked(facts: DeskFacts, case: CaseFacts, kind: ExceptionKind) -> Message:
    what, reason = _what(facts, case), _reason(facts, kind)
    if facts.step is Step.FINGERS and kind in OF_HAND:
        return msg("{what}: {reason}. Hold the hand before the camera.", what=what, reason=reason)
    return msg("{what}: {reason}", what=what, reason=reason)


def _position(facts: DeskFacts, case: CaseFacts) -> FingerPosition | None:
    if facts.step is Step.FINGERS:
        return case.fingers.current
    return case.confirmation.current if facts.step is Step.CONFIRMATION else None


def _what(facts: DeskFacts, case: CaseFacts) -> Message:
    position = _position(facts, case)
    if position is not None:
        return FINGER[position]
    return msg("Photo") if facts.step is Step.PHOTO_APPROVAL else msg("Signature")


def _reason(facts: DeskFacts, kind: ExceptionKind) -> Message:
    """A face has no lines: its reason is worded for the photo."""
    return msg("No better photo is possible today") if facts.step is Step.PHOTO_APPROVAL else REASON[kind]
