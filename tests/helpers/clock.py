"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Starts on a Tuesday morning; `advance` moves wall and monotonic time together."""

    def __init__(self) -> None:
        self.boot_id = "00000000-0000-4000-8000-000000000001"
        self._now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
        self._monotonic_s = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic_s += seconds

    def leap(self, seconds: float) -> None:
        """Somebody sets the wall clock; no time passes."""
        self._now += timedelta(seconds=seconds)

    def boot(self, now: datetime | None = None) -> None:
        """The machine starts anew, with this time on its clock."""
        self.boot_id = f"00000000-0000-4000-8000-{int(self.boot_id[-12:]) + 1:012}"
        self._monotonic_s = 5.0
        self._now = now or self._now
