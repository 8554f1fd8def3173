"""Wacom ISDv4 (W8001) serial tablets: one-byte ASCII commands, packets whose first byte alone has bit 7 set.

No vendor document is public; the bits are those of the Linux drivers that serve the tablets. A control packet has
bit 6 set in its first byte, a touch packet bit 4; neither is set in a pen packet. Touch is not decoded.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from protocols.errors import BadCommand, BadFrame
from protocols.framing import FrameFinder

PEN_LENGTH = 9
QUERY_LENGTH = 11
RESET_ECHO = b"&"
_SYNC, _CONTROL, _TOUCH = 0x80, 0x40, 0x10
_PROXIMITY, _ERASER, _SIDE, _TIP = 0x20, 0x04, 0x02, 0x01


class Command(Enum):
    """What the host can ask."""

    QUERY = b"*"
    STOP = b"0"
    START = b"1"
    RESET = b"&"
    TOUCH_QUERY = b"%"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The answer to a query: the largest values, 16 bits of x and y, 10 of pressure, 7 of each tilt, 14 of version."""

    x_max: int
    y_max: int
    pressure_max: int
    tilt_x_max: int = 0
    tilt_y_max: int = 0
    version: int = 0

    def encode(self) -> bytes:
        if not 0 <= self.version < 1 << 14:
            raise BadCommand(f"version {self.version}")
        tilts = _small(self.tilt_y_max, self.tilt_x_max)
        head = bytes((_SYNC | _CONTROL,)) + _pack(self.x_max, self.y_max, self.pressure_max)
        return head + tilts + bytes((self.version >> 7, self.version & 0x7F))


@dataclass(frozen=True, slots=True)
class Pen:
    """Where the pen is, in the tablet's units, and what of it is pressed. `eraser` may be a second side switch too."""

    x: int
    y: int
    pressure: int
    proximity: bool
    tip: bool
    side: bool = False
    eraser: bool = False
    tilt_x: int = 0
    tilt_y: int = 0

    def encode(self) -> bytes:
        head = _SYNC | self.proximity << 5 | self.eraser << 2 | self.side << 1 | self.tip
        return bytes((head,)) + _pack(self.x, self.y, self.pressure) + _small(self.tilt_x, self.tilt_y)


Report: TypeAlias = Pen | Capabilities


def decode(frame: bytes) -> Report:
    """Read one pen packet or query reply; BadFrame on misplaced sync bits, a wrong length, touch."""
    if not frame or not frame[0] & _SYNC or any(byte & _SYNC for byte in frame[1:]):
        raise BadFrame("sync bits")
    if len(frame) != length_of(frame[0]):
        raise BadFrame("length")
    x = frame[1] << 9 | frame[2] << 2 | frame[6] >> 5 & 3
    y = frame[3] << 9 | frame[4] << 2 | frame[6] >> 3 & 3
    pressure = (frame[6] & 7) << 7 | frame[5]
    head = frame[0]
    if head & _CONTROL:
        return Capabilities(x, y, pressure, frame[8], frame[7], frame[9] << 7 | frame[10])
    pressed = bool(head & _TIP), bool(head & _SIDE), bool(head & _ERASER)
    return Pen(x, y, pressure, bool(head & _PROXIMITY), *pressed, frame[7], frame[8])


def length_of(head: int) -> int:
    """The whole length of the packet with this first byte; BadFrame when it is none that is decoded."""
    if head == _SYNC | _CONTROL:
        return QUERY_LENGTH
    if head & (_CONTROL | _TOUCH):
        raise BadFrame("touch, or another control packet")
    return PEN_LENGTH


def report_finder() -> FrameFinder[Report]:
    """Finds a tablet's packets in a stream."""
    return FrameFinder(_scan)


def _scan(buffer: bytearray, at: int) -> tuple[int, Report | None]:
    if not buffer[at] & _SYNC:
        return at + 1, None
    try:
        length = length_of(buffer[at])
    except BadFrame:
        return at + 1, None
    frame = bytes(buffer[at : at + length])
    for offset, byte in enumerate(frame[1:], start=1):
        if byte & _SYNC:
            return at + offset, None
    if len(frame) < length:
        return at, None
    return at + length, decode(frame)


def _pack(x: int, y: int, pressure: int) -> bytes:
    if not (0 <= x <= 0xFFFF and 0 <= y <= 0xFFFF and 0 <= pressure <= 0x3FF):
        raise BadCommand(f"{x}, {y}, {pressure} do not fit")
    low = (x & 3) << 5 | (y & 3) << 3 | pressure >> 7
    return bytes((x >> 9, x >> 2 & 0x7F, y >> 9, y >> 2 & 0x7F, pressure & 0x7F, low))


def _small(first: int, second: int) -> bytes:
    if not (0 <= first <= 0x7F and 0 <= second <= 0x7F):
        raise BadCommand(f"tilt {first}, {second}")
    return bytes((first, second))
