"""SFM packets against the bytes of the maker's manual."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import sfm
from protocols.errors import BadCommand, BadFrame
from protocols.sfm import Command, Data, EndOfData, Packet, Parameter, Result

ENROLL_9929 = bytes.fromhex("40 05 29990000 00000000 00 07 0A")
READ_SERIAL = bytes.fromhex("40 03 00000000 00000000 6F B2 0A")
SIX_4096 = bytes.fromhex("40 83 00000000 00100000 00 D3 0A")
SCAN_IMAGE = bytes.fromhex("40 15 00000000 00000000 00 55 0A")
THREE_BYTES = bytes.fromhex("40 15 00000000 03000000 61 B9 0A")

LITERALS = {
    "the manual's enrolment": (ENROLL_9929, Packet(Command.ENROLL_BY_SCAN, param=0x9929)),
    "reading the serial number": (READ_SERIAL, Packet(Command.READ_PARAMETER, flag=Parameter.SERIAL_NUMBER)),
    "an extended scan in packets of 4096": (SIX_4096, Packet(Command.SCAN_IMAGE_EXTENDED, size=4096)),
    "a scan": (SCAN_IMAGE, Packet(Command.SCAN_IMAGE)),
    "400 bytes as the manual orders them": (
        bytes.fromhex("40 07 00000000 90010000 00 D8 0A"),
        Packet(Command.ENROLL_BY_TEMPLATE, size=400),
    ),
}


@pytest.mark.parametrize("name", LITERALS)
def test_packets_are_the_documented_bytes(name: str) -> None:
    literal, packet = LITERALS[name]
    assert packet.encode() == literal
    assert sfm.decode_packet(literal) == packet


@pytest.mark.parametrize("at", [0, 5, 11, 12])
def test_a_changed_byte_is_noticed(at: int) -> None:
    broken = bytearray(ENROLL_9929)
    broken[at] ^= 0x10
    with pytest.raises(BadFrame):
        sfm.decode_packet(bytes(broken))
    with pytest.raises(BadFrame):
        sfm.decode_packet(ENROLL_9929[:-1])


def test_values_that_do_not_fit_are_our_mistake() -> None:
    for packet in (Packet(256), Packet(1, param=1 << 32), Packet(1, size=-1), Packet(1, flag=256)):
        with pytest.raises(BadCommand):
            packet.encode()


@given(st.integers(0, 255), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 255))
def test_packets_come_back_as_sent(command: int, param: int, size: int, flag: int) -> None:
    packet = Packet(command, param, size, flag)
    assert sfm.decode_packet(packet.encode()) == packet


def test_data_follows_a_success_and_ends_with_a_line_feed() -> None:
    found = sfm.reply_stream().feed(THREE_BYTES + b"\x40\x0a\x40" + b"\x0a" + SCAN_IMAGE)
    announced = Packet(Command.SCAN_IMAGE, size=3, flag=Result.SUCCESS)
    assert found == [announced, Data(b"\x40\x0a\x40"), EndOfData(True), Packet(Command.SCAN_IMAGE)]


def test_a_doubled_byte_in_the_data_shows_at_its_end() -> None:
    found = sfm.reply_stream().feed(THREE_BYTES + b"abbc\x0a")
    assert found[-1] == EndOfData(False)


def test_no_data_follows_a_scan_that_only_succeeded() -> None:
    scanned = bytes.fromhex("40 15 00000000 03000000 62 BA 0A")
    stream = sfm.reply_stream()
    assert stream.feed(scanned + SCAN_IMAGE) == [
        Packet(Command.SCAN_IMAGE, size=3, flag=Result.SCAN_SUCCESS),
        Packet(Command.SCAN_IMAGE),
    ]
    assert not stream.in_data


def test_a_reset_gives_up_unfinished_data() -> None:
    stream = sfm.reply_stream()
    stream.feed(THREE_BYTES + b"a")
    assert stream.in_data
    stream.reset()
    assert stream.feed(SCAN_IMAGE) == [Packet(Command.SCAN_IMAGE)]


def joined(parts: list[sfm.Part]) -> list[sfm.Part]:
    """Adjacent portions of data as one."""
    whole: list[sfm.Part] = []
    for part in parts:
        last = whole[-1] if whole else None
        if isinstance(part, Data) and isinstance(last, Data):
            whole[-1] = Data(last.content + part.content)
        else:
            whole.append(part)
    return whole


@given(st.data())
def test_any_split_of_a_noisy_stream_gives_the_same_parts(data: st.DataObject) -> None:
    pieces = st.one_of(st.sampled_from([THREE_BYTES, SCAN_IMAGE, b"abc\x0a"]), st.binary(max_size=20))
    stream = b"".join(data.draw(st.lists(pieces, max_size=8)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    split = sfm.reply_stream()
    parts = [p for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) for p in split.feed(stream[a:b])]
    assert joined(parts) == joined(sfm.reply_stream().feed(stream))


def test_an_image_header_is_seven_little_endian_numbers() -> None:
    header = sfm.ImageHeader(272, 320, 0, 0, 0, 87_040, 0)
    literal = bytes.fromhex("10010000 40010000 00000000 00000000 00000000 00540100 00000000")
    assert header.pack() == literal
    assert sfm.ImageHeader.unpack(literal) == header
    assert len(literal) == sfm.IMAGE_HEADER_BYTES
