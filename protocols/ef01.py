"""EF01 packets: ZhianTec ZFM-20, R30x, AS608 and GROW R503 (manuals ZFM-20 v2.0 and R503 v1.2.2).

`EF 01 | address(4) | pid(1) | length(2) | content | sum(2)`, big-endian; length = content + 2; the sum covers pid,
length and content, neither header nor address.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from protocols.checksums import sum16
from protocols.errors import BadCommand, BadFrame
from protocols.framing import FrameFinder, headed

HEADER = b"\xef\x01"
DEFAULT_ADDRESS = 0xFFFFFFFF
DEFAULT_PASSWORD = 0x00000000
BOOT_BYTE = 0x55
"""R503 sends it bare after power-up and after SoftRst."""
PAYLOADS = (32, 64, 128, 256)
"""Bytes in a data packet by packet code."""
MAX_CONTENT = PAYLOADS[-1]
HEAD_LENGTH = 9
OVERHEAD = HEAD_LENGTH + 2
BAUD_UNIT = 9600
_HEAD = struct.Struct(">2sIBH")


class PacketId(IntEnum):
    """What a packet is."""

    COMMAND = 0x01
    DATA = 0x02
    ACK = 0x07
    END = 0x08


_PIDS = frozenset(PacketId)


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of at most 256 bytes of content."""

    pid: PacketId
    content: bytes
    address: int = DEFAULT_ADDRESS

    def encode(self) -> bytes:
        if not 0 <= self.address <= 0xFFFFFFFF:
            raise BadCommand(f"address {self.address}")
        if len(self.content) > MAX_CONTENT:
            raise BadCommand(f"{len(self.content)} bytes in one packet")
        body = _HEAD.pack(HEADER, self.address, self.pid, len(self.content) + 2) + self.content
        return body + sum16(body[6:]).to_bytes(2, "big")


def packet_length(head: bytes) -> int:
    """The whole length of the packet whose first nine bytes these are; BadFrame when it can be none."""
    if len(head) < HEAD_LENGTH:
        raise BadFrame("short head")
    header, _, pid, length = _HEAD.unpack(head[:HEAD_LENGTH])
    if header != HEADER or pid not in _PIDS:
        raise BadFrame("no header")
    if not 2 <= length <= MAX_CONTENT + 2:
        raise BadFrame(f"length {length}")
    return HEAD_LENGTH + int(length)


def decode_packet(frame: bytes) -> Packet:
    """Read one whole packet; BadFrame on header, packet id, length or sum."""
    if packet_length(frame) != len(frame):
        raise BadFrame("length")
    if sum16(frame[6:-2]) != int.from_bytes(frame[-2:], "big"):
        raise BadFrame("sum")
    _, address, pid, _ = _HEAD.unpack(frame[:HEAD_LENGTH])
    return Packet(PacketId(pid), frame[HEAD_LENGTH:-2], address)


def packet_finder() -> FrameFinder[Packet]:
    """Finds packets in a stream, of either direction."""
    return FrameFinder(headed(HEADER, HEAD_LENGTH, packet_length, decode_packet))


def data_packets(data: bytes, payload: int, address: int = DEFAULT_ADDRESS) -> list[Packet]:
    """Cut `data` into packets of `payload` bytes, the last one of them the end packet."""
    if payload not in PAYLOADS:
        raise BadCommand(f"payload {payload}")
    starts = range(0, len(data), payload) or range(1)
    last = starts[-1]
    return [
        Packet(PacketId.END if start == last else PacketId.DATA, data[start : start + payload], address)
        for start in starts
    ]


class Reassembly:
    """Collects the contents of data packets until the end packet, or until `expected_bytes` are there.

    Some modules never send the end packet, so a known size completes a transfer too.
    """

    def __init__(self, expected_bytes: int | None = None) -> None:
        self.expected_bytes = expected_bytes
        self.data = bytearray()
        self.ended = False

    @property
    def complete(self) -> bool:
        return self.ended or (self.expected_bytes is not None and len(self.data) >= self.expected_bytes)

    def add(self, packet: Packet) -> bool:
        """Take one packet; True when the transfer is complete. BadFrame on anything but data, or on too much of it."""
        if packet.pid not in (PacketId.DATA, PacketId.END):
            raise BadFrame(f"{packet.pid.name} within data")
        if self.ended:
            raise BadFrame("data after the end packet")
        self.data += packet.content
        self.ended = packet.pid is PacketId.END
        if self.expected_bytes is not None and len(self.data) > self.expected_bytes:
            raise BadFrame(f"{len(self.data)} bytes instead of {self.expected_bytes}")
        return self.complete


def join(packets: Iterable[Packet]) -> bytes:
    """The contents of data packets that end with the end packet; BadFrame when it is missing."""
    whole = Reassembly()
    for packet in packets:
        whole.add(packet)
    if not whole.ended:
        raise BadFrame("no end packet")
    return bytes(whole.data)


_HIGH = bytes((value >> 4) * 17 for value in range(256))
_LOW = bytes((value & 15) * 17 for value in range(256))
_TO_HIGH = bytes(value & 0xF0 for value in range(256))
_TO_LOW = bytes(value >> 4 for value in range(256))


def pack_image(pixels: bytes) -> bytes:
    """8-bit pixels, row by row from the top, to two a byte, the left one in the high nibble; the low four bits go."""
    if len(pixels) % 2:
        raise BadCommand("odd number of pixels")
    high = int.from_bytes(pixels[0::2].translate(_TO_HIGH), "big")
    low = int.from_bytes(pixels[1::2].translate(_TO_LOW), "big")
    return (high | low).to_bytes(len(pixels) // 2, "big")


def unpack_image(packed: bytes) -> bytes:
    """Two pixels a byte to 8-bit pixels, expanded by x17 (0 black, 255 white)."""
    pixels = bytearray(2 * len(packed))
    pixels[0::2] = packed.translate(_HIGH)
    pixels[1::2] = packed.translate(_LOW)
    return bytes(pixels)
