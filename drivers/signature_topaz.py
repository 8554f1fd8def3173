"""Topaz SigLite and SignatureGem -BSB pads: a one-way stream of pen points at 19200 8O1.

The pad says nothing until a pen comes near, so an open port is all that `check` can know of a pad at rest.
"""

import time
from collections.abc import Callable
from threading import Event

from drivers import options
from drivers.api import DeviceInfo, DriverSettings, Fault, PadSize, PenPoint, Role
from drivers.link import Line, simulated
from drivers.pad import GATHER_S, PadDriver
from drivers.strangers import speaks_text
from drivers.trace import Direction
from protocols import topaz

BAUD = 19_200
PARITY = "O"
POINT_S = topaz.LENGTH * 11 / BAUD
MM_PER_INCH = 25.4
FULL_PRESSURE = 0x3FF
GARBLED_BYTES = 50
"""So many stray bytes without one report between them are no pad."""


class TopazPad(PadDriver):
    """A SignaturePad. Options: dpi and the active raw box left, right, top, bottom.

    Raw y is taken to grow downwards; no public document says so (unsure).
    """

    def __init__(self, settings: DriverSettings, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(settings.port, Line(settings.baud or BAUD, PARITY), monotonic_s)
        self._left = options.integer(settings, "left", 500)
        self._right = options.integer(settings, "right", 2650)
        self._top = options.integer(settings, "top", 700)
        self._bottom = options.integer(settings, "bottom", 2100)
        self._mm_per_unit = MM_PER_INCH / options.integer(settings, "dpi", 410)
        self._finder = topaz.report_finder()
        self._stray = 0
        self._pressure = 1.0
        self._last_s = 0.0
        self._model, self._serial = "Topaz", ""

    def close(self) -> None:
        self._thread.check()
        self._points.clear()
        self._link.close()

    def size(self) -> PadSize:
        width, height = self._right - self._left, self._bottom - self._top
        return PadSize(width * self._mm_per_unit, height * self._mm_per_unit, 1 / self._mm_per_unit)

    def _start(self) -> None:
        if not self._link.is_open:
            self._link.open()
            self._finder.reset()
            self._stray = 0

    def _receive(self, until_s: float, cancel: Event) -> None:
        data = self._link.read(until_s, cancel, GATHER_S, traced=False)
        garbage_before = self._finder.garbage_bytes
        reports = self._finder.feed(data)
        self._note(reports, self._finder.garbage_bytes - garbage_before)
        for at, report in enumerate(reports):
            match report:
                case topaz.Position():
                    self._points.append(self._point(report, self._monotonic_s() - (len(reports) - 1 - at) * POINT_S))
                case topaz.Pressure():
                    self._pressure = report.pressure / FULL_PRESSURE
                case topaz.PadInfo():
                    self._model, self._serial = f"Topaz model {report.model}", str(report.serial)
                case topaz.CommandResponse():
                    continue
        self._stray = 0 if reports else self._stray + self._finder.garbage_bytes - garbage_before
        if self._stray >= GARBLED_BYTES:
            self._stray = 0
            raise self._fault(Fault.WRONG_DEVICE if speaks_text(data) else Fault.GARBLED)

    def _point(self, position: topaz.Position, time_s: float) -> PenPoint:
        self._last_s = max(self._last_s, time_s)
        x_mm = (position.x - self._left) * self._mm_per_unit
        y_mm = (position.y - self._top) * self._mm_per_unit
        return PenPoint(x_mm, y_mm, self._pressure, position.near and position.down, self._last_s)

    def _note(self, reports: list[topaz.Report], garbage: int) -> None:
        """Trace what came, of pen reports the first byte only: the rest is somebody's signature."""
        if garbage:
            self._link.note(Direction.RECEIVED, b"", garbage)
        for report in reports:
            frame = report.encode()
            secret = isinstance(report, topaz.Position | topaz.Pressure)
            kept = frame[:1] if secret else frame
            self._link.note(Direction.RECEIVED, kept, len(frame) - len(kept))

    def _known(self) -> DeviceInfo:
        port = self._link.port
        return DeviceInfo(Role.SIGNATURE, self._model, port, self._serial, simulated=simulated(port))
