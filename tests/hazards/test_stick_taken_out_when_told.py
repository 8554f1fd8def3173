"""A stick taken out at the moment the station says so, without being unmounted first: everything is on it."""

import hashlib
from pathlib import Path

import pytest

from station.delivery.export import Exported
from station.delivery.handover_index import read_index
from station.delivery.stick import SystemStick
from tests.helpers.loop_disk import copied, made, may_mount, mounted
from tests.helpers.sticks import Carrier

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not may_mount(), reason="ext4 on a loop device cannot be mounted here"),
]


class HastyStick(SystemStick):
    """Says that everything is on the medium and leaves it to the machine's memory."""

    def fsync(self, file: int) -> None:
        pass

    def fsync_folder(self, folder: Path) -> None:
        pass

    def sync_all(self, folder: Path) -> None:
        pass

    def digest(self, path: Path) -> bytes:
        return hashlib.sha256(path.read_bytes()).digest()


def on_the_stick_taken_out(root: Path, disk: SystemStick) -> tuple[Carrier, dict[str, bytes], bytes | None]:
    """Export to a mounted file system and copy its medium at once; what the copy holds, bundles and list."""
    carrier = Carrier(root, cases=3, size=50_000)
    with mounted(made(root / "medium"), root / "usb") as usb:
        outcome = carrier.export(disk, folder=usb)
        assert isinstance(outcome, Exported)
        copied(root / "medium", root / "taken out")
    with mounted(root / "taken out", root / "elsewhere") as elsewhere:
        place = elsewhere / "ktpel" / carrier.trial.name
        held = {path.name: path.read_bytes() for path in place.glob("*.ktpb")} if place.exists() else {}
        index = place / outcome.index_path.name
        return carrier, held, index.read_bytes() if index.exists() else None


def test_what_was_called_safe_to_remove_is_all_there(tmp_path: Path) -> None:
    carrier, held, index = on_the_stick_taken_out(tmp_path, SystemStick())
    assert held == carrier.here()
    assert index is not None
    assert len(read_index(index, carrier.trial.keyring()).bundles) == 6


def test_control_without_syncing_something_is_missing(tmp_path: Path) -> None:
    carrier, held, index = on_the_stick_taken_out(tmp_path, HastyStick())
    assert index is None or held != carrier.here()
