"""Screens with one thing to know."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.pauses import NoticeState, RestingState
from ui.screens.base import Screen
from ui.theme import COLOURS, Letter, Theme
from ui.widgets.marks import MarkShape, Words
from ui.widgets.panel import Panel
from ui.widgets.trace import TemperatureTraceView


class RestingScreen(Screen[RestingState]):
    """The time left, large; the thermometer below."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._left = Words(theme, Letter.HUGE, COLOURS.primary, bold=True, parent=self)
        self._left.setWordWrap(False)
        self._sentence = Words(theme, Letter.STRONG, parent=self)
        self._trace = TemperatureTraceView(theme, self)
        top = QHBoxLayout()
        top.setSpacing(theme.px(12))
        top.addWidget(self._left)
        top.addWidget(self._sentence, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(4), 0, 0)
        column.setSpacing(theme.px(8))
        column.addLayout(top, 2)
        column.addWidget(self._trace, 3)

    def draw(self, state: RestingState, text: Text) -> None:
        self._left.say(state.time_left, text)
        self._sentence.say(state.sentence, text)
        self._trace.show_trace(state.trace, state.limit_c, text)


class NoticeScreen(Screen[NoticeState]):
    """A mark, a large line, some smaller ones."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        panel = Panel(theme, self)
        self._shape = MarkShape(theme, 30, panel)
        self._mark_words = Words(theme, Letter.STRONG, bold=True, parent=panel)
        self._large = Words(theme, Letter.FIGURE, bold=True, parent=panel)
        self._lines = [Words(theme, Letter.STRONG, parent=panel) for _ in range(4)]
        words = QVBoxLayout()
        words.setSpacing(theme.px(3))
        words.addStretch(1)
        words.addWidget(self._mark_words)
        words.addWidget(self._large)
        words.addSpacing(theme.px(2))
        for line in self._lines:
            words.addWidget(line)
        words.addStretch(1)
        row = QHBoxLayout(panel)
        row.setContentsMargins(theme.px(14), theme.px(5), theme.px(10), theme.px(5))
        row.setSpacing(theme.px(14))
        row.addWidget(self._shape, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(panel)

    def draw(self, state: NoticeState, text: Text) -> None:
        self._shape.set_tone(state.mark.tone)
        self._mark_words.say(state.mark.words, text)
        self._large.say(state.large, text)
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(state.lines))
            line.say(state.lines[place] if place < len(state.lines) else None, text)
