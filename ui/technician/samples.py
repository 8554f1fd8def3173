"""Invented facts for the technician's pages, and a workshop that only shows; the numbers belong to no device."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from math import sin

import numpy as np

from drivers.api import Gray, Role
from drivers.trace import Direction
from station.capture.facts import DeskFacts, Step
from station.diagnostics.health import PartHealth, Standing
from station.diagnostics.model import (
    AnswerTimes,
    BurnIn,
    Calibration,
    ClockFacts,
    DayErrors,
    DeviceFacts,
    DeviceTest,
    ErrorCount,
    Failure,
    Finding,
    LastTest,
    Measure,
    Outcome,
    StateCount,
    StationFacts,
    StepName,
    StepProgress,
    StepResult,
    Trouble,
    Version,
)
from station.registry.model import OfficerCard, RoleOfOfficer
from station.text import Message, msg
from ui import samples
from ui.presenters.technician_facts import (
    FaultBench,
    Histories,
    Line,
    Points,
    ReportFacts,
    SimulatedDevice,
    Traffic,
    WorkshopFacts,
)
from ui.presenters.technician_intents import Sheet, ToWorkshop

AT = datetime(2026, 11, 24, 1, 40, tzinfo=UTC)
TODAY = date(2026, 11, 24)
TECHNICIAN = next(one for one in samples.OFFICERS if one.role is RoleOfOfficer.TECHNICIAN)
RECORDINGS = ("ef01-r307-20261124-084501.jsonl", "mcu90615-20261123-151200.jsonl")
CABLE = (
    "unplugged", "silent", "slow", "garbled", "dropped", "duplicated", "merged", "wrong_checksum", "wrong_device"
)  # fmt: skip
FAULTS = {
    Role.FINGERPRINT: ("ef01-r307", (*CABLE, "stuck_busy", "finger_lifted", "sensor_abnormal", "password_lost")),
    Role.CAMERA: (
        "uvc",
        ("unplugged", "silent", "slow", "stuck_busy", "wrong_device", "camera_frozen", "camera_black"),
    ),
    Role.SIGNATURE: ("topaz", (*CABLE, "pen_stuck")),
    Role.TEMPERATURE: ("mcu90615", (*CABLE, "sensor_abnormal", "temperature_drifting", "not_a_person")),
}
STEPS: dict[Role, tuple[tuple[StepName, Message], ...]] = {
    Role.FINGERPRINT: (
        (StepName.LINK, msg("The line")),
        (StepName.CLEAR, msg("The empty glass")),
        (StepName.FINGERS, msg("Three fingers")),
        (StepName.PIXELS, msg("Dead places")),
        (StepName.SAME_FINGER, msg("The same finger twice")),
        (StepName.TARGET, msg("A target of known lines")),
    ),
    Role.CAMERA: ((StepName.LINK, msg("The line")), (StepName.PICTURES, msg("Pictures in a second"))),
    Role.SIGNATURE: ((StepName.LINK, msg("The line")), (StepName.LINE_ACROSS, msg("A line across"))),
    Role.TEMPERATURE: ((StepName.LINK, msg("The line")), (StepName.STEADY, msg("Steady readings"))),
}


class StillWorkshop:
    """For the gallery and the tests; `tell` makes it say new facts, `asked` is what it was asked."""

    def __init__(self, facts: WorkshopFacts) -> None:
        self._facts = facts
        self._listeners: list[Callable[[], None]] = []
        self.asked: list[tuple[ToWorkshop, str]] = []
        self.looked: list[Sheet | None] = []

    @property
    def facts(self) -> WorkshopFacts:
        return self._facts

    def tell(self, facts: WorkshopFacts) -> None:
        self._facts = facts
        for listener in self._listeners:
            listener()

    def subscribe(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def look(self, sheet: Sheet | None) -> None:
        self.looked.append(sheet)

    def ask(self, wish: ToWorkshop, officer: OfficerCard) -> None:
        self.asked.append((wish, officer.officer_id))


def desk(well: bool = True, technician: bool = True) -> DeskFacts:
    """The counter at home."""
    facts = replace(samples.desk(Step.HOME), devices=samples.devices(well=well))
    return replace(facts, officer=TECHNICIAN) if technician else facts


def device(role: Role) -> DeviceFacts:
    """A device with a little history."""
    days = tuple(
        DayErrors(
            date(2026, 11, day),
            (ErrorCount("silent", day % 4), ErrorCount("garbled", (day + role.value.count("a")) % 3)),
        )
        for day in range(12, 25)
    )
    due = datetime(2027, 5, 20, 1, 0, tzinfo=UTC)
    done = Calibration(
        role, "MCU90615", "T-5", 37.0, 0.12, datetime(2026, 11, 20, 1, 0, tzinfo=UTC), TECHNICIAN.officer_id
    )
    thermometer = role is Role.TEMPERATURE
    return DeviceFacts(
        role,
        adapter="0403:6001 FT232R USB UART",
        answer_times=AnswerTimes(812, 31.0, 148.0),
        errors_by_day=days,
        last_test=LastTest(datetime(2026, 11, 23, 0, 50, tzinfo=UTC), role is not Role.SIGNATURE, None),
        calibration=done if thermometer else None,
        calibration_due=due if thermometer else None,
    )


def workshop() -> WorkshopFacts:
    """A station in use for half an hour."""
    return WorkshopFacts(
        today=TODAY,
        devices={role: device(role) for role in Role},
        age_s={Role.FINGERPRINT: 2.0, Role.CAMERA: 0.4, Role.SIGNATURE: 210.0, Role.TEMPERATURE: 0.6},
        ports={role: f"/dev/serial/by-id/{role.value}" for role in Role},
        parts=(
            PartHealth("disk", Standing.GOOD, msg("The disk has room: {free_mb} MB.", free_mb=48_200), None),
            PartHealth("keyring", Standing.WARNING, msg("The keyring runs out. Days left: {days}.", days=9),
                       msg("Fetch a new keyring from the authority.")),
            PartHealth("spool", Standing.GOOD, msg("Every record is delivered."), None),
        ),
        station=StationFacts(
            (Version("ktpel-station", "0.1.0"), Version("Python", "3.11.2"), Version("Qt", "6.10.0")),
            ClockFacts("b", 5_400.0, 0.4, 5_400.0),
            (StateCount("sealed", 3), StateCount("sent", 12)),
        ),
        traffic=Traffic(lines(60), recordings=RECORDINGS),
        histories=histories(),
        steps=STEPS,
        faults=faults({"unplugged"}),
    )  # fmt: skip


def faults(on: set[str]) -> FaultBench:
    """A bench on which the fingerprint reader has these faults."""
    return FaultBench(
        tuple(
            SimulatedDevice(name, role, known, frozenset(on) if role is Role.FINGERPRINT else frozenset())
            for role, (name, known) in FAULTS.items()
        ),
        7,
    )


def lines(count: int) -> tuple[Line, ...]:
    """A dialogue with reader and thermometer."""
    some = (
        (Role.FINGERPRINT, Direction.SENT, "ef01ffffffff010003010005", 0, "GenImg"),
        (Role.FINGERPRINT, Direction.RECEIVED, "ef01ffffffff07000302000c", 0, "answer: no finger"),
        (Role.TEMPERATURE, Direction.RECEIVED, "5a5a45040e3a0b9ae8", 0, "36.42 °C, ambient 29.70 °C"),
        (Role.FINGERPRINT, Direction.RECEIVED, "ef01ffffffff020082", 130, "data, 128 bytes"),
        (Role.SIGNATURE, Direction.RECEIVED, "c1", 4, "position, pen down, near"),
    )
    made = []
    for number in range(count):
        role, way, data, masked, words = some[number % len(some)]
        search = f"{words} {bytes.fromhex(data).hex(' ')}".lower()
        made.append(Line(number, 12.3 + number * 0.137, role, way, bytes.fromhex(data), masked, words, search))
    return tuple(made)


def histories(last_s: float = 0.4) -> Histories:
    """Five minutes; the thermometer was away for some of them."""
    times = [-x * 0.5 - last_s for x in range(560, -1, -1) if not 180 < x < 260]
    return Histories(
        object_c=tuple((t, 36.1 + 0.5 * sin(t / 9) + (1.4 if -60 < t < -40 else 0.0)) for t in times),
        ambient_c=tuple((t, 28.4 + 0.3 * sin(t / 60)) for t in times),
        answers_ms={Role.FINGERPRINT: _series(34, 20, 3.0), Role.TEMPERATURE: _series(12, 4, 5.0)},
        line_percent={Role.FINGERPRINT: _series(38, 36, 1.0, 120), Role.TEMPERATURE: _series(4, 1, 1.0, 120)},
        noise_map=noise(),
    )


def _series(middle: float, swing: float, every_s: float, span_s: int = 300) -> Points:
    count = int(span_s / every_s)
    return tuple((-span_s + x * every_s, middle + swing * sin(x * 0.7) * sin(x * 0.11)) for x in range(count))


def noise() -> Gray:
    """A sensor of 36 by 32 places with a dead corner."""
    y, x = np.mgrid[0:36, 0:32]
    made: Gray = (40 + 25 * np.sin(x / 5) * np.cos(y / 7)).astype(np.uint8)
    made[30:33, 4:9] = 255
    return made


def result(
    step: StepName, label: Message, outcome: Outcome, *measures: Measure, finding: Finding | None = None
) -> StepResult:
    return StepResult(step, label, outcome, measures, finding)


def done() -> tuple[StepResult, ...]:
    """The first steps of a reader's test, well."""
    steps = dict(STEPS[Role.FINGERPRINT])
    return (
        result(StepName.LINK, steps[StepName.LINK], Outcome.PASSED,
               Measure("answer", msg("Answer after"), 31.0, "ms", None, 200.0),
               Measure("errors", msg("Errors"), 0.0, "", None, 0.0)),
        result(StepName.CLEAR, steps[StepName.CLEAR], Outcome.PASSED),
        result(StepName.FINGERS, steps[StepName.FINGERS], Outcome.PASSED,
               Measure("area", msg("Area"), 0.82, "", 0.5, None)),
    )  # fmt: skip


def finding() -> Finding:
    """Dead places, and what to try."""
    cures = (
        msg("Wipe the glass with a dry cloth."),
        msg("Plug the reader out and in."),
        msg("Use another port."),
        msg("Use another cable."),
        msg("Replace the reader."),
    )
    return Finding(Trouble.DEAD_PIXELS, msg("Some places of the sensor never change."), cures)


def tested(failed: bool) -> DeviceTest:
    """The reader through all steps."""
    steps = dict(STEPS[Role.FINGERPRINT])
    stuck = Measure("dead", msg("Dead places"), 15.0 if failed else 0.0, "", None, 2.0)
    pixels = result(StepName.PIXELS, steps[StepName.PIXELS], Outcome.FAILED if failed else Outcome.PASSED, stuck,
                    finding=finding() if failed else None)  # fmt: skip
    same = result(StepName.SAME_FINGER, steps[StepName.SAME_FINGER], Outcome.PASSED,
                  Measure("score", msg("Likeness"), 93.0, "", 40.0, None))  # fmt: skip
    target = result(StepName.TARGET, steps[StepName.TARGET], Outcome.NOT_DONE)
    return DeviceTest(Role.FINGERPRINT, "ef01-r307", "/dev/ttyUSB0", "R307", "F-1", "4.3", True, AT, 21.0,
                      (*done(), pixels, same, target))  # fmt: skip


def running() -> WorkshopFacts:
    """The reader's test waits for a finger."""
    label = dict(STEPS[Role.FINGERPRINT])[StepName.PIXELS]
    told = StepProgress(Role.FINGERPRINT, StepName.PIXELS, label, 4, 6, msg("Lay another finger on the glass."), done())
    return replace(workshop(), running=Role.FINGERPRINT, progress=told)


def burnt() -> WorkshopFacts:
    """A burn-in that failed once."""
    last = tested(failed=False)
    failures = (Failure(AT, Trouble.SILENT, msg("The reader did not answer.")),)
    burn = BurnIn(Role.FINGERPRINT, AT, 600.0, 212, 1, failures, (), last)
    return replace(workshop(), tests={Role.FINGERPRINT: last}, burn_in=burn)


def reported(pdf: bytes) -> WorkshopFacts:
    """A report that has been made."""
    report = ReportFacts(False, AT, (finding().sentence, msg("The keyring runs out. Days left: {days}.", days=9)), pdf)
    return replace(workshop(), report=report)
