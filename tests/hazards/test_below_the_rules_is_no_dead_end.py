"""What stays below the rules after the last try can be tried again or recorded by exception: never a dead end."""

from pathlib import Path

from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.facts import Step
from tests.helpers.counter import SUPERVISOR, SUPERVISOR_PIN, Served, by_hand, said
from tests.helpers.stand_in import BAD, GOOD

INDEX = FingerPosition.RIGHT_INDEX


def photo_taken(counter: Served) -> None:
    """Press once and wait for what it came to."""
    tries = counter.case.photo.tries
    counter.desk.take_photo()
    counter.until(lambda: counter.case.photo.tries == tries + 1)
    counter.settle(60)


def test_a_finger_never_good_enough_ends_in_a_recorded_exception_with_its_best_image(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        hands.judge.verdict = BAD
        counter.play(Step.FINGERS)
        counter.until(lambda: "Best impression kept" in said(counter.case.fingers.message))
        asked = hands.judge.asked
        counter.settle()
        assert hands.judge.asked == asked == 3
        counter.desk.capture_finger()
        counter.until(lambda: hands.judge.asked == asked + 1)
        counter.until(lambda: not counter.case.fingers.busy)
        counter.desk.record_exception(INDEX, ExceptionKind.UNREADABLE, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: counter.case.fingers.fingers[0].exception is ExceptionKind.UNREADABLE)
        hands.judge.verdict = GOOD
        counter.play(Step.DONE)


def test_a_portrait_below_the_rules_is_kept_after_the_last_try_and_needs_a_second_person(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        hands.portraits.verdict = BAD
        counter.play(Step.PHOTO)
        for _ in range(2):
            photo_taken(counter)
            assert counter.at(Step.PHOTO)
        photo_taken(counter)
        assert counter.at(Step.PHOTO_APPROVAL)
        counter.desk.approve_photo()
        assert "below the rules" in counter.problem()
        counter.settle()
        assert counter.at(Step.PHOTO_APPROVAL)
        counter.desk.record_exception(None, ExceptionKind.UNREADABLE, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: counter.step is Step.FINGERS)
        assert counter.case.sealed[0].by_exception
        counter.play(Step.DONE)


def test_control_a_good_portrait_is_not_recorded_by_exception(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.PHOTO_APPROVAL)
        counter.desk.record_exception(None, ExceptionKind.UNREADABLE, SUPERVISOR, SUPERVISOR_PIN)
        assert counter.problem()
        counter.settle()
        assert counter.at(Step.PHOTO_APPROVAL)
