"""An opened case for other systems and for people: one ANSI/NIST-ITL file, a summary, and pictures to look at.

All of it is derived from the records that lie beside it, and can be made again from them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import assert_never

from drivers.api import PadSize
from station.biometrics.formats import ansi_nist, fac, fir, picture, sdi
from station.biometrics.formats.errors import BadRecord
from station.receiver.case_records import CaseRecord, NoFinger, NoSignature, RecordKind, facts, sentence
from station.text import Text, msg

CASE_FILE, SUMMARY_TEXT, SUMMARY_JSON, PICTURES = "case.an2", "summary.txt", "summary.json", "pictures"
TRANSACTION, DESTINATION = "KTPEL", "DUKCAPIL"
PERSON_FIELDS = (
    "nik", "name", "birth_place", "birth_date", "sex", "blood_group", "address", "rt_rw", "village", "district",
    "religion", "marital_status", "occupation", "citizenship", "ground", "ground_reason", "ground_approver",
    "nik_reason",
)  # fmt: skip
"""Biodata in the type 2 record: fields 2.003, 2.004 and so on, in this order; an empty one is left out."""
REPLACED = msg("taken again later: another record counts instead")
_FIRST_FIELD = 3
_SDI_POINTS_PER_MM = 50.0


@dataclass(frozen=True, slots=True)
class CaseHead:
    """What the type 1 record says of the case; `sealed_at` of its last bundle, so that the file comes out the same."""

    number: str
    station: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """The records of a case, and why there is no ANSI/NIST file ("" when there is one)."""

    records: tuple[CaseRecord, ...]
    problem: str

    @property
    def whole(self) -> bool:
        """Whether every record could be read and the ANSI/NIST file made."""
        return not self.problem and not any(record.bad for record in self.records)

    def lines(self, say: Text) -> list[str]:
        """One line a record, then what is wrong with the whole."""
        told = [f"{record.path}: {say(sentence(record))}{' *' * record.replaced}" for record in self.records]
        if any(record.replaced for record in self.records):
            told.append("* " + say(REPLACED))
        return [*told, f"{CASE_FILE}: {self.problem}"] if self.problem else told

    def value(self) -> dict[str, object]:
        """The same as plain values."""
        return {
            "case_file": None if self.problem else CASE_FILE,
            "problem": self.problem or None,
            "records": [facts(record) for record in self.records],
        }


def ansi_nist_file(records: Sequence[CaseRecord], head: CaseHead) -> bytes:
    """The case as one file: types 1, 2, 10, 14 by finger position, 8. Replaced records and confirmations stay out.

    A finger by exception is a type 14 record without picture: amputated (XX) or unable to print (UP). Raises ValueError
    where a record cannot be read or stated: a file that leaves something out in silence would be a lie.
    """
    counting = [record for record in records if not record.replaced and record.kind is not RecordKind.CONFIRMATION]
    made = [ansi_nist.transaction(TRANSACTION, head.sealed_at, DESTINATION, head.station, head.number)]
    for record in sorted(counting, key=_order):
        one = _record(len(made) - 1, record, head.station)
        if one is not None:
            made.append(one)
    return ansi_nist.encode(made)


_KINDS = (RecordKind.BIODATA, RecordKind.PHOTO, RecordKind.FINGER, RecordKind.SIGNATURE)


def _order(record: CaseRecord) -> tuple[int, int]:
    position = record.content.position if isinstance(record.content, fir.FingerRepresentation | NoFinger) else 0
    return _KINDS.index(record.kind), int(position)


def _record(idc: int, record: CaseRecord, source: str) -> ansi_nist.Record | None:
    match record.content:
        case BadRecord() as bad:
            raise ValueError(f"{record.path}: {bad}")
        case fac.FacePhoto() as photo:
            return ansi_nist.face(idc, photo, source)
        case fir.FingerRepresentation() as one:
            return ansi_nist.finger(idc, one, source)
        case NoFinger(position, exception):
            code = fir.AnnotationCode.AMPUTATED if exception == "missing" else fir.AnnotationCode.UNUSABLE
            return ansi_nist.missing_finger(idc, fir.Annotation(position, code), record.sealed_at, source)
        case sdi.SignatureRecord() as ink:
            return ansi_nist.signature(idc, ink.points, PadSize(ink.width_mm, ink.height_mm, _SDI_POINTS_PER_MM))
        case Mapping() as fields:
            return ansi_nist.person(idc, _person(fields))
        case NoSignature():
            return None
        case _:
            assert_never(record.content)


def _person(fields: Mapping[str, str]) -> list[tuple[int, str]]:
    numbered = enumerate((fields.get(name, "") for name in PERSON_FIELDS), start=_FIRST_FIELD)
    return [(number, text) for number, text in numbered if text]


def add_files(folder: Path, records: tuple[CaseRecord, ...], head: CaseHead, say: Text, pictures: bool) -> CaseSummary:
    """Write the case file, the summary and, if wanted, the decoded pictures into the case's folder. Raises OSError."""
    problem = ""
    try:
        _write(folder / CASE_FILE, ansi_nist_file(records, head))
    except ValueError as why:
        problem = str(why)
    summary = CaseSummary(records, problem)
    _write(folder / SUMMARY_TEXT, ("\n".join([head.number, *summary.lines(say)]) + "\n").encode())
    _write(folder / SUMMARY_JSON, (json.dumps(summary.value(), ensure_ascii=False, indent=2) + "\n").encode())
    if pictures:
        _write_pictures(folder, records)
    return summary


def _write_pictures(folder: Path, records: Sequence[CaseRecord]) -> None:
    (folder / PICTURES).mkdir(mode=0o700)
    for number, record in enumerate(records, start=1):
        target = folder / PICTURES / f"{number:02d}-{record.item}.png"
        match record.content:
            case fac.FacePhoto() as photo:
                _write(target, picture.write_png(fac.pixels_of(photo)))
            case fir.FingerRepresentation() as one:
                _write(target, picture.write_png(one.pixels))
            case _:
                continue


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)
