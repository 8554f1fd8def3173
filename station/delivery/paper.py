"""One column of printed text on A5, A6 or a roll, in the PDF viewer's own Helvetica: nothing is embedded."""

import unicodedata
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

import segno
from babel.dates import format_date

from station.text import Language

if TYPE_CHECKING:
    from fpdf import FPDF  # a quarter of a second: only whoever draws a paper waits for it

_ROLL_LENGTH_MM = 1000.0
_POINTS_PER_MM = 72 / 25.4
_LEADING = 1.22
_SCALES = (1.0, 0.9, 0.8, 0.7)
_PLAIN_MARKS = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "..."}
)


class PaperSize(Enum):
    """What the printer holds; the value is that of the settings file."""

    A5 = "a5"
    A6 = "a6"
    ROLL_80 = "80mm"
    ROLL_58 = "58mm"

    @property
    def is_roll(self) -> bool:
        """Whether the paper is cut below the last line."""
        return self in (PaperSize.ROLL_80, PaperSize.ROLL_58)


_WIDTH_MM = {PaperSize.A5: 148.0, PaperSize.A6: 105.0, PaperSize.ROLL_80: 80.0, PaperSize.ROLL_58: 58.0}
_HEIGHT_MM = {PaperSize.A5: 210.0, PaperSize.A6: 148.0}
_MARGIN_MM = {PaperSize.A5: 11.0, PaperSize.A6: 7.0, PaperSize.ROLL_80: 4.0, PaperSize.ROLL_58: 5.0}
_BODY_PT = {PaperSize.A5: 10.4, PaperSize.A6: 7.3, PaperSize.ROLL_80: 8.4, PaperSize.ROLL_58: 7.2}


class Paper:
    """A page being written from the top down; sizes are multiples of the body text's."""

    def __init__(self, size: PaperSize, height_mm: float, scale: float) -> None:
        from fpdf import FPDF

        self._pdf = FPDF(unit="mm", format=(_WIDTH_MM[size], height_mm))
        self._body_pt = _BODY_PT[size] * scale
        self._margin_mm = _MARGIN_MM[size]
        self._right_mm = _WIDTH_MM[size] - self._margin_mm
        self._pdf.set_margin(self._margin_mm)
        self._pdf.set_auto_page_break(False)
        self._pdf.c_margin = 0
        self._pdf.add_page()

    @property
    def width_mm(self) -> float:
        """Between the margins."""
        return self._right_mm - self._margin_mm

    @property
    def used_mm(self) -> float:
        """From the top edge to below the last line, with the lower margin."""
        return self._pdf.get_y() + self._margin_mm

    def text(self, text: str, size: float = 1.0, bold: bool = False, width_mm: float | None = None) -> None:
        """A paragraph from the left margin, wrapped at `width_mm` or the right margin."""
        self._pdf.set_font("helvetica", "B" if bold else "", self._body_pt * size)
        self._pdf.set_x(self._margin_mm)
        self._pdf.multi_cell(
            width_mm or self.width_mm,
            self._line_mm(size),
            latin(text),
            align="L",
            new_x="LMARGIN",
            new_y="NEXT",
        )

    def labelled(self, label: str, text: str, size: float = 1.0) -> None:
        """A small label and, below it, what it stands for."""
        self.text(label, 0.82)
        self.text(text, size, bold=True)
        self.space(0.45)

    def item(self, term: str, text: str) -> None:
        """A bold term and its meaning in one paragraph."""
        self._pdf.set_font("helvetica", "", self._body_pt * 0.86)
        self._pdf.set_x(self._margin_mm)
        self._pdf.multi_cell(
            self.width_mm,
            self._line_mm(0.86),
            f"**{latin(term)}**  {latin(text)}",
            align="L",
            markdown=True,
            new_x="LMARGIN",
            new_y="NEXT",
        )
        self.space(0.12)

    def boxed(self, heading: str, text: str) -> None:
        """A framed heading with a sentence."""
        top_mm, inset_mm = self._pdf.get_y(), self._line_mm(0.6)
        inner_mm = self.width_mm - 2 * inset_mm
        self._pdf.set_y(top_mm + inset_mm * 0.8)
        for words, size, style in ((heading, 1.7, "B"), (text, 0.9, "")):
            self._pdf.set_font("helvetica", style, self._body_pt * size)
            self._pdf.set_x(self._margin_mm + inset_mm)
            self._pdf.multi_cell(inner_mm, self._line_mm(size), latin(words), align="L", new_x="LMARGIN", new_y="NEXT")
        bottom_mm = self._pdf.get_y() + inset_mm * 0.6
        self._pdf.set_line_width(0.5)
        self._pdf.rect(self._margin_mm, top_mm, self.width_mm, bottom_mm - top_mm)
        self._pdf.set_y(bottom_mm)

    def rule(self) -> None:
        """A thin line across."""
        self.space(0.35)
        self._pdf.set_line_width(0.2)
        self._pdf.line(self._margin_mm, self._pdf.get_y(), self._right_mm, self._pdf.get_y())
        self.space(0.55)

    def space(self, lines: float) -> None:
        """Leave room, in lines of body text."""
        self._pdf.set_y(self._pdf.get_y() + lines * self._line_mm(1.0))

    def code(self, content: str, side_mm: float, beside: Callable[[float], None] | None) -> None:
        """A QR code: at the right of what `beside` writes in the width left over, or centred alone when None."""
        top_mm = self._pdf.get_y()
        if beside is None:
            draw_code(self._pdf, content, self._margin_mm + (self.width_mm - side_mm) / 2, top_mm, side_mm)
        else:
            draw_code(self._pdf, content, self._right_mm - side_mm, top_mm, side_mm)
            beside(self.width_mm - side_mm - 5)
        self._pdf.set_y(max(self._pdf.get_y(), top_mm + side_mm))

    def stamp(self, text: str, height_mm: float) -> None:
        """Pale letters across the page; what is written later stands over them."""
        centre_x_mm, centre_y_mm = self._pdf.w / 2, height_mm / 2
        points = 10.0
        self._pdf.set_font("helvetica", "B", points)
        points *= self._pdf.w * 0.95 / self._pdf.get_string_width(latin(text))
        self._pdf.set_font("helvetica", "B", points)
        self._pdf.set_text_color(222)
        with self._pdf.rotation(40, centre_x_mm, centre_y_mm):
            width_mm = self._pdf.get_string_width(latin(text))
            self._pdf.text(centre_x_mm - width_mm / 2, centre_y_mm + points / _POINTS_PER_MM / 3, latin(text))
        self._pdf.set_text_color(0)

    def pdf(self, title: str, language: str, printed_at: datetime) -> bytes:
        """The finished file; what it says of itself is the kind of paper, its language and its time."""
        self._pdf.set_title(latin(title))
        self._pdf.set_lang(language)
        self._pdf.set_creation_date(printed_at)
        return bytes(self._pdf.output())

    def _line_mm(self, size: float) -> float:
        return self._body_pt * size * _LEADING / _POINTS_PER_MM


def compose(size: PaperSize, write: Callable[[Paper], None], stamp: str | None) -> Paper:
    """Write one page: a roll is cut below its last line, a sheet's text shrinks to fit, and at last the sheet grows."""

    def page(height_mm: float, scale: float) -> Paper:
        paper = Paper(size, height_mm, scale)
        if stamp is not None:
            paper.stamp(stamp, height_mm)
        write(paper)
        return paper

    if not size.is_roll:
        for scale in _SCALES:
            paper = page(_HEIGHT_MM[size], scale)
            if paper.used_mm <= _HEIGHT_MM[size]:
                return paper
    least = 1.0 if size.is_roll else _SCALES[-1]
    return page(page(_ROLL_LENGTH_MM, least).used_mm, least)


def latin(text: str) -> str:
    """Helvetica holds Latin-1 only: marks become plain, other letters lose their accents, the rest a question mark."""
    plain = text.translate(_PLAIN_MARKS)
    try:
        plain.encode("latin-1")
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", plain).encode("latin-1", "ignore").decode("latin-1")
    return plain


def draw_code(pdf: "FPDF", content: str, x_mm: float, y_mm: float, side_mm: float) -> None:
    """A QR code as filled squares: sharp at every size, and nothing is embedded."""
    rows = [bytes(row) for row in segno.make(content, error="m", micro=False).matrix]
    module_mm = side_mm / len(rows)
    pdf.set_fill_color(0)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                pdf.rect(x_mm + across * module_mm, y_mm + down * module_mm, module_mm, module_mm, style="F")


def moment(when: datetime, language: Language) -> str:
    """A day and time in words, with the zone: "Selasa, 24 November 2026, 09.12 WITA"."""
    day = format_date(when, "EEEE, d MMMM y", locale=language.value)
    clock = when.strftime("%H.%M" if language is Language.INDONESIAN else "%H:%M")
    return f"{day}, {clock} {when.tzname() or ''}".strip()
