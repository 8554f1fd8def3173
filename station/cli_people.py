"""People at the command line: PINs asked without echo, and the second person where the table of rights wants one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from station import config as settings
from station import wiring
from station.cli_counter import read_config, read_passphrase
from station.cli_output import Output, of_disk
from station.clock import SystemClock
from station.registry.model import OfficerCard
from station.registry.officers import DamagedOfficers, LoggedIn, Officers, Refused, Vouched
from station.registry.rights import Action
from station.safekeeping.keyring import KeyringRefused, signed_contents
from station.safekeeping.recovery import KEYRING, VaultRefused, open_secret
from station.safekeeping.token import TokenAccess
from station.text import Message, msg

By = Annotated[str, typer.Option("--by", help="Your officer's id; your PIN is asked.")]
ApprovedBy = Annotated[str, typer.Option("--approved-by", help="The second person's id; that PIN is asked too.")]


@dataclass(frozen=True, slots=True, repr=False)
class StationAt:
    """A station as the command line reaches it."""

    folder: Path
    passphrase: str
    token: TokenAccess | None

    def __repr__(self) -> str:
        return f"StationAt({self.folder})"


def station_at(config: Path | None, data: Path | None, passphrase_file: Path | None, output: Output) -> StationAt:
    """The station's folder, passphrase and token, asked for where no file names them; without settings, no token."""
    path = config or settings.places().config_file
    token = None
    if config is not None or path.exists():
        keys = read_config(path, output).keys
        try:
            token = wiring.token_access(keys)
        except LookupError:
            pin = typer.prompt(output.say(msg("The token's PIN")), hide_input=True, err=True)
            token = wiring.token_access(keys, pin)
        except OSError as why:
            raise output.refuse(of_disk(why)) from None
    return StationAt(data or settings.places().data, read_passphrase(passphrase_file, output), token)


def officers_of(station: StationAt, output: Output) -> Officers:
    """The station's officers as its keyring vouches for them, whatever that keyring's time."""
    try:
        root = open_secret(station.folder, station.passphrase).root_fingerprint
        roles = signed_contents((station.folder / KEYRING).read_bytes(), root).roles()
    except VaultRefused as why:
        raise output.refuse(why.message) from None
    except FileNotFoundError:
        raise output.refuse(msg("The key list is missing. Load it with ktpel keyring install.")) from None
    except KeyringRefused:
        raise output.refuse(msg("The key list does not hold. Load it again with ktpel keyring install.")) from None
    return kept_officers(station.folder, lambda: roles, output)


def kept_officers(folder: Path, vouched: Vouched, output: Output) -> Officers:
    """The officers kept in a folder; a damaged file ends the command."""
    officers = Officers(folder / wiring.OFFICERS_FILE, SystemClock(), vouched=vouched)
    try:
        officers.cards()
    except DamagedOfficers:
        text = msg(
            "The officers' file is damaged. Bring it back from a copy; without one, remove it and add them anew."
        )
        raise output.refuse(text) from None
    return officers


def ask_pin(officer_id: str, output: Output) -> str:
    return str(typer.prompt(output.say(msg("PIN of {officer}", officer=officer_id)), hide_input=True, err=True))


def ask_new_pin(officer_id: str, output: Output) -> str:
    prompt = output.say(msg("New PIN of {officer}, six digits or more", officer=officer_id))
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True))


def one_person(officers: Officers, action: Action, by: str, output: Output) -> OfficerCard:
    """Who does it, by PIN and by role; anything else ends the command."""
    answer = officers.admit(by, ask_pin(by, output), action)
    if not isinstance(answer, LoggedIn):
        raise output.refuse(answer.sentence)
    return answer.card


def two_people(officers: Officers, action: Action, by: str, approver: str, output: Output) -> tuple[str, str]:
    """Who does it and who stands beside, both by PIN and by role; anything else ends the command."""
    first = one_person(officers, action, by, output)
    answer = officers.approve(approver, ask_pin(approver, output), first.officer_id, action)
    if isinstance(answer, Refused):
        raise output.refuse(answer.sentence)
    return first.officer_id, answer.by.officer_id


def unmanaged(officers: Officers) -> Message:
    """What to do where the keyring does not say who is an officer."""
    listed = " ".join(f"--officer {card.officer_id}={card.role.value}" for card in officers.cards())
    return msg("The key list does not say who is an officer, so this file alone does. The authority cures that: "
               "ktpel keyring issue {officers}", officers=listed or "--officer ID=ROLE")  # fmt: skip
