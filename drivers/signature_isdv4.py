"""Wacom serial tablets (ISDv4, W8001): a query tells the size, then pen points stream until they are stopped.

A tablet without a pen over it is silent, so `check` asks it again when nothing came for a second.
"""

import time
from collections.abc import Callable
from threading import Event

from drivers import options
from drivers.api import (
    NO_CANCEL,
    DeviceInfo,
    Disconnected,
    DriverSettings,
    Fault,
    Faulted,
    PadSize,
    PenPoint,
    Role,
)
from drivers.link import Line, simulated
from drivers.pad import GATHER_S, PadDriver
from drivers.strangers import speaks_text
from drivers.trace import Direction
from drivers.trouble import Trouble
from protocols import isdv4
from protocols.isdv4 import Capabilities, Command, Pen

BAUDS = (38_400, 19_200)
QUIET_S = 0.03
STOPPING_S = 0.25
"""How long points may still come after a stop."""
ANSWER_S = 0.4
FRESH_S = 1.0
IDLE_S = 3.0
HEARD_LIMIT = 64
GARBLED_BYTES = 90
"""So many stray bytes without one packet between them are no tablet."""


class Isdv4Pad(PadDriver):
    """A SignaturePad. Options: points_per_mm (100 as the Linux drivers take it: unsure), width_mm, height_mm.

    The size is the tablet's own; the two options stand in until it was asked. Raw y is taken to grow downwards.
    """

    def __init__(self, settings: DriverSettings, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._bauds = tuple(dict.fromkeys((settings.baud or BAUDS[0], *BAUDS)))
        super().__init__(settings.port, Line(self._bauds[0]), monotonic_s)
        self._per_mm = options.integer(settings, "points_per_mm", 100)
        self._width_mm = options.integer(settings, "width_mm", 246)
        self._height_mm = options.integer(settings, "height_mm", 184)
        self._finder = isdv4.report_finder()
        self._tablet: Capabilities | None = None
        self._point_s = 0.0
        self._heard = b""
        self._stray = 0
        self._heard_s = 0.0
        self._last_s = 0.0
        self._near = self._erases = False

    def close(self) -> None:
        """Stop the points, and leave the port."""
        self._thread.check()
        try:
            if self._tablet is not None and self._link.is_open:
                self._link.write(Command.STOP.value)
        except Trouble:
            return  # it went away: nothing to stop
        finally:
            self._tablet = None
            self._points.clear()
            self._link.close()

    def size(self) -> PadSize:
        if self._tablet is None:
            return PadSize(self._width_mm, self._height_mm, self._per_mm)
        return PadSize(self._tablet.x_max / self._per_mm, self._tablet.y_max / self._per_mm, self._per_mm)

    def _start(self) -> None:
        if self._tablet is None or not self._link.is_open:
            self._tablet = self._found()

    def _forget(self, status: Disconnected | Faulted) -> None:
        del status
        self._tablet = None

    def _found(self) -> Capabilities:
        """Ask at both speeds; the first garbage heard tells what is there when neither is answered."""
        wrong: Trouble | None = None
        for baud in self._bauds:
            self._link.open(baud)
            self._point_s = isdv4.PEN_LENGTH * 10 / baud
            try:
                return self._asked()
            except Trouble as trouble:
                if isinstance(trouble.status, Disconnected):
                    raise
                wrong = trouble if wrong is None or wrong.status == _silent(self._link.port) else wrong
        raise wrong or Trouble(_silent(self._link.port))

    def _asked(self) -> Capabilities:
        """Stop, query, start; points on their way are kept. Trouble when nothing sensible answers."""
        self._heard = b""
        self._link.write(Command.STOP.value)
        until_s = self._monotonic_s() + STOPPING_S
        while self._monotonic_s() < until_s and self._take(min(until_s, self._monotonic_s() + QUIET_S), NO_CANCEL):
            continue
        self._link.write(Command.QUERY.value)
        until_s = self._monotonic_s() + ANSWER_S
        tablet: Capabilities | None = None
        while tablet is None and self._monotonic_s() < until_s:
            for report in self._take(until_s, NO_CANCEL):
                tablet = report if isinstance(report, Capabilities) and report.pressure_max else tablet
        if tablet is None:
            raise Trouble(_diagnose(self._link.port, self._heard))
        self._link.write(Command.START.value)
        self._heard_s = self._monotonic_s()
        self._stray = 0
        return tablet

    def _receive(self, until_s: float, cancel: Event) -> None:
        self._take(until_s, cancel)
        if self._stray >= GARBLED_BYTES:
            self._stray = 0
            raise Trouble(_diagnose(self._link.port, self._heard))

    def _take(self, until_s: float, cancel: Event) -> list[isdv4.Report]:
        """Read what arrives, keep its pen points, give back all reports."""
        data = self._link.read(until_s, cancel, GATHER_S, traced=False)
        garbage_before = self._finder.garbage_bytes
        reports = self._finder.feed(data)
        garbage = self._finder.garbage_bytes - garbage_before
        self._note(reports, garbage)
        now_s = self._monotonic_s()
        for at, report in enumerate(reports):
            if isinstance(report, Pen):
                self._point(report, now_s - (len(reports) - 1 - at) * self._point_s)
        if reports:
            self._heard, self._heard_s, self._stray = b"", now_s, 0
        else:
            self._heard = (self._heard + data)[-HEARD_LIMIT:]
            self._stray += garbage
        return reports

    def _point(self, pen: Pen, time_s: float) -> None:
        """Keep a point. A pen that came near with the eraser bit set is upside down and writes nothing; the bit set
        later is a second side switch."""
        if pen.proximity and not self._near:
            self._erases = pen.eraser
        self._near = pen.proximity
        self._last_s = max(self._last_s, time_s)
        pressure_max = self._tablet.pressure_max if self._tablet else 0
        pressure = min(1.0, pen.pressure / pressure_max) if pressure_max else 1.0
        down = pen.proximity and pen.tip and not self._erases
        self._points.append(PenPoint(pen.x / self._per_mm, pen.y / self._per_mm, pressure, down, self._last_s))

    def _note(self, reports: list[isdv4.Report], garbage: int) -> None:
        """Trace what came, of pen packets the first byte only: the rest is somebody's signature."""
        if garbage:
            self._link.note(Direction.RECEIVED, b"", garbage)
        for report in reports:
            frame = report.encode()
            kept = frame[:1] if isinstance(report, Pen) else frame
            self._link.note(Direction.RECEIVED, kept, len(frame) - len(kept))

    def _idle(self) -> None:
        """Ask a tablet that may have lost its power alone and streams no more; rarely, as points stop for it."""
        if self._monotonic_s() - self._heard_s > IDLE_S:
            self._tablet = self._asked()

    def _known(self) -> DeviceInfo:
        """Who the tablet is; one that was silent for a while is asked, as a tablet without a pen is."""
        if self._monotonic_s() - self._heard_s > FRESH_S:
            self._tablet = self._asked()
        port = self._link.port
        version = f"{self._tablet.version >> 8}.{self._tablet.version & 0xFF}" if self._tablet else ""
        return DeviceInfo(Role.SIGNATURE, "Wacom ISDv4", port, "", version, simulated(port))


def _silent(port: str) -> Faulted:
    return Faulted(port, Fault.SILENT)


def _diagnose(port: str, heard: bytes) -> Faulted:
    """What is at a port that gave these bytes instead of a tablet's packets."""
    if not heard:
        return _silent(port)
    return Faulted(port, Fault.WRONG_DEVICE if speaks_text(heard) else Fault.GARBLED)
