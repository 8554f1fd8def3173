"""The one button: pressed by touch, Return or Space, and a double press does one thing."""

import time
from collections.abc import Callable
from enum import Enum

from PyQt6.QtCore import QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from station.text import Text
from ui.presenters.common import Action, Tone
from ui.theme import COLOURS, FOCUS_PX, PRIMARY_MM, TARGET_MM, Letter, Theme
from ui.widgets.marks import paint_mark

GUARD_S = 0.4  # a second press within this time is the same press; a double click takes less
WRAP = int(Qt.TextFlag.TextWordWrap)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class Look(Enum):
    """What kind of button; all work the same."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    CHOICE = "choice"
    KEY = "key"
    HEADER = "header"
    WARNING = "warning"


class ActionButton(QAbstractButton):
    """Says `asked` with its intent, once a press. Its size never falls below its target in millimetres."""

    asked = pyqtSignal(object)

    def __init__(
        self,
        theme: Theme,
        look: Look = Look.SECONDARY,
        parent: QWidget | None = None,
        height_mm: float = TARGET_MM,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._theme, self._look, self._now_s = theme, look, now_s
        self._intent: object = None
        self._detail = ""
        self._chosen: bool | None = None
        self._danger = False
        self._active = True
        self._pressed_s = -GUARD_S
        self._target = theme.px(PRIMARY_MM if look is Look.PRIMARY else height_mm)
        self.setFont(theme.font(Letter.BODY, bold=look is not Look.CHOICE))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._clicked)

    @property
    def intent(self) -> object:
        return self._intent

    def set_action(self, action: Action, text: Text) -> None:
        """Take over an action; nothing is drawn again when it is the same."""
        self._intent = action.intent
        self._danger = action.danger
        self.set_active(action.enabled)
        self.set_words(text(action.label))

    def set_choice(self, label: str, chosen: bool | None, intent: object, detail: str = "") -> None:
        """A button that is one of several, or that is on or off; None draws no box."""
        self._intent, self._chosen = intent, chosen
        self._detail = detail
        self.set_words(label)
        self.update()

    def set_words(self, words: str) -> None:
        spoken = words if not self._detail else f"{words}, {self._detail}"
        if words != self.text() or spoken != self.accessibleName():
            self.setText(words)
            self.setAccessibleName(spoken)
            self.updateGeometry()
            self.update()

    @property
    def active(self) -> bool:
        return self._active

    def set_active(self, active: bool) -> None:
        """An inactive button keeps its place and the focus, and does nothing."""
        if active is not self._active:
            self._active = active
            self.update()

    def press(self) -> None:
        """As if pressed."""
        self.click()

    def _clicked(self) -> None:
        if not self._active:
            return
        now_s = self._now_s()
        if self._look is not Look.KEY and now_s - self._pressed_s < GUARD_S:
            return
        self._pressed_s = now_s
        self.asked.emit(self._intent)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.press()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        metrics = QFontMetrics(self.font())
        margin = 2 * self._ring
        padding = self._theme.px(4) * 2 + self._box
        width = metrics.horizontalAdvance(self.text()) + padding
        lines = 1 + bool(self._detail)
        height = max(self._target, metrics.height() * lines + self._theme.px(3))
        least = self._theme.px(70 if self._look is Look.PRIMARY else TARGET_MM)
        return QSize(max(width, least) + margin, height + margin)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.sizeHint() if self._look in (Look.PRIMARY, Look.HEADER) else self._least()

    def _least(self) -> QSize:
        """The widest word, and as many lines as the text then takes at most two words a line."""
        metrics = QFontMetrics(self.font())
        word = max((metrics.horizontalAdvance(word) for word in self.text().split()), default=0)
        side = self._theme.px(TARGET_MM) + 2 * self._ring
        return QSize(max(side, word + self._theme.px(4) * 2 + self._box + 2 * self._ring), self.sizeHint().height())

    def body(self) -> QRect:
        """What can be hit and seen, without the margin of the focus ring."""
        return self.rect().adjusted(self._ring, self._ring, -self._ring, -self._ring)

    def text_fits(self) -> bool:
        """Whether all words are inside the button as it is now."""
        room = self._text_rect()
        used = QFontMetrics(self.font()).boundingRect(room, WRAP | CENTRE, self._all_words())
        return used.width() <= room.width() and used.height() <= room.height()

    def _all_words(self) -> str:
        return f"{self.text()}\n{self._detail}" if self._detail else self.text()

    @property
    def _ring(self) -> int:
        return FOCUS_PX + 2

    @property
    def _box(self) -> int:
        return self._theme.px(9) if self._chosen is not None else 0

    def _text_rect(self) -> QRect:
        side = self._theme.px(2.5)
        inner = self.rect().adjusted(self._ring, self._ring, -self._ring, -self._ring)
        return inner.adjusted(side + self._box, 0, -side, 0)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = self._ring
        body = QRectF(self.rect()).adjusted(ring, ring, -ring, -ring)
        radius = self._theme.px(1.8)
        ground, edge, ink = self._colours()
        painter.setPen(QPen(edge, 2))
        painter.setBrush(ground)
        painter.drawRoundedRect(body.adjusted(1, 1, -1, -1), radius, radius)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._focus_colour()), FOCUS_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = FOCUS_PX / 2
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(half, half, -half, -half), radius + ring, radius + ring
            )
        if self._chosen is not None:
            self._paint_box(painter)
        self._paint_words(painter, ink)
        painter.end()

    def _paint_words(self, painter: QPainter, ink: QColor) -> None:
        painter.setPen(ink)
        room = self._text_rect()
        align = (LEFT if self._chosen is not None or self._detail else CENTRE) | WRAP
        if not self._detail:
            painter.setFont(self.font())
            painter.drawText(room, align, self.text())
            return
        bold = QFont(self.font())
        bold.setBold(True)
        painter.setFont(bold)
        half = room.height() // 2
        gap = self._theme.px(0.5)
        painter.drawText(room.adjusted(0, gap * 2, 0, -half), align, self.text())
        painter.setFont(self.font())
        painter.setPen(QColor(COLOURS.ink_soft))
        painter.drawText(room.adjusted(0, half, 0, -gap * 2), align, self._detail)

    def _paint_box(self, painter: QPainter) -> None:
        """A filled tick when held, an empty ring when not: told apart by shape."""
        size = self._theme.px(6)
        rect = QRectF(self._ring + self._theme.px(2.5), (self.height() - size) / 2, size, size)
        paint_mark(painter, rect, Tone.GOOD if self._chosen else Tone.PLAIN)

    def _focus_colour(self) -> str:
        return COLOURS.header_ink if self._look is Look.HEADER else COLOURS.focus

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        """Ground, edge and writing."""
        c = COLOURS
        if not self._active:
            return QColor(c.idle), QColor(c.outline), QColor(c.ink_soft)
        if self._look is Look.PRIMARY:
            ground = c.primary_down if self.isDown() else c.primary
            return QColor(ground), QColor(ground), QColor(c.primary_ink)
        if self._look is Look.HEADER:
            return QColor(c.header), QColor(c.header_soft), QColor(c.header_ink)
        if self._look is Look.WARNING:
            return QColor(c.warn_fill), QColor(c.warn), QColor(c.ink)
        ground = c.idle if self.isDown() else c.surface
        if self._chosen:
            return QColor(c.good_fill), QColor(c.good), QColor(c.ink)
        ink = c.bad if self._danger else c.ink
        return QColor(ground), QColor(c.bad if self._danger else c.outline), QColor(ink)
