"""A NIK that cannot be one is refused at its field; the form stays, and the right one goes on."""

from dataclasses import replace
from pathlib import Path

from station.capture.facts import Step
from tests.helpers.counter import DRAFT, by_hand


def test_a_nik_with_a_digit_too_few_is_refused_at_its_field_and_no_case_begins(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.BIODATA)
        counter.desk.enter_case(replace(DRAFT, nik=DRAFT.nik[:-1]))
        counter.settle()
        assert counter.at(Step.BIODATA)
        assert [problem.field for problem in counter.facts.field_problems if problem.blocking] == ["nik"]
        assert counter.problem()
        assert counter.facts.case is None
        counter.desk.enter_case(DRAFT)
        counter.until(lambda: counter.step is Step.CHECKLIST)
        assert counter.facts.field_problems == ()
        assert counter.problem() == ""


def test_a_nik_of_another_birth_date_needs_a_reason_which_is_logged(tmp_path: Path) -> None:
    odd = replace(DRAFT, birth_date="18-08-2009")
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.BIODATA)
        counter.desk.enter_case(odd)
        counter.settle()
        assert counter.at(Step.BIODATA)
        counter.desk.enter_case(replace(odd, nik_reason="Akta lahir diperbaiki"))
        counter.until(lambda: counter.step is Step.CHECKLIST)
        assert "nik_warning_overridden" in counter.logged()
