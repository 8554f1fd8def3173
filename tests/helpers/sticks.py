"""A station with sealed cases, and sticks that fail as sticks do."""

import contextlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.delivery.export import ExportOutcome, export
from station.delivery.stick import SystemStick
from station.safekeeping.spool import Entry
from station.safekeeping.states import State
from station.safekeeping.vault import Vault
from tests.helpers.sealing import FailingDisk, TrialStation, finger


def os_error(number: int) -> Callable[[], OSError]:
    return lambda: OSError(number, "as the system says")


class FailingStick(FailingDisk, SystemStick):
    """Counts every call of the door, also those that only sticks have, and fails from call `at` on."""

    def make_folder(self, path: Path) -> None:
        self._do("make_folder", lambda: SystemStick.make_folder(self, path))

    def sync_all(self, folder: Path) -> None:
        self._do("sync_all", lambda: SystemStick.sync_all(self, folder))

    def digest(self, path: Path) -> bytes:
        return self._do("digest", lambda: SystemStick.digest(self, path))

    def free_bytes(self, folder: Path) -> int:
        return self._do("free_bytes", lambda: SystemStick.free_bytes(self, folder))


class Carrier:
    """A trial station whose bundles are carried on sticks."""

    def __init__(self, root: Path, cases: int = 2, size: int = 300) -> None:
        self.trial = TrialStation(root / "home")
        (root / "home").mkdir(parents=True)
        self.trial.provision()
        self.vault: Vault = self.trial.unlock()
        self.stick = root / "stick"
        self.stick.mkdir()
        for number in range(1, cases + 1):
            self.record(number, size)

    @property
    def place(self) -> Path:
        """Where this station's bundles lie on the stick."""
        return self.stick / "ktpel" / self.trial.name

    def record(self, number: int, size: int = 300) -> None:
        case = self.vault.begin_case(f"BPN-{number:04}")
        self.vault.seal_segment(case, "finger-01", finger(number, size), False)
        self.vault.close_case(case, {}, [], False)

    def export(
        self, disk: SystemStick | None = None, folder: Path | None = None, *, again: bool = False
    ) -> ExportOutcome:
        return export(
            self.vault, lambda job: job(), folder or self.stick, self.trial.clock.now(), "hasan", again=again, disk=disk
        )

    def states(self) -> list[State]:
        return [entry.state for entry in self.vault.spool.entries()]

    def entries(self) -> tuple[Entry, ...]:
        return self.vault.spool.entries()

    def on_stick(self) -> dict[str, bytes]:
        """Bundles by name as they lie on the stick."""
        return {path.name: path.read_bytes() for path in sorted(self.place.glob("*.ktpb"))}

    def here(self) -> dict[str, bytes]:
        """The same as they should lie there, from the spool."""
        return {
            f"{entry.sequence:010d}-{entry.sha256.hex()}.ktpb": self.vault.spool.path(entry).read_bytes()
            for entry in self.entries()
        }


@contextlib.contextmanager
def small_file_system(place: Path, size: str) -> Iterator[Path]:
    """A tmpfs of a size; skips where mounting is not allowed."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield place
    finally:
        if place.is_mount():
            subprocess.run(["umount", "-l", str(place)], check=True, capture_output=True)
