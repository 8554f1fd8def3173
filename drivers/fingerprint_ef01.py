"""ZFM-20, R307, AS608 and R503 fingerprint modules: an EF01 packet line, a 4-bit image."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event
from typing import TypeVar

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
from drivers.ef01_line import ANSWER_S, Ef01Line, code_name, diagnose
from drivers.link import Link, simulated
from drivers.reader import OPEN_S, ReaderDriver, Rows, shaped
from drivers.trouble import Trouble
from protocols import ef01
from protocols import ef01_commands as commands
from protocols.ef01_replies import Ack, Confirmation, ProdInfo, Reply, Status, SysPara, Version
from protocols.errors import BadFrame
from protocols.layout import unpadded

R = TypeVar("R", bound=Reply)

PROBE_S = 0.28
"""An answer to VfyPwd at 9600 takes 30 ms on the wire."""
LOOK_PAUSE_S = 0.03
"""Between two looks for a finger: with a module's own look (some 60 ms without a finger) well within 150 ms."""
STATUS_S = 0.1
CAPTURE_LOOK_S = 0.9
BAUDS = (57_600, 115_200, 9_600, 38_400, 19_200)
FAST_BAUD = 115_200
FAST_PACKET_CODE = 3
FAILED_LOOKS = 5
UNANSWERED_LOOKS = 3
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


class Ef01Reader(ReaderDriver[Ef01Line]):
    """A FingerprintReader. Options: width, height, ppi, password, address, raise_baud (true)."""

    def __init__(
        self, settings: DriverSettings, model: Model, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._model = model
        self._address = options.integer(settings, "address", ef01.DEFAULT_ADDRESS)
        self._password = options.integer(settings, "password", ef01.DEFAULT_PASSWORD)
        self._raise_baud = options.flag(settings, "raise_baud", True)
        super().__init__(settings.port, settings.baud, BAUDS, monotonic_s)
        self._session: _Session | None = None
        self._found: SysPara | None = None
        self._changed = False

    def _over(self, link: Link) -> Ef01Line:
        return Ef01Line(link, self._address)

    def _diagnosis(self, heard: bytes) -> Faulted:
        return diagnose(self._link.port, heard)

    def _forget(self, status: Disconnected | Faulted) -> None:
        del status
        self._session = None

    def _opened(self, until_s: float) -> DeviceStatus:
        return Ready(self._started(until_s).info)

    def _glance(self, until_s: float) -> bool:
        session = self._started(until_s)
        code = self._look(max(until_s - STATUS_S - self._monotonic_s(), LOOK_PAUSE_S))
        if code is None:
            raise self._no_look(session, self._line.heard)
        return code == Confirmation.OK

    def _check(self, until_s: float) -> DeviceStatus:
        session = self._started(until_s)
        para = self._reply(SysPara, self._require(commands.ReadSysPara(), until_s))
        if para.status & Status.BUSY:
            return Busy(session.info)
        if session.has_sensor_check:
            self._expect_ok(self._require(commands.CheckSensor(), until_s), "sensor test")
        return Ready(session.info)

    def _capture(
        self, deadline_s: float, cancel: Event, progress: Callable[[Progress], None]
    ) -> FingerImage | TimedOut | Cancelled:
        until_s = self._monotonic_s() + deadline_s
        session = self._started(min(until_s, self._monotonic_s() + OPEN_S), cancel)
        self._speed_up(session)
        looks: list[int | None] = []
        heard = b""
        while not cancel.is_set():
            left_s = until_s - self._monotonic_s()
            looks.append(self._look(max(0.2, min(CAPTURE_LOOK_S, left_s)), cancel))
            if looks[-1] == Confirmation.OK:
                return self._transfer(session, cancel, progress)
            heard = heard + self._line.heard if looks[-1] is None else b""
            left_s = until_s - self._monotonic_s()
            is_over = left_s < LOOK_PAUSE_S
            answers = {look for look in looks if look is not None}
            if looks[-UNANSWERED_LOOKS:] == [None] * UNANSWERED_LOOKS or (is_over and not answers):
                if not cancel.is_set():
                    raise self._no_look(session, heard)
            elif is_over:
                if len(looks) >= FAILED_LOOKS and answers == {Confirmation.CAPTURE_FAILED}:
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

    def _no_look(self, session: _Session, heard: bytes) -> Trouble:
        """Why looks are not answered: the module may be busy and say so, or not be there any more."""
        ack = self._line.ask(commands.ReadSysPara(), STATUS_S)
        if ack is not None and ack.code == Confirmation.OK and self._reply(SysPara, ack).status & Status.BUSY:
            return Trouble(Busy(session.info))
        return Trouble(self._diagnosis(heard))

    def _transfer(
        self, session: _Session, cancel: Event, progress: Callable[[Progress], None]
    ) -> FingerImage | Cancelled:
        geometry = session.geometry

        def rows(data: bytearray) -> Gray:
            row_bytes = geometry.width // 2
            return _pixels(data[: len(data) // row_bytes * row_bytes], geometry.width)

        def upload() -> bytes | None:
            grown = Rows(rows, geometry.height, progress, self._monotonic_s)
            return self._line.image(geometry.packed_bytes, self._baud, cancel, grown)

        packed = self._once_more(upload, upload)
        if packed is None:
            return Cancelled()
        return FingerImage(_pixels(packed, geometry.width), geometry.resolution_ppi, 4, session.info)

    def _started(self, until_s: float, cancel: Event = NO_CANCEL) -> _Session:
        """The running session, or a new one with a module found by `until_s`."""
        if self._session is not None and self._link.is_open:
            if not self._line.quiet(until_s):
                raise Trouble(Busy(self._session.info))
            return self._session

        def password(timeout_s: float) -> Ack | None:
            ack = self._line.ask(commands.VfyPwd(self._password), timeout_s, cancel)
            return None if ack is not None and ack.code == Confirmation.RECEIVE_ERROR else ack

        self._expect_ok(self._answered(until_s, cancel, password, PROBE_S), "password")
        para = self._reply(SysPara, self._require(commands.ReadSysPara(), until_s))
        self._found = self._found or para
        self._session = self._learn(para)
        return self._session

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
            version = self._line.ask(commands.GetFirmwareVersion(), PROBE_S)
            if version is not None and version.code == Confirmation.OK:
                firmware = self._reply(Version, version).text
        width = options.integer(self._settings, "width", width)
        height = options.integer(self._settings, "height", height)
        geometry = Geometry(width, height, options.integer(self._settings, "ppi", default.resolution_ppi))
        info = DeviceInfo(Role.FINGERPRINT, model, port, serial, firmware, simulated(port))
        return _Session(info, geometry, para, knows_itself)

    def _speed_up(self, session: _Session) -> None:
        """Largest packets and 115200 baud, where the module agrees; kept until close."""
        if not self._raise_baud:
            return
        para = session.para
        if para.packet_code != FAST_PACKET_CODE and self._set(commands.Parameter.PACKET_SIZE, FAST_PACKET_CODE):
            para = replace(para, packet_code=FAST_PACKET_CODE)
        if self._baud < FAST_BAUD:
            self._change_baud(FAST_BAUD)
            para = replace(para, baud_factor=self._baud // ef01.BAUD_UNIT)
        self._session = replace(session, para=para)

    def _is_changed(self) -> bool:
        return self._changed

    def _put_back(self, until_s: float) -> None:
        session, found = self._started(until_s), self._found
        if found is None:
            return
        if session.para.packet_code != found.packet_code:
            self._set(commands.Parameter.PACKET_SIZE, found.packet_code)
        baud = found.baud_factor * ef01.BAUD_UNIT
        if self._baud != baud and self._set(commands.Parameter.BAUD, found.baud_factor):
            self._baud = baud
        self._session = None
        self._changed = False

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
        """Whether the module says that it took the value; it may have taken it and its answer be lost."""
        self._changed = True
        ack = self._line.ask(commands.SetSysPara(number, value))
        return ack is not None and ack.code == Confirmation.OK

    def _require(self, command: commands.Command, until_s: float = float("inf")) -> Ack:
        """The module's answer, asked once more when it did not come or did not understand."""
        heard = b""
        for _ in range(2):
            left_s = until_s - self._monotonic_s()
            ack = self._line.ask(command, max(0.0, min(ANSWER_S, left_s)))
            if ack is not None and ack.code != Confirmation.RECEIVE_ERROR:
                return ack
            heard += self._line.heard
        raise Trouble(self._diagnosis(heard))

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


def _pixels(packed: bytes | bytearray, width: int) -> Gray:
    """(rows, width) uint8 from whole packed rows."""
    return shaped(ef01.unpack_image(bytes(packed)), width)
