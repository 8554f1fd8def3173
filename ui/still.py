"""A counter that only shows: whatever is asked of it is written down and changes nothing."""

from collections.abc import Callable

from drivers.api import PenPoint, Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.counter import CaseDraft
from station.capture.facts import DeskFacts, LiveFrame
from station.health.model import Item, Person
from station.text import Language


class StillCounter:
    """For the gallery and the tests; `tell` makes it say new facts, `asked` is what it was asked."""

    def __init__(self, facts: DeskFacts) -> None:
        self._facts = facts
        self._listeners: list[Callable[[DeskFacts], None]] = []
        self._on_frame: list[Callable[[LiveFrame], None]] = []
        self._on_ink: list[Callable[[tuple[PenPoint, ...]], None]] = []
        self.asked: list[tuple[object, ...]] = []
        self.stays = 0

    @property
    def facts(self) -> DeskFacts:
        return self._facts

    def tell(self, facts: DeskFacts) -> None:
        self._facts = facts
        for listener in self._listeners:
            listener(facts)

    def send_frame(self, frame: LiveFrame) -> None:
        for listener in self._on_frame:
            listener(frame)

    def send_ink(self, facts: DeskFacts) -> None:
        """Ink arrives: the facts have grown, but only the ink's listeners are told."""
        self._facts = facts
        for listener in self._on_ink:
            listener(facts.case.signature.points if facts.case is not None else ())

    def subscribe(self, listener: Callable[[DeskFacts], None]) -> None:
        self._listeners.append(listener)

    def on_frame(self, listener: Callable[[LiveFrame], None]) -> None:
        self._on_frame.append(listener)

    def on_ink(self, listener: Callable[[tuple[PenPoint, ...]], None]) -> None:
        self._on_ink.append(listener)

    def stay(self) -> None:
        self.stays += 1

    def log_in(self, officer_id: str, pin: str) -> None:
        self.asked.append(("log_in", officer_id, pin))

    def log_out(self) -> None:
        self.asked.append(("log_out",))

    def check_devices(self) -> None:
        self.asked.append(("check_devices",))

    def test_devices(self) -> None:
        self.asked.append(("test_devices",))

    def watch_temperature(self, watching: bool) -> None:
        self.asked.append(("watch_temperature", watching))

    def begin_shift(self) -> None:
        self.asked.append(("begin_shift",))

    def lock(self) -> None:
        self.asked.append(("lock",))

    def unlock(self, pin: str) -> None:
        self.asked.append(("unlock", pin))

    def take_over(self, officer_id: str, pin: str) -> None:
        self.asked.append(("take_over", officer_id, pin))

    def new_case(self) -> None:
        self.asked.append(("new_case",))

    def pick_application(self, application_id: str) -> None:
        self.asked.append(("pick_application", application_id))

    def take_up_case(self, number: str) -> None:
        self.asked.append(("take_up_case", number))

    def give_up_case(self, number: str) -> None:
        self.asked.append(("give_up_case", number))

    def set_bedside(self, bedside: bool, companion: str = "") -> None:
        self.asked.append(("set_bedside", bedside, companion))

    def pause(self) -> None:
        self.asked.append(("pause",))

    def resume(self) -> None:
        self.asked.append(("resume",))

    def cancel_retake(self) -> None:
        self.asked.append(("cancel_retake",))

    def enter_case(self, draft: CaseDraft) -> None:
        self.asked.append(("enter_case", draft))

    def measure(self, person: Person) -> None:
        self.asked.append(("measure", person))

    def confirm(self, item: Item, held: bool) -> None:
        self.asked.append(("confirm", item, held))

    def start(self) -> None:
        self.asked.append(("start",))

    def take_photo(self) -> None:
        self.asked.append(("take_photo",))

    def retake_photo(self) -> None:
        self.asked.append(("retake_photo",))

    def approve_photo(self) -> None:
        self.asked.append(("approve_photo",))

    def capture_finger(self) -> None:
        self.asked.append(("capture_finger",))

    def retake_finger(self, position: FingerPosition) -> None:
        self.asked.append(("retake_finger", position))

    def record_exception(
        self, position: FingerPosition | None, kind: ExceptionKind, approver_id: str, approver_pin: str
    ) -> None:
        self.asked.append(("record_exception", position, kind, approver_id, approver_pin))

    def clear_ink(self) -> None:
        self.asked.append(("clear_ink",))

    def accept_signature(self) -> None:
        self.asked.append(("accept_signature",))

    def review_change(self, role: Role) -> None:
        self.asked.append(("review_change", role))

    def seal(self) -> None:
        self.asked.append(("seal",))

    def defer(self) -> None:
        self.asked.append(("defer",))

    def discard(self) -> None:
        self.asked.append(("discard",))

    def receipt(self, language: Language, done: Callable[[bytes], None]) -> None:
        self.asked.append(("receipt", language))
        done(b"%PDF-")

    def finish(self) -> None:
        self.asked.append(("finish",))
