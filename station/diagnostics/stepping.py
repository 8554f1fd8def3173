"""What the steps of all devices share: what is before them, and how numbers become a verdict."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Event

from drivers.api import (
    AnyDriver,
    Cancelled,
    DeviceInfo,
    Drivers,
    DriverSettings,
    FingerImage,
    Gray,
    NotCaptured,
    Role,
    TimedOut,
)
from station.clock import Clock
from station.diagnostics.findings import of_status
from station.diagnostics.model import Helper, Measure, StepName, Trouble
from station.health.model import GateLimits
from station.text import Message

EVERYBODY = frozenset(Helper)
ALONE = frozenset({Helper.NOBODY})


@dataclass(frozen=True, slots=True)
class Plan:
    """What a test goes by: the device's settings, who helps, and what the helper's things measure.

    `pitch_mm` is the distance of the ridges on the target, `reference_c` what the black body or bath shows; without
    them their steps are not done. A step whose helper is not in `helpers` is not done.
    """

    settings: DriverSettings
    limits: GateLimits
    clock: Clock
    helpers: frozenset[Helper] = EVERYBODY
    pitch_mm: float | None = None
    reference_c: float | None = None


@dataclass(slots=True, repr=False)
class Subject:
    """The device under test, and what earlier steps left for later ones. Its repr shows no picture."""

    role: Role
    drivers: Drivers
    plan: Plan
    cancel: Event
    info: DeviceInfo | None = None
    impressions: list[FingerImage] = field(default_factory=list)
    noise_map: Gray | None = None

    @property
    def driver(self) -> AnyDriver:
        return self.drivers.of(self.role)

    def now_s(self) -> float:
        return self.plan.clock.monotonic_s()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a step saw. `trouble` None and `done`: well. Not `done`: nobody helped, so nothing can be said."""

    measures: tuple[Measure, ...] = ()
    trouble: Trouble | None = None
    done: bool = True


NOT_DONE = Seen(done=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a device's table: what the technician does for it, and what is done with the device."""

    name: StepName
    label: Message
    run: Callable[[Subject], Seen]
    helper: Helper = Helper.NOBODY
    instruction: Message | None = None


def judged(rows: Iterable[tuple[Measure, Trouble]]) -> Seen:
    """The measures, and the trouble of the first that is out of its limits."""
    pairs = tuple(rows)
    trouble = next((trouble for measure, trouble in pairs if not measure.ok), None)
    return Seen(tuple(measure for measure, _ in pairs), trouble)


def instead(result: NotCaptured) -> Seen:
    """What came instead of a capture: the device's trouble, or nothing to speak of."""
    return NOT_DONE if isinstance(result, TimedOut | Cancelled) else Seen(trouble=of_status(result))
