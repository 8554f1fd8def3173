"""Signature records against bytes counted by hand from the standard's clauses."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.api import PadSize, PenPoint
from station.biometrics.formats import sdi
from station.biometrics.formats.errors import BadRecord

PAD = PadSize(110.0, 40.0, 16.14)
STROKE = (PenPoint(1.0, 2.0, 0.5, True, 500.0), PenPoint(1.5, 2.25, 1.0, True, 500.01), PenPoint(3, 2, 0, False, 500.5))


def test_a_record_is_the_bytes_of_the_clauses() -> None:
    expected = (
        "53444900 20313000"  # SDI, 10
        "C130"  # X, Y, T, F, S
        "E0 FC35 8000 957C"  # X: 50000 per metre = (1 + 1077/2048)·2^(31-16), from 0 to 110 mm
        "E0 FC35 8000 87D0"  # Y: to 40 mm
        "80 CFA0"  # T: 1000 per second = (1 + 1952/2048)·2^(25-16)
        "60 0000 FFFF"  # F: from 0 to full pressure
        "00 00"  # S bare; reserved
        "00 000003"  # no extended data, three samples
        "8032 8064 0000 8000 0001"
        "804B 8070 000A FFFF 0001"
        "8096 8064 01F4 0000 0000"
    )
    assert sdi.encode(STROKE, PAD) == bytes.fromhex(expected.replace(" ", ""))


@pytest.mark.parametrize(("value", "code"), [(1.0, 0x8000), (1000.0, 0xCFA0), (50_000.0, 0xFC35), (2.0**-16, 0)])
def test_scales_are_exponent_and_fraction(value: float, code: int) -> None:
    assert sdi.encode_scale(value) == code
    assert sdi.decode_scale(code) == value


def test_a_signature_is_read_back_within_a_hundredth_of_a_millimetre() -> None:
    read = sdi.decode(sdi.encode(STROKE, PAD))
    assert (read.width_mm, read.height_mm) == (110.0, 40.0)
    for ours, theirs in zip(read.points, STROKE, strict=True):
        assert ours.down == theirs.down
        assert ours.x_mm == pytest.approx(theirs.x_mm, abs=0.0101)
        assert ours.y_mm == pytest.approx(theirs.y_mm, abs=0.0101)
        assert ours.pressure == pytest.approx(theirs.pressure, abs=1e-5)
        assert ours.time_s == pytest.approx(theirs.time_s - 500, abs=0.00051)


def test_a_signature_of_ten_minutes_still_fits_the_time_channel() -> None:
    slow = (PenPoint(1, 1, 1, True, 0.0), PenPoint(2, 1, 1, True, 600.0))
    assert sdi.decode(sdi.encode(slow, PAD)).points[1].time_s == pytest.approx(600, abs=0.01)


@pytest.mark.parametrize(
    "points",
    [
        (),
        (PenPoint(0, 0, 1, True, 2.0), PenPoint(0, 0, 1, True, 1.0)),
        (PenPoint(900.0, 0, 1, True, 2.0),),
        (PenPoint(0, 0, 1.5, True, 2.0),),
    ],
)
def test_what_cannot_be_stated_is_not_written(points: tuple[PenPoint, ...]) -> None:
    with pytest.raises(ValueError, match=r"sign|sample"):
        sdi.encode(points, PAD)


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (5, 0x32, "version"),
        (8, 0x00, "channel"),
        (10, 0x80, "X attributes"),
        (24, 0x40, "T attributes"),
        (33, 0x01, "reserved"),
        (34, 0x01, "extended"),
        (37, 0x02, "10 bytes after"),
        (37, 0x04, "samples"),
        (38, 0x10, "sample 0"),
        (57, 0x02, "sample 1"),
        (52, 0x02, "sample 2"),
    ],
)
def test_a_wrong_byte_is_named_by_its_place(at: int, value: int, what: str) -> None:
    data = bytearray(sdi.encode(STROKE, PAD))
    data[at] = value
    with pytest.raises(BadRecord, match=what):
        sdi.decode(bytes(data))


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_damaged_records_are_refused_or_read_but_never_crash(data: st.DataObject) -> None:
    good = sdi.encode(STROKE, PAD)
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadRecord):
        sdi.decode(bytes(damaged[: data.draw(st.integers(0, len(good)))]))
