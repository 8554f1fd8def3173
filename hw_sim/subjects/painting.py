"""A small soft-edged painter: smooth closed curves, blurred masks and layers, in millimetres about a point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Points = Sequence[tuple[float, float]]
Colour = tuple[float, float, float]

_SUBPIXEL_BITS = 4


def smooth_noise(shape: tuple[int, ...], scale: tuple[float, float], draw: np.random.Generator) -> Floats:
    """Return a random field of deviation about 1 that varies over `scale` = (down, across) pixels."""
    rows, columns = (math.ceil(side / step) + 3 for side, step in zip(shape[:2], scale, strict=True))
    coarse = draw.standard_normal((rows, columns)).astype(np.float32)
    size = (math.ceil(columns * scale[1]), math.ceil(rows * scale[0]))
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)[: shape[0], : shape[1]], np.float32)


def curve(points: Points, *, closed: bool = True, steps: int = 8) -> list[tuple[float, float]]:
    """Return a Catmull-Rom curve through the points."""
    p = np.asarray(points, np.float64)
    p = np.vstack([p[-1:], p, p[:2]]) if closed else np.vstack([p[:1], p, p[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        0.5
        * (
            2 * p[i]
            + (p[i + 1] - p[i - 1]) * t
            + (2 * p[i - 1] - 5 * p[i] + 4 * p[i + 1] - p[i + 2]) * t**2
            + (3 * p[i] - p[i - 1] - 3 * p[i + 1] + p[i + 2]) * t**3
        )
        for i in range(1, len(p) - 2)
    ]
    track = np.vstack(pieces if closed else [*pieces, p[-2:-1]])
    return [(float(x), float(y)) for x, y in track]


def both_sides(right_half: Points) -> list[tuple[float, float]]:
    """Close a half outline, given from its top to its bottom on the right, with its mirror image."""
    left = [(-x, y) for x, y in reversed(right_half) if x != 0]
    return [*right_half, *left]


@dataclass(slots=True)
class Canvas:
    """A layer of colour (BGR 0..255) with cover 0..1; `origin` is the pixel at 0 mm, x right and y down."""

    colour: Floats
    cover: Floats
    px_per_mm: float
    origin: tuple[float, float]

    @classmethod
    def empty(cls, width: int, height: int, px_per_mm: float, origin: tuple[float, float]) -> Canvas:
        """Return a layer that covers nothing."""
        return cls(np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32), px_per_mm, origin)

    def grid_mm(self) -> tuple[Floats, Floats]:
        """Return every pixel's x and y in millimetres, as a row and a column."""
        height, width = self.cover.shape
        x = (np.arange(width, dtype=np.float32)[None, :] - self.origin[0]) / self.px_per_mm
        y = (np.arange(height, dtype=np.float32)[:, None] - self.origin[1]) / self.px_per_mm
        return np.asarray(x, np.float32), np.asarray(y, np.float32)

    def blurred(self, mask: Floats, soft_mm: float) -> Floats:
        """Return a mask blurred by so many millimetres; wide blurs are made on a smaller copy."""
        sigma = max(0.3, soft_mm * self.px_per_mm)
        shrink = int(sigma / 3)
        if shrink < 2:
            return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), np.float32)
        height, width = mask.shape
        small = cv2.resize(mask, (width // shrink, height // shrink), interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
        full = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(cv2.GaussianBlur(full, (0, 0), 0.8 * shrink), np.float32)

    def area(self, points: Points, soft_mm: float = 0.0) -> Floats:
        """Return the mask of a filled outline."""
        image = np.zeros(self.cover.shape, np.uint8)
        cv2.fillPoly(image, [self._pixels(points)], (255,), cv2.LINE_AA, _SUBPIXEL_BITS)
        mask = np.asarray(image, np.float32) / np.float32(255)
        return self.blurred(mask, soft_mm) if soft_mm else mask

    def line(self, points: Points, width_mm: float, soft_mm: float = 0.0) -> Floats:
        """Return the mask of an open line."""
        return self.lines([points], width_mm, soft_mm)

    def lines(self, tracks: Sequence[Points], width_mm: float, soft_mm: float = 0.0) -> Floats:
        """Return the mask of open lines."""
        image = np.zeros(self.cover.shape, np.uint8)
        thickness = max(1, round(width_mm * self.px_per_mm))
        pixels = [self._pixels(points) for points in tracks]
        cv2.polylines(image, pixels, False, (255,), thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
        mask = np.asarray(image, np.float32) / np.float32(255)
        return self.blurred(mask, soft_mm) if soft_mm else mask

    def spot(self, x: float, y: float, across_mm: float, down_mm: float) -> Floats:
        """Return a Gaussian spot of height 1 and the given deviations."""
        column, row = self.grid_mm()
        return np.asarray(
            np.exp(-0.5 * ((column - x) / across_mm) ** 2) * np.exp(-0.5 * ((row - y) / down_mm) ** 2), np.float32
        )

    def paint(self, mask: Floats, colour: Colour | Floats, alpha: float = 1.0) -> None:
        """Lay colour over what the mask covers."""
        part = _touched(mask)
        share = mask[part] * np.float32(alpha)
        over = np.asarray(colour, np.float32)
        over = over[part] if over.ndim == 3 else over
        self.colour[part] += (over - self.colour[part]) * share[..., None]
        self.cover[part] = np.maximum(self.cover[part], np.minimum(1, share))

    def tint(self, mask: Floats, factor: Colour) -> None:
        """Multiply the colour under the mask, for shade (below 1) and glow (above 1)."""
        part = _touched(mask)
        self.colour[part] *= 1 + mask[part][..., None] * (np.asarray(factor, np.float32) - 1)

    def _pixels(self, points: Points) -> NDArray[np.int32]:
        track = np.asarray(points, np.float64) * self.px_per_mm + self.origin
        return np.asarray(np.round(track * (1 << _SUBPIXEL_BITS)), np.int32)


def _touched(mask: Floats) -> tuple[slice, slice]:
    """Return the rows and columns where a mask has any weight."""
    x, y, width, height = cv2.boundingRect(np.asarray(mask > 0.002, np.uint8))
    return slice(y, y + height), slice(x, x + width)


def relief_shade(height_mm: Floats, px_per_mm: float, light: Colour) -> Floats:
    """Return the cosine between a relief's normals and a unit light (right, down, towards the viewer), 0..1."""
    slope_x = cv2.Sobel(height_mm, cv2.CV_32F, 1, 0, ksize=3) * (px_per_mm / 8)
    slope_y = cv2.Sobel(height_mm, cv2.CV_32F, 0, 1, ksize=3) * (px_per_mm / 8)
    cosine = (light[2] - slope_x * light[0] - slope_y * light[1]) / np.sqrt(1 + slope_x**2 + slope_y**2)
    return np.asarray(np.clip(cosine, 0, 1), np.float32)
