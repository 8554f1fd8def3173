"""The window when the station cannot start: what is wrong and what to do, in sentences."""

from collections.abc import Callable

from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from station.text import Language, Message, Text, msg
from ui.presenters.common import Action, Bar, Mark, Tone
from ui.presenters.intents import Do
from ui.presenters.pauses import NoticeState
from ui.screens.pauses import NoticeScreen
from ui.theme import COLOURS, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.marks import Words


class Refusal(QWidget):
    """One heading, the reasons, one button that ends the program."""

    def __init__(
        self, theme: Theme, language: Language, reasons: tuple[Message, ...], close: Callable[[], object]
    ) -> None:
        super().__init__()
        text = Text(language)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(COLOURS.page))
        self.setPalette(palette)
        action = Action(msg("Close"), Do.FINISH)
        heading = Words(theme, Letter.INSTRUCTION, bold=True, parent=self)
        heading.say(msg("The station cannot start"), text)
        notice = NoticeScreen(theme, self)
        mark = Mark(msg("Nothing is lost"), Tone.WARN)
        notice.draw(NoticeState(Bar(mark.words, action), mark, reasons[0], reasons[1:4]), text)
        self.button = ActionButton(theme, Look.PRIMARY, self)
        self.button.set_action(action, text)
        self.button.asked.connect(lambda _intent: close())
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(7), theme.px(7), theme.px(7), theme.px(5))
        column.addWidget(heading)
        column.addWidget(notice, 1)
        column.addLayout(row)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.button.setFocus()
