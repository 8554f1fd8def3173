"""The checklist as data."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from drivers.api import Role
from station.text import Message


class Person(Enum):
    """Whose body temperature."""

    OFFICER = "officer"
    APPLICANT = "applicant"


class Item(Enum):
    """One thing that must hold; the four devices each on their own."""

    OFFICER_TEMPERATURE = "officer_temperature"
    APPLICANT_TEMPERATURE = "applicant_temperature"
    FINGERPRINT_WIPED = "fingerprint_wiped"
    CAMERA_WIPED = "camera_wiped"
    SIGNATURE_WIPED = "signature_wiped"
    TEMPERATURE_WIPED = "temperature_wiped"
    OFFICER_GLOVES = "officer_gloves"
    OFFICER_MASK = "officer_mask"
    APPLICANT_HANDS = "applicant_hands"


WIPED: dict[Role, Item] = {
    Role.FINGERPRINT: Item.FINGERPRINT_WIPED,
    Role.CAMERA: Item.CAMERA_WIPED,
    Role.SIGNATURE: Item.SIGNATURE_WIPED,
    Role.TEMPERATURE: Item.TEMPERATURE_WIPED,
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """A body temperature from five plausible readings: their median, the raw series, ambient, and the sensor's serial.

    Temperatures in °C as the sensor gave them, uncorrected; `monotonic_s` is when the last reading was made.
    """

    person: Person
    median_c: float
    raw_c: tuple[float, ...]
    ambient_c: float
    sensor_model: str
    sensor_serial: str
    measured_at: datetime
    monotonic_s: float
    measured_by: str


@dataclass(frozen=True, slots=True)
class ItemState:
    """One line of the checklist: held or not, and in words why, with what to do."""

    item: Item
    held: bool
    sentence: Message
    cure: Message | None


@dataclass(frozen=True, slots=True)
class Checklist:
    """The whole list and the measurements taken. `measuring` is set while the sensor is being read."""

    items: tuple[ItemState, ...]
    officer: Measurement | None
    applicant: Measurement | None
    limit_c: float
    measuring: Person | None
    refused: bool


@dataclass(frozen=True, slots=True)
class GateLimits:
    """The numbers of the gate. Temperatures in °C; 37.3 is decree HK.01.07/MENKES/382/2020, the band and the spread are
    what makes a reading plausible (ISO 80601-2-56 use at 16..40 °C ambient)."""

    limit_c: float = 37.3
    rest_s: float = 300.0
    officer_valid_s: float = 4 * 3600.0
    applicant_valid_s: float = 1800.0
    clearance_valid_s: float = 300.0
    ambient_low_c: float = 16.0
    ambient_high_c: float = 40.0
    object_low_c: float = 30.0
    object_high_c: float = 43.0
    spread_c: float = 0.3
    readings: int = 5
    fresh_s: float = 1.0
