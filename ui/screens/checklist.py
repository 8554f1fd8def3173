"""The checklist: temperatures on the left, statements on the right; after a refusal, what blocks."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from station.health.model import Item
from station.text import Text, plain
from ui.presenters.checklist import BlockState, ChecklistState, TemperatureState
from ui.presenters.common import Tone
from ui.screens.base import Screen
from ui.theme import COLOURS, GAP_MM, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.grid import ButtonGrid
from ui.widgets.marks import MarkShape, StatusMark, Words
from ui.widgets.panel import Panel
from ui.widgets.stack import Stack
from ui.widgets.trace import TemperatureTraceView


class TemperatureCard(Panel):
    """One person's temperature and the button that takes it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._person = Words(theme, Letter.STRONG, bold=True, parent=self)
        self._number = Words(theme, Letter.INSTRUCTION, bold=True, parent=self)
        self._number.setWordWrap(False)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._mark = StatusMark(theme, bold=False, parent=self)
        self.measure = ActionButton(theme, Look.SECONDARY, self)
        self.measure.setFixedWidth(theme.px(48))
        top = QHBoxLayout()
        top.addWidget(self._person, 1)
        top.addWidget(self._number)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addLayout(top)
        words.addWidget(self._mark)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(4), theme.px(1.5), theme.px(3), theme.px(1.5))
        row.setSpacing(theme.px(4))
        row.addLayout(words, 1)
        row.addWidget(self.measure)

    def show_temperature(self, state: TemperatureState, text: Text) -> None:
        self._person.say(state.person, text)
        self._number.say(state.number or plain("– °C"), text)
        self._number.set_colour(COLOURS.ink if state.number is not None else COLOURS.ink_soft)
        self._mark.show_mark(state.mark, text)
        self.measure.set_action(state.measure, text)
        self.measure.setAccessibleName(f"{text(state.measure.label)}, {text(state.person)}")
        self.set_tone(state.mark.tone if state.mark.tone is not Tone.PLAIN else Tone.PLAIN)


class BlockRow(Panel):
    """One thing that is missing, with the way to it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._shape = MarkShape(theme, 7, self)
        self._shape.set_tone(Tone.BAD)
        self._label = Words(theme, Letter.BODY, bold=True, parent=self)
        self._sentence = Words(theme, Letter.BODY, parent=self)
        self.go = ActionButton(theme, Look.SECONDARY, self)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._label)
        words.addWidget(self._sentence)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(4), theme.px(1), theme.px(2), theme.px(1))
        row.setSpacing(theme.px(3))
        row.addWidget(self._shape)
        row.addLayout(words, 1)
        row.addWidget(self.go)

    def show_block(self, state: BlockState, text: Text) -> None:
        self._label.say(state.label, text)
        self._sentence.say(state.sentence, text)
        self.go.set_action(state.action, text)
        self.go.setAccessibleName(f"{text(state.action.label)}, {text(state.label)}")


class ChecklistScreen(Screen[ChecklistState]):
    """Two pages: the list, and what blocks."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._focused: Item | None = None
        self._focus: ActionButton | None = None
        self._blocking = False
        self._pages = Stack(self)
        self._pages.add(self._make_list())
        blocks = QWidget(self)
        self._block_grid = QGridLayout(blocks)
        self._block_grid.setContentsMargins(0, 0, 0, 0)
        self._block_grid.setSpacing(theme.px(GAP_MM))
        self._blocks: list[BlockRow] = []
        self._pages.add(blocks)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _make_list(self) -> QWidget:
        page = QWidget(self)
        self.cards = [TemperatureCard(self.theme, page), TemperatureCard(self.theme, page)]
        self._trace = TemperatureTraceView(self.theme, page)
        left = QVBoxLayout()
        left.setSpacing(self.theme.px(GAP_MM))
        for card in self.cards:
            card.measure.asked.connect(self.asked)
            left.addWidget(card, 3)
        left.addWidget(self._trace, 4)
        self.toggles = ButtonGrid(self.theme, columns=2, height_mm=21, parent=page)
        self.toggles.asked.connect(self.asked)
        right = QVBoxLayout()
        right.addWidget(self.toggles)
        right.addStretch(1)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self.theme.px(7))
        row.addLayout(left, 1)
        row.addLayout(right, 1)
        return page

    def draw(self, state: ChecklistState, text: Text) -> None:
        blocking = bool(state.blocks)
        self._pages.show_page(self._pages.pages[1 if blocking else 0])
        self._show_blocks(state.blocks, text)
        for card, temperature in zip(self.cards, state.temperatures, strict=True):
            card.show_temperature(temperature, text)
        self._trace.show_trace(state.trace, state.limit_c, text)
        self.toggles.show_entries([(text(one.label), one.held, one.intent, "") for one in state.toggles])
        if blocking and not self._blocking:
            self._blocks[0].go.setFocus()
        self._blocking = blocking
        self._focus = self._button_of(state)
        if state.focus is not self._focused:
            self._focused = state.focus
            if self._focus is not None:
                self._focus.setFocus()

    def _show_blocks(self, blocks: tuple[BlockState, ...], text: Text) -> None:
        while len(self._blocks) < len(blocks):
            row = BlockRow(self.theme, self._pages.pages[1])
            row.go.asked.connect(self.asked)
            place = len(self._blocks)
            self._block_grid.addWidget(row, place // 2, place % 2)
            self._block_grid.setRowStretch(place // 2, 0)
            self._block_grid.setRowStretch(place // 2 + 1, 1)
            self._blocks.append(row)
        for place, row in enumerate(self._blocks):
            row.setVisible(place < len(blocks))
            if place < len(blocks):
                row.show_block(blocks[place], text)
        self._block_grid.setColumnStretch(0, 1)
        self._block_grid.setColumnStretch(1, 1)

    def _button_of(self, state: ChecklistState) -> ActionButton | None:
        for card, temperature in zip(self.cards, state.temperatures, strict=True):
            if temperature.item is state.focus:
                return card.measure
        toggles = zip(self.toggles.buttons, state.toggles, strict=False)
        return next((button for button, toggle in toggles if toggle.item is state.focus), None)

    def first_focus(self) -> QWidget | None:
        return self._focus or self.cards[0].measure
