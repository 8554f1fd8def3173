"""What a signature stands for: label and value, line by line."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QWidget

from station.text import Text
from ui.presenters.signature import BiodataRow
from ui.theme import COLOURS, Letter, Theme
from ui.widgets.marks import Words
from ui.widgets.panel import Panel


class BiodataList(Panel):
    """Labels on the left, values on the right; lines that are not needed are hidden."""

    def __init__(self, theme: Theme, letter: Letter = Letter.BODY, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._theme, self._letter = theme, letter
        self._rows: list[tuple[Words, Words]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(theme.px(4), theme.px(1.5), theme.px(4), theme.px(1.5))
        self._grid.setHorizontalSpacing(theme.px(3))
        self._grid.setVerticalSpacing(theme.px(0.2))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 2)

    def show_rows(self, rows: tuple[BiodataRow, ...], text: Text) -> None:
        while len(self._rows) < len(rows):
            label = Words(self._theme, Letter.BODY, COLOURS.ink_soft, parent=self)
            value = Words(self._theme, self._letter, bold=True, parent=self)
            for column, words in enumerate((label, value)):
                self._grid.addWidget(words, len(self._rows), column, Qt.AlignmentFlag.AlignTop)
            self._rows.append((label, value))
        for place, (label, value) in enumerate(self._rows):
            shown = place < len(rows)
            label.setVisible(shown)
            value.setVisible(shown)
            label.say(rows[place].label if shown else None, text)
            value.say(rows[place].value if shown else None, text)
        self.setAccessibleName(", ".join(f"{text(row.label)} {text(row.value)}" for row in rows))
