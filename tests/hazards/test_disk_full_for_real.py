"""A disk that is really full (a small tmpfs): sealing is refused and loses nothing, and goes on once there is room."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.receiver import open_bundles, verify
from station.safekeeping.events import SealTrouble
from station.safekeeping.vault import Sealed, SealRefused
from tests.helpers.loop_disk import may_mount
from tests.helpers.sealing import TrialStation, finger

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not may_mount(), reason="nothing can be mounted here"),
]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Two megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_refuses_the_capture_keeps_it_and_takes_it_once_there_is_room(small_disk: Path) -> None:
    station = TrialStation(small_disk)
    station.provision()
    ballast = small_disk / "ballast"
    vault = station.unlock()
    case = vault.begin_case("BPN-0001")
    ballast.write_bytes(bytes(600_000))
    count = 0
    while isinstance(outcome := vault.seal_segment(case, "finger-01", captured := finger(1, 50_000), False), Sealed):
        count += 1
        assert count < 100
    assert isinstance(outcome, SealRefused)
    assert outcome.cause is SealTrouble.DISK_FULL
    assert "disk is full" in outcome.message.msgid
    assert not vault.room_for_case()
    assert bytes(captured[0].data) == bytes(finger(1, 50_000)[0].data)
    assert not list(station.folder.rglob("*.part"))
    for _ in range(3):
        assert isinstance(vault.seal_segment(case, "finger-01", captured, False), SealRefused)
    ballast.unlink()
    assert isinstance(vault.seal_segment(case, "finger-01", captured, False), Sealed)
    assert isinstance(vault.close_case(case, {}, [], False), Sealed)
    assert vault.verify_audit().whole
    vault.close()
    assert verify(station.bundles, station.keyring()).accepted
    opened = small_disk.parent / "opened"
    assert open_bundles(station.bundles, station.keyring(), station.secret(), opened).complete


def test_a_station_whose_disk_is_full_to_the_last_byte_can_still_be_opened_and_shows_what_is_sealed(
    small_disk: Path,
) -> None:
    station = TrialStation(small_disk)
    station.provision()
    vault = station.unlock()
    assert isinstance(vault.seal_segment(vault.begin_case("BPN-0001"), "finger-01", finger(1), False), Sealed)
    vault.close()
    (station.folder / "spool" / "spool.db").unlink()
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "ballast").write_bytes(bytes(free))
    again = station.unlock()
    assert [one.label for one in again.open_cases()[0].sealed] == ["finger-01"]
    assert isinstance(again.seal_segment(again.resume("BPN-0001"), "finger-02", finger(2), False), SealRefused)
    (small_disk / "ballast").unlink()
    assert isinstance(again.close_case(again.resume("BPN-0001"), {}, [], False), Sealed)
    again.close()
    assert verify(station.bundles, station.keyring()).accepted
