"""Pictures inside a record (PNG, JPEG, JPEG 2000, WSQ): checked for shape before a decoder sees them."""

import struct
import zlib

import _wsq
import cv2
import numpy as np
import numpy.typing as npt

from station.biometrics.formats.errors import BadRecord

Pixels = npt.NDArray[np.uint8]

LARGEST_SIDE = 8192
LARGEST_AREA = 24_000_000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB = 0, 2
_JPEG_FRAMES = frozenset(range(0xC0, 0xC4))
_JP2_BOX = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_JP2_START = b"\xff\x4f\xff\x51"
WSQ_START, _WSQ_FRAME, _WSQ_END = b"\xff\xa0", 0xA2, b"\xff\xa1"
WSQ_BITS_A_PIXEL = 0.75
"""The FBI's rate for tenprint cards, about 15:1."""


def check_size(width: int, height: int, at: int) -> None:
    """Refuse sizes that no portrait or fingerprint has, so that memory stays bounded."""
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE and width * height <= LARGEST_AREA):
        raise BadRecord(at, f"a picture of {width} x {height} pixels")


def write_png(pixels: Pixels) -> bytes:
    """A lossless PNG of (h, w) grey or (h, w, 3) BGR, 8 bits a sample."""
    done, data = cv2.imencode(".png", pixels, (cv2.IMWRITE_PNG_COMPRESSION, 6))
    if not done:
        raise ValueError("not a picture")
    return data.tobytes()


def write_png4(pixels: Pixels) -> bytes:
    """A lossless PNG with 4 bits a pixel of (h, w) grey, all multiples of 17 (OpenCV writes no such PNG)."""
    height, width = pixels.shape
    nibbles = np.zeros((height, width + width % 2), np.uint8)
    nibbles[:, :width] = pixels // 17
    rows = np.zeros((height, 1 + nibbles.shape[1] // 2), np.uint8)
    rows[:, 1:] = nibbles[:, 0::2] << 4 | nibbles[:, 1::2]
    header = struct.pack(">IIBBBBB", width, height, 4, _GREY, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return PNG_SIGNATURE + b"".join(_chunk(name, body) for name, body in chunks)


def read_png(data: bytes, at: int, *, width: int, height: int, depth_bits: int, channels: int) -> Pixels:
    """The pixels of a PNG that must have just this size and depth: (h, w) grey expanded to 8 bits, or (h, w, 3) BGR.

    `at` is where the PNG stands in the record, for BadRecord.
    """
    colour = _RGB if channels == 3 else _GREY
    expected = struct.pack(">IIBBBBB", width, height, depth_bits, colour, 0, 0, 0)
    packed = _png_image_data(data, at, expected)
    row_bytes = 1 + (width * channels * depth_bits + 7) // 8
    _check_inflated(packed, row_bytes * height, at)
    flag = cv2.IMREAD_COLOR if channels == 3 else cv2.IMREAD_GRAYSCALE
    return _decode(data, at, flag, (height, width, 3) if channels == 3 else (height, width))


def read_jpeg(data: bytes, at: int, *, width: int, height: int, channels: int = 3) -> Pixels:
    """The pixels, (h, w) grey or (h, w, 3) BGR, of a JPEG that must have just this size."""
    if _jpeg_size(data, at) != (width, height):
        raise BadRecord(at, "the JPEG's size is not the record's")
    flag = cv2.IMREAD_COLOR if channels == 3 else cv2.IMREAD_GRAYSCALE
    shape = (height, width, 3) if channels == 3 else (height, width)
    return _decode(data, at, flag | cv2.IMREAD_IGNORE_ORIENTATION, shape)


def write_jp2(pixels: Pixels) -> bytes:
    """A reversible JPEG 2000 of (h, w) grey or (h, w, 3) BGR; ValueError where it would not give every pixel back."""
    done, data = cv2.imencode(".jp2", pixels, (cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000))
    again = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if done else None
    if again is None or not np.array_equal(again, pixels):
        raise ValueError("not a picture that JPEG 2000 keeps whole")
    return data.tobytes()


def read_jp2(data: bytes, at: int, *, width: int, height: int, channels: int) -> Pixels:
    """The pixels, (h, w) grey or (h, w, 3) BGR, of a JPEG 2000 file or codestream that must have just this size."""
    start = data.find(_JP2_START)
    if start < 0 or (start > 0 and not data.startswith(_JP2_BOX)) or len(data) < start + 24:
        raise BadRecord(at, "not a JPEG 2000 picture")
    right, bottom, left, top = struct.unpack_from(">IIII", data, start + 8)
    if (right - left, bottom - top) != (width, height):
        raise BadRecord(at, "the JPEG 2000 picture's size is not the record's")
    flag = cv2.IMREAD_COLOR if channels == 3 else cv2.IMREAD_GRAYSCALE
    return _decode(data, at, flag, (height, width, 3) if channels == 3 else (height, width))


def write_wsq(pixels: Pixels, bits_a_pixel: float = WSQ_BITS_A_PIXEL) -> bytes:
    """WSQ (lossy) of (h, w) grey, at 500 ppi by definition."""
    height, width = pixels.shape
    return bytes(_wsq.compress(pixels.tobytes(), height, width, bits_a_pixel))


def read_wsq(data: bytes, at: int, *, width: int, height: int) -> Pixels:
    """The pixels (h, w) of a WSQ picture that must have just this size."""
    if wsq_size(data, at) != (width, height):
        raise BadRecord(at, "the WSQ picture's size is not the record's")
    try:
        unpacked, columns, rows, _ = _wsq.decompress(data)
    except Exception as wrong:  # the library raises no narrower class
        raise BadRecord(at, "the WSQ picture cannot be decoded") from wrong
    if (columns, rows, len(unpacked)) != (width, height, width * height):
        raise BadRecord(at, "the WSQ picture cannot be decoded")
    return np.frombuffer(unpacked, np.uint8).reshape(height, width)


def _decode(data: bytes, at: int, flag: int, shape: tuple[int, ...]) -> Pixels:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error as wrong:
        raise BadRecord(at, "the picture cannot be decoded") from wrong
    if pixels is None or pixels.shape != shape or pixels.dtype != np.uint8:
        raise BadRecord(at, "the picture cannot be decoded")
    return np.asarray(pixels, np.uint8)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png_image_data(data: bytes, at: int, header: bytes) -> bytes:
    """The joined IDAT bodies of a PNG whose chunks are whole and whose IHDR is `header`."""
    if data[:8] != PNG_SIGNATURE:
        raise BadRecord(at, "not a PNG")
    place, packed, first = 8, bytearray(), True
    while True:
        if len(data) - place < 12:
            raise BadRecord(at + place, "the PNG ends early")
        (size,) = struct.unpack_from(">I", data, place)
        name = data[place + 4 : place + 8]
        if size > len(data) - place - 12:
            raise BadRecord(at + place, "a PNG chunk ends early")
        body = data[place + 8 : place + 8 + size]
        if data[place + 8 + size : place + 12 + size] != struct.pack(">I", zlib.crc32(name + body)):
            raise BadRecord(at + place, "a PNG chunk's checksum is wrong")
        if first and (name != b"IHDR" or body != header):
            raise BadRecord(at + place, "the PNG's size or depth is not the record's")
        first = False
        place += 12 + size
        if name == b"IDAT":
            packed += body
        elif name == b"IEND":
            break
    if place != len(data):
        raise BadRecord(at + place, "bytes after the end of the PNG")
    return bytes(packed)


def _check_inflated(packed: bytes, size: int, at: int) -> None:
    stream = zlib.decompressobj()
    try:
        rows = stream.decompress(packed, size + 1)
    except zlib.error as wrong:
        raise BadRecord(at, "the PNG's pixels cannot be unpacked") from wrong
    if len(rows) != size or not stream.eof or stream.unused_data:
        raise BadRecord(at, "the PNG has more or fewer pixels than it says")


def _jpeg_size(data: bytes, at: int) -> tuple[int, int]:
    """Width and height by the frame header; the JPEG must begin with SOI and end with EOI."""
    if data[:2] != b"\xff\xd8" or data[-2:] != b"\xff\xd9":
        raise BadRecord(at, "not a whole JPEG")
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    raise BadRecord(at + min(place, len(data)), "the JPEG has no frame header")


def wsq_size(data: bytes, at: int) -> tuple[int, int]:
    """Width and height by the frame header, found by walking the segments."""
    if data[:2] != WSQ_START or data[-2:] != _WSQ_END:
        raise BadRecord(at, "not a whole WSQ picture")
    place = 2
    while place + 17 <= len(data) and data[place] == 0xFF:
        if data[place + 1] == _WSQ_FRAME:
            height, width = struct.unpack_from(">HH", data, place + 6)
            return width, height
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    raise BadRecord(at + min(place, len(data)), "the WSQ picture has no frame header")
