"""VC0706 against the manual's bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import vc0706
from protocols.errors import BadCommand, BadFrame
from protocols.vc0706 import Command, FrameControl, Memory, Reply, Request, Status

HOST_SENDS = {
    "56002600": Request(Command.RESET),
    "56001100": Request(Command.VERSION),
    "5600240301AEC8": vc0706.set_port(9_600),
    "560024030156E4": vc0706.set_port(19_200),
    "56002403012AF2": vc0706.set_port(38_400),
    "56002403011C4C": vc0706.set_port(57_600),
    "56002403010DA6": vc0706.set_port(115_200),
    "5600300404010019": vc0706.read_data(Memory.EEPROM, 0x0019),
    "560031050401001911": vc0706.write_data(Memory.EEPROM, 0x0019, b"\x11"),
    "560031050101120436": vc0706.write_data(Memory.CHIP, 0x1204, b"\x36"),
    "5600360100": vc0706.control(FrameControl.STOP_CURRENT),
    "5600360101": vc0706.control(FrameControl.STOP_NEXT),
    "5600360102": vc0706.control(FrameControl.STEP),
    "5600360103": vc0706.control(FrameControl.RESUME),
    "5600340100": vc0706.frame_length(),
    "5600320C000A000001400000002000FF": vc0706.read_frame(0x140, 32, 0xFF),
}
CAMERA_SAYS = {
    "7600260000": Reply(Command.RESET),
    "760011000B" + b"VC0703 1.00".hex(): Reply(Command.VERSION, data=b"VC0703 1.00"),
    "7600340004 0000A064".replace(" ", ""): Reply(Command.FRAME_LENGTH, data=bytes.fromhex("0000A064")),
    "7600320400": Reply(Command.READ_FRAME, Status.NOT_NOW),
}


@pytest.mark.parametrize("literal", HOST_SENDS)
def test_requests_are_the_manuals_bytes_both_ways(literal: str) -> None:
    wire = bytes.fromhex(literal)
    assert HOST_SENDS[literal].encode() == wire
    assert vc0706.request_finder().feed(b"\xff" + wire) == [HOST_SENDS[literal]]


@pytest.mark.parametrize("literal", CAMERA_SAYS)
def test_replies_are_the_manuals_bytes_both_ways(literal: str) -> None:
    wire = bytes.fromhex(literal)
    assert CAMERA_SAYS[literal].encode() == wire
    assert vc0706.reply_finder().feed(vc0706.BOOT_END + b"\x76\x76" + wire) == [CAMERA_SAYS[literal]]


def test_a_version_asked_with_a_length_and_no_argument_is_heard_at_once() -> None:
    assert vc0706.request_finder().feed(bytes.fromhex("56001101")) == [Request(Command.VERSION)]


def test_a_speed_setting_that_is_nearly_right_is_that_speed() -> None:
    assert vc0706.baud_of(0x1C1C) == 57_600
    with pytest.raises(BadFrame):
        vc0706.baud_of(0x4000)
    with pytest.raises(BadCommand):
        vc0706.set_port(250_000)


def test_a_frame_read_tells_its_place_and_pause() -> None:
    read = vc0706.FrameRead.unpack(bytes.fromhex("000A00000140000000200064"))
    assert (read.mode, read.start, read.length) == (vc0706.UART, 0x140, 32)
    assert read.delay_s == pytest.approx(0.001)


@pytest.mark.parametrize("literal", ["7700260000", "76002600", "7600990000", "7600260600", "760026000001"])
def test_what_is_no_reply_is_refused(literal: str) -> None:
    with pytest.raises(BadFrame):
        vc0706.decode_reply(bytes.fromhex(literal))


@given(st.binary(max_size=60), st.integers(0, 60))
def test_parsers_raise_nothing_but_bad_frame_and_splits_change_nothing(data: bytes, at: int) -> None:
    for parse in (vc0706.decode_request, vc0706.decode_reply):
        try:
            parse(data)
        except BadFrame:
            continue
    whole, split = vc0706.reply_finder(), vc0706.reply_finder()
    assert whole.feed(data) == split.feed(data[:at]) + split.feed(data[at:])
