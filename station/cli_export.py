"""Sticks: carrying sealed bundles away with a handover record, and bringing the authority's receipts back."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from station import config as settings
from station.cli_counter import AsJson, ConfigFile, DataFolder, PassphraseFile, read_config, read_passphrase
from station.cli_output import Output, of_disk
from station.clock import SystemClock
from station.config import Config
from station.delivery.export import Exported, ExportOutcome, ExportStopped, NothingWaits, Progress, export, put_record
from station.delivery.handover import HandoverFacts, handover_record
from station.delivery.outbox import Outbox, Outcome, Taken
from station.delivery.receipt_document import TO_DO as RECEIPT_TO_DO
from station.delivery.receipts_on_stick import WHY, import_receipts
from station.delivery.stick import TO_DO, StickStopped
from station.registry.model import OfficerCard
from station.registry.officers import (
    FREE_TRIES,
    Approved,
    Checked,
    DamagedOfficers,
    LockedOut,
    LoggedIn,
    Officers,
    Refused,
    WrongPin,
)
from station.registry.rights import Action
from station.safekeeping.events import EventKind
from station.safekeeping.vault import Vault, VaultRefused
from station.text import Language, msg
from station.wiring import OFFICERS_FILE, station_token

StickFolder = Annotated[Path | None, typer.Argument(help="The stick's folder; else export.folder of the settings.")]


def export_(
    folder: StickFolder = None,
    officer: Annotated[str | None, typer.Option("--officer", help="Your id; else asked.")] = None,
    approver: Annotated[str | None, typer.Option("--approver", help="The supervisor who approves; else asked.")] = None,
    pins: Annotated[Path | None, typer.Option("--pins", help="Holds both PINs, a line each; else asked.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Also what left before and has no receipt yet.")] = False,
    record: Annotated[Path | None, typer.Option("--record", help="Write the handover record here too.")] = None,
    english: Annotated[bool, typer.Option("--english", help="The record in English.")] = False,
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Write every waiting bundle to a stick, read it back, and make the handover record; a second person approves."""
    output = Output(as_json)
    read = read_config(config, output)
    stick = _stick(folder, read, output)
    vault = _unlock(read, data, passphrase_file, output)
    try:
        by, second = _two_people(vault, data or settings.places().data, officer, approver, pins, output)
        vault.officer = by.officer_id
        outcome = _with_bar(vault, stick, second.officer_id, again, output)
        exported = _refuse_unless_exported(outcome, output)
        language = Language.ENGLISH if english else Language.INDONESIAN
        pdf = handover_record(_facts(read, exported, by, second), language)
        on_stick = _keep_record(exported, pdf, record, output)
    finally:
        vault.close()
    _tell(exported, on_stick, output)


def _keep_record(exported: Exported, pdf: bytes, record: Path | None, output: Output) -> Path | None:
    """The record beside the list, and where else it is wanted; what was handed over stays so, whatever happens here."""
    try:
        if record is not None:
            record.write_bytes(pdf)
    except OSError as why:
        output.line(of_disk(why), "yellow")
    kept = put_record(exported, pdf)
    if isinstance(kept, ExportStopped):
        output.line(msg("The handover record did not get onto the stick. Print it with --record."), "yellow")
        return record
    return kept


def _tell(exported: Exported, record: Path | None, output: Output) -> None:
    if exported.left:
        output.line(msg("{count} files did not fit. Take another stick for them and export again.",
                        count=exported.left), "yellow")  # fmt: skip
    for sequence in exported.damaged:
        output.line(msg("File {number} is damaged on this station's own disk. Call the technician.",
                        number=sequence), "red")  # fmt: skip
    count = len(exported.entries)
    output.line(msg("Safe to remove: {count} files are on the stick and were read back.", count=count), "bold green")
    if record is not None:
        output.line(msg("Print the handover record and have it signed twice: {path}", path=str(record)))
    output.result(
        {
            "ok": True,
            "safe_to_remove": True,
            "files": count,
            "written": exported.written,
            "left": exported.left,
            "damaged": exported.damaged,
            "bytes": exported.index.total_bytes,
            "index": str(exported.index_path),
            "index_sha256": exported.index_sha256.hex(),
            "record": str(record) if record else None,
            "sequences": [entry.sequence for entry in exported.entries],
        }
    )


def import_(
    folder: StickFolder = None,
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Read the authority's receipts from a stick; each is verified, and a forged or foreign one changes nothing."""
    output = Output(as_json)
    read = read_config(config, output)
    stick = _stick(folder, read, output)
    vault = _unlock(read, data, passphrase_file, output)
    delivery = read.delivery
    outbox = Outbox(vault, SystemClock(), keep_days=delivery.keep_days, resend_hours=delivery.resend_hours)
    try:
        report = import_receipts(stick, vault.station, outbox.take)
    except StickStopped as why:
        raise output.refuse(TO_DO[why.trouble]) from None
    except OSError as why:
        raise output.refuse(of_disk(why)) from None
    finally:
        vault.close()
    for path, reason in report.nothing_done:
        output.line(f"{path.name}: {output.say(WHY[reason])}", "yellow")
    for one in report.taken:
        _tell_rejection(one, output)
    counts = {outcome.value: sum(one.outcome is outcome for one in report.taken) for outcome in Outcome}
    value: dict[str, object] = {
        **counts,
        "nothing_done": [{"file": path.name, "why": reason.name.lower()} for path, reason in report.nothing_done],
    }
    if not report.taken and not report.nothing_done:
        raise output.refuse(msg("There are no receipts for this station on the stick."), value)
    if report.nothing_done:
        raise output.refuse(msg("{count} files are not taken as receipts. They are named above and changed nothing.",
                                count=len(report.nothing_done)), value)  # fmt: skip
    output.line(msg("{count} receipts hold; {new} of them are new.", count=len(report.taken),
                    new=len(report.taken) - counts[Outcome.UNCHANGED.value]), "green")  # fmt: skip
    output.result({"ok": True, **value})


def _tell_rejection(one: Taken, output: Output) -> None:
    if one.receipt.reason is not None:
        what = output.say(RECEIPT_TO_DO[one.receipt.reason])
        output.line(msg("File {number}: {what}", number=one.sequence, what=what), "yellow")


def _stick(folder: Path | None, read: Config, output: Output) -> Path:
    if folder is not None:
        return folder
    if not read.export.folder:
        raise output.refuse(msg("Name the stick's folder, here or in the settings under [export]."))
    return Path(read.export.folder)


def _unlock(read: Config, data: Path | None, passphrase_file: Path | None, output: Output) -> Vault:
    secret = read_passphrase(passphrase_file, output)
    try:
        return Vault.unlock(data or settings.places().data, secret, SystemClock(), token=station_token(read.keys))
    except VaultRefused as refused:
        raise output.refuse(refused.message) from None


def _two_people(
    vault: Vault, data: Path, officer: str | None, approver: str | None, pins: Path | None, output: Output
) -> tuple[OfficerCard, OfficerCard]:
    """Who exports and who approves, both by PIN; or the end of the command."""
    officers = Officers(data / OFFICERS_FILE, SystemClock(), vouched=lambda: vault.keyring.roles())
    try:
        given = pins.read_text(encoding="utf-8").split() if pins is not None else []
    except OSError as why:
        raise output.refuse(of_disk(why)) from None
    if pins is not None and len(given) != 2:
        raise output.refuse(msg("The file of PINs must hold two lines: yours and the supervisor's."))
    officer = officer or str(typer.prompt(output.say(msg("Your officer id")), err=True))
    pin = given[0] if given else _asked_pin(officer, output)
    try:
        checked = officers.admit(officer, pin, Action.EXPORT)
        if not isinstance(checked, LoggedIn):
            _log_refused(vault, officer, checked)
            raise output.refuse(checked.sentence)
        approver = approver or str(typer.prompt(output.say(msg("Id of the supervisor who approves")), err=True))
        pin = given[1] if given else _asked_pin(approver, output)
        second = officers.approve(approver, pin, officer, Action.EXPORT)
    except DamagedOfficers:
        raise output.refuse(msg("The list of officers is damaged. Call the technician; nothing was changed.")) from None
    if not isinstance(second, Approved):
        raise output.refuse(second.sentence)
    return checked.card, second.by


def _log_refused(vault: Vault, officer: str, checked: Checked | Refused) -> None:
    """A wrong PIN is in the audit log, wherever it was typed."""
    if isinstance(checked, WrongPin):
        vault.audit(EventKind.LOGIN_REFUSED, officer=officer, tries=FREE_TRIES - checked.tries_left)
    elif isinstance(checked, LockedOut):
        vault.audit(EventKind.LOGIN_REFUSED, officer=officer, tries=FREE_TRIES)


def _asked_pin(officer: str, output: Output) -> str:
    return str(typer.prompt(output.say(msg("PIN of {officer}", officer=officer)), hide_input=True, err=True))


def _with_bar(vault: Vault, stick: Path, approver: str, again: bool, output: Output) -> ExportOutcome:
    """The export with its bar on the terminal; nothing is drawn where nobody looks."""
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Bar(*columns, console=output.console, transient=True, disable=not output.console.is_terminal) as bar:
        task = bar.add_task(output.say(msg("Writing and reading back")), total=None)

        def show(progress: Progress) -> None:
            bar.update(task, completed=progress.done_bytes, total=progress.total_bytes)

        return export(vault, lambda job: job(), stick, SystemClock().now(), approver, again=again, progress=show)


def _refuse_unless_exported(outcome: ExportOutcome, output: Output) -> Exported:
    match outcome:
        case Exported():
            return outcome
        case NothingWaits():
            raise output.refuse(msg("Nothing waits to be exported. Use --again for another copy of what left before."))
        case ExportStopped():
            raise output.refuse(outcome.sentence, {"trouble": outcome.trouble.value})


def _facts(read: Config, exported: Exported, by: OfficerCard, second: OfficerCard) -> HandoverFacts:
    return HandoverFacts(
        office=read.office.name,
        index=exported.index,
        index_sha256=exported.index_sha256,
        index_name=exported.index_path.name,
        entries=exported.entries,
        at=exported.index.time.astimezone(read.office.zone),
        given_by=by.name,
        approved_by=second.name,
        destination=read.export.destination,
    )
