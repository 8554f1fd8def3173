"""One field of the form: its name and what is wrong with it above, the editor below."""

from PyQt6.QtCore import QRegularExpression, pyqtSignal
from PyQt6.QtGui import QColor, QPalette, QRegularExpressionValidator
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.biodata import FieldState, Kind
from ui.presenters.common import Tone
from ui.theme import COLOURS, FOCUS_PX, TARGET_MM, Letter, Theme, ink
from ui.widgets.grid import ButtonGrid
from ui.widgets.marks import MarkShape, Words

ALLOWED = {Kind.DIGITS: "[0-9]{0,16}", Kind.DATE: "[0-9-]{0,10}", Kind.TEXT: ".{0,100}"}


class FieldEditor(QWidget):
    """Emits (field, value) when its value changes by hand."""

    edited = pyqtSignal(str, str)

    def __init__(self, theme: Theme, name: str, kind: Kind, columns: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self._theme = name, theme
        self._mark = MarkShape(theme, 5, self)
        self._label = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        top = QHBoxLayout()
        top.setSpacing(theme.px(1.5))
        top.addWidget(self._mark)
        top.addWidget(self._label, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(0.6))
        column.addLayout(top)
        self.line: QLineEdit | None = None
        self.choices: ButtonGrid | None = None
        if kind is Kind.CHOICE:
            self.choices = ButtonGrid(theme, columns, parent=self)
            self.choices.asked.connect(lambda value: self.edited.emit(self.name, value))
            column.addWidget(self.choices)
        else:
            self.line = self._make_line(kind)
            self.setMinimumHeight(theme.px(TARGET_MM) + theme.px(8.4))
            column.addWidget(self.line)

    def _make_line(self, kind: Kind) -> QLineEdit:
        line = QLineEdit(self)
        line.setFont(self._theme.font(Letter.STRONG))
        line.setFixedHeight(self._theme.px(TARGET_MM))
        line.setValidator(QRegularExpressionValidator(QRegularExpression(ALLOWED[kind]), line))
        line.textEdited.connect(lambda value: self.edited.emit(self.name, value))
        palette = line.palette()
        palette.setColor(QPalette.ColorRole.PlaceholderText, QColor(COLOURS.ink_soft))
        line.setPalette(palette)
        return line

    def show_field(self, state: FieldState, text: Text) -> None:
        words = text(state.label)
        tone = Tone.BAD if state.blocking else Tone.WARN
        if state.problem is not None:
            words = f"{words}: {text(state.problem)}"
        self._label.setText(words)
        self._label.set_colour(ink(tone).name() if state.problem is not None else COLOURS.ink_soft)
        self._mark.setVisible(state.problem is not None)
        self._mark.set_tone(tone)
        if self.line is not None:
            style_line(self.line, state, words, text, self._theme)
        if self.choices is not None:
            self.choices.show_entries(
                [(text(label), value == state.value, value, "") for value, label in state.choices]
            )


def style_line(line: QLineEdit, state: FieldState, words: str, text: Text, theme: Theme) -> None:
    """A line of typing as every page shows it: its value, hint and name, and an edge that says what is wrong."""
    if line.text() != state.value:
        line.setText(state.value)
    line.setPlaceholderText("" if state.hint is None else text(state.hint))
    line.setAccessibleName(words)
    edge = COLOURS.outline if state.problem is None else ink(Tone.BAD if state.blocking else Tone.WARN).name()
    radius, pad = theme.px(1.8), theme.px(3)
    style = (
        f"QLineEdit {{ border: 2px solid {edge}; border-radius: {radius}px; padding: 0 {pad}px;"
        f" background: {COLOURS.surface}; color: {COLOURS.ink}; }}"
        f"QLineEdit:focus {{ border: {FOCUS_PX}px solid {COLOURS.focus}; }}"
    )
    if line.styleSheet() != style:
        line.setStyleSheet(style)
