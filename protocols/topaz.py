"""Topaz SigLite and SignatureGem "format 0": five-byte pen points streamed at 19200 8O1, host sends nothing.

No vendor document is public; the bits are those on which independent implementations agree. Byte 0 is
`1 N x T T T x D` (N near, T type, D down), then two 12-bit values, seven low bits before five high bits.
"""

from dataclasses import dataclass
from typing import TypeAlias

from protocols.errors import BadCommand, BadFrame
from protocols.framing import FrameFinder

LENGTH = 5
POSITION_KINDS = (0, 1, 4)
DEVICE_INFO_KIND = 2
COMMAND_RESPONSE_KIND = 3
PRESSURE_KIND = 7
_NO_POSITION = 0xFFF


@dataclass(frozen=True, slots=True)
class Position:
    """Where the pen is, 0..4095 raw units at 410 dpi."""

    x: int
    y: int
    near: bool
    down: bool
    kind: int = 0

    def encode(self) -> bytes:
        if self.kind not in POSITION_KINDS or (self.x, self.y) == (_NO_POSITION, _NO_POSITION):
            raise BadCommand("no position")
        return _pack(self.kind, self.near, self.down, self.x, self.y)


@dataclass(frozen=True, slots=True)
class Pressure:
    """How hard the pen is pressed, 0..1023."""

    pressure: int
    near: bool
    down: bool

    def encode(self) -> bytes:
        if not 0 <= self.pressure <= 0x3FF:
            raise BadCommand(f"pressure {self.pressure}")
        return _pack(PRESSURE_KIND, self.near, self.down, 0, self.pressure)


@dataclass(frozen=True, slots=True)
class PadInfo:
    """Who the pad is: model 0..63, serial of 18 bits of which 12..15 are always zero."""

    model: int
    serial: int
    near: bool = False
    down: bool = False

    def encode(self) -> bytes:
        if not 0 <= self.model <= 0x3F or self.serial & ~0x30FFF:
            raise BadCommand(f"model {self.model}, serial {self.serial}")
        first = self.model << 2 | self.serial >> 16
        return _pack(DEVICE_INFO_KIND, self.near, self.down, first, self.serial & 0xFFF)


@dataclass(frozen=True, slots=True)
class CommandResponse:
    """The pad's answer to a command of unpublished meaning: two 12-bit values."""

    first: int
    second: int
    near: bool = False
    down: bool = False

    def encode(self) -> bytes:
        return _pack(COMMAND_RESPONSE_KIND, self.near, self.down, self.first, self.second)


Report: TypeAlias = Position | Pressure | PadInfo | CommandResponse


def decode(frame: bytes) -> Report:
    """Read one five-byte report; BadFrame when a sync bit is misplaced, the type unknown or the position X=Y=FFF."""
    if len(frame) != LENGTH or not frame[0] & 0x80 or any(byte & 0x80 for byte in frame[1:]):
        raise BadFrame("sync bits")
    if (frame[2] | frame[4]) & 0xE0:
        raise BadFrame("more than twelve bits")
    first, second = frame[1] | frame[2] << 7, frame[3] | frame[4] << 7
    near, down, kind = bool(frame[0] & 0x40), bool(frame[0] & 0x01), frame[0] >> 2 & 7
    if kind in POSITION_KINDS:
        if (first, second) == (_NO_POSITION, _NO_POSITION):
            raise BadFrame("no position")
        return Position(first, second, near, down, kind)
    if kind == PRESSURE_KIND:
        return Pressure(second & 0x3FF, near, down)
    if kind == DEVICE_INFO_KIND:
        return PadInfo((first & 0xFC) >> 2, (first & 3) << 16 | second, near, down)
    if kind == COMMAND_RESPONSE_KIND:
        return CommandResponse(first, second, near, down)
    raise BadFrame(f"type {kind}")


def report_finder() -> FrameFinder[Report]:
    """Finds the pad's reports in a stream."""
    return FrameFinder(_scan)


def _scan(buffer: bytearray, at: int) -> tuple[int, Report | None]:
    if not buffer[at] & 0x80:
        return at + 1, None
    frame = bytes(buffer[at : at + LENGTH])
    for offset, byte in enumerate(frame[1:], start=1):
        if byte & 0x80:
            return at + offset, None
    if len(frame) < LENGTH:
        return at, None
    try:
        return at + LENGTH, decode(frame)
    except BadFrame:
        return at + LENGTH, None


def _pack(kind: int, near: bool, down: bool, first: int, second: int) -> bytes:
    if not (0 <= first <= 0xFFF and 0 <= second <= 0xFFF):
        raise BadCommand(f"{first}, {second} do not fit twelve bits")
    head = 0x80 | near << 6 | kind << 2 | down
    return bytes((head, first & 0x7F, first >> 7, second & 0x7F, second >> 7))
