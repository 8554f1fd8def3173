"""Handwriting by the sigma-lognormal model: overlapping strokes whose speed is lognormal, summed as vectors."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_RISE_S = 0.05


class Point(NamedTuple):
    """One sample of the pen: seconds, millimetres right and down, pressure 0..1, and whether it touches."""

    t_s: float
    x_mm: float
    y_mm: float
    pressure: float
    down: bool


@dataclass(frozen=True, slots=True)
class Stroke:
    """One muscle command: when, how far, how fast, from which direction to which (radians, y down)."""

    start_s: float
    length_mm: float
    mu: float
    sigma: float
    from_rad: float
    to_rad: float


@dataclass(frozen=True, slots=True)
class Signature:
    """A person's habitual signature: its strokes and the spans of time in which the pen is lifted."""

    strokes: tuple[Stroke, ...]
    lifts_s: tuple[tuple[float, float], ...]
    end_s: float

    def points(
        self, rng: random.Random, *, rate_hz: float = 100.0, width_mm: float = 60.0, height_mm: float = 20.0
    ) -> list[Point]:
        """Return the pen's samples of one writing, inside a pad of the given size; two writings differ a little."""
        strokes = [_vary(stroke, rng) for stroke in self.strokes]
        times = np.arange(0.0, self.end_s, 1.0 / rate_hz)
        x, y, speed = _integrate(strokes, times)
        x, y = _fit(x, y, width_mm, height_mm, rng)
        pressure = _pressure(times, speed, self.lifts_s)
        return [
            Point(float(t), float(px), float(py), float(p), bool(p > 0))
            for t, px, py, p in zip(times, x, y, pressure, strict=True)
        ]


def habit(rng: random.Random) -> Signature:
    """Draw a signature: a large initial, letter loops in one or two words, often a flourish under the name."""
    strokes: list[Stroke] = []
    lifts: list[tuple[float, float]] = []
    clock = 0.0

    def add(length_mm: float, heading_deg: float, turn_deg: float) -> None:
        nonlocal clock
        sigma = rng.uniform(0.18, 0.3)
        mu = math.log(rng.uniform(0.11, 0.17))
        half = math.radians(turn_deg) / 2
        heading = math.radians(heading_deg)
        strokes.append(Stroke(clock, length_mm, mu, sigma, heading - half, heading + half))
        clock += rng.uniform(0.075, 0.115)

    def lift(length_mm: float, heading_deg: float) -> None:
        nonlocal clock
        begin = clock + 0.14
        clock = begin
        add(length_mm, heading_deg, 0.0)
        clock += 0.12
        lifts.append((begin + 0.03, clock))

    slant = rng.uniform(-12, 18)
    tall, turn = rng.uniform(11, 17), rng.choice([-1, 1])
    add(tall, -75 + slant, 30 * turn)
    add(tall * rng.uniform(0.8, 1.1), 85 + slant, 60 * turn)
    add(rng.uniform(5, 9), -30 + slant, 110)
    words = rng.choice([1, 1, 2])
    for word in range(words):
        if word:
            lift(rng.uniform(4, 7), -20)
        for _ in range(rng.randint(4, 7) if words == 1 else rng.randint(3, 4)):
            rise = rng.choice([3.2, 3.8, 4.5, 8.5]) * rng.uniform(0.85, 1.15)
            add(rise, -58 + slant + rng.uniform(-12, 12), rng.uniform(20, 80) * turn)
            add(rise * rng.uniform(0.8, 1.05), 74 + slant + rng.uniform(-14, 14), rng.uniform(30, 110) * turn)
    if rng.random() < 0.7:
        add(rng.uniform(5, 8), 10, -40)
        add(rng.uniform(24, 42), 172 + rng.uniform(-6, 6), rng.uniform(-35, 35))
        if rng.random() < 0.5:
            add(rng.uniform(16, 28), -12, rng.uniform(-60, 20))
    if rng.random() < 0.3:
        lift(rng.uniform(8, 16), -60)
        add(0.7, 80, 0)
    return Signature(tuple(strokes), tuple(lifts), clock + 0.30)


def _vary(stroke: Stroke, rng: random.Random) -> Stroke:
    return Stroke(
        stroke.start_s + rng.gauss(0, 0.003),
        stroke.length_mm * (1 + rng.gauss(0, 0.04)),
        stroke.mu + rng.gauss(0, 0.02),
        stroke.sigma * (1 + rng.gauss(0, 0.03)),
        stroke.from_rad + rng.gauss(0, 0.04),
        stroke.to_rad + rng.gauss(0, 0.04),
    )


def _erf(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([math.erf(value) for value in values])


def _integrate(
    strokes: list[Stroke], times: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y in millimetres and speed in millimetres a second at `times`."""
    step = float(times[1] - times[0])
    vx, vy = np.zeros_like(times), np.zeros_like(times)
    for stroke in strokes:
        since = np.maximum(times - stroke.start_s, 1e-6)
        z = (np.log(since) - stroke.mu) / stroke.sigma
        speed = stroke.length_mm / (stroke.sigma * math.sqrt(2 * math.pi) * since) * np.exp(-(z**2) / 2)
        angle = stroke.from_rad + (stroke.to_rad - stroke.from_rad) / 2 * (1 + _erf(z / math.sqrt(2)))
        vx += speed * np.cos(angle)
        vy += speed * np.sin(angle)
    return np.cumsum(vx) * step, np.cumsum(vy) * step, np.hypot(vx, vy)


def _fit(
    x: NDArray[np.float64], y: NDArray[np.float64], width_mm: float, height_mm: float, rng: random.Random
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre the track in the pad, shrunk only where it would leave it, a millimetre off at most."""
    spans = float(np.ptp(x)), float(np.ptp(y))
    scale = min(1.0, 0.88 * width_mm / max(spans[0], 1e-9), 0.84 * height_mm / max(spans[1], 1e-9))
    middle = (float(x.max() + x.min()) / 2, float(y.max() + y.min()) / 2)
    slack = 0.04 * height_mm
    left = width_mm / 2 + rng.uniform(-slack, slack)
    top = height_mm / 2 + rng.uniform(-slack, slack)
    return (x - middle[0]) * scale + left, (y - middle[1]) * scale + top


def _pressure(
    times: NDArray[np.float64], speed: NDArray[np.float64], lifts_s: tuple[tuple[float, float], ...]
) -> NDArray[np.float64]:
    """Return pen pressure: heavier when slow, rising and falling at each touch, 0 in the air."""
    force = 0.82 - 0.42 * np.clip(speed / 220.0, 0, 1)
    edges = [0.0, *(edge for lift in lifts_s for edge in lift), float(times[-1]) + 1e-9]
    inside = np.zeros_like(times)
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        ramp = np.minimum(times - begin, end - times) / _RISE_S
        inside = np.where((times >= begin) & (times < end), np.clip(0.25 + 0.75 * ramp, 0, 1), inside)
    return np.asarray(force * inside)
