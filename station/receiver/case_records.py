"""What the records of an opened case say, by the strict readers; what they refuse is named with its place, not guessed.

A case may hold an item twice, when it was taken again at the review: the manifest names the bundle that counts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import assert_never

from station.biometrics.formats import fac, fir, sdi
from station.biometrics.formats.blocks import NOT_SCORED, QualityBlock
from station.biometrics.formats.errors import BadRecord
from station.biometrics.model import FingerPosition
from station.capture.records import FINGER_WORDS
from station.text import Message, msg

FIR, FAC, SDI = "application/x-iso-19794-4", "application/x-iso-19794-5", "application/x-iso-19794-7"
BIODATA = "biodata.json"
_NOTES = ("finger-", "confirmation-", "signature.")


class RecordKind(Enum):
    """What a record is of; a CONFIRMATION is a finger taken again for comparison alone."""

    BIODATA = "biodata"
    PHOTO = "photo"
    FINGER = "finger"
    CONFIRMATION = "confirmation"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class NoFinger:
    """A finger without an image, and by which exception ("" where none was noted)."""

    position: FingerPosition
    exception: str


@dataclass(frozen=True, slots=True)
class NoSignature:
    """The applicant could not sign; `thumb` is whose impression stands for the signature, if one does."""

    thumb: FingerPosition | None = None


Content = (
    Mapping[str, str] | fac.FacePhoto | fir.FingerRepresentation | NoFinger | sdi.SignatureRecord
    | NoSignature | BadRecord
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenedBundle:
    """A decrypted bundle: `folder` is its name in the case's folder, `parts` its parts' names and media types."""

    id: str
    folder: str
    sealed_at: datetime
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, repr=False)
class CaseRecord:
    """One record: `path` in the case's folder, `replaced` when another one counts. The repr shows no content."""

    path: str
    bundle: str
    kind: RecordKind
    content: Content
    sealed_at: datetime
    replaced: bool = False

    def __repr__(self) -> str:
        return f"CaseRecord({self.path!r}, {self.kind.value})"

    @property
    def item(self) -> str:
        """What it is in the manifest's list: finger-02, photo, signature."""
        return Path(self.path).name.split(".")[0]

    @property
    def bad(self) -> bool:
        return isinstance(self.content, BadRecord)


def read_records(folder: Path, bundles: Sequence[OpenedBundle], counting: Mapping[str, str]) -> tuple[CaseRecord, ...]:
    """Every record of the case in the order of sealing. `counting` says by item which bundle counts, where the manifest
    tells; elsewhere the newest does. Raises OSError."""
    found = [record for bundle in bundles for record in _of_bundle(folder, bundle)]
    chosen = {record.item: record.bundle for record in found}
    chosen |= {record.item: record.bundle for record in found if counting.get(record.item) == record.bundle}
    return tuple(replace(record, replaced=record.bundle != chosen[record.item]) for record in found)


def _of_bundle(folder: Path, bundle: OpenedBundle) -> Iterator[CaseRecord]:
    for name, media_type in bundle.parts:
        kind = _kind(name, media_type)
        if kind is None:
            continue
        path = f"{bundle.folder}/{name}"
        for content in _contents(kind, media_type, (folder / path).read_bytes()):
            yield CaseRecord(path, bundle.id, kind, content, bundle.sealed_at)


def _kind(name: str, media_type: str) -> RecordKind | None:
    if name == BIODATA:
        return RecordKind.BIODATA
    if media_type == FAC:
        return RecordKind.PHOTO
    if media_type == SDI or name == "signature.json":
        return RecordKind.SIGNATURE
    if media_type == FIR or (name.startswith(_NOTES) and name.endswith(".json")):
        return RecordKind.CONFIRMATION if name.startswith("confirmation-") else RecordKind.FINGER
    return None


def _contents(kind: RecordKind, media_type: str, data: bytes) -> Sequence[Content]:
    try:
        match media_type:
            case _ if media_type == FAC:
                return fac.decode(data).photos
            case _ if media_type == FIR:
                return fir.decode(data).representations
            case _ if media_type == SDI:
                return (sdi.decode(data),)
            case _:
                return (_note(kind, data),)
    except BadRecord as bad:
        return (bad,)


def _note(kind: RecordKind, data: bytes) -> Content:
    try:
        value = json.loads(data)
        match kind:
            case RecordKind.BIODATA:
                return {str(key): "" if text is None else str(text) for key, text in value.items()}
            case RecordKind.SIGNATURE:
                thumb = value.get("thumb")
                return NoSignature(None if thumb is None else FingerPosition(thumb))
            case _:
                return NoFinger(FingerPosition(value["position"]), str(value["exception"] or ""))
    except (ValueError, KeyError, TypeError, AttributeError) as why:
        raise BadRecord(0, "a note that is not the agreed JSON") from why


def facts(record: CaseRecord) -> dict[str, object]:
    """The record as plain values: sizes in pixels, resolution in pixels per inch, nothing personal."""
    told: dict[str, object] = {"record": record.path, "kind": record.kind.value, "replaced": record.replaced}
    match record.content:
        case BadRecord() as bad:
            return told | {"problem": str(bad)}
        case fac.FacePhoto() as photo:
            size = {"width_px": photo.width, "height_px": photo.height, "depth_bits": 24, "coding": photo.coding.name}
            return told | size | _captured(photo.captured_at, photo.quality)
        case fir.FingerRepresentation() as one:
            height, width = one.pixels.shape
            size = {
                "width_px": width,
                "height_px": height,
                "depth_bits": one.depth_bits,
                "coding": one.compression.name,
            }
            place = {"position": one.position.name.lower(), "resolution_ppi": one.image_ppi}
            noted = {"annotations": [note.code.name.lower() for note in one.annotations]}
            return told | place | size | noted | _captured(one.captured_at, one.quality)
        case NoFinger(position, exception):
            return told | {"position": position.name.lower(), "exception": exception}
        case sdi.SignatureRecord() as ink:
            size = {"width_mm": round(ink.width_mm, 1), "height_mm": round(ink.height_mm, 1)}
            return told | size | {"points": len(ink.points), "seconds": round(ink.points[-1].time_s, 2)}
        case NoSignature(thumb):
            return told | ({"thumb": thumb.name.lower()} if thumb else {"exception": "cannot_sign"})
        case Mapping() as fields:
            return told | {"fields": sum(1 for text in fields.values() if text)}
        case _:
            assert_never(record.content)


def _captured(at: datetime, quality: Sequence[QualityBlock]) -> dict[str, object]:
    return {"captured_at": at.isoformat(), "quality": _score(quality)}


def _score(quality: Sequence[QualityBlock]) -> int | None:
    return next((block.score for block in quality if block.score != NOT_SCORED), None)


def sentence(record: CaseRecord) -> Message:
    """The record in one line for people."""
    match record.content:
        case BadRecord() as bad:
            return msg("not readable, {trouble}", trouble=str(bad))
        case fac.FacePhoto() as photo:
            return msg("photo, {size}, colour, quality {quality}",
                       size=_pixels(photo.width, photo.height), quality=_quality(photo.quality))  # fmt: skip
        case fir.FingerRepresentation() as one:
            height, width = one.pixels.shape
            return msg("{finger}, {size}, {ppi} dpi, {bits} bits, quality {quality}",
                       finger=_finger(record.kind, one.position), size=_pixels(width, height), ppi=one.image_ppi,
                       bits=one.depth_bits, quality=_quality(one.quality))  # fmt: skip
        case NoFinger(position, exception):
            return msg("{finger}, no picture: {exception}",
                       finger=_finger(record.kind, position), exception=exception or "-")  # fmt: skip
        case sdi.SignatureRecord() as ink:
            size = f"{ink.width_mm:.0f} x {ink.height_mm:.0f} mm"
            return msg("signature, {size}, {count} points in {seconds} s",
                       size=size, count=len(ink.points), seconds=float(ink.points[-1].time_s))  # fmt: skip
        case NoSignature(FingerPosition() as thumb):
            return msg("no signature: the {finger} stands for it", finger=FINGER_WORDS[thumb])
        case NoSignature():
            return msg("no signature: the applicant cannot sign")
        case Mapping() as fields:
            return msg("biodata, {count} fields", count=sum(1 for text in fields.values() if text))
        case _:
            assert_never(record.content)


def _finger(kind: RecordKind, position: FingerPosition) -> Message:
    words = FINGER_WORDS[position]
    return msg("Confirmed: {finger}", finger=words) if kind is RecordKind.CONFIRMATION else words


def _quality(quality: Sequence[QualityBlock]) -> str:
    score = _score(quality)
    return "-" if score is None else str(score)


def _pixels(width: int, height: int) -> str:
    return f"{width} x {height}"
