"""Camera, reader and pad refuse to work for a case whose gate never opened, whatever the window does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from station.capture.casework import Casework
from station.capture.facts import Step
from station.health.clearance import NotClearedError
from tests.helpers.counter import by_hand

OPEN: dict[str, Callable[[Casework], None]] = {
    "camera": lambda work: work.photo.open(),
    "reader": lambda work: work.fingers.open(),
    "reader, confirming": lambda work: work.confirmation.open(),
    "pad": lambda work: work.signature.open(),
}


@pytest.mark.parametrize("device", OPEN)
def test_a_capture_step_opened_before_the_gate_raises(tmp_path: Path, device: str) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.CHECKLIST)
        work = counter.work
        calls = hands.camera.calls, hands.reader.calls, hands.pad.calls
        with pytest.raises(NotClearedError):
            OPEN[device](work)
        counter.settle()
        assert (hands.camera.calls, hands.reader.calls, hands.pad.calls) == calls


def test_control_the_same_steps_open_with_a_permit(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.PHOTO)
        work = counter.work
        for begin in OPEN.values():
            begin(work)


def test_the_permit_dies_with_its_case(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.PHOTO)
        work = counter.work
        counter.desk.discard()
        for begin in OPEN.values():
            with pytest.raises(NotClearedError):
                begin(work)
