"""The start of a shift: the officer's own temperature, wiped devices, self-tests; then the counter is open."""

from threading import Event as Cancel

from drivers.api import Role
from station.capture import self_test
from station.capture.facts import SelfTest, ShiftFacts, Step, Trouble
from station.capture.fever import officer_hindered
from station.capture.session import Session
from station.capture.transitions import Event
from station.health.gate import Gate, Thermal
from station.health.model import WIPED, Item, ItemState, Measurement, Person
from station.safekeeping.events import EventKind
from station.text import msg

GIVE_UP_S = 15.0
ITEMS = (Item.OFFICER_TEMPERATURE, *WIPED.values())


class Shift:
    """Main thread only. It looks at the same items as every case's gate, through a gate that never opens."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._gate: Gate | None = None
        self._tests: dict[Role, SelfTest] = {}
        self._asked_s = 0.0

    def open(self) -> None:
        """A shift of who is on duty now; the devices are tested at once."""
        session = self._session
        officer_id = session.duty.officer_id
        thermal = session.fever.of(officer_id)
        limits, clock = session.settings.limits, session.clock
        self._gate = Gate("shift", officer_id, limits, clock, session.hygiene, thermal, Thermal())
        self.test_devices()

    def facts(self) -> ShiftFacts | None:
        if self._session.step is not Step.SHIFT or self._gate is None:
            return None
        measuring = self._session.thermometer.measuring is not None
        items = self._items(self._gate)
        ready = not measuring and not self._testing and all(item.held for item in items)
        return ShiftFacts(items, measuring, ready)

    def tests(self) -> tuple[SelfTest, ...]:
        return tuple(self._tests[role] for role in Role if role in self._tests)

    def test_devices(self) -> None:
        """All four at the same time, each on its own thread; the thermometer goes on streaming afterwards."""
        if not self._testing:
            self._asked_s = self._session.clock.monotonic_s()
            for role in Role:
                self._tests[role] = self_test.running(role)
                self._test(role)
            self._session.changed()

    def tick(self, now_s: float) -> None:
        """A test that was broken off, because somebody else needed the device, has failed."""
        if now_s - self._asked_s > GIVE_UP_S:
            for role, test in self._tests.items():
                if test.passed is None:
                    self._tests[role] = self_test.broken_off(role)

    def measure(self, person: Person) -> None:
        if person is not Person.OFFICER:
            return
        session = self._session
        thermal = session.fever.of(session.duty.officer_id)
        hindered = officer_hindered(thermal, session.settings.limits, session.clock.monotonic_s())
        if hindered is not None:
            session.refuse(hindered, Trouble.OFFICER_HOT)
        else:
            session.problem = None
            session.thermometer.measure(person, session.duty.officer_id)

    def measured(self, measurement: Measurement) -> None:
        if self._gate is not None:
            self._gate.measured(measurement)

    def confirm(self, item: Item, held: bool) -> None:
        if item not in ITEMS or self._gate is None:
            return
        if item is Item.OFFICER_TEMPERATURE:
            self._session.refuse(msg("Body temperature is measured, not stated. Measure it with the thermometer."))
            return
        self._gate.state(item, held)
        self._session.audit(EventKind.ITEM_CONFIRMED, item=item, held=int(held))
        self._session.changed()

    def begin(self) -> None:
        facts = self.facts()
        if facts is None:
            return
        missing = sum(not item.held for item in facts.items)
        if facts.measuring:
            self._session.refuse(msg("The measurement is not done yet. Wait for its result."))
        elif self._testing:
            self._session.refuse(msg("The devices are being tested. Wait for the result."))
        elif missing:
            sentence = msg("{count} things are missing before the shift can begin.", count=missing)
            self._session.refuse(sentence, Trouble.ITEMS)
        else:
            self._session.audit(EventKind.SHIFT_BEGUN, failed=sum(not test.passed for test in self._tests.values()))
            self._session.move(Event.SHIFT_BEGUN)

    @property
    def _testing(self) -> bool:
        return any(test.passed is None for test in self._tests.values())

    def _items(self, gate: Gate) -> tuple[ItemState, ...]:
        return tuple(state for state in gate.checklist().items if state.item in ITEMS)

    def _test(self, role: Role) -> None:
        session = self._session
        drivers, limits = session.parts.drivers, session.settings.limits

        def examined(test: SelfTest) -> None:
            self._tests[role] = test
            session.audit(EventKind.DEVICE_TESTED, device=role, passed=int(test.passed is True))
            if role is Role.TEMPERATURE:
                session.thermometer.go_on()
            session.changed()

        def job(cancel: Cancel) -> SelfTest:
            return self_test.examine(role, drivers, limits, cancel)

        session.devices.run(role, job, examined)
