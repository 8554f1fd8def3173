"""A Topaz pad in format 0 with a pen over it: points only while the pen is near, nothing is ever asked."""

import random
from dataclasses import dataclass

from hw_sim.device import Out
from hw_sim.faults import Fault
from hw_sim.kept import KeptFile
from hw_sim.scene import Scene
from protocols.topaz import PadInfo, Position, Pressure, Report

BAUD = 19200
UNITS_PER_MM = 410 / 25.4
LEFT, TOP, RIGHT, BOTTOM = 500, 700, 2650, 2100
"""The active box in raw units."""
WIDTH_MM, HEIGHT_MM = 60.0, 25.0
"""The part of the pad in which people sign: the middle."""
PAUSE_S = 1.0
RATE_HZ = 100.0
PRESSURE_EVERY = 10
"""A pressure report after so many positions; how often a pad sends one is unsure."""
PAD = PadInfo(model=5, serial=0x20123)


@dataclass(frozen=True, slots=True)
class _Sample:
    at_s: float
    x_mm: float
    y_mm: float
    pressure: float
    down: bool


class Topaz:
    """The pad. The pen writes its owner's signature again and again, a pause of a second between."""

    bits_per_byte = 11
    streams = True
    baud = BAUD

    def __init__(self, scene: Scene, faults: set[Fault], rng: random.Random, memory: KeptFile | None = None) -> None:
        del memory  # it has nothing to set
        self._scene = scene
        self._faults = faults
        self._rng = rng
        self._samples: list[_Sample] = []
        self._mode = ""
        self._count = 0

    def power_on(self, now_s: float) -> list[Out]:
        del now_s
        self._samples = []
        self._mode = ""
        return []

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        """No command is documented: the pad stays silent."""
        del data, now_s
        return []

    def due(self, now_s: float) -> list[Out]:
        mode = "stuck" if Fault.PEN_STUCK in self._faults else self._scene.pen
        if mode != self._mode:
            self._mode, self._samples = mode, []
        sent: list[Report] = []
        if not self._samples:
            self._samples = self._next_samples(mode, now_s)
            if self._samples:
                sent.append(PAD)
        while self._samples and self._samples[0].at_s <= now_s:
            sent += self._reports(self._samples.pop(0))
        return [Out(report.encode(), BAUD) for report in sent]

    def _reports(self, sample: _Sample) -> list[Report]:
        left = LEFT + (RIGHT - LEFT - WIDTH_MM * UNITS_PER_MM) / 2
        top = TOP + (BOTTOM - TOP - HEIGHT_MM * UNITS_PER_MM) / 2
        x = min(RIGHT, max(LEFT, round(left + sample.x_mm * UNITS_PER_MM)))
        y = min(BOTTOM, max(TOP, round(top + sample.y_mm * UNITS_PER_MM)))
        self._count += 1
        reports: list[Report] = [Position(x, y, near=True, down=sample.down)]
        if self._count % PRESSURE_EVERY == 0:
            reports.append(Pressure(round(sample.pressure * 0x3FF), near=True, down=sample.down))
        return reports

    def _next_samples(self, mode: str, now_s: float) -> list[_Sample]:
        start_s = now_s + PAUSE_S
        if mode == "write":
            points = self._scene.person.signature.points(
                self._rng, rate_hz=RATE_HZ, width_mm=WIDTH_MM, height_mm=HEIGHT_MM
            )
            samples = [_Sample(start_s + p.t_s, p.x_mm, p.y_mm, p.pressure, p.down) for p in points]
            return [*samples, *_leaving(samples[-1])]
        if mode == "line":
            samples = [_Sample(start_s + n / RATE_HZ, 15 + n * 0.5, 12.5, 0.6, True) for n in range(60)]
            return [*samples, *_leaving(samples[-1])]
        if mode == "stuck":
            return [_Sample(now_s + n / RATE_HZ, 30.0, 12.5, 0.6, True) for n in range(100)]
        return []


def _leaving(last: _Sample) -> list[_Sample]:
    """The pen goes up: a few points in the air, as the pad still feels it."""
    return [_Sample(last.at_s + n / RATE_HZ, last.x_mm, last.y_mm, 0.0, False) for n in range(1, 6)]
