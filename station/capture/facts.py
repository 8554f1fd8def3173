"""Everything the window may know of the counter, as one frozen value.

The desk makes a new DeskFacts whenever something changes; presenters turn it into what a screen shows.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import numpy as np
import numpy.typing as npt

from drivers.api import DeviceStatus, Gray, PadSize, PenPoint, Role
from station.biometrics.model import ExceptionKind, FingerPosition, Verdict
from station.capture.draft import CaseDraft
from station.health.model import Checklist, ItemState
from station.registry.model import Ground, OfficerCard
from station.text import Message, msg


class Step(Enum):
    """Where the counter stands; one screen each."""

    LOGIN = "login"
    SHIFT = "shift"
    HOME = "home"
    BIODATA = "biodata"
    CHECKLIST = "checklist"
    RESTING = "resting"
    PAUSED = "paused"
    DEFERRED = "deferred"
    PHOTO = "photo"
    PHOTO_APPROVAL = "photo_approval"
    FINGERS = "fingers"
    CONFIRMATION = "confirmation"
    SIGNATURE = "signature"
    REVIEW = "review"
    SEALING = "sealing"
    DONE = "done"


class Trouble(Enum):
    """What kind of thing stood in the way of the last intent, so that a window can lead to its cure."""

    DISK_FULL = "disk_full"
    OFFICER_HOT = "officer_hot"
    FIELDS = "fields"
    ITEMS = "items"
    CASE_IN_HAND = "case_in_hand"
    PIN = "pin"
    PHOTO = "photo"
    LACKING = "lacking"
    NOT_IN_QUEUE = "not_in_queue"
    NOT_OPEN = "not_open"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """One device: `status` is None until first asked; `sentence` says it in words and `cure` what to do about it."""

    role: Role
    status: DeviceStatus | None
    sentence: Message
    cure: Message | None


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field of the biodata form; `blocking` refuses, otherwise a reason is needed."""

    field: str
    sentence: Message
    blocking: bool


@dataclass(frozen=True, slots=True)
class FingerFacts:
    """One finger's standing in the case. `tries` counts impressions taken; `best` judges the best of them."""

    position: FingerPosition
    tries: int
    best: Verdict | None
    last: Verdict | None
    accepted: bool
    exception: ExceptionKind | None
    duplicate_of: FingerPosition | None = None


@dataclass(frozen=True, slots=True)
class FingersFacts:
    """The ten fingers, or the two of the confirmation round: which one now and how all stand.

    `image` is the impression shown, (height, width) uint8, growing while it arrives: `rows_shown` of `rows_total`.
    `message` is the live line under it (place the finger, lift it, hold still). `busy` while the reader works.
    `may_keep`: the current finger is a retake, and cancel_retake keeps the impression recorded before.
    """

    fingers: tuple[FingerFacts, ...]
    current: FingerPosition | None
    tries_limit: int
    message: Message
    busy: bool
    image: Gray | None
    rows_shown: int
    rows_total: int
    may_keep: bool = False


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """The portrait: while live, frames come by Desk.on_frame; once taken, `picture` is the crop (h, w, 3) uint8 BGR.

    `may_keep`: this is a retake, and cancel_retake keeps the portrait taken before.
    """

    live: bool
    picture: npt.NDArray[np.uint8] | None
    verdict: Verdict | None
    background: Message
    tries: int
    may_keep: bool = False


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """One preview picture with its judgement. `face` is x, y, width, height in pixels."""

    pixels: npt.NDArray[np.uint8]
    face: tuple[int, int, int, int] | None
    verdict: Verdict
    number: int


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """Ink so far (also delivered live by Desk.on_ink), the pad's size, the last verdict.

    `may_keep`: this is a retake, and cancel_retake keeps the signature recorded before.
    """

    points: tuple[PenPoint, ...]
    size: PadSize
    verdict: Verdict | None
    accepted: bool
    by_exception: bool
    may_keep: bool = False


@dataclass(frozen=True, slots=True)
class SealedItem:
    """A capture that is durably sealed: it survives a power cut."""

    label: Message
    detail: Message
    by_exception: bool


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One line of the review, also for what is missing; `approver` is who approved an exception.

    "Change" is retake_finger(finger) when `finger` is set, else review_change(change), else there is nothing to change.
    """

    label: Message
    detail: Message
    missing: bool
    by_exception: bool
    change: Role | None
    finger: FingerPosition | None = None
    approver: str | None = None


@dataclass(frozen=True, slots=True)
class DoneFacts:
    """After sealing: the number, what happens next."""

    number: str
    bundles: int
    receipt_ready: bool


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The case at the counter. Name and NIK are for the screen only; they never leave memory unsealed.

    `review` lists every item in the order of the recording, `lacking` names what keeps the case from being sealed.
    What the signature approves stands here as on the card; `sex` is L or P.
    `taken_up`: begun before a power cut. `bedside`: the applicant lies in bed, with `companion` beside.
    """

    number: str
    name: str
    nik: str
    birth: str
    address: str
    ground: Ground
    checklist: Checklist
    photo: PhotoFacts
    fingers: FingersFacts
    confirmation: FingersFacts
    signature: SignatureFacts
    sealed: tuple[SealedItem, ...]
    deferral: Message | None
    rest_until_s: float | None
    done: DoneFacts | None
    review: tuple[ReviewItem, ...] = ()
    lacking: Message | None = None
    taken_up: bool = False
    bedside: bool = False
    companion: str = ""
    sex: str = ""
    blood_group: str = ""
    religion: str = ""
    marital_status: str = ""
    occupation: str = ""
    citizenship: str = ""


@dataclass(frozen=True, slots=True)
class LoginFacts:
    """The login screen: who may log in, what the last try came to, how long a lock-out lasts."""

    officers: tuple[OfficerCard, ...]
    busy: bool
    refused: Message | None
    retry_at_s: float | None


@dataclass(frozen=True, slots=True)
class TemperatureTrace:
    """The last 30 s of the sensor: (seconds ago, object °C, ambient °C) triples, oldest first, and the last problem."""

    samples: tuple[tuple[float, float, float], ...]
    problem: Message | None


@dataclass(frozen=True, slots=True)
class SelfTest:
    """One device's self-test: `passed` is None while it runs; `cure` says what to do when it failed."""

    role: Role
    passed: bool | None
    sentence: Message
    cure: Message | None


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """The start of a shift: the officer's temperature and the four wiped devices as items of the checklist.

    `measuring` while the officer's temperature is read; `ready` when begin_shift will be done. A device that failed its
    test does not hold the shift up: the gate still asks for all four with every case.
    """

    items: tuple[ItemState, ...]
    measuring: bool
    ready: bool


@dataclass(frozen=True, slots=True)
class LockFacts:
    """The counter is locked: show nothing else. `officer` unlocks; each of `others` may take over.

    `busy` while a PIN is looked at; `refused` and `retry_at_s` as at the login.
    """

    officer: OfficerCard
    others: tuple[OfficerCard, ...]
    busy: bool = False
    refused: Message | None = None
    retry_at_s: float | None = None


@dataclass(frozen=True, slots=True, repr=False)
class QueueEntry:
    """One applicant of today's queue: `number` is the online service's own or empty; for the screen only."""

    id: str
    number: str
    name: str
    ground: Ground | None
    doubts: int

    def __repr__(self) -> str:
        return f"QueueEntry({self.id})"


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """Today's applicants from the online services, in their order; `problems` says what could not be taken and why."""

    entries: tuple[QueueEntry, ...] = ()
    problems: tuple[Message, ...] = ()
    other_days: int = 0


@dataclass(frozen=True, slots=True)
class OpenCaseFacts:
    """A case that a power cut left open: its number, when it was begun (UTC), and what is sealed of it."""

    number: str
    begun_at: datetime
    sealed: tuple[SealedItem, ...]


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """Sealed files on their way to the object store: `sentence` says it in words.

    `waiting` files are here alone, `unanswered` left and have no receipt yet; `next_try_s` is on the monotonic clock.
    """

    configured: bool
    sentence: Message
    waiting: int = 0
    unanswered: int = 0
    offline: bool = False
    next_try_s: float | None = None


NO_DELIVERY = DeliveryFacts(configured=False, sentence=msg("Files are handed over by stick."))


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """The counter in one value. `problem` answers the last intent that could not be done, `trouble` is its kind where
    there is more to do than to wait; `waiting` counts closed cases that are not delivered yet; `officer_temperature`
    says how long the officer's last reading still holds; `clock` is there when the date cannot be right.

    `shift` is there at SHIFT only, `tests` since the devices were tested. `locked` is above every step. `open_cases`
    are those of before a power cut; `taking_up` is the number of the one whose form is open. `draft` is the form filled
    from the queue: a new value is a new filling.
    """

    step: Step
    officer: OfficerCard | None
    login: LoginFacts
    devices: tuple[DeviceFacts, ...]
    training: bool
    trace: TemperatureTrace
    waiting: int
    sealed_today: int
    problem: Message | None
    field_problems: tuple[FieldProblem, ...]
    case: CaseFacts | None
    officer_temperature: Message | None = None
    shift: ShiftFacts | None = None
    tests: tuple[SelfTest, ...] = ()
    locked: LockFacts | None = None
    queue: QueueFacts = QueueFacts()
    open_cases: tuple[OpenCaseFacts, ...] = ()
    taking_up: str | None = None
    draft: CaseDraft | None = None
    delivery: DeliveryFacts = NO_DELIVERY
    trouble: Trouble | None = None
    clock: Message | None = None
