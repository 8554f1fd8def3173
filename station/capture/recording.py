"""What an officer asks while a case is in hand: from the checklist to the paper."""

from collections.abc import Callable

from drivers.api import Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.facts import Step, Trouble
from station.capture.fever import officer_hindered
from station.capture.session import Session
from station.capture.transitions import Event, legal
from station.health.model import Item, Measurement, Person
from station.registry.rights import Action
from station.safekeeping.events import EventKind
from station.text import Language, msg

BEING_SAVED = msg("Something is being saved. Wait a moment, then press again.")
PRESSED_TWICE_S = 2.0
"""Two presses for a paper within this time are one: the second would be printed as a copy."""


class Recording:
    """Main thread only. An intent that does not fit the step does nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._printed = ("", 0.0)

    def measure(self, person: Person) -> None:
        session, work = self._session, self._session.work
        if work is None or session.step is not Step.CHECKLIST or session.safe.busy:
            return
        officer_id = session.duty.officer_id
        hindered = None
        if person is Person.OFFICER:
            thermal, now_s = session.fever.of(officer_id), session.clock.monotonic_s()
            hindered = officer_hindered(thermal, session.settings.limits, now_s)
        if hindered is not None:
            session.refuse(hindered, Trouble.OFFICER_HOT)
        else:
            session.problem = None
            session.thermometer.measure(person, officer_id)

    def measured(self, measurement: Measurement) -> None:
        session, work = self._session, self._session.work
        if work is None or session.step is not Step.CHECKLIST:
            return
        gate = work.case.gate
        gate.measured(measurement)
        if measurement.person is Person.APPLICANT and gate.refused:
            self.defer()
        elif measurement.person is Person.APPLICANT and gate.rest_until_s() is not None:
            session.move(Event.APPLICANT_HOT)

    def confirm(self, item: Item, held: bool) -> None:
        session, work = self._session, self._session.work
        if work is None or session.step is not Step.CHECKLIST or session.safe.busy:
            return
        if item in (Item.OFFICER_TEMPERATURE, Item.APPLICANT_TEMPERATURE):
            session.refuse(msg("Body temperature is measured, not stated. Measure it with the thermometer."))
            return
        work.case.gate.state(item, held)
        session.audit(EventKind.ITEM_CONFIRMED, item=item, held=int(held))
        session.changed()

    def set_bedside(self, bedside: bool, companion: str) -> None:
        session, work = self._session, self._session.work
        if work is None or session.step is not Step.CHECKLIST or session.safe.busy:
            return
        case = work.case
        case.companion = companion.strip() if bedside else ""
        if case.bedside is not bedside:
            case.bedside = bedside
            session.audit(EventKind.BEDSIDE_SET, case=case.handle.case_id, on=int(bedside))
        session.changed()

    def start(self) -> None:
        session, work = self._session, self._session.work
        if work is None or session.step is not Step.CHECKLIST or session.safe.busy:
            return
        if session.thermometer.measuring:
            session.refuse(msg("The measurement is not done yet. Wait for its result."))
            return
        blocked = work.start()
        if blocked is None:
            session.problem = None
            session.audit(EventKind.GATE_OPENED)
            return
        session.audit(EventKind.GATE_REFUSED, item=blocked.items[0].item)
        sentence = msg("{count} things are missing before the recording can start.", count=len(blocked.items))
        session.refuse(sentence, Trouble.ITEMS)

    def foreign(self, role: Role) -> None:
        """A device turned up that was not wiped for this case."""
        session, work = self._session, self._session.work
        if work is not None and legal(session.step, Event.CHECK_AGAIN):
            work.foreign(role)
            sentence = msg("Another device was plugged in. Wipe it, confirm it here and start again.")
            session.refuse(sentence, Trouble.ITEMS)

    def pause(self) -> None:
        session, work = self._session, self._session.work
        if work is None or not legal(session.step, Event.PAUSED):
            return
        if session.safe.busy:
            session.refuse(BEING_SAVED)
            return
        session.audit(EventKind.CASE_PAUSED, case=work.case.handle.case_id)
        work.case.gate.applicant_left()
        work.interrupt(Event.PAUSED)

    def resume(self) -> None:
        session, work = self._session, self._session.work
        if work is not None and session.step is Step.PAUSED:
            session.audit(EventKind.CASE_UNPAUSED, case=work.case.handle.case_id)
            session.move(Event.RESUMED)

    def take_photo(self) -> None:
        session, work = self._session, self._session.work
        if work is not None and session.step is Step.PHOTO:
            work.photo.take()

    def retake_photo(self) -> None:
        session = self._session
        if legal(session.step, Event.PHOTO_REJECTED) and not session.safe.busy:
            session.move(Event.PHOTO_REJECTED)

    def approve_photo(self) -> None:
        session, work = self._session, self._session.work
        if work is None or session.step is not Step.PHOTO_APPROVAL:
            return
        if work.photo.needs_exception:
            sentence = msg("This photo is below the rules. Take it again, or record an exception.")
            session.refuse(sentence, Trouble.PHOTO)
        else:
            work.photo.approve()

    def capture_finger(self) -> None:
        session, work = self._session, self._session.work
        if work is not None and session.step is Step.FINGERS:
            work.fingers.capture()
        elif work is not None and session.step is Step.CONFIRMATION:
            work.confirmation.capture()

    def retake_finger(self, position: FingerPosition) -> None:
        session, work = self._session, self._session.work
        if work is None or session.safe.busy:
            return
        if session.step is Step.FINGERS:
            work.fingers.retake(position)
        elif session.step is Step.CONFIRMATION and position in work.confirmation.round.standings:
            work.confirmation.retake(position)
        elif session.step is Step.REVIEW:
            work.change_fingers(position)
            session.move(Event.CHANGE_FINGERS)

    def cancel_retake(self) -> None:
        session, work = self._session, self._session.work
        if work is None:
            return
        if session.safe.busy:
            session.refuse(BEING_SAVED)
        elif not work.keep():
            session.refuse(msg("There is nothing from before to keep."))

    def record_exception(
        self, position: FingerPosition | None, kind: ExceptionKind, approver_id: str, approver_pin: str
    ) -> None:
        session, work, step = self._session, self._session.work, self._session.step
        if work is None or session.busy:
            return
        hindrance = work.exception_hindered(step, position, kind)
        if hindrance is not None:
            session.refuse(hindrance)
            return

        def approved() -> None:
            hindered = work.exception_hindered(session.step, position, kind)
            if session.work is not work or session.step is not step or hindered is not None:
                session.refuse(hindered or msg("Something else happened meanwhile. The exception was not recorded."))
                return
            session.audit(
                EventKind.EXCEPTION_RECORDED,
                case=work.case.handle.case_id,
                kind=kind,
                number=position.value if position else 0,
                approver=approver_id,
            )
            work.record_exception(step, position, kind, approver_id)

        session.approve(approver_id, approver_pin, Action.EXCEPTION, approved)

    def clear_ink(self) -> None:
        session, work = self._session, self._session.work
        if work is not None and session.step is Step.SIGNATURE:
            work.signature.clear()

    def accept_signature(self) -> None:
        session, work = self._session, self._session.work
        if work is not None and session.step is Step.SIGNATURE:
            work.signature.accept()

    def review_change(self, role: Role) -> None:
        session, work = self._session, self._session.work
        if work is None or session.step is not Step.REVIEW:
            return
        match role:
            case Role.CAMERA:
                work.case.changing = True
                session.move(Event.CHANGE_PHOTO)
            case Role.FINGERPRINT:
                work.change_fingers()
                session.move(Event.CHANGE_FINGERS)
            case Role.SIGNATURE:
                work.case.changing = True
                session.move(Event.CHANGE_SIGNATURE)
            case Role.TEMPERATURE:
                session.refuse(msg("Body temperature is measured before the recording, not after it."))

    def seal(self) -> None:
        session, work = self._session, self._session.work
        if work is None or session.step is not Step.REVIEW:
            return
        lacking = work.lacking()
        if lacking is not None:
            session.refuse(lacking, Trouble.LACKING)
        else:
            session.move(Event.SEAL_ASKED)

    def defer(self) -> None:
        session, work = self._session, self._session.work
        if work is None or not legal(session.step, Event.DEFERRED) or session.safe.busy:
            return
        case = work.case
        case.deferral = msg("Body temperature at or over the limit. Come back on another day.")
        if not case.gate.refused:
            case.deferral = msg("The recording cannot be done safely today. Come back on another day.")
        session.tell_vault(lambda vault: vault.discard_case(case.handle))
        lacking = next((item.item for item in case.gate.checklist().items if not item.held), Item.APPLICANT_TEMPERATURE)
        session.audit(EventKind.CASE_DEFERRED, item=lacking)
        session.move(Event.DEFERRED)

    def discard(self) -> None:
        session, work = self._session, self._session.work
        if work is None and session.step is Step.BIODATA:
            session.move(Event.DISCARDED)
        elif work is not None and legal(session.step, Event.DISCARDED):
            session.safe.drop()
            handle = work.case.handle
            session.tell_vault(lambda vault: vault.discard_case(handle))
            session.move(Event.DISCARDED)

    def finish(self) -> None:
        if legal(self._session.step, Event.FINISHED):
            self._session.move(Event.FINISHED)

    def receipt(self, language: Language, done: Callable[[bytes], None]) -> None:
        session, work = self._session, self._session.work
        if work is not None and session.step in (Step.DONE, Step.DEFERRED):
            number, before_s = self._printed
            self._printed = (work.case.number, session.clock.monotonic_s())
            if number == work.case.number and self._printed[1] - before_s < PRESSED_TWICE_S:
                return
            job = session.parts.papers.of(work.case, session.devices.training, session.clock.now(), language)
            session.judging.submit(job, done)
