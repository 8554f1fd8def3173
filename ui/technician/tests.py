"""The page of tests: devices, steps, and what to do now or what was found."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.common import Mark
from ui.presenters.technician_tests import StepRow, TestingState
from ui.screens.base import Screen
from ui.technician.parts import ChoiceColumn, Cures, choices, lay_out
from ui.theme import COLOURS, GAP_MM, Letter, Theme
from ui.widgets.marks import StatusMark, Words
from ui.widgets.panel import Panel

NOW_MM = 88.0


class StepLine(QWidget):
    """One step: how it stands, its name, and below what was measured."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = StatusMark(theme, parent=self)
        self._mark.setFixedWidth(theme.px(42))
        self._label = Words(theme, Letter.BODY, bold=True, parent=self)
        self._measures = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._label)
        words.addWidget(self._measures)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(2))
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def show_step(self, step: StepRow, text: Text) -> None:
        self._mark.show_mark(step.mark, text)
        self._label.say(step.label, text)
        self._measures.setText(";  ".join(text(one) for one in step.measures))
        self._measures.setVisible(bool(step.measures))
        self.setAccessibleName(f"{self._label.text()}: {self._mark.accessibleName()}. {self._measures.text()}")


class TestingSheet(Screen[TestingState]):
    """The instruction is the largest thing on the page: it is read from arm's length."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._choices = ChoiceColumn(theme, self)
        self._choices.asked.connect(self.asked)
        self._lines: list[StepLine] = []
        self._steps = QVBoxLayout()
        self._steps.setSpacing(theme.px(1))
        middle = QVBoxLayout()
        middle.addLayout(self._steps)
        middle.addStretch(1)
        self._panel = Panel(theme, self)
        self._panel.setFixedWidth(theme.px(NOW_MM))
        self._now = StatusMark(theme, Letter.STRONG, parent=self._panel)
        self._cures = Cures(theme, self._panel)
        self._rounds = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self._panel)
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(theme.px(4), theme.px(3), theme.px(4), theme.px(3))
        column.setSpacing(theme.px(GAP_MM))
        for widget in (self._now, self._cures, self._rounds):
            column.addWidget(widget)
        column.addStretch(1)
        row = lay_out(self, theme, self._choices, middle, gap_mm=5)
        row.addWidget(self._panel)

    def draw(self, state: TestingState, text: Text) -> None:
        self._choices.show_entries(choices(state.choices, text))
        while len(self._lines) < len(state.steps):
            line = StepLine(self.theme, self)
            self._steps.addWidget(line)
            self._lines.append(line)
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(state.steps))
            if place < len(state.steps):
                line.show_step(state.steps[place], text)
        self._panel.set_tone(state.instruction_tone)
        self._now.show_mark(Mark(state.instruction, state.instruction_tone), text)
        self._cures.show_cures(state.cures, text)
        self._rounds.say(state.rounds, text)
        self._rounds.setVisible(state.rounds is not None)
