"""Who may do what, and who must stand beside them: one table, which window and command line both ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from station.registry.model import OfficerCard, RoleOfOfficer
from station.text import Message, msg


class Action(Enum):
    """Whatever is not everybody's to do."""

    RECORD = "record"
    OTHER_GROUND = "other_ground"
    NIK_OVERRIDE = "nik_override"
    EXCEPTION = "exception"
    TAKE_OVER = "take_over"
    EXPORT = "export"
    AUDIT_EXPORT = "audit_export"
    DIAGNOSE = "diagnose"
    KEY_CHANGE = "key_change"
    OFFICER_CHANGE = "officer_change"
    PIN_RESET = "pin_reset"


@dataclass(frozen=True, slots=True)
class Right:
    """Roles that may do it, and roles of the second person it needs; with none it needs no second person."""

    by: frozenset[RoleOfOfficer]
    approved_by: frozenset[RoleOfOfficer] = frozenset()


_OFFICER, _SUPERVISOR, _TECHNICIAN = RoleOfOfficer
_COUNTER = frozenset({_OFFICER, _SUPERVISOR})
_SUPERVISORS = frozenset({_SUPERVISOR})
_TECHNICAL = frozenset({_TECHNICIAN, _SUPERVISOR})
_ANYBODY = frozenset(RoleOfOfficer)

RIGHTS: Mapping[Action, Right] = {
    Action.RECORD: Right(_COUNTER),
    Action.OTHER_GROUND: Right(_COUNTER, _SUPERVISORS),
    Action.NIK_OVERRIDE: Right(_COUNTER, _SUPERVISORS),
    Action.EXCEPTION: Right(_COUNTER, _SUPERVISORS),
    Action.TAKE_OVER: Right(_COUNTER),
    Action.EXPORT: Right(_ANYBODY, _SUPERVISORS),
    Action.AUDIT_EXPORT: Right(_ANYBODY, _SUPERVISORS),
    Action.DIAGNOSE: Right(_ANYBODY),
    Action.KEY_CHANGE: Right(_TECHNICAL, _SUPERVISORS),
    Action.OFFICER_CHANGE: Right(_SUPERVISORS),
    Action.PIN_RESET: Right(_SUPERVISORS),
}


def objection(action: Action, by: OfficerCard) -> Message | None:
    """Why this person may not do it, or None."""
    if by.role in RIGHTS[action].by:
        return None
    if RIGHTS[action].by == _SUPERVISORS:
        return msg("Only a supervisor may do this.")
    return msg("Your role may not do this. Ask a supervisor.")


def objection_to_second(action: Action, second: OfficerCard, asked_by: str) -> Message | None:
    """Why this person may not stand for what `asked_by` wants to do, or None. Nobody approves their own."""
    if second.officer_id == asked_by:
        return msg("Nobody approves their own. Ask a second person.")
    if second.role not in RIGHTS[action].approved_by:
        return msg("This officer may not approve this. Ask a supervisor.")
    return None
