"""Who serves at the counter: logging in and out, and the second person who approves. PINs are checked off the main
thread, and every try is in the audit log."""

from collections.abc import Callable

from station.capture.facts import LoginFacts
from station.registry.model import OfficerCard
from station.registry.officers import FREE_TRIES, Approved, Checked, LockedOut, LoggedIn, Officers, Refused, WrongPin
from station.registry.rights import Action, objection
from station.safekeeping.events import EventKind
from station.safekeeping.vault import Vault
from station.workers import Worker


class Duty:
    """The officer on duty, or nobody. Main thread only."""

    def __init__(self, officers: Officers, vault: Vault, vault_worker: Worker, changed: Callable[[], None]) -> None:
        self._officers = officers
        self._vault = vault
        self._vault_worker = vault_worker
        self._changed = changed
        self._cards = officers.cards()
        self.officer: OfficerCard | None = None
        self.login = LoginFacts(self._cards, busy=False, refused=None, retry_at_s=None)

    @property
    def officer_id(self) -> str:
        return self.officer.officer_id if self.officer else ""

    def log_in(self, officer_id: str, pin: str, came: Callable[[], None]) -> None:
        """Check the PIN; `came` runs when it was right. Asked while another try is looked at, it does nothing."""
        if self.login.busy:
            return

        def checked(answer: Checked) -> None:
            retry_at_s = answer.retry_at_s if isinstance(answer, LockedOut) else None
            refused = None if isinstance(answer, LoggedIn) else answer.sentence
            self.login = LoginFacts(self._cards, busy=False, refused=refused, retry_at_s=retry_at_s)
            if isinstance(answer, LoggedIn):
                self.officer = answer.card
                came()
            else:
                self._changed()

        self.login = LoginFacts(self._cards, busy=True, refused=None, retry_at_s=None)
        self._changed()
        self._vault_worker.submit(lambda: self._check(officer_id, pin), checked)

    def log_out(self) -> None:
        self.officer = None
        self._vault_worker.submit(self._name_nobody, lambda _none: None)

    def approve(
        self, approver_id: str, pin: str, action: Action, answered: Callable[[Approved | Refused], None]
    ) -> None:
        """Ask whether this second person stands for it."""
        requester = self.officer_id
        self._vault_worker.submit(lambda: self._officers.approve(approver_id, pin, requester, action), answered)

    def others(self, action: Action) -> tuple[OfficerCard, ...]:
        """Who besides the officer on duty may do this."""
        return tuple(
            card for card in self._cards if card.officer_id != self.officer_id and objection(action, card) is None
        )

    def unlock(self, officer_id: str, pin: str, answered: Callable[[Checked | Refused], None]) -> None:
        """Look at the PIN of the officer on duty, or of another who takes over; the log says which."""
        on_duty = self.officer_id
        self._vault_worker.submit(lambda: self._unlock(on_duty, officer_id, pin), answered)

    def _name_nobody(self) -> None:
        self._vault.officer = None

    def _check(self, officer_id: str, pin: str) -> Checked:
        checked = self._officers.check(officer_id, pin)
        if isinstance(checked, LoggedIn):
            self._vault.officer = officer_id
            self._vault.audit(EventKind.OFFICER_LOGGED_IN, officer=officer_id, role=checked.card.role)
        else:
            self._audit_refusal(officer_id, checked)
        return checked

    def _unlock(self, on_duty: str, officer_id: str, pin: str) -> Checked | Refused:
        answer = self._officers.unlock(on_duty, officer_id, pin)
        if not isinstance(answer, LoggedIn):
            self._audit_refusal(officer_id, answer)
        elif officer_id == on_duty:
            self._vault.audit(EventKind.COUNTER_UNLOCKED, officer=officer_id)
        else:
            self._vault.officer = officer_id
            self._vault.audit(EventKind.TAKEN_OVER, officer=officer_id, previous=on_duty)
        return answer

    def _audit_refusal(self, officer_id: str, checked: Checked | Refused) -> None:
        if isinstance(checked, WrongPin):
            self._vault.audit(EventKind.LOGIN_REFUSED, officer=officer_id, tries=FREE_TRIES - checked.tries_left)
        elif isinstance(checked, LockedOut):
            self._vault.audit(EventKind.LOGIN_REFUSED, officer=officer_id, tries=FREE_TRIES)
