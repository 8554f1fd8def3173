"""VC0706 serial JPEG camera: host `56 serial command length args`, camera `76 serial command status length data`.

VC0706 protocol manual; no checksum covers anything, pictures included. A picture's chunk comes as an empty reply, the
bytes, and the same empty reply again.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

from protocols.errors import BadCommand, BadFrame
from protocols.framing import FrameFinder, headed
from protocols.layout import Layout

REQUEST_SIGN, REPLY_SIGN = b"\x56", b"\x76"
HEAD_LENGTH = 5
BOOT_END = b"Init end\r\n"
BAUDS = (9_600, 19_200, 38_400, 57_600, 115_200)
FACTORY_BAUD = 38_400
_CLOCK_HZ, _DIVIDER_OFFSET = 432_000_000, 256
"""Fits all five values of the manual's table exactly: divider = 432 MHz / baud - 256."""
_NEAR = 0.02
"""A UART hears a speed that is wrong by so much; some clients send 1C1C for 57600."""
UART = 0x0A
"""The mode of a frame read over the serial line."""
DELAY_UNIT_S = 0.000_01


class Command(IntEnum):
    """What the host can ask; 39 comes unasked."""

    VERSION = 0x11
    SET_PORT = 0x24
    RESET = 0x26
    READ_DATA = 0x30
    WRITE_DATA = 0x31
    READ_FRAME = 0x32
    FRAME_LENGTH = 0x34
    FRAME_CONTROL = 0x36
    MOTION = 0x37
    MOTION_STATUS = 0x38
    MOTION_DETECTED = 0x39
    DOWNSIZE = 0x54
    DOWNSIZE_STATUS = 0x55


class Status(IntEnum):
    """How a command went."""

    OK = 0
    NOT_RECEIVED = 1
    LENGTH = 2
    FORMAT = 3
    NOT_NOW = 4
    WRONG = 5


class FrameControl(IntEnum):
    """What becomes of the video; a frame can be read while it stands still."""

    STOP_CURRENT = 0
    STOP_NEXT = 1
    STEP = 2
    RESUME = 3


class Size(IntEnum):
    """The EEPROM's picture size; the nibbles halve height and width so many times."""

    VGA = 0x00
    QVGA = 0x11
    QQVGA = 0x22


class Memory(IntEnum):
    """What `ReadData` and `WriteData` reach."""

    CHIP = 1
    EEPROM = 4


SERIAL_ADDRESS, PORT_ADDRESS, SIZE_ADDRESS = 0x0006, 0x0008, 0x0019
"""In the EEPROM."""
COMPRESSION_ADDRESS, FACTORY_COMPRESSION = 0x1204, 0x36
"""In the chip; a higher value is a smaller, poorer picture."""


def divider(baud: int) -> int:
    """The port setting for a speed; BadCommand for one that the camera does not have."""
    if baud not in BAUDS:
        raise BadCommand(f"{baud} baud")
    return _CLOCK_HZ // baud - _DIVIDER_OFFSET


def baud_of(setting: int) -> int:
    """The camera's speed that a port setting comes near to; BadFrame when there is none."""
    exact = _CLOCK_HZ / (setting + _DIVIDER_OFFSET)
    near = min(BAUDS, key=lambda baud: abs(baud - exact))
    if abs(near - exact) > _NEAR * near:
        raise BadFrame(f"port setting {setting:04X}")
    return near


@dataclass(frozen=True, slots=True)
class Request:
    """One command. `command` is any byte: the camera answers unknown ones too."""

    command: int
    args: bytes = b""
    serial: int = 0

    def encode(self) -> bytes:
        if len(self.args) > 0xFF:
            raise BadCommand(f"{len(self.args)} bytes")
        return REQUEST_SIGN + bytes((self.serial, self.command, len(self.args))) + self.args


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    command: Command
    status: int = Status.OK
    data: bytes = b""
    serial: int = 0

    def encode(self) -> bytes:
        if len(self.data) > 0xFF:
            raise BadCommand(f"{len(self.data)} bytes")
        return REPLY_SIGN + bytes((self.serial, self.command, self.status, len(self.data))) + self.data


def refusal(request: Request, status: Status) -> bytes:
    """The answer to a request that was not done, whatever it was."""
    return REPLY_SIGN + bytes((request.serial, request.command, status, 0))


@dataclass(frozen=True, slots=True)
class FrameRead(Layout):
    """Arguments of READ_FRAME: `start` and `length` in bytes, both multiples of four; `delay` in 0.01 ms."""

    LAYOUT = ">BBIIH"
    frame: int
    mode: int
    start: int
    length: int
    delay: int

    @property
    def delay_s(self) -> float:
        """The pause before and after the bytes."""
        return self.delay * DELAY_UNIT_S


@dataclass(frozen=True, slots=True)
class Place(Layout):
    """The head of READ_DATA's and WRITE_DATA's arguments: so many bytes of a memory, from an address on."""

    LAYOUT = ">BBH"
    memory: int
    count: int
    address: int


PLACE_LENGTH = struct.calcsize(Place.LAYOUT)


def set_port(baud: int) -> Request:
    return Request(Command.SET_PORT, b"\x01" + struct.pack(">H", divider(baud)))


def read_data(memory: Memory, address: int, count: int = 1) -> Request:
    return Request(Command.READ_DATA, Place(memory, count, address).pack())


def write_data(memory: Memory, address: int, data: bytes) -> Request:
    return Request(Command.WRITE_DATA, Place(memory, len(data), address).pack() + data)


def control(what: FrameControl) -> Request:
    return Request(Command.FRAME_CONTROL, bytes((what,)))


def frame_length() -> Request:
    """Asks for the length of the current frame; the answer is four bytes, high byte first."""
    return Request(Command.FRAME_LENGTH, b"\0")


def read_frame(start: int, length: int, delay: int) -> Request:
    return Request(Command.READ_FRAME, FrameRead(0, UART, start, length, delay).pack())


def decode_request(frame: bytes) -> Request:
    """Read one whole request; BadFrame on a wrong sign or length."""
    if len(frame) < 4 or frame[:1] != REQUEST_SIGN or len(frame) != _request_length(frame):
        raise BadFrame("no request")
    return Request(frame[2], frame[4:], frame[1])


def decode_reply(frame: bytes) -> Reply:
    """Read one whole reply; BadFrame on a wrong sign, length or status, or an unknown command."""
    if len(frame) < HEAD_LENGTH or len(frame) != _reply_length(frame):
        raise BadFrame("no reply")
    return Reply(Command(frame[2]), frame[3], frame[5:], frame[1])


def request_finder() -> FrameFinder[Request]:
    """Finds the host's requests, for the camera."""
    return FrameFinder(headed(REQUEST_SIGN, 4, _request_length, decode_request))


def reply_finder() -> FrameFinder[Reply]:
    """Finds the camera's replies, for the host; not for the bytes of pictures."""
    return FrameFinder(headed(REPLY_SIGN, HEAD_LENGTH, _reply_length, decode_reply))


def _request_length(head: bytes) -> int:
    """Version and reset are obeyed without waiting for arguments: widespread clients announce one and send none."""
    return 4 if head[2] in (Command.VERSION, Command.RESET) else 4 + head[3]


def _reply_length(head: bytes) -> int:
    if head[:1] != REPLY_SIGN or head[2] not in tuple(Command) or head[3] not in tuple(Status):
        raise BadFrame("no reply")
    return HEAD_LENGTH + head[4]
