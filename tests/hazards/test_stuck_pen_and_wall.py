"""A pad that feels a pen for ever, and a thermometer before a wall or past its calibration: nothing of it is taken."""

from pathlib import Path

import pytest

from drivers.api import PenPoint
from station.capture.facts import Step
from tests.helpers.counter import by_hand


def stuck(now_s: float) -> tuple[PenPoint, ...]:
    """What a pad sends that is stuck pen-down at one place."""
    return tuple(PenPoint(60.0, 40.0, 0.6, True, now_s - 2.0 + n / 100) for n in range(200))


def test_a_stuck_pens_ink_is_no_signature_and_a_real_one_is_taken_after_it(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.SIGNATURE)
        sealed = counter.case.sealed
        obedient = counter.follow
        counter.follow = lambda _facts: None
        counter.settle()
        hands.pad.ink = stuck(counter.clock.monotonic_s())
        counter.settle(60)
        assert counter.case.signature.points
        counter.desk.accept_signature()
        counter.settle()
        assert counter.at(Step.SIGNATURE)
        assert counter.case.sealed == sealed
        counter.desk.clear_ink()
        counter.settle()
        counter.follow = obedient
        counter.play(Step.DONE)


@pytest.mark.parametrize("object_c", [27.0, -40.0], ids=["a wall", "a sensor gone wrong"])
def test_what_is_no_forehead_opens_no_gate_and_a_forehead_does_after_it(tmp_path: Path, object_c: float) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.CHECKLIST)
        hands.thermometer.object_c = object_c
        for _ in range(60):
            counter.script.act(counter.facts)
            counter.turn()
        assert counter.at(Step.CHECKLIST)
        assert counter.work.case.permit is None
        hands.thermometer.object_c = 36.4
        counter.play(Step.PHOTO)
