"""ANSI/NIST-ITL files against bytes counted by hand and against a file that another implementation wrote."""

import dataclasses
from contextlib import suppress
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.api import PadSize, PenPoint
from station.biometrics.formats import ansi_nist, fac, fir
from station.biometrics.formats.blocks import QualityBlock
from station.biometrics.formats.errors import BadRecord
from station.biometrics.model import FingerPosition

NOW = datetime(2026, 11, 24, 8, 5, 9, tzinfo=UTC)
NIBBLES = (np.arange(15, dtype=np.uint8).reshape(3, 5) * 17).astype(np.uint8)
THUMB = fir.FingerRepresentation(FingerPosition.RIGHT_THUMB, NOW, NIBBLES, 508, 508, 4, (QualityBlock(64),))
PHOTO = fac.FacePhoto(NOW, fac.photo_png(np.zeros((4, 3, 3), np.uint8)), 3, 4)
INK = [PenPoint(25.4, 10.0, 0.5, True, 0.0), PenPoint(50.8, 40.0, 0.0, False, 0.1)]
CASE = (
    ansi_nist.transaction("KTPEL", NOW, "DUKCAPIL", "640300", "A-17"),
    ansi_nist.person(0, [(4, "6403011112090001"), (3, "BUDI")]),
    ansi_nist.face(1, PHOTO, "640300"),
    ansi_nist.finger(2, THUMB, "640300"),
    ansi_nist.missing_finger(3, fir.Annotation(FingerPosition.LEFT_INDEX, fir.AnnotationCode.AMPUTATED), NOW, "640300"),
    ansi_nist.signature(4, INK, PadSize(110.0, 40.0, 16.14)),
)
# Written by nistitl 0.6: records of types 1, 2, 14 (its picture the bytes 0 to 255, separators among them) and 8.
FOREIGN = (
    b"1.001:126\x1d1.002:0400\x1d1.003:1\x1f3\x1e2\x1f0\x1e14\x1f1\x1e8\x1f2\x1d1.004:TEST\x1d1.005:20090924\x1d"
    b"1.007:000\x1d1.008:000\x1d1.009:12345\x1d1.011:00.00\x1d1.012:00.00\x1c"
    b"2.001:25\x1d2.002:0\x1d2.003:X\x1c"
    b"14.001:293\x1d14.002:1\x1d14.013:1\x1d14.999:" + bytes(range(256)) + b"\x1c"
    b"\x00\x00\x00\x11\x02" + bytes(12)
)


def test_a_case_is_laid_out_as_the_standard_says() -> None:
    data = ansi_nist.encode(CASE)
    head, text, face, finger, missing = data.split(b"\x1c")[:5]
    assert head == (
        b"1.001:171\x1d1.002:0502\x1d1.003:1\x1f5\x1e2\x1f00\x1e10\x1f01\x1e14\x1f02\x1e14\x1f03\x1e8\x1f04\x1d"
        b"1.004:KTPEL\x1d1.005:20261124\x1d1.007:DUKCAPIL\x1d1.008:640300\x1d1.009:A-17\x1d1.011:00.00\x1d"
        b"1.012:00.00\x1d1.014:20261124080509Z"
    )
    assert text == b"2.001:52\x1d2.002:00\x1d2.003:BUDI\x1d2.004:6403011112090001"
    assert face.startswith(b"10.001:%d\x1d10.002:01\x1d10.003:FACE\x1d10.004:640300" % (len(face) + 1))
    assert b"\x1d10.011:PNG\x1d10.012:RGB\x1d10.020:F\x1d10.999:\x89PNG" in face
    assert finger.startswith(b"14.001:%d\x1d14.002:02\x1d14.003:0\x1d14.004:640300" % (len(finger) + 1))
    assert b"\x1d14.012:4\x1d14.013:1\x1d14.024:1\x1f64\x1f0000\x1f0\x1d14.999:\x89PNG" in finger
    assert missing.endswith(b"\x1d14.013:7\x1d14.018:7\x1fXX")


def test_the_signature_is_vectors_from_the_bottom_left() -> None:
    data = ansi_nist.encode(CASE)
    assert data[-22:].hex() == "00000016" + "04" + "00" + "02" + "00" + "0000" + "0000" + "03e8049d7f" + "07d0000000"


def test_a_case_is_read_back() -> None:
    assert ansi_nist.decode(ansi_nist.encode(CASE)) == CASE


def test_names_beyond_ascii_are_declared_as_utf8() -> None:
    case = (CASE[0], ansi_nist.person(0, [(3, "RENÉ")]))
    data = ansi_nist.encode(case)
    assert b"\x1d1.015:3\x1fUTF-8\x1f\x1c" in data
    assert ansi_nist.decode(data) == case


@pytest.mark.parametrize("size", range(0, 1200, 7))
def test_the_length_counts_every_byte_of_the_record(size: int) -> None:
    record = ansi_nist.Record(14, 1, ((3, (("0",),)),), bytes(size))
    data = ansi_nist.encode((CASE[0], record))
    tail = data[data.index(b"14.001:") :]
    assert int(tail[7 : tail.index(b"\x1d")]) == len(tail)


def test_a_file_of_another_implementation_is_read() -> None:
    head, text, finger, signature = ansi_nist.decode(FOREIGN)
    assert (head.text(2), head.text(4), head.text(9)) == ("0400", "TEST", "12345")
    assert (text.type, text.idc, text.fields) == (2, 0, ((3, (("X",),)),))
    assert (finger.idc, finger.text(13), finger.data) == (1, "1", bytes(range(256)))
    assert (signature.type, signature.idc, signature.data) == (8, 2, bytes(12))


def test_a_separator_within_a_value_is_not_written() -> None:
    with pytest.raises(ValueError, match="separator"):
        ansi_nist.encode((CASE[0], ansi_nist.person(0, [(3, "BUDI\x1dX")])))


def test_a_record_never_shows_its_values_in_a_repr() -> None:
    assert "BUDI" not in repr(CASE)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b"1.001:126", b"1.001:127", "does not end"),
        (b"1.003:1\x1f3", b"1.003:1\x1f4", "count"),
        (b"1.003:1\x1f3", b"1.003:x\x1f3", "pairs of numbers"),
        (b"14\x1f1", b"14\x1f9", "table of contents has 9"),
        (b"1.003:", b"1.002:", "in its order"),
        (b"2.002:0", b"2.002:A", "IDC"),
        (b"2.003:X", b"2.003:\xff", "UTF-8"),
        (b"2.003:X", b"3.003:X", "in its order"),
        (b"2.001:25", b"9.001:25", "type 2 record"),
        (b"\x00\x00\x00\x11\x02", b"\x00\x00\x01\x11\x02", "273 bytes"),
    ],
)
def test_a_wrong_byte_is_named(old: bytes, new: bytes, what: str) -> None:
    assert FOREIGN.count(old) == 1
    with pytest.raises(BadRecord, match=what):
        ansi_nist.decode(FOREIGN.replace(old, new))


@pytest.mark.parametrize("tail", [b"x", bytes(20)])
def test_bytes_after_the_last_record_are_refused(tail: bytes) -> None:
    with pytest.raises(BadRecord, match="after the last record"):
        ansi_nist.decode(FOREIGN + tail)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_damaged_files_are_refused_or_read_but_never_crash(data: st.DataObject) -> None:
    damaged = bytearray(FOREIGN)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(FOREIGN) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadRecord):
        ansi_nist.decode(bytes(damaged[: data.draw(st.integers(0, len(FOREIGN)))]))


def test_a_finger_keeps_its_raw_pixels_when_asked() -> None:
    raw = ansi_nist.finger(2, dataclasses.replace(THUMB, compression=fir.Compression.RAW), "640300")
    assert (raw.text(11), raw.data) == ("NONE", bytes(range(15)))
