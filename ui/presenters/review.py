"""Everything that is about to be sealed, exceptions too, each with a way back."""

from dataclasses import dataclass

from drivers.api import Role
from station.capture.facts import CaseFacts
from station.text import Message, msg
from ui.presenters.common import Action, Bar, Mark, Tone, verdict_mark
from ui.presenters.fingers import finger_mark
from ui.presenters.intents import Change, Do, Go, Place
from ui.presenters.words import FINGER, GROUND


@dataclass(frozen=True, slots=True)
class ItemState:
    """One item: what it is, how it stands, its number, the button that changes it."""

    label: Message
    mark: Mark
    score: int | None
    change: Action


@dataclass(frozen=True, slots=True)
class ReviewState:
    """The whole case on one screen."""

    bar: Bar
    items: tuple[ItemState, ...]
    about: tuple[Message, ...]


def present(case: CaseFacts) -> ReviewState:
    """Photo, signature, ten fingers."""
    return ReviewState(
        bar=Bar(
            heading=msg("Look through everything, then seal"),
            primary=Action(msg("Seal the file"), Do.SEAL),
            secondary=(Action(msg("Discard"), Go(Place.DISCARD), danger=True),),
        ),
        items=(_photo(case), _signature(case), *_fingers(case)),
        about=(GROUND[case.ground], _confirmed(case)),
    )


def _photo(case: CaseFacts) -> ItemState:
    verdict = case.photo.verdict
    return ItemState(
        msg("Photo"),
        verdict_mark(verdict, msg("Approved")),
        verdict.score if verdict is not None else None,
        Action(msg("Change"), Change(Role.CAMERA)),
    )


def _signature(case: CaseFacts) -> ItemState:
    facts = case.signature
    exception = Mark(msg("By exception"), Tone.WARN)
    mark = exception if facts.by_exception else verdict_mark(facts.verdict, msg("Missing"))
    return ItemState(msg("Signature"), mark, None, Action(msg("Change"), Change(Role.SIGNATURE)))


def _fingers(case: CaseFacts) -> tuple[ItemState, ...]:
    return tuple(
        ItemState(
            FINGER[finger.position],
            finger_mark(finger),
            finger.best.score if finger.best is not None and finger.exception is None else None,
            Action(msg("Change"), Change(Role.FINGERPRINT, finger.position)),
        )
        for finger in case.fingers.fingers
    )


def _confirmed(case: CaseFacts) -> Message:
    held = sum(1 for finger in case.confirmation.fingers if finger.accepted)
    return msg("Index fingers confirmed: {held} of {total}", held=held, total=len(case.confirmation.fingers))
