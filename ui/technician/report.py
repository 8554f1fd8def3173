"""The page of the report: its one sheet of paper as it will be printed, and what it says."""

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtPdf import QPdfDocument
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.technician_report import ReportState
from ui.screens.base import Screen
from ui.technician.parts import Cures
from ui.theme import COLOURS, GAP_MM, Letter, Theme
from ui.widgets.marks import StatusMark, Words
from ui.widgets.pictures import Picture

SCALE = 2


def first_page(pdf: bytes, height_px: int) -> QImage | None:
    """The first page of a PDF as a picture of this height; None when it cannot be read."""
    data = QBuffer()
    data.setData(QByteArray(pdf))
    data.open(QIODevice.OpenModeFlag.ReadOnly)
    document = QPdfDocument(None)
    try:
        document.load(data)
        if document.pageCount() < 1:
            return None
        size = document.pagePointSize(0)
        width = round(height_px * size.width() / size.height())
        drawn = document.render(0, QSize(width, height_px))
        page = QImage(drawn.size(), QImage.Format.Format_RGB32)
        page.fill(Qt.GlobalColor.white)
        _paint(page, drawn)
        return page
    finally:
        document.close()
        data.close()


def _paint(page: QImage, drawn: QImage) -> None:
    painter = QPainter(page)
    painter.drawImage(0, 0, drawn)
    painter.end()


class Paper(Picture):
    """A page as a picture."""

    def show_image(self, image: QImage | None) -> None:
        self._image = image
        self.update()


class ReportSheet(Screen[ReportState]):
    """Words at the left, paper at the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._mark = StatusMark(theme, Letter.STRONG, parent=self)
        self._lines = Cures(theme, self)
        self._paper = Paper(theme, self)
        self._empty = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        self._pdf = b""
        left = QVBoxLayout()
        left.setSpacing(theme.px(GAP_MM))
        left.addWidget(self._mark)
        left.addWidget(self._lines)
        left.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addLayout(left, 1)
        row.addWidget(self._paper, 1)
        row.addWidget(self._empty, 1)

    def draw(self, state: ReportState, text: Text) -> None:
        self._mark.show_mark(state.mark, text)
        self._lines.show_cures(state.lines, text, numbered=False)
        self._empty.say(state.empty, text)
        self._empty.setVisible(not state.pdf)
        self._paper.setVisible(bool(state.pdf))
        self._paper.setAccessibleName(self._mark.accessibleName())
        if state.pdf != self._pdf:
            self._pdf = state.pdf
            self._paper.show_image(first_page(state.pdf, self.theme.px(100) * SCALE) if state.pdf else None)
