"""Same finger or not, on the small images of real modules; with synthetic fingers that the matcher never saw."""

from functools import cache
from random import Random

import numpy as np
import pytest

from hw_sim.subjects import person
from hw_sim.subjects.fingers import impression
from station.biometrics import matching
from station.biometrics.matching import SAME_FINGER, Template, extract, score

ZFM20 = (256, 288, 500)
R503 = (192, 192, 508)


@cache
def taken(number: int, position: int, sensor: tuple[int, int, int], turn_deg: float, seed: int) -> Template:
    """The template of one 4-bit impression."""
    width, height, ppi = sensor
    rng = Random(seed)
    pixels = impression(
        person(number).finger(position), width=width, height=height, ppi=ppi, rotation_deg=turn_deg,
        dx_mm=rng.uniform(-1, 1), dy_mm=rng.uniform(-1, 1), rng=rng,
    )  # fmt: skip
    return extract(np.asarray((pixels >> 4) * 17, dtype=np.uint8), ppi)


@pytest.mark.parametrize(("first", "second"), [(ZFM20, ZFM20), (R503, R503), (R503, ZFM20)])
def test_one_finger_pressed_twice_is_the_same(first: tuple[int, int, int], second: tuple[int, int, int]) -> None:
    assert score(taken(0, 2, first, -5.0, 1), taken(0, 2, second, 4.0, 2)) >= SAME_FINGER


def test_the_fingers_of_a_hand_are_different() -> None:
    hand = [taken(0, position, R503, 0.0, 3) for position in range(1, 6)]
    scores = [score(a, b) for n, a in enumerate(hand) for b in hand[n + 1 :]]
    assert max(scores) < SAME_FINGER


def test_a_finger_turned_by_thirty_degrees_is_still_the_same() -> None:
    assert score(taken(0, 2, ZFM20, 0.0, 1), taken(0, 2, ZFM20, 30.0, 2)) >= SAME_FINGER


def test_the_score_hardly_depends_on_which_comes_first() -> None:
    a, b = taken(0, 2, ZFM20, -5.0, 1), taken(0, 2, ZFM20, 4.0, 2)
    assert score(a, b) == pytest.approx(score(b, a), rel=0.1)


def test_a_template_compared_with_itself_scores_its_own_size() -> None:
    template = taken(0, 2, ZFM20, -5.0, 1)
    assert score(template, template) == pytest.approx(len(template), rel=0.02)


def test_an_empty_reader_has_no_minutiae_and_matches_nothing() -> None:
    empty = extract(np.full((288, 256), 250, np.uint8), 500)
    assert len(empty) == 0
    assert score(empty, empty) == 0.0
    assert score(empty, taken(0, 2, ZFM20, -5.0, 1)) == 0.0


def test_a_template_is_small_and_shows_nothing_of_itself() -> None:
    template = taken(0, 2, ZFM20, -5.0, 1)
    assert 20 <= len(template) <= 120
    assert len(template.data) == 5 * len(template)
    assert repr(template) == "Template()"


def test_minutiae_lie_at_500_ppi_whatever_the_sensor() -> None:
    """The same picture called 250 ppi is twice as large a finger."""
    pixels = impression(person(0).finger(2), width=128, height=144, ppi=250, rng=Random(1))
    x = np.frombuffer(extract(pixels, 250).data, dtype=[("x", "<i2"), ("y", "<i2"), ("angle", "u1")])["x"]
    assert 128 < x.max() < 256


def test_two_minutiae_are_too_few_to_say_anything() -> None:
    two = Template(taken(0, 2, ZFM20, -5.0, 1).data[:10])
    assert matching.score(two, two) == 0.0
