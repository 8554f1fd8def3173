"""The companion's name, and what is different at a bed."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.bedside import BedsideState
from ui.presenters.biodata import Kind
from ui.presenters.intents import NameCompanion
from ui.screens.base import Screen
from ui.theme import Letter, Theme
from ui.widgets.field import FieldEditor
from ui.widgets.marks import Words

LINES = 3


class BedsideScreen(Screen[BedsideState]):
    """One field and some lines."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.companion = FieldEditor(theme, "companion", Kind.TEXT, parent=self)
        self.companion.edited.connect(lambda _name, value: self.asked.emit(NameCompanion(value)))
        self._lines = [Words(theme, Letter.STRONG, parent=self) for _ in range(LINES)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, theme.px(100), 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self.companion)
        for line in self._lines:
            column.addWidget(line)
        column.addStretch(1)

    def draw(self, state: BedsideState, text: Text) -> None:
        self.companion.show_field(state.companion, text)
        for words, line in zip(self._lines, state.lines, strict=True):
            words.say(line, text)

    def first_focus(self) -> QWidget | None:
        return self.companion.line
