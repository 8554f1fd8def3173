"""A quiet white ground that holds things together."""

from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from ui.presenters.common import Tone
from ui.theme import COLOURS, Theme, fill, ink


class Panel(QWidget):
    """White with a fine edge; a tone tints it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._radius = theme.px(2)
        self._tone: Tone | None = Tone.PLAIN

    def set_tone(self, tone: Tone | None) -> None:
        """None draws no ground at all."""
        if tone is not self._tone:
            self._tone = tone
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        if self._tone is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QColor(COLOURS.divider) if self._tone is Tone.PLAIN else ink(self._tone)
        painter.setPen(QPen(edge, 2))
        painter.setBrush(fill(self._tone))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), self._radius, self._radius)
        painter.end()
