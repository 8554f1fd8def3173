"""The authority's commands: setting a station up, verifying, opening and inspecting bundles, walking the audit log."""

import tempfile
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from station import config as settings
from station.cli_counter import AsJson, ConfigFile, DataFolder, PassphraseFile, read_config, read_passphrase
from station.cli_output import Output, of_disk
from station.clock import SystemClock
from station.receiver.authority import load_recipient, load_trust
from station.receiver.inspecting import inspect
from station.receiver.opening import open_bundles
from station.receiver.verifying import BundleReport, VerifyReport, bundle_files
from station.receiver.verifying import verify as verify_bundles
from station.registry.model import OfficerCard, RoleOfOfficer
from station.registry.officers import Officers, Refused
from station.safekeeping import audit
from station.safekeeping.bundle import BundleRefused, Checkpoint, Envelope, read_envelope
from station.safekeeping.cbor import BadCbor
from station.safekeeping.keyring import KeyringRefused
from station.safekeeping.keys import KeyFileBad, WrongPassphrase
from station.safekeeping.provision import ProvisionReport, WeakPassphrase
from station.safekeeping.provision import provision as make_station
from station.text import Message, msg
from station.wiring import OFFICERS_FILE

Bundles = Annotated[list[Path], typer.Argument(help="Bundle files, or folders that hold them.")]
AuthorityFolder = Annotated[Path, typer.Option("--authority", help="The authority's folder: keys and keyring.")]
TrainingOk = Annotated[bool, typer.Option("--training-ok", help="Take bundles that were made for training.")]
KEY_TROUBLES = (WrongPassphrase, KeyFileBad, KeyringRefused, BadCbor, OSError)

audit_commands = typer.Typer(help="The audit log.", no_args_is_help=True)
bundle_commands = typer.Typer(help="Bundles, without any key.", no_args_is_help=True)


def provision(
    authority: AuthorityFolder,
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    officers: Annotated[Path | None, typer.Option(help="TOML list of officers with their first PINs.")] = None,
    as_json: AsJson = False,
) -> None:
    """Create a station: its keys, a test authority where there is none yet, the keyring and the officers."""
    output = Output(as_json)
    read = read_config(config, output)
    folder = data or settings.places().data
    secret = read_passphrase(passphrase_file, output)
    cards = _officers(officers, output)
    with tempfile.TemporaryDirectory() as rehearsal:
        _add_officers(Path(rehearsal), cards, output)
    try:
        report = make_station(folder, authority, read.station.name, secret, SystemClock())
    except WeakPassphrase:
        raise output.refuse(msg("The passphrase is too short. Use 8 characters or more.")) from None
    except FileExistsError:
        raise output.refuse(msg("This station has keys already. Nothing was changed.")) from None
    except KEY_TROUBLES as why:
        raise output.refuse(authority_trouble(why)) from None
    _explain(report, authority, output)
    _add_officers(folder, cards, output)
    for card, _ in cards:
        output.line(msg("Officer {name} may log in ({role}).", name=card.name, role=card.role.value))
    output.result({"ok": True, "station": report.station, "root": report.root_fingerprint, "officers": len(cards)})


def _add_officers(folder: Path, cards: list[tuple[OfficerCard, str]], output: Output) -> None:
    """Keep them in `folder`, or refuse; tried first where nothing is lost, so that no station is left without any."""
    kept = Officers(folder / OFFICERS_FILE, SystemClock())
    first = None
    for card, pin in cards:
        answer = kept.add(card, pin, first)
        if isinstance(answer, Refused):
            raise output.refuse(msg("Officer {officer}: {why}", officer=card.officer_id, why=answer.sentence))
        first = first or card.officer_id
    if first is None:
        raise output.refuse(msg("The list of officers is empty. Write a supervisor into it."))


def _explain(report: ProvisionReport, authority: Path, output: Output) -> None:
    if report.authority_is_new:
        output.line(msg("Authority made in {folder}: root, opening, recovery and receipt keys.", folder=str(authority)))
        output.line(msg("  Keep that folder away from the station: whoever has it opens every bundle."))
    output.line(msg("Authority's root, to compare by voice: {root}", root=report.root_fingerprint[:32]))
    output.line(msg("Station {name} signs with key {key}; its key file opens only with the passphrase.",
                    name=report.station, key=report.station_key_id))  # fmt: skip
    output.line(msg("Keyring version {version} names who may open and who may sign.", version=report.keyring_version))


def _officers(path: Path | None, output: Output) -> list[tuple[OfficerCard, str]]:
    if path is None:
        name = typer.prompt(output.say(msg("First supervisor's name")), err=True)
        officer_id = typer.prompt(output.say(msg("Short id for {name}", name=name)), err=True)
        pin = typer.prompt(
            output.say(msg("PIN, six digits or more")), hide_input=True, confirmation_prompt=True, err=True
        )
        return [(OfficerCard(officer_id, name, RoleOfOfficer.SUPERVISOR), pin)]
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))["officers"]
        return [(OfficerCard(one["id"], one["name"], RoleOfOfficer(one["role"])), one["pin"]) for one in listed]
    except (OSError, ValueError, KeyError, TypeError) as why:
        raise output.refuse(msg("The list of officers cannot be used: {why}. Correct {path} and start again.",
                                why=f"{type(why).__name__} {why}", path=str(path))) from None  # fmt: skip


def verify(
    paths: Bundles, authority: AuthorityFolder, training_ok: TrainingOk = False, as_json: AsJson = False
) -> None:
    """Check bundles' form, signatures and chain against the authority's keyring; decrypts nothing."""
    output = Output(as_json)
    try:
        report = verify_bundles(paths, load_trust(authority, SystemClock().now()), training_ok=training_ok)
    except KEY_TROUBLES as why:
        raise output.refuse(authority_trouble(why)) from None
    _tell(report, output)
    value = {"bundles": [_bundle(one) for one in report.bundles], "chain": _chain(report)}
    if not report.bundles:
        raise output.refuse(msg("No bundles are here."), value)
    if not report.accepted:
        raise output.refuse(msg("Not everything holds. Keep these files and fetch the station's own copies."), value)
    output.line(msg("{count} bundles hold: form, signatures, chain.", count=len(report.bundles)), "green")
    output.result({"ok": True, **value})


def open_(
    paths: Bundles,
    authority: AuthorityFolder,
    out: Annotated[Path, typer.Option("--out", help="Where each case's folder is written.")],
    training_ok: TrainingOk = False,
    incomplete_ok: Annotated[bool, typer.Option("--incomplete-ok", help="Open cases without manifest too.")] = False,
    pictures: Annotated[bool, typer.Option("--pictures", help="Write photo and fingers as PNG too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Verify, decrypt with the authority's key, and write each case into a folder: records, case.an2, summary.txt."""
    output = Output(as_json)
    try:
        keyring = load_trust(authority, SystemClock().now())
        secret = load_recipient(authority)
        report = open_bundles(paths, keyring, secret, out, training_ok=training_ok, incomplete_ok=incomplete_ok,
                              pictures=pictures, language=output.say.language)  # fmt: skip
    except FileExistsError as why:
        raise output.refuse(msg("{folder} is there already. Name another folder with --out, or remove it first.",
                                folder=str(why.filename or why))) from None  # fmt: skip
    except KEY_TROUBLES as why:
        raise output.refuse(authority_trouble(why)) from None
    for refused in report.refused:
        output.line(f"{refused.path.name}: {refused.problem.value if refused.problem else ''}", "red")
    for case in report.cases:
        output.line(f"{case.number}: {case.state.value}, {case.bundles} bundles -> {case.folder or '-'}")
        for line in case.summary.lines(output.say) if case.summary else ():
            output.line(f"  {line}")
    value = {
        "cases": [
            {
                "number": c.number,
                "state": c.state.name.lower(),
                "folder": str(c.folder) if c.folder else None,
                **(c.summary.value() if c.summary else {}),
            }
            for c in report.cases
        ],
        "refused": [_bundle(one) for one in report.refused],
        "chain": _chain(report.verified),
    }
    if not report.cases and not report.refused:
        raise output.refuse(msg("No bundles are here."), value)
    if not report.complete or not report.cases:
        raise output.refuse(
            msg("Not everything could be opened. Keep these files and fetch what is missing from the station."), value
        )
    if not all(case.summary is None or case.summary.whole for case in report.cases):
        raise output.refuse(msg("Not every record could be read. The files are kept as they were sealed."), value)
    output.result({"ok": True, **value})


@bundle_commands.command("inspect")
def bundle_inspect(paths: Bundles, as_json: AsJson = False) -> None:
    """Show everything about bundles that is not secret; nothing is verified."""
    output = Output(as_json)
    told: list[dict[str, object]] = []
    for path in bundle_files(paths):
        problem, facts = _inspected(path, output)
        output.line(f"{path}", "bold")
        if problem is not None:
            output.line(f"  {problem}", "red")
        for name, fact in facts.items():
            output.line(f"  {name:18} {fact}")
        told.append({"path": str(path), "problem": problem, **facts})
    if not told:
        raise output.refuse(msg("No bundles are here."), {"bundles": []})
    if any(one["problem"] for one in told):
        raise output.refuse(msg("Not every file is a whole bundle. Each is named above."), {"bundles": told})
    output.result({"ok": True, "bundles": told})


def _inspected(path: Path, output: Output) -> tuple[str | None, dict[str, object]]:
    try:
        seen = inspect(path)
    except OSError as why:
        return output.say(of_disk(why)), {}
    return (seen.problem.value if seen.problem else None), seen.facts


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


def _tell(report: VerifyReport, output: Output) -> None:
    for one in report.bundles:
        if one.problem is not None:
            output.line(f"{one.path}: {one.problem.value}", "red")
    for finding in report.chain:
        output.line(f"{finding.station}, {finding.sequence}: {finding.fault.value}", "red")


def _bundle(report: BundleReport) -> dict[str, object]:
    core = report.envelope.core if report.envelope else None
    return {
        "path": str(report.path),
        "accepted": report.accepted,
        "problem": report.problem.value if report.problem else None,
        "station": core.station if core else None,
        "sequence": core.sequence if core else None,
        "training": report.training,
    }


def _chain(report: VerifyReport) -> list[dict[str, object]]:
    return [{"station": f.station, "sequence": f.sequence, "fault": f.fault.name.lower()} for f in report.chain]


def authority_trouble(why: Exception) -> Message:
    """What is wrong with the authority's keys or files, and what to do."""
    match why:
        case OSError():
            return of_disk(why)
        case WrongPassphrase():
            return msg("The passphrase does not open the authority's keys. Look into passphrase.txt in its folder.")
        case KeyFileBad():
            return msg("A key file of the authority does not hold: {why}. Bring it back, for its owner alone.",
                       why=str(why))  # fmt: skip
        case KeyringRefused():
            return msg(
                "The authority's keyring is not taken: {why}. Bring the right one into its folder.", why=str(why)
            )
        case _:
            return msg("A file of the authority is damaged: {why}. Bring it back from the copy.", why=str(why))
