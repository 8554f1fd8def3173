"""A full or failing disk refuses a capture as a value; the capture stays in memory and is sealed when pressed again."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from station.receiver import verify
from station.safekeeping.events import SealTrouble
from station.safekeeping.vault import Sealed, SealRefused
from tests.helpers.sealing import FailingDisk, TrialStation, finger


def trouble(number: int) -> Callable[[], OSError]:
    return lambda: OSError(number, "the disk says no")


def calls_of_a_seal(tmp_path: Path) -> int:
    station = TrialStation(tmp_path / "count")
    station.provision()
    disk = FailingDisk()
    vault = station.unlock(disk)
    case = vault.begin_case("BPN-0001")
    disk.arm(1 << 30)
    assert isinstance(vault.seal_segment(case, "finger 1", finger(1), False), Sealed)
    vault.close()
    return len(disk.calls)


@pytest.mark.parametrize(
    ("number", "cause"),
    [(errno.ENOSPC, SealTrouble.DISK_FULL), (errno.EIO, SealTrouble.DISK_ERROR)],
    ids=["full", "failing"],
)
@pytest.mark.parametrize("after", [False, True], ids=["not done", "done but reported failed"])
def test_trouble_at_any_step_loses_nothing_and_the_next_press_seals(
    tmp_path: Path, number: int, cause: SealTrouble, after: bool
) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    refused = 0
    disk = FailingDisk(failure=trouble(number), after=after, once=True)
    vault = station.unlock(disk)
    case = vault.begin_case("BPN-0001")
    captured = finger(1)
    for at in range(calls_of_a_seal(tmp_path)):
        disk.arm(at)
        outcome = vault.seal_segment(case, f"step {at}", captured, False)
        disk.arm(1 << 30)
        if isinstance(outcome, SealRefused):
            assert outcome.cause is cause
            refused += 1
            assert isinstance(vault.seal_segment(case, f"step {at}", captured, False), Sealed)
    assert refused > 5
    assert bytes(captured[0].data) == bytes(finger(1)[0].data)
    sealed = [one.sequence for one in vault.open_cases()[0].sealed]
    assert sealed == list(range(1, len(sealed) + 1))
    assert vault.verify_audit().whole
    vault.close()
    again = station.unlock()
    assert [one.sequence for one in again.open_cases()[0].sealed] == sealed
    assert again.verify_audit().whole
    again.close()
    assert verify(station.bundles, station.keyring()).accepted
    assert not list((station.folder / "spool" / "quarantine").iterdir())


def test_a_disk_that_stays_full_refuses_every_time_and_seals_once_there_is_room(tmp_path: Path) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    disk = FailingDisk(failure=trouble(errno.ENOSPC))
    vault = station.unlock(disk)
    case = vault.begin_case("BPN-0001")
    disk.arm(0)
    for _ in range(3):
        outcome = vault.seal_segment(case, "finger 1", finger(1), False)
        assert isinstance(outcome, SealRefused)
        assert outcome.cause is SealTrouble.DISK_FULL
    disk.arm(1 << 30)
    assert isinstance(vault.seal_segment(case, "finger 1", finger(1), False), Sealed)
    report = vault.verify_audit()
    assert report.whole
    vault.close()
    kinds = (station.folder / "audit").glob("*.log")
    assert sum(path.read_bytes().count(b"seal_refused") for path in kinds) == 3


@pytest.mark.parametrize("after", [False, True], ids=["not done", "done but reported failed"])
def test_a_case_begun_and_closed_on_a_failing_disk_is_whole_once_it_is_sealed(tmp_path: Path, after: bool) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    disk = FailingDisk(failure=trouble(errno.EIO), after=after, once=True)
    vault = station.unlock(disk)
    for at in range(8):
        number = f"BPN-{at:04}"
        disk.arm(at)
        case = vault.begin_case(number)
        disk.arm(1 << 30)
        assert isinstance(vault.seal_segment(case, "finger 1", finger(1), False), Sealed)
        vault.close()
        vault = station.unlock(disk)
        assert [one.number for one in vault.open_cases()] == [number]
        case = vault.resume(number)
        closing = 0
        while not isinstance(vault.close_case(case, {}, [], False), Sealed):
            closing += 1
        assert closing == 0
        assert vault.open_cases() == ()
    vault.close()
    assert verify(station.bundles, station.keyring()).accepted


@pytest.mark.parametrize("after", [False, True], ids=["not done", "done but reported failed"])
def test_trouble_at_any_step_of_closing_leaves_the_case_open_or_closed_and_never_half(
    tmp_path: Path, after: bool
) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    disk = FailingDisk(failure=trouble(errno.EIO), after=after, once=True)
    for at in range(30):
        vault = station.unlock(disk)
        case = vault.begin_case(f"BPN-{at:04}")
        disk.arm(at)
        outcome = vault.close_case(case, {}, [], False)
        disk.arm(1 << 30)
        if isinstance(outcome, SealRefused):
            assert len(vault.open_cases()) == 1
            assert isinstance(vault.close_case(case, {}, [], False), Sealed)
        assert vault.open_cases() == ()
        vault.close()
        again = station.unlock()
        assert again.open_cases() == ()
        again.close()
    assert verify(station.bundles, station.keyring()).accepted
    assert not list((station.folder / "spool" / "cases").iterdir())


def test_short_writes_are_carried_on(tmp_path: Path) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    vault = station.unlock(FailingDisk(short=True))
    case = vault.begin_case("BPN-0001")
    assert isinstance(vault.seal_segment(case, "finger 1", finger(1, 70_000), False), Sealed)
    assert isinstance(vault.close_case(case, {}, [], False), Sealed)
    vault.close()
    assert verify(station.bundles, station.keyring()).accepted


class SmallDisk(FailingDisk):
    """Ten megabytes free, whatever is asked."""

    def free_bytes(self, folder: Path) -> int:
        return min(10 << 20, super().free_bytes(folder))


def test_a_new_case_is_refused_when_the_disk_could_not_hold_the_largest(tmp_path: Path) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    vault = station.unlock(SmallDisk())
    assert not vault.room_for_case()
    vault.close()
    vault = station.unlock()
    assert vault.room_for_case()
    vault.close()
