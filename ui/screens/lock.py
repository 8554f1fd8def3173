"""The lock, and the handing over."""

from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.intents import EnterPin
from ui.presenters.lock import LockState
from ui.screens.base import Screen
from ui.theme import COLOURS, GAP_MM, Letter, Theme
from ui.widgets.marks import Words
from ui.widgets.pinpad import OfficerPin


class LockScreen(Screen[LockState]):
    """Cards, PIN, and a line that says what becomes of the work."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.pin = OfficerPin(theme, self)
        self.pin.asked.connect(self.asked)
        self.pin.typed.connect(lambda pin: self.asked.emit(EnterPin(pin)))
        self._note = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(GAP_MM))
        column.addWidget(self._note)
        column.addWidget(self.pin, 1)

    def draw(self, state: LockState, text: Text) -> None:
        self._note.say(state.note, text)
        self.pin.show_pin(state.pin, text)

    def take_key(self, event: QKeyEvent) -> bool:
        return self.pin.type_key(event)

    def first_focus(self) -> QWidget | None:
        return self.pin.cards.buttons[0] if self.pin.cards.buttons else None
