"""Topaz format 0 against the bits two independent implementations agree on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import topaz
from protocols.errors import BadCommand, BadFrame

TWELVE = st.integers(0, 0xFFE)


def test_the_pen_down_at_1234_987_is_the_documented_bytes() -> None:
    position = topaz.Position(x=1234, y=987, near=True, down=True)
    assert position.encode() == bytes.fromhex("C152095B07")
    assert topaz.decode(bytes.fromhex("C152095B07")) == position


def test_a_pressure_of_600_is_the_documented_bytes() -> None:
    pressure = topaz.Pressure(600, near=True, down=True)
    assert pressure.encode() == bytes.fromhex("DD00005804")
    assert topaz.decode(bytes.fromhex("DD00005804")) == pressure


def test_device_information_splits_into_model_and_serial() -> None:
    # d0 = 0x0AB = model 0x2A, serial high bits 3; d1 = 0x123
    assert topaz.decode(bytes([0x88, 0x2B, 0x01, 0x23, 0x02])) == topaz.PadInfo(0x2A, 0x30123)


@given(TWELVE, TWELVE, st.booleans(), st.booleans(), st.sampled_from(topaz.POSITION_KINDS))
def test_positions_come_back_as_sent(x: int, y: int, near: bool, down: bool, kind: int) -> None:
    position = topaz.Position(x, y, near, down, kind)
    assert topaz.decode(position.encode()) == position


@given(st.integers(0, 63), st.integers(0, 3), st.integers(0, 0xFFF))
def test_device_information_comes_back_as_sent(model: int, high: int, low: int) -> None:
    info = topaz.PadInfo(model, high << 16 | low)
    assert topaz.decode(info.encode()) == info


@pytest.mark.parametrize(
    "literal", ["4152095B07", "C1D2095B07", "C152295B07", "C152095B27", "C17F1F7F1F", "D400000000", "C15209"]
)
def test_misplaced_bits_and_the_absent_position_are_refused(literal: str) -> None:
    with pytest.raises(BadFrame):
        topaz.decode(bytes.fromhex(literal))


def test_a_byte_lost_on_the_line_costs_one_point() -> None:
    first, second = bytes.fromhex("C152095B07"), bytes.fromhex("C153095B07")
    finder = topaz.report_finder()
    reports = finder.feed(first[:2] + first[3:] + second)
    assert reports == [topaz.Position(1235, 987, near=True, down=True)]
    assert finder.garbage_bytes == 4


@pytest.mark.parametrize("report", [topaz.Position(4096, 0, True, True), topaz.Position(0xFFF, 0xFFF, True, False)])
def test_values_that_do_not_fit_are_our_mistake(report: topaz.Position) -> None:
    with pytest.raises(BadCommand):
        report.encode()
    with pytest.raises(BadCommand):
        topaz.Pressure(1024, near=True, down=True).encode()


@given(st.binary(max_size=200))
def test_the_finder_never_raises(data: bytes) -> None:
    for report in topaz.report_finder().feed(data):
        assert topaz.decode(report.encode()) == report
