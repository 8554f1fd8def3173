"""What the parts of a desk share: who serves, where the counter stands, the case in hand."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from drivers.api import Role
from station.capture.casework import Casework
from station.capture.context import Context
from station.capture.devices import Devices, event_of
from station.capture.duty import Duty
from station.capture.facts import FieldProblem, Step, Trouble
from station.capture.fever import FeverMemory
from station.capture.listeners import Listeners
from station.capture.parts import Parts
from station.capture.sealing import Sealing
from station.capture.thermometer import Thermometer
from station.capture.transitions import Event, after
from station.health.clearance import Mint
from station.health.hygiene import Hygiene
from station.health.model import Measurement
from station.registry.officers import Approved, Refused
from station.registry.rights import Action, objection
from station.safekeeping.events import EventKind
from station.safekeeping.vault import Vault
from station.text import Message, msg
from station.workers import Worker

T = TypeVar("T")
MEASURING = (Step.SHIFT, Step.CHECKLIST, Step.RESTING)


class Session:
    """Main thread only. `moved` runs after each event of the table, `show` whenever the facts changed; for the others
    see Context."""

    def __init__(
        self,
        parts: Parts,
        moved: Callable[[Event], None],
        show: Callable[[], None],
        measured: Callable[[Measurement], None],
        foreign: Callable[[Role], None],
        alive: Callable[[], None],
    ) -> None:
        self._moved = moved
        self.changed = show
        self.parts = parts
        self.clock = parts.clock
        self.settings = parts.settings
        self.listeners = Listeners()
        self.hygiene = Hygiene(parts.clock)
        self.mint = Mint(parts.clock)
        self.fever = FeverMemory(parts.clock, parts.settings.zone)
        self.judging = Worker("judging", parts.post)
        self.duty = Duty(parts.officers, parts.vault, parts.vault_worker, self.changed)
        self.devices = Devices(parts.drivers, parts.post, self._device_changed)
        self.safe = Sealing(parts.vault_worker, parts.vault, lambda: self.devices.training, self.changed)
        self.context = Context(
            clock=parts.clock,
            post=parts.post,
            settings=parts.settings,
            devices=self.devices,
            safe=self.safe,
            judging=self.judging,
            finger_judge=parts.finger_judge,
            portrait=parts.portrait,
            changed=self.changed,
            move=self.move,
            refuse=self.refuse,
            alive=alive,
            foreign=foreign,
            measured=measured,
            audit=self.audit,
        )
        self.thermometer = Thermometer(self.context)
        self.step = Step.LOGIN
        self.problem: Message | None = None
        self._trouble: Trouble | None = None
        self.field_problems: tuple[FieldProblem, ...] = ()
        self.busy = False
        self.watching = False
        self.work: Casework | None = None

    def move(self, event: Event) -> None:
        """Apply an event of the table; raises IllegalEventError, changing nothing, when it has no such row."""
        self.step = after(self.step, event)
        if event is not Event.CHECK_AGAIN:
            self.problem = None
        work = self.work
        if work is not None and self.step in (Step.HOME, Step.DONE, Step.DEFERRED):
            work.end()
            if self.step is Step.HOME:
                self.work = None
        elif work is not None:
            work.enter(self.step)
        if self.step is Step.HOME:
            self.field_problems = ()
        self.look()
        self._moved(event)
        self.changed()

    def hold(self, held: bool) -> None:
        """Stop capturing and showing, or go on: what is there stays."""
        self.listeners.muted = held
        if self.work is not None:
            (self.work.suspend if held else self.work.unsuspend)()
        self.look()

    def look(self) -> None:
        """The thermometer runs while somebody looks at it."""
        looked_at = self.watching or self.step in MEASURING
        self.thermometer.run(looked_at and not self.listeners.muted and self.duty.officer is not None)

    def refuse(self, sentence: Message, trouble: Trouble | None = None) -> None:
        """The last intent is not possible now, and why; `trouble` where there is more to do than to wait."""
        self.problem, self._trouble = sentence, trouble
        self.changed()

    @property
    def trouble(self) -> Trouble | None:
        """Of what kind the problem is that is told now."""
        return self._trouble if self.problem is not None and self.safe.problem is None else None

    def may(self, action: Action) -> bool:
        """Whether the role of the officer on duty may do it; says so when not."""
        officer = self.duty.officer
        against = objection(action, officer) if officer is not None else msg("Log in first.")
        if against is not None:
            self.refuse(against, Trouble.NOT_ALLOWED)
        return against is None

    def approve(self, approver_id: str, pin: str, action: Action, approved: Callable[[], None]) -> None:
        """Ask a second person; `approved` runs when their PIN was right. `busy` until it is answered."""

        def answered(answer: Approved | Refused) -> None:
            self.busy = False
            if isinstance(answer, Refused):
                self.refuse(answer.sentence, Trouble.PIN)
            else:
                self.problem = None
                approved()

        self.busy = True
        self.duty.approve(approver_id, pin, action, answered)

    def audit(self, kind: EventKind, /, **fields: object) -> None:
        """Log an event in the name of who is on duty now."""
        if self.duty.officer is not None:
            fields["officer"] = self.duty.officer_id
        self.tell_vault(lambda vault: vault.audit(kind, **fields))

    def ask_vault(self, question: Callable[[Vault], T], answered: Callable[[T], None]) -> None:
        """Ask the vault on its own thread."""
        vault = self.parts.vault
        self.parts.vault_worker.submit(lambda: question(vault), answered)

    def tell_vault(self, order: Callable[[Vault], None]) -> None:
        self.ask_vault(order, lambda _none: None)

    def here(self) -> datetime:
        """The office's own time."""
        return self.clock.now().astimezone(self.settings.zone)

    def close(self) -> None:
        """End the case's work, the devices and the threads. What is sealed is safe."""
        if self.work is not None:
            self.work.end()
        self.devices.close()
        self.parts.finger_judge.close()
        self.judging.stop()
        self.tell_vault(lambda vault: vault.close())
        self.parts.vault_worker.stop()

    def _device_changed(self, role: Role) -> None:
        logged = event_of(self.devices.status(role))
        if logged is not None:
            self.audit(logged[0], device=role, **logged[1])
        self.changed()
