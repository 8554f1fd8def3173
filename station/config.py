"""One TOML file says what this station is: office, devices, limits, screen. It is read whole or refused whole.

Every problem is named at once, with its line, key and what to write instead; nothing is replaced by an empty default.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date, time, timedelta, timezone
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import PlatformDirs
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from drivers.api import DriverSettings, Role
from station.biometrics.model import FingerPosition
from station.config_delivery import Delivery
from station.config_problems import BadConfig, ConfigProblem, damaged, in_words, key_lines
from station.config_table import Filled, Table
from station.health.model import GateLimits
from station.text import Language, msg

Week = tuple[tuple[time, time] | None, ...]
"""Monday to Sunday: when the office opens and closes, None when it stays closed."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_ZONE_HOURS = {"WIB": 7, "WITA": 8, "WIT": 9}
_GATE = GateLimits()

Celsius = Annotated[float, Field(ge=-40, le=100, allow_inf_nan=False)]
Minutes = Annotated[float, Field(gt=0, le=1440, allow_inf_nan=False)]
Threshold = Annotated[int, Field(ge=0, le=100)]


def _opening(text: str) -> tuple[time, time]:
    found = _HOURS.fullmatch(text)
    if found is None:
        raise PydanticCustomError("hours", "hours")
    hour, minute, to_hour, to_minute = (int(part) for part in found.groups())
    return time(hour, minute), time(to_hour, to_minute)


def _above(value: float, other: str, info: ValidationInfo) -> float:
    if other in info.data and value <= info.data[other]:
        raise PydanticCustomError("order_above", "order", {"other": info.data[other]})
    return value


def _below(value: float, other: str, info: ValidationInfo) -> float:
    if other in info.data and value >= info.data[other]:
        raise PydanticCustomError("order_below", "order", {"other": info.data[other]})
    return value


class Hours(Table):
    """Opening hours of each day, "08:00-15:30" or "closed"."""

    monday: str
    tuesday: str
    wednesday: str
    thursday: str
    friday: str
    saturday: str
    sunday: str

    @field_validator("*")
    @classmethod
    def _readable(cls, text: str) -> str:
        if text != "closed":
            opens, closes = _opening(text)
            if opens >= closes:
                raise PydanticCustomError("hours", "hours")
        return text

    @field_validator("sunday")
    @classmethod
    def _some_day_is_open(cls, text: str, info: ValidationInfo) -> str:
        if text == "closed" and all(info.data.get(day) == "closed" for day in DAYS[:6]):
            raise PydanticCustomError("never_open", "never open")
        return text

    def week(self) -> Week:
        """Monday to Sunday as times of day."""
        texts = [getattr(self, day) for day in DAYS]
        return tuple(None if text == "closed" else _opening(text) for text in texts)


class Office(Table):
    """The registry office this counter belongs to. `region_code` is PPKK; the zone has no summer time."""

    name: Filled
    region_code: Annotated[str, Field(pattern=r"^\d{4}$")]
    time_zone: Literal["WIB", "WITA", "WIT"]
    collection_place: Filled
    promise_working_days: Annotated[int, Field(ge=1, le=14)] = 1
    cards_a_day: Annotated[int, Field(ge=1, le=10_000)] | None = None
    holidays: Annotated[tuple[date, ...], Field(strict=False)]
    hours: Hours

    @property
    def zone(self) -> timezone:
        """The office's time zone."""
        return timezone(timedelta(hours=_ZONE_HOURS[self.time_zone]), self.time_zone)


class Station(Table):
    """This station. Its name appears in records: nothing personal."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,32}$")]
    language: Literal["id", "en"] = "id"

    @property
    def first_language(self) -> Language:
        """The window's language at start; both are one switch apart."""
        return Language(self.language)


class Device(Table):
    """One device: `kind` is a key of the drivers' table, `port` a path or an address."""

    kind: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    port: Filled
    baud: Annotated[int, Field(ge=300, le=4_000_000)] | None = None
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)


class Devices(Table):
    """One device a role."""

    fingerprint: Device
    camera: Device
    signature: Device
    temperature: Device

    @field_validator("*")
    @classmethod
    def _own_port(cls, device: Device, info: ValidationInfo) -> Device:
        if any(other.port == device.port for other in info.data.values()):
            raise PydanticCustomError("shared_port", "shared port")
        return device

    def settings(self) -> dict[Role, DriverSettings]:
        """What the drivers' factory asks for."""
        devices: dict[Role, Device] = {role: getattr(self, role.value) for role in Role}
        return {role: DriverSettings(d.kind, d.port, d.baud, dict(d.options)) for role, d in devices.items()}


class Gate(Table):
    """The numbers of the health gate, as people write them."""

    ambient_low_c: Celsius = _GATE.ambient_low_c
    ambient_high_c: Celsius = _GATE.ambient_high_c
    object_low_c: Celsius = _GATE.object_low_c
    object_high_c: Celsius = _GATE.object_high_c
    limit_c: Annotated[float, Field(ge=35, le=40)] = _GATE.limit_c
    rest_minutes: Minutes = _GATE.rest_s / 60
    officer_valid_minutes: Minutes = _GATE.officer_valid_s / 60
    applicant_valid_minutes: Minutes = _GATE.applicant_valid_s / 60
    clearance_valid_minutes: Minutes = _GATE.clearance_valid_s / 60
    spread_c: Annotated[float, Field(gt=0, le=2)] = _GATE.spread_c
    readings: Annotated[int, Field(ge=3, le=20)] = _GATE.readings
    fresh_s: Annotated[float, Field(gt=0, le=10)] = _GATE.fresh_s

    @field_validator("ambient_high_c")
    @classmethod
    def _ambient_order(cls, value: float, info: ValidationInfo) -> float:
        return _above(value, "ambient_low_c", info)

    @field_validator("object_high_c")
    @classmethod
    def _object_order(cls, value: float, info: ValidationInfo) -> float:
        return _above(value, "object_low_c", info)

    @field_validator("limit_c")
    @classmethod
    def _limit_in_band(cls, value: float, info: ValidationInfo) -> float:
        return _below(_above(value, "object_low_c", info), "object_high_c", info)

    def limits(self) -> GateLimits:
        """The same in seconds and degrees, as the gate takes them."""
        return GateLimits(
            limit_c=self.limit_c,
            rest_s=self.rest_minutes * 60,
            officer_valid_s=self.officer_valid_minutes * 60,
            applicant_valid_s=self.applicant_valid_minutes * 60,
            clearance_valid_s=self.clearance_valid_minutes * 60,
            ambient_low_c=self.ambient_low_c,
            ambient_high_c=self.ambient_high_c,
            object_low_c=self.object_low_c,
            object_high_c=self.object_high_c,
            spread_c=self.spread_c,
            readings=self.readings,
            fresh_s=self.fresh_s,
        )


class Thresholds(Table):
    """The least accepted quality of each finger, 0..100."""

    right_thumb: Threshold = 40
    right_index: Threshold = 40
    right_middle: Threshold = 40
    right_ring: Threshold = 40
    right_little: Threshold = 40
    left_thumb: Threshold = 40
    left_index: Threshold = 40
    left_middle: Threshold = 40
    left_ring: Threshold = 40
    left_little: Threshold = 40


class Fingers(Table):
    """How often a finger is tried, and from which quality it is taken."""

    tries: Annotated[int, Field(ge=1, le=10)] = 3
    thresholds: Thresholds = Field(default_factory=Thresholds)

    def threshold(self, position: FingerPosition) -> int:
        """The least accepted quality of one finger, 0..100."""
        value: int = getattr(self.thresholds, position.name.lower())
        return value


class Records(Table):
    """How impressions are kept: the lossless master's coding, and whether a WSQ copy is made of 8-bit ones."""

    finger: Literal["png", "jpeg2000"] = "png"
    wsq_copy: bool = False


class Screen(Table):
    """The screen's physical size: touch targets are sized from it."""

    width_mm: Annotated[float, Field(ge=50, le=2000)]
    height_mm: Annotated[float, Field(ge=50, le=2000)]


class Counter(Table):
    """How a counter is kept: whether a shift has a checklist of its own, and after how long it locks (0: never)."""

    start_of_shift: bool = True
    lock_after_minutes: Annotated[float, Field(ge=0, le=240, allow_inf_nan=False)] = 10.0


class Sounds(Table):
    """Whether a capture is heard."""

    enabled: bool = True
    volume_percent: Annotated[int, Field(ge=0, le=100)] = 70


class Receipt(Table):
    """The paper receipts are printed on."""

    paper: Literal["a5", "a6", "80mm", "58mm"] = "a5"


class Queue(Table):
    """Applications from online services: the folder they are put into, none by default, and how many a day."""

    folder: Annotated[str, Field(max_length=400)] = ""
    quota: Annotated[int, Field(ge=1, le=1000)] = 100


class Export(Table):
    """Sticks that carry bundles away: where one is mounted, and the office that receives it."""

    folder: Annotated[str, Field(max_length=400)] = ""
    destination: Annotated[str, Field(max_length=120)] = ""


class Keys(Table):
    """Where the station's signing key lies: in its key file, or in a PKCS#11 token with a PIN kept in a file."""

    store: Literal["file", "pkcs11"] = "file"
    module: Filled | None = None
    token_label: Filled | None = None
    pin_file: Filled | None = None

    @field_validator("module", "token_label")
    @classmethod
    def _token_is_named(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("store") == "pkcs11":
            raise PydanticCustomError("token_unnamed", "token unnamed")
        return value


class Config(Table):
    """The whole file."""

    office: Office
    station: Station
    devices: Devices
    screen: Screen
    gate: Gate = Field(default_factory=Gate)
    fingers: Fingers = Field(default_factory=Fingers)
    records: Records = Field(default_factory=Records)
    counter: Counter = Field(default_factory=Counter)
    sounds: Sounds = Field(default_factory=Sounds)
    receipt: Receipt = Field(default_factory=Receipt)
    keys: Keys = Field(default_factory=Keys)
    queue: Queue = Field(default_factory=Queue)
    export: Export = Field(default_factory=Export)
    delivery: Delivery = Field(default_factory=Delivery)


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of this user: the file read, what is kept, what is only remembered."""

    config_file: Path
    data: Path
    state: Path


def places() -> Places:
    """Where this platform keeps such things."""
    dirs = PlatformDirs("ktpel-station", appauthor=False)
    return Places(dirs.user_config_path / "station.toml", dirs.user_data_path, dirs.user_state_path)


def default_text() -> str:
    """A commented file to begin with; every value that must be filled in is an example."""
    return (resources.files("station") / "station.default.toml").read_text(encoding="utf-8")


def load(path: Path) -> Config:
    """Read the file; raises BadConfig with everything that is wrong with it."""
    text = _read(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as damage:
        raise BadConfig((damaged(path, text, str(damage)),)) from None
    try:
        return Config.model_validate(tables)
    except ValidationError as invalid:
        known_keys = [keys[-1] for keys in key_lines(default_text())]
        raise BadConfig(in_words(path, text, invalid.errors(include_url=False), known_keys)) from None


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        sentence = msg("The settings file is missing. Write the default file here and fill it in.")
        raise BadConfig((ConfigProblem(path, None, None, "", sentence),)) from None
    except OSError:
        sentence = msg("The settings file cannot be opened. Check its owner and permissions.")
        raise BadConfig((ConfigProblem(path, None, None, "", sentence),)) from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as damage:
        before = content[: damage.start]
        sentence = msg("The file holds bytes that are not UTF-8 text. Save it again as UTF-8.")
        column = damage.start - (before.rfind(b"\n") + 1) + 1
        raise BadConfig((ConfigProblem(path, before.count(b"\n") + 1, column, "", sentence),)) from None
