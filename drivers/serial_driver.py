"""What the drivers of serial devices share: one line, one thread, and trouble handed out as a value."""

from collections.abc import Callable
from threading import Event
from typing import TypeVar

from drivers.api import Busy, Cancelled, Disconnected, Fault, Faulted
from drivers.link import Line, Link
from drivers.trouble import OneThread, Trouble

T = TypeVar("T")


class SerialDriver:
    """A device on its line. A driver does its work inside `_guarded`, and may raise Trouble there."""

    def __init__(self, port: str, line: Line, monotonic_s: Callable[[], float]) -> None:
        self._link = Link(port, line, monotonic_s)
        self._monotonic_s = monotonic_s
        self._thread = OneThread()
        self._stranger: Faulted | None = None
        self.trace = self._link.trace

    def _forget(self, status: Disconnected | Faulted) -> None:
        """Drop what was learnt of the device: this came, and it must be found anew."""

    def _guarded(self, work: Callable[[], T]) -> T | Disconnected | Faulted | Busy:
        self._thread.check()
        try:
            result = work()
        except Trouble as trouble:
            return self._told(trouble.status)
        self._stranger = None
        return result

    def _captured(self, work: Callable[[], T], cancel: Event) -> T | Disconnected | Faulted | Busy | Cancelled:
        """As `_guarded`, for work that a cancel cuts short wherever it is."""
        result = self._guarded(work)
        return Cancelled() if cancel.is_set() and isinstance(result, Faulted) else result

    def _told(self, status: Disconnected | Faulted | Busy) -> Disconnected | Faulted | Busy:
        """The status; another device that was heard once is still there while it pauses."""
        if isinstance(status, Busy):
            return status
        self._forget(status)
        if isinstance(status, Disconnected):
            self._stranger = None
        elif status.fault is Fault.WRONG_DEVICE:
            self._stranger = status
        elif status.fault in (Fault.SILENT, Fault.GARBLED):
            return self._stranger or status
        return status

    def _fault(self, fault: Fault, detail: str = "") -> Trouble:
        return Trouble(Faulted(self._link.port, fault, detail))
