"""One finger at a time: which one on the left, the impression in the middle, the verdict on the right."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.fingers import FingersState
from ui.screens.base import Screen
from ui.theme import COLOURS, GAP_MM, Letter, Theme
from ui.widgets.hands import Hands
from ui.widgets.marks import Words
from ui.widgets.pictures import FingerView
from ui.widgets.verdict import VerdictPanel


class FingersScreen(Screen[FingersState]):
    """The ten fingers and the confirmation round alike."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._hands = Hands(theme, self)
        self._line = Words(theme, Letter.STRONG, bold=True, parent=self)
        self._line.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self._count = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        self._count.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self._view = FingerView(theme, self)
        self._verdict = VerdictPanel(theme, self)
        self._tries = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        left = QVBoxLayout()
        left.setSpacing(theme.px(1.5))
        left.addWidget(self._hands, 1)
        left.addWidget(self._line)
        left.addWidget(self._count)
        right = QVBoxLayout()
        right.setSpacing(theme.px(GAP_MM))
        right.addWidget(self._verdict, 1)
        right.addWidget(self._tries)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        row.addLayout(left, 15)
        row.addWidget(self._view, 9)
        row.addLayout(right, 11)

    def draw(self, state: FingersState, text: Text) -> None:
        self._hands.show_standings(state.hands, text)
        self._line.say(state.line, text)
        self._count.say(state.count, text)
        self._view.show_rows(state.image, state.rows_shown, state.rows_total)
        self._verdict.show_verdict(state.mark, state.score, state.reason, state.cure, text)
        self._tries.say(state.tries, text)
