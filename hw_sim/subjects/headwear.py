"""Paints what a head wears: hair, headscarf, glasses, mask. Millimetres from between the eyes."""

from __future__ import annotations

import math

import cv2
import numpy as np

from hw_sim.subjects.face_shape import Face, Turn
from hw_sim.subjects.painting import Canvas, Floats, both_sides, curve, relief_shade, smooth_noise


def _strands(canvas: Canvas, face: Face, root: tuple[float, float], draw: np.random.Generator) -> Floats:
    """Return hair colour per pixel: fine strands running away from `root`, with a soft sheen over the crown."""
    x, y = canvas.grid_mm()
    away, angle = np.hypot(x - root[0], y - root[1]), np.arctan2(y - root[1], x - root[0] + 0 * y)
    texture = 0.6 * smooth_noise((256, 1024), (60, 2.2), draw) + 0.5 * smooth_noise((256, 1024), (90, 9), draw)
    streaks = cv2.remap(
        texture,
        np.asarray((angle + math.pi) / (2 * math.pi) * 1020, np.float32),
        np.asarray(np.clip(away, 0, 250), np.float32),
        cv2.INTER_LINEAR,
    )
    sheen = np.exp(-0.5 * ((away - 40) / 14) ** 2) * (y < -40)
    level = 1 + 0.22 * streaks + sheen * (0.55 + 0.4 * streaks)
    return np.asarray(np.asarray(face.hair, np.float32) * np.clip(level, 0.35, 3)[..., None], np.float32)


def paint_hair(canvas: Canvas, face: Face, turn: Turn, draw: np.random.Generator) -> None:
    w, top = face.width, -74 * face.hairline
    volume = {"short": 4.0, "side_parting": 7.0, "long": 7.0, "tied": 3.0, "scarf": 0.0}[face.cover]
    skull = [(71.5, 6), (74, -12), (74 + 0.3 * volume, -38), (68 + 0.6 * volume, -68), (55 + 0.7 * volume, -94),
             (34 + 0.5 * volume, -109 - 0.7 * volume), (0, -115 - volume)]  # fmt: skip
    line = [(0, top), (20, top + 1), (40, top + 7), (53, top + 22), (59, -34), (65, -14), (70.5, 6)]
    part = 0.0
    if face.cover == "long":
        line[:2] = [(0, top - 8), (22, top + 1)]
    if face.cover == "side_parting":
        part = 22.0
        line[:2] = [(0, top - 5), (20, top + 2)]
    inner = [(x * w, y) for x, y in reversed(line)] + [(-x * w, y) for x, y in line[1:]]
    inner = [(x + part * max(0.0, 1 - abs(x) / 50), y) for x, y in inner]
    left = [(-x * w, y) for x, y in skull]
    right = [(x * w, y) for x, y in reversed(skull[:-1])]
    arc = curve([*left, *right], closed=False)
    rim = turn.all(curve(inner, closed=False), 0)
    whole = np.maximum(canvas.area(turn.flat(arc, 2)), canvas.area(turn.flat(arc, 30)))
    shape = canvas.blurred(whole * (1 - canvas.area([*rim, (rim[-1][0] - 9, 60), (rim[0][0] + 9, 60)])), 0.8)
    soft = canvas.blurred(shape, 1.6)
    ragged = np.clip(soft * 2 - 0.5 + (soft > 0.05) * 0.22 * smooth_noise(shape.shape, (7, 2.0), draw), 0, 1)
    canvas.tint(canvas.line(rim, 5, 3.5) * (1 - shape), (0.74, 0.76, 0.80))
    strands = _strands(canvas, face, _whorl(face, turn, part, top), draw)
    canvas.paint(canvas.blurred(ragged, 0.4), strands)
    canvas.tint(canvas.blurred(1 - shape, 7) * shape, (0.45, 0.45, 0.45))
    if face.cover == "long":
        _locks(canvas, face, turn, strands)


def _whorl(face: Face, turn: Turn, part: float, top: float) -> tuple[float, float]:
    """Return where the strands start: the crown, or the parting."""
    return turn.at(0, -150) if face.cover == "short" else turn.at(part, top - 14)


def _locks(canvas: Canvas, face: Face, turn: Turn, strands: Floats) -> None:
    """Hair falling before the ears to the shoulders."""
    for side in (-1, 1):
        lock = [(50, -86), (66, -62), (67, -20), (70, 20), (68, 70), (66, 120), (72, 172), (86, 186), (98, 160),
                (96, 100), (90, 40), (85, -20), (74, -76)]  # fmt: skip
        shape = canvas.area(curve(turn.flat([(side * x * face.width, y) for x, y in lock], 2)), 0.9)
        canvas.tint(canvas.blurred(shape, 4) * (1 - shape), (0.80, 0.82, 0.85))
        canvas.paint(shape, strands)
        canvas.tint(canvas.blurred(1 - shape, 5) * shape, (0.5, 0.5, 0.5))


def paint_long_hair(canvas: Canvas, face: Face) -> None:
    """Paint the hair that hangs behind the neck; it belongs under the shoulders' layer."""
    draw = np.random.default_rng(face.texture)
    half = [(0, -110), (60, -90), (80, -40), (84, 40), (90, 120), (84, 180), (0, 190)]
    shape = canvas.area(curve(both_sides([(x * face.width, y) for x, y in half])), 1.5)
    canvas.paint(shape, _strands(canvas, face, (0.0, -90.0), draw) * np.float32(0.55))


def scarf_edge(face: Face, turn: Turn) -> list[tuple[float, float]]:
    half = [
        (0, -124),
        (46, -114),
        (76, -78),
        (86, -30),
        (85, 20),
        (82, 70),
        (88, 112),
        (120, 150),
        (150, 230),
        (0, 240),
    ]
    return curve(turn.flat(both_sides([(x * face.width, y) for x, y in half]), 6))


def paint_scarf(canvas: Canvas, face: Face, turn: Turn, draw: np.random.Generator) -> None:
    w, c = face.width, face.chin
    hole = [(0, -70), (34, -64), (55, -40), (63, -4), (61, 36), (53, 72), (36, 98 * c), (0, 110 * c)]
    outer = canvas.area(scarf_edge(face, turn), 0.5)
    opening = canvas.area(curve(turn.all(both_sides([(x * w, y) for x, y in hole]), 2)), 0.4)
    canvas.tint(canvas.blurred(1 - opening, 3.5) * opening, (0.52, 0.55, 0.60))
    shape = outer * (1 - opening)
    body = np.clip(2 * canvas.blurred(outer, 22) - 1, 0, 1)
    relief = 60 * np.sqrt(body + 1e-4) - 9 * canvas.blurred(opening, 3)
    for side in (-1, 1):
        for step in range(5):
            start, reach = (side * (58 - 9 * step), 62 + 12 * step), 110 - 16 * step
            fold = [
                start,
                (side * (70 - 20 * step), 110 + 8 * step),
                (side * (reach - 40 * step * 0.6), 190 + 10 * step),
            ]
            relief += 5.5 * canvas.line(curve(turn.flat(fold, 20), closed=False), 2.2, 3.2)
        top = [(side * 60, -60), (side * 76, -10), (side * 74, 50), (side * 52, 108)]
        relief += 4 * canvas.line(curve(turn.flat(top, 12), closed=False), 2, 3)
    under = [(-60, 84), (-34, 116), (0, 128), (36, 118), (62, 90)]
    relief += 7 * canvas.line(curve(turn.flat(under, 16), closed=False), 3, 4)
    shade = 0.40 + 0.66 * relief_shade(canvas.blurred(relief, 1.5), canvas.px_per_mm, (-0.15, -0.4, 0.904))
    cloth = shade + 0.012 * smooth_noise(shape.shape, (1.3, 1.3), draw)
    canvas.paint(shape, np.asarray(cloth[..., None] * np.asarray(face.scarf, np.float32), np.float32))


def paint_glasses(canvas: Canvas, face: Face, turn: Turn) -> None:
    half = face.eyes_mm / 2
    for side in (-1, 1):
        rim = [(-22, -12), (0, -14), (22, -12), (24, 2), (18, 16), (0, 19), (-18, 16), (-23, 2)]
        track = curve(turn.all([(side * half + a, b) for a, b in rim], 14))
        glass = canvas.area(track)
        canvas.paint(glass, (235, 228, 220), 0.07)
        glare = canvas.area(
            turn.all(
                [(side * half - 14, -12), (side * half - 4, -12), (side * half - 14, 15), (side * half - 20, 8)], 14
            )
        )
        canvas.paint(glare * glass, (255, 252, 248), 0.16)
        canvas.paint(canvas.line([*track, track[0]], 2.2, 0.3), (28, 24, 26))
        canvas.paint(canvas.line(turn.all([(side * (half + 23), -5), (side * 76, -8)], 4), 2.6, 0.3), (28, 24, 26))
    canvas.paint(
        canvas.line(curve(turn.all([(9 - half + 14, -4), (0, -7), (half - 23, -4)], 16), closed=False), 2.2, 0.3),
        (28, 24, 26),
    )


def paint_mask(canvas: Canvas, face: Face, turn: Turn) -> None:
    half = [(0, 16), (22, 20), (50, 34), (60, 46), (57, 84), (36, 108), (0, 119)]
    shape = canvas.area(curve(turn.all(both_sides([(x * face.width, y) for x, y in half]), 10)), 0.5)
    for side in (-1, 1):
        for y in (42, 84):
            strap = [(side * 58 * face.width, y), (side * 74 * face.width, 14 if y < 60 else 26)]
            canvas.paint(canvas.line(turn.all(strap, 2), 1.6, 0.4), (225, 225, 222))
    canvas.paint(shape, (206, 190, 150))
    canvas.tint(canvas.blurred(1 - shape, 7) * shape, (0.72, 0.74, 0.76))
    for y in (52, 68, 84):
        pleat = curve(turn.all([(-56, y), (0, y + 5), (56, y)], 12), closed=False)
        canvas.tint(canvas.line(pleat, 1.4, 0.8) * shape, (0.80, 0.82, 0.84))
