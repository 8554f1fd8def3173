"""What a driver says of each fault of its device, found out in virtual time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from drivers.api import (
    Busy,
    Cancelled,
    DeviceStatus,
    Disconnected,
    Faulted,
    FingerImage,
    Frame,
    Ready,
    Role,
    TemperatureSample,
    TimedOut,
)
from hw_sim.faults import Fault
from tests.helpers.virtual_bench import Captured, Counterpart, before

IDLE_S = 3.0
"""The desk asks an idle device so often."""
PAUSE_S = 0.5
"""And waits so long after trouble."""
RETRIES = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """What was said with the fault there from the start, then with a fault that came later, and how long it took."""

    opened: str
    checked: str
    captured: str
    again: str
    check_s: float
    capture_s: float


def word(result: DeviceStatus | Captured) -> str:
    """A status or a capture in one word."""
    match result:
        case Ready():
            return "ready"
        case Busy():
            return "busy"
        case Disconnected():
            return result.why.value
        case Faulted():
            return result.fault.value
        case TimedOut():
            return "timed_out"
        case Cancelled():
            return "cancelled"
        case FingerImage() | Frame() | TemperatureSample() | tuple():
            return "captured"
        case _:
            assert_never(result)


def try_fault(kind: str, fault: Fault, seed: int) -> Seen:
    """One device with one fault."""
    with before(kind, seed=seed) as pair:
        pair.fault(fault)
        opened = word(pair.driver.open())
    with before(kind, seed=seed) as pair:
        assert word(pair.driver.open()) == "ready"
        assert word(pair.capture()) == "captured", "well before"
        pair.fault(fault)
        if pair.role is Role.SIGNATURE:
            pair.time.pass_to(pair.time.now_s + PAUSE_S)
            pair.capture(0.0)  # what came before the fault
        pair.time.pass_to(pair.time.now_s + IDLE_S)
        check_s, checked = _timed(pair, lambda: word(pair.check()))
        pair.time.pass_to(pair.time.now_s + PAUSE_S)
        capture_s, captured = _timed(pair, lambda: word(pair.capture()))
        pair.fault(fault, on=False)
        return Seen(opened, checked, captured, _recovered(pair), check_s, capture_s)


def _recovered(pair: Counterpart) -> str:
    """What comes once the fault is over, at the latest at the third try."""
    result = ""
    for _ in range(RETRIES):
        pair.time.pass_to(pair.time.now_s + PAUSE_S)
        result = word(pair.capture())
        if result == "captured":
            break
    return result


def _timed(pair: Counterpart, act: Callable[[], str]) -> tuple[float, str]:
    begun_s = pair.time.now_s
    result = act()
    return pair.time.now_s - begun_s, result
