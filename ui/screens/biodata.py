"""The new case's form, one page at a time."""

from dataclasses import replace

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.biodata import (
    GROUND_ROW,
    HOME_ROWS,
    PERSON_ROWS,
    REASON_ROW,
    REST_ROWS,
    BiodataState,
    FieldState,
    Row,
    with_value,
)
from ui.presenters.intents import Edit
from ui.screens.base import Screen
from ui.theme import GAP_MM, Theme
from ui.widgets.field import FieldEditor
from ui.widgets.grid import ButtonGrid
from ui.widgets.pinpad import OfficerPin
from ui.widgets.stack import Stack

WIDE = ("religion", "marital_status", "nik_reason")
COLUMNS = {"blood_group": 5, "sex": 2, "citizenship": 2}


class FieldsPage(QWidget):
    """Fields in two columns; wide ones take both."""

    def __init__(self, theme: Theme, rows: tuple[Row, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editors: dict[str, FieldEditor] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(GAP_MM if len(rows) > 6 else 5))
        place = 0
        for name, _, kind, _, _ in rows:
            editor = FieldEditor(theme, name, kind, COLUMNS.get(name, 4), self)
            wide = name in WIDE
            place += place % 2 if wide else 0
            span = 2 if wide else 1
            grid.addWidget(editor, place // 2, place % 2, 1, span, Qt.AlignmentFlag.AlignTop)
            place += 2 if wide else 1
            self.editors[name] = editor
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        grid.setRowStretch(place // 2 + 1, 1)

    def show_fields(self, fields: tuple[FieldState, ...], text: Text) -> None:
        shown = {field.name: field for field in fields}
        for name, editor in self.editors.items():
            editor.setVisible(name in shown)
            if name in shown:
                editor.show_field(shown[name], text)


class BiodataScreen(Screen[BiodataState]):
    """Five pages in a stack: ground, approver, person, home, the rest."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._state: BiodataState | None = None
        self._pages = Stack(self)
        ground = QWidget(self)
        self.grounds = ButtonGrid(theme, columns=2, height_mm=20, parent=ground)
        self.grounds.asked.connect(self.asked)
        self._reason = FieldsPage(theme, (GROUND_ROW,), ground)
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addWidget(self.grounds)
        column.addWidget(self._reason)
        column.addStretch(1)
        self.pin = OfficerPin(theme, self)
        self.pin.asked.connect(self.asked)
        self.pin.typed.connect(self._typed_pin)
        self._fields = {
            2: FieldsPage(theme, (*PERSON_ROWS, REASON_ROW), self),
            3: FieldsPage(theme, HOME_ROWS, self),
            4: FieldsPage(theme, REST_ROWS, self),
        }
        for page in (ground, self.pin, *self._fields.values()):
            self._pages.add(page)
        for fields in (self._reason, *self._fields.values()):
            for editor in fields.editors.values():
                editor.edited.connect(self._edited)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def draw(self, state: BiodataState, text: Text) -> None:
        turned = self._state is None or self._state.page != state.page
        self._state = state
        self._pages.show_page(self._pages.pages[state.page])
        self.grounds.show_entries([(text(one.label), one.chosen, one.intent, "") for one in state.grounds])
        fields = self._fields.get(state.page, self._reason)
        fields.show_fields(state.fields, text)
        if state.pin is not None:
            self.pin.show_pin(state.pin, text)
        if turned and (first := self.first_focus()) is not None and self.isVisible():
            first.setFocus()

    def take_key(self, event: QKeyEvent) -> bool:
        return self._state is not None and self._state.pin is not None and self.pin.type_key(event)

    def first_focus(self) -> QWidget | None:
        """The first field that is wrong, else the first that is empty."""
        if self._state is None:
            return None
        if self._state.page == 0:
            return self.grounds.buttons[0]
        if self._state.pin is not None:
            return self.pin.cards.buttons[0] if self.pin.cards.buttons else None
        fields = self._state.fields
        wanted = next((f for f in fields if f.problem is not None), None) or next(
            (f for f in fields if not f.value), None
        )
        editor = self._fields[self._state.page].editors[wanted.name if wanted is not None else fields[0].name]
        return editor.line or (editor.choices.buttons[0] if editor.choices is not None else None)

    def _edited(self, name: str, value: str) -> None:
        if self._state is not None:
            self.asked.emit(Edit(with_value(self._state.draft, name, value)))

    def _typed_pin(self, pin: str) -> None:
        if self._state is not None:
            self.asked.emit(Edit(replace(self._state.draft, approver_pin=pin)))
