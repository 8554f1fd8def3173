"""The same as a power cut, with the real system calls: strace kills the sealing process at the Nth of each kind."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from station.receiver import verify
from station.safekeeping.vault import Sealed
from tests.helpers.sealing import TrialStation, finger

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]
ROOT = Path(__file__).parents[2]
CHILD = """
import sys
from pathlib import Path
from tests.helpers.sealing import TrialStation, finger
from station.safekeeping.vault import Sealed
vault = TrialStation(Path(sys.argv[1])).unlock()
if isinstance(vault.seal_segment(vault.resume("BPN-0001"), "finger 2", finger(2), False), Sealed):
    sys.stdout.write("SAVED")
    sys.stdout.flush()
vault.close()
"""


def seal_under_strace(root: Path, inject: str) -> tuple[int, bool]:
    """Exit status of strace (137 or -9 when the kill struck) and whether the child had said that it saved."""
    done = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", f"inject={inject}", sys.executable, "-c", CHILD, str(root)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, "SAVED" in done.stdout


def prepared(root: Path) -> TrialStation:
    station = TrialStation(root)
    station.provision()
    vault = station.unlock()
    assert isinstance(vault.seal_segment(vault.begin_case("BPN-0001"), "finger 1", finger(1), False), Sealed)
    vault.close()
    return station


@pytest.mark.parametrize("call", ["fsync", "linkat", "unlink,unlinkat", "fdatasync"])
def test_killed_at_every_system_call_of_this_kind(tmp_path: Path, call: str) -> None:
    killed = saved = 0
    for nth in range(1, 40):
        station = prepared(tmp_path / f"{nth}")
        code, said = seal_under_strace(station.root, f"{call}:signal=SIGKILL:when={nth}")
        killed, saved = killed + (code != 0), saved + said
        vault = station.unlock()
        labels = [one.label for one in vault.open_cases()[0].sealed]
        assert labels in (["finger 1"], ["finger 1", "finger 2"])
        if said:
            assert labels == ["finger 1", "finger 2"]
        assert vault.verify_audit().whole
        vault.close()
        assert verify(station.bundles, station.keyring()).accepted
        if code == 0:
            break
    assert code == 0
    assert killed > 0
    assert saved > 0


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_an_error_from_any_real_fsync_is_survived(tmp_path: Path, error: str) -> None:
    for nth in range(1, 16):
        station = prepared(tmp_path / f"{nth}")
        _, said = seal_under_strace(station.root, f"fsync:error={error}:when={nth}")
        vault = station.unlock()
        labels = [one.label for one in vault.open_cases()[0].sealed]
        assert not said or labels == ["finger 1", "finger 2"]
        assert vault.verify_audit().whole
        vault.close()
