"""No name, NIK or image byte is anywhere on the raw disk after sealing: not in slack, journal or deleted files."""

import os
import random
import tempfile
from pathlib import Path

import pytest

from station.capture.facts import Step
from station.safekeeping.disk import SystemDisk
from station.safekeeping.vault import Part, Sealed
from tests.helpers.counter import DRAFT, by_hand
from tests.helpers.loop_disk import found_on, made, may_mount, mounted
from tests.helpers.sealing import MARKER, TrialStation, finger

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not may_mount(), reason="ext4 on a loop device cannot be mounted here"),
]
NAME, NIK = "SITI RAHMAWATI", "6471014107990001"


def seal_cases(root: Path, cases: int) -> list[bytes]:
    """Seal cases of ten fingers and biodata, some given up, with restarts between; returns the markers to search."""
    station = TrialStation(root)
    station.provision()
    for number in range(cases):
        vault = station.unlock()
        case = vault.begin_case(f"BPN-{number:04}", NIK)
        for position in range(1, 11):
            parts = finger(position, 3_000)
            assert isinstance(vault.seal_segment(case, f"finger-{position:02}", parts, False), Sealed)
        biodata = Part("biodata.json", "application/json", f"{NAME} {NIK}".encode())
        if number % 5 == 4:
            vault.discard_case(case)
        else:
            assert isinstance(vault.close_case(case, {"name": NAME, "nik": NIK}, [biodata], False), Sealed)
        vault.close()
    return [MARKER, NAME.encode(), NIK.encode(), NAME.encode("utf-16-le"), NIK.encode("utf-16-le")]


def found_after(tmp_path: Path, cases: int) -> list[bytes]:
    image = made(tmp_path / "disk.img", 16 if cases < 10 else 96)
    with mounted(image, tmp_path / "disk") as root:
        markers = seal_cases(root, cases)
        os.sync()
        assert found_on(image, markers) == []
    return found_on(image, markers)


def test_nothing_is_found_after_five_cases(tmp_path: Path) -> None:
    assert found_after(tmp_path, 5) == []


@pytest.mark.long
def test_nothing_is_found_after_fifty_cases(tmp_path: Path) -> None:
    assert found_after(tmp_path, 50) == []


def test_nothing_is_found_after_a_whole_recording_at_the_counter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real desk, with the folder for temporary files on the same disk."""
    image = made(tmp_path / "disk.img", 136)
    with mounted(image, tmp_path / "disk") as root:
        (root / "tmp").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(root / "tmp"))
        with by_hand(root, SystemDisk()) as (counter, hands):
            counter.play(Step.DONE)
            number = counter.case.number
            hands.reader.pull()
        os.sync()
    control = [b"KTPE", number.encode()]
    person = [text.encode() for each in (DRAFT.nik, DRAFT.name, DRAFT.address) for text in (each, each.upper())]
    assert found_on(image, [*control, *person]) == control


@pytest.mark.parametrize("deleted", [False, True], ids=["kept", "deleted"])
def test_control_one_file_written_plainly_is_found(tmp_path: Path, deleted: bool) -> None:
    image = made(tmp_path / "disk.img")
    with mounted(image, tmp_path / "disk") as root:
        markers = seal_cases(root, 1)
        careless = root / "careless.tmp"
        careless.write_bytes(random.Random(1).randbytes(5_000) + markers[0] + NAME.encode() + NIK.encode())
        os.sync()
        if deleted:
            careless.unlink()
            os.sync()
    assert found_on(image, markers) == markers[:3]
