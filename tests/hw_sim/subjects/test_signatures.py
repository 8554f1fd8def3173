"""A signature moves like a hand: lognormal bursts of speed, one to four seconds, lifted between words."""

import itertools
import random

import numpy as np
import pytest
from numpy.typing import NDArray

from hw_sim.subjects import person
from hw_sim.subjects.signatures import Point, Signature, Stroke

PEOPLE = range(12)


class Unvarying(random.Random):
    """A hand that repeats itself exactly."""

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        return mu + 0.0 * sigma


def write(number: int, seed: int = 1) -> list[Point]:
    return person(number).signature.points(random.Random(seed))


def speeds(points: list[Point]) -> NDArray[np.float64]:
    track = np.array([(point.t_s, point.x_mm, point.y_mm) for point in points])
    steps = np.diff(track, axis=0)
    return np.asarray(np.hypot(steps[:, 1], steps[:, 2]) / steps[:, 0])


@pytest.mark.parametrize("number", PEOPLE)
def test_it_takes_one_to_four_seconds_and_stays_on_the_pad(number: int) -> None:
    points = write(number)

    assert 1.0 < points[-1].t_s - points[0].t_s < 4.0
    assert all(0 <= point.x_mm <= 60 and 0 <= point.y_mm <= 20 for point in points)
    assert all(later.t_s > earlier.t_s for earlier, later in itertools.pairwise(points))
    assert max(point.x_mm for point in points) - min(point.x_mm for point in points) > 15


@pytest.mark.parametrize("number", PEOPLE)
def test_the_hand_starts_and_ends_at_rest_and_hurries_in_bursts_between(number: int) -> None:
    speed = speeds(write(number))
    peaks = [b for a, b, c in zip(speed, speed[1:], speed[2:], strict=False) if a < b > c and b > 20]

    assert speed[0] < 5
    assert speed[-1] < 15
    assert len(peaks) >= 6
    assert 60 < max(speed) < 700


def test_one_stroke_has_the_lognormal_speed_of_the_model() -> None:
    mu, sigma, length = -2.0, 0.25, 10.0
    still = Unvarying()
    stroke = Signature((Stroke(0.0, length, mu, sigma, 0.0, 0.0),), (), 0.6)
    points = stroke.points(still, rate_hz=1000.0)
    speed = speeds(points)

    assert points[int(np.argmax(speed))].t_s == pytest.approx(np.exp(mu - sigma**2), abs=0.002)
    assert points[-1].x_mm - points[0].x_mm == pytest.approx(length, rel=0.01)
    assert points[-1].y_mm == pytest.approx(points[0].y_mm, abs=1e-6)


def test_writing_again_with_the_same_seed_is_identical_and_with_another_seed_close() -> None:
    once, again, later = write(0, 1), write(0, 1), write(0, 2)
    apart = [np.hypot(a.x_mm - b.x_mm, a.y_mm - b.y_mm) for a, b in zip(once, later, strict=True)]

    assert once == again
    assert 0.05 < float(np.mean(apart)) < 5


def test_two_people_sign_differently() -> None:
    one, other = write(0), write(1)
    apart = [np.hypot(a.x_mm - b.x_mm, a.y_mm - b.y_mm) for a, b in zip(one, other, strict=False)]

    assert float(np.mean(apart)) > 2


def test_the_pen_presses_only_while_it_is_down_and_some_people_lift_it() -> None:
    lifted = 0
    for number in PEOPLE:
        points = write(number)
        assert all(0 <= point.pressure <= 1 and point.down == (point.pressure > 0) for point in points)
        assert points[0].down
        lifted += sum(a.down and not b.down for a, b in itertools.pairwise(points[:-2])) > 0
    assert 0 < lifted < len(PEOPLE)
