"""A fever at the gate: five minutes of rest, a second measurement, and then the slip; no new case goes around it."""

from dataclasses import replace
from pathlib import Path

from station.capture.facts import Step
from station.health.model import Item, Person
from station.text import Language
from tests.helpers.counter import DRAFT, Hands, Served, by_hand

FEVER_C, WELL_C = 38.4, 36.4


def measured_hot(counter: Served, hands: Hands) -> None:
    counter.play(Step.CHECKLIST)
    hands.thermometer.object_c = FEVER_C
    counter.desk.measure(Person.APPLICANT)
    counter.until(lambda: counter.step is not Step.CHECKLIST)


def rested(counter: Served) -> None:
    rest_until_s = counter.case.rest_until_s
    assert rest_until_s is not None
    left_s = rest_until_s - counter.clock.monotonic_s()
    assert left_s > 250
    counter.wait(left_s - 20)
    assert counter.at(Step.RESTING)
    counter.wait(20)
    assert counter.at(Step.CHECKLIST)


def test_twice_hot_is_deferred_with_a_slip_and_nothing_is_sealed(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        measured_hot(counter, hands)
        assert counter.at(Step.RESTING)
        rested(counter)
        counter.desk.measure(Person.APPLICANT)
        counter.until(lambda: counter.step is Step.DEFERRED)
        papers: list[bytes] = []
        counter.desk.receipt(Language.INDONESIAN, papers.append)
        counter.until(lambda: bool(papers))
        assert papers[0].startswith(b"%PDF")
        assert not list(counter.station.bundles.glob("*.ktpb"))
        assert "case_deferred" in counter.logged()
        counter.desk.finish()
        assert counter.at(Step.HOME)


def test_well_after_the_rest_goes_on(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        measured_hot(counter, hands)
        rested(counter)
        hands.thermometer.object_c = WELL_C
        counter.play(Step.PHOTO)


def test_a_new_case_of_the_same_nik_does_not_skip_the_rest(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        measured_hot(counter, hands)
        counter.desk.discard()
        assert counter.at(Step.HOME)
        counter.desk.new_case()
        counter.until(lambda: counter.step is Step.BIODATA)
        counter.desk.enter_case(DRAFT)
        counter.until(lambda: counter.step is Step.RESTING)
        rested(counter)


def test_a_new_case_of_somebody_twice_hot_is_deferred_at_once(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        measured_hot(counter, hands)
        rested(counter)
        counter.desk.measure(Person.APPLICANT)
        counter.until(lambda: counter.step is Step.DEFERRED)
        counter.desk.finish()
        counter.desk.new_case()
        counter.until(lambda: counter.step is Step.BIODATA)
        counter.desk.enter_case(DRAFT)
        counter.until(lambda: counter.step is Step.DEFERRED)


def test_control_somebody_else_does_not_rest(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        measured_hot(counter, hands)
        counter.desk.discard()
        counter.desk.new_case()
        counter.until(lambda: counter.step is Step.BIODATA)
        counter.desk.enter_case(replace(DRAFT, nik="6472035708090002"))
        counter.until(lambda: counter.step is Step.CHECKLIST)
        counter.settle()
        assert counter.at(Step.CHECKLIST)


def test_a_hot_officer_is_told_to_rest_and_cannot_measure_around_it(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.CHECKLIST)
        hands.thermometer.object_c = FEVER_C
        counter.desk.measure(Person.OFFICER)
        counter.until(lambda: (measured := counter.case.checklist.officer) is not None and measured.median_c > 38)
        counter.desk.measure(Person.OFFICER)
        assert "rests first" in counter.problem()
        counter.desk.start()
        counter.settle()
        assert counter.at(Step.CHECKLIST)


def test_a_temperature_cannot_be_stated(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.CHECKLIST)
        counter.desk.confirm(Item.APPLICANT_TEMPERATURE, True)
        assert "measured, not stated" in counter.problem()
        assert not next(i for i in counter.case.checklist.items if i.item is Item.APPLICANT_TEMPERATURE).held


def test_starting_during_a_measurement_waits_for_it(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.CHECKLIST)
        counter.until(lambda: all(item.held for item in counter.case.checklist.items[:-1]), play=True)
        hands.thermometer.object_c = FEVER_C
        counter.desk.measure(Person.APPLICANT)
        counter.desk.start()
        counter.until(lambda: counter.step is Step.RESTING)
