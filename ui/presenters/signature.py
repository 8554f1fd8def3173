"""The signature, live."""

from dataclasses import dataclass

from drivers.api import PadSize, PenPoint
from station.capture.facts import CaseFacts
from station.text import Message, msg
from ui.presenters.common import Action, Bar, Mark, no_words, verdict_mark
from ui.presenters.intents import Do, Go, Place


@dataclass(frozen=True, slots=True)
class SignatureState:
    """The pad as the officer sees it."""

    bar: Bar
    points: tuple[PenPoint, ...]
    size: PadSize
    mark: Mark
    reason: Message
    cure: Message | None


def present(case: CaseFacts) -> SignatureState:
    """Accepting is always possible; what is wrong with the ink is answered in words."""
    facts = case.signature
    verdict = facts.verdict
    return SignatureState(
        bar=Bar(
            heading=msg("Sign on the pad"),
            primary=Action(msg("Accept signature"), Do.ACCEPT_SIGNATURE),
            secondary=(
                Action(msg("Discard"), Go(Place.DISCARD), danger=True),
                Action(msg("Cannot sign"), Go(Place.REASON)),
                Action(msg("Clear"), Do.CLEAR_INK),
            ),
        ),
        points=facts.points,
        size=facts.size,
        mark=verdict_mark(verdict, msg("Waiting for the pen")),
        reason=verdict.reason if verdict is not None else no_words(),
        cure=verdict.cure if verdict is not None else None,
    )
