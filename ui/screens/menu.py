"""A few large buttons, two in a row."""

from PyQt6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.common import MenuState
from ui.screens.base import Screen
from ui.theme import GAP_MM, PRIMARY_MM, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.marks import Words

COLUMNS = 2


class MenuScreen(Screen[MenuState]):
    """What it is about, and the choices."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._what = Words(theme, Letter.STRONG, bold=True, parent=self)
        self.buttons: list[ActionButton] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.px(GAP_MM))
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.px(5))
        outer.addWidget(self._what)
        outer.addLayout(self._grid)
        outer.addStretch(1)

    def draw(self, state: MenuState, text: Text) -> None:
        self._what.say(state.what, text)
        self._what.setVisible(bool(self._what.text()))
        while len(self.buttons) < len(state.entries):
            button = ActionButton(self.theme, Look.SECONDARY, self, PRIMARY_MM)
            button.asked.connect(self.asked)
            place = len(self.buttons)
            self._grid.addWidget(button, place // COLUMNS, place % COLUMNS)
            self.buttons.append(button)
        for place, button in enumerate(self.buttons):
            button.setVisible(place < len(state.entries))
            if place < len(state.entries):
                button.set_action(state.entries[place], text)

    def first_focus(self) -> QWidget | None:
        return self.buttons[0] if self.buttons else None
