"""Taking bundles in: read again, hash, verify, store, and only then sign a receipt.

The verdict depends on the bytes and the keyring alone, so that receivers side by side on one source need no lock:
whoever comes second finds the same file there already and would sign the same verdict. A receipt that says "accepted"
is never replaced by another verdict, and one that says the same is left alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import assert_never
from zlib import crc32

from station.clock import Clock
from station.delivery.layout import BundleName
from station.delivery.receipt_document import Reason, Receipt, ReceiptRefused, read_receipt, sign_receipt
from station.receiver.shelf import Arrival, Shelf
from station.receiver.sources import Found, Source
from station.receiver.verifying import ChainFault, ChainFinding, Rejection, fault_between, judge
from station.safekeeping.bundle import BundleRefused, Checkpoint, Core, Refusal
from station.safekeeping.keyring import Keyring
from station.safekeeping.signing import Signer

MAX_BUNDLE_BYTES = 256 << 20
"""Far above anything a station seals; a longer file is left where it lies, unread."""


class Fate(Enum):
    """What became of a bundle that was looked at."""

    TAKEN = "taken"
    HERE_ALREADY = "here_already"
    REJECTED = "rejected"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Seen:
    """One bundle that was looked at; `reason` for REJECTED. HELD: sealed under a newer keyring than this receiver's."""

    name: BundleName
    fate: Fate
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Which stations are this receiver's: every `of`-th, by name. It saves work; correctness does not need it."""

    number: int = 1
    of: int = 1

    def holds(self, station: str) -> bool:
        return crc32(station.encode()) % self.of == self.number - 1


@dataclass(slots=True)
class Tally:
    """What a round over a source came to; it does not grow with the number of bundles, but for what is wrong."""

    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    bytes_read: int = 0
    receipts: int = 0
    stations: int = 0
    chain: list[ChainFinding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Link:
    core: Core
    sha256: bytes


class Receiver:
    """One receiver at work on one shelf. `name` stands in its receipts and is its own alone."""

    def __init__(self, shelf: Shelf, keyring: Keyring, signer: Signer, name: str, clock: Clock, *,
                 training_ok: bool = False, share: Share = Share(),
                 on_seen: Callable[[Seen], None] = lambda _: None) -> None:  # fmt: skip
        self._shelf, self._keyring, self._signer, self._name, self._clock = shelf, keyring, signer, name, clock
        self._training_ok, self._share, self._on_seen = training_ok, share, on_seen
        self._rejected: dict[BundleName, tuple[str, int]] = {}
        self._whole_up_to: dict[str, int] = {}

    def use(self, keyring: Keyring) -> None:
        """A newer keyring: what was refused by the older one is looked at again."""
        self._keyring = keyring

    def close(self) -> None:
        """Let go of the shelf."""
        self._shelf.close()

    def round(self, source: Source, *, full: bool = True, again: bool = False) -> Tally:
        """Look once at all that lies in a source. Raises StoreTrouble or OSError; then call again.

        A quick round (not `full`) looks only above the numbers that were complete after the last one: enough between
        full ones, and cheap in a bucket of a month. `again` gives receipts anew where the old ones no longer verify.
        """
        tally = Tally()
        for station in source.stations():
            if self._share.holds(station):
                self._station(source, station, full, again, tally)
        return tally

    def _station(self, source: Source, station: str, full: bool, again: bool, tally: Tally) -> None:
        after = 0 if full else self._whole_up_to.get(station, 0)
        here = {name.sha256 for name in self._shelf.names(station)}
        receipted: set[bytes] | None = None
        new: list[BundleName] = []
        for found in source.bundles(station, after):
            name = found.name
            stored = name.sha256 in here
            if full and receipted is None:
                receipted = set() if again else source.receipted(station)
            if stored and (receipted is None or name.sha256 in receipted):
                tally.fates[Fate.HERE_ALREADY] += 1
                continue
            if found.size > MAX_BUNDLE_BYTES:
                tally.fates[Fate.HELD] += 1
                continue
            if self._rejected.get(name) == (found.tag, self._keyring.version) and not again:
                continue
            seen = self._look(source, found, stored, tally)
            tally.fates[seen.fate] += 1
            if seen.fate is Fate.TAKEN:
                new.append(name)
            self._on_seen(seen)
        if new or full:
            tally.stations += 1
            self._check_chain(station, new, tally)

    def _look(self, source: Source, found: Found, stored: bool, tally: Tally) -> Seen:
        name = found.name
        if stored:
            self._accept(source, name, tally)
            return Seen(name, Fate.HERE_ALREADY)
        try:
            with source.open(found) as stream:
                arrival = self._shelf.receive(stream)
        except FileNotFoundError:
            return Seen(name, Fate.HELD)
        tally.bytes_read += arrival.path.stat().st_size
        verdict = self._verdict(arrival, name)
        if verdict is None:
            if self._shelf.keep(arrival, name):
                self._put(source, self._receipt(name, None, _checkpoint(arrival)), name, tally)
                return Seen(name, Fate.TAKEN)
            self._accept(source, name, tally)
            return Seen(name, Fate.HERE_ALREADY)
        self._shelf.drop(arrival)
        if self._shelf.has(name):
            self._accept(source, name, tally)
            return Seen(name, Fate.HERE_ALREADY)
        if isinstance(verdict, Reason):
            self._give(source, self._receipt(name, verdict, _checkpoint(arrival)), name, tally)
            self._rejected[name] = (found.tag, self._keyring.version)
            return Seen(name, Fate.REJECTED, verdict)
        return Seen(name, Fate.HELD)

    def _verdict(self, arrival: Arrival, name: BundleName) -> Reason | Fate | None:
        """None: take it. Fate.HELD: say nothing yet."""
        envelope = arrival.envelope
        if isinstance(envelope, BundleRefused):
            return Reason.NOT_A_BUNDLE if arrival.sha256() == name.sha256 else Reason.DAMAGED
        if envelope.sha256 != name.sha256:
            return Reason.DAMAGED
        if (envelope.core.station, envelope.core.sequence) != (name.station, name.sequence):
            return Reason.OTHER_STATION
        if envelope.core.keyring_version > self._keyring.version:
            return Fate.HELD
        problem = judge(envelope, self._keyring, training_ok=self._training_ok)
        return None if problem is None else _reason(problem)

    def _accept(self, source: Source, name: BundleName, tally: Tally) -> None:
        self._give(source, self._receipt(name, None, self._shelf.core(name).checkpoint), name, tally)

    def _receipt(self, name: BundleName, reason: Reason | None, point: Checkpoint | None) -> Receipt:
        now = self._clock.now()
        return Receipt(name.sha256, name.station, name.sequence, reason, now, point, self._keyring.version, self._name)

    def _give(self, source: Source, receipt: Receipt, name: BundleName, tally: Tally) -> None:
        """Put only what says something new."""
        there = source.receipt(name)
        if there is not None:
            try:
                old = read_receipt(there, self._keyring).receipt
            except ReceiptRefused:
                old = None
            if old is not None and old.bundle == name.sha256 and (old.accepted or old.reason is receipt.reason):
                return
        self._put(source, receipt, name, tally)

    def _put(self, source: Source, receipt: Receipt, name: BundleName, tally: Tally) -> None:
        source.give(name, sign_receipt(receipt, self._signer))
        tally.receipts += 1

    def _check_chain(self, station: str, new: list[BundleName], tally: Tally) -> None:
        """Which numbers are missing, what is wrong beside the new bundles; remembers up to where none is missing."""
        by_number: dict[int, list[BundleName]] = {}
        for name in self._shelf.names(station):
            by_number.setdefault(name.sequence, []).append(name)
        self._whole_up_to[station] = next(number - 1 for number in count(1) if number not in by_number)
        tally.chain.extend(
            ChainFinding(station, number, ChainFault.GAP)
            for number in by_number
            if number > 1 and number - 1 not in by_number
        )
        fresh = {name.sequence for name in new}
        for number in sorted(fresh | {number + 1 for number in fresh}):
            for name in by_number.get(number, ()):
                fault = self._fault(name, by_number)
                if fault is not None:
                    tally.chain.append(ChainFinding(station, number, fault))

    def _fault(self, name: BundleName, by_number: Mapping[int, list[BundleName]]) -> ChainFault | None:
        """What is wrong between a bundle, those of its number and those before it; through a change of keys too."""
        core = self._shelf.core(name)
        twins = [one for one in by_number[name.sequence] if one != name]
        if any(self._shelf.core(one).key_id == core.key_id for one in twins):
            return ChainFault.FORK
        if name.sequence == 1:
            return None if core.previous == bytes(32) else ChainFault.BROKEN
        before = by_number.get(name.sequence - 1, [])
        followed = next((one for one in before if one.sha256 == core.previous), None)
        if followed is None:
            return ChainFault.BROKEN if before else None
        return fault_between(_Link(self._shelf.core(followed), followed.sha256), _Link(core, name.sha256))


def _checkpoint(arrival: Arrival) -> Checkpoint | None:
    return None if isinstance(arrival.envelope, BundleRefused) else arrival.envelope.core.checkpoint


def _reason(problem: Refusal | Rejection) -> Reason:
    match problem:
        case Rejection.UNKNOWN_STATION:
            return Reason.UNKNOWN_STATION
        case Rejection.OTHER_STATION:
            return Reason.OTHER_STATION
        case Rejection.REVOKED:
            return Reason.REVOKED
        case Rejection.OUT_OF_TIME:
            return Reason.OUT_OF_TIME
        case Rejection.TRAINING:
            return Reason.TRAINING
        case Rejection.UNREADABLE_FILE:
            return Reason.DAMAGED
        case Refusal():
            return Reason.SIGNATURE
        case _:
            assert_never(problem)
