"""A device that is not there when the day begins is named; the gate stays shut until it is plugged in and wiped."""

from pathlib import Path

import pytest

from drivers.api import Absence, Disconnected, Role
from station.capture.facts import Step
from station.diagnostics.sentences import DEVICE_NAMES
from tests.helpers.counter import by_hand, said


@pytest.mark.parametrize("role", Role)
def test_a_missing_device_is_named_and_comes_back_by_itself(tmp_path: Path, role: Role) -> None:
    with by_hand(tmp_path) as (counter, hands):
        hands.plug(role).status = Disconnected("/dev/nothing", Absence.NOT_PLUGGED)
        counter.wait(3)
        assert counter.device(role).startswith(said(DEVICE_NAMES[role]))
        assert "not plugged in" in counter.device(role)
        hands.plug(role).push()
        counter.play(Step.CHECKLIST)


@pytest.mark.parametrize("role", [Role.FINGERPRINT, Role.CAMERA, Role.SIGNATURE])
def test_the_gate_stays_shut_while_a_device_is_missing(tmp_path: Path, role: Role) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.CHECKLIST)
        hands.plug(role).pull()
        counter.wait(3)
        counter.until(lambda: bool(counter.problem()), play=True)
        assert all(item.held for item in counter.case.checklist.items)
        assert "missing" in counter.problem()
        counter.settle()
        assert counter.at(Step.CHECKLIST)
        hands.plug(role).push()
        counter.wait(3)
        counter.desk.start()
        counter.until(lambda: counter.step is Step.PHOTO)
        assert "gate_refused" in counter.logged()
