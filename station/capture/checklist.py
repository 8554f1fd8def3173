"""The checklist at the counter: the thermometer streams, the officer states, the gate decides."""

from collections import deque
from threading import Event as Cancel

from drivers.api import Cancelled, NotCaptured, Role, TemperatureSample
from station.capture.context import Context
from station.capture.devices import PAUSE_AFTER_TROUBLE_S
from station.capture.facts import TemperatureTrace
from station.health.gate import Gate
from station.health.model import Checklist, Measurement, Person
from station.health.thermometry import Series, implausible
from station.text import Message, msg

TRACE_S = 30.0
READ_S = 1.0
REDRAW_EVERY_S = 0.2


class ChecklistStep:
    """Reads the thermometer while the checklist is open. Main thread only."""

    def __init__(self, context: Context, gate: Gate, officer_id: str) -> None:
        self._context = context
        self._gate = gate
        self._officer_id = officer_id
        self._series: Series | None = None
        self._samples: deque[TemperatureSample] = deque()
        self._problem: Message | None = None
        self._open = False
        self._drawn_s = 0.0

    def open(self) -> None:
        if not self._open:
            self._open = True
            self._context.devices.stream(Role.TEMPERATURE, self._read, self._took)

    def close(self) -> None:
        self._open = False
        self._series = None
        self._context.devices.cancel(Role.TEMPERATURE)

    def measure(self, person: Person) -> None:
        """Begin a series for this person; a running one is replaced."""
        self._series = Series(person, self._officer_id, self._context.settings.limits, self._context.clock)
        self._context.changed()

    @property
    def measuring(self) -> bool:
        return self._series is not None

    def checklist(self) -> Checklist:
        return self._gate.checklist(self._series.person if self._series else None)

    def trace(self) -> TemperatureTrace:
        now_s = self._context.clock.monotonic_s()
        return TemperatureTrace(
            tuple((now_s - s.read_s, s.object_c, s.ambient_c) for s in self._samples if now_s - s.read_s <= TRACE_S),
            self._problem,
        )

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
            return self._open
        self._context.devices.well(result.info)
        self._remember(result)
        now_s = self._context.clock.monotonic_s()
        self._problem = implausible(result, self._context.settings.limits, now_s) if self._series else None
        measured = self._series.add(result) if self._series else None
        if isinstance(measured, Measurement):
            self._series = None
            self._gate.measured(measured)
            self._context.measured(measured)
        elif now_s - self._drawn_s >= REDRAW_EVERY_S:
            self._drawn_s = now_s
            self._context.changed()
        return self._open

    def _remember(self, sample: TemperatureSample) -> None:
        self._samples.append(sample)
        while sample.read_s - self._samples[0].read_s > TRACE_S:
            self._samples.popleft()
