"""`ktpel provision`: setting a station up, as a ceremony that says what is made, where it lies, what to keep apart."""

import io
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Annotated

import segno
import typer

from station.cli_authority import KEY_TROUBLES, AuthorityFolder, authority_trouble
from station.cli_counter import AsJson, ConfigFile, DataFolder, PassphraseFile, read_config
from station.cli_output import Output
from station.cli_people import StationAt, station_at
from station.clock import SystemClock
from station.registry.model import OfficerCard, RoleOfOfficer
from station.registry.officers import Officers, PinCost, Refused
from station.safekeeping.issuing import ROOT_KEY
from station.safekeeping.paper_key import words_of
from station.safekeeping.provision import ProvisionReport, WeakPassphrase
from station.safekeeping.provision import provision as make_station
from station.safekeeping.token import TokenRefused
from station.text import Message, msg
from station.wiring import OFFICERS_FILE

People = list[tuple[OfficerCard, str]]
REHEARSAL = PinCost(memory_kib=8, passes=1, lanes=1)
"""For trying the list of officers in a folder that is thrown away."""


def provision(
    authority: AuthorityFolder,
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    officers: Annotated[Path | None, typer.Option(help="TOML list of officers with their first PINs.")] = None,
    recovery_on_paper: Annotated[
        bool, typer.Option("--recovery-on-paper", help="Show a new authority's recovery key once, and keep no file.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not wait for a yes: for scripts.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create a station: its keys, a test authority where there is none yet, the keyring and the officers."""
    output = Output(as_json)
    name = read_config(config, output).station.name
    station = station_at(config, data, passphrase_file, output)
    people = _people(officers, output)
    with tempfile.TemporaryDirectory() as rehearsal:
        _keep(Officers(Path(rehearsal) / OFFICERS_FILE, SystemClock(), REHEARSAL), people, output)
    _announce(station, authority, name, output)
    if not (yes or as_json) and sys.stdin.isatty() and not typer.confirm(output.say(msg("Begin?"))):
        raise output.refuse(msg("Nothing was made."))
    report = _make(station, authority, name, people, recovery_on_paper, output)
    vouched = {card.officer_id: card.role for card, _ in people}
    _keep(Officers(station.folder / OFFICERS_FILE, SystemClock(), vouched=lambda: vouched), people, output)
    _tell(report, station, authority, people, output)
    if report.recovery_seed is not None:
        _paper(report.recovery_seed, output)
    output.result({
        "ok": True,
        "station": report.station,
        "key": report.station_key_id,
        "root": report.root_fingerprint,
        "keyring_version": report.keyring_version,
        "officers": len(people),
        "token": station.token is not None,
        "recovery_on_paper": report.recovery_seed is not None,
    })  # fmt: skip


def _make(station: StationAt, authority: Path, name: str, people: People, on_paper: bool,
          output: Output) -> ProvisionReport:  # fmt: skip
    try:
        return make_station(
            station.folder, authority, name, station.passphrase, SystemClock(), token=station.token,
            officers=[(card.officer_id, card.role) for card, _ in people], recovery_on_paper=on_paper,
        )  # fmt: skip
    except WeakPassphrase:
        raise output.refuse(msg("The passphrase is too short. Use 8 characters or more.")) from None
    except FileExistsError:
        raise output.refuse(msg("This station has keys already. Nothing was changed.")) from None
    except TokenRefused as why:
        raise output.refuse(why.message) from None
    except KEY_TROUBLES as why:
        raise output.refuse(authority_trouble(why)) from None


def _keep(kept: Officers, people: People, output: Output) -> None:
    """Keep them, or refuse; tried first where nothing is lost, so that no station is left without any."""
    first = None
    for card, pin in people:
        answer = kept.add(card, pin, first)
        if isinstance(answer, Refused):
            raise output.refuse(msg("Officer {officer}: {why}", officer=card.officer_id, why=answer.sentence))
        first = first or card.officer_id
    if first is None:
        raise output.refuse(msg("The list of officers is empty. Write a supervisor into it."))


def _announce(station: StationAt, authority: Path, name: str, output: Output) -> None:
    output.line(msg("Setting up station {name}", name=name), "bold")
    has_authority = (authority / ROOT_KEY).exists()
    steps = (
        msg("Authority: the one in {folder} signs.", folder=str(authority))
        if has_authority
        else msg("Authority: a trial one is made in {folder}: root, opening, recovery and receipt keys.",
                 folder=str(authority)),
        msg("Signing key: P-256 in token {label}, ML-DSA-65 in {folder}.", label=station.token.label,
            folder=str(station.folder))
        if station.token
        else msg("Signing keys: P-256 and ML-DSA-65 in {folder}, under the passphrase.", folder=str(station.folder)),
        msg("Key list: names who may open, which station signs, and who serves as officer."),
        msg("Officers: their PINs are kept on this station and are not part of the encryption."),
    )  # fmt: skip
    for number, step in enumerate(steps, 1):
        _step(number, step, output)


def _tell(report: ProvisionReport, station: StationAt, authority: Path, people: People, output: Output) -> None:
    output.line(msg("Done. Now do these things:"), "bold")
    things = [
        msg("Write down the root, and compare it by voice with the authority: {root}",
            root=report.root_fingerprint[:32]),
        msg("Write down this station's key: {key}", key=report.station_key_id),
        msg("Keep the passphrase apart from this machine: without it the key file opens nowhere."),
    ]  # fmt: skip
    if report.authority_is_new:
        things.append(
            msg("Take {folder} away from this station: whoever has it opens every bundle.", folder=str(authority))
        )
    if report.authority_passphrase_file is not None:
        things.append(msg("The authority's passphrase lies beside its keys. Keep it elsewhere: {path}",
                          path=str(report.authority_passphrase_file)))  # fmt: skip
    if station.token is not None:
        things.append(msg("Keep the token's PIN and a spare token apart: a lost token means new keys."))
    for number, thing in enumerate(things, 1):
        _step(number, thing, output)
    output.line(msg("Key list version {version} is in use.", version=report.keyring_version))
    for card, _ in people:
        output.line(msg("Officer {name} may log in ({role}).", name=card.name, role=card.role.value))


def _step(number: int, sentence: Message, output: Output) -> None:
    output.line(f"  {number}. {output.say(sentence)}")


def _paper(seed: bytes, output: Output) -> None:
    """Shown on the terminal alone: never in JSON, a file or a log."""
    words = words_of(seed)
    output.line(msg("The recovery key, now and never again. Write it down twice, and keep both in different places:"),
                "bold")  # fmt: skip
    for row in range(0, len(words), 4):
        output.line("  " + "  ".join(f"{row + place:2}. {word}" for place, word in enumerate(words[row : row + 4], 1)))
    code = segno.make(" ".join(words).upper(), error="m", micro=False)
    drawn = io.StringIO()
    code.terminal(out=drawn, border=2, compact=True)
    output.line(drawn.getvalue())
    output.line(msg("With these words ktpel open --recovery opens every bundle. The file of this key is gone."))


def _people(path: Path | None, output: Output) -> People:
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
