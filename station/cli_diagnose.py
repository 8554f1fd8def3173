"""The technician's test of devices at the command line."""

from typing import Annotated

import typer

from drivers.api import Role
from station.cli_counter import AsJson, ConfigFile, read_config
from station.cli_output import Output
from station.clock import SystemClock
from station.diagnostics.health import to_plain
from station.diagnostics.model import BurnIn, DeviceTest, Helper, Outcome, StepProgress
from station.diagnostics.testing import ALONE, EVERYBODY, Plan, burn_in, run_test
from station.text import msg
from station.wiring import make_drivers

ALL = "all"
_MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.NOT_DONE: "-", Outcome.CANCELLED: "stopped"}


def diag(
    device: Annotated[str, typer.Argument(help="fingerprint, camera, signature, temperature, or all.")],
    loop: Annotated[float, typer.Option("--loop", min=0, max=1440, help="Go on for so many minutes, alone.")] = 0.0,
    alone: Annotated[bool, typer.Option("--alone", help="Do only the steps that need nobody.")] = False,
    pitch_mm: Annotated[float | None, typer.Option("--pitch-mm", min=0.1, help="Ridge distance of a target.")] = None,
    reference_c: Annotated[float | None, typer.Option("--reference-c", help="What the reference shows.")] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Test a device step by step and name what is wrong with its cures; code 1 when one did not pass."""
    output = Output(as_json)
    read = read_config(config, output)
    roles = {role.value: (role,) for role in Role} | {ALL: tuple(Role)}
    if device not in roles:
        raise output.refuse(msg("There is no device {device}. Name one of: {known}.",
                                device=device, known=", ".join(roles)))  # fmt: skip
    try:
        drivers = make_drivers(read)
    except ValueError as why:
        raise output.refuse(msg("The settings file names a device that cannot be used: {why}.", why=str(why))) from None
    helpers = ALONE if alone or loop else EVERYBODY - {Helper.CARD}
    helpers -= frozenset({Helper.TARGET} if pitch_mm is None else ())
    helpers -= frozenset({Helper.REFERENCE} if reference_c is None else ())
    told: list[object] = []
    passed = True
    for role in roles[device]:
        settings = read.devices.settings()[role]
        plan = Plan(settings, read.gate.limits(), SystemClock(), helpers, pitch_mm, reference_c)
        driver = drivers.of(role)
        try:
            if loop:
                burnt = burn_in(role, drivers, plan, loop * 60, lambda report: _round(output, report))
                test, value = burnt.last, to_plain(burnt, output.say)
                passed = passed and burnt.passed
            else:
                test = run_test(role, drivers, plan, lambda progress: _step(output, progress))
                value = to_plain(test, output.say)
                passed = passed and test.passed
        finally:
            driver.close()
        _shown(output, test)
        told.append(value)
    output.result({"ok": passed, "tests": told})
    if not passed:
        raise typer.Exit(1)


def _step(output: Output, progress: StepProgress) -> None:
    if progress.instruction is not None:
        output.line(progress.instruction, "bold")


def _round(output: Output, report: BurnIn) -> None:
    output.line(msg("Round {rounds}: {failed} failed.", rounds=report.rounds, failed=report.failed))


def _shown(output: Output, test: DeviceTest) -> None:
    for step in test.steps:
        numbers = ", ".join(f"{output.say(one.label)}: {one.value:.4g} {one.unit}".rstrip() for one in step.measures)
        output.line(f"[{_MARKS[step.outcome]}] {output.say(step.label)}" + (f" ({numbers})" if numbers else ""))
    if test.finding is not None:
        output.line(test.finding.sentence, "bold red")
        for number, cure in enumerate(test.finding.cures, 1):
            output.line(f"  {number}. {output.say(cure)}")
