"""`ktpel audit`: walking the log, and handing it to an inspector."""

from pathlib import Path

import typer

from station import config as settings
from station.cli_counter import AsJson, DataFolder
from station.cli_output import Output
from station.safekeeping import audit
from station.safekeeping.bundle import BundleRefused, Checkpoint, Envelope, read_envelope
from station.text import msg

audit_commands = typer.Typer(help="The audit log.", no_args_is_help=True)


@audit_commands.command("verify")
def audit_verify(data: DataFolder = None, as_json: AsJson = False) -> None:
    """Walk the audit log, hold it against the newest bundle's signed checkpoint, and name the first bad record."""
    output = Output(as_json)
    folder = data or settings.places().data
    if not (folder / "audit").is_dir():
        raise output.refuse(msg("There is no audit log in {folder}.", folder=str(folder)))
    report = audit.verify(folder / "audit", _newest_checkpoint(folder / "spool"))
    if report.bad is not None:
        bad = report.bad
        raise output.refuse(
            msg(
                "Audit record {index} does not hold: {fault}. Change nothing and call the authority.",
                index=bad.index,
                fault=bad.fault.value,
            ),
            {"record": bad.index, "file": bad.file, "offset": bad.offset, "fault": bad.fault.name.lower()},
        )
    output.line(msg("{count} audit records hold.", count=report.records), "green")
    output.result({"ok": True, "records": report.records, "head": report.head.hex()})


def _newest_checkpoint(spool: Path) -> Checkpoint | None:
    newest: Envelope | None = None
    for path in spool.rglob("*.ktpb"):
        try:
            with path.open("rb") as stream:
                envelope = read_envelope(stream)
        except BundleRefused:
            continue
        if newest is None or envelope.core.sequence > newest.core.sequence:
            newest = envelope
    return newest.core.checkpoint if newest else None
