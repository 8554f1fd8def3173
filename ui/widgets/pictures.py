"""Pictures that arrive: the impression row by row, the camera's frames with the oval, the portrait."""

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ui.theme import COLOURS, Theme

Pixels = npt.NDArray[np.uint8]


def to_image(pixels: Pixels) -> QImage:
    """A picture of its own memory from (h, w) grey or (h, w, 3) BGR bytes."""
    data = np.ascontiguousarray(pixels)
    height, width = data.shape[:2]
    colour = data.ndim == 3
    layout = QImage.Format.Format_BGR888 if colour else QImage.Format.Format_Grayscale8
    return QImage(data.tobytes(), width, height, width * (3 if colour else 1), layout).copy()


class Picture(QWidget):
    """A picture fitted into its room, on a quiet ground."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(90), self._theme.px(90))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(40), self._theme.px(40))

    def show_pixels(self, pixels: Pixels | None) -> None:
        if pixels is None and self._image is None:
            return
        self._image = None if pixels is None else to_image(pixels)
        self.update()

    def _place(self, width: float, height: float) -> QRectF:
        """Where a picture of this shape lies: as large as possible, in the middle."""
        scale = min(self.width() / width, self.height() / height)
        shown_w, shown_h = width * scale, height * scale
        return QRectF((self.width() - shown_w) / 2, (self.height() - shown_h) / 2, shown_w, shown_h)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint(painter)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        if self._image is not None:
            where = self._place(self._image.width(), self._image.height())
            painter.drawImage(where, self._image)
            painter.setPen(QPen(QColor(COLOURS.outline), 2))
            painter.drawRect(where)


class FingerView(Picture):
    """An impression growing from the top; the part that has not come yet is hatched."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._rows = (0, 0)

    def show_rows(self, pixels: Pixels | None, shown: int, total: int) -> None:
        """`pixels` (h, w) uint8, of which `shown` rows of `total` have come."""
        if pixels is None and self._image is None:
            return
        self._rows = (shown, total)
        self.show_pixels(None if pixels is None or pixels.size == 0 else pixels)

    def _paint(self, painter: QPainter) -> None:
        width, height = (3.0, 4.0)
        if self._image is not None:
            width, height = float(self._image.width()), float(max(self._image.height(), self._rows[1]))
        where = self._place(width, height).adjusted(2, 2, -2, -2)
        painter.fillRect(where, QColor(COLOURS.surface))
        if self._image is not None:
            rows = min(self._rows[0] or self._image.height(), self._image.height())
            part = QRectF(0, 0, width, rows)
            shown = QRectF(where.x(), where.y(), where.width(), where.height() * rows / height)
            painter.drawImage(shown, self._image, part)
            if rows < height:
                painter.setPen(QPen(QColor(COLOURS.primary), self._theme.px(0.8)))
                painter.drawLine(shown.bottomLeft(), shown.bottomRight())
        else:
            self._paint_waiting(painter, where)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(COLOURS.outline), 2))
        painter.drawRect(where)

    def _paint_waiting(self, painter: QPainter, where: QRectF) -> None:
        """Where the finger goes: a drawn fingertip."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(COLOURS.outline), self._theme.px(0.7)))
        middle, step = where.center(), where.width() / 13
        for ring in range(1, 5):
            painter.drawArc(
                QRectF(middle.x() - ring * step, middle.y() - ring * step * 1.3, ring * step * 2, ring * step * 2.6),
                -30 * 16,
                240 * 16,
            )


class CameraView(Picture):
    """The live picture, mirrored as people know themselves, with the oval the head belongs in."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._good = False

    def show_frame(self, pixels: Pixels, good: bool) -> None:
        self._good = good
        self.show_pixels(pixels[:, ::-1])

    def clear(self) -> None:
        self._good = False
        self.show_pixels(None)

    def _paint(self, painter: QPainter) -> None:
        size = (4.0, 3.0) if self._image is None else (float(self._image.width()), float(self._image.height()))
        where = self._place(*size)
        painter.fillRect(where, QColor(COLOURS.dark))
        if self._image is not None:
            painter.drawImage(where, self._image)
        oval_h = where.height() * 0.72
        oval = QRectF(0, 0, oval_h * 0.74, oval_h)
        oval.moveCenter(QPointF(where.center().x(), where.top() + where.height() * 0.48))
        shade = QPainterPath()
        shade.addRect(where)
        shade.addEllipse(oval)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(12, 20, 26, 90))
        painter.drawPath(shade)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(COLOURS.dark), self._theme.px(1.8)))
        painter.drawEllipse(oval)
        style = Qt.PenStyle.SolidLine if self._good else Qt.PenStyle.DashLine
        colour = "#7CE0A3" if self._good else COLOURS.surface
        painter.setPen(QPen(QColor(colour), self._theme.px(1.0), style))
        painter.drawEllipse(oval)
