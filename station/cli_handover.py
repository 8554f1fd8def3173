"""The receiver's side of a handover: is everything on the stick that the signed list and the paper say?"""

from pathlib import Path
from typing import Annotated

import typer

from station.cli_authority import KEY_TROUBLES, AuthorityFolder, authority_trouble
from station.cli_counter import AsJson
from station.cli_output import Output, of_disk
from station.clock import SystemClock
from station.delivery.handover_check import ListReport, check_stick
from station.receiver.authority import load_trust
from station.text import msg

handover_commands = typer.Typer(help="Sticks that were handed over.", no_args_is_help=True)


@handover_commands.callback()
def _handover() -> None:
    """Sticks that were handed over."""


@handover_commands.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="The stick's folder.")],
    authority: AuthorityFolder,
    as_json: AsJson = False,
) -> None:
    """Hold a stick against its signed lists: what is missing, spoiled or not listed; decrypts and changes nothing."""
    output = Output(as_json)
    try:
        keyring = load_trust(authority, SystemClock().now())
    except KEY_TROUBLES as why:
        raise output.refuse(authority_trouble(why)) from None
    try:
        report = check_stick(folder, keyring)
    except OSError as why:
        raise output.refuse(of_disk(why)) from None
    for one in report.lists:
        _tell(one, output)
    for path in report.unlisted:
        output.line(msg("{file} is in no list of this stick.", file=path.name), "yellow")
    value = {"lists": [_value(one) for one in report.lists], "unlisted": [path.name for path in report.unlisted]}
    if not report.lists and not report.unlisted:
        raise output.refuse(msg("Nothing was handed over on this stick."), value)
    if not report.whole:
        raise output.refuse(msg("Not everything is as listed. Write it on the handover record before signing."), value)
    output.line(msg("Everything listed is here, whole. Compare the hash with the record, then sign."), "green")
    output.result({"ok": True, **value})


def _tell(one: ListReport, output: Output) -> None:
    if one.index is None:
        output.line(msg("The list {file} is not signed by a station of this authority.", file=one.path.name), "red")
        return
    digest = one.sha256.hex()
    grouped = " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
    output.line(msg("{station}: {count} files listed. Hash: {hash}", station=one.index.station,
                    count=len(one.index.bundles), hash=grouped))  # fmt: skip
    for name in one.missing:
        output.line(msg("File {number} is missing.", number=name.sequence), "red")
    for name in one.spoiled:
        output.line(msg("File {number} is not what was handed over.", number=name.sequence), "red")


def _value(one: ListReport) -> dict[str, object]:
    return {
        "list": one.path.name,
        "sha256": one.sha256.hex(),
        "believed": one.index is not None,
        "station": one.index.station if one.index else None,
        "files": len(one.index.bundles) if one.index else 0,
        "missing": [name.sequence for name in one.missing],
        "spoiled": [name.sequence for name in one.spoiled],
    }
