"""A device's test: the steps of its table, done one after the other on the device's own thread."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from drivers.api import NO_CANCEL, Drivers, DriverSettings, Role
from station.clock import Clock
from station.diagnostics.model import BurnIn, DeviceTest, Helper, StepName, Tell, tell_nobody
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


def steps_of(role: Role) -> tuple[tuple[StepName, Message, Helper], ...]:
    """The steps of a device's test in order: for a list that is shown before the test begins."""
    raise NotImplementedError


def run_test(
    role: Role, drivers: Drivers, plan: Plan, tell: Tell = tell_nobody, cancel: Event = NO_CANCEL
) -> DeviceTest:
    """Test one device. Blocks: call it on the device's own thread, where `tell` is called too.

    In a window: `devices.run(role, lambda cancel: run_test(role, devices.drivers, plan, told, cancel), done)`.
    """
    raise NotImplementedError


def burn_in(
    role: Role,
    drivers: Drivers,
    plan: Plan,
    seconds: float,
    told: Callable[[BurnIn], None],
    cancel: Event = NO_CANCEL,
) -> BurnIn:
    """Test again and again for so long, at least once; `told` after each round, on the same thread."""
    raise NotImplementedError
