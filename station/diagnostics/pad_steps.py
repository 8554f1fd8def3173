"""What a signature pad is tested for: its line, a pen that is not there, and lines along a ruler, both ways."""

from dataclasses import dataclass
from statistics import median

import numpy as np
import numpy.typing as npt

from drivers.api import PenPoint, TimedOut
from station.diagnostics.link_steps import BURST_MS, Ear, heard_by, link
from station.diagnostics.model import Helper, Measure, StepName, Trouble
from station.diagnostics.stepping import NOT_DONE, Seen, Step, Subject, instead, judged
from station.text import msg

Floats = npt.NDArray[np.float64]

LISTEN_S = 0.3
LISTENS = 4
READ_S = 0.5
LINE_WAIT_S = 10.0
LEAST_LINE_MM = 20.0
STILL_MM = 0.3
STILL_POINTS = 40
MOST_BEND_MM = 1.5
MOST_JITTER_MM = 0.4
MOST_GAP_MM = 4.0
MOST_STRAY_PERCENT = 2.0
LEAST_PRESSURE = 0.02
JUMPS_OF = 6.0
"""A step so many times the usual is a point that was changed on the way."""


def at_rest(subject: Subject) -> Seen:
    """Nobody writes: a pen that is felt in one place all the time is stuck."""
    points: list[PenPoint] = []
    for _ in range(LISTENS):
        result = subject.drivers.signature.read(LISTEN_S, subject.cancel)
        if isinstance(result, tuple):
            points += [point for point in result if point.down]
        elif not isinstance(result, TimedOut):
            return instead(result)
        subject.cancel.wait(LISTEN_S)
    return Seen(trouble=Trouble.PEN_STUCK) if _is_still(points) else Seen()


def across(subject: Subject) -> Seen:
    return _line(subject, 0)


def down(subject: Subject) -> Seen:
    return _line(subject, 1)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """(n, 2) positions in mm of one stroke, its pressures, and how the portions came."""

    places_mm: Floats
    pressures: Floats
    waits_ms: list[float]


def _line(subject: Subject, axis: int) -> Seen:
    ear = Ear()
    with heard_by(subject.drivers.signature, ear):
        drawn = _drawn(subject, axis)
    if isinstance(drawn, Seen):
        silent = not drawn.done and not ear.frames and not subject.cancel.is_set()
        return Seen(trouble=Trouble.SILENT) if silent else drawn
    stray = 100 * ear.stray_bytes / max(1, ear.frames)
    steps = np.hypot(*np.diff(drawn.places_mm, axis=0).T)
    usual = max(float(np.median(steps)), 0.05)
    jumps = 100 * float((steps > max(JUMPS_OF * usual, 2 * MOST_GAP_MM)).mean())
    bend, jitter = _straightness(drawn.places_mm)
    return judged(
        [
            (Measure("portions", msg("Time between portions"), median(drawn.waits_ms), "ms", high=BURST_MS),
             Trouble.BURSTS),
            (Measure("stray", msg("Bytes that belong to nothing"), stray, "%", high=MOST_STRAY_PERCENT), Trouble.NOISE),
            (Measure("jumps", msg("Points in a wrong place"), jumps, "%", high=0), Trouble.NOISE),
            (Measure("gap", msg("Largest gap in the line"), float(steps.max()), "mm", high=MOST_GAP_MM), Trouble.GAPS),
            (Measure("bend", msg("Distance from straight"), bend, "mm", high=MOST_BEND_MM), Trouble.NOT_STRAIGHT),
            (Measure("jitter", msg("Trembling of the line"), jitter, "mm", high=MOST_JITTER_MM), Trouble.NOT_STRAIGHT),
            (Measure("pressure_low", msg("Lightest pressure"), float(drawn.pressures.min()), ""), Trouble.PRESSURE),
            (Measure("pressure_high", msg("Firmest pressure"), float(drawn.pressures.max()), "", low=LEAST_PRESSURE),
             Trouble.PRESSURE),
        ]
    )  # fmt: skip


def _drawn(subject: Subject, axis: int) -> _Drawn | Seen:
    """The first stroke long enough in this direction; NOT_DONE when none comes in time."""
    until_s = subject.now_s() + LINE_WAIT_S
    stroke: list[PenPoint] = []
    waits_ms: list[float] = []
    while subject.now_s() < until_s:
        asked_s = subject.now_s()
        result = subject.drivers.signature.read(READ_S, subject.cancel)
        if not isinstance(result, tuple | TimedOut):
            return instead(result)
        if isinstance(result, tuple):
            waits_ms.append((subject.now_s() - asked_s) * 1000)
        ended = isinstance(result, TimedOut)
        for point in () if isinstance(result, TimedOut) else result:
            if point.down:
                stroke.append(point)
            else:
                ended = True
        if _is_still(stroke):
            return Seen(trouble=Trouble.PEN_STUCK)
        if ended:
            drawn = _as_line(stroke, axis, waits_ms)
            if drawn is not None:
                return drawn
            stroke, waits_ms = [], []
    return NOT_DONE


def _as_line(stroke: list[PenPoint], axis: int, waits_ms: list[float]) -> _Drawn | None:
    if len(stroke) < 2 or not waits_ms:
        return None
    places = np.array([(point.x_mm, point.y_mm) for point in stroke])
    low, high = np.percentile(places, [5, 95], axis=0)
    extent = high - low
    if extent[axis] < LEAST_LINE_MM or extent[1 - axis] > extent[axis] / 3:
        return None
    return _Drawn(places, np.array([point.pressure for point in stroke]), waits_ms)


def _straightness(places_mm: Floats) -> tuple[float, float]:
    """The largest distance from the best straight line, and the root mean square of what trembles about it, in mm."""
    centred = places_mm - places_mm.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    aside = centred @ directions[1]
    tremble = np.diff(aside, 2) if len(aside) > 2 else np.zeros(1)
    return float(np.abs(aside).max()), float(np.sqrt((tremble**2).mean()))


def _is_still(points: list[PenPoint]) -> bool:
    if len(points) < STILL_POINTS:
        return False
    last = np.array([(point.x_mm, point.y_mm) for point in points[-STILL_POINTS:]])
    return bool((np.ptp(last, axis=0) < STILL_MM).all())


_ACROSS = msg("Draw a line along a ruler from left to right, lightly at first, then firmly.")
_DOWN = msg("Draw a line along a ruler from top to bottom, lightly at first, then firmly.")
STEPS = (
    Step(StepName.LINK, msg("The line answers"), link),
    Step(StepName.CLEAR, msg("Nothing is felt at rest"), at_rest),
    Step(StepName.LINE_ACROSS, msg("A line across is straight and whole"), across, Helper.PEN, _ACROSS),
    Step(StepName.LINE_DOWN, msg("A line down is straight and whole"), down, Helper.PEN, _DOWN),
)  # fmt: skip
