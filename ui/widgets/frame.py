"""The frame's parts that are always there: banner, header, the line above the buttons."""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from station.text import Language, Text, msg, plain
from ui.presenters.common import Tone
from ui.presenters.frame import STEPS, FrameState
from ui.theme import COLOURS, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.marks import MarkShape, Words
from ui.widgets.panel import Panel


class TrainingBanner(QWidget):
    """Cannot be closed: what is recorded here is not real. Striped ends, so that it shows in grey."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._words = theme, ""
        self.setFont(theme.font(Letter.BODY, bold=True))
        self.setFixedHeight(theme.px(8.5))

    def draw(self, text: Text) -> None:
        self._words = text(msg("TRAINING: simulated devices, nothing here is real"))
        self.setAccessibleName(self._words)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(COLOURS.training))
        step, height = self._theme.px(5), self.height()
        painter.setPen(QPen(QColor(COLOURS.training_ink), self._theme.px(1.6)))
        for start in range(5):
            for left in (start * step, self.width() - (5 - start) * step):
                painter.drawLine(QPointF(left, height + 2), QPointF(left + height * 0.6, -2))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self._words)
        painter.end()


class StepDots(QWidget):
    """One mark a step: full behind, a bar now, hollow ahead."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._step = theme, 0
        self.setFixedHeight(theme.px(4))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_step(self, step: int) -> None:
        if step != self._step:
            self._step = step
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(6) * STEPS, self._theme.px(4))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        if not self._step:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cell, size = self._theme.px(6), self._theme.px(2.2)
        for place in range(STEPS):
            left, top = place * cell + 1, (self.height() - size) / 2
            now = place + 1 == self._step
            painter.setPen(QPen(QColor(COLOURS.header_ink), 2))
            painter.setBrush(QColor(COLOURS.header_ink if place + 1 <= self._step else COLOURS.header))
            painter.drawRoundedRect(QRectF(left, top, size * (1.7 if now else 1), size), size / 2, size / 2)
        painter.end()


class Header(QWidget):
    """Who it is about, how far, what waits, and the other language."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(theme.px(19))
        self._who = Words(theme, Letter.STRONG, COLOURS.header_ink, bold=True, parent=self)
        self._detail = Words(theme, Letter.BODY, COLOURS.header_soft, parent=self)
        self._progress = Words(theme, Letter.BODY, COLOURS.header_ink, bold=True, parent=self)
        self._dots = StepDots(theme, self)
        self._waiting = Words(theme, Letter.BODY, COLOURS.header_soft, parent=self)
        self.turn = ActionButton(theme, Look.HEADER, self)
        self.turn.setFixedWidth(theme.px(46))
        self.language = ActionButton(theme, Look.HEADER, self)
        self._who.setWordWrap(False)
        self._detail.setWordWrap(False)
        self._progress.setWordWrap(False)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(7), 0, theme.px(5), 0)
        row.setSpacing(theme.px(7))
        row.addLayout(_stack(self._who, self._detail), 5)
        row.addLayout(_stack(self._progress, self._dots))
        row.addWidget(self._waiting, 4)
        row.addWidget(self.turn)
        row.addWidget(self.language)

    def draw(self, state: FrameState, text: Text) -> None:
        self.turn.setVisible(state.turn is not None)
        if state.turn is not None:
            self.turn.set_action(state.turn, text)
        self._who.say(state.who, text)
        self._detail.say(state.detail, text)
        self._detail.setVisible(bool(self._detail.text()))
        self._progress.say(state.progress, text)
        self._progress.setVisible(state.step > 0)
        self._dots.setVisible(state.step > 0)
        self._dots.show_step(state.step)
        self._waiting.say(state.waiting, text)
        other = "English" if text.language is Language.INDONESIAN else "Bahasa Indonesia"
        self.language.set_words(text(plain(other)))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(COLOURS.header))
        painter.end()


class NoticeLine(Panel):
    """What went wrong with the last press; otherwise what is safe already."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._shape = MarkShape(theme, 6, self)
        self._words = Words(theme, Letter.BODY, parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(3), 0, theme.px(3), 0)
        row.setSpacing(theme.px(2.5))
        row.addWidget(self._shape)
        row.addWidget(self._words, 1)
        self._theme = theme
        self.setMinimumHeight(theme.px(9.5))

    def draw(self, state: FrameState, text: Text) -> None:
        message = state.problem or state.safe
        tone = Tone.WARN if state.problem is not None and not state.well else Tone.GOOD
        for part in (self._shape, self._words):
            part.setVisible(message is not None)
        self._shape.set_tone(tone)
        self._words.say(message, text)
        self.set_tone(tone if state.problem is not None else None)
        self.setVisible(message is not None)
        self.setAccessibleName(self._words.text())


def _stack(*widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(1)
    column.addStretch(1)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return column
