"""The same as a power cut, with the real system calls: strace kills the sealing process at the Nth, or lets it fail."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.receiver import verify
from tests.helpers.dying import End, Sealers, prepared, sealers
from tests.helpers.sealing import TrialStation


def may_trace() -> bool:
    """Whether strace is there and may attach to a process that is not its child."""
    if shutil.which("strace") is None or os.geteuid() != 0:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not may_trace(), reason="strace is not installed or may not attach here"),
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> TrialStation:
    return prepared(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def hand() -> Iterator[Sealers]:
    with sealers() as server:
        yield server


def try_once(hand: Sealers, template: TrialStation, root: Path, inject: str) -> tuple[End, list[str]]:
    """Seal on a copy with this injected; what was shown as saved must be there, and everything must hold."""
    shutil.copytree(template.root, root)
    station = TrialStation(root)
    end = hand.seal(root, inject)
    vault = station.unlock()
    labels = [one.label for one in vault.open_cases()[0].sealed]
    assert labels in (["finger 1"], ["finger 1", "finger 2"])
    assert not end.saved or labels == ["finger 1", "finger 2"]
    assert vault.verify_audit().whole
    vault.close()
    assert verify(station.bundles, station.keyring()).accepted
    assert not list(station.folder.rglob("*.part"))
    shutil.rmtree(root)
    return end, labels


def test_killed_at_every_system_call_of_a_seal(hand: Sealers, template: TrialStation, tmp_path: Path) -> None:
    shutil.copytree(template.root, tmp_path / "counted")
    calls = hand.calls(tmp_path / "counted")
    assert len(calls) > 40
    ends = [try_once(hand, template, tmp_path / "one", call.replace(":", ":signal=SIGKILL:"))[0] for call in calls]
    assert all(end.killed for end in ends)
    assert not ends[0].saved
    assert ends[-1].saved


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", ["fsync", "write", "linkat,link", "openat"])
def test_an_error_from_the_first_real_calls_is_survived(
    hand: Sealers, template: TrialStation, tmp_path: Path, call: str, error: str
) -> None:
    ends = [try_once(hand, template, tmp_path / f"{nth}", f"{call}:error={error}:when={nth}")[0] for nth in (1, 2, 3)]
    assert any(end.refused for end in ends)
    assert not any(end.killed for end in ends)


@pytest.mark.long
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", ["fsync", "write", "linkat,link", "openat", "unlink,unlinkat"])
def test_an_error_from_any_real_call_is_survived(
    hand: Sealers, template: TrialStation, tmp_path: Path, call: str, error: str
) -> None:
    for nth in range(1, 16):
        try_once(hand, template, tmp_path / f"{nth}", f"{call}:error={error}:when={nth}")
