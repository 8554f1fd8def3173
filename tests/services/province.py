"""A province in compressed time: offices on a line that comes and goes, vans back in the evening, villages by stick.

Every bundle is really sealed, sent to a real store, received, and receipted; only time and captures are made up.
"""

import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from station.delivery.courier import Courier
from station.delivery.outbox import Outbox
from station.delivery.store import ObjectStore, StoreTrouble, Trouble
from station.receiver.authority import load_receipt_key
from station.receiver.receiving import Fate, Receiver
from station.receiver.shelf import Shelf
from station.receiver.sources import BucketSource, FolderSource, Source
from station.safekeeping.disk import SystemDisk
from station.safekeeping.states import State
from station.safekeeping.vault import Vault
from tests.helpers.ceph import RECEIVER, CephStore
from tests.helpers.clock import FakeClock
from tests.helpers.delivering import here, seal_case
from tests.helpers.sealing import TrialStation

ALL = "station-*"
"""One account stands for every station here: two hundred would only test the store's book of users."""
RECEIPTED = (State.RECEIPTED, State.PURGED)


class Way(Enum):
    """How a station's bundles leave."""

    LINE = "an office: most of the day there is a line"
    EVENING = "a van: in the evening, back in the yard"
    STICK = "a village: a stick by courier, every few days"


@dataclass
class Figures:
    """What was counted and measured; seconds of this machine."""

    sealed: int = 0
    sealed_bytes: int = 0
    sent: int = 0
    taken: int = 0
    by_stick: int = 0
    purged: int = 0
    offline_rounds: int = 0
    seal_s: float = 0.0
    send_s: float = 0.0
    receive_s: float = 0.0
    resident_kb: list[int] = field(default_factory=list)


@dataclass
class Balance:
    """Where every bundle of a province is, at one moment."""

    accepted: int
    receipted: int
    spooled: int
    on_stick: int

    @property
    def holds(self) -> bool:
        return self.accepted == self.receipted + self.spooled + self.on_stick


class Province:
    """`stations` of one authority; `day` lets one pass. The seed decides who is online, and when the store is not."""

    def __init__(self, root: Path, ceph: CephStore, stations: int, seed: int, *, size: int) -> None:
        self.root, self.ceph, self.chance, self.clock = root, ceph, random.Random(seed), FakeClock()
        self.size, self.figures = size, Figures()
        self.stations = [TrialStation(root, self.clock, f"station-{n}") for n in range(1, stations + 1)]
        self.ways = [*Way, *self.chance.choices(list(Way), weights=(6, 3, 1), k=stations)][:stations]
        for one in self.stations:
            one.provision()
        self.offices: dict[str, ObjectStore] = {}
        self.receiver = self._receiver()
        self.states: dict[str, Counter[State]] = {}

    def day(self, number: int, *, last: bool = False) -> Balance:
        """Everybody records; some deliver; the authority receives; sticks travel. `last`: everybody is online."""
        storm = not last and self.chance.random() < 0.15
        for station, way in zip(self.stations, self.ways, strict=True):
            self._serve(station, way, number, storm, last)
        self._receive()
        self.clock.advance(86_400)
        self.figures.resident_kb.append(_resident_kb())
        return self._balance()

    def close(self) -> None:
        self.receiver.close()
        for door in self.offices.values():
            door.close()

    def _receiver(self) -> Receiver:
        keyring = self.stations[0].keyring()
        key = load_receipt_key(self.stations[0].authority)
        return Receiver(Shelf(self.root / "shelf", "province", SystemDisk()), keyring, key, "province", self.clock)

    def _serve(self, station: TrialStation, way: Way, day: int, storm: bool, last: bool) -> None:
        vault = station.unlock()
        outbox = Outbox(vault, self.clock, keep_days=3, resend_hours=24)
        begun = time.perf_counter()
        for number in range(0 if last else self.chance.randint(0, 1 + (day % 2))):
            made = seal_case(vault, f"C-{day:03}-{number:03}", self.size)
            self.figures.sealed += len(made)
            self.figures.sealed_bytes += sum(one.path.stat().st_size for one in made)
        self.figures.seal_s += time.perf_counter() - begun
        begun = time.perf_counter()
        if way is Way.STICK and not last:
            self._by_stick(vault, outbox, day)
        elif last or (not storm and self.chance.random() < (0.8 if way is Way.LINE else 0.6)):
            done = Courier(outbox, here, self._door(ALL), self.clock, self.chance).round()
            self.figures.sent += len(done.sent)
            self.figures.purged += len(done.purged.removed)
            assert done.trouble in (None, Trouble.OFFLINE), done.trouble
        else:
            self.figures.offline_rounds += 1
        self.figures.send_s += time.perf_counter() - begun
        self.states[station.name] = Counter(entry.state for entry in vault.spool.entries())
        vault.close()

    def _by_stick(self, vault: Vault, outbox: Outbox, day: int) -> None:
        """Receipts of the last trip are taken in; every third day what waits goes onto the stick."""
        stick = self.root / f"stick-{vault.station}"
        for path in stick.glob("ktpel/receipts/*/*.receipt"):
            outbox.take(path.read_bytes())
            path.unlink()
        self.figures.purged += len(outbox.purge().removed)
        if day % 3 == 2:
            parcels = outbox.to_send()
            for parcel in parcels:
                target = stick / parcel.name.key
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(parcel.path, target)
            vault.handed_over([one.id for one in parcels], bytes(32), "hasan")
            self.figures.by_stick += len(parcels)

    def _receive(self) -> None:
        begun = time.perf_counter()
        door = self._door(RECEIVER)
        sources: list[Source] = [BucketSource(door)]
        sources += [FolderSource(path, SystemDisk(), "province") for path in self._sticks()]
        for source in sources:
            try:
                tally = self.receiver.round(source)
            except StoreTrouble:
                continue
            assert tally.fates[Fate.REJECTED] == 0
            self.figures.taken += tally.fates[Fate.TAKEN]
        for path in self.root.glob("stick-*/ktpel/station-*/*.ktpb"):
            path.unlink()
        self.figures.receive_s += time.perf_counter() - begun

    def _sticks(self) -> list[Path]:
        return sorted(self.root.glob("stick-*"))

    def _door(self, name: str) -> ObjectStore:
        if name not in self.offices:
            self.offices[name] = self.ceph.store(name, silence_s=20.0)
        return self.offices[name]

    def _balance(self) -> Balance:
        total: Counter[State] = sum(self.states.values(), Counter())
        receipted = sum(total[state] for state in RECEIPTED)
        balance = Balance(self.figures.sealed, receipted, total[State.QUEUED] + total[State.SENT], total[State.ON_USB])
        shelved = len(list((self.root / "shelf").glob("ktpel/*/*.ktpb")))
        assert shelved == self.figures.taken, "a bundle is on the shelf twice, or vanished from it"
        assert receipted <= shelved, "a receipt for what is not on the shelf"
        return balance


def _resident_kb() -> int:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.partition("VmRSS:")[2].split()[0])
