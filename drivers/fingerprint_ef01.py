"""ZFM-20, R307, AS608 and R503 fingerprint modules: an EF01 packet line, a 4-bit image."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
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
from drivers.ef01_line import ANSWER_S, Ef01Line, code_name, diagnose
from drivers.link import Line, Link, simulated
from drivers.trouble import OneThread, Trouble
from protocols import ef01
from protocols import ef01_commands as commands
from protocols.ef01_replies import Ack, Confirmation, ProdInfo, Reply, Status, SysPara, Version
from protocols.errors import BadFrame
from protocols.layout import unpadded

T = TypeVar("T")
R = TypeVar("R", bound=Reply)

OPEN_S = 4.0
CHECK_S = 1.9
LOOK_S = 0.45
PROBE_S = 0.28
"""An answer to VfyPwd at 9600 takes 30 ms on the wire."""
LOOK_PAUSE_S = 0.05
PROGRESS_S = 0.1
BAUDS = (57_600, 115_200, 9_600, 38_400, 19_200)
FAST_BAUD = 115_200
FAST_PACKET_CODE = 3
FAILED_LOOKS = 5
NOBODY_THERE = (Confirmation.NO_FINGER, Confirmation.CAPTURE_FAILED)


@dataclass(frozen=True, slots=True)
class Geometry:
    """A sensor's picture: pixels and resolution."""

    width: int
    height: int
    resolution_ppi: int

    @property
    def packed_bytes(self) -> int:
        return self.width * self.height // 2


@dataclass(frozen=True, slots=True)
class Model:
    """What a kind of module has where it does not tell by itself."""

    name: str
    geometry: Geometry


R307 = Model("R307", Geometry(256, 288, 500))
R503 = Model("R503", Geometry(192, 192, 508))


@dataclass(frozen=True, slots=True)
class _Session:
    """What was learnt when the module answered."""

    info: DeviceInfo
    geometry: Geometry
    para: SysPara
    has_sensor_check: bool


class Ef01Reader:
    """A FingerprintReader. Options: width, height, ppi, password, address, raise_baud (true)."""

    def __init__(
        self, settings: DriverSettings, model: Model, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._model = model
        self._monotonic_s = monotonic_s
        self._link = Link(settings.port, Line(settings.baud or BAUDS[0]), monotonic_s)
        self._line = Ef01Line(self._link, options.integer(settings, "address", ef01.DEFAULT_ADDRESS))
        self._password = options.integer(settings, "password", ef01.DEFAULT_PASSWORD)
        self._thread = OneThread()
        self._session: _Session | None = None
        self._baud = self._link.line.baud
        self._found: SysPara | None = None
        self.trace = self._link.trace

    def open(self) -> DeviceStatus:
        return self._guarded(lambda: Ready(self._started(OPEN_S).info))

    def close(self) -> None:
        """Put the module's speed back as it was found, and leave the port."""
        self._thread.check()
        try:
            if self._session is not None and self._found is not None:
                self._slow_down(self._found)
        except Trouble:
            return  # it went away: nothing to put back
        finally:
            self._session = None
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
                self._session = None
            return trouble.status

    def _glance(self) -> bool:
        begun_s = self._monotonic_s()
        self._started(LOOK_S)
        left_s = LOOK_S - (self._monotonic_s() - begun_s)
        code = self._look(max(left_s, LOOK_PAUSE_S))
        if code is None:
            raise Trouble(diagnose(self._link.port, self._line.heard))
        return code == Confirmation.OK

    def _check(self) -> DeviceStatus:
        session = self._started(CHECK_S)
        para = self._reply(SysPara, self._require(commands.ReadSysPara()))
        if para.status & Status.BUSY:
            return Busy(session.info)
        if session.has_sensor_check:
            self._expect_ok(self._require(commands.CheckSensor()), "sensor test")
        return Ready(session.info)

    def _capture(
        self, deadline_s: float, cancel: Event, progress: Callable[[Progress], None]
    ) -> FingerImage | TimedOut | Cancelled:
        until_s = self._monotonic_s() + deadline_s
        session = self._started(min(OPEN_S, deadline_s), cancel)
        self._speed_up(session)
        looks: list[int | None] = []
        while not cancel.is_set():
            left_s = until_s - self._monotonic_s()
            looks.append(self._look(max(0.2, min(LOOK_S, left_s)), cancel))
            if looks[-1] == Confirmation.OK:
                return self._transfer(session, cancel, progress)
            left_s = until_s - self._monotonic_s()
            if looks[-3:] == [None] * 3 or (left_s < LOOK_PAUSE_S and looks[-1] is None and not cancel.is_set()):
                raise Trouble(diagnose(self._link.port, self._line.heard))
            if left_s < LOOK_PAUSE_S:
                if len(looks) >= FAILED_LOOKS and set(looks) == {Confirmation.CAPTURE_FAILED}:
                    raise self._fault(Fault.SENSOR_ABNORMAL, "takes no image")
                return TimedOut()
            cancel.wait(LOOK_PAUSE_S)
        return Cancelled()

    def _look(self, timeout_s: float, cancel: Event = NO_CANCEL) -> int | None:
        """What the module says to one try at an image: OK, NO_FINGER, CAPTURE_FAILED, or None for no clear answer."""
        ack = self._line.ask(commands.GenImg(), timeout_s, cancel)
        if ack is not None and ack.code == Confirmation.PASSWORD_REQUIRED:
            self._expect_ok(self._require(commands.VfyPwd(self._password)), "password")
            ack = self._line.ask(commands.GenImg(), timeout_s, cancel)
        if ack is None or ack.code == Confirmation.RECEIVE_ERROR:
            return None
        if ack.code not in NOBODY_THERE:
            self._expect_ok(ack, "look")
        return ack.code

    def _transfer(
        self, session: _Session, cancel: Event, progress: Callable[[Progress], None]
    ) -> FingerImage | Cancelled:
        """Upload the image taken; a garbled one once more, it is still in the module."""
        try:
            packed = self._upload(session, cancel, progress)
        except Trouble as trouble:
            again_s = self._monotonic_s() + OPEN_S
            if not _is_garbled(trouble) or not self._line.quiet(again_s):
                raise
            packed = self._upload(session, cancel, progress)
        if packed is None:
            return Cancelled()
        geometry = session.geometry
        return FingerImage(_pixels(packed, geometry.width), geometry.resolution_ppi, 4, session.info)

    def _upload(self, session: _Session, cancel: Event, progress: Callable[[Progress], None]) -> bytes | None:
        geometry = session.geometry
        shown_s = self._monotonic_s()

        def grown(data: bytearray) -> None:
            nonlocal shown_s
            now_s = self._monotonic_s()
            row_bytes = geometry.width // 2
            rows = len(data) // row_bytes
            if rows and (now_s - shown_s >= PROGRESS_S or rows == geometry.height):
                shown_s = now_s
                progress(Progress(_pixels(bytes(data[: rows * row_bytes]), geometry.width), geometry.height))

        return self._line.image(geometry.packed_bytes, self._baud, cancel, grown)

    def _started(self, limit_s: float, cancel: Event = NO_CANCEL) -> _Session:
        """The running session, or a new one with a module found within `limit_s`."""
        until_s = self._monotonic_s() + limit_s
        if self._session is not None and self._link.is_open:
            if not self._line.quiet(until_s):
                raise Trouble(Busy(self._session.info))
            return self._session
        self._find_baud(until_s, cancel)
        para = self._reply(SysPara, self._require(commands.ReadSysPara()))
        if self._found is None:
            self._found = para
        self._session = self._learn(para)
        return self._session

    def _find_baud(self, until_s: float, cancel: Event) -> None:
        """Say the password at each speed until one is answered; twice around, for a module that is starting."""
        heard = b""
        self._line.restart()
        candidates = list(dict.fromkeys((self._baud, *BAUDS)))
        for baud in (*candidates, *candidates):
            self._link.open(baud)
            left_s = until_s - self._monotonic_s()
            if left_s <= 0 or cancel.is_set():
                break
            ack = self._line.ask(commands.VfyPwd(self._password), min(PROBE_S, left_s), cancel)
            if ack is not None and ack.code != Confirmation.RECEIVE_ERROR:
                self._expect_ok(ack, "password")
                self._baud = baud
                return
            heard = heard or self._line.heard
            if diagnose(self._link.port, self._line.heard).fault is Fault.WRONG_DEVICE:
                break
        raise Trouble(diagnose(self._link.port, heard))

    def _learn(self, para: SysPara) -> _Session:
        """Geometry and names: from the module where it tells, else from the settings or the model."""
        port, model, default = self._link.port, self._model.name, self._model.geometry
        width, height, serial, firmware = default.width, default.height, "", ""
        told = self._line.ask(commands.ReadProdInfo(), PROBE_S)
        knows_itself = told is not None and told.code == Confirmation.OK
        if told is not None and knows_itself:
            product = self._reply(ProdInfo, told)
            width, height = product.width or width, product.height or height
            model, serial = unpadded(product.model) or model, unpadded(product.serial)
            version = self._line.ask(commands.GetFirmwareVersion())
            if version is not None and version.code == Confirmation.OK:
                firmware = self._reply(Version, version).text
        width = options.integer(self._settings, "width", width)
        height = options.integer(self._settings, "height", height)
        geometry = Geometry(width, height, options.integer(self._settings, "ppi", default.resolution_ppi))
        info = DeviceInfo(Role.FINGERPRINT, model, port, serial, firmware, simulated(port))
        return _Session(info, geometry, para, knows_itself)

    def _speed_up(self, session: _Session) -> None:
        """Largest packets and 115200 baud, where the module agrees; kept until close."""
        if not options.flag(self._settings, "raise_baud", True):
            return
        para = session.para
        if para.packet_code != FAST_PACKET_CODE and self._set(commands.Parameter.PACKET_SIZE, FAST_PACKET_CODE):
            para = replace(para, packet_code=FAST_PACKET_CODE)
        if self._baud < FAST_BAUD:
            self._change_baud(FAST_BAUD)
            para = replace(para, baud_factor=self._baud // ef01.BAUD_UNIT)
        self._session = replace(session, para=para)

    def _slow_down(self, found: SysPara) -> None:
        session = self._session
        if session is None or not self._line.quiet(self._monotonic_s() + 1.0):
            return
        if session.para.packet_code != found.packet_code:
            self._set(commands.Parameter.PACKET_SIZE, found.packet_code)
        baud = found.baud_factor * ef01.BAUD_UNIT
        if self._baud != baud and self._set(commands.Parameter.BAUD, found.baud_factor):
            self._baud = baud

    def _change_baud(self, baud: int) -> None:
        """Ask for another speed; when the module does not answer at it, go on at the old one."""
        old = self._baud
        if not self._set(commands.Parameter.BAUD, baud // ef01.BAUD_UNIT):
            return
        for tried in (baud, baud, old, baud):
            self._link.set_baud(tried)
            ack = self._line.ask(commands.VfyPwd(self._password), PROBE_S)
            if ack is not None and ack.code == Confirmation.OK:
                self._baud = tried
                return
        raise self._fault(Fault.SILENT, "after the change of speed")

    def _set(self, number: commands.Parameter, value: int) -> bool:
        ack = self._line.ask(commands.SetSysPara(number, value))
        return ack is not None and ack.code == Confirmation.OK

    def _require(self, command: commands.Command) -> Ack:
        """The module's answer, asked once more when it did not come or did not understand."""
        heard = b""
        for _ in range(2):
            ack = self._line.ask(command, ANSWER_S)
            if ack is not None and ack.code != Confirmation.RECEIVE_ERROR:
                return ack
            heard += self._line.heard
        raise Trouble(diagnose(self._link.port, heard))

    def _expect_ok(self, ack: Ack, what: str) -> None:
        if ack.code == Confirmation.OK:
            return
        if ack.code in (Confirmation.WRONG_PASSWORD, Confirmation.PASSWORD_REQUIRED):
            raise self._fault(Fault.PASSWORD)
        if ack.code == Confirmation.SENSOR_ABNORMAL:
            raise self._fault(Fault.SENSOR_ABNORMAL)
        raise self._fault(Fault.REFUSED, f"{what}: {code_name(ack.code)}")

    def _reply(self, kind: type[R], ack: Ack) -> R:
        self._expect_ok(ack, kind.__name__)
        try:
            return kind.unpack(ack.extra)
        except BadFrame as wrong:
            raise self._fault(Fault.GARBLED, str(wrong)) from wrong

    def _fault(self, fault: Fault, detail: str = "") -> Trouble:
        return Trouble(Faulted(self._link.port, fault, detail))


def _pixels(packed: bytes, width: int) -> Gray:
    """(rows, width) uint8 from whole packed rows."""
    pixels: npt.NDArray[np.uint8] = np.frombuffer(bytearray(ef01.unpack_image(packed)), dtype=np.uint8)
    return pixels.reshape(-1, width)


def _is_garbled(trouble: Trouble) -> bool:
    return isinstance(trouble.status, Faulted) and trouble.status.fault is Fault.GARBLED
