"""The start of a shift: the officer's temperature, wiped devices, self-tests; then the first case needs less."""

from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from drivers.api import (
    NO_CANCEL,
    Absence,
    Disconnected,
    Drivers,
    Frame,
    NotCaptured,
    PenPoint,
    Role,
    TemperatureSample,
)
from station.capture import self_test
from station.capture.facts import DeskFacts, ShiftFacts, Step
from station.health.model import GateLimits, Item, Person
from tests.helpers.clock import FakeClock
from tests.helpers.counter import Served, by_hand, hands, said
from tests.helpers.stand_in import Pad, Reader, StillCamera, Thermometer


def shift_of(counter: Served) -> ShiftFacts:
    shift = counter.facts.shift
    assert shift is not None
    return shift


def test_it_begins_only_when_everything_holds_and_is_in_the_log(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.SHIFT)
        counter.desk.begin_shift()
        assert counter.at(Step.SHIFT)
        counter.until(lambda: all(test.passed for test in counter.facts.tests))
        counter.desk.begin_shift()
        assert "5 things are missing" in counter.problem()
        counter.desk.new_case()
        counter.desk.confirm(Item.OFFICER_GLOVES, True)
        counter.desk.confirm(Item.OFFICER_TEMPERATURE, True)
        assert "measured, not stated" in counter.problem()
        counter.until(lambda: shift_of(counter).ready, play=True)
        counter.desk.begin_shift()
        assert counter.at(Step.HOME)
        logged = counter.logged()
        assert logged.count("device_tested") == 4
        assert logged.count("item_confirmed") == 4
        assert (logged.count("temperature_measured"), logged.count("shift_begun")) == (1, 1)


def test_the_first_case_still_asks_for_gloves_mask_hands_and_the_applicant(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.CHECKLIST)
        assert {item.item for item in counter.case.checklist.items if not item.held} == {
            Item.APPLICANT_TEMPERATURE,
            Item.OFFICER_GLOVES,
            Item.OFFICER_MASK,
            Item.APPLICANT_HANDS,
        }


def test_a_hot_officer_begins_no_shift_and_may_log_out(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, held):
        held.thermometer.object_c = 38.4
        counter.play(Step.SHIFT)
        counter.desk.measure(Person.OFFICER)
        counter.until(lambda: "the limit is" in said(shift_of(counter).items[0].sentence))
        counter.desk.measure(Person.OFFICER)
        assert "rests first" in counter.problem()
        counter.desk.log_out()
        assert counter.at(Step.LOGIN)


def test_a_device_that_fails_is_told_with_its_cure_and_holds_nothing_up(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, held):
        held.camera.pull()
        counter.play(Step.SHIFT)
        counter.until(lambda: [test.passed for test in counter.facts.tests] == [True, False, True, True])
        assert counter.facts.tests[1].cure is not None
        counter.until(lambda: counter.at(Step.HOME), play=True)
        held.camera.push()
        counter.play(Step.PHOTO)


def test_the_trace_runs_at_the_shift_and_stops_at_home(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, held):
        seen: list[DeskFacts] = []
        counter.desk.subscribe(seen.append)
        counter.play(Step.HOME)
        assert any(len(facts.trace.samples) > 2 for facts in seen if facts.step is Step.SHIFT)
        assert counter.facts.trace.samples == ()
        counter.settle(5)
        calls = held.thermometer.calls
        counter.settle(5)
        assert held.thermometer.calls == calls


class BlackCamera(StillCamera):
    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> Frame | NotCaptured:
        del deadline_s, cancel
        return Frame(np.zeros((480, 640, 3), np.uint8), 0.0, self.info)


class OccupiedReader(Reader):
    def finger_present(self) -> bool | NotCaptured:
        return True


class WritingPad(Pad):
    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> tuple[PenPoint, ...] | NotCaptured:
        del deadline_s, cancel
        return (PenPoint(1.0, 1.0, 0.5, True, 0.0),)


class SunnyThermometer(Thermometer):
    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> TemperatureSample | NotCaptured:
        del deadline_s, cancel
        return TemperatureSample(36.4, 51.0, 0.0, self.info)


class MutePad(Pad):
    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> tuple[PenPoint, ...] | NotCaptured:
        del deadline_s, cancel
        return Disconnected(self.info.port, Absence.LOST)


WELL = hands(FakeClock()).drivers()
ILL = [
    (Role.CAMERA, replace(WELL, camera=BlackCamera()), "black"),
    (Role.FINGERPRINT, replace(WELL, fingerprint=OccupiedReader()), "Something lies"),
    (Role.SIGNATURE, replace(WELL, signature=WritingPad()), "writes by itself"),
    (Role.SIGNATURE, replace(WELL, signature=MutePad()), "unplugged"),
    (Role.TEMPERATURE, replace(WELL, temperature=SunnyThermometer()), "the room is 51"),
]


@pytest.mark.parametrize(("role", "drivers", "words"), ILL, ids=[words for _role, _drivers, words in ILL])
def test_a_device_that_answers_and_does_not_do_its_work_fails(role: Role, drivers: Drivers, words: str) -> None:
    test = self_test.examine(role, drivers, GateLimits(), NO_CANCEL)
    assert test.passed is False
    assert words in said(test.sentence)
    assert test.cure is not None


@pytest.mark.parametrize("role", list(Role))
def test_control_a_well_device_passes(role: Role) -> None:
    test = self_test.examine(role, WELL, GateLimits(), NO_CANCEL)
    assert test.passed
    assert test.cure is None
