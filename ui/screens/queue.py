"""Names to pick from, and the cases that were left open."""

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.common import Tone
from ui.presenters.queue import OpenCasesState, OpenCaseState, PersonState, QueueState
from ui.screens.base import Screen
from ui.theme import COLOURS, GAP_MM, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.grid import ButtonGrid, Entry
from ui.widgets.marks import MarkShape, Words
from ui.widgets.panel import Panel


def person_entry(state: PersonState, text: Text) -> Entry:
    """A name, and below it what is known."""
    return text(state.name), None, state.intent, " · ".join(text(part) for part in state.detail)


class QueueScreen(Screen[QueueState]):
    """Two columns of names."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.people = ButtonGrid(theme, columns=2, parent=self)
        self.people.asked.connect(self.asked)
        self._problem = Words(theme, Letter.BODY, COLOURS.warn, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(GAP_MM))
        column.addWidget(self.people)
        column.addStretch(1)
        column.addWidget(self._problem)

    def draw(self, state: QueueState, text: Text) -> None:
        self.people.show_entries([person_entry(one, text) for one in state.people])
        self._problem.say(state.problem, text)
        self._problem.setVisible(state.problem is not None)

    def first_focus(self) -> QWidget | None:
        return self.people.buttons[0] if self.people.buttons else None


class OpenCaseRow(Panel):
    """One case, with its two ways out."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        shape = MarkShape(theme, 9, self)
        shape.set_tone(Tone.WARN)
        self._number = Words(theme, Letter.STRONG, bold=True, parent=self)
        self._sentence = Words(theme, Letter.BODY, parent=self)
        self.give_up = ActionButton(theme, Look.SECONDARY, self)
        self.go_on = ActionButton(theme, Look.SECONDARY, self)
        words = QVBoxLayout()
        words.setSpacing(theme.px(1))
        words.addWidget(self._number)
        words.addWidget(self._sentence)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(4), theme.px(2), theme.px(3), theme.px(2))
        row.setSpacing(theme.px(4))
        row.addWidget(shape)
        row.addLayout(words, 1)
        row.addWidget(self.give_up)
        row.addWidget(self.go_on)

    def show_case(self, state: OpenCaseState, text: Text) -> None:
        self._number.say(state.number, text)
        self._sentence.say(state.sentence, text)
        for button, action in ((self.give_up, state.give_up), (self.go_on, state.go_on)):
            button.set_action(action, text)
            button.setAccessibleName(f"{text(action.label)}, {text(state.number)}")


class OpenCasesScreen(Screen[OpenCasesState]):
    """A row a case."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.rows: list[OpenCaseRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(GAP_MM))
        self._column.addStretch(1)

    def draw(self, state: OpenCasesState, text: Text) -> None:
        while len(self.rows) < len(state.cases):
            row = OpenCaseRow(self.theme, self)
            for button in (row.give_up, row.go_on):
                button.asked.connect(self.asked)
            self._column.insertWidget(len(self.rows), row)
            self.rows.append(row)
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(state.cases))
            if place < len(state.cases):
                row.show_case(state.cases[place], text)

    def first_focus(self) -> QWidget | None:
        return self.rows[0].go_on if self.rows else None
