"""What a technician can ask by pressing something: for the window itself, or for the workshop behind it."""

from dataclasses import dataclass
from enum import Enum

from drivers.api import Role
from drivers.trace import Direction


class Sheet(Enum):
    """The pages of the technician's window."""

    DEVICES = "devices"
    CHARTS = "charts"
    TRAFFIC = "traffic"
    TESTS = "tests"
    CALIBRATION = "calibration"
    REPORT = "report"
    FAULTS = "faults"


class Chart(Enum):
    """What can be drawn over time, and the sensor's noise."""

    TEMPERATURE = "temperature"
    ANSWERS = "answers"
    ERRORS = "errors"
    LINE = "line"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class ShowSheet:
    """Turn to another page."""

    sheet: Sheet


@dataclass(frozen=True, slots=True)
class PickDevice:
    """The device that the page is about; None for the station, or for all devices."""

    role: Role | None


@dataclass(frozen=True, slots=True)
class PickChart:
    """Another chart."""

    chart: Chart


@dataclass(frozen=True, slots=True)
class FilterWay:
    """Show what went this way only; None for both."""

    way: Direction | None


@dataclass(frozen=True, slots=True)
class FilterText:
    """Show what has this text in its words or its hex."""

    text: str


@dataclass(frozen=True, slots=True)
class Scroll:
    """So many lines older; negative for newer."""

    lines: int


@dataclass(frozen=True, slots=True)
class ChooseRecording:
    """Show the saved recordings to choose from, or no longer."""

    choosing: bool


@dataclass(frozen=True, slots=True)
class TypeReference:
    """The reference temperature as typed so far."""

    text: str


@dataclass(frozen=True, slots=True)
class ChooseMinutes:
    """How long a burn-in lasts."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Freeze:
    """Hold the live pages still, or let them go on."""

    frozen: bool


@dataclass(frozen=True, slots=True)
class SaveTraffic:
    """Write what the ring holds of this device, or of all, to trace files."""

    role: Role | None


@dataclass(frozen=True, slots=True)
class OpenRecording:
    """Show a saved recording instead of the live lines; None goes back to them."""

    name: str | None


@dataclass(frozen=True, slots=True)
class RunTest:
    """Test one device; with `minutes`, again and again for so long."""

    role: Role
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class CompareWithReference:
    """Hold the thermometer before a reference of `reference_c` °C and keep how far it is off."""

    reference_c: float


@dataclass(frozen=True, slots=True)
class SwitchFault:
    """A simulated device gets a fault, or loses it."""

    device: str
    fault: str
    on: bool


class Bid(Enum):
    """What the workshop is asked without anything else."""

    CANCEL_TEST = "cancel_test"
    MAKE_REPORT = "make_report"
    SAVE_REPORT = "save_report"
    CLEAR_FAULTS = "clear_faults"


OfView = (
    ShowSheet
    | PickDevice
    | PickChart
    | FilterWay
    | FilterText
    | Scroll
    | ChooseRecording
    | TypeReference
    | ChooseMinutes
)
ToWorkshop = Freeze | SaveTraffic | OpenRecording | RunTest | CompareWithReference | SwitchFault | Bid
OfTechnician = OfView | ToWorkshop
