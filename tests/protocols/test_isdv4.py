"""ISDv4 packets against the bits the Linux drivers read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import isdv4
from protocols.errors import BadCommand, BadFrame

PEN = bytes.fromhex("A1 01 7A 03 74 7E 03 00 00")
# x max 26312 = 51 * 512 + 50 * 4, y max 16520 = 32 * 512 + 34 * 4, pressure max 255 = 1 * 128 + 127, version 258
QUERY = bytes.fromhex("C0 33 32 20 22 7F 01 05 06 02 02")
WIDE = st.integers(0, 0xFFFF)
TILT = st.integers(0, 0x7F)


def test_the_pen_down_at_1000_2000_is_the_documented_bytes() -> None:
    pen = isdv4.Pen(1000, 2000, 510, proximity=True, tip=True)
    assert pen.encode() == PEN
    assert isdv4.decode(PEN) == pen


def test_a_tablet_tells_its_size_with_the_tilts_in_their_own_order() -> None:
    capabilities = isdv4.Capabilities(26312, 16520, 255, tilt_x_max=6, tilt_y_max=5, version=258)
    assert isdv4.decode(QUERY) == capabilities
    assert capabilities.encode() == QUERY


def test_the_low_bits_of_both_axes_share_a_byte() -> None:
    assert isdv4.decode(bytes.fromhex("A6 00 00 00 00 00 50 01 02")) == isdv4.Pen(
        2, 2, 0, proximity=True, tip=False, side=True, eraser=True, tilt_x=1, tilt_y=2
    )


@given(st.builds(isdv4.Pen, WIDE, WIDE, st.integers(0, 0x3FF), *[st.booleans()] * 4, TILT, TILT))
def test_pens_come_back_as_sent(pen: isdv4.Pen) -> None:
    assert isdv4.decode(pen.encode()) == pen


@given(WIDE, WIDE, st.integers(0, 0x3FF), TILT, TILT, st.integers(0, 0x3FFF))
def test_capabilities_come_back_as_sent(x: int, y: int, pressure: int, tilt_x: int, tilt_y: int, version: int) -> None:
    capabilities = isdv4.Capabilities(x, y, pressure, tilt_x, tilt_y, version)
    assert isdv4.decode(capabilities.encode()) == capabilities


@pytest.mark.parametrize(
    "literal", ["", "21017A03747E030000", "A1817A03747E030000", "A1017A", "B1017A0374", "C1" + 10 * "00"]
)
def test_misplaced_bits_and_touch_are_refused(literal: str) -> None:
    with pytest.raises(BadFrame):
        isdv4.decode(bytes.fromhex(literal))


def test_values_that_do_not_fit_are_our_mistake() -> None:
    for pen in (isdv4.Pen(0x10000, 0, 0, True, True), isdv4.Pen(0, 0, 1024, True, True)):
        with pytest.raises(BadCommand):
            pen.encode()
    for capabilities in (isdv4.Capabilities(1, 1, 1, version=1 << 14), isdv4.Capabilities(1, 1, 1, tilt_x_max=128)):
        with pytest.raises(BadCommand):
            capabilities.encode()


def test_a_byte_lost_on_the_line_costs_one_point_and_touch_costs_none() -> None:
    finder = isdv4.report_finder()
    touch = bytes.fromhex("B1017A0374")
    found = finder.feed(PEN[:3] + PEN[4:] + PEN + touch + b"&" + QUERY + PEN)
    assert [type(report) for report in found] == [isdv4.Pen, isdv4.Capabilities, isdv4.Pen]
    assert finder.garbage_bytes == 8 + 5 + 1


@given(st.binary(max_size=200))
def test_the_finder_never_raises(data: bytes) -> None:
    for report in isdv4.report_finder().feed(data):
        assert isdv4.decode(report.encode()) == report
