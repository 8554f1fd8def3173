"""The thermometer's situations lie on the right side of a 37.3 °C limit, with margin."""

import random
from statistics import mean

import pytest

from hw_sim.subjects.temperatures import MODES, Mode, reading

LIMIT_C = 37.3


def series(mode: Mode, seconds: int = 120, ambient_c: float = 27.0) -> list[tuple[float, float]]:
    rng = random.Random(1)
    return [reading(mode, float(second), rng, ambient_c) for second in range(seconds)]


def test_a_healthy_person_stays_below_the_limit_and_within_a_tenth() -> None:
    warm = [object_c for object_c, _ in series("normal")]

    assert mean(warm) == pytest.approx(36.4, abs=0.02)
    assert max(abs(value - 36.4) for value in warm) < 0.1001
    assert len(set(warm)) > 100
    assert max(warm) < LIMIT_C - 0.5


def test_a_fever_stays_above_the_limit() -> None:
    assert min(object_c for object_c, _ in series("fever")) > LIMIT_C + 0.5


def test_a_drifting_sensor_passes_the_limit_after_a_while_and_then_settles() -> None:
    warm = [object_c for object_c, _ in series("drift")]

    assert warm[0] < LIMIT_C < warm[90]
    assert warm[-1] - warm[90] < 0.3


def test_a_draught_makes_the_reading_fall_and_come_back() -> None:
    warm = [object_c for object_c, _ in series("draught")]

    assert min(warm) < 35.5
    assert max(warm) > 36.2
    assert max(warm) < LIMIT_C


def test_a_wall_reads_27_and_an_unaimed_sensor_reads_the_room() -> None:
    assert mean(o for o, _ in series("not_a_person", ambient_c=31.0)) == pytest.approx(27.0, abs=0.05)
    assert mean(o for o, _ in series("away", ambient_c=31.0)) == pytest.approx(31.0, abs=0.05)


@pytest.mark.parametrize("mode", MODES)
def test_the_room_is_read_beside_and_the_same_seed_repeats(mode: Mode) -> None:
    assert all(abs(ambient_c - 24.0) < 0.1001 for _, ambient_c in series(mode, ambient_c=24.0))
    assert series(mode) == series(mode)
