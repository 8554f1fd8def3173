"""The power goes while a real process seals on a real ext4: what was shown as saved is there after the journal ran."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from station.receiver import verify
from station.safekeeping.cases import SealedLabel
from station.safekeeping.vault import VaultRefused
from tests.helpers.dying import NUMBER, ROOT, prepared
from tests.helpers.loop_disk import copied, made, may_mount, mounted
from tests.helpers.sealing import TrialStation

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not may_mount(), reason="ext4 on a loop device cannot be mounted here"),
]
SEALER = """
import sys
from pathlib import Path
from station.safekeeping.disk import SystemDisk
from station.safekeeping.vault import Sealed
from tests.helpers.sealing import TrialStation, finger

class Careless(SystemDisk):
    def fsync(self, file):
        pass
    def fsync_folder(self, folder):
        pass

vault = TrialStation(Path(sys.argv[1])).unlock(Careless() if sys.argv[2] == "careless" else None)
case = vault.resume("BPN-0001")
for number in range(2, 10_000):
    sealed = vault.seal_segment(case, f"finger {number}", finger(number % 250, 5_000), False)
    if not isinstance(sealed, Sealed):
        break
    sys.stdout.write(f"{sealed.sequence} {sealed.sha256}\\n")
    sys.stdout.flush()
    if number % 20 == 0:
        vault.close_case(case, {}, [], False)
        case = vault.begin_case(f"BPN-{number:04}")
"""


@dataclass
class Running:
    """A sealer at work on a mounted disk, and what it has said to be saved: SHA-256 by sequence."""

    process: "subprocess.Popen[bytes]"
    image: Path
    saved: dict[int, str] = field(default_factory=dict)
    _rest: bytes = b""

    def let_seal(self, count: int, moments: int = 0) -> None:
        """Until so many more are shown as saved, and some moments longer: so cuts fall anywhere in a seal."""
        self.process.send_signal(signal.SIGCONT)
        wanted = len(self.saved) + count
        while len(self.saved) < wanted:
            self._hear()
        for _ in range(moments):
            os.sched_yield()

    def cut(self, target: Path) -> Path:
        """Freeze the sealer where it is and take the disk's bytes; `saved` holds all it had said until then."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        with suppress(BlockingIOError):
            self._hear()
        os.set_blocking(self.process.stdout.fileno(), True)
        return copied(self.image, target)

    def _hear(self) -> None:
        assert self.process.stdout is not None
        heard = os.read(self.process.stdout.fileno(), 1 << 16)
        assert heard, "the sealer ended"
        *lines, self._rest = (self._rest + heard).split(b"\n")
        self.saved |= {int(sequence): sha256 for sequence, sha256 in (line.decode().split() for line in lines)}


@contextmanager
def sealing(tmp_path: Path, care: str) -> Iterator[Running]:
    image = made(tmp_path / "disk.img")
    with mounted(image, tmp_path / "disk") as root:
        prepared(root)
        os.sync()
        process = subprocess.Popen([sys.executable, "-c", SEALER, str(root), care], cwd=ROOT, stdout=subprocess.PIPE)
        try:
            yield Running(process, image)
        finally:
            process.kill()
            process.communicate(timeout=30)


def after_the_cut(image: Path, at: Path) -> dict[int, str]:
    """What a station finds on this disk: SHA-256 by sequence of every bundle that holds; empty if it cannot open."""
    with mounted(image, at) as root:
        station = TrialStation(root)
        try:
            vault = station.unlock()
        except VaultRefused:
            return {}
        found = {one.sequence: one.sha256.hex() for one in vault.spool.entries() if vault.spool.holds(one)}
        listed: list[SealedLabel] = [one for case in vault.open_cases() for one in case.sealed]
        assert all(found.get(one.sequence) == one.sha256 for one in listed)
        assert vault.verify_audit().whole
        vault.close()
        again = station.unlock()
        assert found.items() <= {one.sequence: one.sha256.hex() for one in again.spool.entries()}.items()
        again.close()
        if 1 in found:
            assert verify(station.bundles, station.keyring()).accepted
    return found


def cut_often(tmp_path: Path, cuts: int, care: str) -> int:
    """Cut the power so often under a running sealer; returns how many saved bundles were lost in all."""
    chance, lost = random.Random(cuts), 0
    with sealing(tmp_path, care) as running:
        for _ in range(cuts):
            running.let_seal(chance.randrange(1, 4), chance.randrange(1_500))
            image = running.cut(tmp_path / "cut.img")
            found = after_the_cut(image, tmp_path / "after")
            lost += len(running.saved.items() - found.items())
    assert len(running.saved) >= cuts
    return lost


def test_nothing_that_was_shown_as_saved_is_lost(tmp_path: Path) -> None:
    assert cut_often(tmp_path, 8, "careful") == 0


@pytest.mark.long
def test_nothing_that_was_shown_as_saved_is_lost_in_a_hundred_cuts(tmp_path: Path) -> None:
    assert sum(cut_often(tmp_path / f"{disk}", 25, "careful") for disk in _folders(tmp_path)) == 0


def _folders(tmp_path: Path) -> range:
    for disk in range(4):
        (tmp_path / f"{disk}").mkdir()
    return range(4)


def test_control_without_fsync_saved_bundles_are_lost(tmp_path: Path) -> None:
    assert cut_often(tmp_path, 3, "careless") > 0


def test_the_case_in_hand_is_taken_up_after_the_cut(tmp_path: Path) -> None:
    with sealing(tmp_path, "careful") as running:
        running.let_seal(3)
        image = running.cut(tmp_path / "cut.img")
        with mounted(image, tmp_path / "after") as root:
            vault = TrialStation(root).unlock()
            labels = {one.label for one in vault.open_cases()[0].sealed}
            assert {"finger 1", "finger 2", "finger 3", "finger 4"} <= labels
            assert vault.close_case(vault.resume(NUMBER), {}, [], False)
            vault.close()
