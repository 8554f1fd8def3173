"""What the command line asks of fingers: judge image files, compare image files. Nothing is written or kept."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from drivers.api import DeviceInfo, FingerImage, Gray, Role
from station.biometrics.formats import picture
from station.biometrics.formats.errors import BadRecord
from station.biometrics.matching import SAME_FINGER, extract, score
from station.biometrics.model import Verdict
from station.biometrics.nfiq2.assess import NFIQ2_PPI, Assessment, Refusal, assess
from station.biometrics.quality.finger import judge
from station.text import Message, msg

ALGORITHM = "approximation of NFIQ 2.3"
_INCH_M = 0.0254
_PIXELS_PER_METRE = 1
_PHYSICAL_CHUNK = b"pHYs"


@dataclass(frozen=True, slots=True)
class UnreadableImage:
    """A file that is no picture."""

    image: str
    reason: Message


@dataclass(frozen=True, slots=True)
class QualityReport:
    """One impression: `score` 0..100, or None with NFIQ 2's `refusal`; `verdict` is what the officer would be told.

    `scored_at_ppi` differs from `resolution_ppi` when the image was scaled first. `features` are the 69 behind the
    score, by NIST's names.
    """

    image: str
    algorithm: str
    width_px: int
    height_px: int
    resolution_ppi: int
    scored_at_ppi: int
    score: int | None
    refusal: Refusal | None
    verdict: Verdict
    features: dict[str, float]


@dataclass(frozen=True, slots=True)
class MatchReport:
    """Two impressions compared: one finger when `score` reaches `threshold`."""

    first: str
    second: str
    minutiae: tuple[int, int]
    score: float
    threshold: float
    same: bool


def finger_quality(
    images: Sequence[Path], threshold: int = 40, ppi: int | None = None
) -> tuple[QualityReport | UnreadableImage, ...]:
    """Judge image files. Without `ppi` each file's own resolution counts (PNG), else 500."""
    return tuple(_quality(path, threshold, ppi) for path in images)


def finger_match(images: Sequence[Path], ppi: int | None = None) -> tuple[MatchReport | UnreadableImage, ...]:
    """Compare every image file with every other; the unreadable ones come first."""
    loaded = [(str(path), _load(path, ppi)) for path in images]
    unreadable = tuple(image for _, image in loaded if isinstance(image, UnreadableImage))
    templates = [
        (name, extract(image.pixels, image.resolution_ppi)) for name, image in loaded if isinstance(image, FingerImage)
    ]
    reports = []
    for (first, a), (second, b) in combinations(templates, 2):
        likeness = score(a, b)
        same = likeness >= SAME_FINGER
        reports.append(MatchReport(first, second, (len(a), len(b)), round(likeness, 2), SAME_FINGER, same))
    return (*unreadable, *reports)


def _quality(path: Path, threshold: int, ppi: int | None) -> QualityReport | UnreadableImage:
    image = _load(path, ppi)
    if isinstance(image, UnreadableImage):
        return image
    result = assess(image.pixels, image.resolution_ppi)
    return QualityReport(
        image=str(path),
        algorithm=ALGORITHM,
        width_px=image.pixels.shape[1],
        height_px=image.pixels.shape[0],
        resolution_ppi=image.resolution_ppi,
        scored_at_ppi=NFIQ2_PPI,
        score=result.score if isinstance(result, Assessment) else None,
        refusal=None if isinstance(result, Assessment) else result,
        verdict=judge(image, threshold),
        features=result.features if isinstance(result, Assessment) else {},
    )


def read_picture(path: Path, *, colour: bool) -> tuple[Gray, bytes] | UnreadableImage:
    """The pixels of a picture file, (height, width) grey or (height, width, 3) BGR, and the file's bytes."""
    try:
        data = path.read_bytes()
    except OSError:
        return UnreadableImage(str(path), msg("The file cannot be read."))
    if data.startswith(picture.WSQ_START):
        return _read_wsq(path, data, colour=colour)
    try:
        flag = cv2.IMREAD_COLOR if colour else cv2.IMREAD_GRAYSCALE
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flag) if data else None
    except cv2.error:  # more pixels than OpenCV takes
        pixels = None
    if pixels is None:
        return UnreadableImage(str(path), msg("The file is not a picture."))
    return np.asarray(pixels, dtype=np.uint8), data


def _read_wsq(path: Path, data: bytes, *, colour: bool) -> tuple[Gray, bytes] | UnreadableImage:
    try:
        width, height = picture.wsq_size(data, 0)
        picture.check_size(width, height, 0)
        grey = picture.read_wsq(data, 0, width=width, height=height)
    except BadRecord:
        return UnreadableImage(str(path), msg("The file is not a picture."))
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8) if colour else grey, data


def _load(path: Path, ppi: int | None) -> FingerImage | UnreadableImage:
    loaded = read_picture(path, colour=False)
    if isinstance(loaded, UnreadableImage):
        return loaded
    grey, data = loaded
    depth_bits = 4 if bool((grey % 17 == 0).all()) else 8
    return FingerImage(grey, ppi or _own_ppi(data), depth_bits, DeviceInfo(Role.FINGERPRINT, "file", str(path)))


def _own_ppi(data: bytes) -> int:
    """The resolution a PNG declares (ISO/IEC 15948, 11.3.5.3), where it is a fingerprint's; else 500."""
    at = data.find(_PHYSICAL_CHUNK, 0, 4096)
    if at < 0 or len(data) < at + 13:
        return NFIQ2_PPI
    across, _, unit = struct.unpack_from(">IIB", data, at + 4)
    ppi = round(across * _INCH_M)
    return ppi if unit == _PIXELS_PER_METRE and 200 <= ppi <= 1200 else NFIQ2_PPI
