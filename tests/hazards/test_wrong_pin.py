"""Five wrong PINs, then waiting: the right PIN is not looked at before the wait is over."""

from pathlib import Path

from station.capture.facts import Step
from tests.helpers.counter import OFFICER, PIN, Served, by_hand


def guess(counter: Served, pin: str) -> str:
    counter.desk.log_in(OFFICER, pin)
    counter.until(lambda: not counter.facts.login.busy)
    refused = counter.facts.login.refused
    return refused.msgid if refused else ""


def test_five_wrong_pins_make_even_the_right_one_wait(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        for _ in range(4):
            assert guess(counter, "111213").startswith("The PIN is wrong")
            assert counter.facts.login.retry_at_s is None
        assert guess(counter, "111213").startswith("Too many wrong PINs")
        assert guess(counter, PIN).startswith("Too many wrong PINs")
        assert counter.at(Step.LOGIN)
        retry_at_s = counter.facts.login.retry_at_s
        assert retry_at_s is not None
        counter.wait(retry_at_s - counter.clock.monotonic_s())
        assert guess(counter, PIN) == ""
        assert counter.at(Step.SHIFT)
        assert counter.logged().count("login_refused") == 6


def test_control_the_right_pin_serves_at_once_after_four_wrong_ones(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        for _ in range(4):
            guess(counter, "111213")
        assert guess(counter, PIN) == ""
        assert counter.at(Step.SHIFT)
