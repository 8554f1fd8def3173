"""The technician's commands: how the station is, and what is plugged in."""

import getpass
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text as Plain

from drivers.api import Busy, DeviceStatus, Ready, Role
from drivers.discovery import Candidate, camera_candidates, hid_pads, holders, runs, serial_candidates
from drivers.probing import Answer, ask_port
from station import config as settings
from station.cli_counter import AsJson, ConfigFile, DataFolder, PassphraseFile, read_config
from station.cli_output import Output, of_disk
from station.config import Config
from station.diagnostics.health import Asked, KeyringFacts, SpoolCounts, Standing, health, to_json
from station.diagnostics.kept import keyring_facts, spool_counts
from station.diagnostics.plugged import (
    INSTALLED_RULES,
    MODEM_MANAGER,
    Plugged,
    access_to,
    exact_cures,
    look,
    machine_cures,
    proposal,
)
from station.diagnostics.sentences import cures, device_sentence
from station.safekeeping.keyring import KeyringRefusal
from station.safekeeping.recovery import VaultRefused, open_secret
from station.safekeeping.vault import LARGEST_CASE_BYTES
from station.text import msg
from station.wiring import ask_devices


def show_health(
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Ask every device and say how the station is; code 1 when it is not ready.

    With a passphrase file the keyring is held against the station's own root too.
    """
    output = Output(as_json)
    read = read_config(config, output)
    folder = data or settings.places().data
    counts, keyring = _kept(folder, passphrase_file, output)
    now = datetime.now(UTC)
    asked = {role: Asked(status, now, now if isinstance(status, Ready | Busy) else None)
             for role, status in _ask(read, output).items()}  # fmt: skip
    space = folder if folder.exists() else Path.cwd()
    report = health(read, now, asked, counts, shutil.disk_usage(space).free, LARGEST_CASE_BYTES * 3 // 2, keyring)
    for device in report.devices:
        _health_line(output, device.standing, output.say(device.sentence), [output.say(cure) for cure in device.cures])
    for part in report.parts:
        _health_line(output, part.standing, output.say(part.sentence), [output.say(part.cure)] if part.cure else [])
    if isinstance(keyring, KeyringFacts) and not keyring.verified:
        output.line(msg("    Not held against this station's root; give the passphrase file for that: {root}",
                        root=keyring.root[:32]))  # fmt: skip
    output.result({"ok": report.ready, **to_json(report, output.say)})
    if not report.ready:
        raise typer.Exit(1)


def _kept(
    folder: Path, passphrase_file: Path | None, output: Output
) -> tuple[SpoolCounts, KeyringFacts | KeyringRefusal | None]:
    """What the data folder says; the passphrase is only used when its file was named."""
    try:
        root = None
        if passphrase_file is not None:
            root = open_secret(folder, passphrase_file.read_text(encoding="utf-8").strip()).root_fingerprint
        return spool_counts(folder), keyring_facts(folder, root)
    except VaultRefused as refused:
        raise output.refuse(refused.message) from None
    except OSError as why:
        raise output.refuse(of_disk(why)) from None


def _ask(config: Config, output: Output) -> dict[Role, DeviceStatus]:
    try:
        return ask_devices(config)
    except ValueError as why:
        raise output.refuse(msg("The settings file names a device that cannot be used: {why}.", why=str(why))) from None


def _health_line(output: Output, standing: Standing, sentence: str, advice: list[str]) -> None:
    output.line(f"[{standing.value}] {sentence}")
    for cure in advice:
        output.line(f"    {cure}")


def devices(
    config: ConfigFile = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask each free serial port who is there (7 s a port).")] = False,
    write: Annotated[bool, typer.Option("--write", help="Propose the settings' devices section; asks too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is plugged in, what of it cannot be opened and how to cure that; code 1 when something is wrong."""
    output = Output(as_json)
    path = config or settings.places().config_file
    read = read_config(path, output) if config is not None or path.exists() else None
    used = read.devices.settings() if read else {}
    cameras = camera_candidates()
    found = look((*serial_candidates(), *cameras), used, getpass.getuser(), access_to, holders)
    answers = _asked(found, cameras, output) if ask or write else {}
    _found_table(found, answers, output)
    machine = machine_cures(runs(MODEM_MANAGER), INSTALLED_RULES.exists(), hid_pads())
    for cure in machine:
        output.line(cure, "red")
    told_of = _ask(read, output) if read else {}
    if read is None:
        output.line(msg("No settings file yet, so no device was asked. Write one: ktpel config default > {path}",
                        path=str(path)))  # fmt: skip
    told = [_configured(role, status, found, output) for role, status in told_of.items()]
    value: dict[str, object] = {
        "found": [_found(one, answers.get(one.candidate.port), output) for one in found],
        "machine": [output.say(cure) for cure in machine],
        "configured": told,
    }
    if write:
        value["proposal"] = proposal(tuple(answers.values()), cameras)
        output.line(str(value["proposal"]))
    well = all(isinstance(status, Ready | Busy) for status in told_of.values())
    if not well or machine or any(one.cure or one.advice for one in found) or not (found or told_of):
        raise output.refuse(msg("Not every device can be used. Do what is written under it."), value)
    output.result({"ok": True, **value})


def _asked(found: Sequence[Plugged], cameras: Sequence[Candidate], output: Output) -> dict[str, Answer]:
    """Who answers at each serial port that can be opened and is nobody's yet."""
    answers: dict[str, Answer] = {}
    for one in found:
        if one.candidate in cameras or one.configured_for or one.cure or one.busy:
            continue
        output.line(msg("Asking {port} ...", port=one.candidate.port))
        answer = ask_port(one.candidate.port)
        if isinstance(answer, Answer):
            answers[one.candidate.port] = answer
    return answers


def _found_table(found: Sequence[Plugged], answers: Mapping[str, Answer], output: Output) -> None:
    if not found:
        output.line(msg("No serial adapter and no camera is plugged in. Plug them in and look again."))
        return
    heads = (msg("Port"), msg("Adapter"), msg("For"), msg("What to do"))
    table = Table(*(output.say(head) for head in heads))
    for one in found:
        answer = answers.get(one.candidate.port)
        if one.configured_for:
            purpose = one.configured_for.value
        elif answer:
            purpose = f"{answer.role.value}: {answer.kind}, {answer.baud}"
        else:
            purpose = " / ".join(role.value for role in one.candidate.roles) + " ?"
        cures_ = [msg("This user may not open it. {cure}", cure=one.cure)] if one.cure else []
        todo = "\n".join(output.say(cure) for cure in (*cures_, *one.advice))
        table.add_row(*(Plain(text) for text in (one.candidate.port, one.candidate.label, purpose, todo)))
    output.console.print(table)


def _found(one: Plugged, answer: Answer | None, output: Output) -> dict[str, object]:
    return {
        "port": one.candidate.port,
        "label": one.candidate.label,
        "roles": [role.value for role in one.candidate.roles],
        "configured_for": one.configured_for.value if one.configured_for else None,
        "answers_as": {"kind": answer.kind, "baud": answer.baud} if answer else None,
        "stable": one.candidate.stable,
        "may_open": one.access.may_open,
        "group": one.access.group,
        "cure": output.say(one.cure) if one.cure else None,
        "advice": [output.say(cure) for cure in one.advice],
    }


def _configured(role: Role, status: DeviceStatus, found: tuple[Plugged, ...], output: Output) -> dict[str, object]:
    sentence = output.say(device_sentence(status, role)[0])
    advice = [output.say(cure) for cure in (*exact_cures(role, status, found), *cures(status))]
    port = status.info.port if isinstance(status, Ready | Busy) else status.port
    well = isinstance(status, Ready | Busy)
    output.line(f"{port}  {sentence}", "" if well else "red")
    for cure in advice:
        output.line(f"    {cure}")
    return {"role": role.value, "port": port, "ready": well, "sentence": sentence, "cures": advice}
