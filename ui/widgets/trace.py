"""The last thirty seconds of the thermometer, with the limit as a line; gaps stay gaps."""

from itertools import pairwise

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from station.capture.facts import TemperatureTrace
from station.text import Text, msg
from ui.theme import COLOURS, Letter, Theme

SPAN_S = 30.0
GAP_S = 2.0  # readings come every half second; longer than this is a gap
STALE_S = 3.0
LOW_C, HIGH_C = 32.0, 42.0


class TemperatureTraceView(QWidget):
    """The number as large as the room allows, the line beside it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._trace = TemperatureTrace((), None)
        self._limit_c: float | None = None
        self._number = self._now = self._limit_words = self._problem = ""
        self._stale = False
        self.setFont(theme.font(Letter.BODY))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(140), self._theme.px(40))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(80), self._theme.px(24))

    def show_trace(self, trace: TemperatureTrace, limit_c: float | None, text: Text) -> None:
        """`limit_c` draws its line when there is one."""
        self._trace, self._limit_c = trace, limit_c
        last = trace.samples[-1] if trace.samples else None
        age_s = last[0] if last is not None else 0.0
        self._stale = age_s > STALE_S
        self._number = text(msg("{value} °C", value=last[1])) if last is not None else "– °C"
        self._now = text(msg("{seconds} seconds old", seconds=round(age_s)) if self._stale else msg("Sensor now"))
        self._limit_words = "" if limit_c is None else text(msg("Limit {value} °C", value=limit_c))
        self._problem = "" if trace.problem is None else text(trace.problem)
        self.setAccessibleName(f"{self._now} {self._number} {self._limit_words} {self._problem}".strip())
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(COLOURS.divider), 2))
        painter.setBrush(QColor(COLOURS.surface))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), self._theme.px(2), self._theme.px(2))
        pad = self._theme.px(3.5)
        figure = QFontMetrics(self._theme.font(Letter.FIGURE, bold=True))
        left = min(figure.horizontalAdvance(self._number) + 2 * pad, self.width() * 2 // 3)
        self._paint_number(painter, QRectF(pad, pad, left - pad, self.height() - 2 * pad))
        self._paint_plot(painter, QRectF(left + pad, pad, self.width() - left - 2 * pad, self.height() - 2 * pad))
        painter.end()

    def _paint_number(self, painter: QPainter, room: QRectF) -> None:
        colour = COLOURS.ink_soft if self._stale or not self._trace.samples else COLOURS.ink
        painter.setPen(QColor(colour))
        painter.setFont(self._theme.font(Letter.FIGURE, bold=True))
        figure_h = QFontMetrics(painter.font()).height()
        painter.drawText(
            QRectF(room.left(), room.top(), room.width() + self._theme.px(4), figure_h),
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            self._number,
        )
        painter.setFont(self.font())
        painter.setPen(QColor(COLOURS.bad if self._problem else COLOURS.ink_soft))
        painter.drawText(
            room.adjusted(0, figure_h, 0, 0),
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap),
            self._problem or self._now,
        )

    def _paint_plot(self, painter: QPainter, plot: QRectF) -> None:
        def at(age_s: float, object_c: float) -> QPointF:
            share = (min(max(object_c, LOW_C), HIGH_C) - LOW_C) / (HIGH_C - LOW_C)
            return QPointF(plot.right() - age_s / SPAN_S * plot.width(), plot.bottom() - share * plot.height())

        painter.setPen(QPen(QColor(COLOURS.divider), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        if self._limit_c is not None:
            level = at(0, self._limit_c).y()
            painter.setPen(QPen(QColor(COLOURS.bad), 2, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(plot.left(), level), QPointF(plot.right(), level))
            painter.setPen(QColor(COLOURS.bad))
            painter.setFont(self.font())
            words = QRectF(plot.left(), level - QFontMetrics(self.font()).height(), plot.width(), 0)
            words.setBottom(level)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom), self._limit_words)
        painter.setPen(QPen(QColor(COLOURS.ink_soft if self._stale else COLOURS.primary), self._theme.px(0.8)))
        samples = [sample for sample in self._trace.samples if sample[0] <= SPAN_S]
        for before, after in pairwise(samples):
            if before[0] - after[0] <= GAP_S:
                painter.drawLine(at(before[0], before[1]), at(after[0], after[1]))
        if samples and not self._stale:
            painter.setBrush(QColor(COLOURS.primary))
            painter.drawEllipse(at(samples[-1][0], samples[-1][1]), self._theme.px(1.0), self._theme.px(1.0))
