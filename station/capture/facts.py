"""Everything the window may know of the counter, as one frozen value.

The desk makes a new DeskFacts whenever something changes; presenters turn it into what a screen shows.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from drivers.api import DeviceStatus, Gray, PadSize, PenPoint, Role
from station.biometrics.model import ExceptionKind, FingerPosition, Verdict
from station.health.model import Checklist
from station.registry.model import Ground, OfficerCard
from station.text import Message


class Step(Enum):
    """Where the counter stands; one screen each."""

    LOGIN = "login"
    HOME = "home"
    BIODATA = "biodata"
    CHECKLIST = "checklist"
    RESTING = "resting"
    DEFERRED = "deferred"
    PHOTO = "photo"
    PHOTO_APPROVAL = "photo_approval"
    FINGERS = "fingers"
    CONFIRMATION = "confirmation"
    SIGNATURE = "signature"
    REVIEW = "review"
    SEALING = "sealing"
    DONE = "done"


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
    """

    fingers: tuple[FingerFacts, ...]
    current: FingerPosition | None
    tries_limit: int
    message: Message
    busy: bool
    image: Gray | None
    rows_shown: int
    rows_total: int


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """The portrait: while live, frames come by Desk.on_frame; once taken, `picture` is the crop (h, w, 3) uint8 BGR."""

    live: bool
    picture: npt.NDArray[np.uint8] | None
    verdict: Verdict | None
    background: Message
    tries: int


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """One preview picture with its judgement. `face` is x, y, width, height in pixels."""

    pixels: npt.NDArray[np.uint8]
    face: tuple[int, int, int, int] | None
    verdict: Verdict
    number: int


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """Ink so far (also delivered live by Desk.on_ink), the pad's size, the last verdict."""

    points: tuple[PenPoint, ...]
    size: PadSize
    verdict: Verdict | None
    accepted: bool
    by_exception: bool


@dataclass(frozen=True, slots=True)
class SealedItem:
    """A capture that is durably sealed: it survives a power cut."""

    label: Message
    detail: Message
    by_exception: bool


@dataclass(frozen=True, slots=True)
class DoneFacts:
    """After sealing: the number, what happens next."""

    number: str
    bundles: int
    receipt_ready: bool


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The case at the counter. Name and NIK are for the screen only; they never leave memory unsealed."""

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
class DeskFacts:
    """The counter in one value. `problem` answers the last intent that could not be done; `blocks` lists what a
    refused start lacks; `waiting` counts closed cases that are not delivered yet; `officer_temperature` says how
    long the officer's last reading still holds."""

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
