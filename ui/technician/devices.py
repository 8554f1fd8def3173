"""The page of devices: the list, and at the right everything known of the chosen one."""

from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.technician_devices import FactsState
from ui.screens.base import Screen
from ui.technician.parts import ChoiceColumn, Cures, lay_out, short
from ui.theme import COLOURS, Letter, Theme
from ui.widgets.biodata import BiodataList
from ui.widgets.marks import StatusMark, Words

MOST_MARKS = 4


class DevicesSheet(Screen[FactsState]):
    """Sentence first, then the cures, then the facts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._choices = ChoiceColumn(theme, self)
        self._choices.asked.connect(self.asked)
        self._marks = [StatusMark(theme, parent=self) for _ in range(MOST_MARKS)]
        self._cures = Cures(theme, self)
        self._facts = BiodataList(theme, parent=self)
        self._facts.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._note = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        right = QVBoxLayout()
        right.setSpacing(theme.px(1.5))
        for widget in (*self._marks, self._cures, self._facts, self._note):
            right.addWidget(widget)
        right.addStretch(1)
        lay_out(self, theme, self._choices, right)

    def draw(self, state: FactsState, text: Text) -> None:
        self._choices.show_entries(short(state.choices, text))
        for place, mark in enumerate(self._marks):
            mark.setVisible(place < len(state.marks))
            if place < len(state.marks):
                mark.show_mark(state.marks[place], text)
        self._cures.show_cures(state.cures, text)
        self._facts.show_rows(state.facts, text)
        self._note.say(state.note, text)
        self._note.setVisible(state.note is not None)
