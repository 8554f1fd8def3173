"""The handover record (berita acara serah terima) of one export: what leaves, from whom to whom, two signatures.

The first page stands for the whole: counts, the list's hash in letters and as a code, the signatures. A long list
follows on its own pages. Nothing on it is personal but the names of those who sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from station.delivery.handover_index import HandoverIndex
from station.delivery.paper import draw_code, latin, moment
from station.safekeeping.bundle import Kind
from station.safekeeping.spool import Entry
from station.text import Language, Message, Text, msg

_WIDTH_MM, _HEIGHT_MM, _MARGIN_MM = 210.0, 297.0, 20.0
_INNER_MM = _WIDTH_MM - 2 * _MARGIN_MM
_CODE_MM = 32.0
_ROW_MM = 5.0
_GAP_MM = 8.0
_ROWS_ON_FIRST = 14
_ROWS_ON_ANNEX = 46
_SHORT_HASH = 16
_INK, _QUIET, _PALE = 20, 95, 243


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """One export. `at` carries the office's zone; `index_name` is the list's file on the stick; a name may be ""."""

    office: str
    index: HandoverIndex
    index_sha256: bytes
    index_name: str
    entries: tuple[Entry, ...]
    at: datetime
    given_by: str
    approved_by: str
    received_by: str = ""
    destination: str = ""

    @property
    def number(self) -> str:
        """The record's own number, from the station, the day and the list's hash."""
        return f"BA-{self.index.station}-{self.at:%Y%m%d}-{self.index_sha256.hex()[:8]}".upper()

    @property
    def code(self) -> str:
        """What the QR code says."""
        return f"KTPEL-BA:{self.index_sha256.hex()}".upper()


def handover_record(facts: HandoverFacts, language: Language = Language.INDONESIAN) -> bytes:
    """The record as PDF, A4."""
    return _Record(facts, Text(language)).pdf()


class _Record:
    """A record being written."""

    def __init__(self, facts: HandoverFacts, say: Text) -> None:
        self._facts, self._say = facts, say
        self._pdf = FPDF(unit="mm", format="A4")
        self._pdf.set_margin(_MARGIN_MM)
        self._pdf.set_auto_page_break(False)
        self._pdf.c_margin = 0
        self._pdf.set_text_color(_INK)
        self._pdf.set_draw_color(_INK)
        rows = len(facts.entries)
        self._annex_pages = 0 if rows <= 2 * _ROWS_ON_FIRST else -(-rows // (2 * _ROWS_ON_ANNEX))

    def pdf(self) -> bytes:
        """The finished file."""
        self._new_page(1)
        self._head()
        self._parties()
        self._counts()
        if not self._annex_pages:
            half = -(-len(self._facts.entries) // 2)
            self._list(self._facts.entries, max(half, 1))
        self._total_hash()
        self._signatures()
        self._annex()
        self._pdf.set_title(latin(f"{self._say(_TITLE)} {self._facts.number}"))
        self._pdf.set_lang(self._say.language.value)
        self._pdf.set_creation_date(self._facts.at)
        return bytes(self._pdf.output())

    def _head(self) -> None:
        left_mm = _INNER_MM - _CODE_MM - _GAP_MM
        top_mm = self._pdf.get_y()
        draw_code(self._pdf, self._facts.code, _WIDTH_MM - _MARGIN_MM - _CODE_MM, top_mm, _CODE_MM)
        self._words(self._facts.office, 10, width_mm=left_mm, grey=_QUIET)
        self._down(2)
        self._words(self._say(_TITLE), 19, bold=True, width_mm=left_mm)
        self._words(self._say(msg("Sealed recordings for the electronic identity card")), 11, width_mm=left_mm)
        self._down(2)
        self._words(self._facts.number, 10, bold=True, width_mm=left_mm)
        self._pdf.set_y(max(self._pdf.get_y(), top_mm + _CODE_MM))
        self._rule()
        when = moment(self._facts.at, self._say.language)
        self._words(self._say(msg("On {when} the files named below were handed over on a data carrier, complete and "
                                  "read back.", when=when)), 10)  # fmt: skip
        self._down(4)

    def _parties(self) -> None:
        facts, say = self._facts, self._say
        half_mm = (_INNER_MM - _GAP_MM) / 2
        top_mm = self._pdf.get_y()
        lowest_mm = top_mm
        columns: tuple[tuple[Message, tuple[tuple[Message, str], ...]], ...] = (
            (msg("From"), ((msg("Office"), facts.office), (msg("Station"), facts.index.station),
                           (msg("Officer"), facts.given_by), (msg("Approved by"), facts.approved_by))),
            (msg("To"), ((msg("Office"), facts.destination), (msg("Receiver"), facts.received_by))),
        )  # fmt: skip
        for column, (heading, lines) in enumerate(columns):
            left_mm = _MARGIN_MM + column * (half_mm + _GAP_MM)
            self._pdf.set_y(top_mm)
            self._words(say(heading), 11, bold=True, x_mm=left_mm, width_mm=half_mm)
            self._down(1)
            for label, text in lines:
                self._labelled(say(label), text, left_mm, half_mm)
            lowest_mm = max(lowest_mm, self._pdf.get_y())
        self._pdf.set_y(lowest_mm)
        self._down(3)

    def _labelled(self, label: str, text: str, left_mm: float, width_mm: float) -> None:
        """A quiet label and its text beside it, or a line to write on."""
        label_mm = 25.0
        top_mm = self._pdf.get_y()
        self._words(label, 9, x_mm=left_mm, width_mm=label_mm, grey=_QUIET)
        after_mm = self._pdf.get_y()
        self._pdf.set_y(top_mm)
        if text:
            self._words(text, 10, x_mm=left_mm + label_mm, width_mm=width_mm - label_mm)
        else:
            self._pdf.set_y(top_mm + 6)
            self._line(left_mm + label_mm, width_mm - label_mm)
        self._pdf.set_y(max(self._pdf.get_y(), after_mm) + 1)

    def _counts(self) -> None:
        """Four numbers in a band."""
        facts, say = self._facts, self._say
        cases = sum(entry.kind is Kind.MANIFEST for entry in facts.entries)
        sequences = [entry.sequence for entry in facts.entries]
        told: list[tuple[Message, str]] = [
            (msg("Files"), str(len(facts.entries))),
            (msg("Finished cases"), str(cases)),
            (msg("Size"), _size(facts.index.total_bytes, say)),
            (msg("Numbers"), _ranges(sequences)),
        ]
        practice = sum(entry.training for entry in facts.entries)
        if practice:
            told.append((msg("Of these training"), str(practice)))
        top_mm, height_mm = self._pdf.get_y(), 15.5
        self._pdf.set_fill_color(_PALE)
        self._pdf.rect(_MARGIN_MM, top_mm, _INNER_MM, height_mm, style="F")
        width_mm = _INNER_MM / len(told)
        for column, (label, text) in enumerate(told):
            left_mm = _MARGIN_MM + column * width_mm + 4
            self._pdf.set_y(top_mm + 3)
            self._words(say(label), 8.5, x_mm=left_mm, width_mm=width_mm - 5, grey=_QUIET)
            size = 13.0 if len(text) <= 12 else 9.0
            self._words(text, size, bold=True, x_mm=left_mm, width_mm=width_mm - 5)
        self._pdf.set_y(top_mm + height_mm)
        self._down(5)

    def _list(self, entries: Sequence[Entry], rows: int) -> None:
        """Two columns of files: number, when sealed, size, the hash's beginning."""
        top_mm = self._pdf.get_y()
        width_mm = (_INNER_MM - _GAP_MM) / 2
        for column in (0, 1):
            part = entries[column * rows : (column + 1) * rows]
            if part:
                left_mm = _MARGIN_MM + column * (width_mm + _GAP_MM)
                self._row(top_mm, left_mm, [self._say(heading) for heading in _HEADINGS], heading=True)
                for place, entry in enumerate(part, 1):
                    self._row(top_mm + place * _ROW_MM, left_mm, self._cells(entry), shaded=place % 2 == 0)
        self._pdf.set_y(top_mm + (rows + 1) * _ROW_MM)
        self._down(5)

    def _cells(self, entry: Entry) -> list[str]:
        sealed = datetime.fromtimestamp(entry.sealed_ms / 1000, self._facts.at.tzinfo)
        shown = sealed.strftime("%d-%m-%y %H:%M")
        return [str(entry.sequence), shown, _size(entry.size, self._say), entry.sha256.hex()[:_SHORT_HASH]]

    def _row(self, y_mm: float, x_mm: float, cells: list[str], *, heading: bool = False, shaded: bool = False) -> None:
        widths = (12.0, 24.0, 15.0, 30.0)
        if shaded:
            self._pdf.set_fill_color(_PALE)
            self._pdf.rect(x_mm, y_mm, sum(widths), _ROW_MM, style="F")
        left_mm = x_mm
        for column, (cell, width_mm) in enumerate(zip(cells, widths, strict=True)):
            hashed = column == len(widths) - 1
            inset_mm = 3.0 if hashed else 0.0
            self._pdf.set_font("courier" if hashed and not heading else "helvetica", "B" if heading else "", 8)
            self._pdf.set_text_color(_QUIET if heading else _INK)
            self._pdf.set_xy(left_mm + inset_mm, y_mm)
            self._pdf.cell(width_mm - inset_mm, _ROW_MM, latin(cell), align=Align.L if hashed else Align.R)
            left_mm += width_mm
        self._pdf.set_text_color(_INK)
        if heading:
            self._pdf.set_line_width(0.3)
            self._pdf.line(x_mm, y_mm + _ROW_MM, x_mm + sum(widths), y_mm + _ROW_MM)

    def _total_hash(self) -> None:
        digest = self._facts.index_sha256.hex()
        self._words(self._say(msg("Hash of the list (SHA-256)")), 9, grey=_QUIET)
        self._pdf.set_font("courier", "B", 10.5)
        for half in (digest[:32], digest[32:]):
            self._pdf.set_x(_MARGIN_MM)
            grouped = " ".join(half[at : at + 8] for at in range(0, 32, 8))
            self._pdf.cell(_INNER_MM, 5, grouped, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._down(1.5)
        self._words(self._say(msg("The signed list {name} on the data carrier names every file with its full hash. "
                                  "Whoever receives it compares this hash, or scans the code. The files are encrypted; "
                                  "only the authority can open them.", name=self._facts.index_name)), 9)  # fmt: skip
        if self._annex_pages:
            self._down(1.5)
            self._words(self._say(msg("The files are listed on the {pages} pages that follow.",
                                      pages=self._annex_pages)), 9)  # fmt: skip

    def _signatures(self) -> None:
        half_mm = (_INNER_MM - 2 * _GAP_MM) / 2
        self._pdf.set_y(max(self._pdf.get_y() + 8, _HEIGHT_MM - _MARGIN_MM - 52))
        top_mm = self._pdf.get_y()
        people = ((msg("Handed over by"), self._facts.given_by), (msg("Received by"), self._facts.received_by))
        for column, (heading, name) in enumerate(people):
            left_mm = _MARGIN_MM + column * (half_mm + 2 * _GAP_MM)
            self._pdf.set_y(top_mm)
            self._words(self._say(heading), 10, bold=True, x_mm=left_mm, width_mm=half_mm)
            self._pdf.set_y(top_mm + 27)
            self._line(left_mm, half_mm)
            self._down(1)
            self._words(name or self._say(msg("Name")), 9.5, x_mm=left_mm, width_mm=half_mm,
                        grey=_INK if name else _QUIET)  # fmt: skip
            self._words(self._say(msg("Signature, day and time")), 8.5, x_mm=left_mm, width_mm=half_mm, grey=_QUIET)

    def _annex(self) -> None:
        per_page = 2 * _ROWS_ON_ANNEX
        for page in range(self._annex_pages):
            self._new_page(page + 2)
            self._words(self._say(msg("List of the files")), 13, bold=True)
            self._words(self._facts.number, 9, grey=_QUIET)
            self._down(3)
            part = self._facts.entries[page * per_page : (page + 1) * per_page]
            self._list(part, min(_ROWS_ON_ANNEX, len(part)))

    def _new_page(self, number: int) -> None:
        self._pdf.add_page()
        self._pdf.set_y(_HEIGHT_MM - 13)
        self._words(self._say(msg("Page {number} of {pages}", number=number, pages=1 + self._annex_pages)), 8.5,
                    grey=_QUIET, align=Align.R)  # fmt: skip
        self._pdf.set_y(_MARGIN_MM)

    def _words(self, text: str, points: float, *, bold: bool = False, x_mm: float = _MARGIN_MM,
               width_mm: float = _INNER_MM, grey: int = _INK, align: Align = Align.L) -> None:  # fmt: skip
        self._pdf.set_font("helvetica", "B" if bold else "", points)
        self._pdf.set_text_color(grey)
        self._pdf.set_x(x_mm)
        self._pdf.multi_cell(width_mm, points * 0.45, latin(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._pdf.set_text_color(_INK)

    def _rule(self) -> None:
        self._down(4)
        self._pdf.set_line_width(0.6)
        self._pdf.line(_MARGIN_MM, self._pdf.get_y(), _WIDTH_MM - _MARGIN_MM, self._pdf.get_y())
        self._down(5)

    def _line(self, x_mm: float, width_mm: float) -> None:
        self._pdf.set_line_width(0.25)
        self._pdf.line(x_mm, self._pdf.get_y(), x_mm + width_mm, self._pdf.get_y())

    def _down(self, distance_mm: float) -> None:
        self._pdf.set_y(self._pdf.get_y() + distance_mm)


_TITLE = msg("Handover record")
_HEADINGS = (msg("No."), msg("Sealed"), msg("Size"), msg("SHA-256, beginning"))


def _size(count: int, say: Text) -> str:
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return say(msg("{megabytes} MB", megabytes=count / 1_000_000))


def _ranges(sequences: Sequence[int]) -> str:
    """Numbers as runs: "1-14, 17"; of many runs the ends, with dots between."""
    runs: list[list[int]] = []
    for number in sequences:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][-1:] = [number] if len(runs[-1]) > 1 else [runs[-1][0], number]
        else:
            runs.append([number])
    shown = ["-".join(str(end) for end in run) for run in runs]
    return ", ".join(shown) if len(shown) <= 3 else f"{shown[0]}, ... {shown[-1]}"
