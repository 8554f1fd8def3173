"""From the command to a window that can be used: how long, how much memory: `python -m tests.bench.startup`.

A provisioned station before simulated devices in processes of their own; the window is offscreen. The clock starts
before the interpreter and stops when the first screen is painted and the event loop has nothing left to do.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure, main

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
DEVICES = {"fingerprint": "ef01-r307", "camera": "uvc", "signature": "topaz", "temperature": "mcu90615"}
START_LIMIT_S, MEMORY_LIMIT_MB = 2.0, 500.0
STARTS = 5
CHILD = """
import sys, time
begun_s = float(sys.argv[1])
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication
import ui.app, ui.shell
class Timed(ui.shell.Shell):
    painted = False
    def paintEvent(self, event):
        super().paintEvent(event)
        if not self.painted:
            self.painted = True
            QTimer.singleShot(0, self.usable)
    def usable(self):
        took_s = time.monotonic() - begun_s
        rss = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
        print(took_s, int(rss.split()[1]) / 1000, time.process_time())
        QApplication.quit()
ui.app.Shell = Timed
sys.exit(ui.app.main(sys.argv[2:]))
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A provisioned station: settings, data, passphrase; `control` moves the simulated applicant."""

    config: Path
    data: Path
    passphrase: Path
    control: Path

    def options(self) -> list[str]:
        """The window's arguments."""
        places = (("--config", self.config), ("--data", self.data), ("--passphrase-file", self.passphrase))
        return [str(part) for pair in places for part in pair]


@contextmanager
def station(folder: Path, line_rate: str = "real") -> Iterator[Place]:
    """Simulated devices in another process and a station provisioned for them."""
    command = [str(BIN / "ktpel-sim"), *DEVICES.values(), "--json", "--line-rate", line_rate]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as devices:
        try:
            if devices.stdout is None:
                raise RuntimeError("the simulated devices have no output")
            lines = [json.loads(devices.stdout.readline()) for _ in DEVICES]
            places = {line["device"]: str(line.get("url") or line["port"]) for line in lines}
            yield _provisioned(folder, places, Path(lines[0]["control"]))
        finally:
            devices.terminate()


def _provisioned(folder: Path, places: dict[str, str], control: Path) -> Place:
    text = subprocess.run([BIN / "ktpel", "config", "default"], check=True, capture_output=True, text=True).stdout
    for role, kind in DEVICES.items():
        table = rf"(\\[devices\\.{role}\\][^\\[]*?)".replace("\\\\", "\\")
        text = re.sub(table + r'kind = "[^"]*"', rf'\1kind = "{kind}"', text)
        text = re.sub(table + r'port = "[^"]*"', rf'\1port = "{places[kind]}"', text)
        text = re.sub(table + r"\nbaud = \d+", r"\1", text)
    place = Place(folder / "station.toml", folder / "data", folder / "passphrase", control)
    place.config.write_text(text, encoding="utf-8")
    place.passphrase.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    place.passphrase.chmod(0o600)
    officers = ROOT / "deploy" / "demo_officers.toml"
    command = [str(BIN / "ktpel"), "provision", *place.options(), "--authority", str(folder / "authority")]
    subprocess.run([*command, "--officers", str(officers)], check=True, stdout=subprocess.DEVNULL)
    return place


def started(place: Place) -> tuple[float, float, float]:
    """Seconds to the usable window, megabytes of memory then, seconds of processor time until then."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(place.config.parent / "pyc")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed station keeps its compiled modules
    command = [sys.executable, "-c", CHILD, str(time.monotonic()), *place.options()]  # Linux: one clock for all
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=ROOT).stdout.split()
    return float(done[0]), float(done[1]), float(done[2])


def figures() -> Iterable[Figure]:
    """The first start compiles every module and is told apart; then five."""
    with tempfile.TemporaryDirectory() as folder, station(Path(folder)) as place:
        first_s, _, _ = started(place)
        runs = [started(place) for _ in range(STARTS)]
    yield Figure("first start after installing", first_s, "s", "limit of the others", START_LIMIT_S)
    yield Figure("start to usable window, median", median(run[0] for run in runs), "s", "limit", START_LIMIT_S)
    yield Figure("start to usable window, worst", max(run[0] for run in runs), "s", "limit", START_LIMIT_S)
    busy_s = median(run[2] for run in runs)  # what other programs on this machine do not change
    yield Figure("processor time of a start, median", busy_s, "s", "limit", START_LIMIT_S)
    yield Figure("memory at the first screen", max(run[1] for run in runs), "MB", "limit", MEMORY_LIMIT_MB)


if __name__ == "__main__":
    main(figures)
