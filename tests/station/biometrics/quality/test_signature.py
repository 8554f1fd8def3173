"""Signatures: what is one, what is none, and what is said about it."""

import math
import random
from itertools import pairwise

import numpy as np
import pytest

from drivers.api import PadSize, PenPoint
from hw_sim.subjects.signatures import habit
from station.biometrics.model import Verdict
from station.biometrics.quality import signature
from station.text import Language, Text

PAD = PadSize(110.0, 40.0, 16.14)
ENGLISH = Text(Language.ENGLISH)


def line(*corners: tuple[float, float], duration_s: float = 1.0, pressure: float = 0.5) -> list[PenPoint]:
    """One stroke through the corners, 20 samples a leg."""
    legs = list(pairwise(corners))
    total = 20 * len(legs)
    return [
        PenPoint(x0 + (x1 - x0) * i / 20, y0 + (y1 - y0) * i / 20, pressure, True, (leg * 20 + i) * duration_s / total)
        for leg, ((x0, y0), (x1, y1)) in enumerate(legs)
        for i in range(20)
    ]


ZIGZAG = ((20.0, 10.0), (30.0, 30.0), (40.0, 10.0), (50.0, 30.0), (60.0, 10.0))


def cure_of(verdict: Verdict) -> str:
    assert not verdict.accepted
    assert verdict.score < 40
    assert verdict.cure is not None
    return ENGLISH(verdict.cure)


@pytest.mark.parametrize("seed", range(12))
def test_a_persons_signature_is_accepted(seed: int) -> None:
    samples = habit(random.Random(seed)).points(random.Random(seed), width_mm=PAD.width_mm, height_mm=PAD.height_mm)
    points = [PenPoint(p.x_mm, p.y_mm, p.pressure, p.down, 100 + p.t_s) for p in samples]
    verdict = signature.judge(points, PAD)
    assert verdict.accepted, ENGLISH(verdict.reason)
    assert verdict.cure is None
    assert 40 <= verdict.score <= 100


def test_a_written_zigzag_is_accepted() -> None:
    assert signature.judge(line(*ZIGZAG), PAD).accepted


@pytest.mark.parametrize("points", [[], [PenPoint(5, 5, 0, False, 1.0), PenPoint(60, 5, 0, False, 2.0)]])
def test_without_ink_it_asks_to_sign(points: list[PenPoint]) -> None:
    verdict = signature.judge(points, PAD)
    assert verdict.score == 0
    assert "inside the box" in cure_of(verdict)


def test_a_dot_is_too_short() -> None:
    assert "whole signature" in cure_of(signature.judge(line((30, 20), (31, 21)), PAD))


def test_a_flash_of_the_pen_is_too_short() -> None:
    assert "whole signature" in cure_of(signature.judge(line(*ZIGZAG, duration_s=0.1), PAD))


@pytest.mark.parametrize("corner", [(0.1, 20.0), (110.0, 20.0), (50.0, 0.0), (50.0, 40.2)])
def test_ink_along_an_edge_is_clipped(corner: tuple[float, float]) -> None:
    along = (corner[0], 30.0) if corner[0] in (0.1, 110.0) else (70.0, corner[1])
    assert "middle" in cure_of(signature.judge(line(*ZIGZAG, corner, along), PAD))


def test_touching_an_edge_with_one_loop_is_forgiven() -> None:
    assert signature.judge([*line(*ZIGZAG), PenPoint(60, 0.2, 0.5, True, 1.1)], PAD).accepted


@pytest.mark.parametrize("slope_deg", [0, 30, -20])
def test_a_single_line_is_told_apart_and_offered_as_an_exception(slope_deg: int) -> None:
    end = 20 + 40 * math.cos(math.radians(slope_deg)), 18 + 30 * math.sin(math.radians(slope_deg))
    verdict = signature.judge(line((20, 18), end), PAD)
    assert "exception" in cure_of(verdict)
    assert "exception" in ENGLISH(verdict.reason)


def test_a_pen_left_on_the_pad_is_stuck() -> None:
    resting = [PenPoint(60, 10, 0.5, True, 1 + i / 10) for i in range(60)]
    assert "Lift the pen" in cure_of(signature.judge(line(*ZIGZAG) + resting, PAD))


def test_the_picture_is_thicker_where_the_pen_was_pressed() -> None:
    ink = [
        int((signature.render(line(*ZIGZAG, pressure=pressure), PAD, 12.0) < 128).sum()) for pressure in (0.1, 0.5, 1.0)
    ]
    assert ink[0] * 1.3 < ink[1] < ink[2] / 1.3


def test_the_picture_has_the_pads_size_and_ink_where_it_was_written() -> None:
    lifted, dot = PenPoint(75, 20, 0.0, False, 4.0), PenPoint(50, 35, 1.0, True, 5.0)
    picture = signature.render([*line((10, 5), (100, 5)), lifted, dot], PAD, 8.0)
    assert picture[280, 400] == 0
    assert picture.shape == (320, 880)
    rows = np.flatnonzero((picture < 128).any(axis=1))
    assert 36 <= rows[0] <= 40
    assert picture[0, 0] == 255
    assert not (picture[100:250] < 255).any()
