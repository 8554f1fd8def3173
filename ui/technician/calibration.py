"""The page of calibration: what is known of the last comparison, and the reference value of the next."""

from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.biodata import FieldState, Kind
from ui.presenters.technician_calibration import CalibrationState
from ui.presenters.technician_intents import TypeReference
from ui.screens.base import Screen
from ui.technician.parts import Cures
from ui.theme import GAP_MM, Letter, Theme
from ui.widgets.biodata import BiodataList
from ui.widgets.field import FieldEditor
from ui.widgets.marks import StatusMark

REFERENCE = "reference"


class CalibrationSheet(Screen[CalibrationState]):
    """Facts at the left, what to do at the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._mark = StatusMark(theme, Letter.STRONG, parent=self)
        self._facts = BiodataList(theme, parent=self)
        self._facts.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._how = Cures(theme, self)
        self._field = FieldEditor(theme, REFERENCE, Kind.TEXT, parent=self)
        self._field.edited.connect(lambda _name, value: self.asked.emit(TypeReference(value)))
        left = QVBoxLayout()
        left.setSpacing(theme.px(GAP_MM))
        left.addWidget(self._mark)
        left.addWidget(self._facts)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(theme.px(GAP_MM))
        right.addWidget(self._how)
        right.addWidget(self._field)
        right.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addLayout(left, 1)
        row.addLayout(right, 1)

    def draw(self, state: CalibrationState, text: Text) -> None:
        self._mark.show_mark(state.mark, text)
        self._facts.show_rows(state.facts, text)
        self._how.show_cures(state.how, text, numbered=state.may)
        self._field.setVisible(state.may)
        self._field.show_field(
            FieldState(
                REFERENCE, state.label, Kind.TEXT, state.typed, problem=state.wrong, blocking=state.wrong is not None
            ),
            text,
        )

    def first_focus(self) -> QWidget | None:
        return self._field.line
