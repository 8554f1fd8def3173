"""A station, a courier, a store's stand-in and a receiver, put together for tests of delivery."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from station.delivery.courier import Courier
from station.delivery.outbox import Outbox
from station.delivery.receipt_document import Receipt, sign_receipt
from station.delivery.store import ObjectStore
from station.receiver.authority import load_receipt_key
from station.receiver.receiving import Receiver
from station.receiver.shelf import Shelf
from station.safekeeping.bundle import read_core
from station.safekeeping.disk import Disk, SystemDisk
from station.safekeeping.signing import SigningKey
from station.safekeeping.spool import Entry
from station.safekeeping.states import State
from station.safekeeping.vault import Sealed, Vault
from tests.helpers.clock import FakeClock
from tests.helpers.sealing import TrialStation, finger

T = TypeVar("T")


def here(job: Callable[[], T], /) -> T:
    """The test's one thread owns the vault."""
    return job()


def seal_case(vault: Vault, number: str = "BPN-0001", size: int = 40_000, *, training: bool = False) -> list[Sealed]:
    """Two fingers and a manifest, ready to leave."""
    case = vault.begin_case(number)
    made = [vault.seal_segment(case, f"finger {n}", finger(n, size), training) for n in (1, 2)]
    made.append(vault.close_case(case, {}, [], training))
    return [one for one in made if isinstance(one, Sealed)]


class Delivering:
    """One station with its vault open, and one authority with a shelf."""

    def __init__(self, root: Path, clock: FakeClock | None = None, *, keep_days: int = 7,
                 name: str = "balikpapan-1") -> None:  # fmt: skip
        self.station = TrialStation(root, clock or FakeClock(), name)
        self.station.provision()
        self.root, self.clock = root, self.station.clock
        self.keep_days = keep_days
        self.vault = self.station.unlock()
        self.outbox = self._outbox()

    def _outbox(self) -> Outbox:
        return Outbox(self.vault, self.clock, keep_days=self.keep_days, resend_hours=24)

    def restart(self) -> None:
        """The station's program ends and starts again."""
        self.vault.close()
        self.vault = self.station.unlock()
        self.outbox = self._outbox()

    def courier(self, store: ObjectStore, kbit_s: int = 0) -> Courier:
        return Courier(self.outbox, here, store, self.clock, random.Random(1), bandwidth_kbit_s=kbit_s)

    def key(self) -> SigningKey:
        return load_receipt_key(self.station.authority)

    def receiver(self, name: str = "receiver-1", *, disk: Disk | None = None, training_ok: bool = False) -> Receiver:
        shelf = Shelf(self.root / "shelf", name, disk or SystemDisk())
        return Receiver(shelf, self.station.keyring(), self.key(), name, self.clock, training_ok=training_ok)

    def shelved(self) -> list[Path]:
        return sorted((self.root / "shelf").glob("ktpel/*/*.ktpb"))

    def states(self) -> list[State]:
        return [entry.state for entry in self.vault.spool.entries()]

    def entry(self, sequence: int) -> Entry:
        return next(entry for entry in self.vault.spool.entries() if entry.sequence == sequence)

    def receipt(self, of: int, /, **changes: object) -> Receipt:
        """An honest acceptance of one bundle, or one changed to a lie."""
        entry = self.entry(of)
        with self.vault.spool.path(entry).open("rb") as stream:
            core = read_core(stream)
        honest = Receipt(entry.sha256, self.vault.station, of, None, self.clock.now(), core.checkpoint,
                         self.vault.keyring.version, "receiver-1")  # fmt: skip
        return replace(honest, **changes)  # type: ignore[arg-type]  # one lie at a time

    def signed(self, of: int, /, **changes: object) -> bytes:
        return sign_receipt(self.receipt(of, **changes), self.key())
