"""A new case: its number, and what is known of it before anything is captured."""

import secrets
from datetime import datetime

from station.biometrics.quality.portrait import background_for
from station.capture.context import Case
from station.capture.counter import CaseDraft
from station.health.gate import Gate
from station.registry.model import Biodata, OfficerCard
from station.safekeeping.cases import CaseHandle

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_number(here: datetime) -> str:
    """The office's day and five letters that nobody mistakes for one another."""
    return f"{here:%y%m%d}-{''.join(secrets.choice(ALPHABET) for _ in range(5))}"


def case_of(
    draft: CaseDraft, checked: Biodata, handle: CaseHandle, officer: OfficerCard, gate: Gate, now: datetime
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
        opened_at=now,
    )
