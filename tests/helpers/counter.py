"""A whole counter without a window: the real desk, vault and officers, before devices that a test holds in its hand."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import time as clock_time
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from drivers import factory
from drivers.api import Drivers, DriverSettings, Role
from hw_sim.faults import Fault
from hw_sim.server import Bench, Post
from station.biometrics.model import FingerPosition
from station.biometrics.quality.portrait import PortraitJudge
from station.capture.casework import Casework
from station.capture.context import CounterSettings, FingerJudge
from station.capture.counter import CaseDraft
from station.capture.desk import Desk
from station.capture.facts import CaseFacts, DeskFacts, FingersFacts, Step
from station.capture.papers import Papers
from station.capture.parts import Parts
from station.capture.scenario import Scenario
from station.capture.script import PEN_UP_S, Script
from station.clock import Clock, SystemClock
from station.delivery.paper import PaperSize
from station.diagnostics.sentences import DEVICE_NAMES
from station.health.model import GateLimits
from station.receiver import open_bundles
from station.registry.applications import ApplicationQueue
from station.registry.model import Ground, OfficerCard, RoleOfOfficer
from station.registry.officers import Officers, PinCost
from station.safekeeping.disk import Disk, SystemDisk
from station.safekeeping.events import EventKind
from station.safekeeping.vault import Vault
from station.text import Language, Message, Text
from station.workers import Pump, Worker
from tests.helpers.clock import FakeClock
from tests.helpers.sealing import FailingDisk, TrialStation
from tests.helpers.stand_in import Judge, Pad, Plug, Portraits, Reader, StillCamera, Thermometer, signature

ENGLISH = Text(Language.ENGLISH)
WITA = timezone(timedelta(hours=8), "WITA")
PATIENCE_S = 120.0
SIGN_AGAIN_S = 3.0
TURN_S, IDLE_TURN_S = 0.02, 0.06
"""How far a fake clock goes on at each turn of the main loop."""
SUPERVISOR, SUPERVISOR_PIN = "hasan", "739206"
OFFICER, PIN = "wulan", "482915"
TECHNICIAN, TECHNICIAN_PIN = "dedy", "604837"
DRAFT = CaseDraft(
    nik="6472035708090001",
    name="Siti Nurhaliza Rahmawati",
    birth_place="Samarinda",
    birth_date="17-08-2009",
    sex="P",
    blood_group="O",
    address="Jl. Mulawarman No. 12",
    rt_rw="007/003",
    village="Pelabuhan",
    district="Samarinda Kota",
    religion="Islam",
    marital_status="Belum kawin",
    occupation="Pelajar/Mahasiswa",
    ground=Ground.SCHOOL,
)
SCENARIO = Scenario(OFFICER, PIN, SUPERVISOR, SUPERVISOR_PIN, DRAFT, (), cannot_sign=False)
T = TypeVar("T")


@dataclass
class Hands:
    """The devices and judges of a counter that a test moves by itself."""

    reader: Reader
    camera: StillCamera
    pad: Pad
    thermometer: Thermometer
    judge: Judge
    portraits: Portraits

    def plug(self, role: Role) -> Plug:
        return next(each for each in (self.reader, self.camera, self.pad, self.thermometer) if each.role is role)

    def drivers(self) -> Drivers:
        return Drivers(self.reader, self.camera, self.pad, self.thermometer)


def hands(clock: Clock) -> Hands:
    return Hands(Reader(), StillCamera(), Pad(), Thermometer(monotonic_s=clock.monotonic_s), Judge(), Portraits())


class Served:
    """A desk with its pump. `until` lets time pass; `seen` collects every step the facts went through."""

    def __init__(self, desk: Desk, pump: Pump, clock: Clock, station: TrialStation, vault: Vault) -> None:
        self.desk, self.pump, self.clock, self.station, self.vault = desk, pump, clock, station, vault
        self.scenario = SCENARIO
        self.script = Script(desk, SCENARIO, clock)
        self.seen: list[Step] = [desk.facts.step]
        self.follow: Callable[[DeskFacts], None] = lambda _facts: None
        desk.subscribe(self._see)

    @property
    def facts(self) -> DeskFacts:
        return self.desk.facts

    @property
    def case(self) -> CaseFacts:
        case = self.desk.facts.case
        assert case is not None
        return case

    @property
    def work(self) -> Casework:
        work = self.desk._session.work
        assert work is not None
        return work

    @property
    def step(self) -> Step:
        return self.seen[-1]

    def at(self, step: Step) -> bool:
        return self.seen[-1] is step

    def problem(self) -> str:
        return said(self.desk.facts.problem)

    def device(self, role: Role) -> str:
        return next(said(device.sentence) for device in self.facts.devices if device.role is role)

    def turn(self) -> None:
        """One round of the main loop."""
        busy = self.pump.run_one(0.003)
        if isinstance(self.clock, FakeClock):
            self.clock.advance(TURN_S if busy else IDLE_TURN_S)
        self.desk.tick()

    def wait(self, seconds: float) -> None:
        """Let so much time pass on a fake clock."""
        assert isinstance(self.clock, FakeClock)
        self.clock.advance(seconds)
        self.settle()

    def until(self, held: Callable[[], bool], *, play: bool = False) -> None:
        """Go on until this holds; with `play` the script presses the buttons. Fails after some patience."""
        end_s = time.monotonic() + PATIENCE_S
        while not held():
            assert time.monotonic() < end_s, f"in {self.step}: {self.problem()}"
            self.follow(self.facts)
            if play:
                self.script.act(self.facts)
            self.turn()

    def settle(self, turns: int = 30) -> None:
        """Let what is under way come to its end."""
        for _ in range(turns):
            self.turn()

    def play(self, step: Step) -> None:
        """Let the script record until this step is reached."""
        self.until(lambda: self.step is step, play=True)

    def opened(self, out: Path) -> Path:
        """The folder of the one case that was recorded, opened whole with the authority's key."""
        station = self.station
        report = open_bundles(station.bundles, station.keyring(), station.secret(), out, training_ok=True)
        assert report.complete
        (case,) = report.cases
        assert case.folder is not None
        return case.folder

    def ask_vault(self, question: Callable[[Vault], T]) -> T:
        """Ask the vault on its own thread."""
        answers: list[T] = []
        self.desk._session.parts.vault_worker.submit(lambda: question(self.vault), answers.append)
        self.until(lambda: bool(answers))
        return answers[0]

    def logged(self) -> list[str]:
        """Every kind of event in the audit log, in its order."""
        self.ask_vault(lambda vault: vault.verify_audit())
        data = b"".join(path.read_bytes() for path in sorted((self.station.folder / "audit").glob("*.log")))
        places = [(at, kind.value) for kind in EventKind for at in _places(data, kind.value.encode())]
        return [kind for _at, kind in sorted(places)]

    def _see(self, facts: DeskFacts) -> None:
        if self.seen[-1] is not facts.step:
            self.seen.append(facts.step)


def _places(data: bytes, name: bytes) -> Iterator[int]:
    at = data.find(name)
    while at >= 0:
        yield at
        at = data.find(name, at + 1)


def said(sentence: Message | None) -> str:
    return ENGLISH(sentence) if sentence is not None else ""


CAPTURES = [
    (Role.TEMPERATURE, Step.CHECKLIST),
    (Role.CAMERA, Step.PHOTO),
    (Role.FINGERPRINT, Step.FINGERS),
    (Role.FINGERPRINT, Step.CONFIRMATION),
    (Role.SIGNATURE, Step.SIGNATURE),
]
"""Which device each step reads."""


def is_named(counter: Served, role: Role) -> bool:
    """Whether the screen says that this device's cable is out."""
    sentence = counter.device(role)
    return sentence.startswith(said(DEVICE_NAMES[role])) and "plugged" in sentence


def current(facts: DeskFacts) -> FingersFacts | None:
    if facts.case is None or facts.step not in (Step.FINGERS, Step.CONFIRMATION):
        return None
    return facts.case.fingers if facts.step is Step.FINGERS else facts.case.confirmation


class QuickDisk(SystemDisk):
    """Does not wait for the platter: nobody pulls the plug here."""

    def fsync(self, file: int) -> None:
        del file

    def fsync_folder(self, folder: Path) -> None:
        del folder


@contextmanager
def serving(
    root: Path,
    drivers: Drivers,
    judge: FingerJudge,
    portraits: PortraitJudge,
    clock: Clock,
    *,
    disk: Disk | None = None,
    limits: GateLimits | None = None,
    lock_after_s: float | None = None,
    queue: ApplicationQueue | None = None,
) -> Iterator[Served]:
    """A counter with an officer, a supervisor and a technician; closed at the end, and what it posted is run.

    It is provisioned when `root` is empty; otherwise it starts where the last one ended.
    """
    station = TrialStation(root)
    station.clock = clock if isinstance(clock, FakeClock) else FakeClock()
    if not station.folder.exists():
        station.provision()
    pump = Pump()
    worker = Worker("safekeeping", pump.post)
    vaults: list[Vault] = []
    station_disk = disk or QuickDisk()
    worker.submit(lambda: Vault.unlock(station.folder, "kunci-uji-coba", clock, disk=station_disk), vaults.append)
    assert pump.run_one(PATIENCE_S)
    officers = Officers(station.folder / "officers.json", clock, PinCost(memory_kib=64, passes=1, lanes=1))
    officers.add(OfficerCard(SUPERVISOR, "Hasan", RoleOfOfficer.SUPERVISOR), SUPERVISOR_PIN, None)
    officers.add(OfficerCard(OFFICER, "Wulan", RoleOfOfficer.OFFICER), PIN, SUPERVISOR)
    officers.add(OfficerCard(TECHNICIAN, "Dedy", RoleOfOfficer.TECHNICIAN), TECHNICIAN_PIN, SUPERVISOR)
    settings = CounterSettings(
        station="balikpapan-1",
        office="Disdukcapil",
        limits=limits or GateLimits(),
        thresholds=dict.fromkeys(FingerPosition, 40),
        tries_limit=3,
        zone=WITA,
        lock_after_s=lock_after_s,
    )
    office_hours = (clock_time(8), clock_time(15))
    papers = Papers("Disdukcapil", WITA, (office_hours,) * 5 + (None, None), (), 1, "Loket 1", PaperSize.A5)
    parts = Parts(clock, pump.post, settings, drivers, vaults[0], worker, officers, judge, portraits, papers, queue)
    desk = Desk(parts)
    served = Served(desk, pump, clock, station, vaults[0])
    try:
        yield served
    finally:
        desk.close()
        while pump.run_one(0.0):
            pass


@contextmanager
def by_hand(
    root: Path,
    disk: Disk | None = None,
    limits: GateLimits | None = None,
    *,
    clock: FakeClock | None = None,
    lock_after_s: float | None = None,
    queue: ApplicationQueue | None = None,
) -> Iterator[tuple[Served, Hands]]:
    """A counter before stand-in devices with an applicant who does what the screen says; its clock is fake."""
    clock = clock or FakeClock()
    held = hands(clock)
    with serving(
        root,
        held.drivers(),
        held.judge,
        held.portraits,
        clock,
        disk=disk,
        limits=limits,
        lock_after_s=lock_after_s,
        queue=queue,
    ) as served:
        served.follow = Obedient(held, served)
        yield served, held


def manifest_in(folder: Path) -> dict[str, Any]:
    """What the manifest of an opened case says of the case."""
    contents: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["case"]
    return contents


class Obedient:
    """Lays down the finger that is asked for, and signs once the pad waits; again only when nothing came of it."""

    def __init__(self, held: Hands, served: Served) -> None:
        self._held, self._served = held, served
        self._signed_s = float("-inf")

    def __call__(self, facts: DeskFacts) -> None:
        fingers = current(facts)
        if fingers is not None and fingers.current is not None:
            self._held.reader.finger = self._held.judge.laid = fingers.current
        now_s = self._served.clock.monotonic_s()
        bare = facts.step is Step.SIGNATURE and facts.case is not None and not facts.case.signature.points
        if bare and now_s - self._signed_s > SIGN_AGAIN_S:
            self._signed_s = now_s
            self._held.pad.ink = signature(now_s - PEN_UP_S)


DEVICES = {
    Role.FINGERPRINT: ("ef01-r503", "ef01-r503"),
    Role.CAMERA: ("uvc", "uvc"),
    Role.SIGNATURE: ("topaz", "topaz"),
    Role.TEMPERATURE: ("mcu90615", "mcu90615"),
}
"""The simulated device and the driver of each role."""


class Applicant:
    """A person before simulated devices who does what the screen says, and tells the judge which finger lies there."""

    def __init__(self, bench: Bench, judge: Judge) -> None:
        self._bench, self._judge = bench, judge

    def __call__(self, facts: DeskFacts) -> None:
        fingers = current(facts)
        if fingers is not None and fingers.current is not None:
            self._judge.laid = fingers.current
            self._bench.scene.hand.position = fingers.current.value
        if facts.step is Step.PHOTO and facts.case is not None:
            colour = facts.case.photo.background.msgid.split()[0].lower()
            if self._bench.scene.pose.background != colour:
                self._bench.scene.pose = replace(self._bench.scene.pose, background=colour)


def settings_of(bench: Bench) -> dict[Role, DriverSettings]:
    """The drivers' settings for a bench with one device a role, of any kinds."""
    places = {str(record["device"]): str(record.get("port") or record.get("url")) for record in bench.describe()}
    return {factory.KINDS[name]: DriverSettings(name, place) for name, place in places.items()}


@contextmanager
def on_bench(root: Path, bench: Bench, disk: FailingDisk | None = None) -> Iterator[tuple[Served, Judge]]:
    """A counter with the real drivers before simulated devices; time is real."""
    judge = Judge()
    drivers = factory.make_all(settings_of(bench))
    with serving(root, drivers, judge, PortraitJudge(), SystemClock(), disk=disk) as served:
        served.follow = Applicant(bench, judge)
        yield served, judge


def post_of(bench: Bench, role: Role) -> Post:
    """The simulated device of a role."""
    return next(post for name, post in bench.posts.items() if factory.KINDS[name] is role)


def unplug(bench: Bench, role: Role, out: bool = True) -> None:
    post_of(bench, role).fault(Fault.UNPLUGGED, out)
