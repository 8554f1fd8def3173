"""Nobody does anything for a while: the counter locks, shows and captures nothing, and keeps the work."""

from pathlib import Path

import pytest

from drivers.api import Ready, Role
from station.capture.facts import LiveFrame, Step
from station.health.model import Item
from tests.helpers.counter import PIN, SUPERVISOR, Hands, Obedient, Served, by_hand

AFTER_S = 120.0
AT = [
    Step.SHIFT,
    Step.HOME,
    Step.BIODATA,
    Step.CHECKLIST,
    Step.PHOTO,
    Step.PHOTO_APPROVAL,
    Step.FINGERS,
    Step.CONFIRMATION,
    Step.SIGNATURE,
    Step.REVIEW,
    Step.DONE,
]


def idle(counter: Served, hands: Hands) -> None:
    """Nobody touches anything any more; what is under way comes to its end, then the time passes."""
    counter.follow = lambda _facts: None
    hands.reader.finger = None
    counter.settle(10)
    counter.wait(AFTER_S)


def is_locked(counter: Served) -> bool:
    return counter.facts.locked is not None


def unlocked(counter: Served, pin: str = PIN) -> None:
    counter.desk.unlock(pin)
    counter.until(lambda: counter.facts.locked is None or not counter.facts.locked.busy)


@pytest.mark.parametrize("step", AT)
def test_locked_in_any_step_the_work_is_kept_and_goes_on(tmp_path: Path, step: Step) -> None:
    with by_hand(tmp_path, lock_after_s=AFTER_S) as (counter, hands):
        counter.play(step)
        idle(counter, hands)
        assert is_locked(counter)
        assert counter.at(step)
        sealed = counter.facts.case.sealed if counter.facts.case else ()
        calls = [hands.plug(role).calls for role in Role]
        counter.settle()
        assert [hands.plug(role).calls for role in Role] == calls
        assert all(isinstance(device.status, Ready) for device in counter.facts.devices)
        unlocked(counter)
        assert not is_locked(counter)
        assert counter.at(step)
        assert (counter.facts.case.sealed if counter.facts.case else ()) == sealed
        counter.follow = Obedient(hands, counter)
        if step is Step.FINGERS:
            counter.play(Step.DONE)
        elif step is not Step.DONE:
            counter.until(lambda: counter.step is not step, play=True)
        logged = counter.logged()
        assert (logged.count("counter_locked"), logged.count("counter_unlocked")) == (1, 1)
        assert logged.count("shift_begun") == 1


def test_while_locked_no_picture_comes_and_no_button_works(tmp_path: Path) -> None:
    with by_hand(tmp_path, lock_after_s=AFTER_S) as (counter, hands):
        frames: list[LiveFrame] = []
        counter.desk.on_frame(frames.append)
        counter.play(Step.PHOTO)
        counter.until(lambda: bool(frames))
        idle(counter, hands)
        frames.clear()
        counter.desk.take_photo()
        counter.desk.discard()
        counter.desk.log_out()
        counter.settle()
        assert frames == []
        assert counter.at(Step.PHOTO)
        assert "locked" in counter.problem()
        unlocked(counter)
        counter.until(lambda: bool(frames))


def test_a_finger_laid_down_while_locked_is_not_taken(tmp_path: Path) -> None:
    with by_hand(tmp_path, lock_after_s=AFTER_S) as (counter, hands):
        counter.play(Step.FINGERS)
        idle(counter, hands)
        asked, sealed = hands.judge.asked, len(counter.case.sealed)
        hands.reader.finger = hands.judge.laid = counter.case.fingers.current
        counter.settle()
        assert (hands.judge.asked, len(counter.case.sealed)) == (asked, sealed)
        unlocked(counter)
        counter.until(lambda: len(counter.case.sealed) > sealed)


def test_ink_that_was_there_is_there_after_the_lock(tmp_path: Path) -> None:
    with by_hand(tmp_path, lock_after_s=AFTER_S) as (counter, hands):
        counter.play(Step.SIGNATURE)
        counter.until(lambda: len(counter.case.signature.points) > 50)
        ink = counter.case.signature.points
        idle(counter, hands)
        unlocked(counter)
        assert counter.case.signature.points == ink
        counter.desk.accept_signature()
        counter.until(lambda: counter.step is Step.REVIEW)


def test_five_wrong_pins_make_even_the_right_one_wait(tmp_path: Path) -> None:
    with by_hand(tmp_path, lock_after_s=AFTER_S) as (counter, hands):
        counter.play(Step.FINGERS)
        idle(counter, hands)
        for _ in range(5):
            unlocked(counter, "111213")
        locked = counter.facts.locked
        assert locked is not None
        assert locked.retry_at_s is not None
        unlocked(counter)
        assert is_locked(counter)
        counter.wait(locked.retry_at_s - counter.clock.monotonic_s())
        unlocked(counter)
        assert not is_locked(counter)
        assert counter.at(Step.FINGERS)


def test_the_lock_names_who_may_take_over(tmp_path: Path) -> None:
    with by_hand(tmp_path, lock_after_s=AFTER_S) as (counter, hands):
        counter.play(Step.HOME)
        counter.desk.lock()
        counter.desk.lock()
        locked = counter.facts.locked
        assert locked is not None
        assert [card.officer_id for card in locked.others] == [SUPERVISOR]
        assert counter.logged().count("counter_locked") == 1
        del hands


def test_at_a_bedside_it_takes_longer(tmp_path: Path) -> None:
    with by_hand(tmp_path, lock_after_s=AFTER_S) as (counter, hands):
        counter.play(Step.CHECKLIST)
        counter.desk.set_bedside(True, "Aminah")
        counter.play(Step.PHOTO)
        idle(counter, hands)
        assert not is_locked(counter)
        counter.wait(AFTER_S)
        assert is_locked(counter)


def lay_down_the_next(counter: Served, hands: Hands) -> None:
    position = counter.case.fingers.current
    hands.reader.finger = hands.judge.laid = position
    counter.until(lambda: counter.case.fingers.current is not position)
    hands.reader.finger = None


def test_control_an_applicant_who_lays_down_fingers_keeps_it_open(tmp_path: Path) -> None:
    with by_hand(tmp_path, lock_after_s=AFTER_S) as (counter, hands):
        counter.play(Step.FINGERS)
        counter.follow = lambda _facts: None
        hands.reader.finger = None
        counter.settle()
        for _ in range(3):
            counter.wait(AFTER_S * 0.7)
            lay_down_the_next(counter, hands)
        assert not is_locked(counter)


def test_control_without_the_setting_it_stays_open(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.PHOTO)
        before = hands.camera.calls
        idle(counter, hands)
        counter.wait(AFTER_S * 100)
        assert not is_locked(counter)
        assert hands.camera.calls > before
        assert Item.OFFICER_GLOVES in [item.item for item in counter.case.checklist.items if item.held]
