"""The signature as it is written: the harder the pen presses, the thicker the line."""

from itertools import pairwise

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from drivers.api import PadSize, PenPoint
from ui.theme import COLOURS, Theme


class InkPad(QWidget):
    """A picture of the pad. Ink cannot be made here: only the pad writes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._points: tuple[PenPoint, ...] = ()
        self._size = PadSize(100.0, 40.0, 10.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(200), self._theme.px(80))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(80), self._theme.px(32))

    def show_points(self, points: tuple[PenPoint, ...], size: PadSize) -> None:
        """All ink at once."""
        if len(points) != len(self._points) or size != self._size:
            self._points, self._size = points, size
            self.update()

    def forget(self) -> None:
        """Take all ink away."""
        self.show_points((), self._size)

    @property
    def count(self) -> int:
        return len(self._points)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = min(self.width() / self._size.width_mm, self.height() / self._size.height_mm)
        width, height = self._size.width_mm * scale, self._size.height_mm * scale
        pad = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        painter.setPen(QPen(QColor(COLOURS.outline), 2))
        painter.setBrush(QColor(COLOURS.surface))
        painter.drawRoundedRect(pad.adjusted(1, 1, -1, -1), self._theme.px(2), self._theme.px(2))
        base = pad.top() + height * 0.78
        painter.setPen(QPen(QColor(COLOURS.divider), 2))
        painter.drawLine(QPointF(pad.left() + width * 0.06, base), QPointF(pad.right() - width * 0.06, base))
        self._paint_ink(painter, pad, scale)
        painter.end()

    def _paint_ink(self, painter: QPainter, pad: QRectF, scale: float) -> None:
        pen = QPen(QColor(COLOURS.ink), 1.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        for before, after in pairwise(self._points):
            if not (before.down and after.down):
                continue
            pen.setWidthF(max(1.5, (0.25 + 0.75 * after.pressure) * scale))
            painter.setPen(pen)
            painter.drawLine(
                QPointF(pad.left() + before.x_mm * scale, pad.top() + before.y_mm * scale),
                QPointF(pad.left() + after.x_mm * scale, pad.top() + after.y_mm * scale),
            )
