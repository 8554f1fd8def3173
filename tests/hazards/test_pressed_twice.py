"""Every button pressed twice does one thing."""

from pathlib import Path

from drivers.api import Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.facts import Step
from station.health.model import Item, Person
from tests.helpers.counter import DRAFT, OFFICER, PIN, SUPERVISOR, SUPERVISOR_PIN, by_hand
from tests.helpers.stand_in import BAD


def test_from_the_login_to_the_checklist(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        desk = counter.desk
        for _ in range(2):
            desk.log_in(OFFICER, PIN)
        counter.until(lambda: counter.facts.shift is not None and counter.facts.shift.ready, play=True)
        for _ in range(2):
            desk.begin_shift()
        assert counter.at(Step.HOME)
        for _ in range(2):
            desk.new_case()
        counter.until(lambda: counter.step is Step.BIODATA)
        for _ in range(2):
            desk.enter_case(DRAFT)
        counter.until(lambda: counter.step is Step.CHECKLIST)
        counter.settle()
        logged = counter.logged()
        assert (logged.count("officer_logged_in"), logged.count("case_begun")) == (1, 1)
        assert logged.count("shift_begun") == 1


def test_new_case_given_up_at_once_does_not_come_back_by_the_second_press(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.HOME)
        counter.desk.new_case()
        counter.desk.new_case()
        counter.until(lambda: counter.step is Step.BIODATA)
        counter.desk.discard()
        counter.settle()
        assert counter.at(Step.HOME)


def test_a_form_given_up_while_it_is_taken_in_opens_no_case(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.BIODATA)
        counter.desk.enter_case(DRAFT)
        counter.desk.discard()
        counter.settle()
        assert counter.at(Step.HOME)
        assert counter.ask_vault(lambda vault: vault.open_cases()) == ()


def test_measure_start_and_photo(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        desk = counter.desk
        counter.play(Step.CHECKLIST)
        for person in Person:
            desk.measure(person)
            desk.measure(person)
            counter.until(lambda: counter.case.checklist.measuring is None)
        for item in Item:
            if item not in (Item.OFFICER_TEMPERATURE, Item.APPLICANT_TEMPERATURE):
                desk.confirm(item, True)
                desk.confirm(item, True)
        desk.start()
        desk.start()
        desk.defer()
        desk.measure(Person.APPLICANT)
        counter.until(lambda: counter.step is Step.PHOTO)
        desk.take_photo()
        desk.take_photo()
        counter.until(lambda: counter.step is Step.PHOTO_APPROVAL)
        assert counter.case.photo.tries == 1
        desk.approve_photo()
        desk.approve_photo()
        desk.retake_photo()
        counter.until(lambda: counter.step is Step.FINGERS)
        counter.settle()
        logged = counter.logged()
        assert logged.count("temperature_measured") == 3
        assert (logged.count("gate_opened"), logged.count("photo_approved")) == (1, 1)


def test_finger_exception_signature_seal_and_finish(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        desk = counter.desk
        hands.judge.verdict = BAD
        counter.play(Step.FINGERS)
        counter.until(lambda: counter.case.fingers.fingers[0].tries == 3)
        for _ in range(2):
            desk.record_exception(FingerPosition.RIGHT_INDEX, ExceptionKind.UNREADABLE, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: counter.case.fingers.current is FingerPosition.RIGHT_MIDDLE)
        desk.capture_finger()
        desk.capture_finger()
        hands.judge.verdict = type(BAD)(True, 70, BAD.reason, None)
        counter.play(Step.SIGNATURE)
        counter.until(lambda: bool(counter.case.signature.points))
        for _ in range(2):
            desk.accept_signature()
        counter.until(lambda: counter.step is Step.REVIEW)
        desk.review_change(Role.SIGNATURE)
        desk.review_change(Role.CAMERA)
        assert counter.at(Step.SIGNATURE)
        counter.play(Step.REVIEW)
        desk.seal()
        desk.seal()
        counter.until(lambda: counter.step is Step.DONE)
        desk.finish()
        desk.finish()
        assert counter.at(Step.HOME)
        logged = counter.logged()
        assert (logged.count("exception_recorded"), logged.count("case_closed")) == (1, 1)
