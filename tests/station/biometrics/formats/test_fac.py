"""Face image records against bytes counted by hand from the standard's tables."""

import dataclasses
import io
import struct
import zlib
from contextlib import suppress
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from station.biometrics.formats import fac
from station.biometrics.formats.blocks import QualityBlock
from station.biometrics.formats.errors import BadRecord

PICTURE = np.random.default_rng(7).integers(0, 256, (4, 3, 3), dtype=np.uint8)
PHOTO = fac.FacePhoto(
    datetime(2026, 11, 24, 8, 5, 9, 123000, UTC),
    fac.photo_png(PICTURE),
    width=3,
    height=4,
    gender=fac.Gender.FEMALE,
    quality=(QualityBlock(91),),
)


def record(photo: fac.FacePhoto = PHOTO) -> bytes:
    return fac.encode(fac.FaceRecord((photo,)))


def test_a_record_is_the_bytes_of_the_tables() -> None:
    size = len(PHOTO.data)
    expected = (
        f"46414300 30333000 {73 + size:08X} 0001 00 0000"  # FAC, 030, one photo, no certificates, no sequence
        f"{56 + size:08X} 07EA 0B 18 08 05 09 007B"  # 2026-11-24 08:05:09.123
        "06 0000 0000 01 5B 0000 0000"  # video camera; one score of 91
        "0000 02 00 00 00 000000 0000 000000 000000"  # no landmarks, female, the rest unspecified
        f"01 03 0003 0004 00 0000 00 01 {size:08X}"  # full frontal, PNG, 3 x 4, RGB
    )
    assert record() == bytes.fromhex(expected.replace(" ", "")) + PHOTO.data
    assert record()[73:77] == b"\x89PNG"


def test_landmarks_and_pose_are_read_back() -> None:
    photo = dataclasses.replace(
        PHOTO,
        landmarks=(fac.Landmark(12, 1, 1, 2), fac.Landmark(12, 2, 2, 2)),
        pose=fac.Pose((-3, 2, 1), (5, 5, 5)),
    )
    data = record(photo)
    assert data[52:58].hex() == "fd0201050505"
    assert data[58:74].hex() == "01c1000100020000" + "01c2000200020000"
    assert fac.decode(data).photos == (photo,)


def test_the_record_says_that_the_card_was_cut_from_a_larger_picture() -> None:
    data = record(dataclasses.replace(PHOTO, processing=fac.CARD_CUT))
    assert data[65:67].hex() == "0023"
    assert fac.decode(data).photos[0].processing == fac.CARD_CUT


def test_a_lossless_photo_keeps_every_pixel() -> None:
    (photo,) = fac.decode(record()).photos
    assert np.array_equal(fac.pixels_of(photo), PICTURE)


def test_a_jpeg_is_kept_byte_for_byte() -> None:
    done, jpeg = cv2.imencode(".jpg", PICTURE)
    assert done
    photo = dataclasses.replace(PHOTO, data=jpeg.tobytes(), coding=fac.ImageCoding.JPEG)
    (read,) = fac.decode(record(photo)).photos
    assert read.data == jpeg.tobytes()
    assert fac.pixels_of(read).shape == PICTURE.shape


def test_a_photo_of_another_size_is_not_written() -> None:
    with pytest.raises(ValueError, match="size"):
        record(dataclasses.replace(PHOTO, width=4))


def test_a_photo_never_shows_itself_in_a_repr() -> None:
    assert repr(fac.FaceRecord((PHOTO,))) == "FaceRecord(photos=(FacePhoto(...),))"


def test_a_png_that_unpacks_to_more_than_it_says_is_refused() -> None:
    header = struct.pack(">IIBBBBB", 3, 4, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(50_000_000))), (b"IEND", b"")):
        bomb += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    with pytest.raises(BadRecord, match="more or fewer"):
        fac.pixels_of(dataclasses.replace(PHOTO, data=bomb))


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (11, b"\x00", "record length"),
        (15, b"\x01", "temporal"),
        (43, b"\x03", "gender"),
        (58, b"\x03", "image type"),
        (59, b"\x02", "JPEG 2000"),
        (59, b"\x04", "data type"),
        (61, b"\x04", "size"),
        (65, b"\x01", "post-processing"),
        (68, b"\x03", "colour space"),
        (100, b"\xee", "checksum|size"),
    ],
)
def test_a_wrong_byte_is_named_by_its_place(at: int, value: bytes, what: str) -> None:
    data = bytearray(record())
    data[at : at + 1] = value
    with pytest.raises(BadRecord, match=what):
        fac.decode(bytes(data))


def test_what_another_system_states_of_the_person_is_read() -> None:
    data = bytearray(record())
    data[44:52] = bytes((1, 2, 170, 0, 0, 3, 0, 1))  # black eyes, black hair, 170 cm, glasses, neutral
    data[58] = fac.ImageKind.TOKEN_FRONTAL
    (photo,) = fac.decode(bytes(data)).photos
    assert photo.traits == fac.Traits(1, 2, 170, 3, 1)
    assert photo.kind is fac.ImageKind.TOKEN_FRONTAL
    assert record(photo) == bytes(data)


def test_a_jpeg_2000_of_another_library_is_read_back_whole() -> None:
    file = io.BytesIO()
    Image.fromarray(PICTURE[:, :, ::-1]).save(file, "JPEG2000", irreversible=False)
    photo = dataclasses.replace(PHOTO, data=file.getvalue(), coding=fac.ImageCoding.JP2_LOSSLESS)
    (read,) = fac.decode(record(photo)).photos
    assert np.array_equal(fac.pixels_of(read), PICTURE)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_records_are_refused_or_read_but_never_crash(data: st.DataObject) -> None:
    good = record(dataclasses.replace(PHOTO, landmarks=(fac.Landmark(12, 1, 1, 2),)))
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadRecord):
        fac.decode(bytes(damaged[: data.draw(st.integers(0, len(good)))]))
