"""Another device in the place of a wiped one: back to the checklist, the permit is dead, what is sealed is kept."""

from pathlib import Path

import pytest

from drivers.api import Role
from station.capture.facts import Step
from station.health.model import WIPED
from tests.helpers.counter import by_hand

AT = [
    (Role.CAMERA, Step.PHOTO),
    (Role.FINGERPRINT, Step.FINGERS),
    (Role.FINGERPRINT, Step.CONFIRMATION),
    (Role.SIGNATURE, Step.SIGNATURE),
]


@pytest.mark.parametrize(("role", "step"), AT, ids=[step.value for _, step in AT])
def test_the_other_device_is_wiped_first_and_the_step_goes_on(tmp_path: Path, role: Role, step: Step) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(step)
        sealed = counter.case.sealed
        hands.plug(role).pull()
        counter.until(lambda: "unplugged" in counter.device(role))
        hands.plug(role).serial = "2"
        hands.plug(role).push()
        counter.until(lambda: counter.step is Step.CHECKLIST)
        assert "Another device" in counter.problem()
        work = counter.work
        assert work.case.permit is None
        assert counter.case.sealed[: len(sealed)] == sealed
        assert [item.item for item in counter.case.checklist.items if not item.held] == [WIPED[role]]
        counter.desk.start()
        counter.settle()
        assert counter.at(Step.CHECKLIST)
        counter.desk.confirm(WIPED[role], True)
        counter.desk.start()
        counter.until(lambda: counter.step is not Step.CHECKLIST)
        assert counter.at(step)
        counter.play(Step.DONE)


def test_another_camera_while_the_photo_is_changed_comes_back_to_the_photo(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.REVIEW)
        counter.desk.review_change(Role.CAMERA)
        hands.camera.serial = "2"
        counter.until(lambda: counter.step is Step.CHECKLIST)
        counter.desk.confirm(WIPED[Role.CAMERA], True)
        counter.desk.start()
        counter.until(lambda: counter.step is not Step.CHECKLIST)
        assert counter.at(Step.PHOTO)


def test_control_the_same_device_plugged_in_again_needs_no_wipe(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.SIGNATURE)
        hands.pad.pull()
        counter.until(lambda: "unplugged" in counter.device(Role.SIGNATURE))
        hands.pad.push()
        counter.play(Step.REVIEW)
        assert counter.seen.count(Step.CHECKLIST) == 1
