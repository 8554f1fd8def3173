"""Suprema SFM fingerprint modules (SFM3000 to SFM6000, for example SFM5020-OP): an 8-bit grey image.

Dark ridges on a light ground, rows from the top, and 500 dpi: unsure, the manual says none of them.
"""

import time
from collections.abc import Callable
from threading import Event

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
    Progress,
    Ready,
    Role,
    TimedOut,
)
from drivers.link import Link, simulated
from drivers.reader import OPEN_S, ReaderDriver, Rows, shaped
from drivers.sfm_line import ANSWER_S, SfmLine, diagnose, result_name
from drivers.trouble import Trouble
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

FINGER_S = 0.36
"""How long one look waits for the finger's image; a cancel and its answer take the rest."""
PROBE_S = 0.2
BAUDS = (115_200, 921_600, 9_600, 460_800, 57_600, 38_400, 230_400, 19_200)
AGAIN = (Result.SCAN_FAIL, Result.TRY_AGAIN, Result.TIME_OUT)
"""No usable image this time: the deadline decides whether to scan once more."""
FAILED_SCANS = 5
PAUSE_S = 0.05


class SfmReader(ReaderDriver[SfmLine]):
    """A FingerprintReader. Options: width, height, ppi, model, raise_baud (true), fast_baud (921600)."""

    def __init__(self, settings: DriverSettings, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(settings.port, settings.baud, BAUDS, monotonic_s)
        self._settings = settings
        self._width = options.integer(settings, "width", 272)
        self._height = options.integer(settings, "height", 320)
        self._ppi = options.integer(settings, "ppi", 500)
        self._raise_baud = options.flag(settings, "raise_baud", True)
        self._fast_baud = options.integer(settings, "fast_baud", 921_600)
        if self._fast_baud not in BAUD_CODES:
            raise ValueError(f"option fast_baud: {self._fast_baud} is no speed of these modules")
        self._found_baud: int | None = None
        self._found: dict[Parameter, int] = {}
        """What was changed and is put back on close."""
        self._info: DeviceInfo | None = None

    def _over(self, link: Link) -> SfmLine:
        return SfmLine(link)

    def _diagnosis(self, heard: bytes) -> Faulted:
        return diagnose(self._link.port, heard)

    def _forget(self, status: Disconnected | Faulted) -> None:
        del status
        self._info = None

    def _opened(self, until_s: float) -> DeviceStatus:
        return Ready(self._started(until_s))

    def _check(self, until_s: float) -> DeviceStatus:
        info = self._started(until_s)
        status = self._require(Packet(Command.STATUS), until_s)
        if status.param == ModuleStatus.BUSY:
            return Busy(info)
        if status.param == ModuleStatus.SENSOR_ERROR:
            raise self._fault(Fault.SENSOR_ABNORMAL)
        return Ready(info)

    def _glance(self, until_s: float) -> bool:
        """An identification tells of a finger without sending its image; the module holds no templates of ours."""
        self._started(until_s)
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
            raise Trouble(self._diagnosis(self._line.heard))

    def _capture(
        self, deadline_s: float, cancel: Event, progress: Callable[[Progress], None]
    ) -> FingerImage | TimedOut | Cancelled:
        until_s = self._monotonic_s() + deadline_s
        info = self._started(min(until_s, self._monotonic_s() + OPEN_S), cancel)
        self._speed_up()
        failed = 0
        while not cancel.is_set():
            self._line.send(Packet(Command.SCAN_IMAGE))
            reply = self._line.listen(Command.SCAN_IMAGE, until_s, cancel)
            if reply is not None and reply.flag == Result.SCAN_SUCCESS:
                reply = self._line.listen(Command.SCAN_IMAGE, self._monotonic_s() + OPEN_S, cancel)
            if reply is None:
                heard = self._line.heard
                self._stop_scan()
                if heard and not cancel.is_set():
                    raise Trouble(self._diagnosis(heard))  # it told of a finger, and that was lost on the way
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
        def read_again() -> Gray | None:
            return self._received(self._require(Packet(Command.READ_IMAGE)).size, cancel, progress)

        pixels = self._once_more(lambda: self._received(size, cancel, progress), read_again)
        return Cancelled() if pixels is None else FingerImage(pixels, self._ppi, 8, info)

    def _received(self, size: int, cancel: Event, progress: Callable[[Progress], None]) -> Gray | None:
        def rows(data: bytearray) -> Gray:
            return self._pixels(data, max(0, len(data) - IMAGE_HEADER_BYTES) // self._width)

        data = self._line.data(size, self._baud, cancel, Rows(rows, self._height, progress, self._monotonic_s))
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
        return shaped(data[IMAGE_HEADER_BYTES : IMAGE_HEADER_BYTES + rows * self._width], self._width)

    def _started(self, until_s: float, cancel: Event = NO_CANCEL) -> DeviceInfo:
        """The running session, or a new one with a module found by `until_s`."""
        if self._info is not None and self._link.is_open:
            if not self._line.quiet(until_s):
                raise Trouble(Busy(self._info))
            return self._info

        def status(timeout_s: float) -> Packet | None:
            return self._line.ask(Packet(Command.STATUS), timeout_s, cancel)

        told = self._answered(until_s, cancel, status, PROBE_S)
        self._expect(told, Result.SUCCESS)
        if told.param == ModuleStatus.WAITING:
            self._stop_scan()
        self._found_baud = self._found_baud or self._baud
        self._info = self._learn(until_s)
        return self._info

    def _learn(self, until_s: float) -> DeviceInfo:
        """Names from the module; whole grey images and a word when the finger was read, until close."""
        firmware = self._read(Parameter.FIRMWARE, until_s).to_bytes(4, "little").decode("ascii", errors="replace")
        shown = "".join(sign for sign in firmware if sign.isprintable()).strip()
        serial = str(self._read(Parameter.SERIAL_NUMBER, until_s))
        info = self._named(serial, shown)
        for number, wanted in ((Parameter.IMAGE_FORMAT, GRAY), (Parameter.SEND_SCAN_SUCCESS, ON)):
            held = self._read(number, until_s)
            if held != wanted:
                self._require(_write(number, wanted), until_s)
                self._found.setdefault(number, held)
        return info

    def _named(self, serial: str = "", firmware: str = "") -> DeviceInfo:
        port = self._link.port
        model = options.text(self._settings, "model", "SFM5020")
        return DeviceInfo(Role.FINGERPRINT, model, port, serial, firmware, simulated(port))

    def _is_changed(self) -> bool:
        return bool(self._found) or (self._found_baud is not None and self._found_baud != self._baud)

    def _put_back(self, until_s: float) -> None:
        self._started(until_s)
        for number, value in self._found.items():
            self._line.ask(_write(number, value))
        if self._found_baud is not None and self._found_baud != self._baud:
            self._change_baud(self._found_baud)
        self._info = None
        self._found.clear()

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

    def _read(self, number: Parameter, until_s: float = float("inf")) -> int:
        return self._require(Packet(Command.READ_PARAMETER, flag=number), until_s).size

    def _require(self, request: Packet, until_s: float = float("inf")) -> Packet:
        """The module's success, asked once more when no answer came."""
        heard = b""
        for _ in range(2):
            reply = self._line.ask(request, max(0.0, min(ANSWER_S, until_s - self._monotonic_s())))
            if reply is not None:
                self._expect(reply, Result.SUCCESS)
                return reply
            heard += self._line.heard
        raise Trouble(self._diagnosis(heard))

    def _expect(self, reply: Packet, *results: Result) -> None:
        if reply.flag in results:
            return
        if reply.flag == Result.BUSY:
            raise Trouble(Busy(self._info or self._named()))
        if reply.flag == Result.LOCKED:
            raise self._fault(Fault.PASSWORD)
        raise self._fault(Fault.REFUSED, f"request {reply.command:02X}: {result_name(reply.flag)}")


def _write(number: Parameter, value: int) -> Packet:
    return Packet(Command.WRITE_PARAMETER, size=value, flag=number)
