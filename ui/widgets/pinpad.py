"""Who, and the PIN: cards on the left, large keys on the right; digits on the keyboard work as well."""

from PyQt6.QtCore import QPointF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from station.text import Text, msg
from ui.presenters.login import PinState
from ui.theme import COLOURS, GAP_MM, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.grid import ButtonGrid
from ui.widgets.marks import Words

LONGEST = 12
DELETE, CLEAR = "delete", "clear"


class PinDots(QWidget):
    """One dot a digit; the digits are never shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._count = theme, 0
        self.setFixedHeight(theme.px(11))

    def show_count(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self.setAccessibleName(str(count))
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(60), self._theme.px(11))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(COLOURS.outline), 2))
        painter.setBrush(QColor(COLOURS.surface))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), self._theme.px(1.8), self._theme.px(1.8))
        step, radius = self._theme.px(6), self._theme.px(1.6)
        step = min(step, (self.width() - step) // max(self._count, 1))
        start = self.width() / 2 - step * (self._count - 1) / 2
        painter.setBrush(QColor(COLOURS.ink))
        painter.setPen(Qt.PenStyle.NoPen)
        for place in range(self._count):
            painter.drawEllipse(QPointF(start + place * step, self.height() / 2), radius, radius)
        painter.end()


class OfficerPin(QWidget):
    """Emits the card's intent, and the whole PIN whenever it changes."""

    asked = pyqtSignal(object)
    typed = pyqtSignal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pin, self._locked = "", False
        self.cards = ButtonGrid(theme, columns=1, parent=self)
        self.cards.asked.connect(self.asked)
        pad = QWidget(self)
        self._dots = PinDots(theme, pad)
        self._line = Words(theme, Letter.BODY, parent=pad)
        self._line.setMinimumHeight(theme.px(14))
        self._line.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        keys = QGridLayout()
        keys.setSpacing(theme.px(GAP_MM) - 6)
        self.keys: dict[str, ActionButton] = {}
        for place, key in enumerate([*"123456789", CLEAR, "0", DELETE]):
            button = ActionButton(theme, Look.KEY, pad)
            button.set_choice(key, None, key)
            button.setFont(theme.font(Letter.STRONG if key.isdigit() else Letter.BODY, bold=True))
            button.asked.connect(self._press)
            keys.addWidget(button, place // 3, place % 3)
            self.keys[key] = button
        column = QVBoxLayout(pad)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        column.addWidget(self._line)
        column.addWidget(self._dots)
        column.addLayout(keys)
        column.addStretch(1)
        pad.setFixedWidth(theme.px(90))
        self.title = Words(theme, Letter.STRONG, bold=True, parent=self)
        self.title.hide()
        left = QVBoxLayout()
        left.setSpacing(theme.px(3))
        left.addWidget(self.title)
        left.addWidget(self.cards)
        left.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(16))
        row.addLayout(left, 1)
        row.addWidget(pad)

    def show_pin(self, state: PinState, text: Text) -> None:
        self._pin, self._locked = state.pin, state.locked
        self._dots.show_count(len(state.pin))
        self._line.say(state.line, text)
        self._line.set_colour(COLOURS.bad if state.refused else COLOURS.ink)
        self.cards.show_entries([(text(c.name), c.chosen, c.intent, text(c.role)) for c in state.cards])
        self.keys[CLEAR].set_words(text(msg("Clear")))
        self.keys[DELETE].set_words("←")
        self.keys[DELETE].setAccessibleName(text(msg("Delete the last digit")))
        for key in self.keys.values():
            key.set_active(not state.locked)

    def type_key(self, event: QKeyEvent) -> bool:
        """Digits and Backspace of the keyboard, wherever the focus is; whether it was one of them."""
        if event.text().isdigit() and event.text().isascii():
            self._press(event.text())
        elif event.key() == Qt.Key.Key_Backspace:
            self._press(DELETE)
        else:
            return False
        return True

    def _press(self, key: str) -> None:
        if self._locked:
            return
        if key == CLEAR:
            self.typed.emit("")
        elif key == DELETE:
            self.typed.emit(self._pin[:-1])
        elif len(self._pin) < LONGEST:
            self.typed.emit(self._pin + key)
