"""A device's test: the steps of its table, done one after the other on the device's own thread."""

from collections.abc import Callable, Mapping, Sequence
from threading import Event

from drivers.api import NO_CANCEL, Drivers, Role
from station.diagnostics import camera_steps, finger_steps, pad_steps, thermometer_steps
from station.diagnostics.findings import OF_THE_LINE, finding
from station.diagnostics.model import (
    BurnIn,
    DeviceTest,
    Drift,
    Failure,
    Helper,
    Outcome,
    StepName,
    StepProgress,
    StepResult,
    Tell,
    tell_nobody,
)
from station.diagnostics.stepping import ALONE as ALONE
from station.diagnostics.stepping import EVERYBODY as EVERYBODY
from station.diagnostics.stepping import NOT_DONE, Seen, Step, Subject
from station.diagnostics.stepping import Plan as Plan
from station.safekeeping.wiping import wipe
from station.text import Message

STEPS: Mapping[Role, tuple[Step, ...]] = {
    Role.FINGERPRINT: finger_steps.STEPS,
    Role.CAMERA: camera_steps.STEPS,
    Role.SIGNATURE: pad_steps.STEPS,
    Role.TEMPERATURE: thermometer_steps.STEPS,
}
MOST_FAILURES = 100


def steps_of(role: Role) -> tuple[tuple[StepName, Message, Helper], ...]:
    """The steps of a device's test in order: for a list that is shown before the test begins."""
    return tuple((step.name, step.label, step.helper) for step in STEPS[role])


def run_test(
    role: Role, drivers: Drivers, plan: Plan, tell: Tell = tell_nobody, cancel: Event = NO_CANCEL
) -> DeviceTest:
    """Test one device. Blocks: call it on the device's own thread, where `tell` is called too.

    In a window: `devices.run(role, lambda cancel: run_test(role, devices.drivers, plan, told, cancel), done)`.
    """
    subject, steps = Subject(role, drivers, plan, cancel), STEPS[role]
    begun_at, begun_s = plan.clock.now(), subject.now_s()
    done: list[StepResult] = []
    reachable = True
    for number, step in enumerate(steps, 1):
        wanted = reachable and (step.helper is Helper.NOBODY or step.helper in plan.helpers)
        if wanted and not cancel.is_set():
            tell(StepProgress(role, step.name, step.label, number, len(steps), step.instruction, tuple(done),
                              subject.noise_map))  # fmt: skip
        result = _result(subject, step, step.run(subject) if wanted and not cancel.is_set() else NOT_DONE)
        done.append(result)
        reachable = reachable and (result.finding is None or result.finding.trouble not in OF_THE_LINE)
    last = steps[-1]
    tell(StepProgress(role, last.name, last.label, len(steps), len(steps), None, tuple(done), subject.noise_map))
    for image in subject.impressions:
        wipe(image.pixels)
    info = subject.info
    return DeviceTest(
        role=role,
        kind=plan.settings.kind,
        port=plan.settings.port,
        model=info.model if info else "",
        serial=info.serial if info else "",
        firmware=info.firmware if info else "",
        simulated=info is not None and info.simulated,
        begun_at=begun_at,
        took_s=subject.now_s() - begun_s,
        steps=tuple(done),
    )


def burn_in(
    role: Role,
    drivers: Drivers,
    plan: Plan,
    seconds: float,
    told: Callable[[BurnIn], None],
    cancel: Event = NO_CANCEL,
) -> BurnIn:
    """Test again and again for so long, at least once; `told` after each round, on the same thread."""
    begun_at, begun_s = plan.clock.now(), plan.clock.monotonic_s()
    failures: list[Failure] = []
    drifts: dict[str, Drift] = {}
    rounds = failed = 0
    while True:
        test = run_test(role, drivers, plan, cancel=cancel)
        rounds += 1
        if not test.passed and not cancel.is_set():
            failed += 1
            if (found := test.finding) is not None and len(failures) < MOST_FAILURES:
                failures.append(Failure(test.begun_at, found.trouble, found.sentence))
        _follow(drifts, test.steps)
        took_s = plan.clock.monotonic_s() - begun_s
        report = BurnIn(role, begun_at, took_s, rounds, failed, tuple(failures), tuple(drifts.values()), test)
        told(report)
        if took_s >= seconds or cancel.is_set():
            return report


def _result(subject: Subject, step: Step, seen: Seen) -> StepResult:
    if subject.cancel.is_set():
        return StepResult(step.name, step.label, Outcome.CANCELLED, seen.measures, None)
    if seen.trouble is not None:
        return StepResult(step.name, step.label, Outcome.FAILED, seen.measures, finding(seen.trouble, subject.role))
    return StepResult(step.name, step.label, Outcome.PASSED if seen.done else Outcome.NOT_DONE, seen.measures, None)


def _follow(drifts: dict[str, Drift], steps: Sequence[StepResult]) -> None:
    for step in steps:
        for one in step.measures:
            name = f"{step.step.value}.{one.name}"
            old = drifts.get(name) or Drift(name, one.label, one.unit, one.value, one.value, one.value, one.value)
            drifts[name] = Drift(name, one.label, one.unit, old.first, one.value, min(old.least, one.value),
                                 max(old.greatest, one.value))  # fmt: skip
