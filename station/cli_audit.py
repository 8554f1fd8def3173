"""`ktpel audit`: walking the log, and handing it to an inspector."""

from pathlib import Path
from typing import Annotated

import typer

from station import config as settings
from station.cli_counter import AsJson, ConfigFile, DataFolder, PassphraseFile
from station.cli_output import Output, of_disk
from station.cli_people import ApprovedBy, By, officers_of, station_at, two_people
from station.clock import SystemClock
from station.registry.rights import Action
from station.safekeeping import audit
from station.safekeeping.audit import AuditFault
from station.safekeeping.audit_export import ExportFault, check
from station.safekeeping.bundle import BundleRefused, Checkpoint, Envelope, read_envelope
from station.safekeeping.cbor import BadCbor
from station.safekeeping.disk import SystemDisk, write_new
from station.safekeeping.events import EventKind
from station.safekeeping.provision import load_root
from station.safekeeping.signing import SignerSilent
from station.safekeeping.vault import Vault, VaultRefused
from station.text import Message, msg

audit_commands = typer.Typer(help="The audit log.", no_args_is_help=True)


@audit_commands.command("verify")
def audit_verify(
    data: DataFolder = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="An exported log, to be checked without a station.")
    ] = None,
    root: Annotated[
        Path | None, typer.Option("--root", help="The authority's root.pub, to hold the file against.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk the audit log, hold it against the newest bundle's signed checkpoint, and name the first bad record."""
    output = Output(as_json)
    if file is not None:
        _verify_file(file, root, output)
        return
    folder = data or settings.places().data
    if not (folder / "audit").is_dir():
        raise output.refuse(msg("There is no audit log in {folder}.", folder=str(folder)))
    report = audit.verify(folder / "audit", _newest_checkpoint(folder / "spool"))
    if report.bad is not None:
        bad = report.bad
        raise output.refuse(
            _bad(bad.index, bad.fault),
            {"record": bad.index, "file": bad.file, "offset": bad.offset, "fault": bad.fault.name.lower()},
        )
    output.line(msg("{count} audit records hold.", count=report.records), "green")
    output.result({"ok": True, "records": report.records, "head": report.head.hex()})


def _verify_file(file: Path, root: Path | None, output: Output) -> None:
    try:
        fingerprint = None if root is None else load_root(root).fingerprint
        report = check(file.read_bytes(), fingerprint)
    except OSError as why:
        raise output.refuse(of_disk(why)) from None
    except BadCbor:
        raise output.refuse(
            msg("{path} is not an authority's root.pub. Bring the right one.", path=str(root))
        ) from None
    value = {"station": report.station, "records": report.records, "root": report.root, "record": report.record}
    match report.fault:
        case None:
            pass
        case ExportFault.RECORD:
            text = msg("Audit record {index} does not hold: the file was changed.", index=report.record or 0)
            raise output.refuse(text, {**value, "fault": "record"})
        case fault:
            text = msg("The file is not accepted: {why}. Ask for a new export.", why=fault.value)
            raise output.refuse(text, {**value, "fault": fault.name.lower()})
    output.line(msg("{count} audit records of {station} hold.", count=report.records, station=report.station), "green")
    if fingerprint is None:
        output.line(msg("Compare the authority's root by voice: {root}", root=report.root[:32]), "yellow")
    output.result({"ok": True, "root_checked": fingerprint is not None, **value})


@audit_commands.command("export")
def audit_export(
    out: Annotated[Path, typer.Option("--out", help="The file for the inspector.")],
    by: By,
    approved_by: ApprovedBy,
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Write the whole audit log into one signed file that is checked without this station; a supervisor stands by."""
    output = Output(as_json)
    station = station_at(config, data, passphrase_file, output)
    people = two_people(officers_of(station, output), Action.AUDIT_EXPORT, by, approved_by, output)
    try:
        vault = Vault.unlock(station.folder, station.passphrase, SystemClock(), token=station.token)
    except VaultRefused as why:
        raise output.refuse(why.message) from None
    try:
        report = vault.verify_audit()
        if report.bad is not None:
            raise output.refuse(_bad(report.bad.index, report.bad.fault))
        vault.audit(EventKind.APPROVED, action=Action.AUDIT_EXPORT, officer=people[0], approver=people[1])
        exported = vault.export_audit()
        write_new(SystemDisk(), out, exported)
    except FileExistsError:
        raise output.refuse(msg("{path} is there already. Name another file.", path=str(out))) from None
    except SignerSilent:
        raise output.refuse(msg("The token that signs does not answer. Plug it in and start again.")) from None
    except OSError as why:
        raise output.refuse(of_disk(why)) from None
    finally:
        vault.close()
    told = check(exported, None)
    output.line(msg("{count} records are in {path}. It is checked with ktpel audit verify --file.",
                    count=told.records, path=str(out)), "green")  # fmt: skip
    output.result({"ok": True, "records": told.records, "path": str(out), "root": told.root})


def _bad(index: int, fault: AuditFault) -> Message:
    return msg("Audit record {index} does not hold: {fault}. Change nothing and call the authority.",
               index=index, fault=fault.value)  # fmt: skip


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
