"""What EF01 acknowledge packets say (manuals ZFM-20 v2.0 and R503 v1.2.2).

An acknowledge's content is a confirmation code and the fields of the reply's class here; refusals mostly lack them.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from protocols.ef01 import DEFAULT_ADDRESS, PAYLOADS, Packet, PacketId
from protocols.errors import BadFrame
from protocols.layout import Layout, padded, unpadded


class Confirmation(IntEnum):
    """The first byte of an acknowledge."""

    OK = 0x00
    RECEIVE_ERROR = 0x01
    NO_FINGER = 0x02
    CAPTURE_FAILED = 0x03
    IMAGE_MESSY = 0x06
    TOO_FEW_FEATURES = 0x07
    NO_MATCH = 0x08
    NOT_FOUND = 0x09
    MERGE_FAILED = 0x0A
    PAGE_OUT_OF_RANGE = 0x0B
    TEMPLATE_READ_ERROR = 0x0C
    TEMPLATE_UPLOAD_FAILED = 0x0D
    CANNOT_RECEIVE_DATA = 0x0E
    IMAGE_UPLOAD_FAILED = 0x0F
    DELETE_FAILED = 0x10
    EMPTY_FAILED = 0x11
    WRONG_PASSWORD = 0x13
    NO_VALID_IMAGE = 0x15
    FLASH_ERROR = 0x18
    BAD_REGISTER = 0x1A
    ADDRESS_ERROR = 0x20
    PASSWORD_REQUIRED = 0x21
    SENSOR_ABNORMAL = 0x29
    ECHO = 0x55


POOR_IMAGE = Confirmation.TOO_FEW_FEATURES
"""GetImageEx says it with the same number."""


_KNOWN: dict[int, int] = {code: code for code in Confirmation}


class Status(IntFlag):
    """The status register of ReadSysPara."""

    BUSY = 1
    PASS = 2
    PASSWORD_VERIFIED = 4
    IMAGE_VALID = 8


@dataclass(frozen=True, slots=True)
class Ack:
    """An acknowledge: `code` is a Confirmation where the number is known; `extra` the bytes of a reply."""

    code: int
    extra: bytes = b""

    def packet(self, address: int = DEFAULT_ADDRESS) -> Packet:
        return Packet(PacketId.ACK, bytes((self.code,)) + self.extra, address)


def decode_ack(packet: Packet) -> Ack:
    """What an acknowledge packet says; BadFrame on another packet or an empty one."""
    if packet.pid is not PacketId.ACK or not packet.content:
        raise BadFrame("no acknowledge")
    number = packet.content[0]
    return Ack(_KNOWN.get(number, number), packet.content[1:])


@dataclass(frozen=True, slots=True)
class Reply(Layout):
    """The extra bytes of an acknowledge."""

    def ack(self, code: int = Confirmation.OK) -> Ack:
        return Ack(code, self.pack())


@dataclass(frozen=True, slots=True)
class MatchScore(Reply):
    LAYOUT = ">H"
    score: int


@dataclass(frozen=True, slots=True)
class SearchResult(Reply):
    """Sent on a miss too, where the page means nothing."""

    LAYOUT = ">HH"
    page: int
    score: int


@dataclass(frozen=True, slots=True)
class SysPara(Reply):
    """Answers ReadSysPara."""

    LAYOUT = ">HHHHIHH"
    status: int
    system_id: int
    capacity: int
    security: int
    address: int
    packet_code: int
    baud_factor: int

    @property
    def payload(self) -> int:
        """Bytes in a data packet; BadFrame for a code the manuals do not have."""
        if self.packet_code >= len(PAYLOADS):
            raise BadFrame(f"packet code {self.packet_code}")
        return PAYLOADS[self.packet_code]


@dataclass(frozen=True, slots=True)
class RandomCode(Reply):
    LAYOUT = ">4s"
    code: bytes


@dataclass(frozen=True, slots=True)
class Notepad(Reply):
    LAYOUT = ">32s"
    text: bytes


@dataclass(frozen=True, slots=True)
class TemplateCount(Reply):
    LAYOUT = ">H"
    count: int


@dataclass(frozen=True, slots=True)
class IndexTable(Reply):
    """Bit i of byte k stands for template 8k+i of the page's 256."""

    LAYOUT = ">32s"
    bits: bytes

    @classmethod
    def of(cls, templates: set[int]) -> "IndexTable":
        """The table with these templates, 0..255."""
        return cls(sum(1 << template for template in templates).to_bytes(32, "little"))

    @property
    def templates(self) -> frozenset[int]:
        whole = int.from_bytes(self.bits, "little")
        return frozenset(template for template in range(256) if whole >> template & 1)


@dataclass(frozen=True, slots=True)
class EnrollStep(Reply):
    """Answers AutoEnroll, once or at each step: unsure."""

    LAYOUT = ">BB"
    step: int
    page: int


@dataclass(frozen=True, slots=True)
class IdentifyStep(Reply):
    """Answers AutoIdentify, once or at each step: unsure."""

    LAYOUT = ">BHH"
    step: int
    page: int
    score: int


@dataclass(frozen=True, slots=True)
class Version(Reply):
    """Answers GetAlgorithmVersion and GetFirmwareVersion: text in 32 bytes."""

    LAYOUT = ">32s"
    raw: bytes

    @classmethod
    def of(cls, text: str) -> "Version":
        return cls(padded(text, 32))

    @property
    def text(self) -> str:
        return unpadded(self.raw)


@dataclass(frozen=True, slots=True)
class ProdInfo(Reply):
    """Answers ReadProdInfo, 46 bytes; text as on the wire, padded with zero bytes (see `padded`, `unpadded`)."""

    LAYOUT = ">16s4s8s2s8sHHHH"
    model: bytes
    batch: bytes
    serial: bytes
    hardware: bytes
    sensor: bytes
    width: int
    height: int
    template_bytes: int
    capacity: int
