"""The lock over the counter, and who takes it over: work is kept, nothing is shown, nothing is captured."""

from dataclasses import replace
from typing import assert_never

from station.capture.facts import LockFacts, Step, Trouble
from station.capture.session import Session
from station.capture.transitions import Event, legal
from station.registry.model import OfficerCard
from station.registry.officers import Checked, LockedOut, LoggedIn, Refused, UnknownOfficer, WrongPin
from station.registry.rights import Action
from station.safekeeping.events import EventKind
from station.text import Message, msg


class Lock:
    """Locked or not. Main thread only; `touched` is called with whatever an officer or an applicant does."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._touched_s = session.clock.monotonic_s()
        self._asking = False
        self._arriving: OfficerCard | None = None
        self.facts: LockFacts | None = None

    def touched(self) -> None:
        self._touched_s = self._session.clock.monotonic_s()

    def tick(self, now_s: float) -> None:
        """Lock after the configured time; let in who waits for something to be saved."""
        after_s, work = self._session.settings.lock_after_s, self._session.work
        if after_s is not None and work is not None:
            after_s = work.case.slowly(after_s)
        if after_s is not None and now_s - self._touched_s >= after_s:
            self.lock()
        self._let_in()

    def lock(self) -> None:
        officer = self._session.duty.officer
        if officer is None or self.facts is not None or self._asking:
            return
        self._session.audit(EventKind.COUNTER_LOCKED)
        self.facts = LockFacts(officer, self._session.duty.others(Action.TAKE_OVER))
        self._session.hold(True)
        self._session.changed()

    def unlock(self, pin: str) -> None:
        officer = self._session.duty.officer
        if self.facts is not None and officer is not None:
            self._ask(officer.officer_id, pin)

    def take_over(self, officer_id: str, pin: str) -> None:
        """Captures stop while the PIN is looked at."""
        officer = self._session.duty.officer
        if officer is None or self._session.busy:
            return
        if officer_id == officer.officer_id and self.facts is None:
            self._session.refuse(msg("You are on duty already."))
        else:
            self._session.hold(True)
            self._ask(officer_id, pin)

    @property
    def busy(self) -> bool:
        """Whether a PIN is looked at, or somebody waits to take over."""
        return self._asking or self._arriving is not None

    def _ask(self, officer_id: str, pin: str) -> None:
        if self.busy:
            return
        self._asking = True
        if self.facts is not None:
            self.facts = replace(self.facts, busy=True, refused=None, retry_at_s=None)
        self._session.changed()
        self._session.duty.unlock(officer_id, pin, self._answered)

    def _answered(self, answer: Checked | Refused) -> None:
        self._asking = False
        self.touched()
        match answer:
            case LoggedIn(card) if card == self._session.duty.officer:
                self._open()
            case LoggedIn(card):
                self._arriving = card
                self._let_in()
            case LockedOut(sentence, retry_at_s):
                self._refused(sentence, retry_at_s)
            case WrongPin(sentence) | UnknownOfficer(sentence) | Refused(sentence):
                self._refused(sentence, None)
            case _:
                assert_never(answer)

    def _refused(self, sentence: Message, retry_at_s: float | None) -> None:
        if self.facts is not None:
            self.facts = replace(self.facts, busy=False, refused=sentence, retry_at_s=retry_at_s)
            self._session.changed()
        else:
            self._session.hold(False)
            self._session.refuse(sentence, Trouble.PIN)

    def _open(self) -> None:
        self.facts = None
        self.touched()
        self._session.hold(False)
        self._session.changed()

    def _let_in(self) -> None:
        """Once what is accepted is saved, the new officer begins a shift or goes on with the case."""
        session, card = self._session, self._arriving
        if card is None or session.safe.busy:
            return
        self._arriving = None
        session.duty.officer = card
        session.mint.end()
        session.thermometer.drop()
        work = session.work
        if work is not None and session.step not in (Step.SEALING, Step.DONE, Step.DEFERRED):
            work.hand_over(card, session.fever.of(card.officer_id))
            if legal(session.step, Event.CHECK_AGAIN):
                work.interrupt(Event.CHECK_AGAIN)
        elif legal(session.step, Event.TAKEN_OVER) and session.settings.start_of_shift:
            session.move(Event.TAKEN_OVER)
        self._open()
