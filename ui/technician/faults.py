"""The page of faults: what a simulated device suffers, and what the officer reads then."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.technician_faults import FaultsState
from ui.screens.base import Screen
from ui.technician.parts import ChoiceColumn, choices, lay_out
from ui.theme import GAP_MM, Letter, Theme
from ui.widgets.grid import ButtonGrid
from ui.widgets.marks import StatusMark, Words
from ui.widgets.panel import Panel

COLUMNS = 4


class FaultsSheet(Screen[FaultsState]):
    """Switches, four in a row; below them the officer's sentence."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._choices = ChoiceColumn(theme, self)
        self._faults = ButtonGrid(theme, columns=COLUMNS, parent=self)
        for source in (self._choices, self._faults):
            source.asked.connect(self.asked)
        panel = Panel(theme, self)
        self._mark = StatusMark(theme, parent=panel)
        self._cure = Words(theme, Letter.BODY, parent=panel)
        column = QVBoxLayout(panel)
        column.setContentsMargins(theme.px(4), theme.px(1.5), theme.px(4), theme.px(1.5))
        column.setSpacing(theme.px(0.5))
        column.addWidget(self._mark)
        column.addWidget(self._cure)
        self._panel = panel
        right = QVBoxLayout()
        right.setSpacing(theme.px(GAP_MM))
        right.addWidget(self._faults)
        right.addWidget(panel)
        right.addStretch(1)
        lay_out(self, theme, self._choices, right)

    def draw(self, state: FaultsState, text: Text) -> None:
        self._choices.show_entries(choices(state.choices, text))
        self._faults.show_entries(choices(state.faults, text))
        self._panel.setVisible(state.mark is not None)
        if state.mark is not None:
            self._mark.show_mark(state.mark, text)
        self._cure.say(state.cure, text)
        self._cure.setVisible(state.cure is not None)
