"""A finger that is recorded already is told by its name, is no try of the finger shown, and is never kept."""

from pathlib import Path

from station.biometrics.model import FingerPosition
from station.capture.facts import Step
from tests.helpers.counter import by_hand, said

INDEX, MIDDLE = FingerPosition.RIGHT_INDEX, FingerPosition.RIGHT_MIDDLE


def test_the_index_finger_laid_down_again_is_told_by_name(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        obedient, counter.follow = counter.follow, lambda _facts: None
        hands.reader.finger = hands.judge.laid = INDEX
        counter.until(lambda: counter.case.fingers.fingers[1].duplicate_of is not None)
        fingers = counter.case.fingers
        assert fingers.current is MIDDLE
        assert fingers.fingers[1].duplicate_of is INDEX
        assert fingers.fingers[1].tries == 0
        assert "right index finger" in said(fingers.message)
        counter.follow = obedient
        counter.play(Step.DONE)


def test_another_finger_at_the_confirmation_is_told_and_not_taken(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.CONFIRMATION)
        obedient, counter.follow = counter.follow, lambda _facts: None
        hands.reader.finger = hands.judge.laid = MIDDLE
        counter.until(lambda: "not the finger recorded before" in said(counter.case.confirmation.message))
        assert not counter.case.confirmation.fingers[0].accepted
        counter.follow = obedient
        counter.play(Step.DONE)
