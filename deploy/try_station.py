"""Tries the whole station on one machine: simulated devices in a process of their own, the window, one recording.

Talks to everything as a stranger would: by commands, ports and files.
"""

import argparse
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
DEMO = ROOT / "demo"
DEVICES = {"fingerprint": "ef01-r307", "camera": "uvc", "signature": "topaz", "temperature": "mcu90615"}
console = Console(highlight=False)


def main() -> int:
    """Start the devices, provision a station once, then the window or the scripted recording."""
    arguments = _arguments()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _interrupted)
    headless = arguments.headless or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if headless and not arguments.headless:
        console.print("No display here: the same recording runs in the same window offscreen, by a script.")
    try:
        return _try(arguments, headless)
    except KeyboardInterrupt:
        console.print("Interrupted: the simulated devices are stopped. What was sealed is kept.")
        return 130


def _try(arguments: argparse.Namespace, headless: bool) -> int:
    work = Path(arguments.folder).resolve() if arguments.folder else DEMO
    out = work / "out" / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    out.mkdir(parents=True)
    with _devices(arguments, work) as ports:
        config = _settings(work, ports)
        _provision(work, config)
        if not headless:
            return _window(work, config, ports["control"])
        return _scripted(work, config, out, ports["control"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run", description=__doc__)
    parser.add_argument("--headless", action="store_true", help="perform the recording offscreen, by a script")
    parser.add_argument("--subject", type=int, default=1, help="which simulated person comes (a number)")
    parser.add_argument("--seed", type=int, default=0, help="chance of the simulated devices")
    parser.add_argument("--line-rate", choices=("real", "unlimited"), default="real", help="speed of the serial lines")
    parser.add_argument("--folder", help="where the demonstration keeps its files (default: demo/)")
    return parser.parse_args()


@contextmanager
def _devices(arguments: argparse.Namespace, work: Path) -> Iterator[dict[str, str]]:
    """The simulated devices by role, and their control socket; stopped whatever happens."""
    command = [str(BIN / "ktpel-sim"), *DEVICES.values(), "--json", "--seed", str(arguments.seed)]
    command += ["--subject", str(arguments.subject), "--line-rate", arguments.line_rate]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=work, start_new_session=True)
    try:
        if process.stdout is None:
            raise SystemExit("The simulated devices have no output.")
        lines = [json.loads(process.stdout.readline() or "null") for _device in DEVICES]
        if not all(lines):
            raise SystemExit("The simulated devices did not start.")
        found = {line["device"]: line for line in lines}
        ports = {role: found[name].get("url") or found[name]["port"] for role, name in DEVICES.items()}
        ports["control"] = lines[0]["control"]
        for role, name in DEVICES.items():
            console.print(f"  simulated {role}: {name} at {ports[role]}")
        yield ports
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _settings(work: Path, ports: dict[str, str]) -> Path:
    """The settings file with today's ports in it."""
    text = subprocess.run([BIN / "ktpel", "config", "default"], check=True, capture_output=True, text=True).stdout
    lines: list[str] = []
    role = ""
    for line in text.splitlines():
        if line.startswith("["):
            role = line.strip("[]").removeprefix("devices.") if line.startswith("[devices.") else ""
        if role and line.startswith("kind"):
            lines.append(f'kind = "{DEVICES[role]}"')
        elif role and line.startswith("port"):
            lines.append(f'port = "{ports[role]}"')
        elif not (role and line.startswith("baud")):
            lines.append(line)
    path = work / "station.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _provision(work: Path, config: Path) -> None:
    """Keys, a test authority and officers, once; later runs use the same station."""
    if (work / "station" / "station.key").exists():
        return
    shutil.rmtree(work / "station", ignore_errors=True)
    shutil.rmtree(work / "authority", ignore_errors=True)
    passphrase = work / "passphrase.txt"
    passphrase.write_text(secrets.token_urlsafe(24) + "\n", encoding="utf-8")
    passphrase.chmod(0o600)
    _ktpel(
        "provision", "--config", str(config), "--data", str(work / "station"), "--authority", str(work / "authority"),
        "--passphrase-file", str(passphrase), "--officers", str(ROOT / "deploy" / "demo_officers.toml"),
    )  # fmt: skip


def _window(work: Path, config: Path, control: str) -> int:
    command = [sys.executable, "-m", "ui.attended", control, "--config", str(config), "--data", str(work / "station")]
    console.print("Officers: wulan (PIN 482915); second person: hasan (PIN 739206). Close the window to end.")
    return subprocess.run(command, env=_environment(work) | {"KTPEL_SIM_CONTROL": control}, check=False).returncode


def _scripted(work: Path, config: Path, out: Path, control: str) -> int:
    environment = _environment(work) | {"QT_QPA_PLATFORM": "offscreen"}
    scenario = ROOT / "deploy" / "demo_scenario.toml"
    earlier = _bundles(work)
    command = [sys.executable, "-m", "ui.demo", "--config", str(config), "--data", str(work / "station")]
    command += ["--scenario", str(scenario), "--control", control, "--out", str(out)]
    done = subprocess.run(command, env=environment, check=False)
    if done.returncode != 0:
        return done.returncode
    console.print("\nThe authority opens what the station sealed:")
    bundles = sorted(_bundles(work) - earlier)
    opened = out / "opened"
    _ktpel("open", *bundles, "--authority", str(work / "authority"), "--out", str(opened), "--training-ok")
    _ktpel("audit", "verify", "--data", str(work / "station"))
    console.print(f"\n  sealed bundles   {work / 'station' / 'spool'}  ({len(bundles)} of this recording)")
    console.print(f"  opened contents  {opened}")
    console.print(f"  receipt          {out / 'receipt.pdf'}")
    console.print(f"  screenshots      {out / 'screens'}")
    return 0


def _bundles(work: Path) -> set[str]:
    return {str(path) for path in (work / "station").rglob("*.ktpb")}


def _environment(work: Path) -> dict[str, str]:
    return os.environ | {"KTPEL_PASSPHRASE_FILE": str(work / "passphrase.txt")}


def _ktpel(*arguments: str) -> None:
    done = subprocess.run([BIN / "ktpel", *arguments], check=False)
    if done.returncode != 0:
        raise SystemExit(done.returncode)


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
