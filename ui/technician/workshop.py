"""The workshop behind the technician's window: listens, tests, keeps; main thread only, what blocks runs elsewhere."""

import importlib.metadata
import shutil
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any, TypeVar, assert_never

from PyQt6.QtCore import QObject, QTimer

from drivers.api import DriverSettings, Gray, Role
from drivers.trace import Traced
from station.capture.devices import Devices
from station.capture.facts import DeskFacts
from station.clock import Clock
from station.config import Config
from station.diagnostics.health import Asked, PartHealth, health
from station.diagnostics.kept import keyring_facts, spool_counts
from station.diagnostics.model import BurnIn, DeviceTest, StationFacts, StepProgress, Version
from station.diagnostics.testing import Plan, burn_in, run_test, steps_of
from station.registry.model import OfficerCard, RoleOfOfficer
from station.safekeeping.vault import LARGEST_CASE_BYTES
from station.text import Message, msg
from station.workers import Post, Worker
from ui.presenters.technician_facts import FaultBench, Histories, Line, Points, Traffic, WorkshopFacts
from ui.presenters.technician_intents import (
    Bid,
    CompareWithReference,
    Freeze,
    OpenRecording,
    RunTest,
    SaveTraffic,
    Sheet,
    SwitchFault,
    ToWorkshop,
)
from ui.technician import recordings, simulators
from ui.technician.ears import Ear

T = TypeVar("T")
DISK_REFUSES = msg("The disk refuses. Look at the page of the station.")
LIVE_MS = 100
"""How often a live page may change; others follow once a second."""
SLOW_TICKS = 10
MOST_LINES = 2_000
HISTORY_S = 300.0
LIVE = (Sheet.CHARTS, Sheet.TRAFFIC)
SIMULATORS_GONE = msg("The simulators do not answer. Start them again.")
OFFERED = frozenset({Sheet.DEVICES, Sheet.CHARTS, Sheet.TRAFFIC, Sheet.TESTS, Sheet.FAULTS})


@dataclass(frozen=True, slots=True)
class Kit:
    """What the workshop works with; `control` is the simulators' socket where there are any."""

    config: Config
    devices: Devices
    desk_facts: Callable[[], DeskFacts]
    post: Post
    clock: Clock
    data: Path
    control: Path | None = None

    @property
    def settings(self) -> Mapping[Role, DriverSettings]:
        return self.config.devices.settings()


@dataclass(slots=True)
class _Heard:
    """What is kept while the window is open."""

    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=MOST_LINES))
    next_number: int = 0
    object_c: deque[tuple[float, float]] = field(default_factory=deque)
    ambient_c: deque[tuple[float, float]] = field(default_factory=deque)


class LiveWorkshop(QObject):
    """Starts nothing before it is first looked at."""

    def __init__(self, kit: Kit, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._worker: Worker | None = None
        self._listeners: list[Callable[[], None]] = []
        self._ears: list[Ear] = []
        self._heard = _Heard()
        self._begun_s = kit.clock.monotonic_s()
        self._sheet: Sheet | None = None
        self._ticks = 0
        self._until_s: float | None = None
        self._facts = WorkshopFacts(offered=OFFERED, limits=kit.config.gate.limits())
        self._timer = QTimer(self)
        self._timer.setInterval(LIVE_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def facts(self) -> WorkshopFacts:
        return self._facts

    def subscribe(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def look(self, sheet: Sheet | None) -> None:
        opened, self._sheet = self._sheet is None and sheet is not None, sheet
        if sheet is None:
            self._forget()
        elif opened:
            self._open()

    def ask(self, wish: ToWorkshop, officer: OfficerCard) -> None:
        self._set(problem=None, good_news=None)
        if isinstance(wish, Freeze):
            self._freeze(wish.frozen)
        elif isinstance(wish, OpenRecording):
            self._open_recording(wish.name)
        elif officer.role is not RoleOfOfficer.TECHNICIAN:
            self._set(problem=msg("Only a technician may do this."))
        else:
            self._work(wish)
        self._tell()

    def close(self) -> None:
        """Stop the test, listen no more, end the thread."""
        self._cancel()
        self._forget()
        if self._worker is not None:
            self._worker.stop()

    def _work(self, wish: SaveTraffic | RunTest | CompareWithReference | SwitchFault | Bid) -> None:
        match wish:
            case SaveTraffic(role):
                self._save(role)
            case RunTest(role, minutes):
                self._test(role, minutes, None)
            case CompareWithReference(reference_c):
                self._test(Role.TEMPERATURE, 0, reference_c)
            case SwitchFault(device, fault, on):
                self._simulators(lambda control: simulators.switch(control, device, fault, on))
            case Bid.CANCEL_TEST:
                self._cancel()
            case Bid.CLEAR_FAULTS:
                known = self._facts.faults or FaultBench((), 0)
                self._simulators(lambda control: simulators.clear(control, known))
            case Bid.MAKE_REPORT | Bid.SAVE_REPORT:
                self._set(problem=msg("Reports are made on the command line for now."))
            case _:
                assert_never(wish)

    def _open(self) -> None:
        kit = self._kit
        for role, settings in kit.settings.items():
            driver = kit.devices.drivers.of(role)
            if isinstance(driver, Traced):
                self._ears.append(Ear(role, settings.kind, driver.trace))
        if self._worker is None:
            self._worker = Worker("workshop", kit.post)
        steps = {role: tuple((name, label) for name, label, _ in steps_of(role)) for role in Role}
        ports = {role: settings.port for role, settings in kit.settings.items()}
        version = Version("ktpel-station", importlib.metadata.version("ktpel-station"))
        self._set(steps=steps, ports=ports, station=StationFacts((version,)))
        self._block(self._look_at_station, lambda parts: self._told(parts=parts))
        self._list_recordings()
        self._simulators(simulators.bench)
        self._timer.start()

    def _forget(self) -> None:
        self._timer.stop()
        for ear in self._ears:
            ear.close()
        self._ears.clear()
        self._heard = _Heard()
        self._set(traffic=Traffic(), frozen=False, histories=replace(Histories(), noise_map=self._noise()),
                  problem=None, good_news=None)  # fmt: skip

    def _tick(self) -> None:
        self._ticks += 1
        self._remember_temperature()
        if self._facts.frozen:
            missed = sum(ear.skip() for ear in self._ears)
            self._set(traffic=replace(self._facts.traffic, missed=self._facts.traffic.missed + missed))
        else:
            self._drain()
        if self._sheet in LIVE and not self._facts.frozen:
            self._set(histories=self._histories())
        if self._sheet in LIVE or self._ticks % SLOW_TICKS == 0:
            self._set(age_s=self._ages(), today=self._today(), left_s=self._left_s())
            self._tell()

    def _drain(self) -> None:
        heard = self._heard
        found = []
        for ear in self._ears:
            lines = ear.drain(heard.next_number, self._begun_s)
            heard.next_number += len(lines)
            found += lines
        if found:
            heard.lines.extend(sorted(found, key=lambda line: line.at_s))
            if self._facts.traffic.replay is None:
                self._set(traffic=replace(self._facts.traffic, lines=tuple(heard.lines)))

    def _remember_temperature(self) -> None:
        samples = self._kit.desk_facts().trace.samples
        heard, now_s = self._heard, self._kit.clock.monotonic_s()
        for age_s, object_c, ambient_c in samples:
            at_s = now_s - age_s
            if not heard.object_c or at_s > heard.object_c[-1][0] + 0.05:
                heard.object_c.append((at_s, object_c))
                heard.ambient_c.append((at_s, ambient_c))
        for series in (heard.object_c, heard.ambient_c):
            while series and now_s - series[0][0] > HISTORY_S:
                series.popleft()

    def _histories(self) -> Histories:
        now_s, heard = self._kit.clock.monotonic_s(), self._heard

        def before_now(series: deque[tuple[float, float]]) -> Points:
            return tuple((at_s - now_s, value) for at_s, value in series)

        return Histories(
            object_c=before_now(heard.object_c),
            ambient_c=before_now(heard.ambient_c),
            answers_ms={ear.role: ear.answers(now_s) for ear in self._ears},
            line_percent={ear.role: ear.line_percent(now_s) for ear in self._ears},
            noise_map=self._noise(),
        )

    def _noise(self) -> Gray | None:
        return self._facts.histories.noise_map

    def _ages(self) -> dict[Role, float]:
        now_s = self._kit.clock.monotonic_s()
        return {ear.role: now_s - ear.heard_s for ear in self._ears if ear.heard_s is not None}

    def _today(self) -> date:
        return self._kit.clock.now().astimezone(self._kit.config.office.zone).date()

    def _left_s(self) -> float | None:
        return None if self._until_s is None else self._until_s - self._kit.clock.monotonic_s()

    def _freeze(self, frozen: bool) -> None:
        self._set(frozen=frozen, traffic=replace(self._facts.traffic, missed=0))

    def _test(self, role: Role, minutes: int, reference_c: float | None) -> None:
        kit = self._kit
        if self._facts.running is not None:
            return
        plan = Plan(kit.settings[role], kit.config.gate.limits(), kit.clock, reference_c=reference_c)
        drivers, post = kit.devices.drivers, kit.post

        def told(progress: StepProgress) -> None:
            post(lambda: self._progressed(progress))

        def job(cancel: Event) -> None:
            if minutes:
                burnt = burn_in(role, drivers, plan, minutes * 60.0, lambda one: post(lambda: self._burns(one)), cancel)
                post(lambda: self._ended(burnt.last, burnt))
            else:
                test = run_test(role, drivers, plan, told, cancel)
                post(lambda: self._ended(test, None))

        self._until_s = kit.clock.monotonic_s() + minutes * 60.0 if minutes else None
        self._set(running=role, progress=None, burn_in=None, left_s=self._left_s())
        kit.devices.run(role, job, lambda _none: None)

    def _cancel(self) -> None:
        if self._facts.running is not None:
            self._kit.devices.cancel(self._facts.running)

    def _progressed(self, progress: StepProgress) -> None:
        if progress.noise_map is not None:
            self._set(histories=replace(self._facts.histories, noise_map=progress.noise_map))
        self._told(progress=progress)

    def _burns(self, burn: BurnIn) -> None:
        self._told(burn_in=burn)

    def _ended(self, test: DeviceTest, burnt: BurnIn | None) -> None:
        self._until_s = None
        self._told(
            running=None, left_s=None, progress=None, burn_in=burnt, tests={**self._facts.tests, test.role: test}
        )

    def _save(self, role: Role | None) -> None:
        kit, now = self._kit, self._kit.clock.now()
        program = f"ktpel-station {importlib.metadata.version('ktpel-station')}"
        made = [
            ear.recording(now.isoformat(timespec="seconds"), program) for ear in self._ears if role in (None, ear.role)
        ]
        kept = [one for one in made if one is not None]
        if not kept:
            self._set(problem=msg("Nothing went over this line yet."))
            return
        stamp = f"{now.astimezone(kit.config.office.zone):%Y%m%d-%H%M%S}"
        self._block(lambda: recordings.save(self._folder, kept, stamp), self._saved)

    def _saved(self, said: Message) -> None:
        self._told(good_news=said)
        self._list_recordings()

    def _open_recording(self, name: str | None) -> None:
        if name is None:
            self._set(traffic=replace(self._facts.traffic, replay=None, lines=tuple(self._heard.lines)))
            return
        roles = {settings.kind: role for role, settings in self._kit.settings.items()}

        def opened(found: tuple[Line, ...] | Message) -> None:
            if isinstance(found, Message):
                self._told(problem=found)
            else:
                self._told(traffic=replace(self._facts.traffic, replay=name, lines=found))

        self._block(lambda: recordings.read(self._folder, name, roles), opened)

    def _list_recordings(self) -> None:
        self._block(
            lambda: recordings.names(self._folder),
            lambda names: self._told(traffic=replace(self._facts.traffic, recordings=names)),
        )

    @property
    def _folder(self) -> Path:
        return self._kit.data / "traces"

    def _look_at_station(self) -> tuple[PartHealth, ...]:
        """Disk, keyring and spool, as `ktpel health` weighs them; reads the disk."""
        kit = self._kit
        free = shutil.disk_usage(kit.data).free
        spool, keyring = spool_counts(kit.data), keyring_facts(kit.data)
        asked: dict[Role, Asked] = {}
        needed = LARGEST_CASE_BYTES * 3 // 2
        return health(kit.config, kit.clock.now(), asked, spool, free, needed, keyring).parts

    def _simulators(self, order: Callable[[Path], FaultBench]) -> None:
        control = self._kit.control
        if control is not None:
            self._block(lambda: order(control), lambda bench: self._told(faults=bench), SIMULATORS_GONE)

    def _block(
        self,
        job: Callable[[], T],
        done: Callable[[T], None],
        sentence: Message = DISK_REFUSES,
    ) -> None:
        """Do what may block on the workshop's own thread; `sentence` says it when the system refuses."""

        def tried() -> T | OSError:
            try:
                return job()
            except OSError as refused:
                return refused

        def answered(result: T | OSError) -> None:
            if isinstance(result, OSError):
                self._told(problem=sentence)
            else:
                done(result)

        if self._worker is not None:
            self._worker.submit(tried, answered)

    def _set(self, **changes: Any) -> None:
        self._facts = replace(self._facts, **changes)

    def _told(self, **changes: Any) -> None:
        self._set(**changes)
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
