"""A van for some days: the product's own programs, simulated devices, officers and applicants, a store, the authority.

What is real and what is compressed: docs/performance.md.
"""

import random
import shutil
import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import tomli_w

from station import config
from station.capture.scenario import Applicant
from station.delivery.layout import BundleName
from station.receiver import load_recipient, load_trust
from station.receiver.authority import load_receipt_key
from station.receiver.case_work import open_pending
from station.receiver.receiving import Fate, Receiver
from station.receiver.shelf import Shelf
from station.receiver.sources import BucketSource
from station.receiver.verifying import verify
from station.registry.model import OfficerCard, RoleOfOfficer
from station.registry.officers import Officers, PinCost
from station.safekeeping import audit
from station.safekeeping.disk import SystemDisk
from station.safekeeping.provision import provision
from station.wiring import OFFICERS_FILE
from tests.helpers import s3_stand_in
from tests.helpers.s3_stand_in import RECEIVER, stand_in
from tests.helpers.sealing import CHEAP, PASSPHRASE
from tests.helpers.soak_devices import DEVICES
from tests.helpers.soak_officer import PINS, SUPERVISOR
from tests.helpers.soak_station import Given
from tests.soak import plan
from tests.soak.ledger import Ledger, hashes, held, personal, shows
from tests.soak.plan import Cut, Planned, Rates, Trouble
from tests.soak.processes import START_S, Cable, Devices, Died, Said, Station, now_s

NAME = "samarinda-1"
DAY_S, OPEN_S = 86_400.0, 12 * 3600.0
VISIT_LIMIT_S = 120.0
LAST_ROUNDS = 40


class Stuck(Exception):
    """A visit did not come to its end: the product has a dead end, or the simulation."""


@dataclass(slots=True)
class Underway:
    """One visit while it goes on: where it stands, and what is still to begin or to end, by this process's clock."""

    planned: Planned
    waiting: list[Trouble]
    begins: list[tuple[float, Trouble]]
    ends: list[tuple[float, Trouble]]
    step: str = ""
    number: str = ""
    saved: int = 0
    ended: str = ""


class Van:
    """`root` is everything that a van and the authority keep; `workshop` is the simulation's own."""

    def __init__(self, root: Path, workshop: Path, seed: int, rates: Rates = plan.USUAL, times: float = 5.0,
                 easy: bool = False, on_step: Callable[[str], None] = lambda _: None) -> None:  # fmt: skip
        self.root, self.workshop, self.seed, self.rates, self.times = root, workshop, seed, rates, times
        self.ledger, self._on_step, self._easy = Ledger(), on_step, easy
        self._chance = random.Random(f"van {seed}")
        self._world_s, self._looked_s = datetime.now(UTC).timestamp(), now_s()
        self._boots = 0
        self._scanned: set[tuple[str, int]] = set()
        self._full = workshop / "full"
        self._leave = ExitStack()

    def __enter__(self) -> "Van":
        with self._leave as leave:
            leave.enter_context(patch.object(s3_stand_in, "PAGE", 1000))
            self.store = leave.enter_context(stand_in())
            self.cable = Cable(self.store.port)
            leave.callback(self.cable.close)
            self.devices = Devices(self.workshop / "links", self.seed, self.times)
            leave.callback(self.devices.close)
            self.hand = Applicant(self.devices.control)
            leave.callback(self.hand.close)
            self._provision()
            shelf = Shelf(self.root / "shelf", "receiver-1", SystemDisk())
            key, trust = load_receipt_key(self.root / "authority"), load_trust(self.root / "authority", self.now())
            self.keyring, self.secret = trust, load_recipient(self.root / "authority")
            self.receiver = Receiver(shelf, trust, key, "receiver-1", self, training_ok=True)
            leave.callback(self.receiver.close)
            self.shelf = shelf
            self.station = self._start(0.0)
            self._leave = leave.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.station.quit()
        self._leave.close()

    boot_id = "receiver"

    def now(self) -> datetime:
        """The world's time, which the van's clock may not know."""
        looked_s = now_s()
        self._world_s += (looked_s - self._looked_s) * self.times
        self._looked_s = looked_s
        return datetime.fromtimestamp(self._world_s, UTC)

    def monotonic_s(self) -> float:
        return self.now().timestamp()

    def run(self, days: int, a_day: int) -> Ledger:
        """All of it, then two days on which the line holds, and the reckoning."""
        for number in range(days):
            if number % 3 == 2:
                self._restart()
            for place, planned in enumerate(plan.day(self.seed, number, a_day, self.rates)):
                self._pass(OPEN_S / a_day)
                self.cable.cut = planned.offline
                if planned.new_shift:
                    self.station.tell(shift=plan.OFFICERS[(number + (place > 0)) % 2])
                self.serve(planned)
                if place == 0:
                    self._weigh(f"day {number + 1}, morning")
                if place == a_day // 2:
                    self.receive()
            self.cable.cut = self.cable.cut and number + 1 < days
            self._weigh(f"day {number + 1}, evening")
            self.receive()
            self._look_for_persons()
            self._pass(DAY_S - OPEN_S)
        self.deliver_all()
        return self.ledger

    def serve(self, planned: Planned) -> None:
        """One applicant from the door to the paper, whatever happens meanwhile. Raises Stuck, Died."""
        way = Underway(planned, list(planned.troubles), [], [])
        self.station.tell(visit=planned.visit.plain(), number="")
        limit_s = now_s() + VISIT_LIMIT_S
        while not way.ended:
            said = self.station.next(0.02)
            if said is not None:
                self._note(said, way)
            self._begin_and_end(way)
            if now_s() > limit_s:
                raise Stuck(f"seed {self.seed}, visit {planned.visit.number}, in {way.step}: {self._why()}")
        for _, trouble in way.ends:
            self._end(trouble)
        self.ledger.counts[way.ended] += 1

    def receive(self) -> None:
        """The authority takes in what has come, opens what is whole, and keeps it; the store lets go of it."""
        self._on_step("the authority receives")
        source = BucketSource(self.store.store(RECEIVER))
        tally = self.receiver.round(source)
        for fate in (Fate.TAKEN, Fate.REJECTED, Fate.HELD):
            self.ledger.counts[fate.value] += tally.fates[fate]
        for name in [key for key in list(self.store.objects) if key.endswith(".ktpb")]:
            found = BundleName.of_file(NAME, Path(name).name)
            if found is None or not self.shelf.has(found) or found.receipt_key not in self.store.objects:
                continue
            if any(shows(version) for version in self.store.objects.pop(name)):
                self.ledger.personal.append(name)
        for work in open_pending(self.shelf, self.keyring, self.secret, self.workshop / "opened", training_ok=True):
            if work.case is not None:
                self.ledger.opened[work.case.number] = work.case.state
                if work.case.folder is not None:
                    self.ledger.counts["opened cases that name their applicant"] += any(
                        shows(path.read_bytes()) for path in work.case.folder.rglob("*") if path.is_file()
                    )
                    shutil.rmtree(work.case.folder)
        self.station.tell(wake=True)

    def deliver_all(self) -> None:
        """The line holds until everything is there and receipted; the station says so itself."""
        self.cable.cut = False
        last: Said = {}
        for _ in range(LAST_ROUNDS):
            self.station.tell(wake=True)
            end_s = now_s() + 1.5
            while now_s() < end_s and (last.get("waiting"), last.get("unanswered")) != (0, 0):
                said = self.station.next(0.1)
                last = said if said is not None and "waiting" in said else last
            self.receive()
            if (last.get("waiting"), last.get("unanswered")) == (0, 0) and not self._unsent():
                return
        raise Stuck(f"seed {self.seed}: after {LAST_ROUNDS} rounds {last} are not delivered")

    def reckon(self) -> list[str]:
        """After `run`, with the station ended: everything that is wrong, in words; nothing is right."""
        self.station.quit()
        self._look_for_persons()
        wrong = []
        here = hashes(self.root / "shelf")
        self.ledger.counts["bundles on the shelf"] = len(here)
        self.ledger.counts["receipts"] = len(self.store.keys(".receipt"))
        for title, found in (
            ("lost", self.ledger.lost(here)),
            ("not whole", self.ledger.not_whole()),
            ("personal data in", self.ledger.personal),
        ):
            if found:
                wrong.append(f"{title}: {len(found)}, such as {found[0]}")
        if self.ledger.counts["rejected"]:
            wrong.append(f"rejected by the authority: {self.ledger.counts['rejected']}")
        if not verify(self.root / "shelf" / "ktpel" / NAME, self.keyring, training_ok=True).accepted:
            wrong.append("the chain of bundles does not hold")
        if not audit.verify(self.root / NAME / "audit", None).whole:
            wrong.append("the audit log is not whole")
        return wrong

    def _note(self, said: Said, way: Underway) -> None:
        number = str(said.get("number") or "")
        if number:
            way.number = number
        if "step" in said:
            way.step = str(said["step"])
            self._on_step(f"visit {way.planned.visit.number}: {way.step}")
        if "saved" in said:
            way.saved += 1
            self.ledger.saved[str(said["saved"])] = number
            self.ledger.counts["exceptions"] += bool(said["exception"])
        if "taken_over" in said:
            self.ledger.counts["taken over"] += 1
        if "done" in said:
            self.ledger.done.add(str(said["done"]))
        if "end" in said:
            way.ended = str(said["end"])
        due = [one for one in way.waiting if one.step == way.step and way.saved >= one.saved]
        for trouble in due:
            way.waiting.remove(trouble)
            way.begins.append((now_s() + trouble.delay_s / self.times, trouble))

    def _begin_and_end(self, way: Underway) -> None:
        for at_s, trouble in list(way.begins):
            if at_s <= now_s():
                way.begins.remove((at_s, trouble))
                self._begin(trouble, way)
        for at_s, trouble in list(way.ends):
            if at_s <= now_s():
                way.ends.remove((at_s, trouble))
                self._end(trouble)

    def _begin(self, trouble: Trouble, way: Underway) -> None:
        self._on_step(f"visit {way.planned.visit.number}: {trouble}")
        match trouble.cut:
            case Cut.CABLE:
                self.hand.tell({"do": "fault", "device": trouble.device, "fault": trouble.fault, "on": True})
                self.ledger.faults[f"{trouble.device} {trouble.fault}"] += 1
                way.ends.append((now_s() + trouble.lasts_s / self.times, trouble))
            case Cut.DISK:
                self._full.touch()
                self.ledger.counts["full disks"] += 1
                way.ends.append((now_s() + trouble.lasts_s / self.times, trouble))
            case Cut.POWER:
                self._power_cut(way)

    def _end(self, trouble: Trouble) -> None:
        if trouble.cut is Cut.CABLE:
            self.hand.tell({"do": "fault", "device": trouble.device, "fault": trouble.fault, "on": False})
        else:
            self._full.unlink(missing_ok=True)

    def _power_cut(self, way: Underway) -> None:
        """What the screen had shown counts, to the last line; then the same applicant is served on."""
        self.station.kill()
        self.ledger.counts["power cuts"] += 1
        try:
            while (said := self.station.next(1.0)) is not None:
                self._note(said, way)
        except Died:
            pass
        wrong_s = plan.boot_clock_s(self._chance, self.rates)
        self.ledger.counts["wrong clocks"] += wrong_s != 0
        self.station = self._start(wrong_s)
        if way.number in self.ledger.done and not way.ended:
            way.ended = "done"
        elif not way.ended:
            self.station.tell(visit=way.planned.visit.plain(), number=way.number)

    def _restart(self) -> None:
        self.station.quit()
        self.ledger.counts["restarts"] += 1
        self.station = self._start(0.0)

    def _start(self, wrong_s: float) -> Station:
        self._boots += 1
        boot_id = f"00000000-0000-4000-8000-{self._boots:012}"
        clock_s = self.now().timestamp() + wrong_s
        given = replace(self._given, clock_s=clock_s, boot_id=boot_id)
        station = Station(given, self.root / "log" / "station.log")
        said = station.next(START_S)
        if said != {"ready": True}:
            station.kill()
            raise Stuck(f"seed {self.seed}: the station did not start, it said {said}")
        return station

    def _pass(self, seconds: float) -> None:
        self.now()
        self._world_s += seconds
        self.station.tell(skip=seconds)

    def _unsent(self) -> bool:
        return any(key.endswith(".ktpb") for key in self.store.objects)

    def _why(self) -> str:
        self.station.tell(why=True)
        end_s = now_s() + 2.0
        while now_s() < end_s:
            said = self.station.next(0.2)
            if said is not None and "why" in said:
                return str(said["why"])
        return "it does not answer"

    def _weigh(self, when: str) -> None:
        self.ledger.memory.append(held("station", self.station.pid, when))
        self.ledger.memory.append(held("devices", self.devices.process.pid, when))

    def _look_for_persons(self) -> None:
        paths = [path for path in self.root.rglob("*") if path.is_file()]
        new = [path for path in paths if (str(path), path.stat().st_mtime_ns) not in self._scanned]
        self.ledger.personal += personal(new, self.root)
        self.ledger.counts["files searched for persons"] += len(new)
        self._scanned.update((str(path), path.stat().st_mtime_ns) for path in new)

    def _provision(self) -> None:
        for folder in (self.root / "log", self.workshop):
            folder.mkdir(parents=True, exist_ok=True)
        settings, secret = self.workshop / "station.toml", self.workshop / "passphrase"
        secret.write_text(PASSPHRASE, encoding="utf-8")
        secret.chmod(0o600)
        account = self.workshop / "account.toml"
        account.write_text(f'access_key = "{NAME}"\nsecret_key = "secret"\n', encoding="utf-8")
        account.chmod(0o600)
        tables = tomllib.loads(config.default_text())
        for role, kind in DEVICES.items():
            tables["devices"][role] = {"kind": kind, "port": self.devices.places[role]}
        tables["station"]["name"] = NAME
        endpoint = f"http://127.0.0.1:{self.cable.port}"
        tables["delivery"] |= {"endpoint": endpoint, "credentials_file": str(account), "keep_days": 1}
        settings.write_text(tomli_w.dumps(tables), encoding="utf-8")
        second = {SUPERVISOR: RoleOfOfficer.SUPERVISOR}
        cards = [OfficerCard(one, one.capitalize(), second.get(one, RoleOfOfficer.OFFICER)) for one in PINS]
        people = [(card.officer_id, card.role) for card in cards]
        folder, authority = self.root / NAME, self.root / "authority"
        provision(folder, authority, NAME, PASSPHRASE, self, cost=CHEAP, officers=people)
        officers = Officers(folder / OFFICERS_FILE, self, PinCost(memory_kib=64, passes=1, lanes=1))
        for card in cards:
            officers.add(card, PINS[card.officer_id], SUPERVISOR)
        self._given = Given(
            config=str(settings),
            data=str(self.root / NAME),
            passphrase=str(secret),
            control=str(self.devices.control),
            judged="" if self._easy else str(self.workshop / "judged"),
            full=str(self._full),
            times=self.times,
            clock_s=0.0,
            boot_id="",
        )
