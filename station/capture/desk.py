"""The counter: one officer, four devices, one case at a time. Implements Counter."""

from collections.abc import Callable
from datetime import timedelta

from drivers.api import PenPoint, Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.cases import Cases
from station.capture.devices import Devices
from station.capture.draft import CaseDraft
from station.capture.facts import DeskFacts, DeviceFacts, LiveFrame, Step, Trouble
from station.capture.locking import Lock
from station.capture.parts import Parts
from station.capture.recording import Recording
from station.capture.session import Session
from station.capture.shift import Shift
from station.capture.transitions import Event, legal
from station.diagnostics.sentences import device_sentence
from station.health.model import Item, Measurement, Person
from station.registry.rights import Action, objection
from station.safekeeping.events import EventKind
from station.text import Language, Message, msg

LOCKED = msg("The counter is locked. Enter your PIN.")


class Desk:
    """Main thread only: the owner calls `tick` about every half second, and `close` at the end."""

    def __init__(self, parts: Parts) -> None:
        self._ready = False
        session = Session(
            parts,
            moved=self._moved,
            show=self._changed,
            measured=self._measured,
            foreign=lambda role: self._recording.foreign(role),
            alive=lambda: self._lock.touched(),
        )
        self._session = session
        self._recording = Recording(session)
        self._shift = Shift(session)
        self._lock = Lock(session)
        self._cases = Cases(session, self._recording.defer)
        self._ready = True
        session.devices.open_all()
        parts.delivery.start(lambda: parts.post(self._changed))

    @property
    def facts(self) -> DeskFacts:
        session, cases = self._session, self._cases
        work = session.work
        return DeskFacts(
            step=session.step,
            officer=session.duty.officer,
            login=session.duty.login,
            devices=tuple(self._device_facts(role) for role in Role),
            training=session.devices.training,
            trace=session.thermometer.trace(),
            waiting=cases.waiting,
            sealed_today=cases.sealed_today,
            problem=session.safe.problem or session.problem,
            field_problems=session.field_problems,
            case=work.facts(session.thermometer.measuring) if work else None,
            officer_temperature=self._officer_temperature(),
            shift=self._shift.facts(),
            tests=self._shift.tests(),
            locked=self._lock.facts,
            queue=cases.queue,
            open_cases=cases.open_cases,
            taking_up=cases.taking_up,
            draft=cases.draft,
            delivery=session.parts.delivery.facts(),
            trouble=session.trouble,
            clock=cases.clock,
        )

    @property
    def devices(self) -> Devices:
        """For the technician's tools, which use a device on its own thread as everybody does."""
        return self._session.devices

    def subscribe(self, listener: Callable[[DeskFacts], None]) -> None:
        self._session.listeners.facts.append(listener)

    def on_frame(self, listener: Callable[[LiveFrame], None]) -> None:
        self._session.listeners.frames.append(listener)

    def on_ink(self, listener: Callable[[tuple[PenPoint, ...]], None]) -> None:
        self._session.listeners.ink.append(listener)

    def tick(self) -> None:
        """Time passes: idle devices are asked, refused writes tried again, a rest ends, an idle counter locks."""
        session = self._session
        now_s = session.clock.monotonic_s()
        session.devices.check_idle(now_s)
        session.safe.tick(now_s)
        self._shift.tick(now_s)
        self._cases.tick(now_s)
        self._lock.tick(now_s)
        if session.step is Step.RESTING and session.work is not None:
            rest_until_s = session.work.case.gate.rest_until_s()
            if rest_until_s is None or now_s >= rest_until_s:
                session.move(Event.RESTED)

    def close(self) -> None:
        """End the case's work, the devices and the threads. What is sealed is safe."""
        self._cases.close()
        self._session.parts.delivery.close()
        self._session.close()

    def log_in(self, officer_id: str, pin: str) -> None:
        if self._session.step is Step.LOGIN:
            self._session.duty.log_in(officer_id, pin, self._came)

    def log_out(self) -> None:
        session = self._session
        if not self._unlocked() or self._lock.busy:
            return
        if not legal(session.step, Event.LOGGED_OUT):
            session.refuse(msg("Finish or give up the case first."), Trouble.CASE_IN_HAND)
            return
        session.audit(EventKind.OFFICER_LOGGED_OUT)
        session.mint.end()
        session.duty.log_out()
        session.watching = False
        session.move(Event.LOGGED_OUT)

    def stay(self) -> None:
        self._lock.touched()

    def check_devices(self) -> None:
        self._session.devices.check_all()

    def test_devices(self) -> None:
        if self._unlocked() and self._session.step in (Step.SHIFT, Step.HOME):
            self._shift.test_devices()

    def watch_temperature(self, watching: bool) -> None:
        self._session.watching = watching
        self._session.look()
        self._session.changed()

    def begin_shift(self) -> None:
        if self._unlocked():
            self._shift.begin()

    def lock(self) -> None:
        self._lock.lock()

    def unlock(self, pin: str) -> None:
        self._lock.unlock(pin)

    def take_over(self, officer_id: str, pin: str) -> None:
        self._lock.take_over(officer_id, pin)

    def new_case(self) -> None:
        if self._unlocked():
            self._cases.new_case()

    def pick_application(self, application_id: str) -> None:
        if self._unlocked():
            self._cases.pick(application_id)

    def take_up_case(self, number: str) -> None:
        if self._unlocked():
            self._cases.take_up(number)

    def give_up_case(self, number: str) -> None:
        if self._unlocked():
            self._cases.give_up(number)

    def enter_case(self, draft: CaseDraft) -> None:
        if self._unlocked():
            self._cases.enter(draft)

    def set_bedside(self, bedside: bool, companion: str = "") -> None:
        if self._unlocked():
            self._recording.set_bedside(bedside, companion)

    def measure(self, person: Person) -> None:
        if self._unlocked() and self._session.step is Step.SHIFT:
            self._shift.measure(person)
        elif self._unlocked():
            self._recording.measure(person)

    def confirm(self, item: Item, held: bool) -> None:
        if self._unlocked() and self._session.step is Step.SHIFT:
            self._shift.confirm(item, held)
        elif self._unlocked():
            self._recording.confirm(item, held)

    def start(self) -> None:
        if self._unlocked():
            self._recording.start()

    def pause(self) -> None:
        if self._unlocked():
            self._recording.pause()

    def resume(self) -> None:
        if self._unlocked():
            self._recording.resume()

    def take_photo(self) -> None:
        if self._unlocked():
            self._recording.take_photo()

    def retake_photo(self) -> None:
        if self._unlocked():
            self._recording.retake_photo()

    def approve_photo(self) -> None:
        if self._unlocked():
            self._recording.approve_photo()

    def capture_finger(self) -> None:
        if self._unlocked():
            self._recording.capture_finger()

    def retake_finger(self, position: FingerPosition) -> None:
        if self._unlocked():
            self._recording.retake_finger(position)

    def cancel_retake(self) -> None:
        if self._unlocked():
            self._recording.cancel_retake()

    def record_exception(
        self, position: FingerPosition | None, kind: ExceptionKind, approver_id: str, approver_pin: str
    ) -> None:
        if self._unlocked():
            self._recording.record_exception(position, kind, approver_id, approver_pin)

    def clear_ink(self) -> None:
        if self._unlocked():
            self._recording.clear_ink()

    def accept_signature(self) -> None:
        if self._unlocked():
            self._recording.accept_signature()

    def review_change(self, role: Role) -> None:
        if self._unlocked():
            self._recording.review_change(role)

    def seal(self) -> None:
        if self._unlocked():
            self._recording.seal()

    def defer(self) -> None:
        if self._unlocked():
            self._recording.defer()

    def discard(self) -> None:
        if self._unlocked():
            self._recording.discard()

    def finish(self) -> None:
        if self._unlocked():
            self._recording.finish()

    def receipt(self, language: Language, done: Callable[[bytes], None]) -> None:
        if self._unlocked():
            self._recording.receipt(language, done)

    def _unlocked(self) -> bool:
        """Whether the officer on duty is here: then this is a sign of life. Says so when not."""
        if self._lock.facts is not None:
            self._session.refuse(LOCKED)
            return False
        self._lock.touched()
        return True

    def _came(self) -> None:
        """Who may record begins a shift; a technician is at home at once."""
        session, officer = self._session, self._session.duty.officer
        self._lock.touched()
        records = officer is not None and objection(Action.RECORD, officer) is None
        session.move(Event.LOGGED_IN if records and session.settings.start_of_shift else Event.LOGGED_IN_TO_HELP)
        session.parts.finger_judge.warm()

    def _moved(self, event: Event) -> None:
        self._lock.touched()
        if event in (Event.LOGGED_IN, Event.TAKEN_OVER):
            self._shift.open()
        self._cases.moved(event)
        if event in (Event.SEALED, Event.DISCARDED):
            self._session.parts.delivery.wake()

    def _measured(self, measurement: Measurement) -> None:
        session = self._session
        session.audit(
            EventKind.TEMPERATURE_MEASURED, person=measurement.person, tenths_c=round(measurement.median_c * 10)
        )
        if session.step is Step.SHIFT:
            self._shift.measured(measurement)
        else:
            self._recording.measured(measurement)
        session.changed()

    def _officer_temperature(self) -> Message | None:
        """How long the officer's own reading holds; None when there is none that does."""
        session = self._session
        latest = session.fever.of(session.duty.officer_id).latest if session.duty.officer else None
        limits = session.settings.limits
        if latest is None or latest.median_c >= limits.limit_c:
            return None
        left_s = latest.monotonic_s + limits.officer_valid_s - session.clock.monotonic_s()
        if left_s <= 0:
            return None
        until = session.here() + timedelta(seconds=left_s)
        return msg("Your temperature: {value} °C, valid until {until}", value=latest.median_c, until=f"{until:%H:%M}")

    def _device_facts(self, role: Role) -> DeviceFacts:
        status = self._session.devices.status(role)
        sentence, cure = device_sentence(status, role)
        return DeviceFacts(role, status, sentence, cure)

    def _changed(self) -> None:
        if self._ready:
            self._session.listeners.show_facts(self.facts)
