"""GY-MCU90614 and GY-MCU90615: a Melexis infrared thermometer behind a microcontroller, 9600 or 115200 8N1.

Host: `A5 command sum8`. Module: `5A 5A 45 04 | object(2) | ambient(2) | sum8 of the eight bytes before`, hundredths of
a degree, high byte first; read as signed, which the maker's page does not say (unsure, matters only below zero).
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

from protocols.checksums import sum8
from protocols.errors import BadCommand, BadFrame
from protocols.framing import FrameFinder, headed

COMMAND_HEADER = b"\xa5"
COMMAND_LENGTH = 3
READING_HEADER = b"\x5a\x5a\x45\x04"
READING_LENGTH = 9
CLONE_HEADER = b"\x66\x66"
"""A look-alike with another protocol begins its frames so."""


class Command(IntEnum):
    """What the host can ask; the module acknowledges nothing."""

    ONE_READING = 0x15
    CONTINUOUS = 0x45
    AUTO_ON_AT_POWER_UP = 0x51
    AUTO_OFF_AT_POWER_UP = 0x52
    BAUD_9600 = 0xAE
    BAUD_115200 = 0xAF

    def encode(self) -> bytes:
        body = COMMAND_HEADER + bytes((self,))
        return body + bytes((sum8(body),))


def decode_command(frame: bytes) -> Command:
    """Read three bytes from the host; BadFrame on a wrong sum or an unknown command."""
    if len(frame) != COMMAND_LENGTH or frame[:1] != COMMAND_HEADER or sum8(frame[:2]) != frame[2]:
        raise BadFrame("no command")
    try:
        return Command(frame[1])
    except ValueError as unknown:
        raise BadFrame(f"command {frame[1]:02X}") from unknown


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement in hundredths of a degree Celsius, as on the wire."""

    object_centi_c: int
    ambient_centi_c: int

    @property
    def object_c(self) -> float:
        return self.object_centi_c / 100

    @property
    def ambient_c(self) -> float:
        return self.ambient_centi_c / 100

    def encode(self) -> bytes:
        try:
            body = READING_HEADER + struct.pack(">hh", self.object_centi_c, self.ambient_centi_c)
        except struct.error as wrong:
            raise BadCommand("temperature does not fit") from wrong
        return body + bytes((sum8(body),))


def decode_reading(frame: bytes) -> Reading:
    """Read nine bytes from the module; BadFrame on a wrong header or sum."""
    if len(frame) != READING_LENGTH or not frame.startswith(READING_HEADER) or sum8(frame[:8]) != frame[8]:
        raise BadFrame("no reading")
    return Reading(*struct.unpack(">hh", frame[4:8]))


def reading_finder() -> FrameFinder[Reading]:
    """Finds the module's readings, for the host."""
    return FrameFinder(headed(READING_HEADER, READING_LENGTH, lambda _: READING_LENGTH, decode_reading))


def command_finder() -> FrameFinder[Command]:
    """Finds the host's commands, for the module."""
    return FrameFinder(headed(COMMAND_HEADER, COMMAND_LENGTH, lambda _: COMMAND_LENGTH, decode_command))
