"""UVC cameras through OpenCV: `/dev/v4l/by-id/…` by V4L2 with MJPG, or an MJPEG stream over HTTP by FFMPEG.

OpenCV's calls can block for seconds, so each open stream has a thread of its own that keeps only the newest frame.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Event, Thread

import cv2
import numpy as np
import numpy.typing as npt

from drivers import options
from drivers.api import (
    NO_CANCEL,
    Absence,
    Cancelled,
    DeviceInfo,
    DeviceStatus,
    Disconnected,
    DriverSettings,
    Fault,
    Faulted,
    Frame,
    NotCaptured,
    Ready,
    Role,
    TimedOut,
)
from drivers.link import simulated
from drivers.trouble import OneThread

Picture = npt.NDArray[np.uint8]

OPEN_S = 5.0
CHECK_S = 1.9
STALLED_S = 2.0
FROZEN_S = 1.0
FRESH_S = 0.5
SLICE_S = 0.05
WARM_UP_FRAMES = 3
"""The first ones are dark or left over."""
NETWORK_TIMEOUT_MS = 2_000


@dataclass(frozen=True, slots=True)
class Arrived:
    """The newest frame: `number` counts those that differ from the one before."""

    pixels: Picture
    number: int
    taken_s: float
    changed_s: float


class Grabber:
    """One open stream and its thread. `failure` says why it ended."""

    def __init__(
        self, port: str, opened: Callable[[], cv2.VideoCapture], monotonic_s: Callable[[], float], name: str
    ) -> None:
        self._port = port
        self._opened = opened
        self._monotonic_s = monotonic_s
        self._news = Condition()
        self._stop = Event()
        self.started_s = monotonic_s()
        self.newest: Arrived | None = None
        self.failure: Absence | Fault | None = None
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def wait(self, ready: Callable[[], bool], until_s: float, cancel: Event) -> bool:
        """Wait for news until `ready`; False at `until_s`, on cancel and on failure."""
        with self._news:
            while not ready():
                left_s = until_s - self._monotonic_s()
                if left_s <= 0 or cancel.is_set() or self.failure is not None:
                    return False
                self._news.wait(min(SLICE_S, left_s))
        return True

    def stop(self, timeout_s: float = 1.0) -> None:
        """Release the camera; a call that blocks inside OpenCV releases it when it returns."""
        self._stop.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        capture = self._opened()
        try:
            if not capture.isOpened():
                self._fail(self._why_not_open())
                return
            for _ in range(WARM_UP_FRAMES):
                capture.grab()
            while not self._stop.is_set():
                asked_s = self._monotonic_s()
                found, pixels = capture.read()
                if not found or (_is_path(self._port) and not _exists(self._port)):
                    self._fail(self._why_ended(self._monotonic_s() - asked_s))
                    return
                self._keep(np.asarray(pixels, dtype=np.uint8))
        finally:
            capture.release()

    def _why_not_open(self) -> Absence | Fault:
        """An address that is connected to and says nothing runs into OpenCV's time-out; others refuse at once."""
        if _is_path(self._port):
            return Absence.IN_USE if _exists(self._port) else Absence.NOT_PLUGGED
        waited_s = self._monotonic_s() - self.started_s
        return Fault.SILENT if waited_s * 1000 >= NETWORK_TIMEOUT_MS else Absence.NOT_PLUGGED

    def _why_ended(self, waited_s: float) -> Absence | Fault:
        """A broken connection is told at once; one that only says nothing any more runs into OpenCV's time-out."""
        silent = not _is_path(self._port) and waited_s * 1000 >= NETWORK_TIMEOUT_MS
        return Fault.SILENT if silent else Absence.LOST

    def _keep(self, pixels: Picture) -> None:
        now_s, before = self._monotonic_s(), self.newest
        if before is not None and np.array_equal(before.pixels, pixels):
            arrived = Arrived(before.pixels, before.number, now_s, before.changed_s)
        else:
            arrived = Arrived(pixels, before.number + 1 if before else 1, now_s, now_s)
        with self._news:
            self.newest = arrived
            self._news.notify_all()

    def _fail(self, why: Absence | Fault) -> None:
        with self._news:
            self.failure = why
            self._news.notify_all()


class UvcCamera:
    """A Camera. Options: width (1280), height (720)."""

    def __init__(self, settings: DriverSettings, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._port = f"/dev/video{settings.port}" if settings.port.isdigit() else settings.port
        self._size = (options.integer(settings, "width", 1280), options.integer(settings, "height", 720))
        self._monotonic_s = monotonic_s
        self._grabber: Grabber | None = None
        self._info = DeviceInfo(Role.CAMERA, "UVC", self._port)
        self._given = 0
        self._thread = OneThread()

    def open(self) -> DeviceStatus:
        return self._status(OPEN_S)

    def close(self) -> None:
        self._thread.check()
        self._drop()

    def check(self) -> DeviceStatus:
        return self._status(CHECK_S)

    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> Frame | NotCaptured:
        self._thread.check()
        begun_s = self._monotonic_s()
        until_s = begun_s + deadline_s
        grabber = self._started()
        if isinstance(grabber, Disconnected):
            return grabber

        def fresh() -> bool:
            newest = grabber.newest
            return newest is not None and newest.number > self._given and self._age_s(newest) < FRESH_S

        def settled() -> bool:
            waited = self._monotonic_s() - begun_s >= FRESH_S
            return fresh() or (waited and (_is_frozen(grabber.newest) or self._is_stalled(grabber)))

        if grabber.wait(settled, until_s, cancel) and grabber.newest is not None and fresh():
            newest = grabber.newest
            self._given = newest.number
            return Frame(newest.pixels, newest.taken_s, self._info)
        if cancel.is_set():
            return Cancelled()
        return self._trouble(grabber) or TimedOut()

    def _status(self, limit_s: float) -> DeviceStatus:
        self._thread.check()
        begun_s = self._monotonic_s()
        until_s = begun_s + limit_s
        grabber = self._started()
        if isinstance(grabber, Disconnected):
            return grabber

        def alive() -> bool:
            if grabber.newest is None or self._age_s(grabber.newest) >= FRESH_S:
                return False
            return not _is_frozen(grabber.newest) or self._monotonic_s() - begun_s >= FRESH_S

        seen = grabber.wait(alive, until_s, NO_CANCEL)
        trouble = self._trouble(grabber)
        if trouble is None and not seen:
            return Faulted(self._port, Fault.SILENT)
        return trouble or Ready(self._info)

    def _trouble(self, grabber: Grabber) -> Disconnected | Faulted | None:
        """Why a stream gives no frames; a dead one is dropped, so that the next call opens it anew."""
        if grabber.failure is not None:
            self._drop()
            why = grabber.failure
            return Faulted(self._port, why) if isinstance(why, Fault) else Disconnected(self._port, why)
        if self._is_stalled(grabber):
            self._drop()
            return Faulted(self._port, Fault.SILENT)
        if _is_frozen(grabber.newest):
            return Faulted(self._port, Fault.FROZEN)
        return None

    def _started(self) -> Grabber | Disconnected:
        if self._grabber is None:
            if _is_path(self._port):
                if not _exists(self._port):
                    return Disconnected(self._port, Absence.NOT_PLUGGED)
                if not os.access(self._port, os.R_OK | os.W_OK):
                    return Disconnected(self._port, Absence.NO_PERMISSION)
            self._info = DeviceInfo(Role.CAMERA, _model(self._port), self._port, simulated=simulated(self._port))
            self._given = 0
            name = f"frames of {self._port}"
            self._grabber = Grabber(self._port, lambda: _capture(self._port, self._size), self._monotonic_s, name)
        return self._grabber

    def _drop(self) -> None:
        dropped, self._grabber = self._grabber, None
        if dropped is not None:
            dropped.stop()

    def _is_stalled(self, grabber: Grabber) -> bool:
        newest = grabber.newest
        if newest is None:
            return self._monotonic_s() - grabber.started_s >= OPEN_S
        return self._age_s(newest) >= STALLED_S

    def _age_s(self, arrived: Arrived) -> float:
        return self._monotonic_s() - arrived.taken_s


def _capture(port: str, size: tuple[int, int]) -> cv2.VideoCapture:
    if not _is_path(port):
        limits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            NETWORK_TIMEOUT_MS,
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            NETWORK_TIMEOUT_MS,
        ]
        return cv2.VideoCapture(port, cv2.CAP_FFMPEG, limits)
    capture = cv2.VideoCapture(port, cv2.CAP_V4L2)
    # The format first: many cameras offer large sizes in MJPG only.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
    return capture


def _is_frozen(newest: Arrived | None) -> bool:
    return newest is not None and newest.taken_s - newest.changed_s >= FROZEN_S


def _is_path(port: str) -> bool:
    return "://" not in port


def _exists(port: str) -> bool:
    return Path(port).exists()


def _model(port: str) -> str:
    """The camera's name as the kernel knows it."""
    if not _is_path(port):
        return "MJPEG stream"
    name = Path("/sys/class/video4linux") / Path(port).resolve().name / "name"
    return name.read_text(encoding="utf-8").strip() if name.is_file() else "UVC"
