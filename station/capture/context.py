"""What every step of a case needs, and the case itself."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timezone
from typing import Protocol

from drivers.api import DeviceInfo, FingerImage, Role
from station.biometrics.finger_worker import FingerResult
from station.biometrics.model import Background, FingerPosition
from station.biometrics.quality.portrait import PortraitJudge
from station.capture.devices import Devices
from station.capture.facts import SealedItem
from station.capture.sealing import Sealing
from station.capture.transitions import Event
from station.clock import Clock
from station.health.clearance import NotClearedError, Permit
from station.health.gate import Evidence, Gate
from station.health.model import GateLimits, Measurement
from station.registry.model import Biodata, Ground
from station.safekeeping.cases import CaseHandle
from station.safekeeping.cbor import Value
from station.text import Message
from station.workers import Post, Worker

BEDSIDE_FACTOR = 2.0


class FingerJudge(Protocol):
    """Quality and minutiae of an impression, worked out away from the main thread."""

    def submit(self, image: FingerImage, threshold: int) -> Future[FingerResult]: ...
    def warm(self) -> object: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class FingerCoding:
    """How impressions are kept: the lossless master as PNG or JPEG 2000, and whether a WSQ copy lies beside it."""

    jpeg_2000: bool = False
    wsq_copy: bool = False


@dataclass(frozen=True, slots=True)
class CounterSettings:
    """The counter's numbers, out of the configuration."""

    station: str
    office: str
    limits: GateLimits
    thresholds: Mapping[FingerPosition, int]
    tries_limit: int
    finger_wait_s: float = 15.0
    zone: timezone = UTC
    finger_coding: FingerCoding = FingerCoding()
    lock_after_s: float | None = None
    """How long nobody does anything before the counter locks; None: never."""
    start_of_shift: bool = True
    """Whether an officer's shift begins with the temperature, wiped and tested devices, or at once."""


@dataclass(slots=True, repr=False)
class Case:
    """One applicant at the counter. Its repr shows nothing."""

    handle: CaseHandle
    number: str
    officer_id: str
    officer_name: str
    biodata: Biodata
    ground: Ground
    ground_reason: str
    ground_approver: str
    nik_reason: str
    background: Background
    gate: Gate
    opened_at: datetime
    evidence: Evidence | None = None
    permit: Permit | None = None
    deferral: Message | None = None
    sealed: dict[str, SealedItem] = field(default_factory=dict)
    items: dict[str, dict[str, Value]] = field(default_factory=dict)
    changing: bool = False
    manifest_sha256: str = ""
    bedside: bool = False
    companion: str = ""
    handovers: list[dict[str, Value]] = field(default_factory=list)
    taken_up: dict[str, Value] | None = None

    def __repr__(self) -> str:
        return f"Case({self.number})"

    def slowly(self, seconds: float) -> float:
        """A time allowed at the counter, longer at a bedside."""
        return seconds * BEDSIDE_FACTOR if self.bedside else seconds

    def require_permit(self) -> None:
        """Raise NotClearedError unless this case may capture at all."""
        if self.permit is None:
            raise NotClearedError("this case has no permit")

    def require(self, device: DeviceInfo) -> None:
        """Raise NotClearedError unless this case may capture with this device now."""
        self.require_permit()
        assert self.permit is not None
        self.permit.require(self.number, self.officer_id, device)

    def covers(self, device: DeviceInfo) -> bool:
        """Whether this device was among those wiped for the case."""
        return self.permit is not None and self.permit.covers(device)


@dataclass(slots=True)
class Context:
    """The counter's parts as the steps see them.

    `move` applies an event; `refuse` says why the last intent was not done; `changed` redraws; `alive` says
    that an applicant laid a finger down or wrote, `foreign` that a device turned up which was not wiped for this case,
    `measured` that a body temperature was taken; `audit` logs an event of EventKind with its declared fields.
    """

    clock: Clock
    post: Post
    settings: CounterSettings
    devices: Devices
    safe: Sealing
    judging: Worker
    finger_judge: FingerJudge
    portrait: PortraitJudge
    changed: Callable[[], None]
    move: Callable[[Event], None]
    refuse: Callable[[Message], None]
    alive: Callable[[], None]
    foreign: Callable[[Role], None]
    measured: Callable[[Measurement], None]
    audit: Callable[..., None]
