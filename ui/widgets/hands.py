"""A pair of hands, palms away, which shows the finger that is asked for; needs no reading."""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QTransform
from PyQt6.QtWidgets import QSizePolicy, QWidget

from station.biometrics.model import FingerPosition
from station.text import Text
from ui.presenters.common import Tone
from ui.presenters.fingers import Standing
from ui.presenters.words import FINGER
from ui.theme import COLOURS, Theme
from ui.widgets.marks import paint_mark

F = FingerPosition

# One right hand in a unit of 100 wide, 120 high, seen from its back: base x, base y, length, width, lean in degrees.
SHAPE: tuple[tuple[float, float, float, float, float], ...] = (
    (20.0, 84.0, 40.0, 16.5, -46.0),
    (31.0, 62.0, 46.0, 15.0, -9.0),
    (48.5, 58.0, 51.0, 15.0, -1.0),
    (65.5, 61.0, 46.0, 14.5, 7.0),
    (81.0, 69.0, 35.0, 13.0, 16.0),
)
RIGHT = (F.RIGHT_THUMB, F.RIGHT_INDEX, F.RIGHT_MIDDLE, F.RIGHT_RING, F.RIGHT_LITTLE)
LEFT = (F.LEFT_THUMB, F.LEFT_INDEX, F.LEFT_MIDDLE, F.LEFT_RING, F.LEFT_LITTLE)
WIDTH, HEIGHT = 236.0, 124.0


class Hands(QWidget):
    """Left hand left, right hand right, as the officer's own lie on the desk."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._standings: dict[FingerPosition, Standing] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_standings(self, standings: tuple[tuple[FingerPosition, Standing], ...], text: Text) -> None:
        fresh = dict(standings)
        now = next((finger for finger, standing in standings if standing is Standing.NOW), None)
        self.setAccessibleName(text(FINGER[now]) if now is not None else "")
        if fresh != self._standings:
            self._standings = fresh
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(120), self._theme.px(70))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(60), self._theme.px(36))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = min(self.width() / WIDTH, self.height() / HEIGHT)
        painter.translate((self.width() - WIDTH * scale) / 2, (self.height() - HEIGHT * scale) / 2)
        painter.scale(scale, scale)
        right = QTransform().translate(132, 6)
        left = QTransform().translate(104, 6).scale(-1, 1)
        for fingers, place in ((RIGHT, right), (LEFT, left)):
            self._paint_hand(painter, fingers, place)
        painter.end()

    def _paint_hand(self, painter: QPainter, fingers: tuple[FingerPosition, ...], place: QTransform) -> None:
        palm = _palm()
        painter.setPen(QPen(QColor(COLOURS.outline), 1.3))
        painter.setBrush(QColor(COLOURS.surface))
        painter.drawPath(place.map(palm))
        for finger, (x, y, length, width, lean) in zip(fingers, SHAPE, strict=True):
            standing = self._standings.get(finger)
            outline = QPainterPath()
            outline.addRoundedRect(QRectF(-width / 2, -length, width, length + 14), width / 2, width / 2)
            turn = QTransform().translate(x, y).rotate(lean)
            shape = turn.map(outline).subtracted(palm)
            ground, line = _colours(standing)
            painter.setPen(QPen(line, 2.0 if standing is Standing.NOW else 1.3))
            painter.setBrush(ground)
            painter.drawPath(place.map(shape))
            tip = (turn * place).map(QPointF(0, -length + width * 0.62))
            self._paint_tip(painter, tip, width * 0.62, standing)

    def _paint_tip(self, painter: QPainter, tip: QPointF, size: float, standing: Standing | None) -> None:
        spot = QRectF(tip.x() - size / 2, tip.y() - size / 2, size, size)
        match standing:
            case Standing.DONE:
                paint_mark(painter, spot, Tone.GOOD)
            case Standing.EXCEPTION | Standing.POOR:
                paint_mark(painter, spot, Tone.WARN)
            case Standing.NOW:
                painter.setPen(QPen(QColor(COLOURS.primary_ink), 1.4))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                for share in (1.0, 0.58, 0.2):
                    painter.drawEllipse(tip, size * share / 2, size * share / 2)
            case Standing.OPEN | None:
                pass


def _palm() -> QPainterPath:
    path = QPainterPath(QPointF(23, 60))
    path.cubicTo(20, 76, 20, 92, 34, 108)
    path.cubicTo(40, 116, 70, 116, 77, 108)
    path.cubicTo(87, 95, 90, 80, 88, 66)
    path.cubicTo(70, 52, 40, 50, 23, 60)
    path.closeSubpath()
    return path


def _colours(standing: Standing | None) -> tuple[QColor, QColor]:
    match standing:
        case Standing.NOW:
            return QColor(COLOURS.primary), QColor(COLOURS.primary_down)
        case Standing.DONE:
            return QColor(COLOURS.good_fill), QColor(COLOURS.good)
        case Standing.EXCEPTION | Standing.POOR:
            return QColor(COLOURS.warn_fill), QColor(COLOURS.warn)
        case Standing.OPEN:
            return QColor(COLOURS.surface), QColor(COLOURS.outline)
        case None:
            return QColor(COLOURS.page), QColor(COLOURS.divider)
