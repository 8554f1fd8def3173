"""What a bundle's payload holds before encryption: a list of parts, then the parts, then zeros."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from station.safekeeping import cbor
from station.safekeeping.bundle import Buffer
from station.safekeeping.cbor import BadCbor, Fields

MAX_INDEX = 1 << 20
PART_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(?:[./][a-z0-9][a-z0-9_-]*)*")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
MANIFEST_PART = "manifest.cbor"
MANIFEST_TYPE = "application/cbor"


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """One thing sealed, by a name such as "finger/02.fir"; its repr shows no data."""

    name: str
    media_type: str
    data: Buffer

    def __repr__(self) -> str:
        return f"Part({self.name!r}, {self.media_type!r}, ...)"


@dataclass(frozen=True, slots=True)
class CaseTag:
    """Which case a bundle belongs to; the header shows only its commitment, the salt keeps that from being guessed."""

    case_id: bytes
    number: str
    salt: bytes

    def commitment(self) -> bytes:
        """SHA-256 of the salt (32 bytes) and the CBOR map of case and number."""
        return hashlib.sha256(self.salt + cbor.encode({"case": self.case_id, "number": self.number})).digest()


@dataclass(frozen=True, slots=True)
class PartHead:
    """A part as the list names it."""

    name: str
    media_type: str
    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Index:
    """The list in front of the parts. `case` is None in audit and diagnostic bundles."""

    case: CaseTag | None
    label: str
    parts: tuple[PartHead, ...]

    def encode(self) -> bytes:
        """Four bytes of length, then the list."""
        case = self.case
        body = cbor.encode(
            {
                "case": None if case is None else [case.case_id, case.number, case.salt],
                "label": self.label,
                "parts": [[part.name, part.media_type, part.length, part.sha256] for part in self.parts],
            }
        )
        if len(body) > MAX_INDEX:
            raise ValueError("too many parts for one bundle")
        return len(body).to_bytes(4, "big") + body

    @classmethod
    def decode(cls, body: bytes) -> "Index":
        """Raises BadCbor, also for a part name that could leave its folder and for a name given twice."""
        fields = Fields(cbor.decode(body))
        raw_case = fields.value("case")
        label = fields.text("label")
        parts = tuple(_head(entry) for entry in fields.items("parts"))
        fields.done()
        check_names([part.name for part in parts])
        return cls(None if raw_case is None else _tag(raw_case), label, parts)


def index_of(case: CaseTag | None, label: str, parts: Sequence[Part]) -> Index:
    """The list for `parts`; a name or type outside the agreed alphabet is a caller's bug and raises BadCbor."""
    heads = tuple(
        PartHead(part.name, part.media_type, memoryview(part.data).nbytes, hashlib.sha256(part.data).digest())
        for part in parts
    )
    check_names([head.name for head in heads])
    if not all(MEDIA_TYPE.fullmatch(head.media_type) for head in heads):
        raise BadCbor("a media type is not one")
    return Index(case, label, heads)


def check_names(names: Sequence[str]) -> None:
    """Raises BadCbor for a name that is no plain relative path, and when two parts would be one file or folder."""
    taken = set(names)
    folders = {name[:at] for name in names for at, letter in enumerate(name) if letter == "/"}
    if len(taken) != len(names) or taken & folders:
        raise BadCbor("two parts have one name")
    if not all(len(name) <= 100 and PART_NAME.fullmatch(name) for name in names):
        raise BadCbor("a part's name is not a plain path")


def _head(entry: cbor.Value) -> PartHead:
    name, media_type, length, digest = cbor.items(entry, "part", 4)
    return PartHead(
        cbor.text(name, "name"),
        cbor.text(media_type, "media type"),
        cbor.number(length, "length"),
        cbor.octets(digest, "sha256", 32),
    )


def _tag(value: cbor.Value) -> CaseTag:
    case_id, number, salt = cbor.items(value, "case", 3)
    return CaseTag(cbor.octets(case_id, "case", 16), cbor.text(number, "number"), cbor.octets(salt, "salt", 32))
