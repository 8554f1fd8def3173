"""The page of charts: the list, the last value in words, the plot with its names, or the map of the sensor's noise."""

import cv2
import numpy as np
from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.common import Mark
from ui.presenters.technician_charts import ChartsState, Stroke
from ui.screens.base import Screen
from ui.technician.parts import ChoiceColumn, choices, lay_out
from ui.technician.plots import LOOK, PlotView
from ui.theme import COLOURS, Letter, Theme
from ui.widgets.marks import StatusMark
from ui.widgets.pictures import Picture


class Key(QWidget):
    """Which curve is which: its stroke and its name, side by side."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: list[tuple[str, Stroke]] = []
        self.setFont(theme.font(Letter.BODY))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(60), self._theme.px(7))

    def show_names(self, names: list[tuple[str, Stroke]]) -> None:
        if names != self._names:
            self._names = names
            self.setAccessibleName(", ".join(name for name, _ in names))
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        px, left = self._theme.px, float(self._theme.px(1))
        share = (self.width() - left) / max(1, len(self._names))
        for name, stroke in self._names:
            colour, dashes, _ = LOOK[stroke]
            painter.setPen(QPen(QColor(colour), px(0.8), dashes))
            painter.drawLine(round(left), self.height() // 2, round(left) + px(9), self.height() // 2)
            painter.setPen(QColor(COLOURS.ink))
            room = QRectF(left + px(11), 0, share - px(12), self.height())
            words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, round(room.width()))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)
            left += share
        painter.end()


class ChartsSheet(Screen[ChartsState]):
    """The last value stands above its curve in words: a chart alone says nothing to a screen reader."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._choices = ChoiceColumn(theme, self)
        self._choices.asked.connect(self.asked)
        self._headline = StatusMark(theme, Letter.STRONG, parent=self)
        self._key = Key(theme, self)
        self._plot = PlotView(theme, self)
        self._map = Picture(theme, self)
        right = QVBoxLayout()
        right.setSpacing(theme.px(1))
        right.addWidget(self._headline)
        right.addWidget(self._key)
        right.addWidget(self._plot, 1)
        right.addWidget(self._map, 1)
        lay_out(self, theme, self._choices, right)

    def draw(self, state: ChartsState, text: Text) -> None:
        self._choices.show_entries(choices(state.choices, text))
        self._headline.show_mark(Mark(state.headline, state.tone), text)
        self._plot.setVisible(state.plot is not None)
        self._key.setVisible(state.plot is not None)
        self._map.setVisible(state.noise_map is not None)
        if state.plot is not None:
            self._key.show_names([(text(curve.name), curve.stroke) for curve in state.plot.curves])
            self._plot.show_plot(state.plot, text)
        self._map.show_pixels(None if state.noise_map is None else _coloured(state.noise_map))
        self._map.setAccessibleName(self._headline.accessibleName())


def _coloured(noise: np.ndarray) -> np.ndarray:
    """Dark where a place changes as it should, bright where it never does; (rows, columns, 3) uint8 BGR, enlarged."""
    large = cv2.resize(noise, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.applyColorMap(large, cv2.COLORMAP_CIVIDIS), np.uint8)
