"""The second person of an exception."""

from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.exception import ApproverState
from ui.presenters.intents import EnterPin
from ui.screens.base import Screen
from ui.theme import Theme
from ui.widgets.pinpad import OfficerPin


class ApproverScreen(Screen[ApproverState]):
    """Cards and PIN of a colleague."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.pin = OfficerPin(theme, self)
        self.pin.asked.connect(self.asked)
        self.pin.typed.connect(lambda pin: self.asked.emit(EnterPin(pin)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pin)

    def draw(self, state: ApproverState, text: Text) -> None:
        self.pin.title.show()
        self.pin.title.say(state.what, text)
        self.pin.show_pin(state.pin, text)

    def take_key(self, event: QKeyEvent) -> bool:
        return self.pin.type_key(event)

    def first_focus(self) -> QWidget | None:
        return self.pin.cards.buttons[0] if self.pin.cards.buttons else None
