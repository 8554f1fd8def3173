"""Extended data packets, byte for byte as the maker's public library reads them."""

import struct

import pytest

from protocols.errors import BadCommand, BadFrame
from protocols.sfm_extended import DataPacket, cut, decode, whole_length

SECOND_OF_TWO = bytes.fromhex("40 83 0200 0100 03000000 00 C9 0A  0102FF  02010000")


def test_a_data_packet_is_head_bytes_and_their_sum_in_four_bytes() -> None:
    packet = DataPacket(0x83, 1, 2, bytes.fromhex("0102FF"))
    assert packet.encode() == SECOND_OF_TWO
    assert decode(SECOND_OF_TWO) == packet
    assert whole_length(SECOND_OF_TWO[:13]) == len(SECOND_OF_TWO)


@pytest.mark.parametrize("at", [0, 4, 6, 11, 13, 15, 16])
def test_a_changed_byte_anywhere_is_noticed(at: int) -> None:
    broken = bytearray(SECOND_OF_TWO)
    broken[at] ^= 0x10
    with pytest.raises(BadFrame):
        decode(bytes(broken))


def test_a_place_beyond_the_count_is_no_packet() -> None:
    body = struct.pack("<BBIIB", 0x40, 0x83, 2 << 16 | 2, 0, 0)
    with pytest.raises(BadFrame):
        decode(body + bytes((sum(body) & 0xFF, 0x0A)) + bytes(4))
    with pytest.raises(BadCommand):
        DataPacket(0x83, 2, 2, b"").encode()


def test_data_is_cut_into_packets_of_the_size_that_was_asked_for() -> None:
    packets = cut(0x84, bytes(range(10)), 4)
    assert [packet.content for packet in packets] == [bytes(range(4)), bytes(range(4, 8)), bytes((8, 9))]
    assert [(packet.index, packet.count) for packet in packets] == [(0, 3), (1, 3), (2, 3)]
    for size in (0, -1):
        with pytest.raises(BadCommand):
            cut(0x84, b"1", size)
    with pytest.raises(BadCommand):
        cut(0x84, bytes(0x1_0000), 1)
