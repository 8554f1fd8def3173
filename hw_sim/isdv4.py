"""A Wacom serial tablet (ISDv4) with a pen over it: points only while it samples and the pen is near.

It starts without sampling; whether real tablets do differs (unsure), so hosts say stop or start first. It has no touch,
and a touch query stays unanswered.
"""

import random
from dataclasses import dataclass

from hw_sim.device import Out
from hw_sim.faults import Fault
from hw_sim.kept import KeptFile
from hw_sim.scene import Scene
from protocols.isdv4 import RESET_ECHO, Capabilities, Command, Pen

BAUD = 38_400
UNITS_PER_MM = 100
TABLET = Capabilities(x_max=24_576, y_max=18_432, pressure_max=1_023, version=0x102)
WIDTH_MM, HEIGHT_MM = 60.0, 25.0
"""The part of the tablet in which people sign: the middle."""
LEFT_MM = (TABLET.x_max / UNITS_PER_MM - WIDTH_MM) / 2
TOP_MM = (TABLET.y_max / UNITS_PER_MM - HEIGHT_MM) / 2
PAUSE_S = 1.0
RATE_HZ = 133.0
"""So many points a second: unsure."""


@dataclass(frozen=True, slots=True)
class _Sample:
    at_s: float
    pen: Pen


class Isdv4:
    """The tablet. The pen writes its owner's signature again and again, a pause of a second between."""

    bits_per_byte = 10

    def __init__(
        self,
        scene: Scene,
        faults: set[Fault],
        rng: random.Random,
        memory: KeptFile | None = None,
        baud: int = BAUD,
    ) -> None:
        del memory  # it has nothing to set
        self.baud = baud
        self._scene = scene
        self._faults = faults
        self._rng = rng
        self._sampling = False
        self._samples: list[_Sample] = []
        self._mode = ""

    @property
    def streams(self) -> bool:
        return self._sampling

    def power_on(self, now_s: float) -> list[Out]:
        del now_s
        self._sampling = False
        self._samples = []
        return []

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        """Commands are single bytes; others are ignored."""
        answers: list[Out] = []
        for byte in data:
            match bytes((byte,)):
                case Command.QUERY.value:
                    answers.append(Out(TABLET.encode(), self.baud))
                case Command.RESET.value:
                    self.power_on(now_s)
                    answers.append(Out(RESET_ECHO, self.baud))
                case Command.START.value:
                    self._sampling = True
                case Command.STOP.value:
                    self._sampling = False
        return answers

    def due(self, now_s: float) -> list[Out]:
        mode = "stuck" if Fault.PEN_STUCK in self._faults else self._scene.pen
        if mode != self._mode:
            self._mode, self._samples = mode, []
        if not self._samples:
            self._samples = self._next_samples(mode, now_s)
        ready = [sample for sample in self._samples if sample.at_s <= now_s]
        del self._samples[: len(ready)]
        return [Out(sample.pen.encode(), self.baud) for sample in ready] if self._sampling else []

    def _next_samples(self, mode: str, now_s: float) -> list[_Sample]:
        start_s = now_s + PAUSE_S
        if mode == "write":
            points = self._scene.person.signature.points(
                self._rng, rate_hz=RATE_HZ, width_mm=WIDTH_MM, height_mm=HEIGHT_MM
            )
            samples = [_Sample(start_s + p.t_s, _pen(p.x_mm, p.y_mm, p.pressure, p.down)) for p in points]
            return [*samples, *_leaving(samples[-1])]
        if mode == "line":
            samples = [_Sample(start_s + n / RATE_HZ, _pen(15 + n * 0.5, 12.5, 0.6, True)) for n in range(60)]
            return [*samples, *_leaving(samples[-1])]
        if mode == "stuck":
            return [_Sample(now_s + n / RATE_HZ, _pen(30.0, 12.5, 0.6, True)) for n in range(100)]
        return []


def _pen(x_mm: float, y_mm: float, pressure: float, down: bool) -> Pen:
    x = min(TABLET.x_max, max(0, round((LEFT_MM + x_mm) * UNITS_PER_MM)))
    y = min(TABLET.y_max, max(0, round((TOP_MM + y_mm) * UNITS_PER_MM)))
    return Pen(x, y, round(pressure * TABLET.pressure_max) if down else 0, proximity=True, tip=down)


def _leaving(last: _Sample) -> list[_Sample]:
    """The pen goes up, and out of reach: that last packet has no bit set but the first."""
    x, y = last.pen.x, last.pen.y
    up = [_Sample(last.at_s + n / RATE_HZ, Pen(x, y, 0, proximity=True, tip=False)) for n in range(1, 6)]
    return [*up, _Sample(last.at_s + 6 / RATE_HZ, Pen(x, y, 0, proximity=False, tip=False))]
