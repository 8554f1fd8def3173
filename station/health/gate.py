"""The checklist of one case: facts go in, what blocks comes out, and a Clearance only when nothing does."""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.api import DeviceInfo, Role
from station.clock import Clock
from station.health.clearance import Clearance, Mint, Scope, identity
from station.health.hygiene import Hygiene
from station.health.model import WIPED, Checklist, GateLimits, Item, ItemState, Measurement, Person
from station.text import Message, msg


@dataclass(slots=True)
class Thermal:
    """One person's measurements of the day: kept across cases, so that a new case does not skip the rest."""

    latest: Measurement | None = None
    first_hot_s: float | None = None
    refused: bool = False

    def rest_until_s(self, limits: GateLimits) -> float | None:
        """When the second measurement may be made, on the monotonic clock; None when none is needed."""
        return None if self.first_hot_s is None or self.refused else self.first_hot_s + limits.rest_s

    def take(self, measurement: Measurement, limits: GateLimits) -> None:
        """A reading at or over the limit asks for rest; the next one after the rest decides."""
        rest_until_s = self.rest_until_s(limits)
        if rest_until_s is not None and measurement.monotonic_s < rest_until_s:
            raise ValueError("the second measurement was made before the rest was over")
        if self.refused:
            raise ValueError("this person was refused today")
        self.latest = measurement
        if measurement.median_c < limits.limit_c:
            self.first_hot_s = None
        elif self.first_hot_s is None:
            self.first_hot_s = measurement.monotonic_s
        else:
            self.refused = True


@dataclass(frozen=True, slots=True)
class Blocked:
    """The gate stays shut; every item that does not hold."""

    items: tuple[ItemState, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the gate saw when it opened; sealed and signed with the case."""

    officer: Measurement
    applicant: Measurement
    limit_c: float
    wipes: tuple[tuple[Role, DeviceInfo, str, str], ...]
    statements: tuple[Item, ...]
    cleared_at: str


_STATEMENTS: dict[Item, tuple[Message, Message, Message]] = {
    Item.OFFICER_GLOVES: (
        msg("Officer wears gloves"),
        msg("Officer without gloves"),
        msg("Put on clean gloves."),
    ),
    Item.OFFICER_MASK: (msg("Officer wears a mask"), msg("Officer without a mask"), msg("Put on a mask.")),
    Item.APPLICANT_HANDS: (
        msg("Applicant's hands are clean"),
        msg("Applicant's hands not cleaned yet"),
        msg("Let the applicant wash or sanitize both hands."),
    ),
}
_WIPED_WORDS: dict[Role, tuple[Message, Message]] = {
    Role.FINGERPRINT: (msg("Fingerprint reader disinfected"), msg("Fingerprint reader not disinfected yet")),
    Role.CAMERA: (msg("Camera disinfected"), msg("Camera not disinfected yet")),
    Role.SIGNATURE: (msg("Signature pad and pen disinfected"), msg("Signature pad and pen not disinfected yet")),
    Role.TEMPERATURE: (msg("Thermometer disinfected"), msg("Thermometer not disinfected yet")),
}


class Gate:
    """One case's gate. Main thread only; it reads no device: measurements and statements are brought to it."""

    def __init__(
        self,
        case_number: str,
        officer_id: str,
        limits: GateLimits,
        clock: Clock,
        hygiene: Hygiene,
        officer: Thermal,
        applicant: Thermal,
    ) -> None:
        self._case_number = case_number
        self._officer_id = officer_id
        self._limits = limits
        self._clock = clock
        self._hygiene = hygiene
        self._thermal = {Person.OFFICER: officer, Person.APPLICANT: applicant}
        self._applicant_measured_here = False
        self._stated: set[Item] = set()

    def measured(self, measurement: Measurement) -> None:
        """Take a measurement in. Raises ValueError before the rest is over, after a refusal, or by another officer."""
        if measurement.measured_by != self._officer_id:
            raise ValueError("measured by somebody else")
        self._thermal[measurement.person].take(measurement, self._limits)
        if measurement.person is Person.APPLICANT:
            self._applicant_measured_here = True

    def state(self, item: Item, held: bool) -> None:
        """The officer's word for an item. Raises ValueError for a temperature: those come from the sensor."""
        role = next((r for r, wiped in WIPED.items() if wiped is item), None)
        if role is not None:
            if held:
                self._hygiene.wiped(role, self._officer_id)
            else:
                self._hygiene.touched(role)
        elif item in _STATEMENTS:
            (self._stated.add if held else self._stated.discard)(item)
        else:
            raise ValueError(f"{item.value} is measured, not stated")

    def hand_over(self, officer_id: str, officer: Thermal) -> None:
        """Another officer takes the case: measured, gloved and masked anew; the wiped devices stay wiped."""
        self._officer_id = officer_id
        self._thermal[Person.OFFICER] = officer
        self._stated -= {Item.OFFICER_GLOVES, Item.OFFICER_MASK}

    def applicant_left(self) -> None:
        """The applicant was away: the hands are cleaned again."""
        self._stated.discard(Item.APPLICANT_HANDS)

    def rest_until_s(self) -> float | None:
        """When the applicant may be measured again, on the monotonic clock; None when no rest is due."""
        return self._thermal[Person.APPLICANT].rest_until_s(self._limits)

    @property
    def refused(self) -> bool:
        """The applicant was at or over the limit twice: this case is deferred."""
        return self._thermal[Person.APPLICANT].refused

    def checklist(self, measuring: Person | None = None) -> Checklist:
        """The list as it stands now: validity runs out by itself."""
        return Checklist(
            items=tuple(self._item(item) for item in Item),
            officer=self._thermal[Person.OFFICER].latest,
            applicant=self._applicant_latest(),
            limit_c=self._limits.limit_c,
            measuring=measuring,
            refused=self.refused,
        )

    def clear(self, mint: Mint, devices: Mapping[Role, DeviceInfo]) -> tuple[Clearance, Evidence] | Blocked:
        """Mint the clearance when every item holds and all four devices are there; otherwise say what blocks."""
        checklist = self.checklist()
        blocking = tuple(item for item in checklist.items if not item.held)
        missing = tuple(
            ItemState(WIPED[role], False, msg("A device does not answer"), msg("Check its cable, then wipe it again."))
            for role in Role
            if role not in devices
        )
        if blocking or missing or checklist.officer is None or checklist.applicant is None:
            return Blocked(blocking + missing)
        scope = Scope(self._case_number, self._officer_id, {role: identity(info) for role, info in devices.items()})
        evidence = Evidence(
            officer=checklist.officer,
            applicant=checklist.applicant,
            limit_c=self._limits.limit_c,
            wipes=tuple(self._wipe_evidence(role, devices[role]) for role in Role),
            statements=tuple(sorted(self._stated, key=lambda item: item.value)),
            cleared_at=self._clock.now().isoformat(),
        )
        return mint.issue(scope, self._limits.clearance_valid_s), evidence

    def _wipe_evidence(self, role: Role, info: DeviceInfo) -> tuple[Role, DeviceInfo, str, str]:
        wipe = self._hygiene.wipe_of(role)
        if wipe is None:
            raise ValueError("cleared without a wipe")
        return role, info, wipe.by, wipe.at.isoformat()

    def _applicant_latest(self) -> Measurement | None:
        return self._thermal[Person.APPLICANT].latest if self._applicant_measured_here else None

    def _item(self, item: Item) -> ItemState:
        if item is Item.OFFICER_TEMPERATURE:
            return self._officer_temperature()
        if item is Item.APPLICANT_TEMPERATURE:
            return self._applicant_temperature()
        if item in _STATEMENTS:
            yes, no, cure = _STATEMENTS[item]
            held = item in self._stated
        else:
            role = next(r for r, wiped in WIPED.items() if wiped is item)
            yes, no = _WIPED_WORDS[role]
            cure = msg("Wipe it with 70 % alcohol, then confirm here.")
            held = self._hygiene.wipe_of(role) is not None
        return ItemState(item, held, yes if held else no, None if held else cure)

    def _officer_temperature(self) -> ItemState:
        item = Item.OFFICER_TEMPERATURE
        thermal = self._thermal[Person.OFFICER]
        latest = thermal.latest
        if latest is None or latest.measured_by != self._officer_id:
            return ItemState(
                item, False, msg("Officer's temperature not measured yet"), msg("Measure the officer's forehead.")
            )
        if latest.median_c >= self._limits.limit_c:
            return ItemState(
                item,
                False,
                msg("Officer: {value} °C, the limit is {limit} °C", value=latest.median_c, limit=self._limits.limit_c),
                msg("Another officer must take over.")
                if thermal.refused
                else msg("Rest five minutes, then measure once more."),
            )
        if self._clock.monotonic_s() - latest.monotonic_s > self._limits.officer_valid_s:
            return ItemState(item, False, msg("Officer's measurement is too old"), msg("Measure the officer again."))
        return ItemState(item, True, msg("Officer: {value} °C", value=latest.median_c), None)

    def _applicant_temperature(self) -> ItemState:
        item = Item.APPLICANT_TEMPERATURE
        latest = self._applicant_latest()
        if self.refused:
            return ItemState(
                item, False, msg("Applicant at or over the limit twice"), msg("Record another day: print the slip.")
            )
        if latest is None or self.rest_until_s() is not None:
            hot = self.rest_until_s() is not None
            return ItemState(
                item,
                False,
                msg("Applicant at or over the limit") if hot else msg("Applicant's temperature not measured yet"),
                msg("Rest five minutes, then measure once more.") if hot else msg("Measure the applicant's forehead."),
            )
        if self._clock.monotonic_s() - latest.monotonic_s > self._limits.applicant_valid_s:
            return ItemState(
                item, False, msg("Applicant's measurement is too old"), msg("Measure the applicant again.")
            )
        return ItemState(item, True, msg("Applicant: {value} °C", value=latest.median_c), None)
