"""What the station itself adds to a recording, holds in memory, costs while it waits: `python -m tests.bench.session`.

A real station process without a window before simulated devices at real rate in another process. What the
station adds is told as processor time, of itself and of its judge's process: it is free of the applicant's pace and of
other programs. The whole recording by the clock stands beside it; in it the scripted applicant sets the pace. Memory is
the station's without the judge's process.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figure import Figure, main
from tests.bench.startup import MEMORY_LIMIT_MB, Place, station

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = 2
IDLE_S = 8.0
IDLE_LIMIT_PERCENT, OWN_LIMIT_S, PAPER_LIMIT_S = 5.0, 30.0, 1.0
CHILD = """
import sys, time, json
from pathlib import Path
from station import config
from station.capture.facts import Step
from station.capture.scenario import Applicant, load
from station.capture.script import Script
from station.clock import SystemClock
from station.text import Language
from station.wiring import build
from station.workers import Pump

settings, data, secret, control, scenario, count, idle_s = sys.argv[1:]
pump = Pump()
desk = build(config.load(Path(settings)), Path(data), Path(secret).read_text().strip(), pump.post)
applicant = Applicant(Path(control))

def turn(wait_s=0.05):
    pump.run_one(wait_s)
    desk.tick()

def say(**words):
    print(json.dumps(words), flush=True)

def until(held, script=None):
    while not held():
        if script is not None:
            applicant.follow(desk.facts)
            script.act(desk.facts)
        turn()

for number in range(int(count)):
    script = Script(desk, load(Path(scenario)), SystemClock())
    if number == 0:
        until(lambda: desk.facts.step is Step.HOME, script)
        end_s = time.monotonic() + 3.0
        until(lambda: time.monotonic() > end_s)
        say(at="home")
        end_s = time.monotonic() + float(idle_s)
        while time.monotonic() < end_s:
            turn(0.5)
        say(at="waited")
    say(at="begun")
    until(lambda: desk.facts.step is Step.DONE, script)
    say(at="done")
    papers, asked_s = [], time.monotonic()
    desk.receipt(Language.INDONESIAN, papers.append)
    until(lambda: bool(papers))
    say(at="paper", took_s=time.monotonic() - asked_s)
    desk.finish()
    until(lambda: desk.facts.step is Step.HOME)
desk.close()
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the station had used up when it came here; times in seconds, the judge's process counted in."""

    at: str
    now_s: float
    busy_s: float
    resident_mb: float
    took_s: float


@contextmanager
def served(place: Place) -> Iterator[Iterator[Moment]]:
    """A station process that records, and the moments that it tells of."""
    scenario = ROOT / "deploy" / "demo_scenario.toml"
    files = [place.config, place.data, place.passphrase, place.control, scenario]
    command = [sys.executable, "-c", CHILD, *map(str, files), str(RECORDINGS), str(IDLE_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("the station has no output")
            yield (_moment(process.pid, json.loads(line)) for line in process.stdout)
        finally:
            process.terminate()


def _moment(pid: int, said: dict[str, object]) -> Moment:
    busy_s = sum(_busy_s(each) for each in (pid, *_children(pid)))
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    resident_mb = int(status.partition("VmRSS:")[2].split()[0]) / 1000
    return Moment(str(said["at"]), time.monotonic(), busy_s, resident_mb, float(str(said.get("took_s", 0))))


def _busy_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(word) for task in tasks for word in (task / "children").read_text(encoding="ascii").split()]


def figures() -> Iterable[Figure]:
    """Some seconds at home, then recordings one after the other."""
    with tempfile.TemporaryDirectory() as folder, station(Path(folder)) as place, served(place) as moments:
        seen = list(moments)
    home, waited = (next(one for one in seen if one.at == name) for name in ("home", "waited"))
    begun, done, papers = ([one for one in seen if one.at == name] for name in ("begun", "done", "paper"))
    idle = 100 * (waited.busy_s - home.busy_s) / (waited.now_s - home.now_s)
    yield Figure("idle at home, four devices open", idle, "% of a core", "limit", IDLE_LIMIT_PERCENT)
    whole_s = done[-1].now_s - begun[-1].now_s
    own_s = done[-1].busy_s - begun[-1].busy_s
    yield Figure("a recording, processor time of station and judge", own_s, "s", "limit", OWN_LIMIT_S)
    yield Figure("a recording, processor time beside the whole", own_s, "s", "the whole with applicant", whole_s)
    yield Figure("receipt as PDF, slowest", max(one.took_s for one in papers), "s", "limit", PAPER_LIMIT_S)
    yield Figure("memory at home", home.resident_mb, "MB", "limit", MEMORY_LIMIT_MB)
    yield Figure(f"memory after {RECORDINGS} recordings", papers[-1].resident_mb, "MB", "limit", MEMORY_LIMIT_MB)


if __name__ == "__main__":
    main(figures)
