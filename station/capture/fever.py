"""The day's memory of body temperatures, so that a new case does not skip the rest. It holds no NIK and no name."""

import hashlib
import hmac
import secrets
from datetime import timezone

from station.clock import Clock
from station.health.gate import Thermal


class FeverMemory:
    """One Thermal for each person and day, under keys that mean nothing outside this process."""

    def __init__(self, clock: Clock, zone: timezone) -> None:
        self._clock = clock
        self._zone = zone
        self._key = secrets.token_bytes(32)
        self._kept: dict[str, Thermal] = {}

    def of(self, number: str) -> Thermal:
        """What was measured today of the person with this NIK or officer's id."""
        day = f"{self._clock.now().astimezone(self._zone):%Y%m%d}"
        person = hmac.new(self._key, f"{day}/{number}".encode(), hashlib.sha256).hexdigest()
        return self._kept.setdefault(person, Thermal())
