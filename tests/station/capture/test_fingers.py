import numpy as np
import pytest

from drivers.api import DeviceInfo, FingerImage, Role
from station.biometrics.model import CAPTURE_ORDER, ExceptionKind, FingerPosition, Verdict
from station.capture.fingers import Impression, Outcome, Round
from station.text import msg

P = FingerPosition
INFO = DeviceInfo(Role.FINGERPRINT, "R307", "/dev/x")


def impression(score: int, accepted: bool, same_as: FingerPosition | None = None, confirmed: bool = True) -> Impression:
    image = FingerImage(np.zeros((4, 4), np.uint8), 500, 4, INFO)
    return Impression(image, Verdict(accepted, score, msg("x"), None), None, same_as, confirmed)


def test_a_good_impression_settles_the_finger_once_it_is_sealed() -> None:
    fingers = Round(CAPTURE_ORDER, 3)
    assert fingers.take(P.RIGHT_INDEX, impression(70, True)) is Outcome.ACCEPTED
    currents = [fingers.current]
    fingers.accept(P.RIGHT_INDEX)
    currents.append(fingers.current)
    assert currents == [P.RIGHT_INDEX, P.RIGHT_MIDDLE]


@pytest.mark.parametrize("scores", [(30, 20, 10), (10, 30, 20), (10, 20, 30)])
def test_the_best_of_all_tries_is_kept_not_the_last(scores: tuple[int, int, int]) -> None:
    fingers = Round(CAPTURE_ORDER, 3)
    outcomes = [fingers.take(P.RIGHT_INDEX, impression(score, False)) for score in scores]
    assert outcomes == [Outcome.AGAIN, Outcome.AGAIN, Outcome.EXHAUSTED]
    best = fingers.standings[P.RIGHT_INDEX].best
    assert best is not None
    assert best.verdict.score == 30


def test_one_bad_finger_never_hides_behind_good_ones() -> None:
    fingers = Round(CAPTURE_ORDER, 1)
    for position in CAPTURE_ORDER[:3]:
        fingers.take(position, impression(99, True))
        fingers.accept(position)
    assert fingers.take(CAPTURE_ORDER[3], impression(5, False)) is Outcome.EXHAUSTED
    assert not fingers.complete


def test_the_same_finger_twice_is_neither_a_try_nor_kept() -> None:
    fingers = Round(CAPTURE_ORDER, 3)
    assert fingers.take(P.RIGHT_MIDDLE, impression(90, True, same_as=P.RIGHT_INDEX)) is Outcome.WRONG_FINGER
    standing = fingers.standings[P.RIGHT_MIDDLE]
    assert (standing.tries, standing.best, standing.duplicate_of) == (0, None, P.RIGHT_INDEX)


def test_an_exception_settles_a_finger_and_names_who_approved() -> None:
    fingers = Round(CAPTURE_ORDER, 3)
    fingers.except_(P.RIGHT_INDEX, ExceptionKind.MISSING, "hasan")
    assert fingers.current is P.RIGHT_MIDDLE
    assert fingers.standings[P.RIGHT_INDEX].approver_id == "hasan"


def test_a_finger_taken_again_counts_even_with_a_lower_score_for_the_first_may_have_been_the_wrong_one() -> None:
    fingers = Round((P.RIGHT_INDEX, P.LEFT_INDEX), 3)
    for position in fingers.positions:
        fingers.take(position, impression(60, True))
        fingers.accept(position)
    fingers.again(P.LEFT_INDEX)
    assert fingers.current is P.LEFT_INDEX
    fingers.take(P.LEFT_INDEX, impression(50, True))
    best = fingers.standings[P.LEFT_INDEX].best
    assert best is not None
    assert best.verdict.score == 50
    fingers.accept(P.LEFT_INDEX)
    assert fingers.complete
