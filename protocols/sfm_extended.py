"""The SFM modules' extended data transfer: bulk data in packets, each with a sum and each acknowledged.

The host asks SIX or RIX with the packet size that it wants in the size field. The module answers success with the
whole length there, then sends packet after packet: thirteen bytes (param: index << 16 | count; size: of this packet),
so many bytes, and their sum in four bytes, little-endian, no 0A. The host answers each with the same command and
DATA_OK, or DATA_ERROR to have it once more (unsure: the maker's public library sends only the first). So the maker's
library for Linux has it.
"""

import struct
from dataclasses import dataclass

from protocols.errors import BadCommand, BadFrame
from protocols.sfm import LENGTH, Packet, decode_packet

DEFAULT_PACKET_BYTES = 4096
SUM_BYTES = 4
MOST_PACKETS = 0xFFFF


@dataclass(frozen=True, slots=True)
class DataPacket:
    """One of `count` packets; the first has `index` 0."""

    command: int
    index: int
    count: int
    content: bytes

    def encode(self) -> bytes:
        if not 0 <= self.index < self.count <= MOST_PACKETS:
            raise BadCommand(f"packet {self.index} of {self.count}")
        head = Packet(self.command, self.index << 16 | self.count, len(self.content)).encode()
        return head + self.content + struct.pack("<I", sum(self.content))


def whole_length(head: bytes) -> int:
    """The whole length of the data packet whose first thirteen bytes these are; BadFrame when it can be none."""
    return LENGTH + decode_packet(head).size + SUM_BYTES


def decode(frame: bytes) -> DataPacket:
    """Read one whole data packet; BadFrame on its head, length, place or sum."""
    head = decode_packet(frame[:LENGTH])
    content, (told,) = frame[LENGTH:-SUM_BYTES], struct.unpack("<I", frame[-SUM_BYTES:])
    if len(frame) != whole_length(frame[:LENGTH]) or told != sum(content):
        raise BadFrame("length or sum")
    index, count = head.param >> 16, head.param & 0xFFFF
    if index >= count:
        raise BadFrame(f"packet {index} of {count}")
    return DataPacket(head.command, index, count, content)


def cut(command: int, data: bytes, packet_bytes: int = DEFAULT_PACKET_BYTES) -> list[DataPacket]:
    """`data` in packets of this size, the last one shorter; BadCommand when there would be too many."""
    if packet_bytes < 1:
        raise BadCommand(f"{packet_bytes} bytes a packet")
    contents = [data[at : at + packet_bytes] for at in range(0, len(data), packet_bytes)]
    if len(contents) > MOST_PACKETS:
        raise BadCommand(f"{len(contents)} packets")
    return [DataPacket(command, index, len(contents), content) for index, content in enumerate(contents)]
