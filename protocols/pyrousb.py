"""Calex PyroUSB and Omega OS-MINIUSB infrared thermometers: Modbus RTU, 9600 8N1, functions 03, 04, 06 and 10 (hex).

Frames are those of "Modbus over serial line" V1.02, as the sensor sees them; the host's side of them is pymodbus'.
Registers: Calex PyroUSB operator's guide, "List of Modbus addresses". Temperatures are tenths of a degree Celsius; read
as signed, which the guide does not say (unsure, matters only below zero).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from protocols.checksums import crc16_modbus
from protocols.errors import BadCommand, BadFrame
from protocols.framing import FrameFinder

BROADCAST, FACTORY_SLAVE, ANY_SLAVE = 0, 1, 255
MAX_READ, MAX_WRITTEN = 125, 123
"""Registers in one request, Modbus application protocol V1.1b3."""
SHORTEST, LONGEST = 4, 256
FIXED_LENGTH = 8
EMISSIVITY_UNITS = 10_000


class Function(IntEnum):
    """What the sensor can do; anything else is refused."""

    READ_HOLDING = 0x03
    READ_INPUT = 0x04
    WRITE_ONE = 0x06
    WRITE_MANY = 0x10


class Refusal(IntEnum):
    """Modbus exception codes."""

    FUNCTION = 1
    ADDRESS = 2
    VALUE = 3


class Status(IntFlag):
    """The status register."""

    MEASUREMENT_ERROR = 1
    SENSOR_COLD = 2
    SENSOR_HOT = 4
    OBJECT_COLD = 8
    OBJECT_HOT = 16


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """Where each value is; the four of a measurement follow one another from `filtered` on.

    `types` are the values of register 00 and the models they stand for. Written at `emissivity` a value is kept without
    power, at `emissivity_until_off` it is not.
    """

    types: dict[int, str]
    slave: int
    emissivity: int
    filtered: int
    emissivity_until_off: int
    last: int


PYROUSB_TYPES = {21: "PUA8", 22: "PUA2", 23: "PUA5", 0x21: "PUA8", 0x22: "PUA2", 0x23: "PUA5"}
"""The guide does not say whether its 21, 22 and 23 are hexadecimal, as its addresses are (unsure)."""
PYROUSB = RegisterMap(PYROUSB_TYPES, 0x05, 0x08, 0x12, 0x18, 0x18)
MINIUSB = RegisterMap({17: "OS-MINIUSB"}, 0x04, 0x07, 0x0E, 0x17, 0x17)
"""As the PyroMiniBus of the same maker, whose map is public; that OS-MINIUSB calls itself type 17 is unsure."""
MAPS = {"pyrousb": PYROUSB, "miniusb": MINIUSB}
TYPE, FIELD_OF_VIEW, SERIAL = 0x00, 0x01, 0x02
IDENTITY_COUNT, MEASUREMENT_COUNT = 4, 4


@dataclass(frozen=True, slots=True)
class Identity:
    """Registers 00..03; the serial number's high word comes first (unsure)."""

    type_number: int
    field_of_view: int
    serial: int

    def registers(self) -> tuple[int, ...]:
        return self.type_number, self.field_of_view, self.serial >> 16, self.serial & 0xFFFF


def identity(registers: Sequence[int]) -> Identity:
    """Read registers 00..03; BadFrame when there are not four."""
    if len(registers) != IDENTITY_COUNT:
        raise BadFrame(f"{len(registers)} registers")
    return Identity(registers[0], registers[1], registers[2] << 16 | registers[3])


@dataclass(frozen=True, slots=True)
class Measurement:
    """The four registers from `filtered` on. `filtered` has been averaged or held if the sensor is set to do so."""

    filtered_deci_c: int
    unfiltered_deci_c: int
    sensor_deci_c: int
    status: Status

    def registers(self) -> tuple[int, ...]:
        try:
            raw = struct.pack(">hhh", self.filtered_deci_c, self.unfiltered_deci_c, self.sensor_deci_c)
        except struct.error as wrong:
            raise BadCommand("temperature does not fit") from wrong
        return *struct.unpack(">HHH", raw), int(self.status)


def measurement(registers: Sequence[int]) -> Measurement:
    """Read four registers; BadFrame when there are not four or unknown status bits are set."""
    if len(registers) != MEASUREMENT_COUNT:
        raise BadFrame(f"{len(registers)} registers")
    if registers[3] >= 1 << len(Status):
        raise BadFrame(f"status {registers[3]:04X}")
    filtered, unfiltered, sensor = struct.unpack(">hhh", struct.pack(">HHH", *registers[:3]))
    return Measurement(filtered, unfiltered, sensor, Status(registers[3]))


@dataclass(frozen=True, slots=True)
class Read:
    """Functions 03 and 04."""

    slave: int
    function: Function
    address: int
    count: int


@dataclass(frozen=True, slots=True)
class Write:
    """Functions 06 and 10."""

    slave: int
    function: Function
    address: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A sound frame with a function that the sensor does not have, or contents that contradict themselves."""

    slave: int
    function: int
    refusal: Refusal


Request = Read | Write | Unsupported


def decode_request(frame: bytes) -> Request:
    """Read one whole frame from the host; BadFrame on a wrong sum or length."""
    if not SHORTEST <= len(frame) <= LONGEST or crc16_modbus(frame):
        raise BadFrame("no request")
    slave, number, body = frame[0], frame[1], frame[2:-2]
    if number not in tuple(Function):
        return Unsupported(slave, number, Refusal.FUNCTION)
    function = Function(number)
    if len(frame) != _length(frame):
        raise BadFrame("no request")
    address, second = struct.unpack(">HH", body[:4])
    match function:
        case Function.READ_HOLDING | Function.READ_INPUT:
            read = Read(slave, function, address, second)
            return read if 1 <= second <= MAX_READ else Unsupported(slave, function, Refusal.VALUE)
        case Function.WRITE_ONE:
            return Write(slave, function, address, (second,))
        case Function.WRITE_MANY:
            if not 1 <= second <= MAX_WRITTEN or body[4] != 2 * second:
                return Unsupported(slave, function, Refusal.VALUE)
            return Write(slave, function, address, struct.unpack(f">{second}H", body[5:]))


def read_reply(request: Read, values: Sequence[int]) -> bytes:
    """The answer to a read, with the registers' values."""
    return _framed(request.slave, request.function, struct.pack(f">B{len(values)}H", 2 * len(values), *values))


def write_reply(request: Write) -> bytes:
    """The answer to a write that was done."""
    second = request.values[0] if request.function is Function.WRITE_ONE else len(request.values)
    return _framed(request.slave, request.function, struct.pack(">HH", request.address, second))


def refusal_reply(request: Request, refusal: Refusal) -> bytes:
    """The answer to a request that cannot be done."""
    return _framed(request.slave, request.function | 0x80, bytes((refusal,)))


def request_finder() -> FrameFinder[Request]:
    """Finds the host's requests, for the sensor.

    A real one parts them by pauses; here each function tells its length, and an unknown one ends where the sum fits.
    """
    return FrameFinder(_scan)


def _scan(buffer: bytearray, at: int) -> tuple[int, Request | None]:
    waiting = bytes(buffer[at : at + LONGEST])
    if len(waiting) < SHORTEST:
        return at, None
    length = _length(waiting) or _end_by_sum(waiting)
    if len(waiting) < length <= LONGEST:
        return at, None
    try:
        return at + length, decode_request(waiting[:length])
    except BadFrame:
        return at + 1, None


def _length(waiting: bytes) -> int | None:
    """A whole request's length; None for a function that the sensor does not have."""
    if waiting[1] == Function.WRITE_MANY:
        return 9 + waiting[6] if len(waiting) > 6 else 9
    return FIXED_LENGTH if waiting[1] in tuple(Function) else None


def _end_by_sum(waiting: bytes) -> int:
    """The length of the shortest frame whose sum fits; the longest one's when there is none."""
    crc = 0xFFFF
    for end, byte in enumerate(waiting, start=1):
        crc = crc16_modbus(bytes((byte,)), crc)
        if crc == 0 and end >= SHORTEST:
            return end
    return LONGEST


def _framed(slave: int, function: int, body: bytes) -> bytes:
    frame = bytes((slave, function)) + body
    return frame + struct.pack("<H", crc16_modbus(frame))
