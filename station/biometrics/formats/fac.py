"""Face image records, ISO/IEC 19794-5:2011: the portrait as one full-frontal colour picture, lossless by default."""

import struct
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, IntFlag

from station.biometrics.formats import picture
from station.biometrics.formats.blocks import CaptureDevice, QualityBlock, read_capture, write_capture
from station.biometrics.formats.cursor import Cursor
from station.biometrics.formats.errors import BadRecord
from station.biometrics.formats.picture import Pixels

_MAGIC = b"FAC\x00030\x00"
_HEADER_BYTES = 17
_NO_TEMPORAL_SEMANTICS = 0
_UNSPECIFIED_COLOURS, _RGB24 = 0, 1
_MPEG4_POINT = 1


class Technology(IntEnum):
    """What kind of camera."""

    UNKNOWN = 0
    STILL_CAMERA = 2
    VIDEO_CAMERA = 6


VIDEO_CAMERA = CaptureDevice(Technology.VIDEO_CAMERA)


class Gender(IntEnum):
    """As biodata state it."""

    UNSPECIFIED = 0
    MALE = 1
    FEMALE = 2


class ImageCoding(IntEnum):
    """The image data types; the station writes PNG."""

    JPEG = 0
    JP2_LOSSY = 1
    JP2_LOSSLESS = 2
    PNG = 3


class ImageKind(IntEnum):
    """How the face stands in the picture (table 16, without 3D)."""

    BASIC = 0
    FULL_FRONTAL = 1
    TOKEN_FRONTAL = 2


class Processing(IntFlag):
    """What was done to the picture after the camera took it (table 19)."""

    NONE = 0
    ROTATED = 1
    CROPPED = 2
    DOWN_SAMPLED = 4
    INTERPOLATED = 32


CARD_CUT = Processing.ROTATED | Processing.CROPPED | Processing.INTERPOLATED


@dataclass(frozen=True, slots=True)
class Landmark:
    """A point of the face in pixels, by its MPEG-4 code (`major`.`minor`, as 12.1 for the left pupil)."""

    major: int
    minor: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Pose:
    """Head angles (yaw, pitch, roll) in whole degrees and their uncertainties; an uncertainty of 0 is unspecified."""

    angles: tuple[int, int, int]
    uncertainties: tuple[int, int, int]


@dataclass(frozen=True, slots=True, repr=False)
class Traits:
    """What other systems may state of the person, as the standard's codes; 0 is unspecified, as the station writes."""

    eye_colour: int = 0
    hair_colour: int = 0
    height_cm: int = 0
    properties: int = 0
    expression: int = 0


UNSTATED = Traits()


@dataclass(frozen=True, slots=True, repr=False)
class FacePhoto:
    """One portrait: `data` is a picture of `width` x `height` pixels, in its coding. Its repr shows nothing."""

    captured_at: datetime
    data: bytes
    width: int
    height: int
    coding: ImageCoding = ImageCoding.PNG
    gender: Gender = Gender.UNSPECIFIED
    quality: tuple[QualityBlock, ...] = ()
    device: CaptureDevice = VIDEO_CAMERA
    landmarks: tuple[Landmark, ...] = ()
    pose: Pose | None = None
    processing: Processing = Processing.NONE
    traits: Traits = UNSTATED
    kind: ImageKind = ImageKind.FULL_FRONTAL

    def __repr__(self) -> str:
        return "FacePhoto(...)"


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """One or more photos of one person."""

    photos: tuple[FacePhoto, ...]


def photo_png(pixels: Pixels) -> bytes:
    """The PNG of a picture (height, width, 3) uint8 BGR, for FacePhoto.data."""
    return picture.write_png(pixels)


def pixels_of(photo: FacePhoto) -> Pixels:
    """The photo's picture (height, width, 3) uint8 BGR; BadRecord (offsets within the data) when it is none."""
    return _decode_pixels(photo.data, 0, photo.coding, photo.width, photo.height)


def encode(record: FaceRecord) -> bytes:
    """The record's bytes (clauses 5.3 to 5.9); ValueError for a photo whose data is not what it says."""
    if not record.photos:
        raise ValueError("a face record without a photo")
    body = b"".join(_encode_photo(photo) for photo in record.photos)
    counts = struct.pack(">IHBH", _HEADER_BYTES + len(body), len(record.photos), 0, _NO_TEMPORAL_SEMANTICS)
    return _MAGIC + counts + body


def decode(data: bytes) -> FaceRecord:
    """The record of these bytes, its pictures proven to be whole; BadRecord where they are anything else."""
    cursor = Cursor(data)
    cursor.literal(_MAGIC, "format identifier and version")
    cursor.within(4, len(data), len(data), "record length")
    count = cursor.within(2, 1, 0xFFFF, "number of representations")
    cursor.within(1, 0, 0, "certification flag")
    cursor.within(2, 0, 0, "temporal semantics")
    photos = tuple(_decode_photo(cursor) for _ in range(count))
    cursor.finish("record")
    return FaceRecord(photos)


def _encode_photo(photo: FacePhoto) -> bytes:
    pixels_of(photo)
    pose = photo.pose or Pose((0, 0, 0), (0, 0, 0))
    body = write_capture(photo.captured_at, photo.device, photo.quality)
    traits = photo.traits
    body += struct.pack(">HBBBB", len(photo.landmarks), photo.gender, traits.eye_colour, traits.hair_colour,
                        traits.height_cm)  # fmt: skip
    body += traits.properties.to_bytes(3, "big") + traits.expression.to_bytes(2, "big")
    body += struct.pack(">6b", *pose.angles, *pose.uncertainties)
    for mark in photo.landmarks:
        body += struct.pack(">BBHHH", _MPEG4_POINT, mark.major << 4 | mark.minor, mark.x, mark.y, 0)
    body += struct.pack(
        ">BBHHBHBB", photo.kind, photo.coding, photo.width, photo.height, 0, photo.processing, 0, _RGB24
    )
    body += struct.pack(">I", len(photo.data)) + photo.data
    return struct.pack(">I", 4 + len(body)) + body


def _decode_photo(record: Cursor) -> FacePhoto:
    length = record.within(4, 4, 0xFFFFFFFF, "representation length")
    cursor = record.part(length - 4, "representation")
    captured_at, device, quality = read_capture(cursor)
    marks = cursor.unsigned(2, "number of landmarks")
    gender = Gender(cursor.within(1, 0, 2, "gender"))
    sizes = (1, "eye colour"), (1, "hair colour"), (1, "height"), (3, "properties"), (2, "expression")
    traits = Traits(*(cursor.unsigned(size, what) for size, what in sizes))
    pose = _decode_pose(cursor)
    landmarks = tuple(_decode_landmark(cursor) for _ in range(marks))
    kind = ImageKind(cursor.within(1, 0, max(ImageKind), "face image type"))
    at = cursor.at
    coding = cursor.unsigned(1, "image data type")
    if coding not in tuple(ImageCoding):
        raise BadRecord(at, f"image data type {coding} is not read here")
    width, height = cursor.unsigned(2, "width"), cursor.unsigned(2, "height")
    cursor.within(1, 0, 0, "sampling rate")
    processing = _decode_processing(cursor)
    cursor.within(1, 0, 0, "cross reference")
    cursor.within(1, _UNSPECIFIED_COLOURS, _RGB24, "colour space")
    size = cursor.unsigned(4, "image data length")
    at = cursor.at
    data = cursor.take(size, "image data")
    cursor.finish("representation")
    _decode_pixels(data, at, ImageCoding(coding), width, height)
    return FacePhoto(
        captured_at, data, width, height, ImageCoding(coding), gender, quality, device, landmarks, pose, processing,
        traits, kind,
    )  # fmt: skip


def _decode_pose(cursor: Cursor) -> Pose | None:
    yaw, pitch, roll, by_yaw, by_pitch, by_roll = (cursor.signed(1, "pose") for _ in range(6))
    pose = Pose((yaw, pitch, roll), (by_yaw, by_pitch, by_roll))
    return None if pose == Pose((0, 0, 0), (0, 0, 0)) else pose


def _decode_processing(cursor: Cursor) -> Processing:
    at = cursor.at
    bits = cursor.unsigned(2, "post-processing")
    if bits & ~sum(Processing):
        raise BadRecord(at, f"post-processing {bits:04X} is not read here")
    return Processing(bits)


def _decode_landmark(cursor: Cursor) -> Landmark:
    cursor.within(1, _MPEG4_POINT, _MPEG4_POINT, "landmark type")
    code = cursor.unsigned(1, "landmark code")
    mark = Landmark(code >> 4, code & 15, cursor.unsigned(2, "landmark x"), cursor.unsigned(2, "landmark y"))
    cursor.within(2, 0, 0, "landmark z")
    return mark


def _decode_pixels(data: bytes, at: int, coding: ImageCoding, width: int, height: int) -> Pixels:
    picture.check_size(width, height, at)
    match coding:
        case ImageCoding.PNG:
            return picture.read_png(data, at, width=width, height=height, depth_bits=8, channels=3)
        case ImageCoding.JPEG:
            return picture.read_jpeg(data, at, width=width, height=height)
        case ImageCoding.JP2_LOSSY | ImageCoding.JP2_LOSSLESS:
            return picture.read_jp2(data, at, width=width, height=height, channels=3)
