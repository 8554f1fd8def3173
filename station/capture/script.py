"""Follows a scenario at a counter without a window: from what is shown, the next thing an officer would do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from drivers.api import Ready
from station.capture.counter import Counter
from station.capture.facts import CaseFacts, DeskFacts, FingersFacts, LiveFrame, ShiftFacts, Step
from station.capture.scenario import Scenario
from station.clock import Clock
from station.health.model import Item, ItemState, Person

PEN_UP_S = 0.7
SIGN_AGAIN_S = 20.0
TEMPERATURES = {Item.OFFICER_TEMPERATURE: Person.OFFICER, Item.APPLICANT_TEMPERATURE: Person.APPLICANT}


@dataclass(slots=True)
class Script:
    """Call `act` whenever the facts changed or time passed; it presses at most one button."""

    counter: Counter
    scenario: Scenario
    clock: Clock
    _well_posed: bool = False
    _asked: set[object] = field(default_factory=set)
    _ink_started_s: float | None = None

    def __post_init__(self) -> None:
        self.counter.on_frame(self._saw)

    def act(self, facts: DeskFacts) -> None:
        """The next button for this step, if it is time for one."""
        case = facts.case
        match facts.step:
            case Step.LOGIN if not facts.login.busy and facts.login.refused is None:
                self.counter.log_in(self.scenario.officer_id, self.scenario.pin)
            case Step.SHIFT if facts.shift is not None:
                self._begin_shift(facts.shift)
            case Step.HOME if all(isinstance(device.status, Ready) for device in facts.devices):
                self._once("case", self.counter.new_case)
            case Step.BIODATA if not facts.field_problems:
                self._once("draft", lambda: self.counter.enter_case(self.scenario.draft))
            case Step.CHECKLIST if case is not None:
                self._checklist(case)
            case Step.PHOTO if self._well_posed:
                self._well_posed = False
                self.counter.take_photo()
            case Step.PHOTO_APPROVAL:
                self._once("photo", self.counter.approve_photo)
            case Step.FINGERS if case is not None:
                self._fingers(case.fingers)
            case Step.CONFIRMATION if case is not None:
                self._fingers(case.confirmation)
            case Step.SIGNATURE if case is not None:
                self._sign(case)
            case Step.REVIEW:
                self._once("seal", self.counter.seal)
            case _:
                pass

    def _saw(self, frame: LiveFrame) -> None:
        self._well_posed = frame.verdict.accepted

    def _once(self, key: object, press: Callable[[], None]) -> None:
        if key not in self._asked:
            self._asked.add(key)
            press()

    def _begin_shift(self, shift: ShiftFacts) -> None:
        if shift.ready:
            self.counter.begin_shift()
        elif not shift.measuring:
            self._fulfil(shift.items)

    def _checklist(self, case: CaseFacts) -> None:
        if case.checklist.measuring is None and not self._fulfil(case.checklist.items):
            self._once("start", self.counter.start)

    def _fulfil(self, items: Sequence[ItemState]) -> bool:
        """See to the first item that does not hold; False when all do."""
        for state in items:
            if not state.held:
                if state.item in TEMPERATURES:
                    self.counter.measure(TEMPERATURES[state.item])
                else:
                    self.counter.confirm(state.item, True)
                return True
        return False

    def _fingers(self, fingers: FingersFacts) -> None:
        position = fingers.current
        if position is None or fingers.busy:
            return
        kind = self.scenario.exception_of(position)
        if kind is not None:
            self._once(
                (position, kind),
                lambda: self.counter.record_exception(
                    position, kind, self.scenario.approver_id, self.scenario.approver_pin
                ),
            )

    def _sign(self, case: CaseFacts) -> None:
        now_s = self.clock.monotonic_s()
        if self._ink_started_s is None or (not case.signature.points and now_s - self._ink_started_s > SIGN_AGAIN_S):
            self._ink_started_s = now_s
            self.counter.clear_ink()
            return
        points = case.signature.points
        if points and now_s - points[-1].time_s > PEN_UP_S:
            self.counter.accept_signature()
