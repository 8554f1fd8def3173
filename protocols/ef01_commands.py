"""What EF01 command packets ask (manuals ZFM-20 v2.0 and R503 v1.2.2).

A command packet's content is the opcode and the fields of its class here.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from protocols.ef01 import DEFAULT_ADDRESS, DEFAULT_PASSWORD, Packet, PacketId
from protocols.errors import BadFrame
from protocols.layout import Layout


class Parameter(IntEnum):
    """What SetSysPara can change."""

    BAUD = 4
    SECURITY = 5
    PACKET_SIZE = 6


class Light(IntEnum):
    """What AuraLED does."""

    BREATHE = 1
    FLASH = 2
    ON = 3
    OFF = 4
    FADE_ON = 5
    FADE_OFF = 6


class Colour(IntEnum):
    """AuraLED's colours."""

    RED = 1
    BLUE = 2
    PURPLE = 3
    GREEN = 4
    YELLOW = 5
    CYAN = 6
    WHITE = 7


@dataclass(frozen=True, slots=True)
class Command(Layout):
    """Something the host asks."""

    OPCODE: ClassVar[int] = -1

    def packet(self, address: int = DEFAULT_ADDRESS) -> Packet:
        return Packet(PacketId.COMMAND, bytes((self.OPCODE,)) + self.pack(), address)


@dataclass(frozen=True, slots=True)
class GenImg(Command):
    OPCODE = 0x01


@dataclass(frozen=True, slots=True)
class Img2Tz(Command):
    OPCODE, LAYOUT = 0x02, ">B"
    buffer: int


@dataclass(frozen=True, slots=True)
class Match(Command):
    OPCODE = 0x03


@dataclass(frozen=True, slots=True)
class Search(Command):
    OPCODE, LAYOUT = 0x04, ">BHH"
    buffer: int
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class RegModel(Command):
    OPCODE = 0x05


@dataclass(frozen=True, slots=True)
class Store(Command):
    OPCODE, LAYOUT = 0x06, ">BH"
    buffer: int
    page: int


@dataclass(frozen=True, slots=True)
class LoadChar(Command):
    OPCODE, LAYOUT = 0x07, ">BH"
    buffer: int
    page: int


@dataclass(frozen=True, slots=True)
class UpChar(Command):
    OPCODE, LAYOUT = 0x08, ">B"
    buffer: int


@dataclass(frozen=True, slots=True)
class DownChar(Command):
    OPCODE, LAYOUT = 0x09, ">B"
    buffer: int


@dataclass(frozen=True, slots=True)
class UpImage(Command):
    OPCODE = 0x0A


@dataclass(frozen=True, slots=True)
class DownImage(Command):
    OPCODE = 0x0B


@dataclass(frozen=True, slots=True)
class DeleteChar(Command):
    OPCODE, LAYOUT = 0x0C, ">HH"
    page: int
    count: int


@dataclass(frozen=True, slots=True)
class Empty(Command):
    OPCODE = 0x0D


@dataclass(frozen=True, slots=True)
class SetSysPara(Command):
    """Answered at the old baud, then in force and kept in flash."""

    OPCODE, LAYOUT = 0x0E, ">BB"
    number: int
    value: int


@dataclass(frozen=True, slots=True)
class ReadSysPara(Command):
    OPCODE = 0x0F


@dataclass(frozen=True, slots=True)
class SetPwd(Command):
    OPCODE, LAYOUT = 0x12, ">I"
    password: int


@dataclass(frozen=True, slots=True)
class VfyPwd(Command):
    OPCODE, LAYOUT = 0x13, ">I"
    password: int = DEFAULT_PASSWORD


@dataclass(frozen=True, slots=True)
class GetRandomCode(Command):
    OPCODE = 0x14


@dataclass(frozen=True, slots=True)
class SetAddr(Command):
    """The acknowledge carries the new address."""

    OPCODE, LAYOUT = 0x15, ">I"
    address: int


@dataclass(frozen=True, slots=True)
class ReadInfPage(Command):
    OPCODE = 0x16


@dataclass(frozen=True, slots=True)
class WriteNotepad(Command):
    OPCODE, LAYOUT = 0x18, ">B32s"
    page: int
    text: bytes


@dataclass(frozen=True, slots=True)
class ReadNotepad(Command):
    OPCODE, LAYOUT = 0x19, ">B"
    page: int


@dataclass(frozen=True, slots=True)
class HiSpeedSearch(Command):
    OPCODE, LAYOUT = 0x1B, ">BHH"
    buffer: int
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class TemplateNum(Command):
    OPCODE = 0x1D


@dataclass(frozen=True, slots=True)
class ReadIndexTable(Command):
    OPCODE, LAYOUT = 0x1F, ">B"
    page: int


@dataclass(frozen=True, slots=True)
class GetImageEx(Command):
    """R503 only, as are those below: GenImg that also judges the image (POOR_IMAGE)."""

    OPCODE = 0x28


@dataclass(frozen=True, slots=True)
class Cancel(Command):
    OPCODE = 0x30


@dataclass(frozen=True, slots=True)
class AutoEnroll(Command):
    """Field order from R503 v1.2.2, without a recording to check it against: unsure."""

    OPCODE, LAYOUT = 0x31, ">BBBBB"
    page: int
    allow_cover: int
    allow_duplicate: int
    report_steps: int
    must_lift: int


@dataclass(frozen=True, slots=True)
class AutoIdentify(Command):
    """Field order from R503 v1.2.2, without a recording to check it against: unsure."""

    OPCODE, LAYOUT = 0x32, ">BBBBB"
    security: int
    start: int
    count: int
    report_steps: int
    errors_allowed: int


@dataclass(frozen=True, slots=True)
class AuraLed(Command):
    """`count` 0 is endless."""

    OPCODE, LAYOUT = 0x35, ">BBBB"
    control: int
    speed: int
    colour: int
    count: int


@dataclass(frozen=True, slots=True)
class CheckSensor(Command):
    OPCODE = 0x36


@dataclass(frozen=True, slots=True)
class GetAlgorithmVersion(Command):
    OPCODE = 0x39


@dataclass(frozen=True, slots=True)
class GetFirmwareVersion(Command):
    OPCODE = 0x3A


@dataclass(frozen=True, slots=True)
class ReadProdInfo(Command):
    OPCODE = 0x3C


@dataclass(frozen=True, slots=True)
class SoftRst(Command):
    """Acknowledged, then followed by a bare boot byte."""

    OPCODE = 0x3D


@dataclass(frozen=True, slots=True)
class HandShake(Command):
    OPCODE = 0x40


@dataclass(frozen=True, slots=True)
class GetEcho(Command):
    """ZFM-20 and its kin only: answered with the confirmation code 55 by a module that is there."""

    OPCODE = 0x53


COMMANDS: dict[int, type[Command]] = {command.OPCODE: command for command in Command.__subclasses__()}


def decode_command(packet: Packet) -> Command:
    """What a command packet asks; BadFrame on another packet, an unknown opcode or fields of a wrong length."""
    if packet.pid is not PacketId.COMMAND or not packet.content:
        raise BadFrame("no command")
    command = COMMANDS.get(packet.content[0])
    if command is None:
        raise BadFrame(f"opcode {packet.content[0]:02X}")
    return command.unpack(packet.content[1:])
