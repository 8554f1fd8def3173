"""What is changed from the review comes back to the review, and the case is sealed whole."""

from pathlib import Path

import pytest

from drivers.api import Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.facts import Step
from station.receiver import open_bundles
from tests.helpers.counter import SUPERVISOR, SUPERVISOR_PIN, Obedient, Served, by_hand

P = FingerPosition


def keys(counter: Served) -> list[str]:
    work = counter.work
    return sorted(work.case.items)


@pytest.mark.parametrize("role", [Role.CAMERA, Role.FINGERPRINT, Role.SIGNATURE])
def test_photo_fingers_and_signature_come_back_to_the_review(tmp_path: Path, role: Role) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.REVIEW)
        before = keys(counter)
        counter.desk.review_change(role)
        assert not counter.at(Step.REVIEW)
        counter.script._asked -= {"photo"}
        counter.play(Step.REVIEW)
        assert keys(counter) == before
        counter.play(Step.DONE)


@pytest.mark.parametrize("position", [P.RIGHT_INDEX, P.LEFT_THUMB])
def test_one_finger_comes_back_to_the_review_a_chip_finger_confirmed_again(
    tmp_path: Path, position: FingerPosition
) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.REVIEW)
        counter.desk.retake_finger(position)
        assert counter.case.fingers.current is position
        confirmed = counter.logged().count("finger_confirmed")
        counter.play(Step.REVIEW)
        assert counter.logged().count("finger_confirmed") - confirmed == (position is P.RIGHT_INDEX)
        counter.play(Step.DONE)


def test_temperature_is_not_changed_from_the_review(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.REVIEW)
        counter.desk.review_change(Role.TEMPERATURE)
        assert counter.at(Step.REVIEW)
        assert "before the recording" in counter.problem()


def test_a_chip_finger_recorded_by_exception_is_taken_after_all_and_confirmed(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        counter.follow = lambda _facts: None
        hands.reader.finger = None
        counter.settle()
        counter.desk.record_exception(P.LEFT_INDEX, ExceptionKind.BANDAGED, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: any(f.exception for f in counter.case.fingers.fingers))
        counter.follow = Obedient(hands, counter)
        counter.play(Step.REVIEW)
        assert "confirmation-07" not in keys(counter)
        counter.desk.retake_finger(P.LEFT_INDEX)
        counter.play(Step.REVIEW)
        left = next(f for f in counter.case.fingers.fingers if f.position is P.LEFT_INDEX)
        assert left.accepted
        assert left.exception is None
        assert "confirmation-07" in keys(counter)
        counter.play(Step.DONE)


def test_a_chip_finger_taken_and_then_excepted_from_the_review_is_not_asked_for_again(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.REVIEW)
        counter.follow = lambda _facts: None
        hands.reader.finger = None
        counter.desk.retake_finger(P.RIGHT_INDEX)
        counter.settle()
        counter.desk.record_exception(P.RIGHT_INDEX, ExceptionKind.UNREADABLE, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: counter.step is Step.REVIEW)
        assert "confirmation-02" not in keys(counter)
        counter.play(Step.DONE)
        opened = open_bundles(
            counter.station.bundles,
            counter.station.keyring(),
            counter.station.secret(),
            tmp_path / "out",
            training_ok=True,
        )
        assert opened.complete
