"""The blocks that every representation of the 2011 generation shares (ISO/IEC 19794-1:2011)."""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from station.biometrics.formats.cursor import Cursor
from station.biometrics.formats.errors import BadRecord

NOT_SCORED = 255
UNSPECIFIED = 0


@dataclass(frozen=True, slots=True)
class QualityBlock:
    """A quality score 0..100 (255 where scoring failed) and whose algorithm made it.

    Vendor and algorithm 0 mean unspecified. They stay 0 for our own scores: 0x0101/0x0039 is NIST's NFIQ 2.3 itself.
    """

    score: int
    vendor: int = UNSPECIFIED
    algorithm: int = UNSPECIFIED


@dataclass(frozen=True, slots=True)
class CaptureDevice:
    """What captured: technology (a table of each part), and the vendor's registered ids, 0 when unspecified."""

    technology: int = 0
    vendor: int = UNSPECIFIED
    type: int = UNSPECIFIED


UNKNOWN_DEVICE = CaptureDevice()


def write_capture(captured_at: datetime, device: CaptureDevice, quality: tuple[QualityBlock, ...]) -> bytes:
    """Date-time, device and quality blocks; `captured_at` is aware and written in UTC."""
    if captured_at.tzinfo is None:
        raise ValueError("a capture time without a time zone")
    t = captured_at.astimezone(UTC)
    if any(not (0 <= block.score <= 100 or block.score == NOT_SCORED) for block in quality):
        raise ValueError("a quality score outside 0..100")
    head = struct.pack(">HBBBBBH", t.year, t.month, t.day, t.hour, t.minute, t.second, t.microsecond // 1000)
    head += struct.pack(">BHHB", device.technology, device.vendor, device.type, len(quality))
    return head + b"".join(struct.pack(">BHH", block.score, block.vendor, block.algorithm) for block in quality)


def read_capture(cursor: Cursor) -> tuple[datetime, CaptureDevice, tuple[QualityBlock, ...]]:
    """The inverse of `write_capture`."""
    captured_at = _read_time(cursor)
    device = CaptureDevice(
        cursor.unsigned(1, "device technology"), cursor.unsigned(2, "device vendor"), cursor.unsigned(2, "device type")
    )
    count = cursor.unsigned(1, "number of quality blocks")
    return captured_at, device, tuple(_read_quality(cursor) for _ in range(count))


def _read_time(cursor: Cursor) -> datetime:
    at = cursor.at
    year, month, day, hour, minute, second, ms = struct.unpack(">HBBBBBH", cursor.take(9, "capture time"))
    try:
        return datetime(year, month, day, hour, minute, second, ms * 1000, tzinfo=UTC)
    except ValueError as wrong:
        raise BadRecord(at, f"capture time: {wrong}") from wrong


def _read_quality(cursor: Cursor) -> QualityBlock:
    at = cursor.at
    score, vendor, algorithm = struct.unpack(">BHH", cursor.take(5, "quality block"))
    if score > 100 and score != NOT_SCORED:
        raise BadRecord(at, f"quality score is {score}")
    return QualityBlock(score, vendor, algorithm)
