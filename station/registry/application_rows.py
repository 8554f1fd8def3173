"""Files of online services, taken apart: every good row becomes a draft, every bad one is explained by row and field.

A spreadsheet loses digits without a word, so what one may have spoiled is refused with the reason, never guessed.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from station.capture.counter import CaseDraft
from station.capture.facts import FieldProblem
from station.registry.biodata import capitals, check
from station.registry.model import Biodata, Ground
from station.text import Message, msg

LARGEST_FILE_BYTES = 4 << 20
MOST_ROWS = 5000
SUFFIXES = (".csv", ".tsv", ".txt", ".json")

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "nik": ("nik", "no_nik", "nomor_nik"),
    "name": ("nama", "nama_lengkap", "name"),
    "birth_place": ("tempat_lahir", "birth_place"),
    "birth_date": ("tanggal_lahir", "tgl_lahir", "birth_date"),
    "sex": ("jenis_kelamin", "kelamin", "sex"),
    "blood_group": ("golongan_darah", "gol_darah", "blood_group"),
    "address": ("alamat", "address"),
    "rt_rw": ("rt_rw",),
    "rt": ("rt",),
    "rw": ("rw",),
    "village": ("kel_desa", "kelurahan", "desa", "kelurahan_desa", "village"),
    "district": ("kecamatan", "district"),
    "religion": ("agama", "religion"),
    "marital_status": ("status_perkawinan", "status_kawin", "marital_status"),
    "occupation": ("pekerjaan", "occupation"),
    "citizenship": ("kewarganegaraan", "citizenship"),
    "ground": ("alasan", "ground"),
    "ground_reason": ("keterangan", "ground_reason"),
    "number": ("nomor", "no_permohonan", "nomor_permohonan", "number"),
    "day": ("tanggal_layanan", "tanggal_kunjungan", "day"),
}
_FIELD_OF = {name: field for field, names in _COLUMNS.items() for name in names}
COLUMN_OF = {field: names[0] for field, names in _COLUMNS.items()}
"""The heading that a service writes for each of our fields."""

NEEDED = (
    "nik", "name", "birth_place", "birth_date", "sex", "address", "rt_rw", "village", "district", "religion",
    "marital_status", "occupation",
)  # fmt: skip
_GROUNDS: Mapping[str, Ground] = {
    "SEKOLAH": Ground.SCHOOL,
    "TNI POLRI": Ground.ARMY_POLICE,
    "RUMAH SAKIT": Ground.HOSPITAL,
    "LAIN": Ground.OTHER,
    **{ground.value.upper().replace("_", " "): ground for ground in Ground},
}
_DIGITS_AND_MARKS = ("nik", "birth_date", "rt_rw", "rt", "rw", "day", "number")
_LEFT_TO_THE_OFFICER = ("ground", "ground_reason", "approver_id", "approver_pin")
_SEPARATORS = (",", ";", "\t", "|")
_FORMULA_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+", re.ASCII)
_DECIMALS = re.compile(r"\d{10,}[.,]\d+", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?", re.ASCII)
_NUMBER = re.compile(r"[\w./ -]{0,40}")
_LONGEST_REASON = 200
_DAY_NUMBER = re.compile(r"\d{4,6}", re.ASCII)
_FEWEST_TO_SUSPECT = 3


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row, or with `row` None a whole file, was not taken, and what to write instead; nothing personal.

    `row` counts as a spreadsheet does, its headings being row 1; in JSON it counts the objects from 1.
    """

    file: str
    row: int | None
    field: str
    sentence: Message


@dataclass(frozen=True, slots=True, repr=False)
class GoodRow:
    """A row that can be recorded from. `day` is the visit's day, `doubts` what needs a reason from the officer."""

    file: str
    row: int
    number: str
    day: date | None
    draft: CaseDraft
    doubts: tuple[FieldProblem, ...]

    def __repr__(self) -> str:
        return "GoodRow(...)"


@dataclass(frozen=True, slots=True)
class FileReading:
    """One file, taken apart."""

    rows: tuple[GoodRow, ...]
    problems: tuple[RowProblem, ...]


class _Unusable(Exception):
    """The file as a whole cannot be taken."""

    def __init__(self, sentence: Message, row: int | None = None, field: str = "") -> None:
        self.sentence, self.row, self.field = sentence, row, field


_Cells = Mapping[str, str]


def read_applications(path: Path, today: date) -> FileReading:
    """Read one file of applications, JSON or CSV by its name's ending; one that cannot be opened is a problem too."""
    name = path.name.encode("utf-8", "replace").decode()
    try:
        too_large = path.stat().st_size > LARGEST_FILE_BYTES
        content = b"" if too_large else path.read_bytes()
    except OSError:
        return _refused(name, msg("The file cannot be opened. Check its rights."))
    if too_large:
        return _refused(name, msg("The file is larger than {limit} MB. Send one file a day.", limit=4))
    return parse_applications(name, content, today)


def _refused(name: str, sentence: Message) -> FileReading:
    return FileReading((), (RowProblem(name, None, "", sentence),))


def parse_applications(name: str, content: bytes, today: date) -> FileReading:
    """The same from bytes: `name` tells by its ending whether they are JSON."""
    rows: list[GoodRow] = []
    problems: list[RowProblem] = []
    try:
        text = _decoded(content)
        source = _json_rows(text) if name.lower().endswith(".json") else _csv_rows(text)
        for number, cells in source:
            if isinstance(cells, Message):
                problems.append(RowProblem(name, number, "", cells))
                continue
            if len(rows) + len(problems) >= MOST_ROWS:
                raise _Unusable(msg("The file has more than {limit} rows. Send one file a day.", limit=MOST_ROWS))
            taken = _Row(name, number, cells, today).read()
            if isinstance(taken, GoodRow):
                rows.append(taken)
            else:
                problems.extend(taken)
    except _Unusable as why:
        problems.append(RowProblem(name, why.row, why.field, why.sentence))
    return _without_cut_niks(FileReading(tuple(rows), tuple(problems)))


class _Row:
    """One row on its way to a draft."""

    def __init__(self, file: str, number: int, cells: _Cells, today: date) -> None:
        self._file, self._number, self._today = file, number, today
        self._cells = {field: _unwrapped(field, text) for field, text in cells.items()}
        self._problems: list[RowProblem] = []

    def read(self) -> GoodRow | list[RowProblem]:
        self._spreadsheet_damage()
        self._free_text()
        day = self._visit()
        draft = self._draft()
        spoiled = {problem.field for problem in self._problems}
        checked = check(draft, self._today)
        found = () if isinstance(checked, Biodata) else checked
        doubts = tuple(one for one in found if not one.blocking)
        for one in found:
            if one.blocking and one.field not in spoiled and one.field not in _LEFT_TO_THE_OFFICER:
                self._problem(one.field, one.sentence)
        if self._problems:
            return self._problems
        return GoodRow(self._file, self._number, self._cells.get("number", ""), day, draft, doubts)

    def _problem(self, field: str, sentence: Message) -> None:
        self._problems.append(RowProblem(self._file, self._number, field, sentence))

    def _spreadsheet_damage(self) -> None:
        nik = self._cells.get("nik", "")
        if _SCIENTIFIC.fullmatch(nik):
            self._problem("nik", msg("The spreadsheet rounded the NIK and its last digits are lost. Make the column "
                                     "text, then write the NIK again."))  # fmt: skip
        elif _DECIMALS.fullmatch(nik):
            self._problem("nik", msg("The spreadsheet took the NIK for a number. Make the column text, then write the "
                                     "NIK again."))  # fmt: skip
        elif nik.isascii() and nik.isdigit() and 9 <= len(nik) < 16:
            self._problem("nik", msg("The NIK has {count} digits of 16; a spreadsheet may have dropped some. Make the "
                                     "column text, then write the NIK again.", count=len(nik)))  # fmt: skip
        rt_rw = self._cells.get("rt_rw", "")
        if rt_rw and any(letter.isalpha() for letter in rt_rw):
            self._problem("rt_rw", msg("The spreadsheet took RT/RW for a date. Make the column text and write for "
                                       "example 003/012."))  # fmt: skip

    def _free_text(self) -> None:
        """What no form checks: the service's number and the reason."""
        if not _NUMBER.fullmatch(self._cells.get("number", "")):
            self._problem("number", msg("Write at most 40 letters, digits, dots and dashes."))
        reason = self._cells.get("ground_reason", "")
        if len(reason) > _LONGEST_REASON or not reason.isprintable():
            self._problem("ground_reason", msg("Write the reason in one line of at most {longest} letters.",
                                               longest=_LONGEST_REASON))  # fmt: skip

    def _visit(self) -> date | None:
        written = self._cells.get("day", "")
        if not written:
            return None
        day = _day(written)
        if day is None:
            self._problem("day", msg("Write the day of the visit as day-month-year, for example 24-11-2026."))
        return day

    def _draft(self) -> CaseDraft:
        cells = self._cells
        ground = _GROUNDS.get(re.sub(r"[\W_]+", " ", capitals(cells.get("ground", ""))))
        if ground is None and cells.get("ground", ""):
            self._problem("ground", msg("Write why it is urgent: SEKOLAH, TNI/POLRI, RUMAH SAKIT, BPJS or LAIN."))
        rt_rw = cells.get("rt_rw") or f"{cells.get('rt', '')}/{cells.get('rw', '')}"
        return CaseDraft(
            nik=cells.get("nik", ""),
            name=cells.get("name", ""),
            birth_place=cells.get("birth_place", ""),
            birth_date=self._birth_date(),
            sex=cells.get("sex", ""),
            blood_group=cells.get("blood_group", ""),
            address=cells.get("address", ""),
            rt_rw=rt_rw,
            village=cells.get("village", ""),
            district=cells.get("district", ""),
            religion=cells.get("religion", ""),
            marital_status=cells.get("marital_status", ""),
            occupation=cells.get("occupation", ""),
            citizenship=cells.get("citizenship", "") or "WNI",
            ground=ground,
            ground_reason=cells.get("ground_reason", ""),
        )

    def _birth_date(self) -> str:
        written = self._cells.get("birth_date", "")
        if _DAY_NUMBER.fullmatch(written):
            self._problem("birth_date", msg("The spreadsheet wrote the date as a count of days. Make the column text "
                                            "and write for example 17-08-1990."))  # fmt: skip
            return ""
        day = _day(written)
        return written if day is None else day.strftime("%d-%m-%Y")


def _day(written: str) -> date | None:
    """Day first, as Indonesia writes, or year first, as programs do; a year has four digits."""
    if found := _DAY_FIRST.fullmatch(written):
        day, month, year = (int(part) for part in found.groups())
    elif found := _YEAR_FIRST.fullmatch(written):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _unwrapped(field: str, text: str) -> str:
    """Without the marks by which spreadsheets keep digits as text: ="..." and, before digits, an apostrophe."""
    text = text.strip().replace("\u00a0", " ").strip()
    if formula := _FORMULA_TEXT.fullmatch(text):
        text = formula.group(1).strip()
    if field in _DIGITS_AND_MARKS:
        text = text.removeprefix("'").removeprefix("\u2019").strip()
    return "".join(text.split()) if field == "nik" else text


def _without_cut_niks(reading: FileReading) -> FileReading:
    """Spreadsheets keep 15 digits and put 0 for the 16th: when every NIK of a file ends in 0, none is believed."""
    if len(reading.rows) < _FEWEST_TO_SUSPECT or any(not row.draft.nik.endswith("0") for row in reading.rows):
        return reading
    sentence = msg("Every NIK in this file ends in 0: a spreadsheet replaced the last digit. Make the column text, "
                   "then write the NIK again.")  # fmt: skip
    spoiled = tuple(RowProblem(row.file, row.row, "nik", sentence) for row in reading.rows)
    return FileReading((), tuple(sorted(reading.problems + spoiled, key=lambda one: one.row or 0)))


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, else Windows' Western code page."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _Unusable(msg("The file is not text. Save it as CSV with UTF-8, or as JSON."))


def _csv_rows(text: str) -> Iterator[tuple[int, _Cells | Message]]:
    lines = text.splitlines(keepends=True)
    first = 0
    separator = ""
    if lines and (told := re.fullmatch(r'"?sep=(.)"?', lines[0].strip("\r\n"))):
        separator, first = told.group(1), 1
    body = lines[first:]
    separator = separator or _separator(body[0] if body else "")
    reader = csv.reader(io.StringIO("".join(body), newline=""), delimiter=separator, strict=True)
    fields: list[str | None] | None = None
    number = first
    try:
        for cells in reader:
            number += 1
            if not any(cell.strip() for cell in cells):
                continue
            if fields is None:
                fields = _headings(cells, number)
            elif any(cell.strip() for cell in cells[len(fields) :]):
                yield number, msg("The row has more cells than there are headings. Put text that holds the separator "
                                  "between quotation marks.")  # fmt: skip
            else:
                yield number, {field: cell for field, cell in zip(fields, cells, strict=False) if field}
    except csv.Error:
        sentence = msg(
            "A quotation mark is not closed, or a cell is too long, in row {row}. Mend it; the rows above are taken.",
            row=number + 1,
        )
        raise _Unusable(sentence, number + 1) from None
    if fields is None:
        raise _Unusable(msg("The file is empty. Write headings in the first row and one applicant a row."))


def _separator(headings: str) -> str:
    """The one that finds the most headings we know."""

    def known(separator: str) -> int:
        return sum(_heading(cell.strip('"')) is not None for cell in headings.strip("\r\n").split(separator))

    return max(_SEPARATORS, key=known)


def _headings(cells: list[str], number: int) -> list[str | None]:
    fields = [_heading(cell) for cell in cells]
    named = [field for field in fields if field]
    twice = next((field for field in named if named.count(field) > 1), None)
    if twice is not None:
        raise _Unusable(msg("Two columns mean the same, {column}. Keep one.", column=COLUMN_OF[twice]), number, twice)
    have = set(named) | ({"rt_rw"} if {"rt", "rw"} <= set(named) else set())
    missing = [COLUMN_OF[field] for field in NEEDED if field not in have]
    if missing:
        raise _Unusable(msg("Headings are missing in the first row: {columns}. Write them as they stand here.",
                            columns=", ".join(missing)), number)  # fmt: skip
    return fields


def _heading(text: str) -> str | None:
    return _FIELD_OF.get(re.sub(r"[\W_]+", "_", text.strip().casefold()).strip("_"))


def _json_rows(text: str) -> Iterator[tuple[int, _Cells | Message]]:
    try:
        read: object = json.loads(text)
    except json.JSONDecodeError as why:
        raise _Unusable(msg("The file is not whole JSON: look at line {line}, column {column}.",
                            line=why.lineno, column=why.colno)) from None  # fmt: skip
    except (RecursionError, ValueError):
        raise _Unusable(msg("The file is not JSON of this kind. Write a list of objects.")) from None
    listed = read.get("applications") if isinstance(read, dict) else read
    if not isinstance(listed, list):
        raise _Unusable(msg("The file is not JSON of this kind. Write a list of objects."))
    for number, one in enumerate(listed, 1):
        yield number, _json_cells(one)


def _json_cells(one: object) -> _Cells | Message:
    if not isinstance(one, dict):
        return msg("This entry is no object. Write each applicant as one object.")
    cells: dict[str, str] = {}
    for name, value in one.items():
        field = _heading(str(name))
        if field is None or value is None:
            continue
        if not isinstance(value, str):
            return msg("{column} is not text. Write it between quotation marks.", column=COLUMN_OF[field])
        if field in cells:
            return msg("Two columns mean the same, {column}. Keep one.", column=COLUMN_OF[field])
        cells[field] = value
    return cells
