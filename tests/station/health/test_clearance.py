import copy
import pickle
from dataclasses import replace

import pytest

from drivers.api import Role
from station.health.clearance import Clearance, Mint, NotClearedError, Permit, Scope, identity
from station.health.gate import Blocked
from tests.helpers.gate import CASE, DEVICES, OFFICER, Bench


def clearance_of(bench: Bench) -> Clearance:
    bench.fulfil()
    answer = bench.gate.clear(bench.mint, DEVICES)
    assert not isinstance(answer, Blocked)
    return answer[0]


def test_an_honest_clearance_becomes_a_permit() -> None:
    bench = Bench()
    permit = bench.mint.redeem(clearance_of(bench), CASE, OFFICER)
    for info in DEVICES.values():
        permit.require(CASE, OFFICER, info)


def test_it_has_no_constructor() -> None:
    with pytest.raises(NotClearedError):
        Clearance()


def test_one_made_around_the_constructor_is_refused() -> None:
    bench = Bench()
    forged = object.__new__(Clearance)
    with pytest.raises(NotClearedError):
        bench.mint.redeem(forged, CASE, OFFICER)
    real = clearance_of(bench)
    forged._nonce = real._nonce
    forged._scope = real._scope
    with pytest.raises(NotClearedError):
        bench.mint.redeem(forged, CASE, OFFICER)


def test_a_failed_attempt_spends_the_real_one_too() -> None:
    bench = Bench()
    real = clearance_of(bench)
    with pytest.raises(NotClearedError):
        bench.mint.redeem(real, "another-case", OFFICER)
    with pytest.raises(NotClearedError):
        bench.mint.redeem(real, CASE, OFFICER)


def test_it_is_used_once() -> None:
    bench = Bench()
    real = clearance_of(bench)
    bench.mint.redeem(real, CASE, OFFICER)
    with pytest.raises(NotClearedError):
        bench.mint.redeem(real, CASE, OFFICER)


def test_it_expires() -> None:
    bench = Bench()
    real = clearance_of(bench)
    bench.clock.advance(bench.limits.clearance_valid_s + 1)
    with pytest.raises(NotClearedError):
        bench.mint.redeem(real, CASE, OFFICER)


@pytest.mark.parametrize(("case", "officer"), [("261124-XXXXX", OFFICER), (CASE, "hasan")])
def test_it_belongs_to_one_case_and_one_officer(case: str, officer: str) -> None:
    bench = Bench()
    with pytest.raises(NotClearedError):
        bench.mint.redeem(clearance_of(bench), case, officer)


def test_it_can_neither_be_copied_nor_stored() -> None:
    real = clearance_of(Bench())
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(NotClearedError):
            attempt(real)


def test_another_counters_mint_does_not_know_it() -> None:
    bench = Bench()
    with pytest.raises(NotClearedError):
        Mint(bench.clock).redeem(clearance_of(bench), CASE, OFFICER)


def test_a_permit_made_by_hand_is_dead() -> None:
    bench = Bench()
    forged = Permit(bench.mint, Scope(CASE, OFFICER, {role: identity(info) for role, info in DEVICES.items()}))
    with pytest.raises(NotClearedError):
        forged.require(CASE, OFFICER, DEVICES[Role.CAMERA])


def test_a_permit_dies_with_its_case() -> None:
    bench = Bench()
    permit = bench.mint.redeem(clearance_of(bench), CASE, OFFICER)
    bench.mint.end()
    with pytest.raises(NotClearedError):
        permit.require(CASE, OFFICER, DEVICES[Role.CAMERA])


def test_a_permit_does_not_cover_a_device_that_was_not_wiped() -> None:
    bench = Bench()
    permit = bench.mint.redeem(clearance_of(bench), CASE, OFFICER)
    other = replace(DEVICES[Role.FINGERPRINT], serial="2")
    with pytest.raises(NotClearedError):
        permit.require(CASE, OFFICER, other)
    same_on_another_port = replace(DEVICES[Role.FINGERPRINT], port="/dev/elsewhere")
    permit.require(CASE, OFFICER, same_on_another_port)


def test_a_permits_devices_cannot_be_swapped_afterwards() -> None:
    bench = Bench()
    permit = bench.mint.redeem(clearance_of(bench), CASE, OFFICER)
    with pytest.raises(TypeError):
        permit.scope.devices[Role.CAMERA] = identity(DEVICES[Role.FINGERPRINT])  # type: ignore[index]
