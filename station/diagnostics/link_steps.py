"""The first step of every device: ask it again and again, and see what comes back and when."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from drivers.api import AnyDriver, Busy, DeviceStatus, Ready
from drivers.trace import Direction, Traced, TraceEntry
from station.diagnostics.findings import of_status
from station.diagnostics.model import Measure, Trouble
from station.diagnostics.stepping import Seen, Subject
from station.text import msg

QUESTIONS = 16
ALIKE = 4
"""So many times the same trouble is trouble for good."""
PATIENCE_S = 12.0
BURST_MS = 120.0
"""A device answers in a few hundredths of a second; a hub or adapter that gathers data hands it over four times a
second."""
LATE_MS = 300.0
RETRY_MS = 200.0
"""An answer that took so much longer than the quickest came at the second try."""
_OF_NOISE = (Trouble.SILENT, Trouble.ALL_BROKEN, Trouble.REFUSED)
"""What noise on the line makes a healthy device say now and then."""


@dataclass(slots=True)
class Ear:
    """Listens to a device's line: how long after a question the first byte came, and bytes that belong to nothing."""

    answers_ms: list[float] = field(default_factory=list)
    stray_bytes: int = 0
    frames: int = 0
    _asked_s: float | None = None

    def hear(self, entry: TraceEntry) -> None:
        if entry.direction is Direction.SENT:
            self._asked_s = entry.time_s
            return
        if self._asked_s is not None:
            self.answers_ms.append((entry.time_s - self._asked_s) * 1000)
            self._asked_s = None
        self.frames += 1
        if not entry.data:
            self.stray_bytes += entry.masked_bytes


@contextmanager
def heard_by(driver: AnyDriver, ear: Ear) -> Iterator[None]:
    """While this lasts `ear` hears the driver's line; nothing where it has none."""
    leave = driver.trace.subscribe(ear.hear) if isinstance(driver, Traced) else None
    try:
        yield
    finally:
        if leave is not None:
            leave()


def link(subject: Subject) -> Seen:
    """A fresh start, then up to 16 questions."""
    driver, asking, starting = subject.driver, Ear(), Ear()
    with heard_by(driver, starting):
        driver.close()
        first = driver.open()
    with heard_by(driver, asking):
        statuses, took_ms = _asked(subject)
    answers_ms = [took for took, status in zip(took_ms, statuses, strict=True) if isinstance(status, Ready)][1:]
    times_ms = sorted(asking.answers_ms if len(asking.answers_ms) >= ALIKE else answers_ms)
    answered = sum(isinstance(status, Ready) for status in (first, *statuses))
    measures = (
        Measure("answered", msg("Questions answered"), 100 * answered / (len(statuses) + 1), "%", low=100),
        Measure("answer_p50", msg("Time to an answer, half of them"), percentile(times_ms, 50), "ms", high=LATE_MS),
        Measure("answer_p99", msg("Time to an answer, the slowest"), percentile(times_ms, 99), "ms"),
    )
    trouble = _by_status((first, *statuses))
    if trouble is None and 2 * answered > len(statuses):
        trouble = _by_time(times_ms, starting.answers_ms)
    return Seen(measures, trouble or _by_mixture((first, *statuses), took_ms[1:]))


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed; 0 where there is none."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, round(len(ordered) * percent / 100))]


def _asked(subject: Subject) -> tuple[list[DeviceStatus], list[float]]:
    begun_s = subject.now_s()
    statuses: list[DeviceStatus] = []
    took_ms: list[float] = []
    while len(statuses) < QUESTIONS and not (statuses and subject.cancel.is_set()):
        asked_s = subject.now_s()
        statuses.append(status := subject.driver.check())
        subject.info = status.info if isinstance(status, Ready | Busy) else subject.info
        took_ms.append((subject.now_s() - asked_s) * 1000)
        alike = len({of_status(status) for status in statuses}) == 1
        if not isinstance(statuses[-1], Ready) and alike and len(statuses) >= ALIKE:
            break
        if subject.now_s() - begun_s > PATIENCE_S:
            break
    return statuses, took_ms


def _by_status(statuses: Sequence[DeviceStatus]) -> Trouble | None:
    """What a single status proves."""
    said = Counter(of_status(status) for status in statuses)
    proven = [trouble for trouble, _ in said.most_common() if trouble is not None and trouble not in _OF_NOISE]
    return proven[0] if proven else None


def _by_time(times_ms: Sequence[float], start_ms: Sequence[float]) -> Trouble | None:
    """Late answers, or answers that all wait for the next burst; lost ones alone only make some of them late."""
    if percentile(times_ms, 50) > LATE_MS or max(start_ms, default=0.0) > LATE_MS:
        return Trouble.SLOW
    return Trouble.BURSTS if percentile(times_ms, 25) > BURST_MS else None


def _by_mixture(statuses: Sequence[DeviceStatus], took_ms: Sequence[float]) -> Trouble | None:
    """What all answers together say that one alone does not."""
    bad = Counter(trouble for status in statuses if (trouble := of_status(status)) is not None)
    if not bad:
        return Trouble.NOISE if took_ms and max(took_ms) - min(took_ms) > RETRY_MS else None
    if any(isinstance(status, Ready) for status in statuses):
        return Trouble.SLOW if len(bad) > 2 else Trouble.NOISE
    return Trouble.SLOW if len(bad) > 2 else bad.most_common()[0][0]
