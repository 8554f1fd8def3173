"""A gate with everything in place, to take things away from."""

from drivers.api import DeviceInfo, Role, TemperatureSample
from station.health.clearance import Mint
from station.health.gate import Gate, Thermal
from station.health.hygiene import Hygiene
from station.health.model import WIPED, GateLimits, Item, Measurement, Person
from station.health.thermometry import Series
from tests.helpers.clock import FakeClock

OFFICER, CASE = "wulan", "261124-AB2CD"
DEVICES = {role: DeviceInfo(role, f"model-{role.value}", f"/dev/{role.value}", serial="1") for role in Role}


class Bench:
    """Clock, hygiene, mint and one gate."""

    def __init__(self, limits: GateLimits | None = None) -> None:
        self.limits = limits or GateLimits()
        self.clock = FakeClock()
        self.hygiene = Hygiene(self.clock)
        self.mint = Mint(self.clock)
        self.officer = Thermal()
        self.applicant = Thermal()
        self.gate = self.new_gate()

    def new_gate(self, case: str = CASE, officer: str = OFFICER) -> Gate:
        return Gate(case, officer, self.limits, self.clock, self.hygiene, self.officer, self.applicant)

    def sample(self, object_c: float, ambient_c: float = 27.0, age_s: float = 0.0) -> TemperatureSample:
        return TemperatureSample(object_c, ambient_c, self.clock.monotonic_s() - age_s, DEVICES[Role.TEMPERATURE])

    def measurement(self, person: Person, object_c: float = 36.4, by: str = OFFICER) -> Measurement:
        series = Series(person, by, self.limits, self.clock)
        for _reading in range(self.limits.readings - 1):
            series.add(self.sample(object_c))
        measured = series.add(self.sample(object_c))
        assert isinstance(measured, Measurement)
        return measured

    def fulfil(self, but: Item | None = None) -> None:
        """Everything on the list, except one item."""
        if but is not Item.OFFICER_TEMPERATURE:
            self.gate.measured(self.measurement(Person.OFFICER))
        if but is not Item.APPLICANT_TEMPERATURE:
            self.gate.measured(self.measurement(Person.APPLICANT))
        for item in (*WIPED.values(), Item.OFFICER_GLOVES, Item.OFFICER_MASK, Item.APPLICANT_HANDS):
            if item is not but:
                self.gate.state(item, True)
