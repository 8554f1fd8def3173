"""A person is a number and a seed, and nobody resembles anybody else."""

import pytest

from hw_sim.subjects import person


def test_the_same_number_and_seed_is_the_same_person() -> None:
    assert person(5, seed=3) == person(5, seed=3)


def test_another_number_or_seed_is_another_person() -> None:
    people = [person(0), person(1), person(0, seed=1), person(200)]

    assert len({one.face for one in people}) == 4
    assert len({one.signature for one in people}) == 4
    assert len({one.fingers for one in people}) == 4


@pytest.mark.parametrize("number", [0, 7, 8, 15, 16, 999])
def test_the_ten_fingers_of_a_person_come_from_ten_masters(number: int) -> None:
    fingers = [person(number).finger(position) for position in range(1, 11)]

    assert len({finger.index for finger in fingers}) == 10


def test_the_first_sixteen_people_share_no_finger() -> None:
    fingers = [finger for number in range(16) for finger in person(number).fingers]

    assert len(set(fingers)) == 160


@pytest.mark.parametrize("position", [0, 11, -1])
def test_there_is_no_finger_outside_positions_1_to_10(position: int) -> None:
    with pytest.raises(ValueError, match="position"):
        person(0).finger(position)


def test_there_is_no_person_below_0() -> None:
    with pytest.raises(ValueError, match="below 0"):
        person(-1)
