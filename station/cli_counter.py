"""The counter's commands: a recording by scenario, and the settings file."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from station import config as settings
from station.capture.desk import Desk
from station.capture.facts import DeskFacts, Step
from station.capture.scenario import Applicant, BadScenarioError, Scenario
from station.capture.scenario import load as load_scenario
from station.capture.script import Script
from station.cli_output import Output, of_disk
from station.clock import SystemClock
from station.config import Config
from station.config_problems import BadConfig
from station.safekeeping.vault import VaultRefused
from station.text import Language, Message, msg
from station.wiring import build, make_drivers, passphrase
from station.workers import Pump

ConfigFile = Annotated[Path | None, typer.Option("--config", help="The settings file.")]
DataFolder = Annotated[Path | None, typer.Option("--data", help="The station's data folder.")]
PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="Holds the station's passphrase; else KTPEL_PASSPHRASE_FILE.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Report as JSON on standard output.")]
TICK_S = 0.05

config_commands = typer.Typer(help="The settings file.", no_args_is_help=True)


@config_commands.command("default")
def config_default() -> None:
    """Write a commented settings file to standard output."""
    typer.echo(settings.default_text(), nl=False)


@config_commands.command("check")
def config_check(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Read the settings file and say everything that is wrong with it, with line and key."""
    output = Output(as_json)
    read = read_config(config, output)
    output.line(msg("The settings are whole: station {name}.", name=read.station.name), "green")
    output.result({"ok": True, "station": read.station.name, "problems": []})


def read_config(path: Path | None, output: Output) -> Config:
    """The settings, or the end of the command with every problem."""
    try:
        return settings.load(path or settings.places().config_file)
    except BadConfig as bad:
        problems = [
            {"file": str(p.path), "line": p.line, "column": p.column, "key": p.key, "problem": output.say(p.sentence)}
            for p in bad.problems
        ]
        for one in problems:
            place = ":".join(str(part) for part in (one["file"], one["line"], one["column"]) if part is not None)
            output.line(f"{place}: {one['key'] or '-'}: {one['problem']}", "red")
        raise output.refuse(msg("The settings file cannot be used."), {"problems": problems}) from None


def read_passphrase(file: Path | None, output: Output) -> str:
    """The station's passphrase: from its file, else asked on the terminal without echo."""
    try:
        return passphrase(file)
    except LookupError:
        return str(typer.prompt(output.say(msg("Station passphrase")), hide_input=True, err=True))
    except OSError as why:
        raise output.refuse(of_disk(why)) from None


def record(
    scenario: Annotated[Path, typer.Argument(help="The scenario file (TOML).")],
    out: Annotated[Path, typer.Option("--out", help="Where the receipt is written.")],
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    control: Annotated[Path | None, typer.Option("--control", help="Control socket of the simulated devices.")] = None,
    timeout_s: Annotated[float, typer.Option("--timeout", help="Give up after this many seconds.")] = 600.0,
    as_json: AsJson = False,
) -> None:
    """Perform one recording by a scenario file, without a window: the same counter, the same drivers."""
    output = Output(as_json)
    try:
        script = load_scenario(scenario)
    except BadScenarioError as bad:
        raise output.refuse(msg("The scenario cannot be followed: {why}. Correct it and start again.",
                                why=str(bad))) from None  # fmt: skip
    read = read_config(config, output)
    secret = read_passphrase(passphrase_file, output)
    pump = Pump()
    try:
        make_drivers(read)
        out.mkdir(parents=True, exist_ok=True)
        desk = build(read, data or settings.places().data, secret, pump.post)
    except VaultRefused as refused:
        raise output.refuse(refused.message) from None
    except ValueError as why:
        raise output.refuse(msg("The settings file names a device that cannot be used: {why}.", why=str(why))) from None
    except OSError as why:
        raise output.refuse(of_disk(why)) from None
    try:
        with _closing(desk, pump), _applicant(control) as applicant:
            facts = _follow(desk, pump, script, applicant, output, timeout_s)
            paper = _paper(desk, pump)
            result = _report(facts, out / "receipt.pdf", paper)
    except OSError as why:
        raise output.refuse(msg("The simulated devices or the folder for the receipt cannot be used: {why}.",
                                why=why.strerror or str(why))) from None  # fmt: skip
    if facts.step is Step.DONE:
        output.line(msg("Sealed: case {number}.", number=str(result["number"])), "green")
        output.result(result)
    else:
        for one in facts.field_problems:
            output.line(f"{one.field}: {output.say(one.sentence)}", "red")
        raise output.refuse(_why_not(facts), result)


def _why_not(facts: DeskFacts) -> Message:
    if facts.login.refused is not None:
        return facts.login.refused
    if facts.field_problems:
        return msg("The biodata of the scenario is refused. Correct the fields named above.")
    return facts.problem or msg("The recording did not end in time.")


def _follow(
    desk: Desk, pump: Pump, scenario: Scenario, applicant: Applicant | None, output: Output, timeout_s: float
) -> DeskFacts:
    script = Script(desk, scenario, SystemClock())
    give_up_s = time.monotonic() + timeout_s
    shown: Step | None = None
    while time.monotonic() < give_up_s:
        facts = desk.facts
        if facts.step is not shown:
            shown = facts.step
            output.line(f"  {shown.value}")
        if facts.step in (Step.DONE, Step.DEFERRED) or facts.login.refused is not None or facts.field_problems:
            break
        if applicant is not None:
            applicant.follow(facts)
        script.act(facts)
        pump.run_one(TICK_S)
        desk.tick()
    return desk.facts


def _paper(desk: Desk, pump: Pump) -> bytes | None:
    """The receipt or slip, if the case came to one."""
    papers: list[bytes] = []
    if desk.facts.step not in (Step.DONE, Step.DEFERRED):
        return None
    desk.receipt(Language.INDONESIAN, papers.append)
    while not papers:
        pump.run_one(TICK_S)
    return papers[0]


def _report(facts: DeskFacts, path: Path, paper: bytes | None) -> dict[str, object]:
    if paper is not None:
        path.write_bytes(paper)
    case = facts.case
    return {
        "ok": facts.step is Step.DONE,
        "step": facts.step.value,
        "number": case.number if case else "",
        "bundles": case.done.bundles if case and case.done else 0,
        "training": facts.training,
        "receipt": str(path) if paper is not None else None,
        "fields": [one.field for one in facts.field_problems],
    }


@contextmanager
def _closing(desk: Desk, pump: Pump) -> Iterator[None]:
    try:
        yield
    finally:
        desk.close()
        while pump.run_one(0.0):
            pass


@contextmanager
def _applicant(control: Path | None) -> Iterator[Applicant | None]:
    applicant = Applicant(control) if control is not None else None
    try:
        yield applicant
    finally:
        if applicant is not None:
            applicant.close()
