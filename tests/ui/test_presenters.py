"""What the screens say, worked out without a window."""

import subprocess
import sys
from dataclasses import replace

import pytest

from drivers.api import Role
from station.biometrics.model import CAPTURE_ORDER, ExceptionKind, FingerPosition, Verdict
from station.capture.counter import CaseDraft
from station.capture.facts import FieldProblem, Step
from station.health.model import Item, Person
from station.registry.model import Ground, RoleOfOfficer
from station.text import Language, Message, Text, msg
from ui import samples
from ui.gallery import shots
from ui.presenters import biodata, checklist, exception, fingers, frame, home, login, pauses, photo, review, window
from ui.presenters.common import Tone
from ui.presenters.fingers import Standing
from ui.presenters.intents import Change, Choose, Do, EnterPin, Go, LogIn, Place, RecordException, ask
from ui.presenters.view import View, followed, moved
from ui.still import StillCounter

ENGLISH = Text(Language.ENGLISH)
NOW_S = samples.NOW_S


def test_presenters_need_no_qt() -> None:
    code = "import sys, ui.presenters.window; sys.exit(any(name.startswith('PyQt6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_step_has_a_screen_with_a_primary_button() -> None:
    shown = {shot.facts.step for shot in shots()}
    assert shown == set(Step)
    for shot in shots():
        assert window.present(shot.facts, shot.view).bar.primary is not None, shot.name


def test_verbs_stand_on_the_buttons_and_no_button_says_ok() -> None:
    labels = set()
    for shot in shots():
        bar = window.present(shot.facts, shot.view).bar
        labels |= {action.label.msgid for action in (*bar.secondary, bar.primary) if action is not None}
    assert not labels & {"OK", "Yes", "No", "Submit", "Cancel"}


def test_login_waits_out_a_lock() -> None:
    facts = samples.desk(Step.LOGIN)
    facts = replace(facts, login=replace(facts.login, refused=msg("Wrong PIN"), retry_at_s=NOW_S + 12.2))
    locked = login.present(facts, View(officer_id="p-01", pin="1", now_s=NOW_S))
    assert ENGLISH(locked.pin.line) == "Wait 13 seconds, then try again"
    assert locked.pin.locked
    assert locked.bar.primary is not None
    assert not locked.bar.primary.enabled
    free = login.present(facts, View(officer_id="p-01", pin="1", now_s=NOW_S + 13))
    assert free.bar.primary is not None
    assert free.bar.primary.enabled
    assert free.bar.primary.intent == LogIn("p-01", "1")


def test_a_wrong_pin_is_said_until_the_next_digit() -> None:
    facts = samples.desk(Step.LOGIN)
    facts = replace(facts, login=replace(facts.login, refused=msg("Wrong PIN")))
    assert login.present(facts, View(officer_id="p-01")).pin.refused
    assert not login.present(facts, View(officer_id="p-01", pin="1")).pin.refused


def test_a_refusal_empties_the_pin() -> None:
    before = samples.desk(Step.LOGIN)
    after = replace(before, login=replace(before.login, refused=msg("Wrong PIN")))
    assert followed(View(officer_id="p-01", pin="1234"), before, after).pin == ""


def test_another_card_empties_the_pin() -> None:
    assert moved(moved(View(), EnterPin("12")), Choose("s-01")) == View(officer_id="s-01")


def test_a_technician_is_led_to_the_workshop() -> None:
    facts = samples.desk(Step.HOME)
    technician = next(one for one in samples.OFFICERS if one.role is RoleOfOfficer.TECHNICIAN)
    primary = home.present(replace(facts, officer=technician)).bar.primary
    assert primary is not None
    assert primary.intent == Go(Place.TECHNICIAN)


def test_an_ill_device_shows_its_sentence_and_its_cure() -> None:
    state = home.present(replace(samples.desk(Step.HOME), devices=samples.devices(well=False)))
    ill = [device for device in state.devices if device.mark.tone is Tone.BAD]
    assert [ENGLISH(device.name) for device in ill] == ["Fingerprint reader", "Thermometer"]
    assert all(device.cure is not None for device in ill)


@pytest.mark.parametrize(("count", "words"), [(0, "No files waiting"), (3, "3 files waiting for delivery")])
def test_offline_is_normal(count: int, words: str) -> None:
    assert ENGLISH(frame.waiting(count)) == words


def test_only_another_ground_asks_for_an_approver() -> None:
    form = samples.desk(Step.BIODATA)
    school = biodata.present(form, View(draft=CaseDraft(ground=Ground.SCHOOL)))
    other = biodata.present(form, View(draft=CaseDraft(ground=Ground.OTHER)))
    assert school.bar.primary is not None
    assert other.bar.primary is not None
    assert school.bar.primary.intent == Go(Place.MAIN, 2)
    assert other.bar.primary.intent == Go(Place.MAIN, 1)
    assert [field.name for field in other.fields] == ["ground_reason"]


def test_only_another_supervisor_approves() -> None:
    form = samples.desk(Step.BIODATA)
    state = biodata.present(form, View(page=1, draft=CaseDraft(ground=Ground.OTHER)))
    assert state.pin is not None
    assert [ENGLISH(card.name) for card in state.pin.cards] == ["Siti Norbaiti"]


def test_a_warning_asks_for_a_reason_and_a_refusal_does_not() -> None:
    form = samples.desk(Step.BIODATA)

    def names(blocking: bool) -> list[str]:
        problem = FieldProblem("nik", msg("Does not match the NIK"), blocking)
        state = biodata.present(replace(form, field_problems=(problem,)), View(page=2))
        return [field.name for field in state.fields]

    assert "nik_reason" in names(blocking=False)
    assert "nik_reason" not in names(blocking=True)


def test_problems_stand_at_their_fields() -> None:
    form = replace(samples.desk(Step.BIODATA), field_problems=(FieldProblem("village", msg("Fill this in"), True),))
    state = biodata.present(form, View(page=3))
    assert [field.name for field in state.fields if field.problem is not None] == ["village"]


def test_every_field_of_the_draft_is_on_a_page() -> None:
    rows = (*biodata.PERSON_ROWS, *biodata.HOME_ROWS, *biodata.REST_ROWS, biodata.REASON_ROW, biodata.GROUND_ROW)
    elsewhere = {"ground", "approver_id", "approver_pin"}
    assert {row[0] for row in rows} | elsewhere == set(CaseDraft.__dataclass_fields__)


def test_start_is_never_grey() -> None:
    case = samples.case()
    bar = checklist.present(samples.desk(Step.CHECKLIST, case), case, View()).bar
    assert bar.primary is not None
    assert bar.primary.enabled
    assert bar.primary.intent is Do.START


def test_the_list_of_what_blocks_comes_only_after_a_refused_start() -> None:
    held = frozenset(Item) - {Item.OFFICER_MASK}
    case = replace(samples.case(), checklist=samples.checklist(held, refused=True))
    desk = samples.desk(Step.CHECKLIST, case)
    assert checklist.present(desk, case, View()).blocks == ()
    asked = checklist.present(desk, case, View(start_asked=True))
    assert [block.action.intent for block in asked.blocks] == [Go(Place.MAIN, focus=Item.OFFICER_MASK)]
    assert ENGLISH(asked.bar.heading) == "One thing is missing"


def test_one_person_is_measured_at_a_time() -> None:
    case = replace(samples.case(), checklist=samples.checklist(measuring=Person.OFFICER))
    state = checklist.present(samples.desk(Step.CHECKLIST, case), case, View())
    assert [one.measure.enabled for one in state.temperatures] == [False, False]
    assert ENGLISH(state.temperatures[0].mark.words) == "Hold the sensor at the forehead"


@pytest.mark.parametrize(("left_s", "words"), [(300.0, "5:00"), (61.4, "1:01"), (0.0, "0:00"), (-5.0, "0:00")])
def test_rest_counts_down_to_nothing(left_s: float, words: str) -> None:
    case = replace(samples.case(), rest_until_s=NOW_S + left_s)
    state = pauses.resting(samples.desk(Step.RESTING, case), case, View(now_s=NOW_S))
    assert ENGLISH(state.time_left) == words
    assert state.bar.primary is not None
    assert state.bar.primary.enabled is (left_s <= 0)


def test_one_correction_at_a_time() -> None:
    verdict = Verdict(False, 40, msg("The head is too far left"), msg("Move a little to the right"))
    assert ENGLISH(photo.guide(samples.frame(verdict)).correction) == "Move a little to the right"
    assert ENGLISH(photo.guide(samples.frame(samples.GOOD)).correction) == "Hold still"


def test_a_verdict_says_the_word_the_reason_and_the_cure() -> None:
    case = replace(samples.case(), fingers=samples.fingers(2, samples.POOR, tries=1))
    state = fingers.present(case, confirming=False)
    assert ENGLISH(state.mark.words) == "Again"
    assert ENGLISH(state.reason) == "Only the tip of the finger is on the reader."
    assert state.cure is not None
    assert ENGLISH(state.cure) == "Lay the finger flat, the soft pad on the glass."
    assert state.score == 23
    assert ENGLISH(state.tries) == "Try 2 of 3"


def test_the_last_finger_stays_readable_while_the_next_is_waited_for() -> None:
    state = fingers.present(replace(samples.case(), fingers=samples.fingers(1)), confirming=False)
    assert ENGLISH(state.reason) == "Right index finger: good, quality 74"
    assert state.score is None


def test_the_same_finger_twice_is_named() -> None:
    facts = samples.fingers(1, samples.POOR, tries=1)
    twice = replace(facts.fingers[1], duplicate_of=FingerPosition.RIGHT_INDEX)
    facts = replace(facts, fingers=(facts.fingers[0], twice, *facts.fingers[2:]))
    state = fingers.present(replace(samples.case(), fingers=facts), confirming=False)
    assert ENGLISH(state.reason) == "This looks like the Right index finger"


def test_hands_show_now_done_and_exception() -> None:
    state = fingers.present(replace(samples.case(), fingers=samples.fingers(5)), confirming=False)
    by_finger = dict(state.hands)
    assert by_finger[CAPTURE_ORDER[0]] is Standing.DONE
    assert by_finger[CAPTURE_ORDER[3]] is Standing.EXCEPTION
    assert by_finger[CAPTURE_ORDER[5]] is Standing.NOW
    assert by_finger[CAPTURE_ORDER[6]] is Standing.OPEN


def test_an_exception_takes_its_reason_and_a_second_person() -> None:
    case = replace(samples.case(), fingers=samples.fingers(2))
    desk = samples.desk(Step.FINGERS, case)
    view = View(place=Place.APPROVER, kind=ExceptionKind.MISSING, officer_id="s-01", pin="99")
    primary = exception.present_approver(desk, case, view).bar.primary
    assert primary is not None
    assert primary.intent == RecordException(CAPTURE_ORDER[2], ExceptionKind.MISSING, "s-01", "99")
    assert "99" not in repr(primary.intent)


def test_an_open_exception_closes_when_the_finger_is_done() -> None:
    before = samples.desk(Step.FINGERS, replace(samples.case(), fingers=samples.fingers(2)))
    after = samples.desk(Step.FINGERS, replace(samples.case(), fingers=samples.fingers(3)))
    view = View(place=Place.APPROVER, pin="12")
    assert followed(view, before, before).place is Place.APPROVER
    assert followed(view, before, after) == View()


def test_a_refused_approver_is_said_at_the_keys() -> None:
    case = replace(samples.case(), fingers=samples.fingers(2))
    desk = replace(samples.desk(Step.FINGERS, case), problem=msg("Wrong PIN"))
    state = exception.present_approver(desk, case, View(place=Place.APPROVER, kind=ExceptionKind.MISSING))
    assert (ENGLISH(state.pin.line), state.pin.refused) == ("Wrong PIN", True)


def test_review_holds_everything_exceptions_too() -> None:
    state = review.present(samples.desk(Step.REVIEW), samples.case())
    assert len(state.items) == 14
    bandaged = next(item for item in state.items if ENGLISH(item.label) == "Right little finger")
    assert ENGLISH(bandaged.mark.words) == "The finger is bandaged"
    assert "Exceptions approved by Siti Norbaiti" in [ENGLISH(line) for line in state.about]
    assert bandaged.mark.tone is Tone.WARN
    changes = [item.change.intent for item in state.items if item.change is not None]
    assert len(changes) == 12
    assert Change(Role.FINGERPRINT, FingerPosition.LEFT_RING) in changes


def test_what_is_missing_is_named_above_the_review() -> None:
    case = replace(samples.case(), lacking=msg("The signature is missing"))
    assert review.present(samples.desk(Step.REVIEW), case).lacking == msg("The signature is missing")


@pytest.mark.parametrize(
    ("change", "call"),
    [
        (Change(Role.CAMERA), ("review_change", Role.CAMERA)),
        (Change(Role.FINGERPRINT, FingerPosition.LEFT_RING), ("retake_finger", FingerPosition.LEFT_RING)),
    ],
)
def test_change_asks_the_counter_once(change: Change, call: tuple[object, ...]) -> None:
    counter = StillCounter(samples.desk(Step.REVIEW, samples.case()))
    ask(counter, change)
    assert counter.asked == [call]


def test_a_new_step_starts_plain() -> None:
    before, after = samples.desk(Step.BIODATA), samples.desk(Step.CHECKLIST, samples.case())
    view = View(place=Place.DISCARD, page=3, pin="12", draft=CaseDraft(name="CONTOH"), now_s=NOW_S)
    assert followed(view, before, after) == View(now_s=NOW_S)


def test_a_poor_photo_is_taken_again_or_approved_by_a_second_person() -> None:
    taken = replace(samples.case().photo, live=False, verdict=samples.POOR)
    case = replace(samples.case(), photo=taken)
    bar = photo.present_approval(case).bar
    assert bar.primary is not None
    assert bar.primary.intent is Do.RETAKE_PHOTO
    assert Go(Place.REASON) in [action.intent for action in bar.secondary]
    reasons = exception.present_reason(samples.desk(Step.PHOTO_APPROVAL, case), case)
    assert [ENGLISH(reason.label) for reason in reasons.entries] == ["No better photo is possible today"]


def test_a_pulled_cable_is_named_while_its_device_is_needed() -> None:
    ill = replace(samples.desk(Step.FINGERS, samples.case()), devices=samples.devices(well=False))
    problem = frame.present(ill).problem
    assert problem is not None
    expected = "The cable of the fingerprint reader is out Plug it in again. It goes on by itself."
    assert ENGLISH(problem) == expected
    assert frame.present(replace(ill, step=Step.PHOTO)).problem is None
    assert frame.present(replace(ill, devices=samples.devices())).problem is None


def test_an_empty_message_is_empty_in_indonesian() -> None:
    from ui.presenters.common import no_words

    assert Text(Language.INDONESIAN)(no_words()) == ""
    assert isinstance(no_words(), Message)
