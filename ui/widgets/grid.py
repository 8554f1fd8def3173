"""Some buttons of one kind in a grid; kept between two pictures, so that the focus stays where it is."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QWidget

from ui.theme import GAP_MM, TARGET_MM, Theme
from ui.widgets.button import ActionButton, Look

Entry = tuple[str, bool | None, object, str]


class ButtonGrid(QWidget):
    """As many buttons as entries (label, chosen or None, intent, detail), row by row."""

    asked = pyqtSignal(object)

    def __init__(
        self, theme: Theme, columns: int = 1, height_mm: float = TARGET_MM, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._columns, self._height_mm = theme, columns, height_mm
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px(GAP_MM))
        self.buttons: list[ActionButton] = []

    def show_entries(self, entries: list[Entry]) -> None:
        while len(self.buttons) < len(entries):
            button = ActionButton(self._theme, Look.CHOICE, self, self._height_mm)
            button.asked.connect(self.asked)
            place = len(self.buttons)
            self._grid.addWidget(button, place // self._columns, place % self._columns)
            self._grid.setColumnStretch(place % self._columns, 1)
            self.buttons.append(button)
        for button, (label, chosen, intent, detail) in zip(self.buttons, entries, strict=False):
            button.set_choice(label, chosen, intent, detail)
        for place, button in enumerate(self.buttons):
            button.setVisible(place < len(entries))
