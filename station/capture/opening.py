"""A case at its beginning: a new one with its number, or one that a power cut left open."""

import secrets
from datetime import datetime

from station.biometrics.model import CHIP_FINGERS, FingerPosition, Verdict
from station.biometrics.quality.portrait import background_for
from station.capture import records
from station.capture.casework import Casework
from station.capture.context import Case
from station.capture.draft import CaseDraft
from station.capture.facts import OpenCaseFacts, SealedItem
from station.capture.records import Item
from station.health.gate import Gate
from station.registry.model import Biodata, OfficerCard
from station.safekeeping.cases import CaseHandle
from station.safekeeping.vault import OpenCase, Outcome, SealedLabel
from station.text import msg

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
EARLIER = msg("Recorded before the power cut")


def new_number(here: datetime) -> str:
    """The office's day and five letters that nobody mistakes for one another."""
    return f"{here:%y%m%d}-{''.join(secrets.choice(ALPHABET) for _ in range(5))}"


def case_of(
    draft: CaseDraft, checked: Biodata, handle: CaseHandle, officer: OfficerCard, gate: Gate, opened_at: datetime
) -> Case:
    """The case of a checked form. Raises ValueError for a form without a ground: it was not checked."""
    if draft.ground is None:
        raise ValueError("a checked form has a ground")
    return Case(
        handle=handle,
        number=handle.number,
        officer_id=officer.officer_id,
        officer_name=officer.name,
        biodata=checked,
        ground=draft.ground,
        ground_reason=draft.ground_reason,
        ground_approver=draft.approver_id,
        nik_reason=draft.nik_reason,
        background=background_for(checked.birth_date, checked.citizenship),
        gate=gate,
        opened_at=opened_at,
    )


def shown(case: OpenCase) -> OpenCaseFacts:
    """An open case as the officer sees it; what was taken twice is there once."""
    items = {one.label: item for one in case.sealed if (item := _item(one)) is not None}
    sealed = tuple(SealedItem(item.label, item.detail(), item.exception is not None) for item in items.values())
    return OpenCaseFacts(case.number, case.begun_at, sealed)


def take_up(work: Casework, sealed: tuple[SealedLabel, ...], proven: bool | None, now: datetime) -> None:
    """What was sealed before the power cut counts as taken.

    Its impressions are not here and cannot be opened: later fingers are not compared with them, and a chip finger that
    was not confirmed yet is taken again, so that its confirmation has something to be compared with.
    """
    case = work.case
    for one in sealed:
        item = _item(one)
        if item is not None:
            item.note_in(case, one)
    alone = [position.value for position in work.fingers.round.positions if _settle(work, position)]
    case.taken_up = {"at": now.isoformat(), "officer": case.officer_id, "proven": proven, "not_compared": alone}


def _settle(work: Casework, position: FingerPosition) -> bool:
    """Whether the finger needs nothing more: recorded by exception, or sealed and, for the chip, confirmed."""
    entry = work.case.items.get(records.finger_key(position, confirming=False))
    if entry is None:
        return False
    outcome = Outcome.from_value([entry["score"], entry["tries"], entry["exception"], entry["approver"]])
    first, again = work.fingers.round, work.confirmation.round
    if outcome.exception is not None and outcome.approver_id is not None:
        first.except_(position, outcome.exception, outcome.approver_id)
        if position in CHIP_FINGERS:
            again.except_(position, outcome.exception, outcome.approver_id)
        return True
    if position in CHIP_FINGERS:
        confirmed = work.case.items.get(records.finger_key(position, confirming=True))
        if confirmed is None:
            return False
        again.earlier(position, Verdict(True, _score(confirmed["score"]), EARLIER, None))
    first.earlier(position, Verdict(True, _score(entry["score"]), EARLIER, None))
    return True


def _score(value: object) -> int:
    return value if isinstance(value, int) else 0


def _item(one: SealedLabel) -> Item | None:
    """What a label of ours stands for; the checklist is asked anew, so its evidence of then is not an item."""
    outcome = one.outcome or Outcome()
    score, tries, exception, approver = outcome.score, outcome.tries, outcome.exception, outcome.approver_id
    if one.label == "photo":
        return Item(records.PHOTO_LABEL, one.label, score, tries, exception, approver)
    if one.label == "signature":
        return Item(records.SIGNATURE_LABEL, one.label, score, tries, exception, approver)
    for confirming in (False, True):
        for position in FingerPosition:
            if one.label == records.finger_key(position, confirming):
                label = records.finger_label(position, confirming)
                return Item(label, one.label, score, tries, exception, approver)
    return None
