"""The thermometer: it streams as long as anybody looks, and makes a body temperature when somebody is measured."""

from collections import deque
from threading import Event as Cancel

from drivers.api import Cancelled, NotCaptured, Role, TemperatureSample
from station.capture.context import Context
from station.capture.devices import PAUSE_AFTER_TROUBLE_S
from station.capture.facts import TemperatureTrace
from station.health.model import Measurement, Person
from station.health.thermometry import Series, implausible
from station.text import Message, msg

TRACE_S = 30.0
READ_S = 1.0
REDRAW_EVERY_S = 0.2


class Thermometer:
    """Main thread only; the sensor is read on its own thread."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._series: Series | None = None
        self._samples: deque[TemperatureSample] = deque()
        self._problem: Message | None = None
        self._running = False
        self._drawn_s = 0.0

    def run(self, running: bool) -> None:
        """Stream or stop; what was being measured ends with the stream."""
        if running and not self._running:
            self._running = True
            self.go_on()
        elif not running and self._running:
            self._running = False
            self._series = None
            self._problem = None
            self._context.devices.cancel(Role.TEMPERATURE)

    def go_on(self) -> None:
        """Read on after somebody else asked the sensor something."""
        if self._running:
            self._context.devices.stream(Role.TEMPERATURE, self._read, self._took)

    def measure(self, person: Person, officer_id: str) -> None:
        """Begin a series for this person; a running one is replaced."""
        self._series = Series(person, officer_id, self._context.settings.limits, self._context.clock)
        self._context.changed()

    def drop(self) -> None:
        """Nobody is measured any more."""
        self._series = None

    @property
    def measuring(self) -> Person | None:
        return self._series.person if self._series else None

    def trace(self) -> TemperatureTrace:
        """The last half minute; empty while nobody looks."""
        now_s = self._context.clock.monotonic_s()
        recent = [s for s in self._samples if now_s - s.read_s <= TRACE_S] if self._running else []
        return TemperatureTrace(tuple((now_s - s.read_s, s.object_c, s.ambient_c) for s in recent), self._problem)

    def _read(self, cancel: Cancel) -> TemperatureSample | NotCaptured:
        result = self._context.devices.drivers.temperature.read(READ_S, cancel)
        if not isinstance(result, TemperatureSample | Cancelled):
            cancel.wait(PAUSE_AFTER_TROUBLE_S)
        return result

    def _took(self, result: TemperatureSample | NotCaptured) -> bool:
        if not isinstance(result, TemperatureSample):
            self._context.devices.note(Role.TEMPERATURE, result)
            self._problem = msg("The thermometer does not answer. Check its cable.")
            self._context.changed()
            return self._running
        self._context.devices.well(result.info)
        self._remember(result)
        now_s = self._context.clock.monotonic_s()
        self._problem = implausible(result, self._context.settings.limits, now_s) if self._series else None
        measured = self._series.add(result) if self._series else None
        if isinstance(measured, Measurement):
            self._series = None
            self._context.measured(measured)
        elif now_s - self._drawn_s >= REDRAW_EVERY_S:
            self._drawn_s = now_s
            self._context.changed()
        return self._running

    def _remember(self, sample: TemperatureSample) -> None:
        self._samples.append(sample)
        while sample.read_s - self._samples[0].read_s > TRACE_S:
            self._samples.popleft()
