"""The signature as it is written, beside the data that it approves."""

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.capture.facts import SignatureFacts
from station.text import Text
from ui.presenters.signature import SignatureState
from ui.screens.base import Screen
from ui.theme import GAP_MM, Letter, Theme
from ui.widgets.biodata import BiodataList
from ui.widgets.ink import InkPad
from ui.widgets.verdict import VerdictPanel


class SignatureScreen(Screen[SignatureState]):
    """The pad on the left, data and verdict on the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.pad = InkPad(theme, self)
        self._rows = BiodataList(theme, Letter.BODY, self)
        self._verdict = VerdictPanel(theme, self)
        side = QVBoxLayout()
        side.setSpacing(theme.px(GAP_MM))
        side.addWidget(self._rows)
        side.addWidget(self._verdict, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(7))
        row.addWidget(self.pad, 4)
        row.addLayout(side, 5)

    def draw(self, state: SignatureState, text: Text) -> None:
        self.pad.show_points(state.points, state.size)
        self._rows.show_rows(state.rows, text)
        self._verdict.show_verdict(state.mark, None, state.reason, state.cure, text)

    def show_ink(self, facts: SignatureFacts) -> None:
        """Ink alone, as often as it comes."""
        self.pad.show_points(facts.points, facts.size)
