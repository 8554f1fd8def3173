"""Charts drawn with pyqtgraph: the only importer of it, and only imported when a chart is first looked at."""

import numpy as np
import pyqtgraph
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QBrush, QColor, QPen
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.technician_charts import Curve, Plot, Stroke
from ui.presenters.technician_facts import Points
from ui.theme import COLOURS, FAMILY, Letter, Theme, ink

pyqtgraph.setConfigOptions(antialias=True, useOpenGL=False)

BAR_DAYS = 0.18
LOOK: dict[Stroke, tuple[str, Qt.PenStyle, str]] = {
    Stroke.FIRST: (COLOURS.primary, Qt.PenStyle.SolidLine, "o"),
    Stroke.SECOND: (COLOURS.warn, Qt.PenStyle.DashLine, "s"),
    Stroke.THIRD: (COLOURS.good, Qt.PenStyle.DashDotLine, "t"),
    Stroke.FOURTH: (COLOURS.training, Qt.PenStyle.DotLine, "d"),
    Stroke.STALE: (COLOURS.ink_soft, Qt.PenStyle.SolidLine, "o"),
}


def joined(pieces: tuple[Points, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Both axes of a curve, with a hole between two pieces."""
    xs: list[float] = []
    ys: list[float] = []
    for piece in pieces:
        if xs:
            xs.append(piece[0][0])
            ys.append(float("nan"))
        xs += [x for x, _ in piece]
        ys += [y for _, y in piece]
    return np.array(xs, np.float64), np.array(ys, np.float64)


class PlotView(QWidget):
    """One plot, drawn anew only when it has changed; nothing in it reacts to the mouse."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: object = None
        self._items: list[object] = []
        self._widget = pyqtgraph.PlotWidget(self, background=QColor(COLOURS.surface))
        self._widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plot = self._widget.getPlotItem()
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.getViewBox().setMouseEnabled(x=False, y=False)
        self._plot.showGrid(x=True, y=True, alpha=0.25)
        for side in ("bottom", "left"):
            axis = self._plot.getAxis(side)
            axis.setPen(QPen(QColor(COLOURS.outline)))
            axis.setTextPen(QPen(QColor(COLOURS.ink)))
            axis.setTickFont(theme.font(Letter.BODY))
            axis.setStyle(autoExpandTextSpace=True, hideOverlappingLabels=True)
        self._plot.getAxis("left").setWidth(theme.px(22))
        self._plot.getAxis("bottom").setHeight(theme.px(15))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._widget)

    def show_plot(self, plot: Plot, text: Text) -> None:
        if (plot, text.language) == self._shown:
            return
        self._shown = (plot, text.language)
        for item in self._items:
            self._plot.removeItem(item)
        self._items.clear()
        size = f"{self._theme.font(Letter.BODY).pixelSize()}px"
        style = {"color": COLOURS.ink_soft, "font-size": size, "font-family": FAMILY}
        self._plot.getAxis("bottom").setLabel(text(plot.across), **style)
        self._plot.getAxis("left").setLabel(text(plot.up), **style)
        self._plot.getViewBox().setRange(xRange=plot.x, yRange=plot.y, padding=0)
        for curve in plot.curves:
            self._add(self._curve(curve))
        for limit in plot.limits:
            self._limit(plot.x[0], limit.value, text(limit.name), ink(limit.tone))
        names = [curve.name for curve in plot.curves] + [limit.name for limit in plot.limits]
        self.setAccessibleName("; ".join(text(name) for name in names))

    def _add(self, item: object) -> None:
        self._plot.addItem(item)
        self._items.append(item)

    def _curve(self, curve: Curve) -> object:
        colour, dashes, symbol = LOOK[curve.stroke]
        xs, ys = joined(curve.pieces)
        if curve.bars:
            edge = QPen(QColor(colour), 1)
            edge.setCosmetic(True)
            return pyqtgraph.BarGraphItem(x=xs, height=ys, width=BAR_DAYS, brush=QBrush(QColor(colour)), pen=edge)
        pen = QPen(QColor(colour), self._theme.px(0.7))
        pen.setCosmetic(True)
        pen.setStyle(dashes)
        marks = symbol if len(xs) <= 60 else None
        return pyqtgraph.PlotDataItem(xs, ys, pen=pen, connect="finite", symbol=marks, symbolBrush=QColor(colour),
                                      symbolPen=QColor(colour), symbolSize=self._theme.px(2))  # fmt: skip

    def _limit(self, left: float, value: float, name: str, colour: QColor) -> None:
        pen = QPen(colour, 2, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        self._add(pyqtgraph.InfiniteLine(value, 0, pen))
        words = pyqtgraph.TextItem(name, colour, anchor=(0.0, 1.0))
        words.setFont(self._theme.font(Letter.BODY))
        words.setPos(left, value)
        self._add(words)
