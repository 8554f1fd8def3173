"""What a technician's tools tell each other: facts about devices, steps of a test, findings. All frozen, none personal.

Whoever tests a device calls `testing.run_test` on that device's own thread; it tells `StepProgress` there and comes
back with a `DeviceTest`. No pixel, no pen point and nobody's temperature is in any of these: only what was measured of
the device.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from drivers.api import Gray, Role
from station.text import Message


class Trouble(Enum):
    """What a technician can tell apart. The value is its name in reports."""

    UNPLUGGED = "unplugged"
    NO_RIGHTS = "no_rights"
    IN_USE = "in_use"
    SILENT = "silent"
    SLOW = "slow"
    BURSTS = "bursts"
    NOISE = "noise"
    ALL_BROKEN = "all_broken"
    OTHER_DEVICE = "other_device"
    STUCK_BUSY = "stuck_busy"
    REFUSED = "refused"
    SENSOR = "sensor"
    PASSWORD = "password"
    NOT_CLEAR = "not_clear"
    DEAD_PIXELS = "dead_pixels"
    SENSOR_NOISE = "sensor_noise"
    GHOST = "ghost"
    PARTIAL_FINGER = "partial_finger"
    RESOLUTION = "resolution"
    NOT_REPEATABLE = "not_repeatable"
    FROZEN = "frozen"
    BLACK = "black"
    SLOW_PICTURES = "slow_pictures"
    BLURRED = "blurred"
    EXPOSURE = "exposure"
    COLOUR = "colour"
    PEN_STUCK = "pen_stuck"
    NOT_STRAIGHT = "not_straight"
    GAPS = "gaps"
    PRESSURE = "pressure"
    UNSTABLE = "unstable"
    DRIFTING = "drifting"
    NOT_A_PERSON = "not_a_person"
    AMBIENT = "ambient"
    OFFSET = "offset"
    OVERDUE = "overdue"


class StepName(Enum):
    """The steps of the tests. The value is its name in reports."""

    LINK = "link"
    WORK = "work"
    CLEAR = "clear"
    FINGERS = "fingers"
    PIXELS = "pixels"
    SAME_FINGER = "same_finger"
    TARGET = "target"
    PICTURES = "pictures"
    SHARPNESS = "sharpness"
    CARD = "card"
    LINE_ACROSS = "line_across"
    LINE_DOWN = "line_down"
    STEADY = "steady"
    REFERENCE = "reference"


class Outcome(Enum):
    """How a step ended. NOT_DONE: nobody helped in time, or an earlier step failed so that it says nothing."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not_done"
    CANCELLED = "cancelled"


class Helper(Enum):
    """What a step needs a person for."""

    NOBODY = "nobody"
    FINGER = "finger"
    TARGET = "target"
    FACE = "face"
    CARD = "card"
    PEN = "pen"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a step, its unit and its limits; a limit that is None does not bind."""

    name: str
    label: Message
    value: float
    unit: str
    low: float | None = None
    high: float | None = None

    @property
    def ok(self) -> bool:
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)


@dataclass(frozen=True, slots=True)
class Finding:
    """A named trouble in words, and what to try, in the order a technician tries it."""

    trouble: Trouble
    sentence: Message
    cures: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step done: what was measured, and what that means when it did not pass."""

    step: StepName
    label: Message
    outcome: Outcome
    measures: tuple[Measure, ...]
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class DeviceTest:
    """One device through all its steps. `finding` is the first in order, the one to cure before all others."""

    role: Role
    kind: str
    port: str
    model: str
    serial: str
    firmware: str
    simulated: bool
    begun_at: datetime
    took_s: float
    steps: tuple[StepResult, ...]

    @property
    def finding(self) -> Finding | None:
        return next((step.finding for step in self.steps if step.finding is not None), None)

    @property
    def passed(self) -> bool:
        """Whether at least one step was done and none failed or was broken off."""
        bad = (Outcome.FAILED, Outcome.CANCELLED)
        done = any(step.outcome is Outcome.PASSED for step in self.steps)
        return done and not any(step.outcome in bad for step in self.steps)


@dataclass(frozen=True, slots=True)
class StepProgress:
    """Where a test stands: step `number` of `total`, what the technician does now, and the steps done so far.

    `noise_map` is (rows, columns) uint8, one value for 8 by 8 pixels of a reader's sensor: how little they changed
    between impressions, 255 for pixels that never do. It shows the sensor, not the finger.
    """

    role: Role
    step: StepName
    label: Message
    number: int
    total: int
    instruction: Message | None
    done: tuple[StepResult, ...]
    noise_map: Gray | None = None


Tell = Callable[[StepProgress], None]


def tell_nobody(_progress: StepProgress) -> None:
    """For tests that nobody watches."""


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """How long a device took to answer, over the last `count` questions."""

    count: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """How often one kind of trouble began; `kind` is the value of an Absence or a Fault."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class DayErrors:
    """The troubles of one device on one day of the office."""

    day: date
    errors: tuple[ErrorCount, ...]


@dataclass(frozen=True, slots=True)
class LastTest:
    """How the last test of a device ended; `trouble` is None when it passed."""

    at: datetime
    passed: bool
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """One comparison of a sensor with a reference: `offset_c` is reading minus reference.

    It says how far the sensor was off; readings are sealed uncorrected. `by` is the technician's id.
    """

    role: Role
    model: str
    serial: str
    reference_c: float
    offset_c: float
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What is remembered of one device. `adapter`: USB id and name; `calibration_due` None where none is known."""

    role: Role
    adapter: str = ""
    answer_times: AnswerTimes | None = None
    errors_since_start: tuple[ErrorCount, ...] = ()
    errors_by_day: tuple[DayErrors, ...] = ()
    last_test: LastTest | None = None
    calibration: Calibration | None = None
    calibration_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One program and its version."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many bundles are in one state of the spool."""

    state: str
    count: int


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """The wall clock against the boot's monotonic one.

    `drift_s` is how far the wall clock moved away from it since `since_s` seconds ago, None when not watched.
    Whether the clock's battery is good cannot be asked of this machine: `battery` says "unknown".
    """

    boot_id: str
    uptime_s: float | None = None
    drift_s: float | None = None
    since_s: float | None = None
    battery: str = "unknown"


@dataclass(frozen=True, slots=True)
class StationFacts:
    """What is remembered of the station itself; `spool` counts bundles by state."""

    versions: tuple[Version, ...] = ()
    clock: ClockFacts | None = None
    spool: tuple[StateCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A round of a burn-in that did not pass: when, and what was found."""

    at: datetime
    trouble: Trouble
    sentence: Message


@dataclass(frozen=True, slots=True)
class Drift:
    """How one measure moved over a burn-in: the first and last value, the least and the greatest."""

    name: str
    label: Message
    unit: str
    first: float
    last: float
    least: float
    greatest: float


@dataclass(frozen=True, slots=True)
class BurnIn:
    """A test done again and again; `failures` are the first hundred, `failed` counts them all."""

    role: Role
    begun_at: datetime
    took_s: float
    rounds: int
    failed: int
    failures: tuple[Failure, ...]
    drifts: tuple[Drift, ...]
    last: DeviceTest

    @property
    def passed(self) -> bool:
        return self.failed == 0 and self.last.passed
