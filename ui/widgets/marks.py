"""Shape, word and colour together: a state that can be read in grey."""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from station.text import Message, Text
from ui.presenters.common import Mark, Tone
from ui.theme import COLOURS, Letter, Theme, ink


def paint_mark(painter: QPainter, rect: QRectF, tone: Tone) -> None:
    """Disc with a tick, triangle with a stroke, square with a cross, disc with a dot, empty ring."""
    side = rect.width()
    colour, white = ink(tone), QColor(COLOURS.surface)
    stroke = QPen(white, max(2.0, side / 9), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)

    def at(x: float, y: float) -> QPointF:
        return QPointF(rect.x() + x * side, rect.y() + y * side)

    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    match tone:
        case Tone.GOOD:
            painter.drawEllipse(rect)
            painter.setPen(stroke)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF([at(0.27, 0.52), at(0.44, 0.69), at(0.74, 0.34)]))
        case Tone.WARN:
            painter.drawPolygon(QPolygonF([at(0.5, 0.02), at(1.0, 0.95), at(0.0, 0.95)]))
            painter.setPen(stroke)
            painter.drawLine(at(0.5, 0.38), at(0.5, 0.63))
            painter.drawPoint(at(0.5, 0.8))
        case Tone.BAD:
            painter.drawRoundedRect(rect, side / 8, side / 8)
            painter.setPen(stroke)
            painter.drawLine(at(0.3, 0.3), at(0.7, 0.7))
            painter.drawLine(at(0.7, 0.3), at(0.3, 0.7))
        case Tone.ACTIVE:
            painter.drawEllipse(rect)
            painter.setBrush(white)
            painter.drawEllipse(at(0.5, 0.5), side * 0.2, side * 0.2)
        case Tone.PLAIN:
            painter.setBrush(white)
            painter.setPen(QPen(QColor(COLOURS.outline), max(2.0, side / 11)))
            painter.drawEllipse(rect.adjusted(side * 0.06, side * 0.06, -side * 0.06, -side * 0.06))


class MarkShape(QWidget):
    """The shape alone, at a height in millimetres."""

    def __init__(self, theme: Theme, size_mm: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = theme.px(size_mm)
        self._tone = Tone.PLAIN
        self.setFixedSize(QSize(self._side, self._side))

    def set_tone(self, tone: Tone) -> None:
        if tone is not self._tone:
            self._tone = tone
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_mark(painter, QRectF(0, 0, self._side, self._side).adjusted(1, 1, -1, -1), self._tone)
        painter.end()


class Words(QLabel):
    """Plain text that wraps; never read as markup."""

    def __init__(
        self,
        theme: Theme,
        letter: Letter = Letter.BODY,
        colour: str = COLOURS.ink,
        bold: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(letter, bold))
        self.setWordWrap(True)
        self.set_colour(colour)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_colour(self, colour: str) -> None:
        palette = self.palette()
        palette.setColor(self.foregroundRole(), QColor(colour))
        self.setPalette(palette)

    def say(self, message: Message | None, text: Text) -> None:
        """Draw a message in a language; None empties the label."""
        words = "" if message is None else text(message)
        if words != self.text():
            self.setText(words)


class StatusMark(QWidget):
    """A shape and its word side by side, in the tone's colour."""

    def __init__(
        self, theme: Theme, letter: Letter = Letter.BODY, bold: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._shape = MarkShape(theme, letter.value * 1.6, self)
        self._words = Words(theme, letter, bold=bold, parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(2))
        row.addWidget(self._shape, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)

    def show_mark(self, mark: Mark, text: Text) -> None:
        self._shape.set_tone(mark.tone)
        self._words.set_colour(ink(mark.tone).name() if mark.tone is not Tone.PLAIN else COLOURS.ink)
        self._words.say(mark.words, text)
        self.setAccessibleName(self._words.text())
