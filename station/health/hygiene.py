"""Which device was wiped since somebody last touched it."""

from dataclasses import dataclass
from datetime import datetime

from drivers.api import Role
from station.clock import Clock


@dataclass(frozen=True, slots=True)
class Wipe:
    """Who wiped a device, and when."""

    role: Role
    by: str
    at: datetime
    monotonic_s: float


class Hygiene:
    """The counter's devices, dirty until wiped: at start-up, and again once an applicant touched them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wipes: dict[Role, Wipe] = {}

    def wiped(self, role: Role, by: str) -> None:
        """The officer states that the device has just been disinfected."""
        self._wipes[role] = Wipe(role, by, self._clock.now(), self._clock.monotonic_s())

    def touched(self, role: Role) -> None:
        """An applicant used the device, or its wipe is taken back."""
        self._wipes.pop(role, None)

    def wipe_of(self, role: Role) -> Wipe | None:
        return self._wipes.get(role)
