"""GY-MCU9061x against the bytes of the maker's page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import mcu90615
from protocols.errors import BadCommand, BadFrame
from protocols.mcu90615 import Command, Reading

HOST_SENDS = {
    Command.CONTINUOUS: "A545EA",
    Command.ONE_READING: "A515BA",
    Command.BAUD_9600: "A5AE53",
    Command.BAUD_115200: "A5AF54",
    Command.AUTO_ON_AT_POWER_UP: "A551F6",
    Command.AUTO_OFF_AT_POWER_UP: "A552F7",
}


def test_every_command_is_in_the_list_of_documented_bytes() -> None:
    assert set(HOST_SENDS) == set(Command)


@pytest.mark.parametrize("command", Command)
def test_commands_are_the_documented_bytes_both_ways(command: Command) -> None:
    literal = bytes.fromhex(HOST_SENDS[command])
    assert command.encode() == literal
    assert mcu90615.command_finder().feed(b"\xa5" + literal) == [command]


def test_a_reading_of_36_42_and_23_75_is_the_documented_bytes() -> None:
    literal = bytes.fromhex("5A5A45040E3A094795")
    reading = mcu90615.decode_reading(literal)
    assert (reading.object_c, reading.ambient_c) == (36.42, 23.75)
    assert Reading(3642, 2375).encode() == literal


@pytest.mark.parametrize(
    "literal", ["5A5A45040E3A094794", "66664504 0E3A0947AD", "5A5A45040E3A0947", "5A5A45060E3A094797"]
)
def test_a_wrong_sum_header_or_length_is_refused(literal: str) -> None:
    with pytest.raises(BadFrame):
        mcu90615.decode_reading(bytes.fromhex(literal))
    finder = mcu90615.reading_finder()
    assert finder.feed(bytes.fromhex(literal)) == []


def test_a_stray_5a_before_a_reading_does_not_hide_it() -> None:
    finder = mcu90615.reading_finder()
    assert finder.feed(bytes.fromhex("5A 5A5A45040E3A094795")) == [Reading(3642, 2375)]
    assert finder.garbage_bytes == 1


@given(st.integers(-32768, 32767), st.integers(-32768, 32767))
def test_readings_come_back_as_sent(object_centi_c: int, ambient_centi_c: int) -> None:
    reading = Reading(object_centi_c, ambient_centi_c)
    assert mcu90615.decode_reading(reading.encode()) == reading


def test_a_temperature_beyond_the_field_is_our_mistake() -> None:
    with pytest.raises(BadCommand):
        Reading(40_000, 0).encode()


@given(st.binary(max_size=60))
def test_parsers_raise_nothing_but_bad_frame(data: bytes) -> None:
    for parse in (mcu90615.decode_reading, mcu90615.decode_command):
        try:
            parse(data)
        except BadFrame:
            continue
