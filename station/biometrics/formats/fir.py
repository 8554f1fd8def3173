"""Finger image records, ISO/IEC 19794-4:2011.

A sensor with 4 true bits is recorded with bit depth 4 and a 4-bit grey PNG (or raw, one pixel value 0..15 a byte): the
record never claims grey levels that the sensor did not see. In memory such pixels are expanded to 8 bits by x17.
"""

import struct
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np

from station.biometrics.formats import picture
from station.biometrics.formats.blocks import UNKNOWN_DEVICE, CaptureDevice, QualityBlock, read_capture, write_capture
from station.biometrics.formats.cursor import Cursor
from station.biometrics.formats.errors import BadRecord
from station.biometrics.formats.picture import Pixels
from station.biometrics.model import FingerPosition

_MAGIC = b"FIR\x00020\x00"
_HEADER_BYTES = 16
_PPI, _PIXELS_A_CM = 1, 2
_SEGMENTATION, _ANNOTATION = 1, 2
_IMAGE_HEADER = ">BBBHHHHBBBHHI"


class Compression(IntEnum):
    """Table 9, without bit packing. Masters are RAW, PNG or JP2_LOSSLESS; the others lose and are copies."""

    RAW = 0
    WSQ = 2
    JPEG = 3
    JP2_LOSSY = 4
    JP2_LOSSLESS = 5
    PNG = 6


class Impression(IntEnum):
    """Table 10."""

    PLAIN = 0
    ROLLED = 1
    PLAIN_FROM_PAPER = 2
    ROLLED_FROM_PAPER = 3
    SWIPE = 8
    CONTACTLESS = 24
    OTHER = 28
    UNKNOWN = 29


class Technology(IntEnum):
    """Table 4: what kind of sensor."""

    UNKNOWN = 0
    OPTICAL = 4
    CAPACITIVE = 0x0E


class AnnotationCode(IntEnum):
    """Table 13: why a finger is not among the images."""

    AMPUTATED = 1
    UNUSABLE = 2


@dataclass(frozen=True, slots=True)
class Annotation:
    """A finger without an image."""

    position: FingerPosition
    code: AnnotationCode


@dataclass(frozen=True, slots=True, eq=False)
class FingerRepresentation:
    """One impression: `pixels` (height, width) uint8; `scan_ppi` the sensor's resolution, `image_ppi` the pixels'.

    `depth_bits` is 8, or 4 with pixels that are multiples of 17. `annotations` tell of other, missing fingers.
    """

    position: FingerPosition
    captured_at: datetime
    pixels: Pixels
    scan_ppi: int
    image_ppi: int
    depth_bits: int = 8
    quality: tuple[QualityBlock, ...] = ()
    impression: Impression = Impression.PLAIN
    device: CaptureDevice = UNKNOWN_DEVICE
    compression: Compression = Compression.PNG
    number: int = 0
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FingerRecord:
    """One to 65535 representations; several of one finger differ in `number` (0..15)."""

    representations: tuple[FingerRepresentation, ...]


def encode(record: FingerRecord) -> bytes:
    """The record's bytes (clauses 8.2 and 8.3); ValueError where the record cannot be stated truthfully."""
    if not record.representations:
        raise ValueError("a finger record without a finger")
    body = b"".join(_encode_representation(one) for one in record.representations)
    positions = {one.position for one in record.representations}
    counts = struct.pack(">IHBB", _HEADER_BYTES + len(body), len(record.representations), 0, len(positions))
    return _MAGIC + counts + body


def decode(data: bytes) -> FingerRecord:
    """The record of these bytes; BadRecord where they are anything else."""
    cursor = Cursor(data)
    cursor.literal(_MAGIC, "format identifier and version")
    cursor.within(4, len(data), len(data), "record length")
    count = cursor.within(2, 1, 0xFFFF, "number of representations")
    cursor.within(1, 0, 0, "certification flag")
    at = cursor.at
    positions = cursor.unsigned(1, "number of positions")
    representations = tuple(_decode_representation(cursor) for _ in range(count))
    cursor.finish("record")
    if positions != len({one.position for one in representations}):
        raise BadRecord(at, f"number of positions is {positions}")
    return FingerRecord(representations)


def _encode_representation(one: FingerRepresentation) -> bytes:
    height, width = one.pixels.shape
    image = image_data(one)
    body = write_capture(one.captured_at, one.device, one.quality)
    body += struct.pack(
        _IMAGE_HEADER, one.position, one.number, _PPI, one.scan_ppi, one.scan_ppi, one.image_ppi, one.image_ppi,
        one.depth_bits, one.compression, one.impression, width, height, len(image),
    )  # fmt: skip
    body += image + _encode_annotations(one.annotations)
    return struct.pack(">I", 4 + len(body)) + body


def image_data(one: FingerRepresentation) -> bytes:
    """The impression's pixels in its compression and true depth; ValueError where they do not fit the depth."""
    if one.depth_bits not in (4, 8):
        raise ValueError(f"a depth of {one.depth_bits} bits")
    if one.depth_bits == 4 and np.any(one.pixels % 17):
        raise ValueError("pixels that 4 bits cannot hold")
    match one.compression:
        case Compression.RAW:
            return (one.pixels // 17 if one.depth_bits == 4 else one.pixels).tobytes()
        case Compression.PNG:
            return picture.write_png4(one.pixels) if one.depth_bits == 4 else picture.write_png(one.pixels)
        case Compression.JP2_LOSSLESS if one.depth_bits == 8:
            return picture.write_jp2(one.pixels)
        case Compression.WSQ if one.depth_bits == 8:
            return picture.write_wsq(one.pixels)
        case _:
            raise ValueError(f"{one.compression.name} at a depth of {one.depth_bits} bits is not written here")


def _encode_annotations(annotations: tuple[Annotation, ...]) -> bytes:
    if not annotations:
        return b""
    items = b"".join(bytes((one.position, one.code)) for one in annotations)
    return struct.pack(">HHB", _ANNOTATION, 5 + len(items), len(annotations)) + items


def _decode_representation(record: Cursor) -> FingerRepresentation:
    length = record.within(4, 4, 0xFFFFFFFF, "representation length")
    cursor = record.part(length - 4, "representation")
    captured_at, device, quality = read_capture(cursor)
    position = FingerPosition(cursor.within(1, 1, 10, "finger position"))
    number = cursor.within(1, 0, 15, "representation number")
    units = cursor.within(1, _PPI, _PIXELS_A_CM, "scale units")
    scan_ppi = _decode_resolution(cursor, units, "scan resolution")
    image_ppi = _decode_resolution(cursor, units, "image resolution")
    depth_bits = _one_of(cursor, (4, 8), "bit depth")
    compression = Compression(_one_of(cursor, tuple(Compression), "compression"))
    impression = Impression(_one_of(cursor, tuple(Impression), "impression type"))
    at = cursor.at
    width, height = cursor.unsigned(2, "width"), cursor.unsigned(2, "height")
    picture.check_size(width, height, at)
    size = cursor.unsigned(4, "image data length")
    at = cursor.at
    data = cursor.take(size, "image data")
    pixels = _decode_pixels(data, at, compression, depth_bits, width, height)
    annotations = _decode_annotations(cursor)
    return FingerRepresentation(
        position, captured_at, pixels, scan_ppi, image_ppi, depth_bits,
        quality, impression, device, compression, number, annotations,
    )  # fmt: skip


def _decode_resolution(cursor: Cursor, units: int, what: str) -> int:
    """Pixels an inch, the same across and down; from pixels a centimetre to the nearest."""
    across = cursor.within(2, 1, 0xFFFF, what)
    cursor.within(2, across, across, f"vertical {what}")
    return round(across * 2.54) if units == _PIXELS_A_CM else across


def _one_of(cursor: Cursor, known: tuple[int, ...], what: str) -> int:
    at = cursor.at
    value = cursor.unsigned(1, what)
    if value not in known:
        raise BadRecord(at, f"{what} {value} is not read here")
    return value


def _decode_pixels(data: bytes, at: int, compression: Compression, depth_bits: int, width: int, height: int) -> Pixels:
    match compression:
        case Compression.PNG:
            return picture.read_png(data, at, width=width, height=height, depth_bits=depth_bits, channels=1)
        case Compression.RAW:
            if len(data) != width * height:
                raise BadRecord(at, f"{len(data)} bytes for {width} x {height} pixels")
            pixels = np.frombuffer(data, np.uint8).reshape(height, width)
            if depth_bits == 8:
                return pixels
            if int(pixels.max()) > 15:
                raise BadRecord(at, "a pixel value above 15 at bit depth 4")
            return pixels * np.uint8(17)
        case _ if depth_bits != 8:
            raise BadRecord(at, f"{compression.name} at a bit depth of {depth_bits} is not read here")
        case Compression.JP2_LOSSY | Compression.JP2_LOSSLESS:
            return picture.read_jp2(data, at, width=width, height=height, channels=1)
        case Compression.JPEG:
            return picture.read_jpeg(data, at, width=width, height=height, channels=1)
        case Compression.WSQ:
            return picture.read_wsq(data, at, width=width, height=height)


def _decode_annotations(cursor: Cursor) -> tuple[Annotation, ...]:
    """The optional extended data blocks (clause 8.4): annotations are read, segmentation of slaps is passed over."""
    found: list[Annotation] = []
    while cursor.at < cursor.end:
        kind = cursor.within(2, _SEGMENTATION, _ANNOTATION, "extended data block type")
        size = cursor.within(2, 7 if kind == _ANNOTATION else 5, 0xFFFF, "extended data block length")
        block = cursor.part(size - 4, "extended data block")
        if kind == _SEGMENTATION:
            continue
        count = block.within(1, 1, 255, "number of annotations")
        for _ in range(count):
            position = FingerPosition(block.within(1, 1, 10, "annotated finger"))
            found.append(Annotation(position, AnnotationCode(block.within(1, 1, 2, "annotation code"))))
        block.finish("annotation block")
    return tuple(found)
