"""Is this a signature? And its picture for the card."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from drivers.api import PadSize, PenPoint
from station.biometrics.model import Measure, Verdict
from station.text import Message, msg

EDGE_MM = 0.4
CLIPPED_POINTS = 4
STUCK_S = 4.0
STUCK_RADIUS_MM = 0.3
SHORTEST_INK_MM = 15.0
SHORTEST_S = 0.3
NARROWEST_MM = 8.0
STRAIGHT_DEVIATION = 0.06
STRAIGHT_EXCESS = 1.25
THIN_MM, THICK_MM = 0.25, 0.8
_FRACTION_BITS = 4

Stroke = tuple[PenPoint, ...]


@dataclass(frozen=True, slots=True)
class _Ink:
    """What was written: length along the pen, the span of time, the extent, the number of strokes."""

    strokes: tuple[Stroke, ...]
    length_mm: float
    duration_s: float
    width_mm: float
    height_mm: float


def judge(points: Sequence[PenPoint], size: PadSize) -> Verdict:
    """Judge a signature. A single line is refused in words that say it is recorded by exception."""
    ink = _measure(points)
    score = _score(ink)
    trouble = _trouble(ink, size)
    measures = (
        Measure("ink_mm", ink.length_mm),
        Measure("duration_s", ink.duration_s),
        Measure("width_mm", ink.width_mm),
        Measure("height_mm", ink.height_mm),
        Measure("strokes", len(ink.strokes)),
    )
    if trouble is None:
        return Verdict(True, max(score, 40), msg("The signature is complete."), None, measures)
    reason, cure = trouble
    return Verdict(False, min(score, 39), reason, cure, measures)


def strokes_of(points: Sequence[PenPoint]) -> tuple[Stroke, ...]:
    """The runs of samples in which the pen touches."""
    strokes: list[Stroke] = []
    run: list[PenPoint] = []
    for point in points:
        if point.down:
            run.append(point)
        elif run:
            strokes.append(tuple(run))
            run = []
    if run:
        strokes.append(tuple(run))
    return tuple(strokes)


def render(points: Sequence[PenPoint], size: PadSize, px_per_mm: float) -> npt.NDArray[np.uint8]:
    """The signature as black on white, (height, width) uint8, lines 0.25 to 0.8 mm thick by pressure."""
    height, width = max(1, round(size.height_mm * px_per_mm)), max(1, round(size.width_mm * px_per_mm))
    paper: npt.NDArray[np.uint8] = np.full((height, width), 255, np.uint8)
    for stroke in strokes_of(points):
        for start, end in pairwise(stroke if len(stroke) > 1 else stroke * 2):
            pressure = min(max((start.pressure + end.pressure) / 2, 0.0), 1.0)
            thickness = max(1, round((THIN_MM + (THICK_MM - THIN_MM) * pressure) * px_per_mm))
            ends = _pixel(start, px_per_mm), _pixel(end, px_per_mm)
            cv2.line(paper, *ends, (0,), thickness, cv2.LINE_AA, _FRACTION_BITS)
    return paper


def _pixel(point: PenPoint, px_per_mm: float) -> tuple[int, int]:
    unit = px_per_mm * (1 << _FRACTION_BITS)
    return round(point.x_mm * unit), round(point.y_mm * unit)


def _distance_mm(one: PenPoint, other: PenPoint) -> float:
    return math.hypot(one.x_mm - other.x_mm, one.y_mm - other.y_mm)


def _measure(points: Sequence[PenPoint]) -> _Ink:
    strokes = strokes_of(points)
    inked = [point for stroke in strokes for point in stroke]
    if not inked:
        return _Ink((), 0.0, 0.0, 0.0, 0.0)
    xs, ys = [point.x_mm for point in inked], [point.y_mm for point in inked]
    return _Ink(
        strokes,
        sum(_distance_mm(one, other) for stroke in strokes for one, other in pairwise(stroke)),
        inked[-1].time_s - inked[0].time_s,
        max(xs) - min(xs),
        max(ys) - min(ys),
    )


def _trouble(ink: _Ink, size: PadSize) -> tuple[Message, Message] | None:
    """The first thing wrong, the most basic first: what is wrong, what to do."""
    if not ink.strokes:
        return msg("Nothing is written."), msg("Sign with the pen inside the box.")
    if _is_stuck(ink):
        return msg("The pen stays down without moving."), msg("Lift the pen from the pad, then sign again.")
    if _is_clipped(ink, size):
        return msg("The signature runs over the edge."), msg("Sign again, smaller and in the middle.")
    if _is_line(ink):
        return (
            msg("This is a single line. A line is recorded by exception."),
            msg("Sign again, or record a line by exception."),
        )
    if (
        ink.length_mm < SHORTEST_INK_MM
        or ink.duration_s < SHORTEST_S
        or max(ink.width_mm, ink.height_mm) < NARROWEST_MM
    ):
        return msg("The signature is too short."), msg("Sign again with the whole signature.")
    return None


def _is_stuck(ink: _Ink) -> bool:
    """Whether the pen rested on one spot longer than a hand does."""
    for stroke in ink.strokes:
        rest = stroke[0]
        for point in stroke:
            if _distance_mm(point, rest) > STUCK_RADIUS_MM:
                rest = point
            elif point.time_s - rest.time_s >= STUCK_S:
                return True
    return False


def _is_clipped(ink: _Ink, size: PadSize) -> bool:
    """Whether the pen ran along or out over an edge."""
    at_edge = sum(
        min(point.x_mm, point.y_mm, size.width_mm - point.x_mm, size.height_mm - point.y_mm) <= EDGE_MM
        for stroke in ink.strokes
        for point in stroke
    )
    return at_edge >= CLIPPED_POINTS


def _is_line(ink: _Ink) -> bool:
    """One stroke, hardly longer than the straight way and hardly off it."""
    if len(ink.strokes) != 1 or ink.length_mm < NARROWEST_MM:
        return False
    places = np.array([(point.x_mm, point.y_mm) for point in ink.strokes[0]])
    centred = places - places.mean(axis=0)
    along = np.linalg.svd(centred, full_matrices=False)[2]
    reach = float(np.ptp(centred @ along[0]))
    off = float(np.abs(centred @ along[1]).max())
    return off <= STRAIGHT_DEVIATION * reach and ink.length_mm <= STRAIGHT_EXCESS * reach


def _score(ink: _Ink) -> int:
    """0..100 by how much there is of it: 80 mm of ink, 1.5 s and 25 mm of extent give full marks (our own measure)."""
    parts = ink.length_mm / 80, ink.duration_s / 1.5, max(ink.width_mm, ink.height_mm) / 25
    return round(100 * sum(min(part, 1.0) for part in parts) / len(parts))
