"""Synthetic fingers: ready-grown masters and the impressions they leave on a sensor.

Masters are ridge maps at 500 ppi from `make_masters`; an impression adds placement, skin and sensor, and takes some
hundredths of a second.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Gray = NDArray[np.uint8]

MASTER_WIDTH = 416
MASTER_HEIGHT = 560
MASTER_PPI = 500
MASTERS_PATH = Path(__file__).with_name("masters.npz")

_MM_PER_INCH = 25.4
_HALF_WIDTH_MM = 8.2
_ABOVE_MM = 10.4
_BELOW_MM = 12.0


@dataclass(frozen=True, slots=True)
class FingerMaster:
    """One finger: a grown master, or its mirror image, or that bent into another person's (`warp` other than 0)."""

    index: int
    mirrored: bool = False
    warp: int = 0


def ten_fingers(number: int, seed: int) -> tuple[FingerMaster, ...]:
    """Return a person's fingers in ISO order; ten different masters.

    People 0..7 of seed 0 are the masters as grown, 8..15 their mirror images on the other hand; all others are
    shuffled and bent.
    """
    people = len(_packed_ridges()) // 10
    if seed == 0 and number < people:
        return tuple(FingerMaster(10 * number + place) for place in range(10))
    if seed == 0 and number < 2 * people:
        return tuple(FingerMaster(10 * (number - people) + (place + 5) % 10, mirrored=True) for place in range(10))
    rng = random.Random(f"fingers {seed} {number}")
    chosen = rng.sample(range(10 * people), 10)
    return tuple(FingerMaster(index, rng.random() < 0.5, rng.getrandbits(31) + 1) for index in chosen)


def impression(
    master: FingerMaster,
    *,
    width: int,
    height: int,
    ppi: float,
    pressure: float = 0.5,
    dx_mm: float = 0.0,
    dy_mm: float = 0.0,
    rotation_deg: float = 0.0,
    area: float = 1.0,
    noise: float = 0.5,
    rng: random.Random,
) -> Gray:
    """Return what a sensor of width x height pixels sees: dark ridges on a white ground, shape (height, width).

    pressure 0 dry .. 0.5 normal .. 1 wet. The finger lies dx right and dy down of the middle, turned clockwise. area is
    the contact area as a share of a usual one; noise 0..1 is dirt and grain.
    """
    draw = np.random.default_rng(rng.getrandbits(64))
    px_per_mm = ppi / _MM_PER_INCH
    across, down = _finger_mm(width, height, px_per_mm, (dx_mm, dy_mm), rotation_deg)
    contact = _contact(across, down, pressure, area, draw, px_per_mm)
    bent_x, bent_y = _plastic(across, down, draw)
    scale = np.float32(MASTER_PPI / _MM_PER_INCH)
    ridges = cv2.remap(
        ridge_map(master),
        bent_x * scale + np.float32((MASTER_WIDTH - 1) / 2),
        bent_y * scale + np.float32((MASTER_HEIGHT - 1) / 2),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    ink = _ink(np.asarray(ridges, np.float32), contact, pressure, noise, draw, px_per_mm)
    return _sense(ink, pressure, noise, draw)


@lru_cache(maxsize=1)
def _packed_ridges() -> NDArray[np.uint8]:
    with np.load(MASTERS_PATH) as masters:
        return np.asarray(masters["ridges"], np.uint8)


@lru_cache(maxsize=32)
def ridge_map(master: FingerMaster) -> Floats:
    """Return a finger's relief at 500 ppi, -1 valley .. 1 ridge with its pores, (MASTER_HEIGHT, MASTER_WIDTH)."""
    bits = np.unpackbits(_packed_ridges()[master.index], count=MASTER_WIDTH * MASTER_HEIGHT)
    relief = bits.reshape(MASTER_HEIGHT, MASTER_WIDTH).astype(np.float32) * 2 - 1
    if master.mirrored:
        relief = np.ascontiguousarray(relief[:, ::-1])
    if master.warp:
        relief = _bend(relief, np.random.default_rng(master.warp))
    relief = np.asarray(np.clip(cv2.GaussianBlur(relief, (0, 0), 1.5) * 1.25, -1, 1), np.float32)
    return relief - _pores(relief, np.random.default_rng((master.index, master.mirrored, master.warp)))


def _bend(relief: Floats, draw: np.random.Generator) -> Floats:
    """Stretch, shear and bend a master so far that it is another finger with another ridge period."""
    rows, columns = np.mgrid[0:MASTER_HEIGHT, 0:MASTER_WIDTH].astype(np.float32)
    x, y = columns - MASTER_WIDTH / 2, rows - MASTER_HEIGHT / 2
    stretch = draw.uniform(0.92, 1.08, 2)
    shear = draw.uniform(-0.10, 0.10, 2)
    source_x = stretch[0] * x + shear[0] * y + MASTER_WIDTH / 2 + 9 * _smooth(relief.shape, 160, draw)
    source_y = stretch[1] * y + shear[1] * x + MASTER_HEIGHT / 2 + 9 * _smooth(relief.shape, 160, draw)
    bent = cv2.remap(
        relief,
        source_x.astype(np.float32),
        source_y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return np.asarray(bent, np.float32)


def _pores(relief: Floats, draw: np.random.Generator) -> Floats:
    """Return sweat pores: small dips along the tops of the ridges."""
    chance = 0.030 * (relief > 0.8)
    pores = (draw.random(relief.shape) < chance).astype(np.float32) * draw.uniform(1.5, 5.5, relief.shape).astype(
        np.float32
    )
    return np.asarray(cv2.GaussianBlur(pores, (0, 0), 0.9), np.float32)


def _smooth(shape: tuple[int, ...], scale_px: float, draw: np.random.Generator) -> Floats:
    """Return a smooth random field of deviation about 1 that varies over `scale_px`."""
    rows, columns = math.ceil(shape[0] / scale_px) + 3, math.ceil(shape[1] / scale_px) + 3
    coarse = draw.standard_normal((rows, columns)).astype(np.float32)
    size = (round(columns * scale_px), round(rows * scale_px))
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)[: shape[0], : shape[1]], np.float32)


def _finger_mm(
    width: int, height: int, px_per_mm: float, shift_mm: tuple[float, float], rotation_deg: float
) -> tuple[Floats, Floats]:
    """Return each pixel's place on the finger in millimetres right and down of the pad's middle."""
    x = (np.arange(width, dtype=np.float32)[None, :] - (width - 1) / 2) / px_per_mm - shift_mm[0]
    y = (np.arange(height, dtype=np.float32)[:, None] - (height - 1) / 2) / px_per_mm - shift_mm[1]
    cosine, sine = math.cos(math.radians(rotation_deg)), math.sin(math.radians(rotation_deg))
    return (x * cosine + y * sine).astype(np.float32), (y * cosine - x * sine).astype(np.float32)


def _plastic(across: Floats, down: Floats, draw: np.random.Generator) -> tuple[Floats, Floats]:
    """Shift the skin by some tenths of a millimetre: a push, a twist and slow waves, different at each touch."""
    push_x, push_y, twist = draw.normal(0, 0.006), draw.normal(0, 0.006), draw.normal(0, 0.0012)
    phase = draw.uniform(0, 2 * np.pi, 4)
    grip = np.clip((across**2 + down**2) / 60.0, 0, 2)
    wave_x = 0.07 * np.sin(down / 3.1 + phase[0]) + 0.05 * np.sin(across / 4.3 + phase[1])
    wave_y = 0.07 * np.sin(across / 3.3 + phase[2]) + 0.05 * np.sin(down / 4.7 + phase[3])
    x = across * (1 + push_x * grip) + twist * down * grip + wave_x
    y = down * (1 + push_y * grip) - twist * across * grip + wave_y
    return x.astype(np.float32), y.astype(np.float32)


def _contact(
    across: Floats, down: Floats, pressure: float, area: float, draw: np.random.Generator, px_per_mm: float
) -> Floats:
    """Return how firmly each pixel's skin touches, about 1 in the middle, 0 at the edge, below 0 outside."""
    reach = math.sqrt(max(area, 0.01)) * (0.86 + 0.28 * pressure)
    lengthwise = np.where(down < 0, _ABOVE_MM, _BELOW_MM) * reach
    radius = (np.abs(across / (_HALF_WIDTH_MM * reach)) ** 2.3 + np.abs(down / lengthwise) ** 2.3) ** np.float32(
        1 / 2.3
    )
    ragged = 0.025 * _smooth(across.shape, 3.0 * px_per_mm, draw) + 0.018 * _smooth(across.shape, 0.6 * px_per_mm, draw)
    return np.asarray(1 - radius + ragged, np.float32)


def _ink(
    ridges: Floats, contact: Floats, pressure: float, noise: float, draw: np.random.Generator, px_per_mm: float
) -> Floats:
    """Return how dark each pixel is, 0..1: ridges widen with pressure, break up when dry and run together when wet."""
    shape = ridges.shape
    dry, wet = max(0.0, 1 - 2.5 * pressure), max(0.0, (pressure - 0.55) / 0.45)
    edge = np.clip(contact / 0.16, -3, 1)
    blotch = _smooth(shape, 1.3 * px_per_mm, draw)
    grain = _smooth(shape, 0.13 * px_per_mm, draw)
    level = ridges - 0.12 + 0.24 * pressure - 0.60 * dry + 1.0 * wet * np.clip(edge, 0, 1) - 0.9 * (1 - edge)
    level += (0.20 + 0.20 * dry + 0.16 * wet) * noise * 2 * blotch
    level += (0.30 + 0.56 * dry + 0.30 * wet) * noise * 2 * grain
    level -= _scratches(shape, noise, draw)
    return np.asarray(1 / (1 + np.exp(-4.5 * level)), np.float32)


def _scratches(shape: tuple[int, ...], noise: float, draw: np.random.Generator) -> Floats:
    """Return a few thin light lines, as worn skin shows."""
    lines = np.zeros((shape[0], shape[1]), np.uint8)
    for _ in range(draw.poisson(3 * noise)):
        start = draw.uniform((0, 0), (shape[1], shape[0]))
        angle, length = draw.uniform(0, 2 * np.pi), draw.uniform(20, 90)
        end = start + length * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(lines, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), 255, 1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(lines.astype(np.float32) / 255, (0, 0), 0.8) * 1.7, np.float32)


def _sense(ink: Floats, pressure: float, noise: float, draw: np.random.Generator) -> Gray:
    """Turn ink into the sensor's grey: a lit ground, optics of half a pixel, electronics' noise."""
    darkest = 112 - 70 * pressure
    ground = 238 + 3 * _smooth(ink.shape, 90, draw)
    grey = ground - (ground - darkest) * cv2.GaussianBlur(ink, (0, 0), 0.55)
    grey += (1.0 + 5.0 * noise) * draw.standard_normal(ink.shape).astype(np.float32)
    return np.asarray(np.clip(grey, 0, 255), np.uint8)
