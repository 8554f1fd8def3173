"""What the drivers of fingerprint readers share: finding a module's speed, and images that take a while to arrive."""

from collections.abc import Callable
from threading import Event
from typing import Generic, TypeVar

import numpy as np

from drivers.api import (
    NO_CANCEL,
    Cancelled,
    DeviceStatus,
    Fault,
    Faulted,
    FingerImage,
    Gray,
    NotCaptured,
    Progress,
    TimedOut,
    ignore_progress,
)
from drivers.link import Line, Link
from drivers.serial_driver import SerialDriver
from drivers.trace import Direction
from drivers.trouble import Trouble

A = TypeVar("A")

OPEN_S = 5.0
CHECK_S = 1.9
LOOK_S = 0.45
PUT_BACK_S = 1.0
PATIENCE = 4
"""The second time around."""
PROGRESS_S = 0.1
IDLE_S = 0.6
"""A transfer that pauses for so long has ended."""
QUIET_S = 0.06
GATHER_S = 0.01
HEARD_LIMIT = 64


class TransferLine:
    """A half-duplex line: nothing is asked into a running transfer. `heard`: the first raw bytes of the last answer."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.heard = b""
        self._transferring = False

    def quiet(self, until_s: float) -> bool:
        """Let an abandoned transfer run out; False when it still runs at `until_s`."""
        while self._transferring:
            now_s = self.link.monotonic_s()
            if now_s >= until_s:
                return False
            dropped = self.link.read(now_s + QUIET_S, traced=False)
            self._transferring = bool(dropped)
            self.link.note(Direction.RECEIVED, b"", len(dropped))
        return True

    def restart(self) -> None:
        """The port was opened anew: nothing runs on it."""
        self._transferring = False


L = TypeVar("L", bound=TransferLine)


class Rows:
    """Tells how an image grows, at most ten times a second. `shaped` makes whole rows of the bytes so far."""

    def __init__(
        self,
        shaped: Callable[[bytearray], Gray],
        height: int,
        progress: Callable[[Progress], None],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._shaped = shaped
        self._height = height
        self._progress = progress
        self._monotonic_s = monotonic_s
        self._shown_s = monotonic_s()

    def __call__(self, data: bytearray) -> None:
        if self._progress is ignore_progress:
            return
        rows = self._shaped(data)
        now_s = self._monotonic_s()
        if len(rows) and (now_s - self._shown_s >= PROGRESS_S or len(rows) == self._height):
            self._shown_s = now_s
            self._progress(Progress(rows, self._height))


class ReaderDriver(SerialDriver, Generic[L]):
    """A module that may be at any of its speeds, is sped up for transfers, and is put back on close."""

    def __init__(self, port: str, baud: int | None, bauds: tuple[int, ...], monotonic_s: Callable[[], float]) -> None:
        super().__init__(port, Line(baud or bauds[0]), monotonic_s)
        self._baud = self._link.line.baud
        self._bauds = bauds
        self._line: L = self._over(self._link)

    def open(self) -> DeviceStatus:
        return self._guarded(lambda: self._opened(self._monotonic_s() + OPEN_S))

    def close(self) -> None:
        """Put the module's settings back as they were found, also after trouble, and leave the port."""
        self._thread.check()
        try:
            if self._is_changed():
                self._put_back(self._monotonic_s() + PUT_BACK_S)
        except Trouble:
            return  # it went away: nothing to put back
        finally:
            self._link.close()

    def check(self) -> DeviceStatus:
        return self._guarded(lambda: self._check(self._monotonic_s() + CHECK_S))

    def finger_present(self) -> bool | NotCaptured:
        return self._guarded(lambda: self._glance(self._monotonic_s() + LOOK_S))

    def capture(
        self, deadline_s: float, cancel: Event = NO_CANCEL, progress: Callable[[Progress], None] = ignore_progress
    ) -> FingerImage | NotCaptured:
        return self._captured(lambda: self._capture(deadline_s, cancel, progress), cancel)

    def _over(self, link: Link) -> L:
        """This protocol's line."""
        raise NotImplementedError

    def _opened(self, until_s: float) -> DeviceStatus:
        raise NotImplementedError

    def _check(self, until_s: float) -> DeviceStatus:
        raise NotImplementedError

    def _glance(self, until_s: float) -> bool:
        raise NotImplementedError

    def _capture(
        self, deadline_s: float, cancel: Event, progress: Callable[[Progress], None]
    ) -> FingerImage | TimedOut | Cancelled:
        raise NotImplementedError

    def _is_changed(self) -> bool:
        """Whether the module is not as it was found."""
        raise NotImplementedError

    def _put_back(self, until_s: float) -> None:
        raise NotImplementedError

    def _diagnosis(self, heard: bytes) -> Faulted:
        """What is at a port that gave these bytes instead of an answer."""
        raise NotImplementedError

    def _answered(self, until_s: float, cancel: Event, ask: Callable[[float], A | None], first_probe_s: float) -> A:
        """The module's answer to `ask(timeout_s)` at the first speed that has one; Trouble when none has.

        Twice around and more patiently then, for a module that is slow or starting. Where something was heard, it is
        asked again at once: noise may have spoilt a good answer, and another device says the same thing twice.
        """
        first_heard = b""
        self._line.restart()
        bauds = list(dict.fromkeys((self._baud, *self._bauds)))
        for at, baud in enumerate((*bauds, *bauds)):
            self._link.open(baud)
            heard = b""
            for _ in range(2):
                left_s = until_s - self._monotonic_s()
                if left_s <= 0 or cancel.is_set():
                    raise Trouble(self._diagnosis(first_heard or heard))
                probe_s = first_probe_s if at < len(bauds) else PATIENCE * first_probe_s
                answer = ask(min(probe_s, left_s))
                # What comes after a change of speed may be the late answer to the question before it.
                if answer is not None and (at == 0 or ask(probe_s) is not None):
                    self._baud = baud
                    return answer
                heard += self._line.heard
                if not heard:
                    break
            if self._diagnosis(heard).fault is Fault.WRONG_DEVICE:
                raise Trouble(self._diagnosis(heard))
            first_heard = first_heard or heard
        raise Trouble(self._diagnosis(first_heard))

    def _once_more(self, transfer: Callable[[], A], again: Callable[[], A]) -> A:
        """What `transfer` gives; a garbled one is asked for once more, as the image is still in the module."""
        try:
            return transfer()
        except Trouble as trouble:
            is_garbled = isinstance(trouble.status, Faulted) and trouble.status.fault is Fault.GARBLED
            if not is_garbled or not self._line.quiet(self._monotonic_s() + OPEN_S):
                raise
            return again()


def shaped(data: bytes | bytearray, width: int) -> Gray:
    """(rows, width) uint8 of whole rows."""
    return np.frombuffer(bytearray(data), dtype=np.uint8).reshape(-1, width)
