"""Suprema SFM fingerprint modules (SFM3000 to SFM6000, for example SFM5020-OP): an 8-bit grey image.

Dark ridges on a light ground, rows from the top, and 500 dpi: unsure, the manual says none of them.
"""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from drivers import options
from drivers.api import (
    NO_CANCEL,
    Busy,
    Cancelled,
    DeviceInfo,
    DeviceStatus,
    Disconnected,
    DriverSettings,
    Fault,
    Faulted,
    FingerImage,
    Gray,
    NotCaptured,
    Progress,
    Ready,
    Role,
    TimedOut,
    ignore_progress,
)
from drivers.link import Line, Link, simulated
from drivers.sfm_line import ANSWER_S, SfmLine, diagnose, result_name
from drivers.trouble import OneThread, Trouble
from protocols.errors import BadFrame
from protocols.sfm import (
    BAUD_CODES,
    GRAY,
    IMAGE_HEADER_BYTES,
    ON,
    Command,
    ImageHeader,
    ModuleStatus,
    Packet,
    Parameter,
    Result,
)

T = TypeVar("T")

OPEN_S = 4.0
CHECK_S = 1.9
LOOK_S = 0.45
FINGER_S = 0.36
"""How long one look waits for the finger's image; a cancel and its answer take the rest."""
PROBE_S = 0.2
PROGRESS_S = 0.1
BAUDS = (115_200, 921_600, 9_600, 460_800, 57_600, 38_400, 230_400, 19_200)
AGAIN = (Result.SCAN_FAIL, Result.TRY_AGAIN, Result.TIME_OUT)
"""No usable image this time: the deadline decides whether to scan once more."""
FAILED_SCANS = 5
PAUSE_S = 0.05


class SfmReader:
    """A FingerprintReader. Options: width, height, ppi, model, raise_baud (true), fast_baud (921600)."""

    def __init__(self, settings: DriverSettings, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic_s = monotonic_s
        self._link = Link(settings.port, Line(settings.baud or BAUDS[0]), monotonic_s)
        self._line = SfmLine(self._link)
        self._width = options.integer(settings, "width", 272)
        self._height = options.integer(settings, "height", 320)
        self._ppi = options.integer(settings, "ppi", 500)
        self._raise_baud = options.flag(settings, "raise_baud", True)
        self._fast_baud = options.integer(settings, "fast_baud", 921_600)
        if self._fast_baud not in BAUD_CODES:
            raise ValueError(f"option fast_baud: {self._fast_baud} is no speed of these modules")
        self._baud = self._link.line.baud
        self._found_baud: int | None = None
        self._found: dict[Parameter, int] = {}
        """What was changed and is put back on close."""
        self._info: DeviceInfo | None = None
        self._thread = OneThread()
        self.trace = self._link.trace

    def open(self) -> DeviceStatus:
        return self._guarded(lambda: Ready(self._started(OPEN_S)))

    def close(self) -> None:
        """Put the module's speed and settings back as they were found, and leave the port."""
        self._thread.check()
        try:
            if self._info is not None and self._link.is_open:
                self._put_back()
        except Trouble:
            return  # it went away: nothing to put back
        finally:
            self._info = None
            self._link.close()

    def check(self) -> DeviceStatus:
        return self._guarded(self._check)

    def finger_present(self) -> bool | NotCaptured:
        return self._guarded(self._glance)

    def capture(
        self, deadline_s: float, cancel: Event = NO_CANCEL, progress: Callable[[Progress], None] = ignore_progress
    ) -> FingerImage | NotCaptured:
        result = self._guarded(lambda: self._capture(deadline_s, cancel, progress))
        return Cancelled() if cancel.is_set() and isinstance(result, Faulted) else result

    def _guarded(self, work: Callable[[], T]) -> T | Disconnected | Faulted | Busy:
        self._thread.check()
        try:
            return work()
        except Trouble as trouble:
            if not isinstance(trouble.status, Busy):
                self._info = None
            return trouble.status

    def _check(self) -> DeviceStatus:
        info = self._started(CHECK_S)
        status = self._require(Packet(Command.STATUS))
        if status.param == ModuleStatus.BUSY:
            return Busy(info)
        if status.param == ModuleStatus.SENSOR_ERROR:
            raise self._fault(Fault.SENSOR_ABNORMAL)
        return Ready(info)

    def _glance(self) -> bool:
        """An identification tells of a finger without sending its image; the module holds no templates of ours."""
        until_s = self._monotonic_s() + LOOK_S
        self._started(LOOK_S)
        self._line.send(Packet(Command.IDENTIFY_BY_SCAN))
        seen = self._line.listen(Command.IDENTIFY_BY_SCAN, min(until_s, self._monotonic_s() + FINGER_S))
        if seen is None:
            self._stop_scan()
            return False
        if seen.flag in (Result.SCAN_FAIL, Result.TIME_OUT):
            return False
        if seen.flag == Result.SCAN_SUCCESS and self._line.listen(Command.IDENTIFY_BY_SCAN, until_s) is None:
            self._stop_scan()  # or the late result would answer the next look
        self._expect(seen, Result.SCAN_SUCCESS, Result.SUCCESS, Result.NOT_FOUND, Result.TRY_AGAIN, Result.NOT_MATCH)
        return True

    def _stop_scan(self) -> None:
        """Cancel a scan that waits; a module that does not answer even that is not there."""
        if self._line.ask(Packet(Command.CANCEL), PROBE_S) is None:
            raise Trouble(diagnose(self._link.port, self._line.heard))

    def _capture(
        self, deadline_s: float, cancel: Event, progress: Callable[[Progress], None]
    ) -> FingerImage | TimedOut | Cancelled:
        until_s = self._monotonic_s() + deadline_s
        info = self._started(min(OPEN_S, deadline_s), cancel)
        self._speed_up()
        failed = 0
        while not cancel.is_set():
            self._line.send(Packet(Command.SCAN_IMAGE))
            reply = self._line.listen(Command.SCAN_IMAGE, until_s, cancel)
            if reply is not None and reply.flag == Result.SCAN_SUCCESS:
                reply = self._line.listen(Command.SCAN_IMAGE, self._monotonic_s() + OPEN_S, cancel)
            if reply is None:
                self._stop_scan()
                return Cancelled() if cancel.is_set() else TimedOut()
            if reply.flag == Result.SUCCESS:
                return self._transfer(info, reply.size, cancel, progress)
            self._expect(reply, *AGAIN)
            failed += reply.flag == Result.SCAN_FAIL
            if self._monotonic_s() >= until_s - PAUSE_S or failed >= FAILED_SCANS:
                if failed:
                    raise self._fault(Fault.SENSOR_ABNORMAL, "takes no image")
                return TimedOut()
            cancel.wait(PAUSE_S)
        return Cancelled()

    def _transfer(
        self, info: DeviceInfo, size: int, cancel: Event, progress: Callable[[Progress], None]
    ) -> FingerImage | Cancelled:
        """Receive the image; a garbled one is read once more, it is still in the module."""
        try:
            pixels = self._received(size, cancel, progress)
        except Trouble as trouble:
            again_s = self._monotonic_s() + OPEN_S
            if not _is_garbled(trouble) or not self._line.quiet(again_s):
                raise
            reply = self._require(Packet(Command.READ_IMAGE))
            pixels = self._received(reply.size, cancel, progress)
        if pixels is None:
            return Cancelled()
        return FingerImage(pixels, self._ppi, 8, info)

    def _received(self, size: int, cancel: Event, progress: Callable[[Progress], None]) -> Gray | None:
        shown_s = self._monotonic_s()

        def grown(data: bytearray) -> None:
            nonlocal shown_s
            now_s = self._monotonic_s()
            rows = (len(data) - IMAGE_HEADER_BYTES) // self._width
            if rows > 0 and (now_s - shown_s >= PROGRESS_S or rows == self._height):
                shown_s = now_s
                progress(Progress(self._pixels(data, rows), self._height))

        data = self._line.data(size, self._baud, cancel, grown)
        if data is None:
            return None
        self._check_header(data)
        return self._pixels(data, self._height)

    def _check_header(self, data: bytes) -> None:
        """Trouble unless the image is grey, plain, and of the size that the configuration says."""
        try:
            header = ImageHeader.unpack(data[:IMAGE_HEADER_BYTES])
        except BadFrame as wrong:
            raise self._fault(Fault.GARBLED, str(wrong)) from wrong
        pixels = len(data) - IMAGE_HEADER_BYTES
        if (header.width, header.height) != (self._width, self._height) or pixels != self._width * self._height:
            raise self._fault(Fault.REFUSED, f"image of {header.width} x {header.height}")
        if header.format or header.compressed or header.encrypted:
            raise self._fault(Fault.REFUSED, f"image format {header.format}")

    def _pixels(self, data: bytes | bytearray, rows: int) -> Gray:
        """(rows, width) uint8 of an image with its header."""
        end = IMAGE_HEADER_BYTES + rows * self._width
        pixels: npt.NDArray[np.uint8] = np.frombuffer(bytearray(data[IMAGE_HEADER_BYTES:end]), dtype=np.uint8)
        return pixels.reshape(rows, self._width)

    def _started(self, limit_s: float, cancel: Event = NO_CANCEL) -> DeviceInfo:
        """The running session, or a new one with a module found within `limit_s`."""
        until_s = self._monotonic_s() + limit_s
        if self._info is not None and self._link.is_open:
            if not self._line.quiet(until_s):
                raise Trouble(Busy(self._info))
            return self._info
        status = self._find_baud(until_s, cancel)
        if status.param == ModuleStatus.WAITING:
            self._stop_scan()
        if self._found_baud is None:
            self._found_baud = self._baud
        self._info = self._learn()
        return self._info

    def _find_baud(self, until_s: float, cancel: Event) -> Packet:
        """Ask for the status at each speed until it is told; twice around, for a module that is starting."""
        heard = b""
        self._line.restart()
        candidates = list(dict.fromkeys((self._baud, *BAUDS)))
        for baud in (*candidates, *candidates):
            self._link.open(baud)
            left_s = until_s - self._monotonic_s()
            if left_s <= 0 or cancel.is_set():
                break
            status = self._line.ask(Packet(Command.STATUS), min(PROBE_S, left_s), cancel)
            if status is not None:
                self._expect(status, Result.SUCCESS)
                self._baud = baud
                return status
            heard = heard or self._line.heard
            if diagnose(self._link.port, self._line.heard).fault is Fault.WRONG_DEVICE:
                heard = self._line.heard
                break
        raise Trouble(diagnose(self._link.port, heard))

    def _learn(self) -> DeviceInfo:
        """Names from the module; whole grey images and a word when the finger was read, until close."""
        port = self._link.port
        firmware = self._read(Parameter.FIRMWARE).to_bytes(4, "little").decode("ascii", errors="replace")
        shown = "".join(sign for sign in firmware if sign.isprintable()).strip()
        serial = str(self._read(Parameter.SERIAL_NUMBER))
        model = options.text(self._settings, "model", "SFM5020")
        info = DeviceInfo(Role.FINGERPRINT, model, port, serial, shown, simulated(port))
        for number, wanted in ((Parameter.IMAGE_FORMAT, GRAY), (Parameter.SEND_SCAN_SUCCESS, ON)):
            held = self._read(number)
            if held != wanted:
                self._require(_write(number, wanted))
                self._found.setdefault(number, held)
        return info

    def _put_back(self) -> None:
        if not self._line.quiet(self._monotonic_s() + 1.0):
            return
        for number, value in self._found.items():
            self._line.ask(_write(number, value))
        if self._found_baud is not None and self._found_baud != self._baud:
            self._change_baud(self._found_baud)

    def _speed_up(self) -> None:
        """The high speed, where the module agrees; kept until close."""
        if self._raise_baud and self._baud < self._fast_baud:
            self._change_baud(self._fast_baud)

    def _change_baud(self, baud: int) -> None:
        """Write and save another speed; when the module does not answer at it, go on at the old one.

        A saved speed is in force after the answer to the saving; a firmware that changes at once (unsure) leaves that
        unanswered. All parameters are saved, so the temporary ones are written after it.
        """
        old = self._baud
        temporary = {number: self._read(number) for number in self._found}
        for number, value in self._found.items():
            self._require(_write(number, value))
        written = self._line.ask(_write(Parameter.BAUD, BAUD_CODES[baud]))
        if written is not None and written.flag == Result.SUCCESS:
            self._line.ask(Packet(Command.SAVE_PARAMETERS))
            self._settle(baud, old)
        for number, value in temporary.items():
            self._require(_write(number, value))

    def _settle(self, baud: int, old: int) -> None:
        for tried in (baud, baud, old, baud):
            self._link.set_baud(tried)
            status = self._line.ask(Packet(Command.STATUS), PROBE_S)
            if status is not None and status.flag == Result.SUCCESS:
                self._baud = tried
                return
        raise self._fault(Fault.SILENT, "after the change of speed")

    def _read(self, number: Parameter) -> int:
        return self._require(Packet(Command.READ_PARAMETER, flag=number)).size

    def _require(self, request: Packet) -> Packet:
        """The module's success, asked once more when no answer came."""
        heard = b""
        for _ in range(2):
            reply = self._line.ask(request, ANSWER_S)
            if reply is not None:
                self._expect(reply, Result.SUCCESS)
                return reply
            heard += self._line.heard
        raise Trouble(diagnose(self._link.port, heard))

    def _expect(self, reply: Packet, *results: Result) -> None:
        if reply.flag in results:
            return
        if reply.flag == Result.BUSY and self._info is not None:
            raise Trouble(Busy(self._info))
        if reply.flag == Result.LOCKED:
            raise self._fault(Fault.PASSWORD)
        raise self._fault(Fault.REFUSED, f"request {reply.command:02X}: {result_name(reply.flag)}")

    def _fault(self, fault: Fault, detail: str = "") -> Trouble:
        return Trouble(Faulted(self._link.port, fault, detail))


def _write(number: Parameter, value: int) -> Packet:
    return Packet(Command.WRITE_PARAMETER, size=value, flag=number)


def _is_garbled(trouble: Trouble) -> bool:
    return isinstance(trouble.status, Faulted) and trouble.status.fault is Fault.GARBLED
