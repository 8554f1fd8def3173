"""Real processes that seal, so that a test can end them at any system call or take the disk away under them.

One server process loads everything once and forks a sealer for each try: a try costs a tenth of a second.
"""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from station.safekeeping.vault import Sealed
from tests.helpers.sealing import TrialStation, finger

NUMBER = "BPN-0001"
ROOT = Path(__file__).parents[2]
SERVER = """
import os, signal, sys
from pathlib import Path
from station.safekeeping.vault import Sealed
from tests.helpers.dying import NUMBER
from tests.helpers.sealing import TrialStation, finger

def say(words):
    os.write(1, (words + "\\n").encode())

for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        vault = TrialStation(Path(line.strip())).unlock()
        case = vault.resume(NUMBER)
        say(f"READY {os.getpid()}")
        os.kill(os.getpid(), signal.SIGSTOP)
        if isinstance(vault.seal_segment(case, "finger 2", finger(2), False), Sealed):
            say("SAVED")
        else:
            say("REFUSED")
        vault.close()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    say(f"ENDED {os.waitstatus_to_exitcode(status)}")
"""


@dataclass(frozen=True, slots=True)
class End:
    """How a sealer ended: what it said before, and whether it was killed."""

    saved: bool
    refused: bool
    killed: bool


class Sealers:
    """Forks sealers that seal "finger 2" into the open case of a prepared station."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        assert server.stdin is not None
        assert server.stdout is not None
        self._asks, self._answers = server.stdin, server.stdout

    def seal(self, root: Path, inject: str = "", trace: str = "/dev/null") -> End:
        """Let one seal while strace injects (such as "fsync:signal=SIGKILL:when=2") or writes its calls to `trace`."""
        self._asks.write(f"{root}\n")
        self._asks.flush()
        pid = int(self._said("READY").split()[1])
        options = ["-e", f"inject={inject}"] if inject else []
        tracer = subprocess.Popen(["strace", "-q", "-p", str(pid), "-o", trace, *options])
        _until_traced(pid, tracer)
        os.kill(pid, signal.SIGCONT)
        said = [self._said()]
        while not said[-1].startswith("ENDED"):
            said.append(self._said())
        tracer.wait(timeout=120)
        return End("SAVED" in said, "REFUSED" in said, said[-1] == f"ENDED {-signal.SIGKILL}")

    def calls(self, root: Path) -> list[str]:
        """Every system call of a seal, by name and number among its kind, as strace's `inject` counts them."""
        trace = root / "calls.txt"
        self.seal(root, trace=str(trace))
        names = re.findall(r"^(\w+)\(", trace.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
        seen: Counter[str] = Counter()
        found = []
        for name in names:
            seen[name] += 1
            found.append(f"{name}:when={seen[name]}")
        return [call for call in found if not call.startswith("exit_group")]

    def _said(self, word: str = "") -> str:
        line = self._answers.readline().strip()
        assert line.startswith(word), line
        return line


def _until_traced(pid: int, tracer: subprocess.Popen[bytes]) -> None:
    """Wait until the tracer has taken hold: it stands in the process's status. Fails where the tracer ended instead."""
    while "TracerPid:\t0\n" in Path(f"/proc/{pid}/status").read_text(encoding="ascii"):
        assert tracer.poll() is None, "strace could not take hold of the process"
        os.sched_yield()


@contextmanager
def sealers() -> Iterator[Sealers]:
    """The server; ended afterwards."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Sealers(server)
    finally:
        server.communicate(timeout=30)


def prepared(root: Path) -> TrialStation:
    """A station with one case open and "finger 1" sealed."""
    station = TrialStation(root)
    station.provision()
    vault = station.unlock()
    assert isinstance(vault.seal_segment(vault.begin_case(NUMBER), "finger 1", finger(1), False), Sealed)
    vault.close()
    return station
