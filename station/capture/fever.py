"""The day's memory of body temperatures, so that a new case does not skip the rest. It holds no NIK and no name."""

import hashlib
import hmac
import secrets
from datetime import timezone

from station.clock import Clock
from station.health.gate import Thermal
from station.health.model import GateLimits
from station.text import Message, msg


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


def officer_hindered(thermal: Thermal, limits: GateLimits, now_s: float) -> Message | None:
    """Why the officer may not be measured now, or None."""
    rest_until_s = thermal.rest_until_s(limits)
    if thermal.refused:
        return msg("Officer at or over the limit twice. Another officer must take over.")
    if rest_until_s is not None and now_s < rest_until_s:
        return msg("The officer rests first: measure again after five minutes.")
    return None
