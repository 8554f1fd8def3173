"""What to do now, drawn: for applicants who do not read, or not this language. Units: a square of 100 by 100."""

from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ui.presenters.applicant import Scene
from ui.presenters.common import Tone
from ui.theme import COLOURS, Theme, ink
from ui.widgets.marks import paint_mark

NO_BRUSH = QBrush(Qt.BrushStyle.NoBrush)


def _corners(*at: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in at])


class _Pen:
    """Lines and grounds of all pictograms: few, heavy, round."""

    def __init__(self, painter: QPainter) -> None:
        self.painter = painter

    def line(self, colour: str = COLOURS.ink, width: float = 3.0, fill: str | None = None) -> QPainter:
        pen = QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        self.painter.setPen(pen)
        self.painter.setBrush(NO_BRUSH if fill is None else QBrush(QColor(fill)))
        return self.painter

    def arrow(self, start: QPointF, end: QPointF, colour: str = COLOURS.primary) -> None:
        """A heavy arrow, straight up, down or to the side."""
        painter = self.line(colour, 5.0)
        painter.drawLine(start, end)
        dx, dy = end.x() - start.x(), end.y() - start.y()
        size = max((dx * dx + dy * dy) ** 0.5, 1.0)
        ux, uy = dx / size * 9, dy / size * 9
        head = [QPointF(end.x() - ux - uy, end.y() - uy + ux), end, QPointF(end.x() - ux + uy, end.y() - uy - ux)]
        painter.drawPolyline(QPolygonF(head))


def _head(pen: _Pen, x: float, y: float, scale: float = 1.0) -> None:
    """A head with eyes, and shoulders."""
    painter = pen.line(fill=COLOURS.surface)
    shoulders = QPainterPath(QPointF(x - 34 * scale, y + 56 * scale))
    shoulders.cubicTo(x - 32 * scale, y + 18 * scale, x + 32 * scale, y + 18 * scale, x + 34 * scale, y + 56 * scale)
    painter.drawPath(shoulders)
    painter.drawEllipse(QPointF(x, y), 21 * scale, 27 * scale)
    pen.line(fill=COLOURS.ink)
    for side in (-8, 8):
        painter.drawEllipse(QPointF(x + side * scale, y - 3 * scale), 1.2 * scale, 1.6 * scale)


def _clock(pen: _Pen, x: float, y: float, radius: float) -> None:
    painter = pen.line(COLOURS.primary, fill=COLOURS.surface)
    painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.drawPolyline(_corners((x, y - radius * 0.6), (x, y), (x + radius * 0.42, y + radius * 0.25)))


def _wait(pen: _Pen) -> None:
    _clock(pen, 50, 50, 36)


def _chair(pen: _Pen) -> None:
    """A person who sits."""
    painter = pen.line()
    painter.drawPolyline(_corners((22, 36), (22, 92)))
    painter.drawLine(QPointF(22, 66), QPointF(58, 66))
    painter.drawLine(QPointF(56, 66), QPointF(56, 92))
    painter = pen.line(COLOURS.ink, 7.0)
    painter.drawPolyline(_corners((32, 34), (33, 59), (55, 59), (57, 88), (66, 88)))
    pen.line(fill=COLOURS.ink).drawEllipse(QPointF(33, 18), 9, 10)


def _rest(pen: _Pen) -> None:
    _chair(pen)
    _clock(pen, 78, 26, 18)


def _come_back(pen: _Pen) -> None:
    """A calendar with a day marked."""
    painter = pen.line(fill=COLOURS.surface)
    painter.drawRoundedRect(QRectF(14, 20, 72, 68), 6, 6)
    pen.line(fill=COLOURS.primary).drawRoundedRect(QRectF(14, 20, 72, 18), 6, 6)
    pen.line(width=4.0)
    for x in (32, 68):
        painter.drawLine(QPointF(x, 12), QPointF(x, 26))
    pen.line(COLOURS.outline, 1.0, COLOURS.outline)
    for row in range(3):
        for column in range(4):
            painter.drawRect(QRectF(24 + column * 15, 46 + row * 13, 6, 6))
    pen.line(COLOURS.focus, 3.5).drawEllipse(QPointF(72, 75), 9, 9)


def _forehead(pen: _Pen) -> None:
    """A thermometer held before the forehead."""
    _head(pen, 34, 42)
    painter = pen.line(fill=COLOURS.primary)
    painter.drawPolygon(_corners((66, 22), (92, 18), (92, 40), (66, 34)))
    painter.drawRoundedRect(QRectF(80, 36, 11, 30), 3, 3)
    pen.line(COLOURS.focus, 2.5)
    for y in (24, 28, 32):
        painter.drawLine(QPointF(56, y), QPointF(62, y))


def _hand(pen: _Pen, x: float, mirrored: bool) -> None:
    painter = pen.line(fill=COLOURS.surface)
    painter.save()
    painter.translate(x, 0)
    painter.scale(-1 if mirrored else 1, 1)
    for finger in range(4):
        painter.drawRoundedRect(QRectF(-14 + finger * 8, 42 - (0, 6, 5, 0)[finger], 8, 34), 4, 4)
    painter.drawRoundedRect(QRectF(-14, 60, 32, 30), 9, 9)
    painter.restore()


def _clean_hands(pen: _Pen) -> None:
    """Drops from a bottle over two hands."""
    _hand(pen, 30, mirrored=False)
    _hand(pen, 70, mirrored=True)
    painter = pen.line(fill=COLOURS.surface)
    painter.drawRoundedRect(QRectF(42, 4, 16, 10), 2, 2)
    pen.line(COLOURS.primary, 1.5, COLOURS.primary)
    for x, y in ((34, 20), (50, 17), (66, 20), (42, 28), (58, 28)):
        drop = QPainterPath(QPointF(x, y - 5))
        drop.cubicTo(x + 5, y + 1, x + 3, y + 6, x, y + 6)
        drop.cubicTo(x - 3, y + 6, x - 5, y + 1, x, y - 5)
        painter.drawPath(drop)


def _face(pen: _Pen) -> None:
    """A bare face before a camera; mask and glasses lie crossed out."""
    _head(pen, 30, 38, 0.95)
    painter = pen.line(fill=COLOURS.ink)
    painter.drawRoundedRect(QRectF(66, 22, 28, 22), 4, 4)
    painter.drawRect(QRectF(72, 17, 10, 5))
    pen.line(COLOURS.surface, 3.0, COLOURS.primary).drawEllipse(QPointF(80, 33), 7, 7)
    pen.line(COLOURS.primary, 3.0).drawLine(QPointF(54, 34), QPointF(62, 34))
    painter = pen.line(width=2.5, fill=COLOURS.surface)
    painter.drawRoundedRect(QRectF(56, 66, 18, 13), 5, 5)
    for x in (82, 93):
        painter.drawEllipse(QPointF(x, 73), 5, 5)
    painter = pen.line(COLOURS.bad, 4.0)
    painter.drawLine(QPointF(54, 84), QPointF(98, 62))


def _photo(pen: _Pen) -> None:
    """Right or wrong: the question beside the photo."""
    paint_mark(pen.painter, QRectF(28, 4, 44, 44), Tone.GOOD)
    paint_mark(pen.painter, QRectF(30, 56, 40, 40), Tone.BAD)


def _finger(pen: _Pen, lift: float) -> None:
    """A fingertip over, or on, the glass."""
    pen.line(fill=COLOURS.header).drawRoundedRect(QRectF(10, 74, 80, 20), 5, 5)
    pen.line(COLOURS.primary, 2.0, COLOURS.active_fill).drawRoundedRect(QRectF(26, 68, 48, 9), 3, 3)
    painter = pen.line(fill=COLOURS.surface)
    painter.save()
    painter.translate(50, 66 - lift)
    painter.rotate(-20)
    tip = QPainterPath(QPointF(-44, 0))
    tip.lineTo(4, 0)
    tip.cubicTo(16, 0, 16, -20, 4, -20)
    tip.lineTo(-44, -20)
    painter.drawPath(tip)
    pen.line(COLOURS.ink_soft, 2.0).drawArc(QRectF(-2, -19, 14, 10), 0, 100 * 16)
    painter.restore()


def _finger_down(pen: _Pen) -> None:
    _finger(pen, 22)
    pen.arrow(QPointF(78, 26), QPointF(78, 58))


def _finger_held(pen: _Pen) -> None:
    _finger(pen, 4)
    painter = pen.line(COLOURS.focus, 3.0)
    for y in (30, 40, 50):
        painter.drawLine(QPointF(80, y), QPointF(92, y))


def _finger_up(pen: _Pen) -> None:
    _finger(pen, 22)
    pen.arrow(QPointF(78, 58), QPointF(78, 26), COLOURS.good)


def _sign(pen: _Pen) -> None:
    """A pen on the pad."""
    painter = pen.line(fill=COLOURS.surface)
    painter.drawRoundedRect(QRectF(8, 50, 84, 40), 5, 5)
    stroke = QPainterPath(QPointF(18, 76))
    stroke.cubicTo(26, 48, 34, 98, 40, 68)
    stroke.cubicTo(46, 54, 48, 88, 56, 72)
    pen.line(COLOURS.primary, 3.0).drawPath(stroke)
    painter = pen.line(fill=COLOURS.warn_fill)
    painter.drawPolygon(_corners((56, 72), (60, 60), (88, 14), (96, 19), (67, 65)))


def _thanks(pen: _Pen) -> None:
    """A paper with a tick."""
    painter = pen.line(fill=COLOURS.surface)
    painter.drawRoundedRect(QRectF(16, 8, 50, 76), 4, 4)
    pen.line(COLOURS.outline, 3.0)
    for y in (24, 36, 48):
        painter.drawLine(QPointF(26, y), QPointF(56, y))
    paint_mark(painter, QRectF(48, 52, 40, 40), Tone.GOOD)


DRAWN: dict[Scene, Callable[[_Pen], None]] = {
    Scene.WAIT: _wait,
    Scene.FOREHEAD: _forehead,
    Scene.CLEAN_HANDS: _clean_hands,
    Scene.REST: _rest,
    Scene.COME_BACK: _come_back,
    Scene.FACE: _face,
    Scene.PHOTO: _photo,
    Scene.FINGER_DOWN: _finger_down,
    Scene.FINGER_HELD: _finger_held,
    Scene.FINGER_UP: _finger_up,
    Scene.SIGN: _sign,
    Scene.THANKS: _thanks,
}


class Pictogram(QWidget):
    """One scene, as large as its room allows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scene, self._tone = Scene.WAIT, Tone.PLAIN
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_scene(self, scene: Scene, tone: Tone) -> None:
        if (scene, tone) != (self._scene, self._tone):
            self._scene, self._tone = scene, tone
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(80), self._theme.px(80))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(24), self._theme.px(24))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = min(self.width(), self.height()) / 100
        painter.translate((self.width() - 100 * scale) / 2, (self.height() - 100 * scale) / 2)
        painter.scale(scale, scale)
        DRAWN[self._scene](_Pen(painter))
        if self._tone is not Tone.PLAIN:
            painter.setPen(QPen(ink(self._tone), 1.0))
            paint_mark(painter, QRectF(2, 2, 18, 18), self._tone)
        painter.end()
