"""A verdict as it is read at arm's length: the word first, the number second, the reason always."""

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.text import Message, Text, msg
from ui.presenters.common import Mark, Tone
from ui.theme import COLOURS, Letter, Theme, ink
from ui.widgets.marks import MarkShape, Words
from ui.widgets.panel import Panel


class ScoreBar(QWidget):
    """How far from nothing to perfect, as a filled length."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._score, self._tone = 0, Tone.PLAIN
        self.setFixedHeight(theme.px(4))

    def show_score(self, score: int, tone: Tone) -> None:
        if (score, tone) != (self._score, self._tone):
            self._score, self._tone = score, tone
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        radius = whole.height() / 2
        filled = QRectF(whole)
        filled.setWidth(max(whole.height(), whole.width() * self._score / 100))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(COLOURS.surface))
        painter.drawRoundedRect(whole, radius, radius)
        painter.setBrush(ink(self._tone))
        painter.drawRoundedRect(filled, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(COLOURS.outline), 2))
        painter.drawRoundedRect(whole, radius, radius)
        painter.end()


class VerdictPanel(Panel):
    """Tinted by its tone; the one correction stands last, in bold."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._shape = MarkShape(theme, 10, self)
        self._word = Words(theme, Letter.INSTRUCTION, bold=True, parent=self)
        self._score = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        self._bar = ScoreBar(theme, self)
        self._reason = Words(theme, Letter.BODY, parent=self)
        self._cure = Words(theme, Letter.STRONG, bold=True, parent=self)
        top = QHBoxLayout()
        top.setSpacing(theme.px(3))
        top.addWidget(self._shape)
        top.addWidget(self._word, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(4), theme.px(3), theme.px(4), theme.px(3))
        column.setSpacing(theme.px(1.5))
        column.addLayout(top)
        column.addWidget(self._cure)
        column.addWidget(self._reason)
        column.addStretch(1)
        column.addWidget(self._score)
        column.addWidget(self._bar)

    def show_verdict(self, mark: Mark, score: int | None, reason: Message, cure: Message | None, text: Text) -> None:
        self.set_tone(mark.tone)
        self._shape.set_tone(mark.tone)
        self._word.set_colour(ink(mark.tone).name() if mark.tone is not Tone.PLAIN else COLOURS.ink)
        self._word.say(mark.words, text)
        self._score.say(None if score is None else msg("Quality {score} of 100", score=score), text)
        self._bar.setVisible(score is not None)
        self._bar.show_score(score or 0, mark.tone)
        self._reason.say(reason, text)
        self._cure.say(cure, text)
        self._cure.setVisible(cure is not None)
