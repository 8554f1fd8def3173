"""Charts over time: what is drawn, with which limits, how old the last value is; and the sensor's noise as a map."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import assert_never

from drivers.api import Gray, Role
from station.capture.facts import DeskFacts
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Choice, Tone
from ui.presenters.intents import Do
from ui.presenters.technician_facts import Histories, Points, WorkshopFacts
from ui.presenters.technician_intents import Chart, Freeze, PickChart
from ui.presenters.technician_view import TechnicianView
from ui.presenters.words import DEVICE

GAP_S = 2.0
"""Readings come every half second; a longer pause is a gap and stays one."""
STALE_S = 3.0
DAYS = 14
CHART: dict[Chart, Message] = {
    Chart.TEMPERATURE: msg("Temperature"),
    Chart.ANSWERS: msg("Answer times"),
    Chart.ERRORS: msg("Errors by day"),
    Chart.LINE: msg("How full the line is"),
    Chart.NOISE: msg("Sensor noise"),
}


class Stroke(Enum):
    """How a curve is drawn, told apart without colour too."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"
    STALE = "stale"


STROKES = dict(zip(Role, (Stroke.FIRST, Stroke.SECOND, Stroke.THIRD, Stroke.FOURTH), strict=True))


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart, in pieces with gaps between them; `bars` draws columns instead."""

    name: Message
    stroke: Stroke
    pieces: tuple[Points, ...]
    bars: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A level with a name."""

    name: Message
    value: float
    tone: Tone


@dataclass(frozen=True, slots=True)
class Plot:
    """One chart: the ranges of both axes, what they are in words, curves and limits."""

    across: Message
    up: Message
    x: tuple[float, float]
    y: tuple[float, float]
    curves: tuple[Curve, ...]
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartsState:
    """The choice of charts, the last value in words, and the plot, or the noise map (rows, columns) uint8."""

    choices: tuple[Choice, ...]
    headline: Message
    tone: Tone
    plot: Plot | None
    noise_map: Gray | None = None


def present(facts: DeskFacts, workshop: WorkshopFacts, view: TechnicianView, may: bool) -> tuple[ChartsState, Bar]:
    del may
    choices = tuple(Choice(CHART[one], one is view.chart, PickChart(one)) for one in Chart)
    headline, tone, plot = _chart(facts, workshop, view.chart)
    noise_map = workshop.histories.noise_map if view.chart is Chart.NOISE else None
    hold = Action(msg("Go on"), Freeze(False)) if workshop.frozen else Action(msg("Pause"), Freeze(True))
    bar = Bar(CHART[view.chart], hold, (Action(msg("Ask again"), Do.CHECK_DEVICES),))
    return ChartsState(choices, headline, tone, plot, noise_map), bar


def _chart(facts: DeskFacts, workshop: WorkshopFacts, chart: Chart) -> tuple[Message, Tone, Plot | None]:
    histories = workshop.histories
    match chart:
        case Chart.TEMPERATURE:
            return _temperature(facts, workshop)
        case Chart.ANSWERS:
            return _answers(histories)
        case Chart.ERRORS:
            return _errors(workshop)
        case Chart.LINE:
            return _line(histories)
        case Chart.NOISE:
            return _noise(histories)
        case _:
            assert_never(chart)


def _temperature(facts: DeskFacts, workshop: WorkshopFacts) -> tuple[Message, Tone, Plot]:
    points, limits = workshop.histories.object_c, workshop.limits
    age_s = -points[-1][0] if points else None
    stale = age_s is None or age_s > STALE_S
    plot = Plot(
        msg("seconds, now at the right"),
        plain("°C"),
        (-300.0, 4.0),
        (15.0, 49.0),
        (
            Curve(msg("Object"), Stroke.STALE if stale else Stroke.FIRST, pieces(points)),
            Curve(msg("Room"), Stroke.STALE if stale else Stroke.SECOND, pieces(workshop.histories.ambient_c)),
        ),
        (
            Limit(msg("Fever limit {value} °C", value=limits.limit_c), limits.limit_c, Tone.BAD),
            Limit(msg("Plausible from {value} °C", value=limits.object_low_c), limits.object_low_c, Tone.WARN),
            Limit(msg("Plausible to {value} °C", value=limits.object_high_c), limits.object_high_c, Tone.WARN),
        ),
    )
    if facts.trace.problem is not None:
        return facts.trace.problem, Tone.BAD, plot
    if age_s is None:
        return msg("No reading yet"), Tone.PLAIN, plot
    value = points[-1][1]
    if stale:
        return msg("{value} °C, {seconds} seconds old", value=value, seconds=round(age_s)), Tone.PLAIN, plot
    return msg("{value} °C now", value=value), Tone.ACTIVE, plot


def _answers(histories: Histories) -> tuple[Message, Tone, Plot]:
    shown = {role: points for role, points in histories.answers_ms.items() if points}
    worst = max((ms for points in shown.values() for _, ms in points), default=0.0)
    plot = Plot(
        msg("seconds, now at the right"),
        msg("milliseconds"),
        (-300.0, 4.0),
        (0.0, max(50.0, worst * 1.15)),
        tuple(Curve(DEVICE[role], STROKES[role], (points,)) for role, points in shown.items()),
    )
    if not shown:
        return msg("Nothing was asked yet"), Tone.PLAIN, plot
    return msg("At worst {ms} ms in five minutes", ms=round(worst)), Tone.ACTIVE, plot


def _errors(workshop: WorkshopFacts) -> tuple[Message, Tone, Plot]:
    curves, total, most = [], 0, 0
    for place, (role, known) in enumerate(workshop.devices.items()):
        counts: list[tuple[float, float]] = []
        for day in known.errors_by_day:
            ago = (workshop.today - day.day).days
            if 0 <= ago < DAYS:
                count = sum(error.count for error in day.errors)
                counts.append((-ago + (place - 1.5) * 0.2, float(count)))
                total, most = total + count, max(most, count)
        curves.append(Curve(DEVICE[role], STROKES[role], (tuple(counts),), bars=True))
    plot = Plot(
        msg("days, today at the right"), msg("errors"), (-DAYS + 0.5, 0.5), (0.0, max(5.0, most * 1.2)), tuple(curves)
    )
    if not total:
        return msg("No error in fourteen days"), Tone.GOOD, plot
    return msg("{count} errors in fourteen days", count=total), Tone.WARN, plot


def _line(histories: Histories) -> tuple[Message, Tone, Plot]:
    shown = {role: points for role, points in histories.line_percent.items() if points}
    plot = Plot(
        msg("seconds, now at the right"),
        plain("%"),
        (-120.0, 2.0),
        (0.0, 118.0),
        tuple(Curve(DEVICE[role], STROKES[role], pieces(points)) for role, points in shown.items()),
        (Limit(msg("Full"), 100.0, Tone.WARN),),
    )
    return _fullest(shown), Tone.ACTIVE if shown else Tone.PLAIN, plot


def _fullest(shown: Mapping[Role, Points]) -> Message:
    if not shown:
        return msg("Nothing went over a line yet")
    role = max(shown, key=lambda one: max(percent for _, percent in shown[one]))
    percent = round(max(percent for _, percent in shown[role]))
    return msg("{device} the most: {percent} %", device=DEVICE[role], percent=percent)


def _noise(histories: Histories) -> tuple[Message, Tone, None]:
    if histories.noise_map is None:
        return msg("No map yet. Test the fingerprint reader first."), Tone.PLAIN, None
    stuck = int((histories.noise_map == 255).sum())
    if stuck:
        return msg("Places that never change: {count}, shown bright", count=stuck), Tone.WARN, None
    return msg("Every place of the sensor works"), Tone.GOOD, None


def pieces(points: Points) -> tuple[Points, ...]:
    """Cut where nothing was measured for a while."""
    if not points:
        return ()
    cuts = [place for place, (one, other) in enumerate(pairwise(points), start=1) if other[0] - one[0] > GAP_S]
    return tuple(points[begin:end] for begin, end in pairwise((0, *cuts, len(points))))
