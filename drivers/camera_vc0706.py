"""VC0706 serial JPEG cameras: one picture in four seconds at 115200, so a call may end before its picture is whole.

The next call goes on with the picture then; one that nobody goes on with within a second is given up for a new one.
"""

import re
import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

import cv2
import numpy as np

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
    Frame,
    NotCaptured,
    Ready,
    Role,
    TimedOut,
)
from drivers.link import Line, simulated
from drivers.serial_driver import SerialDriver
from drivers.trouble import Trouble
from drivers.vc0706_line import Picture, Vc0706Line
from protocols import vc0706
from protocols.vc0706 import Command, FrameControl, Memory, Request, Size, Status

T = TypeVar("T")

OPEN_S = 5.0
CHECK_S = 1.9
PROBE_S = 0.3
START_S = 3.0
"""From a reset to the end of the boot text."""
FRESH_S = 0.1
"""A resumed camera has exposed a new frame by then."""
ABANDONED_S = 1.0
STALLED_S = 2.0
FROZEN_S = 1.0
QUIET_LIMIT_S = 0.6
PUT_BACK_S = 1.0
SIZES = {640: Size.VGA, 320: Size.QVGA, 160: Size.QQVGA}
LONGEST_PICTURE = 0x10_0000
SCAN = b"\xff\xda"
NOT_IN_A_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]")
"""Within a JPEG scan FF is followed by 00 or is a restart marker (ITU-T T.81, B.1.1)."""


class Vc0706Camera(SerialDriver):
    """A Camera. Options: width (640, 320 or 160), top_baud (115200), compression (54; higher is poorer)."""

    def __init__(self, settings: DriverSettings, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(settings.port, Line(settings.baud or vc0706.FACTORY_BAUD), monotonic_s)
        self._line = Vc0706Line(self._link)
        self._top_baud = options.integer(settings, "top_baud", max(vc0706.BAUDS))
        self._compression = options.integer(settings, "compression", vc0706.FACTORY_COMPRESSION)
        width = options.integer(settings, "width", max(SIZES))
        if width not in SIZES or self._top_baud not in vc0706.BAUDS or not 0 <= self._compression <= 0xFF:
            raise ValueError("option width, top_baud or compression is none that the camera has")
        self._size = SIZES[width]
        self._bauds = tuple(dict.fromkeys((self._link.line.baud, self._top_baud, *reversed(vc0706.BAUDS))))
        self._baud = self._found_baud = 0
        self._info: DeviceInfo | None = None
        self._picture: Picture | None = None
        self._used_s = 0.0
        self._last: tuple[int, float] | None = None

    def open(self) -> DeviceStatus:
        return self._guarded(lambda: Ready(self._started(self._monotonic_s() + OPEN_S, NO_CANCEL)))

    def close(self) -> None:
        """Put the speed back as it was found, also after trouble, and leave the port."""
        self._thread.check()
        try:
            if self._found_baud and self._baud != self._found_baud:
                self._put_back(self._monotonic_s() + PUT_BACK_S)
        except Trouble:
            return  # it went away: nothing to put back
        finally:
            self._info = self._picture = self._last = None
            self._link.close()

    def check(self) -> DeviceStatus:
        def look() -> DeviceStatus:
            until_s = self._monotonic_s() + CHECK_S
            info = self._started(until_s, NO_CANCEL)
            self._give_up()
            # Harmless, and refused by a camera that cannot take pictures now: the version would be told even then.
            self._must(vc0706.control(FrameControl.RESUME), until_s, NO_CANCEL)
            return Ready(info)

        return self._guarded(look)

    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> Frame | NotCaptured:
        until_s = self._monotonic_s() + deadline_s
        return self._captured(lambda: self._read(until_s, cancel), cancel)

    def _read(self, until_s: float, cancel: Event) -> Frame | TimedOut | Cancelled:
        info = self._started(until_s, cancel)
        if self._picture is not None and self._monotonic_s() - self._used_s > ABANDONED_S:
            self._give_up()
        try:
            picture = self._picture = self._picture or self._taken(until_s, cancel)
            while not picture.complete:
                if cancel.is_set():
                    return Cancelled()
                if self._monotonic_s() >= until_s:
                    return TimedOut()
                self._line.advance(picture, self._baud, until_s, cancel)
        except Trouble as trouble:
            self._picture = None
            now_s = self._monotonic_s()
            if now_s >= until_s and _is_silence(trouble) and now_s - self._line.alive_s < STALLED_S:
                return TimedOut()
            raise
        finally:
            self._used_s = self._monotonic_s()
        self._picture = None
        return self._frame(picture, info)

    def _taken(self, until_s: float, cancel: Event) -> Picture:
        """Resume the video, so that the frame which then stands still is a new one."""
        if self._line.ask(vc0706.control(FrameControl.RESUME), until_s, cancel) is None:
            raise Trouble(self._line.diagnosis())
        cancel.wait(FRESH_S)
        self._must(vc0706.control(FrameControl.STOP_CURRENT), until_s, cancel)
        taken_s = self._monotonic_s()
        return Picture(self._length(until_s, cancel), taken_s)

    def _length(self, until_s: float, cancel: Event) -> int:
        """The standing frame's length, asked twice: no sum covers it, and noise would have us wait for nothing."""
        told = {self._must(vc0706.frame_length(), until_s, cancel) for _ in range(2)}
        length = int.from_bytes(told.pop(), "big")
        if told or not 0 < length <= LONGEST_PICTURE:
            raise self._fault(Fault.GARBLED, "length of the picture")
        return length

    def _frame(self, picture: Picture, info: DeviceInfo) -> Frame:
        """The picture decoded; Trouble when it is none, or the one before over again."""
        known, self._last = self._last, (hash(bytes(picture.data)), picture.taken_s)
        if known is not None and known[0] == self._last[0]:
            self._last = known
            if picture.taken_s - known[1] >= FROZEN_S:
                raise self._fault(Fault.FROZEN)
        pixels = None
        if _is_whole(bytes(picture.data)):
            pixels = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise self._fault(Fault.GARBLED, "no picture")
        return Frame(np.asarray(pixels, np.uint8), picture.taken_s, info)

    def _give_up(self) -> None:
        if self._picture is not None:
            self._picture = None
            self._line.quiet(self._monotonic_s() + QUIET_LIMIT_S)

    def _forget(self, status: Disconnected | Faulted) -> None:
        """A frozen camera answers well."""
        if not (isinstance(status, Faulted) and status.fault is Fault.FROZEN):
            self._info = self._picture = None

    def _started(self, until_s: float, cancel: Event) -> DeviceInfo:
        """Who answers; with its size and speed set when nobody did yet."""
        if self._info is not None and self._link.is_open:
            return self._info
        version = self._found(until_s, cancel)
        if self._must(vc0706.read_data(Memory.EEPROM, vc0706.SIZE_ADDRESS), until_s, cancel) != bytes((self._size,)):
            self._must(vc0706.write_data(Memory.EEPROM, vc0706.SIZE_ADDRESS, bytes((self._size,))), until_s, cancel)
            self._restart(until_s, cancel)
        compression = vc0706.write_data(Memory.CHIP, vc0706.COMPRESSION_ADDRESS, bytes((self._compression,)))
        self._must(compression, until_s, cancel)
        if self._baud != self._top_baud:
            self._raise_baud(until_s, cancel)
        port = self._link.port
        self._info = DeviceInfo(Role.CAMERA, "VC0706", port, firmware=version, simulated=simulated(port))
        return self._info

    def _found(self, until_s: float, cancel: Event) -> str:
        """The version, at whatever speed the camera has; looked for twice, as it may be starting.

        The next search goes on where this one ran out of time.
        """
        heard = b""
        for at, baud in enumerate((*self._bauds, *self._bauds)):
            self._link.open(baud)
            reply = self._line.ask(Request(Command.VERSION), until_s, cancel, PROBE_S)
            if reply is not None and at:  # it may be the late answer to the question before the change of speed
                reply = self._line.ask(Request(Command.VERSION), until_s, cancel, PROBE_S)
            if reply is not None and reply.status == Status.OK:
                self._baud = baud
                self._found_baud = self._found_baud or baud
                self._bauds = (baud, *(other for other in self._bauds if other != baud))
                return "".join(sign for sign in reply.data.decode("ascii", "replace") if sign.isprintable())
            heard = heard or self._line.heard
            if cancel.is_set() or self._monotonic_s() >= until_s:
                at = self._bauds.index(baud)
                self._bauds = (*self._bauds[at:], *self._bauds[:at])
                break
        self._line.heard = heard
        raise Trouble(self._line.diagnosis())

    def _must(self, request: Request, until_s: float, cancel: Event) -> bytes:
        """The data of the camera's answer; Trouble when there is none, or it refuses or is busy."""
        reply = self._line.ask(request, until_s, cancel)
        if reply is None:
            raise Trouble(self._line.diagnosis())
        if reply.status == Status.NOT_NOW and self._info is not None:
            raise Trouble(Busy(self._info))
        if reply.status != Status.OK:
            raise self._fault(Fault.REFUSED, f"command {request.command:02X}: status {reply.status}")
        return reply.data

    def _put_back(self, until_s: float) -> None:
        self._started(until_s, NO_CANCEL)
        self._give_up()
        self._must(vc0706.set_port(self._found_baud), until_s, NO_CANCEL)
        self._baud = self._found_baud

    def _restart(self, until_s: float, cancel: Event) -> None:
        """A new size is in force from a reset on, which also brings the speed of the EEPROM back."""
        self._must(Request(Command.RESET), until_s, cancel)
        self._link.set_baud(vc0706.FACTORY_BAUD)
        self._line.wait_for_start(min(until_s, self._monotonic_s() + START_S), cancel)
        self._bauds = tuple(dict.fromkeys((vc0706.FACTORY_BAUD, *self._bauds)))
        self._found(until_s, cancel)

    def _raise_baud(self, until_s: float, cancel: Event) -> None:
        """To the top speed when the camera and the adapter can, else on as before."""
        reply = self._line.ask(vc0706.set_port(self._top_baud), until_s, cancel)
        if reply is None or reply.status != Status.OK:
            return
        self._link.set_baud(self._top_baud)
        if self._line.ask(Request(Command.VERSION), until_s, cancel) is not None:
            self._baud = self._top_baud
            return
        self._link.set_baud(self._baud)
        self._must(Request(Command.VERSION), until_s, cancel)


def _is_silence(trouble: Trouble) -> bool:
    return isinstance(trouble.status, Faulted) and trouble.status.fault in (Fault.SILENT, Fault.GARBLED)


def _is_whole(picture: bytes) -> bool:
    """Whether a picture begins and ends as a JPEG does and no stray marker is in its scan: nothing else protects it."""
    jpeg = picture.rstrip(b"\0")
    scan = jpeg.find(SCAN)
    if not (jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9")) or scan < 0:
        return False
    return NOT_IN_A_SCAN.search(jpeg, scan + len(SCAN), len(jpeg) - 2) is None
