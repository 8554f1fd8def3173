"""Finger image records against bytes counted by hand from the standard's tables."""

import dataclasses
import io
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from station.biometrics.formats import fir, picture
from station.biometrics.formats.blocks import CaptureDevice, QualityBlock
from station.biometrics.formats.errors import BadRecord
from station.biometrics.formats.picture import Pixels
from station.biometrics.model import FingerPosition

GREY = (np.arange(6, dtype=np.uint8).reshape(2, 3) * 40).astype(np.uint8)
RIDGES = (128 + 90 * np.sin(np.add.outer(np.arange(96), np.arange(128) * 0.4) * 0.7)).astype(np.uint8)
NIBBLES = (np.arange(15, dtype=np.uint8).reshape(3, 5) * 17).astype(np.uint8)
INDEX = fir.FingerRepresentation(
    FingerPosition.RIGHT_INDEX,
    datetime(2026, 11, 24, 8, 5, 9, 123000, UTC),
    GREY,
    scan_ppi=508,
    image_ppi=508,
    quality=(QualityBlock(64),),
    device=CaptureDevice(fir.Technology.OPTICAL, 0, 0),
    compression=fir.Compression.RAW,
)


def record(**changes: Any) -> bytes:
    return fir.encode(fir.FingerRecord((dataclasses.replace(INDEX, **changes),)))


def test_a_raw_record_is_the_bytes_of_the_tables() -> None:
    expected = (
        "46495200 30323000 00000044 0001 00 01"  # FIR, 020, 68 bytes, one representation, no certificates, one position
        "00000034 07EA 0B 18 08 05 09 007B"  # 52 bytes, 2026-11-24 08:05:09.123
        "04 0000 0000 01 40 0000 0000"  # optical, unspecified vendor and type; one score of 64 by nobody in particular
        "02 00 01 01FC 01FC 01FC 01FC 08 00 00"  # right index, first, ppi, 508 x4, 8 bits, raw, plain
        "0003 0002 00000006 00285078A0C8"
    )
    assert record() == bytes.fromhex(expected.replace(" ", ""))


def test_with_one_quality_block_the_image_starts_at_byte_62() -> None:
    data = record(compression=fir.Compression.PNG)
    assert data[62:70] == b"\x89PNG\r\n\x1a\n"
    assert data.endswith(b"IEND\xaeB`\x82")


def test_local_time_is_written_in_utc() -> None:
    local = INDEX.captured_at.astimezone(timezone(timedelta(hours=8)))
    assert record(captured_at=local) == record()


C = fir.Compression


@pytest.mark.parametrize(
    ("depth_bits", "pixels", "compression"),
    [(8, GREY, C.RAW), (8, GREY, C.PNG), (8, RIDGES, C.JP2_LOSSLESS), (4, NIBBLES, C.RAW), (4, NIBBLES, C.PNG)],
)
def test_what_is_written_is_read_back(depth_bits: int, pixels: Pixels, compression: fir.Compression) -> None:
    annotations = (
        fir.Annotation(FingerPosition.LEFT_RING, fir.AnnotationCode.AMPUTATED),
        fir.Annotation(FingerPosition.LEFT_THUMB, fir.AnnotationCode.UNUSABLE),
    )
    one = dataclasses.replace(
        INDEX, compression=compression, depth_bits=depth_bits, pixels=pixels, annotations=annotations
    )
    thumb = dataclasses.replace(one, position=FingerPosition.LEFT_THUMB, number=1, quality=(), annotations=())
    read = fir.decode(fir.encode(fir.FingerRecord((one, thumb))))
    assert [_fields(each) for each in read.representations] == [_fields(one), _fields(thumb)]
    assert np.array_equal(read.representations[0].pixels, pixels)


def _fields(one: fir.FingerRepresentation) -> dict[str, object]:
    return {each.name: getattr(one, each.name) for each in dataclasses.fields(one) if each.name != "pixels"}


def test_a_four_bit_sensor_is_recorded_with_four_bits() -> None:
    data = record(pixels=NIBBLES, depth_bits=4, compression=fir.Compression.PNG)
    assert data[51] == 4
    assert data[86] == 4  # the PNG's own bit depth
    decoded = cv2.imdecode(np.frombuffer(data[62:], np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    assert decoded.tobytes() == NIBBLES.tobytes()


def test_pixels_that_four_bits_cannot_hold_are_not_written() -> None:
    with pytest.raises(ValueError, match="4 bits"):
        record(pixels=GREY, depth_bits=4)


def test_missing_fingers_are_an_annotation_block() -> None:
    annotations = (
        fir.Annotation(FingerPosition.LEFT_RING, fir.AnnotationCode.AMPUTATED),
        fir.Annotation(FingerPosition.LEFT_LITTLE, fir.AnnotationCode.UNUSABLE),
    )
    assert record(annotations=annotations)[68:] == bytes.fromhex("0002 0009 02 0901 0A02".replace(" ", ""))


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (0, b"X", "format identifier"),
        (6, b"1", "version"),
        (11, b"\x45", "record length"),
        (14, b"\x01", "certification"),
        (15, b"\x02", "number of positions"),
        (19, b"\x35", "representation"),
        (22, b"\x0d", "capture time"),
        (35, b"\x65", "quality score"),
        (40, b"\x0b", "finger position"),
        (42, b"\x03", "scale units"),
        (46, b"\xfd", "vertical scan"),
        (51, b"\x05", "bit depth"),
        (52, b"\x01", "compression"),
        (52, b"\x02", "WSQ"),
        (52, b"\x05", "JPEG 2000"),
        (53, b"\x07", "impression"),
        (55, b"\x04", "6 bytes for 4 x 2"),
        (57, b"\x00", "3 x 0 pixels"),
        (61, b"\xff", "image data"),
    ],
)
def test_a_wrong_byte_is_named_by_its_place(at: int, value: bytes, what: str) -> None:
    data = bytearray(record())
    data[at : at + 1] = value
    with pytest.raises(BadRecord, match=what) as bad:
        fir.decode(bytes(data))
    assert bad.value.offset <= len(data)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_records_are_refused_or_read_but_never_crash(data: st.DataObject) -> None:
    good = record(pixels=NIBBLES, depth_bits=4, compression=fir.Compression.PNG)
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadRecord):
        fir.decode(bytes(damaged[: data.draw(st.integers(0, len(good)))]))


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_noise_after_the_magic_is_refused(noise: bytes) -> None:
    with pytest.raises(BadRecord):
        fir.decode(b"FIR\x00020\x00" + noise)


def test_a_wsq_copy_is_near_its_master_and_much_smaller() -> None:
    data = record(pixels=RIDGES, compression=C.WSQ)
    (copy,) = fir.decode(data).representations
    assert copy.compression is C.WSQ
    assert copy.pixels.shape == RIDGES.shape
    assert np.abs(copy.pixels.astype(int) - RIDGES).mean() < 12
    assert len(data) < RIDGES.size / 3


def test_a_jpeg_2000_finger_of_another_library_is_read_and_ours_by_it() -> None:
    file = io.BytesIO()
    Image.fromarray(GREY).save(file, "JPEG2000", irreversible=False)
    assert np.array_equal(picture.read_jp2(file.getvalue(), 0, width=3, height=2, channels=1), GREY)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(picture.write_jp2(RIDGES)))), RIDGES)


def test_four_bits_are_not_dressed_up_as_wsq() -> None:
    with pytest.raises(ValueError, match="4 bits"):
        record(pixels=NIBBLES, depth_bits=4, compression=C.WSQ)


def test_pixels_a_centimetre_are_read_as_pixels_an_inch() -> None:
    data = bytearray(record())
    data[42:51] = bytes.fromhex("02 00C5 00C5 00C5 00C5")
    (read,) = fir.decode(bytes(data)).representations
    assert (read.scan_ppi, read.image_ppi) == (500, 500)


def test_segmentation_of_a_slap_is_passed_over() -> None:
    data = bytearray(record(annotations=(fir.Annotation(FingerPosition.LEFT_RING, fir.AnnotationCode.AMPUTATED),)))
    extra = bytes.fromhex("0001 0007 010203")
    data += extra
    data[8:12] = len(data).to_bytes(4, "big")
    data[16:20] = (len(data) - 16).to_bytes(4, "big")
    (read,) = fir.decode(bytes(data)).representations
    assert [one.position for one in read.annotations] == [FingerPosition.LEFT_RING]
