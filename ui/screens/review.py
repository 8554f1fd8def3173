"""Every item with its way back, on one screen."""

from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.common import Mark, Tone
from ui.presenters.review import ItemState, ReviewState
from ui.screens.base import Screen
from ui.theme import COLOURS, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.marks import StatusMark, Words
from ui.widgets.panel import Panel

COLUMNS = 3


class ItemTile(Panel):
    """One item: its name, its standing, the button beside it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._label = Words(theme, Letter.BODY, parent=self)
        self._mark = StatusMark(theme, parent=self)
        self.change = ActionButton(theme, Look.SECONDARY, self)
        self.change.setFixedWidth(theme.px(28))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self._label)
        words.addWidget(self._mark)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(3), 0, theme.px(0.5), 0)
        row.setSpacing(theme.px(1))
        row.addLayout(words, 1)
        row.addWidget(self.change)

    def show_item(self, state: ItemState, text: Text) -> None:
        label = text(state.label)
        self._label.setText(label[:1].upper() + label[1:])
        self._mark.show_mark(state.mark, text)
        self.change.setVisible(state.change is not None)
        if state.change is not None:
            self.change.set_action(state.change, text)
            self.change.setAccessibleName(f"{text(state.change.label)}, {text(state.label)}")


class ReviewScreen(Screen[ReviewState]):
    """A grid of tiles."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.tiles: list[ItemTile] = []
        self._lacking = StatusMark(theme, parent=self)
        self._about = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(2))
        self._grid.setVerticalSpacing(theme.px(1.2))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        column.addWidget(self._lacking)
        column.addWidget(self._about)
        column.addLayout(self._grid, 1)

    def draw(self, state: ReviewState, text: Text) -> None:
        while len(self.tiles) < len(state.items):
            tile = ItemTile(self.theme, self)
            tile.change.asked.connect(self.asked)
            place = len(self.tiles)
            self._grid.addWidget(tile, place // COLUMNS, place % COLUMNS)
            self._grid.setColumnStretch(place % COLUMNS, 1)
            self.tiles.append(tile)
        for place, tile in enumerate(self.tiles):
            tile.setVisible(place < len(state.items))
            if place < len(state.items):
                tile.show_item(state.items[place], text)
        self._about.setText("   ·   ".join(text(line) for line in state.about))
        self._about.setVisible(state.lacking is None)
        self._lacking.setVisible(state.lacking is not None)
        if state.lacking is not None:
            self._lacking.show_mark(Mark(state.lacking, Tone.BAD), text)
