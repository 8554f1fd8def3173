"""Takes sealed bundles to the object store and brings receipts back, on a worker thread of its own. Offline is normal.

Files of bundles never change, so they are read here; every change of state runs on the vault's thread. A bundle goes up
whole or not at all: it is 2 MB at most in practice, seconds on a slow line, so a torn upload costs one bundle's time.
"""

import hashlib
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from station.clock import Clock
from station.delivery.export import OnVault
from station.delivery.outbox import Outbox, Outcome, Parcel, Purged, Taken
from station.delivery.receipt_document import MAX_SIZE, ReceiptRefusal, ReceiptRefused
from station.delivery.store import Gate, StoreTrouble, Trouble

FIRST_PAUSE_S, LONGEST_PAUSE_S = 15.0, 1800.0
IDLE_S = 300.0
ASK_REFUSED_EVERY_S = 3600.0
SLOWEST_BYTES_S, PATIENCE_S = 1000.0, 60.0


class Store(Protocol):
    """What the courier asks of an object store; see station.delivery.store.ObjectStore."""

    def put_file(self, key: str, path: Path, md5: bytes, gate: Gate) -> None: ...
    def get(self, key: str, limit: int, *, hidden_is_absent: bool = False) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """How delivery stands, for whoever shows it. `waiting` bundles are still here alone, `unanswered` left and have no
    receipt, `refused` were not taken; `sending` is the number of the one on its way. Bytes are of this round."""

    waiting: int = 0
    unanswered: int = 0
    refused: int = 0
    sending: int | None = None
    sent_bytes: int = 0
    total_bytes: int = 0
    last_success: datetime | None = None
    next_try: datetime | None = None
    trouble: Trouble | None = None

    @property
    def offline(self) -> bool:
        return self.trouble is Trouble.OFFLINE


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to, by sequence numbers."""

    sent: tuple[int, ...] = ()
    receipts: tuple[Taken, ...] = ()
    not_taken: tuple[ReceiptRefusal, ...] = ()
    purged: Purged = field(default_factory=Purged)
    trouble: Trouble | None = None

    @property
    def receipted(self) -> tuple[int, ...]:
        return tuple(one.sequence for one in self.receipts if one.outcome is Outcome.RECEIPTED)

    @property
    def rejected(self) -> tuple[Taken, ...]:
        return tuple(one for one in self.receipts if one.outcome in (Outcome.REJECTED, Outcome.SENT_AGAIN))


class Pace:
    """Keeps uploads to a share of the line, and breaks one off that is told to stop or crawls hopelessly."""

    def __init__(self, kbit_s: int, clock: Clock, stop: threading.Event) -> None:
        self._bytes_s, self._clock, self._stop = kbit_s * 1000 / 8, clock, stop
        self._free_at_s = self._end_s = 0.0

    def begin(self, size: int) -> None:
        """A new upload of so many bytes."""
        now_s = self._clock.monotonic_s()
        self._free_at_s = max(self._free_at_s, now_s)
        share_s = size / self._bytes_s if self._bytes_s else 0.0
        self._end_s = now_s + share_s + size / SLOWEST_BYTES_S + PATIENCE_S

    def __call__(self, size: int) -> None:
        """Wait until `size` more bytes may go; raises OSError to break off."""
        now_s = self._clock.monotonic_s()
        if self._stop.is_set() or now_s > self._end_s:
            raise InterruptedError("the upload is broken off")
        if self._bytes_s:
            if self._free_at_s > now_s and self._stop.wait(self._free_at_s - now_s):
                raise InterruptedError("the upload is broken off")
            self._free_at_s = max(self._free_at_s, now_s) + size / self._bytes_s


class Courier:
    """One station's delivery. `on_change` is called on the courier's thread with every new state of the facts."""

    def __init__(self, outbox: Outbox, on_vault: OnVault, store: Store, clock: Clock, chance: random.Random, *,
                 bandwidth_kbit_s: int = 0, on_change: Callable[[DeliveryFacts], None] = lambda _: None,
                 ) -> None:  # fmt: skip
        self._outbox, self._on_vault, self._store = outbox, on_vault, store
        self._clock, self._chance, self._on_change = clock, chance, on_change
        self._stop, self._wake = threading.Event(), threading.Event()
        self._pace = Pace(bandwidth_kbit_s, clock, self._stop)
        self._failures = 0
        self._asked_refused_s = float("-inf")
        self.facts = DeliveryFacts()

    def run(self) -> None:
        """Rounds until `close`, with pauses between; for a thread of its own."""
        while not self._stop.is_set():
            self._wake.clear()
            pause_s = self.pause_s(self.round())
            self._tell(replace(self.facts, next_try=self._clock.now() + timedelta(seconds=pause_s)))
            if not self._stop.is_set():
                self._wake.wait(pause_s)

    def wake(self) -> None:
        """Something new is sealed, or somebody wants to see it tried now; from any thread."""
        self._wake.set()

    def close(self) -> None:
        """Break off what is on its way and end `run`; from any thread."""
        self._stop.set()
        self._wake.set()

    def pause_s(self, last: Round) -> float:
        """How long to wait after a round: doubled with each failure, and up to half of it by chance, so that a district
        that comes back on the line does not come back as one."""
        if last.trouble is None:
            self._failures = 0
            return IDLE_S * self._chance.uniform(0.8, 1.2)
        self._failures += 1
        pause_s = min(FIRST_PAUSE_S * float(1 << min(self._failures - 1, 16)), LONGEST_PAUSE_S)
        return pause_s * self._chance.uniform(0.5, 1.0)

    def round(self) -> Round:
        """Fetch receipts, send what waits, remove what is due; stops at the first trouble. Raises OSError.

        Receipts come first: what has one by now need not be sent again.
        """
        done = Round()
        try:
            done = self._fetch_receipts(done)
            done = self._send_all(done)
        except _Broken as broken:
            done = replace(broken.so_far, trouble=broken.trouble)
        done = replace(done, purged=self._purge())
        success = self.facts.last_success if done.trouble else self._clock.now()
        self._tell(replace(self.facts, sending=None, trouble=done.trouble, last_success=success, next_try=None))
        return done

    def _send_all(self, done: Round) -> Round:
        parcels = self._on_vault(self._outbox.to_send)
        self._tell(replace(self.facts, sent_bytes=0, total_bytes=sum(one.size for one in parcels)))
        for parcel in parcels:
            if self._stop.is_set():
                break
            if not self._on_vault(partial(self._outbox.sending, parcel)):
                continue
            try:
                went = self._send(parcel)
            except StoreTrouble as why:
                self._on_vault(partial(self._outbox.not_sent, parcel))
                raise _Broken(done, why.trouble) from why
            if went:
                done = replace(done, sent=(*done.sent, parcel.name.sequence))
            self._tell(replace(self.facts, sent_bytes=self.facts.sent_bytes + parcel.size))
        return done

    def _send(self, parcel: Parcel) -> bool:
        """Raises StoreTrouble; False when the file itself is the trouble."""
        self._tell(replace(self.facts, sending=parcel.name.sequence))
        md5 = _whole(parcel)
        if md5 is None:
            self._on_vault(partial(self._outbox.spoiled, parcel))
            return False
        self._pace.begin(parcel.size)
        try:
            self._store.put_file(parcel.name.key, parcel.path, md5, self._pace)
        except InterruptedError as why:
            raise StoreTrouble(Trouble.OFFLINE) from why
        self._on_vault(partial(self._outbox.sent, parcel))
        return True

    def _fetch_receipts(self, done: Round) -> Round:
        now_s = self._clock.monotonic_s()
        refused_too = now_s - self._asked_refused_s >= ASK_REFUSED_EVERY_S
        for name in self._on_vault(partial(self._outbox.unanswered, refused_too=refused_too)):
            if self._stop.is_set():
                return done
            try:
                document = self._store.get(name.receipt_key, MAX_SIZE, hidden_is_absent=True)
            except StoreTrouble as why:
                raise _Broken(done, why.trouble) from why
            if document is not None:
                done = self._take(done, document)
        if refused_too:
            self._asked_refused_s = now_s
        return done

    def _purge(self) -> Purged:
        """In small jobs, so that a capture on the vault's thread comes in between."""
        whole = Purged(more=True)
        while whole.more and not self._stop.is_set():
            some = self._on_vault(self._outbox.purge)
            whole = Purged((*whole.removed, *some.removed), (*whole.doubted, *some.doubted), some.more)
        return whole

    def _take(self, done: Round, document: bytes) -> Round:
        try:
            taken = self._on_vault(partial(self._outbox.take, document))
        except ReceiptRefused as why:
            return replace(done, not_taken=(*done.not_taken, why.reason))
        self._tell(self.facts)
        return replace(done, receipts=(*done.receipts, taken))

    def _tell(self, facts: DeliveryFacts) -> None:
        waiting, unanswered, refused = self._on_vault(self._outbox.counts)
        self.facts = replace(facts, waiting=waiting, unanswered=unanswered, refused=refused)
        self._on_change(self.facts)


class _Broken(Exception):
    def __init__(self, so_far: Round, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.so_far, self.trouble = so_far, trouble


def _whole(parcel: Parcel) -> bytes | None:
    """The file's MD5 for the store, None when the file is no longer the bundle that was sealed."""
    try:
        with parcel.path.open("rb") as stream:
            sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
            while piece := stream.read(1 << 16):
                sha256.update(piece)
                md5.update(piece)
    except FileNotFoundError:
        return None
    return md5.digest() if sha256.digest() == parcel.name.sha256 else None
