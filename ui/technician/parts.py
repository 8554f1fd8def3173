"""What several of the technician's pages are made of: a column of choices, numbered cures."""

from collections.abc import Sequence

from PyQt6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from station.text import Message, Text
from ui.presenters.common import Choice
from ui.theme import COLOURS, Letter, Theme
from ui.widgets.grid import ButtonGrid, Entry
from ui.widgets.marks import Words

CHOICE_MM = 15.0
LEFT_MM = 84.0


def choices(given: Sequence[Choice], text: Text) -> list[Entry]:
    """Choices as a grid of buttons takes them; the chosen one has the tick."""
    return [(text(one.label), one.chosen, one.intent, "" if one.detail is None else text(one.detail)) for one in given]


def short(given: Sequence[Choice], text: Text) -> list[Entry]:
    """The same with the word of detail behind the label: five of them fit below each other."""
    return [
        (
            text(one.label) if one.detail is None else f"{text(one.label)}: {text(one.detail)}",
            one.chosen,
            one.intent,
            "",
        )
        for one in given
    ]


class ChoiceColumn(ButtonGrid):
    """The list at the left of a page: a name, and how it stands."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, columns=1, height_mm=CHOICE_MM, parent=parent)
        self.setFixedWidth(theme.px(LEFT_MM))


class Cures(QWidget):
    """What to try, in its order; hidden where there is nothing to try."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: list[Words] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(0.8))

    def show_cures(self, cures: Sequence[Message], text: Text, numbered: bool = True) -> None:
        while len(self._lines) < len(cures):
            line = Words(self._theme, Letter.BODY, COLOURS.ink, parent=self)
            self._column.addWidget(line)
            self._lines.append(line)
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(cures))
            if place < len(cures):
                words = text(cures[place])
                line.setText(f"{place + 1}.  {words}" if numbered else words)
        self.setVisible(bool(cures))


def lay_out(page: QWidget, theme: Theme, column: ChoiceColumn, chosen: QLayout, gap_mm: float = 6.0) -> QHBoxLayout:
    """Lay out a page: the choices at the left, what is chosen beside them."""
    left = QVBoxLayout()
    left.addWidget(column)
    left.addStretch(1)
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(gap_mm))
    row.addLayout(left)
    row.addLayout(chosen, 1)
    return row
