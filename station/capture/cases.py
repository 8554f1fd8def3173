"""How a case comes to the counter: typed, from today's queue, or taken up again after a power cut."""

from collections.abc import Callable
from dataclasses import dataclass

from station.capture import opening
from station.capture.casework import Casework
from station.capture.draft import CaseDraft
from station.capture.facts import FieldProblem, OpenCaseFacts, QueueEntry, QueueFacts, Step, Trouble
from station.capture.session import Session
from station.capture.transitions import Event, legal
from station.health.gate import Gate
from station.registry import biodata
from station.registry.application_rows import RowProblem
from station.registry.applications import Application
from station.registry.model import Biodata, Ground
from station.registry.rights import Action
from station.safekeeping.cases import CaseHandle
from station.safekeeping.events import EventKind
from station.safekeeping.vault import OpenCase, Vault
from station.text import Message, msg
from station.workers import Worker

LOOK_EVERY_S = 5.0
OTHER_PERSON = msg("This is not the applicant of the open case. Enter that person, or begin a new case.")
NOT_REMEMBERED = msg("The disk does not remember that this applicant was served. Check the disk.")


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A case of before the power cut whose applicant is being entered."""

    case: OpenCase
    handle: CaseHandle


class Cases:
    """Main thread only; the queue's folder is looked at on a thread of its own."""

    def __init__(self, session: Session, defer: Callable[[], None]) -> None:
        self._session = session
        self._defer = defer
        self._queue = session.parts.queue
        self._worker = Worker("queue", session.parts.post) if self._queue is not None else None
        self._looked_s: float | None = None
        self._open: dict[str, OpenCase] = {}
        self._taken_up: TakenUp | None = None
        self.open_cases: tuple[OpenCaseFacts, ...] = ()
        self.queue = QueueFacts()
        self.draft: CaseDraft | None = None
        self.waiting = 0
        self.sealed_today = 0
        self.clock: Message | None = None
        self.look()

    def close(self) -> None:
        if self._worker is not None:
            self._worker.stop()

    @property
    def taking_up(self) -> str | None:
        return self._taken_up.case.number if self._taken_up is not None else None

    def look(self) -> None:
        """What is open and how much is closed, as the vault knows it."""
        midnight = self._session.here().replace(hour=0, minute=0, second=0, microsecond=0)
        self._session.ask_vault(lambda vault: vault.closed_cases(midnight), self._counted)
        self._session.ask_vault(lambda vault: vault.clock_trouble(), self._clock_seen)
        if self._session.work is None:
            self._session.ask_vault(lambda vault: vault.open_cases(), self._found)

    def tick(self, now_s: float) -> None:
        """Look into the queue's folder every few seconds."""
        queue, worker = self._queue, self._worker
        if queue is None or worker is None or (self._looked_s is not None and now_s - self._looked_s < LOOK_EVERY_S):
            return
        self._looked_s = now_s
        worker.submit(queue.refresh, self._refreshed)

    def moved(self, event: Event) -> None:
        """At home nothing is left of the last form; a sealed case is counted and out of the queue."""
        if self._session.step is Step.HOME:
            self.draft = None
            self._taken_up = None
            self.look()
        if event is Event.SEALED:
            self._served()
        if event is Event.SEALED or self._session.step is Step.SHIFT:
            self.look()

    def new_case(self) -> None:
        if self._may_open():
            self._make_room(None)

    def pick(self, application_id: str) -> None:
        """Fill the form; at home it is opened first."""
        one = self._queue.pick(application_id) if self._queue is not None else None
        if one is None:
            sentence = msg("This applicant is served already, or gone from the queue.")
            self._session.refuse(sentence, Trouble.NOT_IN_QUEUE)
        elif self._session.step is Step.BIODATA and not self._session.busy:
            self._fill(one)
        elif self._may_open():
            self._make_room(one)

    def take_up(self, number: str) -> None:
        """Open the form for the applicant of an open case."""
        case = self._open.get(number)
        if case is None:
            self._session.refuse(msg("This case is not open any more."), Trouble.NOT_OPEN)
        elif self._may_open():
            self._session.busy = True
            self._session.ask_vault(lambda vault: vault.resume(number), lambda handle: self._resumed(case, handle))

    def give_up(self, number: str) -> None:
        """The applicant of an open case does not come back."""
        if number not in self._open or self._session.step is not Step.HOME or self._session.busy:
            return
        if self._session.may(Action.RECORD):
            del self._open[number]
            self._session.tell_vault(lambda vault: _give_up(vault, number))
            self._show_open()

    def enter(self, draft: CaseDraft) -> None:
        session = self._session
        if session.step is not Step.BIODATA or session.busy:
            return
        checked = biodata.check(draft, session.here().date())
        if not isinstance(checked, Biodata):
            session.field_problems = checked
            session.refuse(msg("{count} fields need your attention.", count=len(checked)), Trouble.FIELDS)
            return
        session.field_problems = ()
        if draft.ground is Ground.OTHER:
            session.approve(
                draft.approver_id, draft.approver_pin, Action.OTHER_GROUND, lambda: self._begin(draft, checked)
            )
        else:
            self._begin(draft, checked)

    def _may_open(self) -> bool:
        session = self._session
        if not legal(session.step, Event.CASE_OPENED):
            session.refuse(msg("Log in and finish the case in hand first."), Trouble.CASE_IN_HAND)
            return False
        return not session.busy and session.may(Action.RECORD)

    def _make_room(self, application: Application | None) -> None:
        def answered(enough: bool) -> None:
            self._session.busy = False
            if not enough:
                sentence = msg("The disk is too full for a new case. Deliver or export the waiting files first.")
                self._session.refuse(sentence, Trouble.DISK_FULL)
            elif legal(self._session.step, Event.CASE_OPENED):
                self._session.move(Event.CASE_OPENED)
                if application is not None:
                    self._fill(application)

        self._session.busy = True
        self._session.ask_vault(lambda vault: vault.room_for_case(), answered)

    def _fill(self, application: Application) -> None:
        self.draft = application.draft
        self._session.problem = None
        self._session.changed()

    def _resumed(self, case: OpenCase, handle: CaseHandle) -> None:
        self._session.busy = False
        if legal(self._session.step, Event.CASE_OPENED):
            self._session.move(Event.CASE_OPENED)
            self._taken_up = TakenUp(case, handle)
            self._session.changed()

    def _begin(self, draft: CaseDraft, checked: Biodata) -> None:
        session, taken = self._session, self._taken_up
        session.busy = True
        if taken is not None:
            handle = taken.handle
            session.ask_vault(
                lambda vault: vault.same_applicant(handle, checked.nik),
                lambda same: self._proven(draft, checked, taken, same),
            )
            return
        number = opening.new_number(session.here())
        session.ask_vault(
            lambda vault: vault.begin_case(number, checked.nik), lambda handle: self._begun(draft, checked, handle)
        )

    def _proven(self, draft: CaseDraft, checked: Biodata, taken: TakenUp, same: bool | None) -> None:
        """None is a case that does not say whose it is: then the officer's word counts, and the manifest says so."""
        session = self._session
        session.busy = False
        if session.step is not Step.BIODATA:
            return
        if same is False:
            session.field_problems = (FieldProblem("nik", OTHER_PERSON, blocking=True),)
            session.refuse(OTHER_PERSON, Trouble.FIELDS)
            return
        work = self._work(draft, checked, taken.handle)
        if work is not None:
            work.case.opened_at = taken.case.begun_at
            opening.take_up(work, taken.case.sealed, same, session.clock.now())
            self._accepted(work, draft)

    def _begun(self, draft: CaseDraft, checked: Biodata, handle: CaseHandle) -> None:
        session = self._session
        session.busy = False
        work = self._work(draft, checked, handle) if session.step is Step.BIODATA else None
        if work is None:
            session.tell_vault(lambda vault: vault.discard_case(handle))
        else:
            self._accepted(work, draft)

    def _work(self, draft: CaseDraft, checked: Biodata, handle: CaseHandle) -> Casework | None:
        session, officer = self._session, self._session.duty.officer
        if officer is None:
            return None
        gate = Gate(
            handle.number,
            officer.officer_id,
            session.settings.limits,
            session.clock,
            session.hygiene,
            session.fever.of(officer.officer_id),
            session.fever.of(checked.nik),
        )
        case = opening.case_of(draft, checked, handle, officer, gate, session.clock.now())
        return Casework(session.context, case, session.hygiene, session.mint, session.listeners)

    def _accepted(self, work: Casework, draft: CaseDraft) -> None:
        session = self._session
        session.work = work
        self._open.pop(work.case.number, None)
        if session.listeners.muted:
            work.suspend()
        case_id = work.case.handle.case_id
        if draft.ground is Ground.OTHER:
            session.audit(EventKind.GROUND_APPROVED, case=case_id, ground=draft.ground, approver=draft.approver_id)
        if draft.nik_reason:
            session.audit(EventKind.NIK_WARNING_OVERRIDDEN, case=case_id)
        session.move(Event.BIODATA_ACCEPTED)
        if work.case.gate.refused:
            self._defer()
        elif work.case.gate.rest_until_s() is not None:
            session.move(Event.APPLICANT_HOT)
        self._show_open()

    def _served(self) -> None:
        """Whoever of the queue was recorded is out of it, picked or typed."""
        queue, worker, work = self._queue, self._worker, self._session.work
        if queue is None or worker is None or work is None:
            return
        nik = work.case.biodata.nik
        served = [one.id for one in queue.entries if one.draft.nik == nik]

        def remember() -> bool:
            try:
                for one in served:
                    queue.served(one)
            except OSError:
                return False
            return True

        worker.submit(remember, self._remembered)

    def _remembered(self, kept: bool) -> None:
        self._show_queue()
        if not kept:
            self._session.refuse(NOT_REMEMBERED)

    def _refreshed(self, different: bool) -> None:
        if different:
            before = len(self.queue.entries)
            self._show_queue()
            if len(self.queue.entries) > before:
                self._session.audit(EventKind.APPLICATIONS_IMPORTED, count=len(self.queue.entries))

    def _show_queue(self) -> None:
        if self._queue is not None:
            entries = tuple(
                QueueEntry(one.id, one.number, one.draft.name, one.draft.ground, len(one.doubts))
                for one in self._queue.entries
            )
            problems = tuple(_in_words(one) for one in self._queue.problems)
            self.queue = QueueFacts(entries, problems, self._queue.other_days)
            self._session.changed()

    def _counted(self, counts: tuple[int, int]) -> None:
        self.waiting, self.sealed_today = counts
        self._session.changed()

    def _clock_seen(self, trouble: Message | None) -> None:
        if trouble != self.clock:
            self.clock = trouble
            self._session.changed()

    def _found(self, cases: tuple[OpenCase, ...]) -> None:
        if self._session.work is None:
            self._open = {case.number: case for case in cases}
            self._show_open()

    def _show_open(self) -> None:
        self.open_cases = tuple(opening.shown(case) for case in self._open.values())
        self._session.changed()


def _in_words(problem: RowProblem) -> Message:
    if problem.row is None:
        return msg("{file}: {why}", file=problem.file, why=problem.sentence) if problem.file else problem.sentence
    return msg("{file}, row {row}: {why}", file=problem.file, row=problem.row, why=problem.sentence)


def _give_up(vault: Vault, number: str) -> None:
    vault.discard_case(vault.resume(number))
