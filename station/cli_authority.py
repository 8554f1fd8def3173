"""The authority's commands: verifying, opening and inspecting bundles."""

from pathlib import Path
from typing import Annotated

import typer

from station.cli_counter import AsJson
from station.cli_output import Output, of_disk
from station.clock import SystemClock
from station.receiver.authority import load_recipient, load_support, load_trust
from station.receiver.inspecting import inspect
from station.receiver.opening import open_bundles
from station.receiver.verifying import BundleReport, VerifyReport, bundle_files
from station.receiver.verifying import verify as verify_bundles
from station.safekeeping.cbor import BadCbor
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.keyring import KeyringRefused
from station.safekeeping.keys import KeyFileBad, WrongPassphrase
from station.safekeeping.paper_key import BadWords, key_of
from station.text import Message, msg

Bundles = Annotated[list[Path], typer.Argument(help="Bundle files, or folders that hold them.")]
AuthorityFolder = Annotated[Path, typer.Option("--authority", help="The authority's folder: keys and keyring.")]
TrainingOk = Annotated[bool, typer.Option("--training-ok", help="Take bundles that were made for training.")]
KEY_TROUBLES = (WrongPassphrase, KeyFileBad, KeyringRefused, BadCbor, OSError)

bundle_commands = typer.Typer(help="Bundles, without any key.", no_args_is_help=True)


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
    recovery: Annotated[bool, typer.Option("--recovery", help="Open with the recovery key: its words.")] = False,
    support: Annotated[bool, typer.Option("--support", help="Open diagnostics with the support key.")] = False,
    as_json: AsJson = False,
) -> None:
    """Verify, decrypt with the authority's key, and write each case into a folder: records, case.an2, summary.txt."""
    output = Output(as_json)
    try:
        keyring = load_trust(authority, SystemClock().now())
        secret = _secret(authority, recovery, support, output)
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


def _secret(authority: Path, recovery: bool, support: bool, output: Output) -> RecipientSecret:
    if recovery:
        return _recovery_from_paper(output)
    return load_support(authority) if support else load_recipient(authority)


def _recovery_from_paper(output: Output) -> RecipientSecret:
    """Asked without echo, so that the words stay in no window and no file."""
    words = str(typer.prompt(output.say(msg("The recovery key's 17 words")), hide_input=True, err=True)).split()
    try:
        return RecipientSecret(key_of(words))
    except BadWords as bad:
        if bad.number is not None:
            raise output.refuse(msg("Word {number} is not one of a key. Read it again.", number=bad.number)) from None
        raise output.refuse(msg("These are not the 17 words of a key. Read them again, in their order.")) from None


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
