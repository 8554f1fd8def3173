"""A station and its trial authority in a temporary folder, and disks that fail as disks do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from station.receiver import load_recipient, load_trust
from station.safekeeping.bundle import Buffer
from station.safekeeping.disk import Disk, SystemDisk
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.keyring import Keyring
from station.safekeeping.keys import Cost
from station.safekeeping.provision import ProvisionReport, provision
from station.safekeeping.vault import Part, Vault
from tests.helpers.clock import FakeClock

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
PASSPHRASE = "kunci-uji-coba"
MARKER = b"THIS-IS-A-FINGERPRINT-7c1f"


@dataclass
class TrialStation:
    """`folder` is the station's, `authority` the trial authority's."""

    root: Path
    clock: FakeClock = field(default_factory=FakeClock)
    name: str = "balikpapan-1"

    @property
    def folder(self) -> Path:
        return self.root / self.name

    @property
    def authority(self) -> Path:
        return self.root / "authority"

    @property
    def bundles(self) -> Path:
        return self.folder / "spool" / "bundles"

    def provision(self) -> ProvisionReport:
        return provision(self.folder, self.authority, self.name, PASSPHRASE, self.clock, cost=CHEAP)

    def unlock(self, disk: Disk | None = None) -> Vault:
        return Vault.unlock(self.folder, PASSPHRASE, self.clock, disk=disk)

    def keyring(self) -> Keyring:
        return load_trust(self.authority, self.clock.now())

    def secret(self, *, recovery: bool = False) -> RecipientSecret:
        return load_recipient(self.authority, recovery=recovery)


def finger(number: int, size: int = 300) -> list[Part]:
    """One finger's part, marked so that it can be searched for."""
    data = (MARKER + bytes([number])) * (size // len(MARKER) + 1)
    return [Part(f"finger/{number:02}.fir", "application/x-iso-19794-4", bytearray(data[:size]))]


class PowerCut(BaseException):
    """The process is gone: nothing in the program may catch this and go on."""


T = TypeVar("T")
Failure = Callable[[], BaseException]


class FailingDisk(SystemDisk):
    """Counts its calls; from call `at` on (or only there) raises what `failure` makes, before or after the work."""

    def __init__(self, at: int | None = None, failure: Failure = PowerCut, *, after: bool = False, once: bool = False,
                 short: bool = False) -> None:  # fmt: skip
        self.calls: list[str] = []
        self._at, self._failure, self._after, self._once, self._short = at, failure, after, once, short

    def arm(self, at: int) -> None:
        """Count anew and fail at call `at`."""
        self.calls, self._at = [], at

    def create(self, path: Path) -> int:
        return self._do("create", lambda: SystemDisk.create(self, path))

    def append(self, path: Path) -> int:
        return self._do("append", lambda: SystemDisk.append(self, path))

    def write(self, file: int, data: Buffer) -> int:
        part = data[: max(1, len(data) // 2)] if self._short else data
        return self._do("write", lambda: SystemDisk.write(self, file, part))

    def truncate(self, file: int, length: int) -> None:
        self._do("truncate", lambda: SystemDisk.truncate(self, file, length))

    def fsync(self, file: int) -> None:
        self._do("fsync", lambda: SystemDisk.fsync(self, file))

    def link(self, source: Path, target: Path) -> None:
        self._do("link", lambda: SystemDisk.link(self, source, target))

    def replace(self, source: Path, target: Path) -> None:
        self._do("replace", lambda: SystemDisk.replace(self, source, target))

    def unlink(self, path: Path) -> None:
        self._do("unlink", lambda: SystemDisk.unlink(self, path))

    def fsync_folder(self, folder: Path) -> None:
        self._do("fsync_folder", lambda: SystemDisk.fsync_folder(self, folder))

    def _do(self, name: str, work: Callable[[], T]) -> T:
        here = len(self.calls)
        self.calls.append(name)
        due = self._at is not None and (here == self._at if self._once else here >= self._at)
        if not due:
            return work()
        if self._after and here == self._at:
            work()
        raise self._failure()


class ForgetfulDisk(SystemDisk):
    """Keeps only what was fsynced: `cut` turns the folder into what a power cut may leave at worst.

    A file's bytes count from its fsync, its name from the fsync of its folder. With `lying` fsync does nothing, as the
    control that shows these tests can fail.
    """

    def __init__(self, folder: Path, *, lying: bool = False) -> None:
        self._folder, self._lying = folder, lying
        self._bytes: dict[int, bytes] = {}
        self._names: dict[Path, dict[str, int]] = {}
        for each in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
            self._remember_names(each)
            for path in each.iterdir():
                if path.is_file():
                    self._bytes[path.stat().st_ino] = path.read_bytes()

    def fsync(self, file: int) -> None:
        if not self._lying:
            inode = Path(f"/proc/self/fd/{file}").stat().st_ino
            self._bytes[inode] = Path(f"/proc/self/fd/{file}").read_bytes()

    def fsync_folder(self, folder: Path) -> None:
        if not self._lying:
            self._remember_names(folder)

    def cut(self) -> None:
        """Lose everything that was not made durable; the database is lost whole."""
        for folder in [path for path in self._folder.rglob("*") if path.is_dir()]:
            for path in folder.iterdir():
                if path.is_file():
                    path.unlink()
            for name, inode in self._names.get(folder, {}).items():
                if not name.startswith("spool.db"):
                    (folder / name).write_bytes(self._bytes.get(inode, b""))
                    (folder / name).chmod(0o600)

    def _remember_names(self, folder: Path) -> None:
        self._names[folder] = {path.name: path.stat().st_ino for path in folder.iterdir() if path.is_file()}
