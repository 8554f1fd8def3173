"""Growing ridges: along the field that was asked for, and always the same from the same seed."""

import math

import numpy as np
import pytest

from hw_sim.subjects.make_masters import deal_classes, gabor, grow, lay_out, orientation


@pytest.mark.parametrize("degrees", [0.0, 40.0, 90.0, 150.0])
def test_ridges_grow_along_the_field_at_the_period(degrees: float) -> None:
    side, period = 96, 9.0
    angle = np.full((side, side), math.radians(degrees), np.float32)
    grown = grow(angle, np.full((side, side), period, np.float32), np.random.default_rng(1))
    power = np.abs(np.fft.fft2(grown * np.outer(np.hanning(side), np.hanning(side))))
    power[0, 0] = 0
    row, column = np.unravel_index(int(np.argmax(power)), power.shape)
    down, right = (float(np.fft.fftfreq(side)[index]) for index in (row, column))
    across = math.degrees(math.atan2(-down, right)) % 180

    assert 1 / math.hypot(down, right) == pytest.approx(period, rel=0.2)
    assert abs((across - degrees) % 180 - 90) < 8


def test_the_same_seed_grows_the_same_ridges() -> None:
    angle = np.zeros((64, 64), np.float32)
    period = np.full((64, 64), 9.0, np.float32)
    once, again, other = (grow(angle, period, np.random.default_rng(seed)) for seed in (1, 1, 2))

    assert once.tobytes() == again.tobytes()
    assert once.tobytes() != other.tobytes()


def test_a_gabor_kernel_ignores_even_light() -> None:
    assert float(gabor(0.7, 9.0).sum()) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("kind", "index"), [("L", 0.5), ("R", 0.5), ("W", 1.0)])
def test_going_round_the_cores_the_field_turns_by_their_poincare_index(kind: str, index: float) -> None:
    shape = (400, 400)
    layout = lay_out(kind, np.random.default_rng(3))
    angle = orientation(layout, shape, np.random.default_rng(4)).astype(np.float64)
    middle = sum(layout.cores) / len(layout.cores)
    radius = 12 + max(abs(core - middle) for core in layout.cores)
    round_trip = [middle + radius * complex(math.cos(t), math.sin(t)) for t in np.linspace(0, 2 * math.pi, 721)]
    seen = [angle[round(200 - point.imag), round(200 + point.real)] for point in round_trip]
    steps = np.diff(np.array(seen))
    turned = float(((steps + math.pi / 2) % math.pi - math.pi / 2).sum())

    assert turned / (2 * math.pi) == pytest.approx(index, abs=0.08)


def test_loops_mostly_open_towards_the_little_finger() -> None:
    kinds = deal_classes(np.random.default_rng(1))
    right_hand = [kind for finger, kind in enumerate(kinds) if finger % 10 < 5]

    assert len(kinds) == 80
    assert right_hand.count("R") > 3 * right_hand.count("L")
