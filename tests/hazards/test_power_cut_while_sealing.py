"""A power cut at any moment of a seal loses nothing that was shown as saved, and leaves nothing half done."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from station.receiver import open_bundles, verify
from station.safekeeping.vault import Sealed, Vault
from tests.helpers.sealing import FailingDisk, ForgetfulDisk, PowerCut, TrialStation, finger

NUMBER = "BPN-0001"


@pytest.fixture
def station(tmp_path: Path) -> TrialStation:
    """A station with one case open and the first finger sealed."""
    station = TrialStation(tmp_path)
    station.provision()
    vault = station.unlock()
    assert isinstance(vault.seal_segment(vault.begin_case(NUMBER), "finger 1", finger(1), False), Sealed)
    vault.close()
    return station


def abandon(vault: Vault) -> None:
    """What the system does for a dead process: let go of files and locks."""
    with contextlib.suppress(PowerCut):
        vault._open.close()


def seal_second(vault: Vault) -> None:
    vault.seal_segment(vault.resume(NUMBER), "finger 2", finger(2), False)


def close_case(vault: Vault) -> None:
    vault.close_case(vault.resume(NUMBER), {"note": "test"}, [], False)


def begin_other(vault: Vault) -> None:
    vault.begin_case("BPN-0002")


def labels(vault: Vault) -> list[str]:
    return [sealed.label for case in vault.open_cases() if case.number == NUMBER for sealed in case.sealed]


def finish_and_open(station: TrialStation, vault: Vault) -> None:
    """The counter goes on: seal what is not there, close every case, and the authority opens everything."""
    for case in vault.open_cases():
        handle = vault.resume(case.number)
        if case.number == NUMBER and "finger 2" not in labels(vault):
            assert isinstance(vault.seal_segment(handle, "finger 2", finger(2), False), Sealed)
        assert isinstance(vault.close_case(handle, {"note": "test"}, [], False), Sealed)
    assert vault.verify_audit().whole
    assert not list(station.folder.rglob("*.part"))
    assert not list((station.folder / "spool" / "quarantine").iterdir())
    vault.close()
    keyring = station.keyring()
    assert verify(station.bundles, keyring).accepted
    report = open_bundles(station.bundles, keyring, station.secret(), station.root / "opened")
    assert report.complete
    shutil.rmtree(station.root / "opened")


@pytest.mark.parametrize("act", [seal_second, close_case, begin_other])
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_process_killed_at_any_step_can_go_on(
    station: TrialStation, act: Callable[[Vault], None], after: bool, tmp_path: Path
) -> None:
    calls, kept = kill_at(station, act, None, after, tmp_path)
    assert calls > 5
    saved = []
    for at in range(calls):
        _, kept = kill_at(station, act, at, after, tmp_path)
        saved.append(kept)
    if act is seal_second:
        assert saved[0] == ["finger 1"]
        assert saved[-1] == ["finger 1", "finger 2"]


def kill_at(
    station: TrialStation, act: Callable[[Vault], None], at: int | None, after: bool, tmp_path: Path
) -> tuple[int, list[str]]:
    """Do `act` on a copy of the station and die at disk call `at`; returns the calls made and what is saved then."""
    copy = TrialStation(tmp_path / f"copy-{at}", station.clock)
    shutil.copytree(station.folder, copy.folder)
    shutil.copytree(station.authority, copy.authority)
    disk = FailingDisk(after=after)
    vault = copy.unlock(disk)
    disk.arm(1 << 30 if at is None else at)
    try:
        act(vault)
        assert at is None
    except PowerCut:
        pass
    abandon(vault)
    calls = len(disk.calls)
    again = copy.unlock()
    kept = labels(again)
    assert kept[:1] == ["finger 1"] or act is close_case
    finish_and_open(copy, again)
    shutil.rmtree(copy.root)
    return calls, kept


def cut_after_seal(station: TrialStation, *, lying: bool) -> list[str]:
    """Seal a finger on a disk that keeps only what was fsynced, cut the power when it is shown as saved."""
    disk = ForgetfulDisk(station.folder, lying=lying)
    vault = station.unlock(disk)
    assert isinstance(vault.seal_segment(vault.resume(NUMBER), "finger 2", finger(2), False), Sealed)
    abandon(vault)
    disk.cut()
    again = station.unlock()
    kept = labels(again)
    if not lying:
        finish_and_open(station, again)
    else:
        again.close()
    return kept


def test_what_was_shown_as_saved_survives_a_disk_that_forgets_all_it_was_not_told_to_keep(
    station: TrialStation,
) -> None:
    assert cut_after_seal(station, lying=False) == ["finger 1", "finger 2"]


def test_control_a_disk_whose_fsync_lies_does_lose_it(station: TrialStation) -> None:
    assert cut_after_seal(station, lying=True) == ["finger 1"]


def test_a_closed_case_survives_a_forgetful_disk(station: TrialStation) -> None:
    disk = ForgetfulDisk(station.folder)
    vault = station.unlock(disk)
    case = vault.resume(NUMBER)
    assert isinstance(vault.close_case(case, {}, [], False), Sealed)
    abandon(vault)
    disk.cut()
    again = station.unlock()
    assert again.open_cases() == ()
    assert again.waiting() == 2
    assert again.verify_audit().whole
    again.close()


def test_after_a_power_cut_the_case_shows_what_was_sealed_and_when(station: TrialStation) -> None:
    station.clock.advance(3600)
    vault = station.unlock()
    (case,) = vault.open_cases()
    assert (case.number, [one.label for one in case.sealed]) == (NUMBER, ["finger 1"])
    assert case.sealed[0].sealed_at < station.clock.now()
    vault.close()
