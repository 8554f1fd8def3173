"""The technician's recordings of a device's line: made here, shown here, replayed by `ktpel-sim replay`."""

import importlib.metadata
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from drivers.api import DriverSettings, Role
from drivers.recorder import record as record_line
from protocols.dialogue import lines as lines_of
from protocols.recording import BadRecording, Direction, decode, encode
from station.cli_counter import AsJson, ConfigFile, read_config
from station.cli_output import Output, of_disk
from station.text import msg

SHOWN_BYTES = 24

trace_commands = typer.Typer(help="What goes over a device's line, without persons' data.", no_args_is_help=True)


@trace_commands.command("record")
def record(
    device: Annotated[str, typer.Argument(help="A role of the settings file, or with --port a kind.")],
    file: Annotated[Path, typer.Argument(help="Where the recording is written.")],
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="How long the device is used.")] = 20.0,
    port: Annotated[str | None, typer.Option(help="The port, when the settings file is not to be asked.")] = None,
    baud: Annotated[int | None, typer.Option(min=300, max=4_000_000, help="The speed at --port.")] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Use a device and write down its line: directions, times, bytes; fingers, faces and signatures left out."""
    output = Output(as_json)
    chosen = DriverSettings(device, port, baud) if port else _configured(device, config, output)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    program = f"ktpel-station {importlib.metadata.version('ktpel-station')}"
    try:
        recording = record_line(chosen, seconds, now, program)
        file.write_text(encode(recording), encoding="utf-8")
    except ValueError as why:
        raise output.refuse(msg("This device cannot be recorded: {why}. Name one on a serial line.",
                                why=str(why))) from None  # fmt: skip
    except OSError as why:
        raise output.refuse(of_disk(why)) from None
    count = len(recording.chunks)
    output.line(msg("Written to {path}: {count} portions, the device ended with: {outcome}.",
                    path=str(file), count=count, outcome=recording.head.outcome))  # fmt: skip
    output.result({"ok": True, "file": str(file), "chunks": count, "outcome": recording.head.outcome})


@trace_commands.command("show")
def show(file: Annotated[Path, typer.Argument(help="A recording.")], as_json: AsJson = False) -> None:
    """Print a recording's frames, in hex and in words."""
    output = Output(as_json)
    try:
        recording = decode(file.read_text(encoding="utf-8"))
    except OSError as why:
        raise output.refuse(of_disk(why)) from None
    except (BadRecording, UnicodeDecodeError) as why:
        raise output.refuse(msg("{path} is no whole recording: {why}. Record the device again.",
                                path=str(file), why=str(why))) from None  # fmt: skip
    head, lines = recording.head, lines_of(recording)
    output.line(f"{head.kind} {head.model} {head.firmware}  {head.baud} 8{head.parity}1  {head.made_at}"
                f"  {head.program}  {head.outcome}")  # fmt: skip
    drawn = Table("s", "", "baud", "bytes", "")
    for time_s, direction, speed, data, said in lines:
        text = data[:SHOWN_BYTES].hex(" ").upper() + (" …" if len(data) > SHOWN_BYTES else "")
        drawn.add_row(f"{time_s:.3f}", ">" if direction is Direction.SENT else "<", str(speed), text, said)
    output.console.print(drawn)
    told = [
        {"t": time_s, "way": direction.value, "baud": speed, "hex": data.hex(), "words": said}
        for time_s, direction, speed, data, said in lines
    ]
    output.result({"ok": True, "kind": head.kind, "outcome": head.outcome, "frames": told})


def _configured(device: str, config: Path | None, output: Output) -> DriverSettings:
    """The settings of a role, or of the one device of that kind."""
    devices = read_config(config, output).devices.settings()
    roles = {role.value: one for role, one in devices.items()} | {one.kind: one for one in devices.values()}
    if device not in roles:
        raise output.refuse(msg("There is no device {device} in the settings file. Name one of: {known}.",
                                device=device, known=", ".join(role.value for role in Role)))  # fmt: skip
    return roles[device]
