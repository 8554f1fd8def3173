"""The counter: one officer, four devices, one case at a time. Implements Counter."""

from collections.abc import Callable
from datetime import datetime, timedelta

from drivers.api import PenPoint, Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture import opening
from station.capture.casework import Casework
from station.capture.context import Context
from station.capture.counter import CaseDraft
from station.capture.devices import Devices, event_of
from station.capture.duty import Duty
from station.capture.facts import (
    DeskFacts,
    DeviceFacts,
    FieldProblem,
    LiveFrame,
    Step,
    TemperatureTrace,
)
from station.capture.fever import FeverMemory
from station.capture.listeners import Listeners
from station.capture.parts import Parts
from station.capture.sealing import Sealing
from station.capture.transitions import Event, after, legal
from station.diagnostics.sentences import device_sentence
from station.health.clearance import Mint
from station.health.gate import Gate
from station.health.hygiene import Hygiene
from station.health.model import Item, Measurement, Person
from station.registry import biodata
from station.registry.model import Biodata, Ground
from station.registry.officers import Approved, Refused
from station.safekeeping.cases import CaseHandle
from station.safekeeping.events import EventKind
from station.text import Language, Message, msg
from station.workers import Worker

NO_TRACE = TemperatureTrace((), None)


class Desk:
    """Main thread only: the owner calls `tick` about every half second, and `close` at the end."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._vault_worker = parts.vault_worker
        self._judging = Worker("judging", parts.post)
        self._duty = Duty(parts.officers, parts.vault, parts.vault_worker, self._changed)
        self._devices = Devices(parts.drivers, parts.post, self._device_changed)
        self._safe = Sealing(parts.vault_worker, parts.vault, lambda: self._devices.training, self._changed)
        self._context = Context(
            clock=parts.clock,
            post=parts.post,
            settings=parts.settings,
            devices=self._devices,
            safe=self._safe,
            judging=self._judging,
            finger_judge=parts.finger_judge,
            portrait=parts.portrait,
            changed=self._changed,
            move=self._move,
            foreign=self._foreign,
            measured=self._measured,
            audit=self._audit,
        )
        self._hygiene = Hygiene(parts.clock)
        self._mint = Mint(parts.clock)
        self._fever = FeverMemory(parts.clock, parts.settings.zone)
        self._listeners = Listeners()
        self._step = Step.LOGIN
        self._problem: Message | None = None
        self._field_problems: tuple[FieldProblem, ...] = ()
        self._busy = False
        self._work: Casework | None = None
        self._waiting = 0
        self._sealed_today = 0
        self._devices.open_all()
        self._count_cases()

    @property
    def facts(self) -> DeskFacts:
        work = self._work
        return DeskFacts(
            step=self._step,
            officer=self._duty.officer,
            login=self._duty.login,
            devices=tuple(self._device_facts(role) for role in Role),
            training=self._devices.training,
            trace=work.checklist.trace() if work and self._step in (Step.CHECKLIST, Step.RESTING) else NO_TRACE,
            waiting=self._waiting,
            sealed_today=self._sealed_today,
            problem=self._safe.problem or self._problem,
            field_problems=self._field_problems,
            case=work.facts() if work else None,
            officer_temperature=self._officer_temperature(),
        )

    def subscribe(self, listener: Callable[[DeskFacts], None]) -> None:
        self._listeners.facts.append(listener)

    def on_frame(self, listener: Callable[[LiveFrame], None]) -> None:
        self._listeners.frames.append(listener)

    def on_ink(self, listener: Callable[[tuple[PenPoint, ...]], None]) -> None:
        self._listeners.ink.append(listener)

    def tick(self) -> None:
        """Time passes: idle devices are asked, refused writes tried again, a rest ends."""
        now_s = self._clock.monotonic_s()
        self._devices.check_idle(now_s)
        self._safe.tick(now_s)
        if self._step is Step.RESTING and self._work is not None:
            rest_until_s = self._work.case.gate.rest_until_s()
            if rest_until_s is None or now_s >= rest_until_s:
                self._move(Event.RESTED)

    def close(self) -> None:
        """End the case's work, the devices and the threads. What is sealed is safe."""
        if self._work is not None:
            self._work.end()
        self._devices.close()
        self._parts.finger_judge.close()
        self._judging.stop()
        self._vault_worker.submit(self._parts.vault.close, lambda _none: None)
        self._vault_worker.stop()

    def log_in(self, officer_id: str, pin: str) -> None:
        if self._step is Step.LOGIN:
            self._duty.log_in(officer_id, pin, self._came)

    def log_out(self) -> None:
        if not legal(self._step, Event.LOGGED_OUT):
            self._refuse(msg("Finish or give up the case first."))
            return
        self._audit(EventKind.OFFICER_LOGGED_OUT)
        self._mint.end()
        self._duty.log_out()
        self._move(Event.LOGGED_OUT)

    def check_devices(self) -> None:
        self._devices.check_all()

    def test_devices(self) -> None:
        self._refuse(msg("There is nothing to do here."))

    def begin_shift(self) -> None:
        self._refuse(msg("There is nothing to do here."))

    def lock(self) -> None:
        self._refuse(msg("There is nothing to do here."))

    def pause(self) -> None:
        self._refuse(msg("There is nothing to do here."))

    def resume(self) -> None:
        self._refuse(msg("There is nothing to do here."))

    def cancel_retake(self) -> None:
        self._refuse(msg("There is nothing to do here."))

    def watch_temperature(self, watching: bool) -> None:
        del watching
        self._refuse(msg("There is nothing to do here."))

    def unlock(self, pin: str) -> None:
        del pin
        self._refuse(msg("There is nothing to do here."))

    def take_over(self, officer_id: str, pin: str) -> None:
        del officer_id, pin
        self._refuse(msg("There is nothing to do here."))

    def pick_application(self, application_id: str) -> None:
        del application_id
        self._refuse(msg("There is nothing to do here."))

    def take_up_case(self, number: str) -> None:
        del number
        self._refuse(msg("There is nothing to do here."))

    def give_up_case(self, number: str) -> None:
        del number
        self._refuse(msg("There is nothing to do here."))

    def set_bedside(self, bedside: bool, companion: str = "") -> None:
        del bedside, companion
        self._refuse(msg("There is nothing to do here."))

    def new_case(self) -> None:
        if not legal(self._step, Event.CASE_OPENED):
            self._refuse(msg("Log in and finish the case in hand first."))
            return
        if self._busy:
            return
        self._busy = True
        self._vault_worker.submit(self._parts.vault.room_for_case, self._room)

    def enter_case(self, draft: CaseDraft) -> None:
        if self._step is not Step.BIODATA or self._busy:
            return
        checked = biodata.check(draft, self._here().date())
        if not isinstance(checked, Biodata):
            self._field_problems = checked
            self._refuse(msg("{count} fields need your attention.", count=len(checked)))
            return
        self._field_problems = ()
        self._busy = True
        if draft.ground is Ground.OTHER:
            self._approve(draft.approver_id, draft.approver_pin, lambda: self._begin(draft, checked))
        else:
            self._begin(draft, checked)

    def measure(self, person: Person) -> None:
        if self._work is None or self._step is not Step.CHECKLIST or self._safe.busy:
            return
        thermal = self._fever.of(self._duty.officer_id) if person is Person.OFFICER else None
        rest_until_s = thermal.rest_until_s(self._parts.settings.limits) if thermal else None
        if thermal is not None and thermal.refused:
            self._refuse(msg("Officer at or over the limit twice. Another officer must take over."))
        elif rest_until_s is not None and self._clock.monotonic_s() < rest_until_s:
            self._refuse(msg("The officer rests first: measure again after five minutes."))
        else:
            self._problem = None
            self._work.checklist.measure(person)

    def confirm(self, item: Item, held: bool) -> None:
        if self._work is None or self._step is not Step.CHECKLIST or self._safe.busy:
            return
        if item in (Item.OFFICER_TEMPERATURE, Item.APPLICANT_TEMPERATURE):
            self._refuse(msg("Body temperature is measured, not stated. Measure it with the thermometer."))
            return
        self._work.case.gate.state(item, held)
        self._audit(EventKind.ITEM_CONFIRMED, item=item, held=int(held))
        self._changed()

    def start(self) -> None:
        if self._work is None or self._step is not Step.CHECKLIST or self._safe.busy:
            return
        if self._work.checklist.measuring:
            self._refuse(msg("The measurement is not done yet. Wait for its result."))
            return
        blocked = self._work.start()
        if blocked is None:
            self._problem = None
            self._audit(EventKind.GATE_OPENED)
            return
        self._audit(EventKind.GATE_REFUSED, item=blocked.items[0].item)
        self._refuse(msg("{count} things are missing before the recording can start.", count=len(blocked.items)))

    def take_photo(self) -> None:
        if self._work is not None and self._step is Step.PHOTO:
            self._work.photo.take()

    def retake_photo(self) -> None:
        if legal(self._step, Event.PHOTO_REJECTED) and not self._safe.busy:
            self._move(Event.PHOTO_REJECTED)

    def approve_photo(self) -> None:
        if self._work is None or self._step is not Step.PHOTO_APPROVAL:
            return
        if self._work.photo.needs_exception:
            self._refuse(msg("This photo is below the rules. Take it again, or record an exception."))
        else:
            self._work.photo.approve()

    def capture_finger(self) -> None:
        if self._work is not None and self._step is Step.FINGERS:
            self._work.fingers.capture()
        elif self._work is not None and self._step is Step.CONFIRMATION:
            self._work.confirmation.capture()

    def retake_finger(self, position: FingerPosition) -> None:
        work = self._work
        if work is None or self._safe.busy:
            return
        if self._step is Step.FINGERS:
            work.fingers.retake(position)
        elif self._step is Step.CONFIRMATION and position in work.confirmation.round.standings:
            work.confirmation.retake(position)
        elif self._step is Step.REVIEW:
            work.change_fingers(position)
            self._move(Event.CHANGE_FINGERS)

    def record_exception(
        self, position: FingerPosition | None, kind: ExceptionKind, approver_id: str, approver_pin: str
    ) -> None:
        work, step = self._work, self._step
        if work is None or self._busy:
            return
        hindrance = work.exception_hindered(step, position, kind)
        if hindrance is not None:
            self._refuse(hindrance)
            return

        def approved() -> None:
            self._busy = False
            hindered = work.exception_hindered(self._step, position, kind)
            if self._work is not work or self._step is not step or hindered is not None:
                self._refuse(hindered or msg("Something else happened meanwhile. The exception was not recorded."))
                return
            self._audit(
                EventKind.EXCEPTION_RECORDED,
                case=work.case.handle.case_id,
                kind=kind,
                number=position.value if position else 0,
                approver=approver_id,
            )
            work.record_exception(step, position, kind, approver_id)

        self._busy = True
        self._approve(approver_id, approver_pin, approved)

    def clear_ink(self) -> None:
        if self._work is not None and self._step is Step.SIGNATURE:
            self._work.signature.clear()

    def accept_signature(self) -> None:
        if self._work is not None and self._step is Step.SIGNATURE:
            self._work.signature.accept()

    def review_change(self, role: Role) -> None:
        work = self._work
        if work is None or self._step is not Step.REVIEW:
            return
        match role:
            case Role.CAMERA:
                work.case.changing = True
                self._move(Event.CHANGE_PHOTO)
            case Role.FINGERPRINT:
                work.change_fingers()
                self._move(Event.CHANGE_FINGERS)
            case Role.SIGNATURE:
                work.case.changing = True
                self._move(Event.CHANGE_SIGNATURE)
            case Role.TEMPERATURE:
                self._refuse(msg("Body temperature is measured before the recording, not after it."))

    def seal(self) -> None:
        if self._work is None or self._step is not Step.REVIEW:
            return
        lacking = self._work.lacking()
        if lacking is not None:
            self._refuse(lacking)
        else:
            self._problem = None
            self._move(Event.SEAL_ASKED)

    def defer(self) -> None:
        if self._work is None or not legal(self._step, Event.DEFERRED) or self._safe.busy:
            return
        case = self._work.case
        case.deferral = msg("Body temperature at or over the limit. Come back on another day.")
        if not case.gate.refused:
            case.deferral = msg("The recording cannot be done safely today. Come back on another day.")
        self._vault_worker.submit(lambda: self._parts.vault.discard_case(case.handle), lambda _none: None)
        lacking = next((item.item for item in case.gate.checklist().items if not item.held), Item.APPLICANT_TEMPERATURE)
        self._audit(EventKind.CASE_DEFERRED, item=lacking)
        self._move(Event.DEFERRED)

    def discard(self) -> None:
        if self._work is None and self._step is Step.BIODATA:
            self._move(Event.DISCARDED)
        elif self._work is not None and legal(self._step, Event.DISCARDED):
            self._safe.drop()
            handle = self._work.case.handle
            self._vault_worker.submit(lambda: self._parts.vault.discard_case(handle), lambda _none: None)
            self._move(Event.DISCARDED)

    def finish(self) -> None:
        if legal(self._step, Event.FINISHED):
            self._move(Event.FINISHED)

    def receipt(self, language: Language, done: Callable[[bytes], None]) -> None:
        work = self._work
        if work is not None and self._step in (Step.DONE, Step.DEFERRED):
            job = self._parts.papers.of(work.case, self._devices.training, self._clock.now(), language)
            self._judging.submit(job, done)

    def _came(self) -> None:
        self._move(Event.LOGGED_IN_TO_HELP)
        self._parts.finger_judge.warm()

    def _room(self, enough: bool) -> None:
        self._busy = False
        if not enough:
            self._refuse(msg("The disk is too full for a new case. Deliver or export the waiting files first."))
        elif legal(self._step, Event.CASE_OPENED):
            self._problem = None
            self._move(Event.CASE_OPENED)

    def _approve(self, approver_id: str, pin: str, approved: Callable[[], None]) -> None:

        def answered(answer: Approved | Refused) -> None:
            if isinstance(answer, Refused):
                self._busy = False
                self._refuse(answer.sentence)
            else:
                self._problem = None
                approved()

        self._duty.approve(approver_id, pin, answered)

    def _begin(self, draft: CaseDraft, checked: Biodata) -> None:
        number = opening.new_number(self._here())
        self._vault_worker.submit(
            lambda: self._parts.vault.begin_case(number), lambda handle: self._begun(draft, checked, handle)
        )

    def _begun(self, draft: CaseDraft, checked: Biodata, handle: CaseHandle) -> None:
        self._busy = False
        officer = self._duty.officer
        if officer is None or self._step is not Step.BIODATA:
            self._vault_worker.submit(lambda: self._parts.vault.discard_case(handle), lambda _none: None)
            return
        gate = Gate(
            handle.number,
            officer.officer_id,
            self._parts.settings.limits,
            self._clock,
            self._hygiene,
            self._fever.of(officer.officer_id),
            self._fever.of(checked.nik),
        )
        case = opening.case_of(draft, checked, handle, officer, gate, self._clock.now())
        self._work = Casework(
            self._context, case, self._hygiene, self._mint, self._listeners.show_frame, self._listeners.show_ink
        )
        if draft.ground is Ground.OTHER:
            self._audit(EventKind.GROUND_APPROVED, case=handle.case_id, ground=draft.ground, approver=draft.approver_id)
        if draft.nik_reason:
            self._audit(EventKind.NIK_WARNING_OVERRIDDEN, case=handle.case_id)
        self._move(Event.BIODATA_ACCEPTED)
        if gate.refused:
            self.defer()
        elif gate.rest_until_s() is not None:
            self._move(Event.APPLICANT_HOT)

    def _measured(self, measurement: Measurement) -> None:
        work = self._work
        if work is None:
            return
        self._audit(
            EventKind.TEMPERATURE_MEASURED, person=measurement.person, tenths_c=round(measurement.median_c * 10)
        )
        if measurement.person is Person.APPLICANT and work.case.gate.refused:
            self.defer()
        elif measurement.person is Person.APPLICANT and work.case.gate.rest_until_s() is not None:
            self._move(Event.APPLICANT_HOT)
        else:
            self._changed()

    def _foreign(self, role: Role) -> None:
        if self._work is not None and legal(self._step, Event.CHECK_AGAIN):
            self._work.foreign(role)
            self._refuse(msg("Another device was plugged in. Wipe it, confirm it here and start again."))

    def _officer_temperature(self) -> Message | None:
        """How long the officer's own reading holds; None when there is none that does."""
        latest = self._fever.of(self._duty.officer_id).latest if self._duty.officer else None
        limits = self._parts.settings.limits
        if latest is None or latest.median_c >= limits.limit_c:
            return None
        left_s = latest.monotonic_s + limits.officer_valid_s - self._clock.monotonic_s()
        if left_s <= 0:
            return None
        until = self._here() + timedelta(seconds=left_s)
        return msg("Your temperature: {value} °C, valid until {until}", value=latest.median_c, until=f"{until:%H:%M}")

    def _here(self) -> datetime:
        """The office's own time."""
        return self._clock.now().astimezone(self._parts.settings.zone)

    def _move(self, event: Event) -> None:
        self._step = after(self._step, event)
        if event is not Event.CHECK_AGAIN:
            self._problem = None
        work = self._work
        if work is not None and self._step in (Step.HOME, Step.DONE, Step.DEFERRED):
            work.end()
            if self._step is Step.HOME:
                self._work = None
        elif work is not None:
            work.enter(self._step)
        if event is Event.SEALED:
            self._count_cases()
        if self._step is Step.HOME:
            self._field_problems = ()
        self._changed()

    def _count_cases(self) -> None:
        midnight = self._here().replace(hour=0, minute=0, second=0, microsecond=0)
        self._vault_worker.submit(lambda: self._parts.vault.closed_cases(midnight), self._cases_counted)

    def _cases_counted(self, counts: tuple[int, int]) -> None:
        self._waiting, self._sealed_today = counts
        self._changed()

    def _audit(self, kind: EventKind, /, **fields: object) -> None:
        if self._duty.officer is not None:
            fields["officer"] = self._duty.officer_id
        self._vault_worker.submit(lambda: self._parts.vault.audit(kind, **fields), lambda _none: None)

    def _device_changed(self, role: Role) -> None:
        logged = event_of(self._devices.status(role))
        if logged is not None:
            self._audit(logged[0], device=role, **logged[1])
        self._changed()

    def _device_facts(self, role: Role) -> DeviceFacts:
        status = self._devices.status(role)
        sentence, cure = device_sentence(status, role)
        return DeviceFacts(role, status, sentence, cure)

    def _refuse(self, sentence: Message) -> None:
        self._problem = sentence
        self._changed()

    def _changed(self) -> None:
        self._listeners.show_facts(self.facts)
