"""`ktpel keyring` and `ktpel keys`: the authority's list of keys and officers; a station changing its own keys."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from station.cli_authority import KEY_TROUBLES, authority_trouble
from station.cli_authority import AuthorityFolder as AuthorityOption
from station.cli_counter import AsJson, ConfigFile, DataFolder, PassphraseFile
from station.cli_output import Output
from station.cli_people import ApprovedBy, By, StationAt, officers_of, station_at, two_people
from station.clock import SystemClock
from station.registry.model import RoleOfOfficer
from station.registry.rights import Action
from station.safekeeping.disk import SystemDisk, write_over
from station.safekeeping.issuing import AuthorityFolder, with_officers, with_revoked, with_station, without_officer
from station.safekeeping.keyring import Keyring, KeyringRefused, signed_contents
from station.safekeeping.keys import Cost
from station.safekeeping.recovery import KEYRING, VaultRefused, open_secret
from station.safekeeping.rotation import (
    Approval,
    Installed,
    Keeper,
    RequestRefused,
    finish,
    install,
    read_request,
    request_new_keys,
)
from station.safekeeping.token import TokenRefused
from station.text import msg

NewList = Annotated[Path | None, typer.Option("--out", help="Where the new key list is written too, for a stick.")]
AuthorityPassphrase = Annotated[
    Path | None, typer.Option("--authority-passphrase-file", help="Else passphrase.txt in the authority's folder.")
]

keyring_commands = typer.Typer(help="The authority's signed list of keys, stations and officers.", no_args_is_help=True)
keys_commands = typer.Typer(help="This station's own signing keys.", no_args_is_help=True)


@keyring_commands.command("show")
def keyring_show(
    file: Annotated[Path | None, typer.Argument(help="A key list; else the one this station uses.")] = None,
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what a key list says; this station's own is held against the root it was given."""
    output = Output(as_json)
    root = None
    if file is None:
        station = station_at(config, data, passphrase_file, output)
        with _sentences(output):
            root = open_secret(station.folder, station.passphrase).root_fingerprint
        file = station.folder / KEYRING
    with _sentences(output):
        keyring = signed_contents(file.read_bytes(), root)
    if root is None:
        output.line(msg("Not held against a root: whoever wrote this file chose the signature."), "yellow")
    for line in _lines(keyring):
        output.line(line)
    output.result({"ok": True, "verified": root is not None, **_value(keyring)})


@keyring_commands.command("install")
def keyring_install(
    file: Annotated[Path, typer.Argument(help="The key list from the authority's stick.")],
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Take a newer key list into use; what is older, expired or another authority's is refused, the last stays."""
    output = Output(as_json)
    station = station_at(config, data, passphrase_file, output)
    with _sentences(output):
        installed = install(_keeper(station), file.read_bytes())
    _installed(installed, output)


@keyring_commands.command("issue")
def keyring_issue(
    authority: AuthorityOption,
    out: NewList = None,
    officer: Annotated[list[str] | None, typer.Option("--officer", help="ID=ROLE, for each who may serve.")] = None,
    remove_officer: Annotated[list[str] | None, typer.Option("--remove-officer", help="An id that goes.")] = None,
    request: Annotated[list[Path] | None, typer.Option("--request", help="A station's request for new keys.")] = None,
    new_epoch: Annotated[bool, typer.Option("--new-epoch", help="Seal for a fresh key from now on.")] = False,
    support: Annotated[bool, typer.Option("--support", help="A key of its own for diagnostics.")] = False,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How long the list holds.")] = 365,
    passphrase_file: AuthorityPassphrase = None,
    as_json: AsJson = False,
) -> None:
    """Authority: issue the next key list with these changes, or with none to give it a new end."""
    output = Output(as_json)
    with _sentences(output):
        folder = _authority(authority, passphrase_file)
        now = SystemClock().now()
        keyring = folder.keyring(now)
        for path in request or ():
            asked = read_request(path.read_bytes(), keyring)
            keyring = with_station(keyring, asked.station, asked.key, now)
        if officer:
            keyring = with_officers(keyring, [_officer(one, output) for one in officer])
        for one in remove_officer or ():
            keyring = without_officer(keyring, one)
        keyring = folder.with_new_epoch(keyring) if new_epoch else keyring
        keyring = folder.with_support(keyring) if support else keyring
        _issue(folder, keyring, timedelta(days=days), out, output)


@keyring_commands.command("revoke")
def keyring_revoke(
    authority: AuthorityOption,
    out: NewList = None,
    station: Annotated[list[str] | None, typer.Option("--station", help="Every key of this station.")] = None,
    key: Annotated[list[str] | None, typer.Option("--key", help="A key's id, 16 hexadecimal digits.")] = None,
    officer: Annotated[list[str] | None, typer.Option("--officer", help="An officer's id.")] = None,
    passphrase_file: AuthorityPassphrase = None,
    as_json: AsJson = False,
) -> None:
    """Authority: issue a key list in which these count no more. Whatever a revoked station signed is refused."""
    output = Output(as_json)
    with _sentences(output):
        folder = _authority(authority, passphrase_file)
        keyring = folder.keyring(SystemClock().now())
        ids = [one.key.key_id for one in keyring.stations if one.name in (station or ())]
        unknown = set(station or ()) - {one.name for one in keyring.stations}
        if unknown:
            raise KeyError(min(unknown))
        keyring = with_revoked(keyring, [*ids, *(_key_id(one) for one in key or ())])
        for one in officer or ():
            keyring = without_officer(keyring, one)
        if not (ids or key or officer):
            raise output.refuse(msg("Say what is revoked: --station, --key or --officer."))
        _issue(folder, keyring, timedelta(days=365), out, output)


@keys_commands.command("rotate")
def keys_rotate(
    by: By,
    approved_by: ApprovedBy,
    out: Annotated[Path | None, typer.Option("--out", help="Where the request for the authority is written.")] = None,
    authority: Annotated[Path | None, typer.Option("--authority", help="A trial authority's folder at hand.")] = None,
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Change this station's signing keys: write a request for the authority, or finish once its list names them."""
    output = Output(as_json)
    station = station_at(config, data, passphrase_file, output)
    officer, approver = two_people(officers_of(station, output), Action.KEY_CHANGE, by, approved_by, output)
    keeper = replace(_keeper(station), approval=Approval(officer, approver))
    with _sentences(output):
        if finish(keeper):
            _rotated(output)
            return
        if authority is None and out is None:
            raise output.refuse(msg("Say where the request is written: --out FILE."))
        request = request_new_keys(keeper)
        if authority is not None:
            folder, now = _authority(authority, None), SystemClock().now()
            asked = read_request(request, folder.keyring(now))
            _, document = folder.issue(with_station(folder.keyring(now), asked.station, asked.key, now), now)
            _installed(install(_keeper(station), document), output)
            return
    if out is not None:
        with _sentences(output):
            write_over(SystemDisk(), out, request)
        output.line(msg("Bring {path} to the authority, and its new key list back: ktpel keyring install FILE. "
                        "Until then this station signs with its old keys.", path=str(out)))  # fmt: skip
        output.result({"ok": True, "rotated": False, "request": str(out)})


def _keeper(station: StationAt) -> Keeper:
    return Keeper(station.folder, station.passphrase, SystemClock(), station.token)


def _authority(folder: Path, passphrase_file: Path | None) -> AuthorityFolder:
    if not (folder / "root.key").exists():
        raise FileNotFoundError(2, "no authority's root key is there", str(folder / "root.key"))
    passphrase = None if passphrase_file is None else passphrase_file.read_text(encoding="utf-8").strip()
    return AuthorityFolder(folder, passphrase, SystemDisk(), os.urandom, Cost())


def _issue(folder: AuthorityFolder, keyring: Keyring, lifetime: timedelta, out: Path | None, output: Output) -> None:
    issued, document = folder.issue(keyring, SystemClock().now(), lifetime)
    if out is not None:
        write_over(SystemDisk(), out, document)
    output.line(msg("Key list version {version} is issued. Stations take it with ktpel keyring install: {path}",
                    version=issued.version, path=str(out or folder.folder / KEYRING)), "green")  # fmt: skip
    output.result({"ok": True, "path": str(out or folder.folder / KEYRING), **_value(issued)})


def _installed(installed: Installed, output: Output) -> None:
    output.line(msg("Key list version {version} is in use.", version=installed.keyring.version), "green")
    if installed.rotated:
        output.line(msg("This station signs with its new keys now. What waits stays valid."), "green")
    output.result({"ok": True, "rotated": installed.rotated, **_value(installed.keyring)})


def _rotated(output: Output) -> None:
    output.line(msg("This station signs with its new keys now. What waits stays valid."), "green")
    output.result({"ok": True, "rotated": True})


def _officer(text: str, output: Output) -> tuple[str, RoleOfOfficer]:
    officer_id, _, role = text.partition("=")
    if role not in {one.value for one in RoleOfOfficer}:
        raise output.refuse(msg("Write each officer as ID=officer, ID=supervisor or ID=technician: {text}", text=text))
    return officer_id, RoleOfOfficer(role)


def _key_id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise KeyError(text) from None


@contextmanager
def _sentences(output: Output) -> Iterator[None]:
    """Every expected trouble of keys and files as a sentence and code 1."""
    try:
        yield
    except (VaultRefused, TokenRefused) as why:
        raise output.refuse(why.message) from None
    except KeyringRefused as why:
        raise output.refuse(msg("The key list is not taken: {why}. The last one stays in use.", why=str(why))) from None
    except RequestRefused as why:
        raise output.refuse(msg("The request is not taken: {why}.", why=str(why))) from None
    except KeyError as why:
        raise output.refuse(msg("The key list does not name {name}. See who is in it with ktpel keyring show.",
                                name=str(why.args[0]))) from None  # fmt: skip
    except KEY_TROUBLES as why:
        raise output.refuse(authority_trouble(why)) from None


def _lines(keyring: Keyring) -> Sequence[str]:
    value = _value(keyring)
    lines = [f"{name:12} {value[name]}" for name in ("authority", "version", "issued", "expires")]
    for one in keyring.recipients:
        lines.append(f"{one.use.value:12} {one.key.key_id.hex()}  epoch {one.epoch}{_gone(keyring, one.key.key_id)}")
    lines += [f"{'receipts':12} {key.key_id.hex()}{_gone(keyring, key.key_id)}" for key in keyring.receipt_keys]
    for each in keyring.stations:
        lines.append(f"{'station':12} {each.key.key_id.hex()}  {each.name}  {_day(each.since)} .. {_day(each.until)}"
                     f"{_gone(keyring, each.key.key_id)}")  # fmt: skip
    return lines + [f"{'officer':12} {one.officer_id}  {one.role.value}" for one in keyring.officers or ()]


def _gone(keyring: Keyring, key_id: bytes) -> str:
    return "  REVOKED" if key_id in keyring.revoked else ""


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d}"


def _value(keyring: Keyring) -> dict[str, object]:
    return {
        "authority": keyring.authority,
        "version": keyring.version,
        "issued": keyring.issued.isoformat(),
        "expires": keyring.expires.isoformat(),
        "ends_soon": keyring.ends_soon(SystemClock().now()),
        "recipients": [
            {"use": one.use.value, "epoch": one.epoch, "key": one.key.key_id.hex()} for one in keyring.recipients
        ],
        "receipt_keys": [key.key_id.hex() for key in keyring.receipt_keys],
        "stations": [
            {"name": one.name, "key": one.key.key_id.hex(), "since": _day(one.since), "until": _day(one.until)}
            for one in keyring.stations
        ],
        "officers": None if keyring.officers is None else {one.officer_id: one.role.value for one in keyring.officers},
        "revoked": sorted(key_id.hex() for key_id in keyring.revoked),
    }
