"""`ktpel-sim`: run simulated devices until stopped, and say where each is reached."""

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hw_sim.control import ControlServer, Director
from hw_sim.replay import open_replay, read
from hw_sim.scenario import Player, read_cues
from hw_sim.server import DEVICES, Bad, Settings, open_bench


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ktpel-sim", description="Simulated devices, each at its own port.")
    help_ = f"{', '.join(DEVICES)}; or: replay FILE, the device of a recording"
    parser.add_argument("devices", nargs="+", metavar="DEVICE", help=help_)
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same people and accidents")
    parser.add_argument("--subject", type=int, default=0, metavar="N", help="which person stands there")
    parser.add_argument("--line-rate", choices=("real", "unlimited"), default="real")
    parser.add_argument("--json", action="store_true", help="one JSON record a device")
    parser.add_argument("--control", type=Path, metavar="PATH", help="where the control socket goes")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="requests to the control socket, each with at_s")
    parser.add_argument("--links", type=Path, metavar="DIR", help="keep a stable DIR/<device> for each serial port")
    parser.add_argument("--state", type=Path, metavar="DIR", help="where flash memories are kept between runs")
    return parser


@contextmanager
def _control_path(asked: Path | None) -> Iterator[Path]:
    if asked is not None:
        yield asked
        return
    with tempfile.TemporaryDirectory(prefix="ktpel-sim-") as folder:
        yield Path(folder) / "control.sock"


def _say(record: dict[str, object], as_json: bool) -> None:
    if as_json:
        line = json.dumps(record)
    else:
        where = str(record.get("port") or record.get("url"))
        baud = str(record["baud"] or "-")
        line = f"{record['device']:<10} {record['kind']:<12} {where:<38} {baud:<7} {record['control']}"
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _replay(files: list[str], leave: ExitStack, *, as_json: bool, real_rate: bool) -> None:
    """Bad unless there is one file and it is a recording."""
    if len(files) != 1:
        raise Bad("Name one recording: ktpel-sim replay FILE.")
    recording = read(Path(files[0]))
    line = open_replay(recording, real_rate=real_rate)
    leave.callback(line.close)
    head = recording.head
    said = {"device": "replay", "kind": head.kind, "port": line.port, "baud": head.baud, "control": ""}
    _say({**said, "pid": os.getpid()}, as_json)


def _complain(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _absolute(path: Path | None) -> Path | None:
    return path.absolute() if path else None


def main() -> None:
    """Run until SIGTERM or SIGINT; exit status 2 for a device that there is not."""
    asked = _arguments().parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = Settings(
        asked.seed, asked.subject, asked.line_rate == "real", _absolute(asked.links), _absolute(asked.state)
    )
    with ExitStack() as leave:
        path = leave.enter_context(_control_path(asked.control))
        try:
            if asked.devices[0] == "replay":
                _replay(asked.devices[1:], leave, as_json=asked.json, real_rate=settings.real_rate)
                stop.wait()
                return
            cues = read_cues(asked.scenario.read_text(encoding="utf-8")) if asked.scenario else []
            bench = open_bench(asked.devices, settings)
        except (Bad, OSError, UnicodeError) as wrong:
            _complain(str(wrong))
            sys.exit(2)
        leave.callback(bench.close)
        director = Director(bench)
        leave.callback(ControlServer(director, path).close)
        leave.callback(Player(cues, director, _complain).close)
        for record in bench.describe():
            _say({**record, "control": str(path), "pid": os.getpid()}, asked.json)
        stop.wait()


if __name__ == "__main__":
    main()
