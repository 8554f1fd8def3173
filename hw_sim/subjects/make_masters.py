"""Grows the master fingerprints of the synthetic people: `python -m hw_sim.subjects.make_masters`.

SFinGe's way: an orientation field from cores and deltas, a ridge period that varies over the finger, and Gabor filters
that grow ridges out of random spots. The same seed grows the same eighty fingers; about seven seconds a finger.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hw_sim.subjects.fingers import MASTER_HEIGHT, MASTER_WIDTH, MASTERS_PATH

Floats = NDArray[np.float32]

_MARGIN = 24
_ORIENTATIONS = 24
_PERIODS_PX = (7.0, 8.4, 10.0, 12.0)
_ROUNDS = 14
_PEOPLE = 8
# Arch 3.7, tented arch 2.9, left loop 33.8, right loop 31.7, whorl 27.9 % of eighty fingers.
_CLASS_COUNTS = {"A": 3, "T": 2, "L": 27, "R": 26, "W": 22}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one finger's cores and deltas lie, in pixels from the middle of the pad, x right and y up."""

    kind: str
    cores: tuple[complex, ...]
    deltas: tuple[complex, ...]
    period_px: float


def lay_out(kind: str, rng: np.random.Generator) -> Layout:
    """Draw core and delta places for a class: A arch, T tented arch, L and R loops, W whorl."""
    period = float(rng.uniform(8.0, 10.3))
    core = complex(rng.uniform(-36, 36), rng.uniform(-25, 75))
    if kind == "A":
        return Layout(kind, (), (), period)
    if kind == "T":
        drop = rng.uniform(90, 150)
        return Layout(kind, (core,), (core + complex(rng.uniform(-12, 12), -drop),), period)
    if kind in "LR":
        side = 1 if kind == "L" else -1
        delta = core + complex(side * rng.uniform(55, 165), -rng.uniform(60, 190))
        return Layout(kind, (core,), (delta,), period)
    gap, tilt = rng.uniform(14, 80), rng.uniform(-0.9, 0.9)
    arm = gap / 2 * complex(math.sin(tilt), math.cos(tilt))
    middle = core + complex(0, -8)
    left = middle + complex(-rng.uniform(90, 160), -rng.uniform(80, 170))
    right = middle + complex(rng.uniform(90, 160), -rng.uniform(80, 170))
    return Layout(kind, (middle + arm, middle - arm), (left, right), period)


def smooth_noise(shape: tuple[int, int], scale_px: float, rng: np.random.Generator) -> Floats:
    """Return a smooth random field of mean 0 and deviation 1 that varies over about `scale_px`."""
    rows, columns = (max(4, round(side / scale_px) + 3) for side in shape)
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    field = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray((field - field.mean()) / (field.std() + 1e-6), np.float32)


def orientation(layout: Layout, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return the ridge orientation in radians, y up: zero-pole angles bent by two harmonics, an arched tip."""
    height, width = shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    z = (columns - width / 2) + 1j * (height / 2 - rows)
    angle = np.zeros(shape)
    for sign, points in ((1, layout.cores), (-1, layout.deltas)):
        for point in points:
            turn = np.angle(z - point)
            bend = rng.uniform(0.05, 0.22) * np.sin(turn + rng.uniform(0, 2 * np.pi))
            bend += rng.uniform(0.02, 0.12) * np.sin(2 * turn + rng.uniform(0, 2 * np.pi))
            angle += sign * 0.5 * (turn + bend)
    x, y = z.real / (width / 2), z.imag / (height / 2)
    if layout.kind == "A":
        peak, lift = rng.uniform(-0.1, 0.1), rng.uniform(0.7, 1.1)
        angle -= lift * np.sin(np.clip(x - peak, -1, 1) * np.pi) * np.exp(-(((y + 0.25) / 0.55) ** 2))
    tip = 1 / (1 + np.exp(-(y - 0.35) / 0.16))
    angle -= rng.uniform(0.25, 0.8) * np.tanh(1.6 * x) * tip
    angle += math.radians(rng.uniform(4.0, 7.0)) * smooth_noise(shape, 130, rng)
    return angle.astype(np.float32)


def period_map(layout: Layout, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return the ridge period in pixels: the finger's own, wider towards the crease, wandering by some percent."""
    y = np.linspace(1, -1, shape[0], dtype=np.float32)[:, None]
    wide = 1 + np.float32(rng.uniform(0.02, 0.12)) * np.clip(-y, 0, 1)
    wide -= np.float32(rng.uniform(-0.03, 0.05)) * np.clip(y, 0, 1)
    wander = 1 + np.float32(rng.uniform(0.03, 0.07)) * smooth_noise(shape, 110, rng)
    return np.clip(layout.period_px * wide * wander, _PERIODS_PX[0], _PERIODS_PX[-1]).astype(np.float32)


def gabor(angle: float, period_px: float) -> Floats:
    """Return an even Gabor kernel without DC that passes ridges along `angle` (y up)."""
    reach = math.ceil(1.5 * period_px)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    across = x * math.sin(angle) + y * math.cos(angle)
    along = x * math.cos(angle) - y * math.sin(angle)
    envelope = np.exp(-0.5 * ((across / (0.42 * period_px)) ** 2 + (along / (0.65 * period_px)) ** 2))
    kernel = envelope * np.cos(2 * np.pi * across / period_px)
    kernel -= envelope * kernel.sum() / envelope.sum()
    return np.asarray(kernel / np.abs(kernel).sum(), np.float32)


def _weights(position: Floats, index: int, count: int | None) -> Floats:
    """Return how much bank place `index` counts where the field wants `position`; places wrap round after `count`."""
    distance = np.abs(position - index)
    if count is not None:
        distance = np.minimum(distance, count - distance)
    return np.asarray(np.maximum(0, 1 - distance), np.float32)


def grow(angle: Floats, period: Floats, rng: np.random.Generator) -> Floats:
    """Grow ridges from random spots until they fill the finger; returns -1 valley .. 1 ridge."""
    height, width = angle.shape
    image = np.zeros(angle.shape, np.float32)
    spots = rng.integers(0, (height, width), (height * width // 260, 2))
    image[spots[:, 0], spots[:, 1]] = rng.choice(np.array([-1.0, 1.0], np.float32), len(spots))
    image = np.asarray(cv2.GaussianBlur(image, (0, 0), 1.6), np.float32)
    turn = np.mod(angle, np.pi) * np.float32(_ORIENTATIONS / np.pi)
    rung = np.interp(period, _PERIODS_PX, np.arange(len(_PERIODS_PX))).astype(np.float32)
    bank = [
        (gabor(math.pi * a / _ORIENTATIONS, p), _weights(turn, a, _ORIENTATIONS) * _weights(rung, b, None))
        for a in range(_ORIENTATIONS)
        for b, p in enumerate(_PERIODS_PX)
    ]
    for _ in range(_ROUNDS):
        total = np.zeros_like(image)
        for kernel, weight in bank:
            total += weight * cv2.filter2D(image, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT)
        scale = np.sqrt(cv2.GaussianBlur(total * total, (0, 0), 12)) + 1e-7
        image = np.tanh(1.6 * total / scale).astype(np.float32)
    return image


def master(kind: str, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return one finger's ridges, True on a ridge, (MASTER_HEIGHT, MASTER_WIDTH) at 500 ppi."""
    shape = (MASTER_HEIGHT + 2 * _MARGIN, MASTER_WIDTH + 2 * _MARGIN)
    layout = lay_out(kind, rng)
    grown = grow(orientation(layout, shape, rng), period_map(layout, shape, rng), rng)
    return grown[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN] > 0


def deal_classes(rng: np.random.Generator) -> list[str]:
    """Deal the classes to eighty fingers; most loops open towards the little finger, as they do on people.

    Finger 10·person + position - 1: positions 1..5 are the right hand, whose loops are mostly R.
    """
    deck = dict(_CLASS_COUNTS)
    dealt: list[str] = []
    for finger in rng.permutation(_PEOPLE * 10):
        ulnar, radial = ("R", "L") if finger % 10 < 5 else ("L", "R")
        odds = {kind: count * (0.08 if kind == radial else 1.0) for kind, count in deck.items()}
        odds[ulnar] += 1e-9
        total = sum(odds.values())
        kind = str(rng.choice(list(odds), p=[value / total for value in odds.values()]))
        kind = kind if deck[kind] else max(deck, key=lambda k: deck[k])
        deck[kind] -= 1
        dealt.append(f"{finger:02d}{kind}")
    return [name[2:] for name in sorted(dealt)]


def make(seed: int, count: int) -> tuple[list[str], NDArray[np.uint8]]:
    """Return the classes and packed ridge maps of the first `count` fingers."""
    kinds = deal_classes(np.random.default_rng(seed))[:count]
    packed = [np.packbits(master(kind, np.random.default_rng((seed, index)))) for index, kind in enumerate(kinds)]
    return kinds, np.stack(packed)


def main() -> None:
    """Grow the fingers and write the file the simulator reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=_PEOPLE * 10, help="fewer fingers, for a look")
    parser.add_argument("--out", type=Path, default=MASTERS_PATH)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    kinds, ridges = make(options.seed, options.count)
    np.savez_compressed(options.out, ridges=ridges, kinds=np.array(kinds))


if __name__ == "__main__":
    main()
