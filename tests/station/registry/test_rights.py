"""The table of rights, held against what the procedure asks: a second person where it counts, nobody for oneself."""

from itertools import product

import pytest

from station.registry.model import OfficerCard, RoleOfOfficer
from station.registry.rights import RIGHTS, Action, objection, objection_to_second

OFFICER, SUPERVISOR, TECHNICIAN = (OfficerCard(role.value, role.value, role) for role in RoleOfOfficer)


def test_every_action_stands_in_the_table() -> None:
    assert set(RIGHTS) == set(Action)


def test_exceptions_overrides_export_and_key_changes_need_a_supervisor_beside_one() -> None:
    needs = {action for action in Action if RIGHTS[action].approved_by}
    assert needs == {
        Action.OTHER_GROUND, Action.NIK_OVERRIDE, Action.EXCEPTION, Action.EXPORT, Action.AUDIT_EXPORT,
        Action.KEY_CHANGE,
    }  # fmt: skip
    for action in needs:
        assert objection_to_second(action, SUPERVISOR, "officer") is None
        assert objection_to_second(action, OFFICER, "supervisor") is not None
        assert objection_to_second(action, TECHNICIAN, "officer") is not None


@pytest.mark.parametrize(("action", "card"), list(product(Action, (OFFICER, SUPERVISOR, TECHNICIAN))))
def test_nobody_stands_for_themselves(action: Action, card: OfficerCard) -> None:
    assert objection_to_second(action, card, card.officer_id) is not None


@pytest.mark.parametrize(
    ("card", "may"),
    [
        (OFFICER, {Action.RECORD, Action.OTHER_GROUND, Action.NIK_OVERRIDE, Action.EXCEPTION, Action.TAKE_OVER,
                   Action.EXPORT, Action.AUDIT_EXPORT, Action.DIAGNOSE}),
        (SUPERVISOR, set(Action)),
        (TECHNICIAN, {Action.EXPORT, Action.AUDIT_EXPORT, Action.DIAGNOSE, Action.KEY_CHANGE}),
    ],
)  # fmt: skip
def test_each_role_may_do_its_own(card: OfficerCard, may: set[Action]) -> None:
    assert {action for action in Action if objection(action, card) is None} == may
