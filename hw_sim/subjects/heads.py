"""Paints one bare head on a layer. Millimetres from between the eyes, x right, y down."""

from __future__ import annotations

import math
import random

import numpy as np

from hw_sim.subjects.face_shape import Face, Look, Turn, shaded
from hw_sim.subjects.headwear import paint_glasses, paint_hair, paint_mask, paint_scarf, scarf_edge
from hw_sim.subjects.painting import Canvas, Colour, Floats, both_sides, curve, relief_shade, smooth_noise

_LIGHT: Colour = (-0.06, -0.36, 0.93)


def paint_head(canvas: Canvas, face: Face, look: Look) -> None:
    """Paint the head from back to front."""
    turn = Turn(look.yaw_deg)
    draw = np.random.default_rng(face.texture)
    if face.cover == "scarf":
        canvas.paint(canvas.area(scarf_edge(face, turn)), shaded(face.scarf, 0.35))
    else:
        _ears(canvas, face, turn)
    skin = _skin(canvas, face, turn, draw)
    _eyes(canvas, face, turn, look.eyes_open)
    _brows(canvas, face, turn)
    _nose(canvas, face, turn)
    _mouth(canvas, face, turn)
    _age_and_beard(canvas, face, turn, skin, draw)
    if look.mask:
        paint_mask(canvas, face, turn)
    if face.cover == "scarf":
        paint_scarf(canvas, face, turn, draw)
    else:
        paint_hair(canvas, face, turn, draw)
    if look.glasses:
        paint_glasses(canvas, face, turn)


def _outline(face: Face) -> list[tuple[float, float]]:
    w, j, c = face.width, face.jaw, face.chin
    half = [
        (0, -112), (40 * w, -104), (64 * w, -76), (72.5 * w, -36), (71.5 * w, 2), (68.5 * w, 32),
        (60 * w * j, 64), (45 * w * j, 90 * c), (24 * w * j, 107 * c), (0, 112 * c),
    ]  # fmt: skip
    return curve(both_sides(half))


def _bumps(face: Face) -> list[tuple[float, float, float, float, float]]:
    """Return the relief's hills and hollows: x, y, deviation across and down, height, all in millimetres."""
    e, n, m, nl = face.eyes_mm / 2, face.nose_width, face.mouth, face.nose_length
    f, c = face.fullness, face.chin
    middle = [
        (0, -30, 30, 14, 3.0), (0, -2, 5.5, 10, 5.0), (0, 14, 5.5 * n, 11, 8.0), (0, 27 * nl, 6.5 * n, 8, 9.0),
        (0, 37 * nl, 8.5 * n, 7.5, 12.0), (0, 56, 16, 5, -2.5), (0, 58, 2.0, 5, -1.0), (0, 75, 15 * m, 4, 4.5 * f),
        (0, 70.3, 20 * m, 1.3, -2.0), (0, 85, 15, 4.5, -4.0), (0, 100 * c, 14, 9, 6.0),
    ]  # fmt: skip
    pair = [
        (e - 6, -19, 15, 5, 3.0), (e, -3, 14, 7.5, -6.0), (e - 16, -5, 5, 8, -5.0), (12.5 * n, 41 * nl, 5, 5, 6.0),
        (42, 30, 17, 16, 6.5), (9 * m, 66, 9, 3.0, 3.0 * f), (28 * m, 70, 4, 5, -1.6), (62, -42, 12, 22, -4.0),
        (e, 14, 14, 3.5, -1.6), (33, 52, 7, 12, -2.2),
    ]  # fmt: skip
    return [*middle, *pair, *((-x, y, sx, sy, h) for x, y, sx, sy, h in pair)]


def _skin(canvas: Canvas, face: Face, turn: Turn, draw: np.random.Generator) -> Floats:
    """Paint the bare head by its relief under a soft frontal light; returns its mask."""
    outline = _outline(face)
    mask = np.maximum(canvas.area(turn.flat(outline, 28)), canvas.area(turn.flat(outline, 0)))
    inside = np.clip(2 * (0.6 * canvas.blurred(mask, 26) + 0.4 * canvas.blurred(mask, 11)) - 1, 0, 1)
    relief = 58 * np.sqrt(inside + 1e-4)
    for x, y, across, down, height in _bumps(face):
        place = turn.at(x, y, max(0.0, height))
        relief += height * canvas.spot(*place, across * turn.squeeze(x, y), down)
    cosine = relief_shade(canvas.blurred(relief, 1.6), canvas.px_per_mm, _LIGHT)
    shade = 0.42 + 0.62 * canvas.blurred(cosine, 1.0)
    tone = np.stack([shade**1.25, shade**1.12, shade**0.96], axis=-1) * np.asarray(face.skin, np.float32)
    tone += 26 * np.clip(cosine - 0.93, 0, 1)[..., None] / 0.07 * 0.5
    grain = smooth_noise(mask.shape, (1.5, 1.5), draw) * 1.3 + smooth_noise(mask.shape, (14, 14), draw) * 1.2
    canvas.paint(mask, np.asarray(tone + grain[..., None], np.float32))
    canvas.tint(canvas.blurred(1 - mask, 1.3) * mask, (0.52, 0.56, 0.62))
    for side in (-1, 1):
        canvas.tint(canvas.spot(*turn.at(side * 41, 34), 15, 13), (0.93, 0.93, 1.02))
    canvas.tint(canvas.spot(*turn.at(0, 38 * face.nose_length, 22), 11, 9), (0.93, 0.94, 1.01))
    return mask


def _ears(canvas: Canvas, face: Face, turn: Turn) -> None:
    for side in (-1, 1):
        rim = [(62, -10), (74, -20), (81, -15), (82, 0), (78, 18), (74, 32), (68, 38), (62, 34)]
        outer = canvas.area(curve(turn.flat([(side * x * face.width, y) for x, y in rim], -4)), 0.4)
        canvas.paint(outer, shaded(face.skin, 0.84))
        canvas.tint(canvas.blurred(1 - outer, 2.5) * outer, (0.70, 0.74, 0.80))
        helix = curve(
            turn.flat([(side * x * face.width, y) for x, y in [(72, -14), (77, -11), (77, 2), (73, 18)]], -4),
            closed=False,
        )
        canvas.tint(canvas.line(helix, 1.6, 1.0) * outer, (0.62, 0.66, 0.72))
        hollow = curve(turn.flat([(side * x * face.width, y) for x, y in [(68, -4), (74, -3), (73, 10), (69, 17)]], -4))
        canvas.tint(canvas.area(hollow, 1.6) * outer, (0.55, 0.58, 0.66))


def _eyes(canvas: Canvas, face: Face, turn: Turn, eyes_open: bool) -> None:
    for side in (-1, 1):
        x, half, tilt = side * face.eyes_mm / 2, 14.8, face.eye_tilt
        opening = 5.6 * face.eye

        def at(along: float, up: float, x: float = x, side: int = side, tilt: float = tilt) -> tuple[float, float]:
            return turn.at(x + side * along, -up - tilt * along / 14, 1.0)

        lower_up = -0.52 * opening if eyes_open else -0.5 * opening
        top = [(-half, -0.6), (-9, 0.62 * opening), (-2, opening), (6, 0.86 * opening), (half, 0.5)]
        bottom = [(half, 0.5), (6, lower_up), (-3, lower_up * 1.05), (-10, lower_up * 0.55), (-half, -0.6)]
        upper = curve([at(*p) for p in (top if eyes_open else bottom[::-1])], closed=False)
        lower = curve([at(*p) for p in bottom], closed=False)
        canvas.tint(canvas.spot(*at(0, 9), 13, 4), (0.84, 0.86, 0.90))
        if eyes_open:
            _eyeball(canvas, face, turn, canvas.area([*upper, *lower]), at(0, 0.4), side)
        else:
            canvas.tint(canvas.spot(*at(0, 3.5), 12, 3.5), (1.06, 1.06, 1.05))
        canvas.paint(canvas.line(upper, 1.4 if face.man else 2.0, 0.35), shaded(face.hair, 0.6), 0.85)
        canvas.paint(canvas.line(lower, 0.8, 0.4), shaded(face.skin, 0.42), 0.55 if eyes_open else 0.2)
        crease = curve([at(a, u + 3.6) for a, u in top[:-1]] + [at(13, 3.2)], closed=False)
        canvas.paint(canvas.line(crease, 0.8, 0.6), shaded(face.skin, 0.45), 0.55)
        canvas.tint(
            canvas.line(curve([at(a, u - 4.5) for a, u in bottom[1:-1]], closed=False), 1.4, 1.2), (0.86, 0.87, 0.9)
        )


def _eyeball(canvas: Canvas, face: Face, turn: Turn, opening: Floats, middle: tuple[float, float], side: int) -> None:
    x, y = middle
    squeeze = turn.squeeze(side * face.eyes_mm / 2, 0)

    def disc(radius: float, soft: float) -> Floats:
        circle = [(x + squeeze * radius * math.cos(a), y + radius * math.sin(a)) for a in np.linspace(0, 6.28, 40)]
        return np.asarray(canvas.area(circle, soft) * opening, np.float32)

    canvas.paint(opening, (214, 220, 226))
    canvas.tint(opening * (1 - canvas.spot(x, y, 9, 6)), (0.80, 0.82, 0.86))
    canvas.paint(disc(6.0, 0.3), shaded(face.iris, 0.45))
    canvas.paint(disc(5.2, 0.6), face.iris)
    canvas.tint(disc(3.8, 0.8), (0.8, 0.8, 0.8))
    canvas.paint(disc(2.4, 0.25), (12, 11, 12))
    canvas.tint(canvas.spot(x, y - 5.2, 14, 2.2) * opening, (0.55, 0.55, 0.58))
    canvas.paint(canvas.spot(x - 1.7, y - 1.9, 0.75, 0.75) * opening, (250, 250, 250))


def _brows(canvas: Canvas, face: Face, turn: Turn) -> None:
    rng = random.Random(face.texture)
    for side in (-1, 1):
        x, thick, tilt = side * face.eyes_mm / 2, 3.2 * face.brow, face.brow_tilt

        def at(along: float, up: float, x: float = x, side: int = side, tilt: float = tilt) -> tuple[float, float]:
            return turn.at(x + side * along, -up - tilt * along / 10, 3.0)

        edge = [(-18, 14.5), (-17, 14.5 + thick), (-4, 17.5 + thick), (9, 18.5 + 0.8 * thick), (22, 14.5),
                (9, 17.2), (-5, 15.8)]  # fmt: skip
        canvas.paint(canvas.area(curve([at(*p) for p in edge]), 1.1), face.hair, 0.72)
        hairs = []
        for _ in range(80):
            along = rng.uniform(-18, 18)
            base = 15 + 0.12 * (along + 18) - max(0.0, along - 10) * 0.25 + rng.uniform(0, 0.75 * thick)
            rise = rng.uniform(1.0, 2.4) * (1 - (along + 18) / 40)
            hairs.append([at(along, base), at(along + rng.uniform(2, 4), base + rise)])
        canvas.paint(canvas.lines(hairs, 0.3, 0.15), shaded(face.hair, 0.7), 0.6)


def _nose(canvas: Canvas, face: Face, turn: Turn) -> None:
    n, y = face.nose_width, 37 * face.nose_length
    under = curve(turn.all([(-13 * n, y + 9), (0, y + 11), (13 * n, y + 9)], 12), closed=False)
    canvas.tint(canvas.line(under, 3, 2.4), (0.70, 0.72, 0.77))
    for side in (-1, 1):
        nostril = [(4 * n, y + 8.3), (7.5 * n, y + 6.2), (11 * n, y + 8.2), (7.5 * n, y + 9.2)]
        shape = canvas.area(curve(turn.all([(side * a, b) for a, b in nostril], 14)), 0.7)
        canvas.paint(shape, shaded(face.skin, 0.20), 0.85)
        wing = [(14 * n, y - 3), (17.5 * n, y + 3), (16.5 * n, y + 8.5), (12.5 * n, y + 9.5)]
        line = canvas.line(curve(turn.all([(side * a, b) for a, b in wing], 8), closed=False), 1.1, 1.0)
        canvas.tint(line, (0.66, 0.68, 0.74))
    canvas.tint(canvas.spot(*turn.at(-1, y - 2, 24), 3.2, 3.0), (1.14, 1.13, 1.10))
    canvas.tint(canvas.spot(*turn.at(-1, 10, 12), 2.2, 13), (1.06, 1.06, 1.05))


def _mouth(canvas: Canvas, face: Face, turn: Turn) -> None:
    m, f = 25 * face.mouth, face.fullness
    line = [(-m, 68.7), (-0.5 * m, 70.2), (-3, 70.4), (0, 71.1), (3, 70.4), (0.5 * m, 70.2), (m, 68.7)]
    top = [(m, 68.7), (0.5 * m, 66.4 - f), (3.5, 63.8 - 1.4 * f), (0, 65.0 - 1.2 * f), (-3.5, 63.8 - 1.4 * f),
           (-0.5 * m, 66.4 - f), (-m, 68.7)]  # fmt: skip
    bottom = [(m, 68.7), (0.55 * m, 76.5 + f), (0, 79.2 + 2 * f), (-0.55 * m, 76.5 + f), (-m, 68.7)]
    seam = curve(turn.all(line, 6), closed=False)
    for edge, factor in ((top, 0.86), (bottom, 1.0)):
        shape = canvas.area([*seam, *curve(turn.all(edge, 6), closed=False)], 0.6)
        canvas.paint(shape, shaded(face.lips, factor), 0.78)
    canvas.tint(canvas.spot(*turn.at(-1, 76, 7), 8, 1.8), (1.16, 1.15, 1.12))
    canvas.paint(canvas.line(seam, 1.0, 0.45), shaded(face.lips, 0.35), 0.85)
    canvas.tint(canvas.spot(*turn.at(0, 84 + 2 * f, 4), 12, 2.4), (0.86, 0.87, 0.9))


def _age_and_beard(canvas: Canvas, face: Face, turn: Turn, skin: Floats, draw: np.random.Generator) -> None:
    for side in (-1, 1):
        fold = [(17, 44), (25, 55), (30, 68)]
        line = canvas.line(curve(turn.all([(side * a, b) for a, b in fold], 6), closed=False), 1.2, 1.5)
        canvas.tint(line * np.float32(0.10 + 0.8 * face.age), (0.74, 0.77, 0.82))
        for up in (3, 7):
            foot = canvas.line(turn.all([(side * 50, -up), (side * 57, 2 - 2 * up)]), 0.8, 0.8)
            canvas.tint(foot * np.float32(face.age), (0.84, 0.86, 0.88))
    for y in (-58, -49, -40):
        brow = curve(turn.all([(-32, y + 2), (-12, y), (12, y - 1), (32, y + 2)], 3), closed=False)
        canvas.tint(canvas.line(brow, 0.9, 1.0) * np.float32(max(0.0, face.age - 0.35)), (0.80, 0.83, 0.86))
    if face.beard:
        jaw = both_sides([(0, 54), (20, 56), (33, 70), (63, 40), (66, 60), (52, 98), (0, 120)])
        field = canvas.area(curve(turn.all(jaw, 4)), 5) * skin
        field *= 1 - canvas.area(curve(turn.all([(-27, 71), (0, 63), (27, 71), (0, 82)], 6)), 1.5)
        stubble = np.clip(0.55 + 0.4 * smooth_noise(field.shape, (1.4, 1.2), draw), 0, 1)
        canvas.paint(field * stubble, face.hair, 0.55 * face.beard)
