"""What is heard: only what the officer would otherwise have to look up for."""

from enum import Enum

from drivers.api import Disconnected, Faulted
from station.capture.facts import CaseFacts, DeskFacts, FingerFacts, Step


class Cue(Enum):
    """A short tone, told apart by its rise or fall, not by its loudness."""

    GOOD = "good"
    AGAIN = "again"
    ATTENTION = "attention"
    DONE = "done"


def cue(before: DeskFacts, after: DeskFacts) -> Cue | None:
    """The tone for what has just changed; None for silence. Trouble is heard before good news."""
    if after.problem is not None and after.problem != before.problem:
        return Cue.ATTENTION
    if _broken(after) - _broken(before):
        return Cue.ATTENTION
    if after.step is Step.DONE and before.step is not Step.DONE:
        return Cue.DONE
    if before.case is None or after.case is None or before.case.number != after.case.number:
        return None
    return _of_case(before.case, after.case)


def _broken(facts: DeskFacts) -> set[object]:
    return {device.role for device in facts.devices if isinstance(device.status, Disconnected | Faulted)}


def _of_case(before: CaseFacts, after: CaseFacts) -> Cue | None:
    if before.checklist.measuring is not None and after.checklist.measuring is None:
        held = {item.item for item in before.checklist.items if item.held}
        gained = {item.item for item in after.checklist.items if item.held} - held
        return Cue.GOOD if gained else Cue.AGAIN
    if before.photo.picture is None and after.photo.picture is not None:
        verdict = after.photo.verdict
        return Cue.GOOD if verdict is None or verdict.accepted else Cue.AGAIN
    if after.signature.accepted and not before.signature.accepted:
        return Cue.GOOD
    was = _fingers(before)
    for finger in _fingers(after).items():
        said = _of_finger(was.get(finger[0]), finger[1])
        if said is not None:
            return said
    return None


def _fingers(case: CaseFacts) -> dict[tuple[str, object], FingerFacts]:
    rounds = (("first", case.fingers), ("again", case.confirmation))
    return {(name, finger.position): finger for name, facts in rounds for finger in facts.fingers}


def _of_finger(before: FingerFacts | None, after: FingerFacts) -> Cue | None:
    if before is None or after.tries <= before.tries or after.last is None:
        return None
    return Cue.GOOD if after.last.accepted or after.accepted else Cue.AGAIN
