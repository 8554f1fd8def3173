"""A recording from the first button to the sealed manifest, before stand-in devices."""

from pathlib import Path

from station.capture.facts import Step
from tests.helpers.counter import by_hand


def test_a_recording_goes_through_every_step_to_done(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.DONE)
        assert counter.seen == [
            Step.LOGIN,
            Step.HOME,
            Step.BIODATA,
            Step.CHECKLIST,
            Step.PHOTO,
            Step.PHOTO_APPROVAL,
            Step.FINGERS,
            Step.CONFIRMATION,
            Step.SIGNATURE,
            Step.REVIEW,
            Step.SEALING,
            Step.DONE,
        ]
