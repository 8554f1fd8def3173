"""An exception: the reasons, then the second person."""

from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.exception import ApproverState, ReasonState
from ui.presenters.intents import EnterPin
from ui.screens.base import Screen
from ui.theme import Letter, Theme
from ui.widgets.grid import ButtonGrid
from ui.widgets.marks import Words
from ui.widgets.pinpad import OfficerPin


class ReasonScreen(Screen[ReasonState]):
    """One large button a reason."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._what = Words(theme, Letter.STRONG, bold=True, parent=self)
        self.reasons = ButtonGrid(theme, columns=1, height_mm=20, parent=self)
        self.reasons.asked.connect(self.asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, theme.px(120), 0)
        column.setSpacing(theme.px(6))
        column.addWidget(self._what)
        column.addWidget(self.reasons)
        column.addStretch(1)

    def draw(self, state: ReasonState, text: Text) -> None:
        self._what.say(state.what, text)
        self.reasons.show_entries([(text(one.label), None, one.intent, "") for one in state.reasons])

    def first_focus(self) -> QWidget | None:
        return self.reasons.buttons[0] if self.reasons.buttons else None


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
