"""Home and the technician's page: the devices in a column, the day or the thermometer beside them."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from drivers.api import Role
from station.text import Text, msg, plain
from ui.presenters.common import Mark
from ui.presenters.home import DevicesState, DeviceState, HomeState
from ui.screens.base import Screen
from ui.screens.queue import person_entry
from ui.theme import COLOURS, GAP_MM, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.grid import ButtonGrid
from ui.widgets.marks import StatusMark, Words
from ui.widgets.panel import Panel
from ui.widgets.trace import TemperatureTraceView


class DeviceRow(Panel):
    """One device."""

    def __init__(self, theme: Theme, identity: bool, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._name = Words(theme, Letter.STRONG, bold=True, parent=self)
        self._mark = StatusMark(theme, parent=self)
        self._sentence = Words(theme, Letter.BODY, parent=self)
        self._identity = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        self._identity.setVisible(identity)
        left = QVBoxLayout()
        left.setSpacing(theme.px(0.5))
        left.addStretch(1)
        left.addWidget(self._name)
        left.addWidget(self._mark)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(theme.px(0.5))
        right.addStretch(1)
        right.addWidget(self._sentence)
        right.addWidget(self._identity)
        right.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(4), theme.px(1), theme.px(4), theme.px(1))
        row.setSpacing(theme.px(5))
        row.addLayout(left, 2)
        row.addLayout(right, 3)

    def show_device(self, state: DeviceState, text: Text) -> None:
        self._name.say(state.name, text)
        self._mark.show_mark(state.mark, text)
        words = text(state.sentence)
        if state.cure is not None:
            words = f"{words}\n{text(state.cure)}"
        self._sentence.setText(words)
        self._identity.say(state.identity, text)


class DeviceColumn(QWidget):
    """All devices."""

    def __init__(self, theme: Theme, identity: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._identity = theme, identity
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(GAP_MM - 1))
        self.rows: list[DeviceRow] = []

    def show_devices(self, states: tuple[DeviceState, ...], text: Text) -> None:
        while len(self.rows) < len(states):
            row = DeviceRow(self._theme, self._identity, self)
            self._column.addWidget(row, 1)
            self.rows.append(row)
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(states))
        for row, state in zip(self.rows, states, strict=False):
            row.show_device(state, text)


class WaitingPeople(QWidget):
    """What was left open, who is next, and the devices in a word each."""

    asked = pyqtSignal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.left_open = ActionButton(theme, Look.WARNING, self)
        self._title = Words(theme, Letter.STRONG, bold=True, parent=self)
        self.people = ButtonGrid(theme, columns=2, height_mm=17, parent=self)
        self.all_people = ActionButton(theme, Look.SECONDARY, self)
        for source in (self.left_open, self.people, self.all_people):
            source.asked.connect(self.asked)
        self._marks = [StatusMark(theme, parent=self) for _ in Role]
        marks = QGridLayout()
        marks.setSpacing(theme.px(1))
        for place, mark in enumerate(self._marks):
            marks.addWidget(mark, place // 2, place % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(GAP_MM))
        for widget in (self.left_open, self._title, self.people, self.all_people):
            column.addWidget(widget)
        column.addStretch(1)
        column.addLayout(marks)

    def show_people(self, state: HomeState, text: Text) -> None:
        for button, action in ((self.left_open, state.left_open), (self.all_people, state.all_people)):
            button.setVisible(action is not None)
            if action is not None:
                button.set_action(action, text)
        self._title.say(msg("Today's queue"), text)
        self._title.setVisible(bool(state.people))
        self.people.setVisible(bool(state.people))
        self.people.show_entries([person_entry(one, text) for one in state.people])
        for mark, device in zip(self._marks, state.devices, strict=False):
            words = plain(f"{text(device.name)}: {text(device.mark.words)}")
            mark.show_mark(Mark(words, device.mark.tone), text)


class HomeScreen(Screen[HomeState]):
    """Devices on the left, the day on the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._devices = DeviceColumn(theme, identity=False, parent=self)
        day = Panel(theme, self)
        self._today = Words(theme, Letter.HUGE, COLOURS.primary, bold=True, parent=day)
        self._today_words = Words(theme, Letter.STRONG, parent=day)
        self._waiting = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=day)
        self._temperature = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=day)
        column = QVBoxLayout(day)
        column.setContentsMargins(theme.px(7), theme.px(5), theme.px(7), theme.px(5))
        column.setSpacing(theme.px(1))
        column.addWidget(self._today)
        column.addWidget(self._today_words)
        column.addStretch(1)
        for words in (self._waiting, self._temperature):
            line = QFrame(day)
            line.setFixedHeight(2)
            line.setStyleSheet(f"background: {COLOURS.divider};")
            column.addWidget(line)
            column.addSpacing(theme.px(1.5))
            column.addWidget(words)
            column.addSpacing(theme.px(1.5))
        self._waiting_people = WaitingPeople(theme, self)
        self._waiting_people.asked.connect(self.asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        row.addWidget(self._devices, 13)
        row.addWidget(self._waiting_people, 13)
        row.addWidget(day, 6)

    def draw(self, state: HomeState, text: Text) -> None:
        people = bool(state.people) or state.left_open is not None or state.all_people is not None
        self._devices.setVisible(not people)
        self._waiting_people.setVisible(people)
        self._devices.show_devices(state.devices, text)
        self._waiting_people.show_people(state, text)
        self._today.say(plain(str(state.today)), text)
        self._today_words.say(state.today_words, text)
        self._waiting.say(state.waiting, text)
        self._temperature.say(state.temperature, text)


class DevicesScreen(Screen[DevicesState]):
    """The technician's devices."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._devices = DeviceColumn(theme, identity=True, parent=self)
        self._trace = TemperatureTraceView(theme, self)
        self._trace.setMaximumHeight(theme.px(34))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(GAP_MM))
        column.addWidget(self._devices, 5)
        column.addWidget(self._trace, 1)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)

    def draw(self, state: DevicesState, text: Text) -> None:
        self._devices.show_devices(state.devices, text)
        self._trace.show_trace(state.trace, None, text)
