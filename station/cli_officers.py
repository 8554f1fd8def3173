"""`ktpel officer`: who serves at this station. The keyring says who may; PINs and names are kept here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from station.cli_counter import AsJson, ConfigFile, DataFolder, PassphraseFile
from station.cli_output import Output
from station.cli_people import (
    StationAt,
    ask_new_pin,
    ask_pin,
    kept_officers,
    officers_of,
    one_person,
    station_at,
    unmanaged,
)
from station.clock import SystemClock
from station.registry.model import OfficerCard, RoleOfOfficer
from station.registry.officers import Checked, LoggedIn, Officers, Refused
from station.registry.rights import Action
from station.safekeeping.events import EventKind
from station.safekeeping.vault import Vault, VaultRefused
from station.text import msg

OfficerId = Annotated[str, typer.Argument(help="The officer's short id; no NIK, no NIP.")]
Supervisor = Annotated[str, typer.Option("--by", help="The id of the supervisor who does it; that PIN is asked.")]

officer_commands = typer.Typer(help="Who serves at this station.", no_args_is_help=True)


@officer_commands.command("list")
def officer_list(
    config: ConfigFile = None, data: DataFolder = None, passphrase_file: PassphraseFile = None, as_json: AsJson = False
) -> None:
    """Show who may log in, in which role, and who is kept here without the authority's word."""
    output = Output(as_json)
    station = station_at(config, data, passphrase_file, output)
    officers = officers_of(station, output)
    for card in officers.cards():
        output.line(f"{card.officer_id:20} {card.role.value:12} {card.name}")
    for card in officers.strangers():
        output.line(msg("{officer}: the key list does not name this officer, who may not log in.",
                        officer=card.officer_id), "yellow")  # fmt: skip
    if not officers.vouching:
        output.line(unmanaged(officers), "yellow")
    output.result({
        "ok": True,
        "signed": officers.vouching,
        "officers": [_value(card) for card in officers.cards()],
        "refused": [_value(card) for card in officers.strangers()],
    })  # fmt: skip


@officer_commands.command("add")
def officer_add(
    officer_id: OfficerId,
    name: Annotated[str, typer.Option("--name", help="As it stands on the login screen.")],
    by: Annotated[
        str | None, typer.Option("--by", help="A supervisor's id; only the first officer needs none.")
    ] = None,
    role: Annotated[RoleOfOfficer | None, typer.Option("--role", help="Needed where the key list says none.")] = None,
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody log in here whom the authority's key list names; the new PIN is asked."""
    output = Output(as_json)
    with _serving(station_at(config, data, passphrase_file, output), output) as (vault, officers):
        named = (vault.keyring.roles() or {}).get(officer_id)
        chosen = role or named
        if chosen is None and vault.keyring.roles() is None:
            raise output.refuse(msg("Say the role: --role officer, supervisor or technician."))
        if by is not None:
            one_person(officers, Action.OFFICER_CHANGE, by, output)
        card = OfficerCard(officer_id, name, chosen or RoleOfOfficer.OFFICER)
        answer = officers.add(card, ask_new_pin(officer_id, output), by)
        if isinstance(answer, Refused):
            raise output.refuse(answer.sentence)
        vault.audit(EventKind.OFFICER_ADDED, subject=officer_id, role=card.role, approver=by or officer_id)
    output.line(msg("Officer {name} may log in ({role}).", name=name, role=card.role.value), "green")
    output.result({"ok": True, **_value(card)})


@officer_commands.command("remove")
def officer_remove(
    officer_id: OfficerId,
    by: Supervisor,
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Take somebody off this station's list; the authority's key list may still name them for other stations."""
    output = Output(as_json)
    with _serving(station_at(config, data, passphrase_file, output), output) as (vault, officers):
        one_person(officers, Action.OFFICER_CHANGE, by, output)
        answer = officers.remove(officer_id, by)
        if isinstance(answer, Refused):
            raise output.refuse(answer.sentence)
        vault.audit(EventKind.OFFICER_REMOVED, subject=officer_id, approver=by)
    output.line(msg("{officer} may not log in here any more.", officer=officer_id), "green")
    output.result({"ok": True, **_value(answer)})


@officer_commands.command("pin")
def officer_pin(
    officer_id: OfficerId,
    by: Annotated[str | None, typer.Option("--by", help="A supervisor's id, for somebody who forgot.")] = None,
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Change your own PIN, or as a supervisor somebody else's; the PINs are asked."""
    output = Output(as_json)
    with _serving(station_at(config, data, passphrase_file, output), output) as (vault, officers):
        answer: Checked | Refused | OfficerCard
        if by is not None:
            one_person(officers, Action.PIN_RESET, by, output)
            answer = officers.reset_pin(officer_id, ask_new_pin(officer_id, output), by)
        else:
            old = ask_pin(officer_id, output)
            answer = officers.change_pin(officer_id, old, ask_new_pin(officer_id, output))
        if not isinstance(answer, LoggedIn | OfficerCard):
            raise output.refuse(answer.sentence)
        vault.audit(EventKind.PIN_CHANGED, subject=officer_id, officer=by or officer_id)
    output.line(msg("The PIN is changed."), "green")
    output.result({"ok": True, "officer": officer_id})


@contextmanager
def _serving(station: StationAt, output: Output) -> Iterator[tuple[Vault, Officers]]:
    """The unlocked vault, for its keyring and its log, and the officers beside it."""
    try:
        vault = Vault.unlock(station.folder, station.passphrase, SystemClock(), token=station.token)
    except VaultRefused as why:
        raise output.refuse(why.message) from None
    try:
        yield vault, kept_officers(station.folder, lambda: vault.keyring.roles(), output)
    finally:
        vault.close()


def _value(card: OfficerCard) -> dict[str, object]:
    return {"officer": card.officer_id, "name": card.name, "role": card.role.value}
