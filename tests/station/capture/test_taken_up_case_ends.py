"""A case that was taken up is no open case any more, from the moment in which it is in hand."""

from pathlib import Path

from station.capture.facts import Step
from tests.hazards.test_power_cut_at_each_step import at_home, later, taken_up
from tests.helpers.counter import by_hand


def test_home_offers_no_case_that_was_just_finished(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.FINGERS)
        number = counter.case.number
    with by_hand(tmp_path, clock=later()) as (counter, _hands):
        at_home(counter)
        taken_up(counter, number)
        counter.play(Step.FINGERS)
        counter.desk.discard()
        counter.until(lambda: counter.step is Step.HOME)
        assert counter.facts.open_cases == ()
        counter.desk.give_up_case(number)
        counter.desk.take_up_case(number)
        counter.settle()
        assert counter.step is Step.HOME
