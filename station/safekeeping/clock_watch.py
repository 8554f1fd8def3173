"""A clock that cannot be right is written down and told to the officer; nothing waits for it to be set."""

from collections.abc import Callable
from dataclasses import replace

from station.safekeeping.audit import AuditLog
from station.safekeeping.bundle import Core, Instant
from station.safekeeping.events import EventKind
from station.text import Message, msg

TOLERANCE_MS = 5 * 60 * 1000


def latest_known_ms(log: AuditLog, newest: Core | None) -> int:
    """The latest time the station has seen, in Unix milliseconds; 0 when it has seen none.

    A clock that leapt ahead of the monotonic one while the machine ran is not believed.
    """
    latest_ms = 0
    boots: dict[str, Instant] = {}
    for when in (record.when for record in log.recent):
        first = boots.setdefault(when.boot_id, when)
        due_ms = first.unix_ms + when.monotonic_ms - first.monotonic_ms
        leapt = when.unix_ms - due_ms > TOLERANCE_MS
        latest_ms = max(latest_ms, due_ms if leapt else when.unix_ms)
    if newest is not None and newest.created.boot_id not in boots:
        latest_ms = max(latest_ms, newest.created.unix_ms)
    return latest_ms


class ClockWatch:
    """Holds each reading of the wall clock against the monotonic clock and the latest time that was known before."""

    def __init__(self, read: Callable[[], Instant], log: AuditLog, latest_ms: int) -> None:
        self._read, self._log = read, log
        self._last = read()
        self._latest_ms = max(latest_ms, self._last.unix_ms)
        self._ahead = False

    def now(self) -> Instant:
        """The time as the clock says it; a leap since the last reading is written down."""
        when, last, was_behind = self._read(), self._last, self._behind
        self._last = when
        passed_ms = max(when.monotonic_ms - last.monotonic_ms, 0)
        self._latest_ms += passed_ms
        leap_ms = when.unix_ms - last.unix_ms - passed_ms
        if abs(leap_ms) > TOLERANCE_MS:
            self._ahead = leap_ms > TOLERANCE_MS and not was_behind and when.unix_ms - self._latest_ms > TOLERANCE_MS
            note_leap(self._log, leap_ms, when)
        return when

    def believed(self) -> Instant:
        """The time to sign: the clock's, or while it cannot be right the latest known and what has passed since."""
        when = self.now()
        return replace(when, unix_ms=self._latest_ms) if self._behind or self._ahead else when

    @property
    def _behind(self) -> bool:
        return self._latest_ms - self._last.unix_ms > TOLERANCE_MS

    def trouble(self) -> Message | None:
        """What to tell the officer, or None."""
        self.now()
        if self._behind:
            return msg("The clock stands before the last record. Set the date and time; recording goes on.")
        if self._ahead:
            return msg("The clock leapt ahead. Check the date and time; recording goes on.")
        return None


def note_clock(log: AuditLog, when: Instant) -> None:
    """Write it down when the clock begins more than five minutes behind the last record."""
    if log.recent:
        note_leap(log, min(when.unix_ms - log.recent[-1].when.unix_ms, 0), when)


def note_leap(log: AuditLog, leap_ms: int, when: Instant) -> None:
    """Write down that the clock leapt by more than five minutes."""
    if abs(leap_ms) > TOLERANCE_MS:
        kind = EventKind.CLOCK_WENT_BACK if leap_ms < 0 else EventKind.CLOCK_WENT_AHEAD
        log.append(kind, when, {"seconds": min(abs(leap_ms) // 1000, 999_999_999)})
