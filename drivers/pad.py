"""What the drivers of signature pads share: points gather until they are read."""

from collections.abc import Callable
from threading import Event

from drivers.api import NO_CANCEL, Cancelled, DeviceInfo, DeviceStatus, NotCaptured, PenPoint, Ready, TimedOut
from drivers.link import Line
from drivers.serial_driver import SerialDriver

GATHER_S = 0.01
"""A portion gathers for so long: three times less than a hand sees as late."""


class PadDriver(SerialDriver):
    """A pad whose points stream in."""

    def __init__(self, port: str, line: Line, monotonic_s: Callable[[], float]) -> None:
        super().__init__(port, line, monotonic_s)
        self._points: list[PenPoint] = []

    def open(self) -> DeviceStatus:
        return self.check()

    def check(self) -> DeviceStatus:
        def look() -> DeviceStatus:
            self._start()
            self._receive(self._monotonic_s(), NO_CANCEL)
            return Ready(self._known())

        return self._guarded(look)

    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> tuple[PenPoint, ...] | NotCaptured:
        return self._guarded(lambda: self._read(deadline_s, cancel))

    def _start(self) -> None:
        """Open the line and have the pad stream, unless it does."""
        raise NotImplementedError

    def _receive(self, until_s: float, cancel: Event) -> None:
        """Take what arrives next; Trouble when it is no pad's."""
        raise NotImplementedError

    def _idle(self) -> None:
        """Nobody wrote; Trouble when the pad is known not to be there any more."""

    def _known(self) -> DeviceInfo:
        """Who the pad is; Trouble when a pad that must answer does not."""
        raise NotImplementedError

    def _read(self, deadline_s: float, cancel: Event) -> tuple[PenPoint, ...] | TimedOut | Cancelled:
        until_s = self._monotonic_s() + deadline_s
        self._start()
        self._receive(self._monotonic_s(), cancel)
        while not self._points:
            if cancel.is_set():
                return Cancelled()
            if self._monotonic_s() >= until_s:
                self._idle()
                return TimedOut()
            self._receive(until_s, cancel)
        points, self._points = tuple(self._points), []
        return points
