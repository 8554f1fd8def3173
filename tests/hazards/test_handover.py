"""Another officer takes the counter over: measured, gloved and masked first, then on at the same place."""

import errno
from pathlib import Path

import pytest

from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.facts import Step
from station.health.model import Item
from tests.helpers.counter import (
    OFFICER,
    PIN,
    SUPERVISOR,
    SUPERVISOR_PIN,
    TECHNICIAN,
    TECHNICIAN_PIN,
    Hands,
    Obedient,
    Served,
    by_hand,
    manifest_in,
)
from tests.helpers.sealing import FailingDisk

OFFICERS_OWN = [Item.OFFICER_TEMPERATURE, Item.OFFICER_GLOVES, Item.OFFICER_MASK]
IN_A_CASE = [
    Step.PHOTO,
    Step.PHOTO_APPROVAL,
    Step.FINGERS,
    Step.CONFIRMATION,
    Step.SIGNATURE,
    Step.REVIEW,
]


def still(counter: Served, hands: Hands) -> None:
    """The applicant does nothing for a while."""
    counter.follow = lambda _facts: None
    hands.reader.finger = None
    counter.settle(10)


def taken_over(counter: Served, officer_id: str = SUPERVISOR, pin: str = SUPERVISOR_PIN) -> None:
    counter.desk.take_over(officer_id, pin)
    counter.until(lambda: not counter.desk._lock.busy)


def unmet(counter: Served) -> list[Item]:
    return [item.item for item in counter.case.checklist.items if not item.held]


@pytest.mark.parametrize("locked", [False, True], ids=["open", "locked"])
@pytest.mark.parametrize("step", IN_A_CASE)
def test_in_a_case_it_goes_on_at_the_same_place_after_the_checklist(tmp_path: Path, step: Step, locked: bool) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(step)
        still(counter, hands)
        before = counter.case
        if locked:
            counter.desk.lock()
        taken_over(counter)
        assert counter.facts.locked is None
        assert counter.facts.officer is not None
        assert counter.facts.officer.officer_id == SUPERVISOR
        assert counter.at(Step.CHECKLIST)
        assert unmet(counter) == OFFICERS_OWN
        assert counter.work.case.permit is None
        counter.desk.start()
        counter.settle(5)
        assert counter.at(Step.CHECKLIST)
        counter.script._asked.discard("start")
        counter.until(lambda: counter.step is not Step.CHECKLIST, play=True)
        assert counter.at(step)
        assert counter.case.sealed[: len(before.sealed)] == before.sealed
        assert (counter.case.photo.picture is None) == (before.photo.picture is None)


def test_the_authority_reads_who_served(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        still(counter, hands)
        taken_over(counter)
        counter.follow = Obedient(hands, counter)
        counter.script._asked.discard("start")
        counter.play(Step.DONE)
        logged = counter.logged()
        assert (logged.count("taken_over"), logged.count("gate_opened")) == (1, 2)
    manifest = manifest_in(counter.opened(tmp_path / "out"))
    assert manifest["officer"] == SUPERVISOR
    assert [(one["from"], one["to"]) for one in manifest["handovers"]] == [(OFFICER, SUPERVISOR)]
    assert manifest["gate"]["temperatures"]["officer"]["measured_by"] == SUPERVISOR


def test_at_home_the_next_officer_begins_a_shift(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.HOME)
        taken_over(counter)
        assert counter.at(Step.SHIFT)
        shift = counter.facts.shift
        assert shift is not None
        assert [item.item for item in shift.items if not item.held] == [Item.OFFICER_TEMPERATURE]
        counter.play(Step.HOME)


def test_after_sealing_only_the_officer_changes(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.DONE)
        taken_over(counter)
        assert counter.at(Step.DONE)
        counter.desk.finish()
        assert counter.at(Step.HOME)


@pytest.mark.parametrize(
    ("officer_id", "pin", "why"),
    [
        (SUPERVISOR, "111213", "PIN is wrong"),
        (TECHNICIAN, TECHNICIAN_PIN, "role may not"),
        (OFFICER, PIN, "on duty already"),
        ("nobody", PIN, "not known"),
    ],
)
def test_refused_the_recording_goes_on(tmp_path: Path, officer_id: str, pin: str, why: str) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        still(counter, hands)
        taken_over(counter, officer_id, pin)
        assert why in counter.problem()
        assert counter.at(Step.FINGERS)
        assert counter.facts.officer is not None
        assert counter.facts.officer.officer_id == OFFICER
        counter.follow = Obedient(hands, counter)
        counter.play(Step.CONFIRMATION)


def test_the_new_officer_does_not_approve_their_own_exceptions(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        still(counter, hands)
        taken_over(counter)
        counter.script._asked.discard("start")
        counter.until(lambda: counter.at(Step.FINGERS), play=True)
        position = counter.case.fingers.current
        assert position is not None
        counter.desk.record_exception(position, ExceptionKind.BANDAGED, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: "Nobody approves their own" in counter.problem())
        assert not any(finger.exception for finger in counter.case.fingers.fingers)


def test_a_technician_looks_after_devices_and_records_nobody(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.desk.log_in(TECHNICIAN, TECHNICIAN_PIN)
        counter.until(lambda: counter.at(Step.HOME))
        counter.desk.watch_temperature(True)
        counter.until(lambda: len(counter.facts.trace.samples) > 3)
        counter.desk.watch_temperature(False)
        assert counter.facts.trace.samples == ()
        counter.desk.test_devices()
        counter.until(lambda: [test.passed for test in counter.facts.tests] == [True] * 4)
        counter.desk.new_case()
        counter.settle(5)
        assert counter.at(Step.HOME)
        assert "role may not" in counter.problem()


def test_what_a_full_disk_refuses_is_saved_first_in_the_name_of_who_took_it(tmp_path: Path) -> None:
    disk = FailingDisk(failure=lambda: OSError(errno.ENOSPC, "the disk is full"))
    with by_hand(tmp_path, disk) as (counter, _hands):
        counter.play(Step.FINGERS)
        disk.arm(0)
        counter.until(lambda: "disk is full" in counter.problem())
        sealed = len(counter.case.sealed)
        counter.desk.take_over(SUPERVISOR, SUPERVISOR_PIN)
        counter.wait(5)
        assert counter.at(Step.FINGERS)
        disk.arm(1 << 30)
        counter.wait(5)
        counter.until(lambda: counter.at(Step.CHECKLIST))
        assert len(counter.case.sealed) == sealed + 1
        assert unmet(counter) == OFFICERS_OWN


def test_control_the_same_officer_back_needs_no_checklist(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        still(counter, hands)
        counter.desk.lock()
        counter.desk.unlock(PIN)
        counter.until(lambda: counter.facts.locked is None)
        assert counter.at(Step.FINGERS)
        assert counter.work.case.permit is not None
        counter.follow = Obedient(hands, counter)
        counter.play(Step.CONFIRMATION)
        assert counter.seen.count(Step.CHECKLIST) == 1
        del hands
        assert FingerPosition.RIGHT_INDEX in {f.position for f in counter.case.fingers.fingers if f.accepted}
