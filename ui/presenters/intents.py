"""What an officer can ask by pressing something: for the counter, or for the window itself."""

from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from drivers.api import Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.counter import CaseDraft, Counter
from station.health.model import Item, Person
from ui.presenters.technician_intents import OfTechnician


class Do(Enum):
    """Intents that need nothing else."""

    LOG_OUT = "log_out"
    CHECK_DEVICES = "check_devices"
    NEW_CASE = "new_case"
    START = "start"
    TAKE_PHOTO = "take_photo"
    RETAKE_PHOTO = "retake_photo"
    APPROVE_PHOTO = "approve_photo"
    CAPTURE_FINGER = "capture_finger"
    CLEAR_INK = "clear_ink"
    ACCEPT_SIGNATURE = "accept_signature"
    SEAL = "seal"
    DEFER = "defer"
    DISCARD = "discard"
    FINISH = "finish"
    BEGIN_SHIFT = "begin_shift"
    PAUSE = "pause"
    RESUME = "resume"
    TEST_DEVICES = "test_devices"
    LOCK = "lock"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, repr=False)
class LogIn:
    """The chosen officer with the PIN typed."""

    officer_id: str
    pin: str

    def __repr__(self) -> str:
        return "LogIn(...)"


@dataclass(frozen=True, slots=True)
class EnterCase:
    """The form as it stands."""

    draft: CaseDraft


@dataclass(frozen=True, slots=True)
class Measure:
    """Read this person's temperature."""

    person: Person


@dataclass(frozen=True, slots=True)
class Confirm:
    """The officer's word that an item of the checklist holds, or no longer does."""

    item: Item
    held: bool


@dataclass(frozen=True, slots=True, repr=False)
class RecordException:
    """A finger, or with None the signature, by exception; the second person's PIN with it."""

    position: FingerPosition | None
    kind: ExceptionKind
    approver_id: str
    approver_pin: str

    def __repr__(self) -> str:
        return "RecordException(...)"


@dataclass(frozen=True, slots=True)
class Change:
    """From the review back to one item; for fingers, to this one."""

    role: Role
    position: FingerPosition | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Unlock:
    """The officer on duty is back."""

    pin: str

    def __repr__(self) -> str:
        return "Unlock(...)"


@dataclass(frozen=True, slots=True, repr=False)
class TakeOver:
    """Another officer takes the counter over."""

    officer_id: str
    pin: str

    def __repr__(self) -> str:
        return "TakeOver(...)"


@dataclass(frozen=True, slots=True)
class PickApplication:
    """One of today's queue."""

    application_id: str


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Go on with a case that a power cut left open."""

    number: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A case that a power cut left open will not be finished."""

    number: str


@dataclass(frozen=True, slots=True, repr=False)
class SetBedside:
    """The applicant lies in bed, or no longer; who is beside."""

    bedside: bool
    companion: str = ""

    def __repr__(self) -> str:
        return f"SetBedside({self.bedside})"


class Place(Enum):
    """Where the window stands within the counter's step."""

    MAIN = "main"
    DEVICES = "devices"
    TECHNICIAN = "technician"
    REASON = "reason"
    APPROVER = "approver"
    DISCARD = "discard"
    APPLICANT = "applicant"
    MORE = "more"
    QUEUE = "queue"
    WAITING = "waiting"
    OPEN_CASES = "open_cases"
    GIVE_UP = "give_up"
    HANDOVER = "handover"
    BEDSIDE = "bedside"


@dataclass(frozen=True, slots=True)
class Go:
    """Show another place, or another page; `focus` is the checklist item to stand on, `number` the case it is about."""

    place: Place = Place.MAIN
    page: int = 0
    focus: Item | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Choose:
    """The officer whose card was pressed."""

    officer_id: str


@dataclass(frozen=True, slots=True)
class ChooseReason:
    """The reason of an exception; the second person comes next."""

    kind: ExceptionKind


@dataclass(frozen=True, slots=True, repr=False)
class EnterPin:
    """The PIN so far."""

    pin: str

    def __repr__(self) -> str:
        return "EnterPin(...)"


@dataclass(frozen=True, slots=True)
class Edit:
    """The form with one field changed."""

    draft: CaseDraft


@dataclass(frozen=True, slots=True, repr=False)
class NameCompanion:
    """The companion's name so far."""

    name: str

    def __repr__(self) -> str:
        return "NameCompanion(...)"


@dataclass(frozen=True, slots=True)
class PrintPaper:
    """The citizen's receipt or slip, in the language on the screen."""


OfDuty = Unlock | TakeOver | PickApplication | TakeUp | GiveUp | SetBedside
OfCase = LogIn | EnterCase | Measure | Confirm | RecordException | Change
ToCounter = Do | OfCase | OfDuty
ToWindow = Go | Choose | ChooseReason | EnterPin | Edit | NameCompanion
Intent = ToCounter | ToWindow | PrintPaper | OfTechnician


def ask(counter: Counter, intent: ToCounter) -> None:
    """Pass an intent on to the counter."""
    match intent:
        case Do():
            _do(counter, intent)
        case Unlock() | TakeOver() | PickApplication() | TakeUp() | GiveUp() | SetBedside():
            _ask_duty(counter, intent)
        case LogIn(officer_id, pin):
            counter.log_in(officer_id, pin)
        case EnterCase(draft):
            counter.enter_case(draft)
        case Measure(person):
            counter.measure(person)
        case Confirm(item, held):
            counter.confirm(item, held)
        case RecordException(position, kind, approver_id, approver_pin):
            counter.record_exception(position, kind, approver_id, approver_pin)
        case Change(role, position):
            if position is None:
                counter.review_change(role)
            else:
                counter.retake_finger(position)
        case _:
            assert_never(intent)


def _ask_duty(counter: Counter, intent: OfDuty) -> None:
    match intent:
        case Unlock(pin):
            counter.unlock(pin)
        case TakeOver(officer_id, pin):
            counter.take_over(officer_id, pin)
        case PickApplication(application_id):
            counter.pick_application(application_id)
        case TakeUp(number):
            counter.take_up_case(number)
        case GiveUp(number):
            counter.give_up_case(number)
        case SetBedside(bedside, companion):
            counter.set_bedside(bedside, companion)
        case _:
            assert_never(intent)


def _do(counter: Counter, intent: Do) -> None:
    calls = {
        Do.LOG_OUT: counter.log_out,
        Do.CHECK_DEVICES: counter.check_devices,
        Do.NEW_CASE: counter.new_case,
        Do.START: counter.start,
        Do.TAKE_PHOTO: counter.take_photo,
        Do.RETAKE_PHOTO: counter.retake_photo,
        Do.APPROVE_PHOTO: counter.approve_photo,
        Do.CAPTURE_FINGER: counter.capture_finger,
        Do.CLEAR_INK: counter.clear_ink,
        Do.ACCEPT_SIGNATURE: counter.accept_signature,
        Do.SEAL: counter.seal,
        Do.DEFER: counter.defer,
        Do.DISCARD: counter.discard,
        Do.FINISH: counter.finish,
        Do.BEGIN_SHIFT: counter.begin_shift,
        Do.PAUSE: counter.pause,
        Do.RESUME: counter.resume,
        Do.TEST_DEVICES: counter.test_devices,
        Do.LOCK: counter.lock,
        Do.KEEP: counter.cancel_retake,
    }
    calls[intent]()
