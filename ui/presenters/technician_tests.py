"""A device's test: its steps in order, what the technician does now, what was measured against which limits, cures."""

from dataclasses import dataclass

from drivers.api import Role
from station.capture.facts import DeskFacts
from station.diagnostics.model import BurnIn, DeviceTest, Outcome, StepName, StepProgress, StepResult
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Choice, Mark, Tone
from ui.presenters.technician_facts import WorkshopFacts
from ui.presenters.technician_intents import Bid, ChooseMinutes, PickDevice, RunTest
from ui.presenters.technician_view import MINUTES, TechnicianView
from ui.presenters.technician_words import OUTCOME, READ_ONLY, RUNNING, WAITING, left, measured
from ui.presenters.words import DEVICE

MOST_MEASURES = 2
Steps = tuple[tuple[StepName, Message], ...]


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step: its name, how it stands, and what was measured."""

    label: Message
    mark: Mark
    measures: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class TestingState:
    """The devices; the steps of the chosen one; at the right what to do now, or what was found and the cures."""

    choices: tuple[Choice, ...]
    steps: tuple[StepRow, ...]
    instruction: Message
    instruction_tone: Tone
    cures: tuple[Message, ...]
    rounds: Message | None


def present(facts: DeskFacts, workshop: WorkshopFacts, view: TechnicianView, may: bool) -> tuple[TestingState, Bar]:
    del facts
    role = view.device
    progress = workshop.progress if workshop.progress is not None and workshop.running is role else None
    last = workshop.tests.get(role)
    words, tone, cures = _now(workshop, role, progress, last, may)
    state = TestingState(
        choices=tuple(Choice(DEVICE[one], one is role, PickDevice(one), _word(workshop, one)) for one in Role),
        steps=tuple(_steps(workshop.steps.get(role, ()), progress, last, workshop.running is role)),
        instruction=words,
        instruction_tone=tone,
        cures=cures,
        rounds=_rounds(workshop, role),
    )
    return state, _bar(workshop, view, role, may)


def _bar(workshop: WorkshopFacts, view: TechnicianView, role: Role, may: bool) -> Bar:
    heading = msg("Test: {device}", device=DEVICE[role])
    if workshop.running is not None:
        stop = Action(msg("Stop the test"), Bid.CANCEL_TEST, enabled=may)
        return Bar(msg("Test: {device}", device=DEVICE[workshop.running]), stop)
    longer = MINUTES[(MINUTES.index(view.minutes) + 1) % len(MINUTES)]
    again = Action(msg("Burn in for {minutes} min", minutes=view.minutes), RunTest(role, view.minutes))
    other = Action(msg("Change to {minutes} min", minutes=longer), ChooseMinutes(longer))
    return Bar(heading, Action(msg("Test now"), RunTest(role), enabled=may), (again, other) if may else ())


def _word(workshop: WorkshopFacts, role: Role) -> Message:
    if workshop.running is role:
        return msg("Runs now")
    last = workshop.tests.get(role)
    if last is None:
        known = workshop.devices.get(role)
        if known is None or known.last_test is None:
            return msg("Not tested")
        return msg("Passed before") if known.last_test.passed else msg("Failed before")
    return msg("Passed") if last.passed else msg("Not passed")


def _now(
    workshop: WorkshopFacts, role: Role, progress: StepProgress | None, last: DeviceTest | None, may: bool
) -> tuple[Message, Tone, tuple[Message, ...]]:
    """The words at the right, their tone, and the cures below."""
    if workshop.running is role:
        if progress is not None and progress.instruction is not None:
            return progress.instruction, Tone.ACTIVE, ()
        return msg("Wait"), Tone.ACTIVE, ()
    if last is None:
        return (msg("Not tested since the start. Press Test now.") if may else READ_ONLY), Tone.PLAIN, ()
    if last.finding is not None:
        return last.finding.sentence, Tone.BAD, last.finding.cures
    if last.passed:
        return msg("Passed. Nothing is to be done."), Tone.GOOD, ()
    return msg("The test was stopped before its end."), Tone.WARN, ()


def _steps(steps: Steps, progress: StepProgress | None, last: DeviceTest | None, running: bool) -> list[StepRow]:
    if running:
        done = {result.step: result for result in progress.done} if progress is not None else {}
        now = progress.step if progress is not None else None
    else:
        done, now = ({result.step: result for result in last.steps} if last is not None else {}), None
    return [_step(step, label, done.get(step), now) for step, label in steps]


def _step(step: StepName, label: Message, result: StepResult | None, now: StepName | None) -> StepRow:
    if result is None:
        return StepRow(label, RUNNING if step is now else WAITING, ())
    weighty = sorted(result.measures, key=lambda measure: measure.ok)
    shown = tuple(measured(one) for one in weighty[:MOST_MEASURES])
    return StepRow(label, OUTCOME[result.outcome], shown if result.outcome is not Outcome.NOT_DONE else ())


def _rounds(workshop: WorkshopFacts, role: Role) -> Message | None:
    burn: BurnIn | None = workshop.burn_in
    if workshop.left_s is not None and workshop.running is role:
        count, failed = (burn.rounds, burn.failed) if burn is not None and burn.role is role else (0, 0)
        return msg("Burn-in: {count} rounds, {failed} failed, {left}", count=count, failed=failed,
                   left=left(workshop.left_s))  # fmt: skip
    if burn is None or burn.role is not role:
        return None
    if not burn.failures:
        return msg("Burn-in: {count} rounds, none failed", count=burn.rounds)
    return msg(
        "Burn-in: {count} rounds, {failed} failed, the first at {time}: {sentence}",
        count=burn.rounds,
        failed=burn.failed,
        time=plain(f"{burn.failures[0].at.astimezone():%H:%M:%S}"),
        sentence=burn.failures[0].sentence,
    )
