"""Everything the technician's window may know, as one frozen value; and who is asked for more.

The workshop makes a new WorkshopFacts whenever something changes, at most ten times a second.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from drivers.api import Gray, Role
from drivers.trace import Direction
from station.diagnostics.health import PartHealth
from station.diagnostics.model import BurnIn, DeviceFacts, DeviceTest, StationFacts, StepName, StepProgress
from station.health.model import GateLimits
from station.registry.model import OfficerCard
from station.text import Message
from ui.presenters.technician_intents import Sheet, ToWorkshop

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One frame on a device's line as it is shown, persons' bytes left out. `search` is its words and hex, small."""

    number: int
    at_s: float
    role: Role
    way: Direction
    data: bytes
    masked_bytes: int
    words: str
    search: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """The newest lines, old to new. `missed` went by while the picture was held; `replay` names a saved recording.

    `recordings` are the names of the saved ones, newest first.
    """

    lines: tuple[Line, ...] = ()
    missed: int = 0
    replay: str | None = None
    recordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Histories:
    """Series for the charts. Times in seconds before now, negative, old to new.

    `object_c` and `ambient_c`: readings in °C; `answers_ms` milliseconds from question to answer; `line_percent` how
    full the line was, by second; `noise_map` (rows, columns) uint8 of a reader's sensor, 255 where pixels never change.
    """

    object_c: Points = ()
    ambient_c: Points = ()
    answers_ms: Mapping[Role, Points] = field(default_factory=dict)
    line_percent: Mapping[Role, Points] = field(default_factory=dict)
    noise_map: Gray | None = None


@dataclass(frozen=True, slots=True)
class SimulatedDevice:
    """A device of the simulators' bench: every fault it can have, and those that are on."""

    name: str
    role: Role
    known: tuple[str, ...]
    on: frozenset[str]


@dataclass(frozen=True, slots=True)
class FaultBench:
    """The simulators as their control socket describes them."""

    devices: tuple[SimulatedDevice, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The last readiness report made here: its one page as PDF; `saved` is where its files lie."""

    ready: bool
    made_at: datetime
    reasons: tuple[Message, ...]
    pdf: bytes
    saved: str | None = None


@dataclass(frozen=True, slots=True)
class WorkshopFacts:
    """All of it. `today` is the office's, `age_s` since a device's last good reply; `faults` is None where nothing is
    simulated; `steps` are those of each device's test, `offered` the pages that there are.

    `running` is being tested now, in a burn-in for `left_s` seconds more; `progress` and `burn_in` are the last told.
    """

    today: date = date.min
    offered: frozenset[Sheet] = frozenset(Sheet)
    devices: Mapping[Role, DeviceFacts] = field(default_factory=dict)
    age_s: Mapping[Role, float] = field(default_factory=dict)
    ports: Mapping[Role, str] = field(default_factory=dict)
    parts: tuple[PartHealth, ...] = ()
    station: StationFacts = field(default_factory=StationFacts)
    limits: GateLimits = field(default_factory=GateLimits)
    frozen: bool = False
    traffic: Traffic = field(default_factory=Traffic)
    histories: Histories = field(default_factory=Histories)
    steps: Mapping[Role, tuple[tuple[StepName, Message], ...]] = field(default_factory=dict)
    running: Role | None = None
    left_s: float | None = None
    progress: StepProgress | None = None
    tests: Mapping[Role, DeviceTest] = field(default_factory=dict)
    burn_in: BurnIn | None = None
    faults: FaultBench | None = None
    report: ReportFacts | None = None
    problem: Message | None = None
    good_news: Message | None = None


class Workshop(Protocol):
    """Main thread only. Nothing here blocks: what takes time shows in the facts when it is done."""

    @property
    def facts(self) -> WorkshopFacts: ...
    def subscribe(self, listener: Callable[[], None]) -> None:
        """Called on the main thread when the facts have changed."""
        ...

    def look(self, sheet: Sheet | None) -> None:
        """Which page is looked at now; None: the window is closed, and nothing is heard or kept any more."""
        ...

    def ask(self, wish: ToWorkshop, officer: OfficerCard) -> None:
        """What a technician wants done; anybody else is refused."""
        ...
