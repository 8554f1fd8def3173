"""The start of a shift: thermometer on the left, the four devices on the right."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.shift import ShiftDevice, ShiftState
from ui.screens.base import Screen
from ui.screens.checklist import TemperatureCard
from ui.theme import GAP_MM, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.marks import StatusMark, Words
from ui.widgets.panel import Panel
from ui.widgets.trace import TemperatureTraceView

DEVICES = 4


class ShiftRow(Panel):
    """One device: name and test, what it said, and the button for wiped."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._name = Words(theme, Letter.STRONG, bold=True, parent=self)
        self._mark = StatusMark(theme, parent=self)
        self._sentence = Words(theme, Letter.BODY, parent=self)
        self.wiped = ActionButton(theme, Look.CHOICE, self)
        self.wiped.setFixedWidth(theme.px(44))
        words = QVBoxLayout()
        words.setSpacing(theme.px(0.5))
        words.addStretch(1)
        top = QHBoxLayout()
        top.addWidget(self._name, 3)
        top.addWidget(self._mark, 2)
        words.addLayout(top)
        words.addWidget(self._sentence)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(4), theme.px(1), theme.px(3), theme.px(1))
        row.setSpacing(theme.px(4))
        row.addLayout(words, 1)
        row.addWidget(self.wiped)

    def show_device(self, state: ShiftDevice, text: Text) -> None:
        self._name.say(state.name, text)
        self._mark.show_mark(state.mark, text)
        self._sentence.say(state.sentence, text)
        self._sentence.setVisible(bool(self._sentence.text()))
        self.wiped.set_choice(text(state.wiped.label), state.wiped.held, state.wiped.intent)
        self.wiped.setAccessibleName(f"{text(state.wiped.label)}, {text(state.name)}")


class ShiftScreen(Screen[ShiftState]):
    """Everything that is done once, before the first applicant."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._stand_on: ActionButton | None = None
        self.card = TemperatureCard(theme, self)
        self.card.measure.asked.connect(self.asked)
        self._trace = TemperatureTraceView(theme, self)
        self.rows = [ShiftRow(theme, self) for _ in range(DEVICES)]
        left = QVBoxLayout()
        left.setSpacing(theme.px(GAP_MM))
        left.addWidget(self.card, 2)
        left.addWidget(self._trace, 3)
        right = QVBoxLayout()
        right.setSpacing(theme.px(GAP_MM))
        for row in self.rows:
            row.wiped.asked.connect(self.asked)
            right.addWidget(row, 1)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(theme.px(7))
        columns.addLayout(left, 5)
        columns.addLayout(right, 6)
        columns.setAlignment(Qt.AlignmentFlag.AlignTop)

    def draw(self, state: ShiftState, text: Text) -> None:
        self.card.show_temperature(state.temperature, text)
        self._trace.show_trace(state.trace, None, text)
        for row, device in zip(self.rows, state.devices, strict=True):
            row.show_device(device, text)
        rows = zip(self.rows, state.devices, strict=True)
        self._stand_on = next((row.wiped for row, one in rows if one.wiped.item is state.focus), None)

    def first_focus(self) -> QWidget | None:
        return self._stand_on or self.card.measure
