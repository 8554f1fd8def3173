"""Devices, judges and a thermometer that do what a test says at once, in place of slow ones."""

import random
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from drivers.api import (
    NO_CANCEL,
    Absence,
    Cancelled,
    DeviceInfo,
    DeviceStatus,
    Disconnected,
    FingerImage,
    Frame,
    NotCaptured,
    PadSize,
    PenPoint,
    Progress,
    Ready,
    Role,
    TemperatureSample,
    TimedOut,
    ignore_progress,
)
from hw_sim.subjects import person
from station.biometrics.finger_worker import FingerResult
from station.biometrics.matching import Template
from station.biometrics.model import Background, FingerPosition, Verdict
from station.biometrics.quality.portrait import PortraitJudge, PortraitVerdict
from station.text import msg

PAUSE_S = 0.002
GOOD = Verdict(True, 80, msg("Good"), None)
BAD = Verdict(False, 12, msg("Bad"), msg("Press more firmly."))
T = TypeVar("T")


@dataclass
class Plug:
    """What a device's owner may do to it: pull it out, or put another in its place. `calls` counts what was asked."""

    role: Role
    serial: str = "1"
    status: DeviceStatus | None = None
    calls: int = 0
    closed: bool = False

    @property
    def info(self) -> DeviceInfo:
        return DeviceInfo(self.role, "stand-in", f"/dev/{self.role.value}", self.serial, simulated=True)

    def pull(self) -> None:
        self.status = Disconnected(self.info.port, Absence.LOST)

    def push(self) -> None:
        self.status = None

    def open(self) -> DeviceStatus:
        return self.check()

    def close(self) -> None:
        self.closed = True

    def check(self) -> DeviceStatus:
        return self.status or Ready(self.info)

    def trouble(self) -> NotCaptured | None:
        self.calls += 1
        return None if isinstance(self.status, Ready) else self.status


@dataclass
class Reader(Plug):
    """Reads the finger that lies on it; `finger` None means nobody does."""

    role: Role = Role.FINGERPRINT
    finger: FingerPosition | None = None

    def finger_present(self) -> bool | NotCaptured:
        return self.trouble() or False

    def capture(
        self, deadline_s: float, cancel: Event = NO_CANCEL, progress: Callable[[Progress], None] = ignore_progress
    ) -> FingerImage | NotCaptured:
        del deadline_s, progress
        trouble = self.trouble()
        if trouble is not None:
            return trouble
        if cancel.wait(PAUSE_S):
            return Cancelled()
        if self.finger is None:
            return TimedOut()
        pixels = np.full((40, 32), 17 * self.finger.value, np.uint8)
        return FingerImage(pixels, 500, 4, self.info)


@dataclass
class StillCamera(Plug):
    """Sends grey pictures, each a little different."""

    role: Role = Role.CAMERA

    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> Frame | NotCaptured:
        del deadline_s
        trouble = self.trouble()
        if trouble is not None:
            return trouble
        if cancel.wait(PAUSE_S):
            return Cancelled()
        return Frame(np.full((480, 640, 3), 100 + self.calls % 50, np.uint8), 0.0, self.info)


@dataclass
class Pad(Plug):
    """A pad on which somebody signs when `ink` is put there."""

    role: Role = Role.SIGNATURE
    ink: tuple[PenPoint, ...] = ()

    def size(self) -> PadSize:
        return PadSize(133.0, 86.0, 16.0)

    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> tuple[PenPoint, ...] | NotCaptured:
        del deadline_s
        trouble = self.trouble()
        if trouble is not None:
            return trouble
        if cancel.wait(PAUSE_S):
            return Cancelled()
        ink, self.ink = self.ink, ()
        return ink or TimedOut()


@dataclass
class Thermometer(Plug):
    """Reads one forehead."""

    role: Role = Role.TEMPERATURE
    object_c: float = 36.4
    monotonic_s: Callable[[], float] = lambda: 0.0

    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> TemperatureSample | NotCaptured:
        del deadline_s
        trouble = self.trouble()
        if trouble is not None:
            return trouble
        if cancel.wait(PAUSE_S):
            return Cancelled()
        return TemperatureSample(self.object_c, 27.0, self.monotonic_s(), self.info)


def signature(now_s: float, count: int = 1) -> tuple[PenPoint, ...]:
    """A good signature, written just now."""
    points = person(1).signature.points(random.Random(count), rate_hz=100.0, width_mm=60.0, height_mm=25.0)
    end_s = points[-1].t_s
    return tuple(PenPoint(p.x_mm + 30, p.y_mm + 30, p.pressure, p.down, now_s - end_s + p.t_s) for p in points)


def minutiae(position: FingerPosition) -> Template:
    """Eighteen minutiae that belong to this finger."""
    rng = np.random.default_rng(position.value)
    record = np.zeros(18, dtype=[("x", "<i2"), ("y", "<i2"), ("angle", "u1")])
    record["x"], record["y"] = rng.integers(20, 236, 18), rng.integers(20, 268, 18)
    record["angle"] = rng.integers(0, 256, 18)
    return Template(record.tobytes())


@dataclass
class Judge:
    """Judges fingers by what the test says: `laid` is the finger that lies there, `verdict` how good it is."""

    laid: FingerPosition | None = None
    verdict: Verdict = GOOD
    asked: int = 0
    closed: bool = False
    held: list[tuple[Future[FingerResult], FingerResult]] | None = None

    def submit(self, image: FingerImage, threshold: int) -> Future[FingerResult]:
        del image, threshold
        assert self.laid is not None
        self.asked += 1
        answer: Future[FingerResult] = Future()
        result = FingerResult(self.verdict, minutiae(self.laid))
        if self.held is None:
            answer.set_result(result)
        else:
            self.held.append((answer, result))
        return answer

    def warm(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        self.closed = True
        for answer, _result in self.held or ():
            answer.cancel()


@dataclass
class Portraits(PortraitJudge):
    """Finds every picture good, or bad, as told."""

    verdict: Verdict = field(default=GOOD)

    def judge(self, frame: npt.NDArray[np.uint8], background: Background) -> PortraitVerdict:
        del frame, background
        return PortraitVerdict(self.verdict, None)

    def judge_lying(self, frame: npt.NDArray[np.uint8], background: Background) -> PortraitVerdict:
        return self.judge(frame, background)
