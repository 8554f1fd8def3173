"""A cable pulled at any step: its device is named, the step waits, what is sealed stays, and plugging in goes on."""

from pathlib import Path

import pytest

from drivers.api import Role
from station.capture.facts import Step
from station.diagnostics.sentences import DEVICE_NAMES
from tests.helpers.counter import CAPTURES, by_hand, is_named, said


@pytest.mark.parametrize(("role", "step"), CAPTURES, ids=[step.value for _, step in CAPTURES])
def test_the_step_waits_for_its_device_and_goes_on_to_the_end(tmp_path: Path, role: Role, step: Step) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(step)
        sealed = counter.case.sealed
        hands.plug(role).pull()
        counter.until(lambda: is_named(counter, role))
        assert counter.at(step)
        assert counter.case.sealed[: len(sealed)] == sealed
        asked = hands.plug(role).calls
        counter.settle(40)
        assert hands.plug(role).calls - asked < 20, "a missing device is asked again and again without a pause"
        hands.plug(role).push()
        counter.play(Step.DONE)
        assert counter.seen.count(step) == 1
        assert {"device_lost", "device_ready"} <= set(counter.logged())


@pytest.mark.parametrize("role", [Role.CAMERA, Role.TEMPERATURE])
def test_a_device_that_the_step_does_not_need_may_go_away(tmp_path: Path, role: Role) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        hands.plug(role).pull()
        counter.play(Step.DONE)
        assert counter.device(role).startswith(said(DEVICE_NAMES[role]))
