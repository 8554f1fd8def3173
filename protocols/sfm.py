"""Suprema SFM packets (UniFinger packet protocol manual): 13 bytes, little-endian, for both directions.

`40 | command | param(4) | size(4) | flag or error(1) | sum8 of the eleven bytes before | 0A`. Bulk data of `size` bytes
follows some packets and ends with one more `0A`; no sum covers it.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from protocols.checksums import sum8
from protocols.errors import BadCommand, BadFrame
from protocols.framing import FrameFinder, headed
from protocols.layout import Layout

START = b"\x40"
END = b"\x0a"
LENGTH = 13
DATA_LIMIT = 1 << 20
"""More than any sensor's image; a packet that announces more is garbage."""
_HEAD = struct.Struct("<BBIIB")


class Command(IntEnum):
    """What the host can ask. SIX and RIX are SI and RI in packets of their own, which not every firmware has."""

    WRITE_PARAMETER = 0x01
    SAVE_PARAMETERS = 0x02
    READ_PARAMETER = 0x03
    STATUS = 0x04
    ENROLL_BY_SCAN = 0x05
    ENROLL_BY_IMAGE = 0x06
    ENROLL_BY_TEMPLATE = 0x07
    VERIFY_BY_SCAN = 0x08
    IDENTIFY_BY_SCAN = 0x11
    READ_TEMPLATE = 0x14
    SCAN_IMAGE = 0x15
    DELETE_TEMPLATE = 0x16
    DELETE_ALL = 0x17
    CALIBRATE = 0x1A
    READ_IMAGE = 0x20
    CANCEL = 0x60
    SCAN_IMAGE_EXTENDED = 0x83
    READ_IMAGE_EXTENDED = 0x84
    MODULE_ID = 0x85
    RESET = 0xD0


class Result(IntEnum):
    """What a reply's error field says."""

    FAILED = 0x60
    SUCCESS = 0x61
    SCAN_SUCCESS = 0x62
    SCAN_FAIL = 0x63
    NOT_FOUND = 0x69
    NOT_MATCH = 0x6A
    TRY_AGAIN = 0x6B
    TIME_OUT = 0x6C
    MEMORY_FULL = 0x6D
    EXIST_ID = 0x6E
    UNSUPPORTED = 0x75
    INVALID_ID = 0x76
    BUSY = 0x80
    CANCELED = 0x81
    DATA_ERROR = 0x82
    DATA_OK = 0x83
    LOCKED = 0xA1
    FAKE_FINGER = 0xB0


class Parameter(IntEnum):
    """System parameters; a request's flag names one, a size field holds its value."""

    TIMEOUT = 0x62
    ENROLL_MODE = 0x65
    SENSOR_TYPE = 0x68
    IMAGE_FORMAT = 0x6C
    MODULE_ID = 0x6D
    FIRMWARE = 0x6E
    SERIAL_NUMBER = 0x6F
    BAUD = 0x71
    ENROLLED_FINGERS = 0x73
    AVAILABLE_FINGERS = 0x74
    SEND_SCAN_SUCCESS = 0x75
    BUILD = 0x89


class EnrollOption(IntEnum):
    """The flag of an enrolment."""

    OVERWRITE = 0x00
    CHECK_ID = 0x70
    ADD = 0x71
    CONTINUE = 0x74
    AUTO_ID = 0x79


class ModuleStatus(IntEnum):
    """The param field of a STATUS reply; all but ALIVE are unsure."""

    ALIVE = 0x30
    WAITING = 0x31
    SENSOR_ERROR = 0x33
    BUSY = 0x34


ON = 0x31
GRAY = 0x30
"""IMAGE_FORMAT: 30 grey, 31 binary (factory), 32 four bits, 33 WSQ; an image header counts the same from 0."""
BAUDS = {
    0x31: 9_600,
    0x32: 19_200,
    0x33: 38_400,
    0x34: 57_600,
    0x35: 115_200,
    0x36: 230_400,
    0x37: 460_800,
    0x38: 921_600,
}
"""BAUD's values; in force once the parameters were saved, as the maker's own library does it."""
BAUD_CODES = {baud: code for code, baud in BAUDS.items()}


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; `flag` is the request's flag or the reply's error. Unknown commands and errors stay numbers."""

    command: int
    param: int = 0
    size: int = 0
    flag: int = 0

    def encode(self) -> bytes:
        try:
            body = _HEAD.pack(START[0], self.command, self.param, self.size, self.flag)
        except struct.error as wrong:
            raise BadCommand(str(wrong)) from wrong
        return body + bytes((sum8(body),)) + END


def decode_packet(frame: bytes) -> Packet:
    """Read thirteen bytes; BadFrame on start, end or sum."""
    if len(frame) != LENGTH or not frame.startswith(START) or not frame.endswith(END):
        raise BadFrame("no packet")
    if sum8(frame[:11]) != frame[11]:
        raise BadFrame("sum")
    _, command, param, size, flag = _HEAD.unpack(frame[:11])
    return Packet(command, param, size, flag)


@dataclass(frozen=True, slots=True)
class Data:
    """A portion of the bulk data that the packet before announced."""

    content: bytes


@dataclass(frozen=True, slots=True)
class EndOfData:
    """The byte after the bulk data; not `good` when it is no 0A, so bytes were lost or doubled."""

    good: bool


Part: TypeAlias = Packet | Data | EndOfData


class Stream:
    """One direction of a line. `announces` says whether `size` bytes of data follow a packet.

    Packets and ends are the same for any split of the input; data comes in the portions that it arrives in.
    """

    def __init__(self, announces: Callable[[Packet], bool]) -> None:
        self._announces = announces
        self._left = 0
        self._in_data = False
        self._packet = headed(START, LENGTH, lambda _: LENGTH, self._decode)
        self._finder: FrameFinder[Part] = FrameFinder(self._scan)

    @property
    def garbage_bytes(self) -> int:
        return self._finder.garbage_bytes

    @property
    def in_data(self) -> bool:
        """Whether announced data has not come to its end."""
        return self._in_data

    def feed(self, data: bytes) -> list[Part]:
        return self._finder.feed(data)

    def pieces(self, data: bytes) -> Iterator[tuple[bytes, Part | None]]:
        """Cut a stream into its parts with their bytes, and into garbage (None)."""
        return self._finder.pieces(data)

    def reset(self) -> None:
        """Expect a packet; drop an unfinished one."""
        self._in_data, self._left = False, 0
        self._finder.reset()

    def _scan(self, buffer: bytearray, at: int) -> tuple[int, Part | None]:
        if not self._in_data:
            return self._packet(buffer, at)
        if self._left:
            content = bytes(buffer[at : at + self._left])
            self._left -= len(content)
            return at + len(content), Data(content)
        self._in_data = False
        return at + 1, EndOfData(buffer[at] == END[0])

    def _decode(self, frame: bytes) -> Part:
        packet = decode_packet(frame)
        if self._announces(packet):
            if packet.size > DATA_LIMIT:
                raise BadFrame(f"{packet.size} bytes announced")
            self._in_data, self._left = True, packet.size
        return packet


HOST_SENDS = frozenset({Command.ENROLL_BY_IMAGE, Command.ENROLL_BY_TEMPLATE})
MODULE_SENDS = frozenset({Command.SCAN_IMAGE, Command.READ_IMAGE, Command.READ_TEMPLATE})


def request_stream() -> Stream:
    """What a host says, for the module."""
    return Stream(lambda packet: packet.command in HOST_SENDS)


def reply_stream() -> Stream:
    """What a module says, for the host."""
    return Stream(lambda packet: packet.command in MODULE_SENDS and packet.flag == Result.SUCCESS and packet.size > 0)


@dataclass(frozen=True, slots=True)
class ImageHeader(Layout):
    """The 28 bytes before an image's pixels; `image_bytes` counts those, row by row from the top (order unsure)."""

    LAYOUT = "<7i"
    width: int
    height: int
    compressed: int
    encrypted: int
    format: int
    image_bytes: int
    template_bytes: int


IMAGE_HEADER_BYTES = 28
