"""The page of traffic: the filter in one row, the lines below, or the list of recordings to open."""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from station.text import Text, msg
from ui.presenters.biodata import FieldState, Kind
from ui.presenters.technician_intents import FilterText
from ui.presenters.technician_traffic import ROWS, SHOWN_BYTES, Row, TrafficState
from ui.screens.base import Screen
from ui.technician.parts import choices
from ui.theme import COLOURS, GAP_MM, TARGET_MM, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.field import style_line
from ui.widgets.grid import ButtonGrid
from ui.widgets.marks import Words

LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
CENTRE = int(Qt.AlignmentFlag.AlignCenter)
TIME_MM, DEVICE_MM, ARROW_MM, PAIR_MM, MORE_MM = 26.0, 46.0, 8.0, 8.6, 20.0


class FrameLines(QWidget):
    """The rows as columns: time, device, an arrow out or in, bytes in a fixed pitch, what is left out, words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[Row, ...] = ()
        self._devices: list[str] = []
        self.setFont(theme.font(Letter.BODY))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(200), self._theme.px(7.2) * ROWS)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.sizeHint()

    def show_lines(self, rows: tuple[Row, ...], text: Text) -> None:
        devices = [text(row.device) for row in rows]
        if rows == self._rows and devices == self._devices:
            return
        self._rows, self._devices = rows, devices
        self.setAccessibleName("\n".join(
            f"{row.time} {device} {'>' if row.sent else '<'} {' '.join(row.pairs)} {row.words}"
            for row, device in zip(rows, devices, strict=True)
        ))  # fmt: skip
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(COLOURS.divider), 2))
        painter.setBrush(QColor(COLOURS.surface))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), self._theme.px(2), self._theme.px(2))
        height = (self.height() - self._theme.px(2)) / ROWS
        for place, (row, device) in enumerate(zip(self._rows, self._devices, strict=True)):
            self._paint_row(painter, row, device, self._theme.px(1) + place * height, height)
        painter.end()

    def _paint_row(self, painter: QPainter, row: Row, device: str, top: float, height: float) -> None:
        px, metrics = self._theme.px, QFontMetrics(self.font())
        left = float(px(3))

        def cell(width_mm: float, words: str, colour: str, align: int = LEFT) -> None:
            nonlocal left
            width = px(width_mm)
            painter.setPen(QColor(colour))
            painter.drawText(QRectF(left, top, width, height), align,
                             metrics.elidedText(words, Qt.TextElideMode.ElideRight, width))  # fmt: skip
            left += width

        cell(TIME_MM, row.time, COLOURS.ink_soft)
        cell(DEVICE_MM, device, COLOURS.ink)
        self._arrow(painter, row.sent, left + px(1), top + height / 2)
        left += px(ARROW_MM)
        for pair in row.pairs:
            cell(PAIR_MM, pair, COLOURS.primary if row.sent else COLOURS.ink, CENTRE)
        left += px(PAIR_MM) * (SHOWN_BYTES - len(row.pairs))
        cell(MORE_MM, f"+{row.more}" if row.more else "", COLOURS.ink_soft)
        cell((self.width() - left) / self._theme.px_per_mm - 3, row.words, COLOURS.ink)

    def _arrow(self, painter: QPainter, sent: bool, left: float, middle: float) -> None:
        """Out of the station points right, into it points left; full and hollow too."""
        wide, half = self._theme.px(4), self._theme.px(1.6)
        tip, foot = (left + wide, left) if sent else (left, left + wide)
        painter.setPen(QPen(QColor(COLOURS.primary if sent else COLOURS.ink), 2))
        painter.setBrush(QColor(COLOURS.primary if sent else COLOURS.surface))
        shape = [QPointF(tip, middle), QPointF(foot, middle - half), QPointF(foot, middle + half)]
        painter.drawPolygon(QPolygonF(shape))


class TrafficSheet(Screen[TrafficState]):
    """Page up and page down go through the lines."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._filter = QWidget(self)
        self._device, self._way, self._older, self._newer = (
            ActionButton(theme, Look.SECONDARY, self._filter) for _ in range(4)
        )
        self._line = QLineEdit(self._filter)
        self._line.setFont(theme.font(Letter.STRONG))
        self._line.setFixedHeight(theme.px(TARGET_MM))
        self._line.textEdited.connect(lambda typed: self.asked.emit(FilterText(typed)))
        row = QHBoxLayout(self._filter)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(GAP_MM))
        for widget, share in ((self._device, 6), (self._way, 5), (self._line, 5), (self._older, 2), (self._newer, 2)):
            row.addWidget(widget, share)
        for button in (self._device, self._way, self._older, self._newer):
            button.asked.connect(self.asked)
        self._count = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        self._lines = FrameLines(theme, self)
        self._recordings = ButtonGrid(theme, columns=2, parent=self)
        self._recordings.asked.connect(self.asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(1.5))
        for part in (self._filter, self._count):
            column.addWidget(part)
        column.addWidget(self._lines, 1)
        column.addWidget(self._recordings)
        self._column = column

    def draw(self, state: TrafficState, text: Text) -> None:
        choosing = state.recordings is not None
        for part in (self._filter, self._count, self._lines):
            part.setVisible(not choosing)
        self._recordings.setVisible(choosing)
        self._column.setAlignment(self._recordings, Qt.AlignmentFlag.AlignTop)
        if state.recordings is not None:
            self._recordings.show_entries(choices(state.recordings, text))
            return
        for button, action in (
            (self._device, state.device),
            (self._way, state.way),
            (self._older, state.older),
            (self._newer, state.newer),
        ):
            button.set_action(action, text)
        hint = msg("Words or hex to find")
        style_line(self._line, FieldState("text", hint, Kind.TEXT, state.text, hint=hint), text(hint), text, self.theme)
        self._count.say(state.count, text)
        self._lines.show_lines(state.rows, text)

    def take_key(self, event: QKeyEvent) -> bool:
        keys = {Qt.Key.Key_PageUp: self._older, Qt.Key.Key_PageDown: self._newer}
        button = keys.get(Qt.Key(event.key()))
        if button is None or self._recordings.isVisible():
            return False
        if button.active:
            self.asked.emit(button.intent)
        return True
