"""The ten fingers, and the two of the confirmation round: one at a time."""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import numpy.typing as npt

from station.biometrics.model import FingerPosition, Verdict
from station.capture.facts import CaseFacts, FingerFacts, FingersFacts
from station.text import Message, msg
from ui.presenters.common import Action, Bar, Mark, Tone, no_words, verdict_mark
from ui.presenters.intents import Do, Go, Place
from ui.presenters.more import MORE, kept
from ui.presenters.words import FINGER


class Standing(Enum):
    """How a finger is drawn on the hands."""

    OPEN = "open"
    NOW = "now"
    DONE = "done"
    POOR = "poor"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class FingersState:
    """The screen: the hands, the impression as far as it has come, the verdict on it."""

    bar: Bar
    hands: tuple[tuple[FingerPosition, Standing], ...]
    image: npt.NDArray[np.uint8] | None = field(compare=False)
    rows_shown: int
    rows_total: int
    line: Message
    mark: Mark
    score: int | None
    reason: Message
    cure: Message | None
    tries: Message
    count: Message


def present(case: CaseFacts, confirming: bool) -> FingersState:
    """Verdict in words first, number second, reason always."""
    facts = case.confirmation if confirming else case.fingers
    current = next((finger for finger in facts.fingers if finger.position is facts.current), None)
    verdict = current.last if current is not None else None
    reading = facts.busy or 0 < facts.rows_shown < facts.rows_total
    done = sum(1 for finger in facts.fingers if finger.accepted or finger.exception is not None)
    return FingersState(
        bar=_bar(facts, current, confirming),
        hands=tuple((finger.position, standing(finger, facts.current)) for finger in facts.fingers),
        image=facts.image,
        rows_shown=facts.rows_shown,
        rows_total=facts.rows_total,
        line=facts.message,
        mark=Mark(msg("Reading"), Tone.ACTIVE) if reading else verdict_mark(verdict, msg("Waiting for the finger")),
        score=verdict.score if verdict is not None else None,
        reason=_reason(facts, current, verdict),
        cure=None if verdict is None else verdict.cure,
        tries=no_words()
        if current is None
        else msg("Try {tries} of {limit}", tries=min(current.tries + 1, facts.tries_limit), limit=facts.tries_limit),
        count=msg("{done} of {total} fingers", done=done, total=len(facts.fingers)),
    )


def _reason(facts: FingersFacts, current: FingerFacts | None, verdict: Verdict | None) -> Message:
    if current is not None and current.duplicate_of is not None:
        return msg("This looks like the {finger}", finger=FINGER[current.duplicate_of])
    return verdict.reason if verdict is not None else _before(facts, current)


def _before(facts: FingersFacts, current: FingerFacts | None) -> Message:
    """The last finger's verdict stays readable while the next one is waited for."""
    before = None
    for finger in facts.fingers:
        if current is None or finger.position is current.position:
            break
        before = finger
    if before is None or before.best is None or not before.accepted:
        return no_words()
    return msg("{finger}: good, quality {score}", finger=FINGER[before.position], score=before.best.score)


def standing(finger: FingerFacts, current: FingerPosition | None) -> Standing:
    """An exception counts as done, and is drawn as one."""
    if finger.exception is not None:
        return Standing.EXCEPTION
    if finger.position is current:
        return Standing.NOW
    if finger.accepted:
        return Standing.DONE
    return Standing.POOR if finger.tries else Standing.OPEN


def _bar(facts: FingersFacts, current: FingerFacts | None, confirming: bool) -> Bar:
    if current is None:
        heading = msg("All fingers are recorded")
    elif confirming:
        heading = msg("Once more: {finger}", finger=FINGER[current.position])
    else:
        heading = FINGER[current.position]
    again = current is not None and current.tries > 0
    label = msg("Take again") if again else msg("Take fingerprint")
    waiting = msg("Reader is working")
    exception = Action(msg("Finger cannot be taken"), Go(Place.REASON))
    return Bar(
        heading=heading,
        primary=Action(waiting if facts.busy else label, Do.CAPTURE_FINGER, enabled=not facts.busy),
        secondary=(MORE, exception, *kept(facts.may_keep)) if current is not None else (MORE,),
    )
