"""The window: the frame around one screen, and the way of every press to the counter."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QColor, QKeyEvent, QPalette
from PyQt6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from drivers.api import PenPoint
from station.capture.counter import Counter
from station.capture.facts import DeskFacts, LiveFrame, Step
from station.text import Language, Message, Text, msg
from ui.presenters import applicant, frame, home, mending, window
from ui.presenters.common import Action, Bar
from ui.presenters.cues import cue
from ui.presenters.intents import (
    Choose,
    ChooseReason,
    Do,
    Edit,
    EnterPin,
    Go,
    Intent,
    NameCompanion,
    Place,
    PrintPaper,
    ask,
)
from ui.presenters.photo import PhotoState
from ui.presenters.signature import SignatureState
from ui.presenters.technician_facts import Workshop
from ui.presenters.technician_intents import OfTechnician, OfView, Sheet
from ui.presenters.technician_view import moved as technician_moved
from ui.presenters.view import View, followed, moved
from ui.presenters.window import ScreenState
from ui.printing import Printer
from ui.screens.applicant import ApplicantScreen
from ui.screens.base import Screen
from ui.screens.photo import PhotoScreen
from ui.screens.signature import SignatureScreen
from ui.screens.table import make_screen
from ui.second_screen import SecondScreen
from ui.sounds import Play, silence
from ui.theme import COLOURS, GAP_MM, PRIMARY_MM, Letter, Theme
from ui.widgets.button import ActionButton, Look
from ui.widgets.frame import Header, NoticeLine, TrainingBanner
from ui.widgets.marks import Words
from ui.widgets.stack import Stack

if TYPE_CHECKING:
    from ui.presenters.technician import TechnicianState

MOST_SECONDARY = 5
TICK_MS = 500


class Shell(QWidget):
    """Draws facts, passes intents on. `make_text` turns a language into words."""

    def __init__(
        self,
        counter: Counter,
        theme: Theme,
        language: Language,
        now_s: Callable[[], float],
        make_text: Callable[[Language], Text] = Text,
        play: Play = silence,
        workshop: Workshop | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._counter, self._now_s, self._make_text = counter, now_s, make_text
        self.text = make_text(language)
        self.theme = theme
        self.view = View(now_s=now_s())
        self._facts = counter.facts
        self._play = play
        self._workshop = workshop
        self._sheet: Sheet | None = None
        self._watching = False
        self._second: SecondScreen | None = None
        self._note: tuple[Message, bool] | None = None
        self._printer = Printer(self._say, self)
        self._back: Action | None = None
        self._mend: Action | None = None
        self._shown: type[object] | None = None
        self._screens: dict[type[object], Screen[Any]] = {}
        self._build()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._second_passed)
        counter.subscribe(self._facts_changed)
        counter.on_frame(self._frame_came)
        counter.on_ink(self._ink_came)
        if workshop is not None:
            workshop.subscribe(self._workshop_changed)
        self.draw()

    def _build(self) -> None:
        theme = self.theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(COLOURS.page))
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        self._banner = TrainingBanner(theme, self)
        self.header = Header(theme, self)
        self.header.language.asked.connect(self.switch_language)
        self.header.turn.asked.connect(self.take)
        self._heading = Words(theme, Letter.INSTRUCTION, bold=True, parent=self)
        self._content = Stack(self)
        self._notice = NoticeLine(theme, self)
        bar = QWidget(self)
        self.secondary = [ActionButton(theme, Look.SECONDARY, bar, now_s=self._now_s) for _ in range(MOST_SECONDARY)]
        self.primary = ActionButton(theme, Look.PRIMARY, bar, now_s=self._now_s)
        self.primary.setMinimumWidth(theme.px(84))
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(GAP_MM))
        for button in (*self.secondary, self.primary):
            button.asked.connect(self.take)
        for button in self.secondary:
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.primary)
        bar.setFixedHeight(theme.px(PRIMARY_MM) + 12)
        body = QVBoxLayout()
        body.setContentsMargins(theme.px(7), theme.px(3.5), theme.px(7), theme.px(3.5))
        body.setSpacing(theme.px(3))
        body.addWidget(self._heading)
        body.addWidget(self._content, 1)
        body.addWidget(self._notice)
        body.addWidget(bar)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        outer.addWidget(self._banner)
        outer.addWidget(self.header)
        outer.addLayout(body, 1)

    @property
    def facts(self) -> DeskFacts:
        """What is drawn."""
        return self._facts

    def take(self, intent: Intent) -> None:
        """One press: for the window itself or for the counter. What mends a problem ends on the control it is about."""
        self._note = None
        mends = self._mend is not None and intent == self._mend.intent
        self._pass_on(intent)
        if mends and self._shown is not None:
            (self._screen(self._shown).first_focus() or self.primary).setFocus()

    def _pass_on(self, intent: Intent) -> None:
        if isinstance(intent, PrintPaper):
            self._counter.receipt(self.text.language, self._printer.send)
            return
        if isinstance(intent, Go | Choose | ChooseReason | EnterPin | Edit | NameCompanion):
            self._counter.stay()
            self.view = moved(self.view, intent)
            self.draw()
            return
        if isinstance(intent, OfTechnician):
            self._take_technicians(intent)
            return
        if intent is Do.START:
            self.view = replace(self.view, start_asked=True)
        elif intent is Do.DISCARD:
            self.view = moved(self.view, Go())
        ask(self._counter, intent)
        self.draw()

    def draw(self) -> None:
        """Everything anew; what has not changed is not painted again."""
        self.view = replace(self.view, now_s=self._now_s())
        state = self._state()
        around = frame.present(self._facts, self._second is None and self.view.place is not Place.APPLICANT)
        if self._note is not None:
            around = replace(around, problem=self._note[0], well=self._note[1])
        elif self._workshop is not None and self._with_technician():
            told = self._workshop.facts
            around = replace(around, problem=told.problem or told.good_news, well=told.problem is None)
        self._banner.setVisible(around.training)
        self._banner.draw(self.text)
        self.header.draw(around, self.text)
        self._notice.draw(around, self.text)
        screen = self._screen(type(state))
        screen.draw(state, self.text)
        self._mend = mending.present(self._facts, self.view)
        self._show_bar(mending.beside(self._mend, state.bar))
        if self._second is not None:
            self._second.draw(applicant.present(self._facts, self.view), around.training, self.text)
        if self._shown is not type(state):
            self._shown = type(state)
            self._content.show_page(screen)
            (screen.first_focus() or self.primary).setFocus()
        self._run_clock()
        self._watch(self._shows_thermometer())
        self._look()

    def _state(self) -> "ScreenState | TechnicianState":
        """The technician's pages are made only where there is a workshop, and loaded when first opened."""
        if self._workshop is None or not self._with_technician():
            state = window.present(self._facts, self.view)
            more = self._workshop is not None and self._facts.step is Step.HOME
            return home.with_more(state) if more and isinstance(state, home.DevicesState) else state
        from ui.presenters import technician

        return technician.present(self._facts, self._workshop.facts, self.view.technician)

    def _with_technician(self) -> bool:
        at_home = self._facts.step is Step.HOME and self._facts.locked is None
        return at_home and self._workshop is not None and self.view.place is Place.TECHNICIAN

    def _take_technicians(self, intent: OfTechnician) -> None:
        officer = self._facts.officer
        if isinstance(intent, OfView):
            self.view = replace(self.view, technician=technician_moved(self.view.technician, intent))
        elif self._workshop is not None and officer is not None:
            self._workshop.ask(intent, officer)
        self.draw()

    def _workshop_changed(self) -> None:
        if self._with_technician():
            self.draw()

    def _look(self) -> None:
        """The workshop listens only while its window is open."""
        sheet = self.view.technician.sheet if self._with_technician() else None
        if sheet is not self._sheet and self._workshop is not None:
            self._sheet = sheet
            self._workshop.look(sheet)

    def _shows_thermometer(self) -> bool:
        if self._facts.locked is not None:
            return False
        if self._workshop is None or not self._with_technician():
            return self.view.place is Place.DEVICES
        return self.view.technician.sheet is Sheet.CHARTS and self._workshop.facts.running is None

    def _watch(self, watching: bool) -> None:
        """The thermometer's trace runs for the pages that show it too."""
        if watching is not self._watching:
            self._watching = watching
            self._counter.watch_temperature(watching)

    def say_bug(self) -> None:
        """A bug was caught: say so until the next press."""
        self._say(msg("Something went wrong inside. What is sealed is safe. Try again, or call the technician."), False)

    def _say(self, message: Message, well: bool) -> None:
        """A sentence of the window's own, until the next press."""
        self._note = (message, well)
        self.draw()

    def _screen(self, kind: type[object]) -> Screen[Any]:
        if kind not in self._screens:
            screen = make_screen(kind, self.theme, self)
            screen.asked.connect(self.take)
            self._content.add(screen)
            self._screens[kind] = screen
        return self._screens[kind]

    def set_second(self, second: SecondScreen | None) -> None:
        """The applicant's own screen came or went; without one, this window can be turned round."""
        self._second = second
        self.draw()

    def _show_bar(self, bar: Bar) -> None:
        secondary = bar.secondary
        self._heading.say(bar.heading, self.text)
        self.setWindowTitle(self._heading.text())
        for place, button in enumerate(self.secondary):
            button.setVisible(place < len(secondary))
            if place < len(secondary):
                button.set_action(secondary[place], self.text)
        self.primary.setVisible(bar.primary is not None)
        if bar.primary is not None:
            self.primary.set_action(bar.primary, self.text)
        actions = (*secondary, *((bar.primary,) if bar.primary is not None else ()))
        self._back = next((action for action in actions if action.back), None)

    def _run_clock(self) -> None:
        """Half seconds are counted only while a countdown is on the screen."""
        until_s = self._facts.login.retry_at_s if self._facts.step is Step.LOGIN else None
        if self._facts.locked is not None:
            until_s = self._facts.locked.retry_at_s
        elif self._facts.step is Step.RESTING and self._facts.case is not None:
            until_s = self._facts.case.rest_until_s
        counting = until_s is not None and until_s > self.view.now_s
        if counting and not self._tick.isActive():
            self._tick.start()
        elif not counting:
            self._tick.stop()

    def _second_passed(self) -> None:
        self.draw()

    def _facts_changed(self, facts: DeskFacts) -> None:
        before, self._facts = self._facts, facts
        heard = cue(before, facts)
        if heard is not None:
            self._play(heard)
        self.view = followed(self.view, before, facts)
        if before.step is Step.PHOTO and (facts.step is not Step.PHOTO or facts.locked is not None):
            self._photo().forget()
        self.draw()

    def _frame_came(self, live: LiveFrame) -> None:
        if self._facts.step is not Step.PHOTO or self._facts.locked is not None:
            return
        if self.view.place is Place.MAIN:
            self._photo().show_frame(live)
        for screen in self._for_applicant():
            screen.show_frame(live)

    def _ink_came(self, _points: tuple[PenPoint, ...]) -> None:
        """Ink comes faster than facts are told: take the whole signature as it is now, and draw nothing else."""
        self._facts = self._counter.facts
        screen = self._screens.get(SignatureState)
        if isinstance(screen, SignatureScreen) and self._facts.case is not None:
            screen.show_ink(self._facts.case.signature)
        for shown in self._for_applicant():
            if self._facts.case is not None:
                shown.show_ink(self._facts.case.signature)

    def _for_applicant(self) -> Iterator[ApplicantScreen]:
        """Where the applicant looks now: the second screen, or this one turned round."""
        if self._second is not None:
            yield self._second.screen_of_applicant
        turned = self._content.current
        if isinstance(turned, ApplicantScreen):
            yield turned

    def _photo(self) -> PhotoScreen:
        screen = self._screen(PhotoState)
        if not isinstance(screen, PhotoScreen):
            raise TypeError("the photo's state has another screen")
        return screen

    def switch_language(self) -> None:
        """The other language, at once and everywhere."""
        other = Language.ENGLISH if self.text.language is Language.INDONESIAN else Language.INDONESIAN
        self.text = self._make_text(other)
        self.draw()

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: N802 - Qt's name
        """Tab goes in reading order: header, content, buttons; as the widgets were made."""
        chain = [
            widget
            for widget in self.findChildren(QWidget)
            if widget.isVisibleTo(self) and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        if not chain:
            return False
        now = self.focusWidget()
        place = chain.index(now) if now in chain else -1
        reason = Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
        chain[(place + (1 if next else -1)) % len(chain)].setFocus(reason)
        return True

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """What no control wanted: Return is the primary button, Esc the way back."""
        if event is None:
            return
        screen = self._content.current
        if isinstance(screen, Screen) and screen.take_key(event):
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.primary.press()
        elif event.key() == Qt.Key.Key_Escape and self._back is not None and self._back.enabled:
            self.take(self._back.intent)
        else:
            super().keyPressEvent(event)
