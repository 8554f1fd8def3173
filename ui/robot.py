"""An officer made of keyboard and mouse events: presses the window's own buttons, as its screens ask for it."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from PyQt6.QtWidgets import QWidget

from drivers.api import Ready
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.counter import CaseDraft
from station.capture.facts import CaseFacts, DeskFacts, LiveFrame, ShiftFacts, Step
from station.capture.scenario import Scenario
from station.health.model import ItemState
from ui.events import click, type_text
from ui.presenters.checklist import TEMPERATURES
from ui.presenters.intents import Choose, ChooseReason, Confirm, Do, Edit, Go, LogIn, Measure, Place, RecordException
from ui.shell import Shell
from ui.widgets.button import GUARD_S, ActionButton
from ui.widgets.field import FieldEditor

W = TypeVar("W", bound=QWidget)
PEN_UP_S = 0.8
FEW_POINTS = 40
SIGN_AGAIN_S = 20.0
APPROVE_AGAIN_S = 4.0


def _same(one: str, other: str) -> bool:
    """Choices are written as on the card, in capitals; a scenario may write them otherwise."""
    return one.casefold() == other.casefold()


class Robot:
    """`act` makes at most one press; a press waits until the last one can no longer be taken for its double."""

    def __init__(
        self,
        shell: Shell,
        scenario: Scenario,
        say: Callable[[str], None],
        hand: Callable[[QWidget], None] = click,
        now_s: Callable[[], float] = time.monotonic,
        pace_s: float = GUARD_S * 1.5,
    ) -> None:
        self.shell, self._scenario, self.say = shell, scenario, say
        self._hand, self._now_s, self._pace_s = hand, now_s, pace_s
        self._frame: LiveFrame | None = None
        self._pressed_s = 0.0
        self._approved = False
        self._signing_s: float | None = None
        self._excepted: set[FingerPosition | None] = set()

    def saw(self, frame: LiveFrame) -> None:
        """A live picture came."""
        self._frame = frame

    @property
    def sees(self) -> bool:
        """Whether a live picture came that was not answered yet."""
        return self._frame is not None

    def act(self, facts: DeskFacts) -> None:
        """The next press of an officer who follows the scenario."""
        if self._now_s() - self._pressed_s < self._pace_s:
            return
        case, place = facts.case, self.shell.view.place
        if facts.step is Step.HOME:
            self._signing_s, self._excepted = None, set()
        if place is Place.REASON:
            self._press_where(lambda intent: isinstance(intent, ChooseReason) and intent.kind is self._kind(facts))
        elif place is Place.APPROVER:
            self._approve()
        elif facts.step is Step.LOGIN and not facts.login.busy:
            self._log_in()
        elif facts.step is Step.SHIFT and facts.shift is not None:
            self._begin_shift(facts.shift)
        elif facts.step is Step.HOME and all(isinstance(device.status, Ready) for device in facts.devices):
            self._primary()
        elif facts.step is Step.BIODATA:
            self._fill()
        elif facts.step is Step.CHECKLIST and case is not None:
            self._check(case)
        elif case is not None:
            self._capture(facts, case)

    def _capture(self, facts: DeskFacts, case: CaseFacts) -> None:
        match facts.step:
            case Step.PHOTO if self._frame is not None and self._frame.verdict.accepted:
                self._frame = None
                self._primary()
            case Step.PHOTO_APPROVAL | Step.REVIEW:
                self._primary()
            case Step.FINGERS | Step.CONFIRMATION:
                shown = case.fingers if facts.step is Step.FINGERS else case.confirmation
                if shown.current is not None and self._kind(facts) is not None and shown.current not in self._excepted:
                    self._excepted.add(shown.current)
                    self._approved = False
                    self._press(Go(Place.REASON))
            case Step.SIGNATURE:
                self._sign(case)
            case _:
                pass

    def excepts(self, facts: DeskFacts) -> bool:
        """Whether what is asked for now will be recorded by exception: then nobody lays a finger down."""
        return facts.step is not Step.SIGNATURE and self._kind(facts) is not None

    def _kind(self, facts: DeskFacts) -> ExceptionKind | None:
        if facts.case is None:
            return None
        if facts.step is Step.SIGNATURE:
            return ExceptionKind.CANNOT_SIGN
        shown = facts.case.fingers if facts.step is Step.FINGERS else facts.case.confirmation
        return None if shown.current is None else self._scenario.exception_of(shown.current)

    def _log_in(self) -> None:
        view = self.shell.view
        if view.officer_id != self._scenario.officer_id:
            self._press(Choose(self._scenario.officer_id))
        elif view.pin != self._scenario.pin:
            self._type(self._scenario.pin)
        elif isinstance(self.shell.primary.intent, LogIn):
            self._primary()

    def _begin_shift(self, shift: ShiftFacts) -> None:
        if not shift.measuring and not self._fulfil(shift.items) and shift.ready:
            self._primary()

    def _fulfil(self, items: Sequence[ItemState]) -> bool:
        """Press for the first item that does not hold; False when all do."""
        for state in items:
            if not state.held:
                person = TEMPERATURES.get(state.item)
                self._press(Measure(person) if person is not None else Confirm(state.item, True))
                return True
        return False

    def _approve(self) -> None:
        view = self.shell.view
        if view.officer_id != self._scenario.approver_id:
            self._press(Choose(self._scenario.approver_id))
        elif not view.pin and not self._approved:
            self._type(self._scenario.approver_pin)
        elif isinstance(self.shell.primary.intent, RecordException) and self._may_approve():
            self._primary()

    def _may_approve(self) -> bool:
        """Checking a PIN takes a second: an officer presses again only when nothing has come of it for a while."""
        if self._approved and self._now_s() - self._pressed_s < APPROVE_AGAIN_S:
            return False
        self._approved = True
        return True

    def _fill(self) -> None:
        """Choices are pressed, text is typed into its field, then on to the next page."""
        wanted, draft = self._scenario.draft, self.shell.view.draft
        for editor in self._visible(FieldEditor):
            value = getattr(wanted, editor.name)
            if value and not _same(getattr(draft, editor.name), value):
                self._enter(editor, value)
                return
        if draft.ground is not wanted.ground:
            self._press_edit("ground", wanted)
        elif self.shell.view.page == 1 and draft.approver_id != wanted.approver_id:
            self._press_edit("approver_id", wanted)
        elif self.shell.view.page == 1 and draft.approver_pin != wanted.approver_pin:
            self._type(wanted.approver_pin)
        else:
            self._primary()

    def _enter(self, editor: FieldEditor, value: str) -> None:
        if editor.line is not None:
            editor.line.setFocus()
            editor.line.selectAll()
            type_text(editor.line, value)
        elif editor.choices is not None:
            self._click(next(one for one in editor.choices.buttons if _same(str(one.intent), value)))

    def _press_edit(self, name: str, wanted: CaseDraft) -> None:
        value = getattr(wanted, name)
        self._press_where(lambda intent: isinstance(intent, Edit) and getattr(intent.draft, name) == value)

    def _check(self, case: CaseFacts) -> None:
        if case.checklist.measuring is not None:
            return
        if not self._fulfil(case.checklist.items):
            self._primary()

    def _sign(self, case: CaseFacts) -> None:
        if self._scenario.cannot_sign:
            self._approved = False
            self._press(Go(Place.REASON))
            return
        points, now_s = case.signature.points, self._now_s()
        if self._signing_s is None or (not points and now_s - self._signing_s > SIGN_AGAIN_S):
            self._signing_s = now_s
            self._press(Do.CLEAR_INK)
        if len(points) > FEW_POINTS and now_s - points[-1].time_s > PEN_UP_S:
            self._press(Do.ACCEPT_SIGNATURE)

    def _primary(self) -> None:
        if self.shell.primary.active:
            self.say(f"     {self.shell.primary.text()}")
            self._click(self.shell.primary)

    def _press(self, intent: object) -> None:
        self._press_where(lambda other: other == intent)

    def _press_where(self, wanted: Callable[[object], bool]) -> None:
        for button in self._visible(ActionButton):
            if button.active and wanted(button.intent):
                self.say(f"     {button.accessibleName()}")
                self._click(button)
                return

    def _click(self, button: QWidget) -> None:
        self._pressed_s = self._now_s()
        self._hand(button)

    def _type(self, digits: str) -> None:
        self._pressed_s = self._now_s()
        type_text(self.shell.focusWidget() or self.shell, digits)

    def _visible(self, kind: type[W]) -> list[W]:
        return [widget for widget in self.shell.findChildren(kind) if widget.isVisibleTo(self.shell)]
