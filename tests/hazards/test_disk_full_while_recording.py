"""The disk is full while a capture is sealed: it is kept in memory, the screen says so, and it goes on with room."""

import errno
from pathlib import Path

import pytest

from station.capture.facts import Step
from station.receiver import verify
from tests.helpers.counter import Served, by_hand
from tests.helpers.sealing import FailingDisk

NEVER = 1 << 30
AT = [Step.CHECKLIST, Step.PHOTO_APPROVAL, Step.FINGERS, Step.CONFIRMATION, Step.SIGNATURE, Step.REVIEW]


def full() -> FailingDisk:
    return FailingDisk(failure=lambda: OSError(errno.ENOSPC, "the disk is full"))


def refused(counter: Served) -> bool:
    return "disk is full" in counter.problem()


@pytest.mark.parametrize("step", AT)
def test_the_capture_is_kept_and_sealed_once_there_is_room(tmp_path: Path, step: Step) -> None:
    disk = full()
    with by_hand(tmp_path, disk) as (counter, _hands):
        counter.play(step)
        sealed = len(counter.case.sealed)
        disk.arm(0)
        counter.until(lambda: refused(counter), play=True)
        waiting_in = counter.step
        counter.wait(10)
        assert refused(counter)
        assert counter.step is waiting_in
        assert len(counter.case.sealed) == sealed
        disk.arm(NEVER)
        counter.wait(2)
        if step is Step.REVIEW:
            assert waiting_in is Step.REVIEW
            counter.desk.seal()
        counter.play(Step.DONE)
        assert counter.problem() == ""
        assert "seal_refused" in counter.logged()
        report = verify(counter.station.bundles, counter.station.keyring(), training_ok=True)
        assert report.accepted


def test_a_case_whose_capture_the_disk_refuses_can_be_given_up(tmp_path: Path) -> None:
    disk = full()
    with by_hand(tmp_path, disk) as (counter, _hands):
        counter.play(Step.FINGERS)
        disk.arm(0)
        counter.until(lambda: refused(counter), play=True)
        counter.desk.discard()
        assert counter.at(Step.HOME)
        assert counter.problem() == ""
        disk.arm(NEVER)
        counter.wait(5)
        assert verify(counter.station.bundles, counter.station.keyring(), training_ok=True).accepted
        assert "case_discarded" in counter.logged()
