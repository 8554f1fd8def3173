"""What a station's bundles have come to on their way, on the vault's thread: sent, receipted, refused, removed.

A receipt is verified before a bundle counts as receipted, and once more before it is removed.
"""

import contextlib
import hashlib
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from station.clock import Clock
from station.delivery.layout import BundleName
from station.delivery.receipt_document import (
    Receipt,
    ReceiptRefusal,
    ReceiptRefused,
    SignedReceipt,
    read_receipt,
)
from station.safekeeping.bundle import BundleRefused, Core, read_core
from station.safekeeping.events import EventKind, QuarantineCause
from station.safekeeping.spool import Entry
from station.safekeeping.states import ON_THE_WAY, State
from station.safekeeping.vault import Vault

READ_AT_ONCE, REMOVED_AT_ONCE = 100, 10
"""A capture that waits to be sealed must not wait for more than that."""
DELIVERED = (State.SENT, State.ON_USB)


class Outcome(Enum):
    """What a receipt did."""

    RECEIPTED = "receipted"
    REJECTED = "rejected"
    SENT_AGAIN = "sent_again"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Taken:
    """A receipt that verified, and what became of its bundle."""

    outcome: Outcome
    sequence: int
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Parcel:
    """A bundle that may leave: its place in the store or on a stick, and its file, which never changes."""

    id: bytes
    name: BundleName
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Purged:
    """Bundles removed, and those whose kept receipt no longer verifies, which are delivered again; by number.

    `more`: there is more to look at; call again.
    """

    removed: tuple[int, ...] = ()
    doubted: tuple[int, ...] = ()
    more: bool = False


class Outbox:
    """Delivery's door to the vault; it lives on the vault's thread."""

    def __init__(self, vault: Vault, clock: Clock, *, keep_days: int, resend_hours: float) -> None:
        self._vault, self._spool, self._clock = vault, vault.spool, clock
        self._keep, self._resend = timedelta(days=keep_days), timedelta(hours=resend_hours)
        self._by_hash: dict[bytes, bytes] = {}
        self._acted_on: set[bytes] = set()
        self._receipted_at: dict[bytes, datetime] = {}
        self._newest_receipt: datetime | None = None

    @property
    def station(self) -> str:
        return self._vault.station

    def to_send(self) -> tuple[Parcel, ...]:
        """Bundles of closed cases that the store has not got, or had to be sent long ago and has given no receipt."""
        overdue = [entry for entry in self._spool.entries(*DELIVERED) if self._overdue(entry)]
        fresh = self._spool.entries(State.QUEUED, State.UPLOADING)
        return tuple(self._parcel(entry) for entry in (*fresh, *overdue))

    def unanswered(self, *, refused_too: bool = False) -> tuple[BundleName, ...]:
        """Bundles that left and have no receipt; with `refused_too` also those that the authority refused."""
        states = (*DELIVERED, State.REJECTED) if refused_too else DELIVERED
        return tuple(self._parcel(entry).name for entry in self._spool.entries(*states))

    def counts(self) -> tuple[int, int, int]:
        """How many wait to be sent, how many left and have no receipt, how many were refused."""
        waiting = len(self._spool.entries(State.QUEUED, State.UPLOADING))
        return waiting, len(self._spool.entries(*DELIVERED)), len(self._spool.entries(State.REJECTED))

    def sending(self, parcel: Parcel) -> bool:
        """An upload begins; False when the bundle needs none any more."""
        state = self._spool.find(parcel.id).state
        if state in DELIVERED:
            state = self._spool.advance(parcel.id, State.QUEUED).state
        if state is State.QUEUED:
            state = self._spool.advance(parcel.id, State.UPLOADING).state
        return state is State.UPLOADING

    def sent(self, parcel: Parcel) -> None:
        """The store said that it has the bundle: no more than a hope until the receipt comes."""
        if self._spool.find(parcel.id).state is State.UPLOADING:
            entry = self._spool.advance(parcel.id, State.SENT)
            now_s = self._clock.now().timestamp()
            with contextlib.suppress(OSError):
                os.utime(parcel.path, (now_s, now_s))
            self._vault.audit(EventKind.BUNDLE_UPLOADED, bundle=entry.id, sequence=entry.sequence)

    def not_sent(self, parcel: Parcel) -> None:
        """The upload broke off: the bundle waits again."""
        if self._spool.find(parcel.id).state is State.UPLOADING:
            self._spool.advance(parcel.id, State.QUEUED)

    def spoiled(self, parcel: Parcel) -> None:
        """The file has no longer the hash it was sealed with. Raises OSError."""
        entry = self._spool.put_aside(parcel.id)
        self._vault.audit(EventKind.BUNDLE_QUARANTINED, sequence=entry.sequence, cause=QuarantineCause.WRONG_HASH)

    def take(self, document: bytes) -> Taken:
        """Hold a receipt against the keyring and the bundle that it names, and act on it, once.

        Raises ReceiptRefused (nothing changed, and the log says so once where a bundle of ours is named), OSError.
        """
        signed = read_receipt(document, self._vault.keyring)
        receipt = signed.receipt
        if receipt.station != self._vault.station:
            raise ReceiptRefused(ReceiptRefusal.OTHER_STATION)
        entry = self._entry(receipt.bundle)
        if entry is None or entry.state is State.SEALED:
            raise ReceiptRefused(ReceiptRefusal.NO_SUCH_BUNDLE)
        digest = hashlib.sha256(document).digest()
        try:
            self._hold_against(receipt, entry)
        except ReceiptRefused:
            if digest not in self._acted_on:
                self._acted_on.add(digest)
                self._vault.audit(EventKind.RECEIPT_REFUSED, bundle=entry.id, sequence=entry.sequence)
            raise
        outcome = self._accepted(signed, entry, document) if receipt.accepted else self._refused(receipt, entry, digest)
        return Taken(outcome, entry.sequence, receipt)

    def purge(self) -> Purged:
        """Remove what the authority has had for as long as is asked for, a few at once. Raises OSError.

        The time is over only when the station's clock says so and the authority's own: the newest receipt here is that
        much younger. So no wrong clock of the station removes a bundle early. The newest bundle always stays: what it
        signed of log and keyring is held against them at every start.
        """
        removed, (doubted, more) = [], self._read_receipts()
        now = min(self._newest_receipt or self._clock.now(), self._clock.now())
        aged = [self._spool.find(key) for key, when in self._receipted_at.items() if now - when >= self._keep]
        due = sorted((one.sequence, one) for one in aged if one.sequence < self._spool.last[0])
        for _, entry in due[:REMOVED_AT_ONCE]:
            document = self._kept(entry)
            del self._receipted_at[entry.id]
            if document is None:
                doubted.append(self._doubt(entry))
                continue
            self._spool.purge(entry.id, document)
            self._vault.audit(EventKind.BUNDLE_PURGED, bundle=entry.id, sequence=entry.sequence)
            removed.append(entry.sequence)
        return Purged(tuple(removed), tuple(doubted), more or len(due) > REMOVED_AT_ONCE)

    def _accepted(self, signed: SignedReceipt, entry: Entry, document: bytes) -> Outcome:
        if entry.state not in (*ON_THE_WAY, State.REJECTED):
            return Outcome.UNCHANGED
        self._spool.keep_receipt(entry.id, document)
        self._note_time(entry.id, signed.receipt.time)
        self._vault.audit(
            EventKind.RECEIPT_ACCEPTED, bundle=entry.id, sequence=entry.sequence, receipt_key=signed.key_id
        )
        return Outcome.RECEIPTED

    def _refused(self, receipt: Receipt, entry: Entry, digest: bytes) -> Outcome:
        again = receipt.reason is not None and receipt.reason.mends_itself
        if digest in self._acted_on or entry.state not in (DELIVERED if again else ON_THE_WAY):
            return Outcome.UNCHANGED
        self._acted_on.add(digest)
        self._spool.advance(entry.id, State.QUEUED if again else State.REJECTED)
        if not again:
            self._vault.audit(EventKind.BUNDLE_REJECTED, bundle=entry.id, sequence=entry.sequence)
        return Outcome.SENT_AGAIN if again else Outcome.REJECTED

    def _hold_against(self, receipt: Receipt, entry: Entry) -> None:
        if receipt.bundle != entry.sha256 or receipt.sequence != entry.sequence:
            raise ReceiptRefused(ReceiptRefusal.DIFFERS)
        core = self._core(entry)
        if core is None:
            return
        if receipt.checkpoint is not None and receipt.checkpoint != core.checkpoint:
            raise ReceiptRefused(ReceiptRefusal.DIFFERS)
        if receipt.keyring_version < core.keyring_version:
            raise ReceiptRefused(ReceiptRefusal.STALE)

    def _read_receipts(self) -> tuple[list[int], bool]:
        """Learn when receipts kept here were given, some at a time; what does not hold is delivered again."""
        unread = [entry for entry in self._spool.entries(State.RECEIPTED) if entry.id not in self._receipted_at]
        doubted = []
        for entry in unread[:READ_AT_ONCE]:
            document = self._kept(entry)
            if document is None:
                doubted.append(self._doubt(entry))
            else:
                self._note_time(entry.id, read_receipt(document, self._vault.keyring).receipt.time)
        return doubted, len(unread) > READ_AT_ONCE

    def _kept(self, entry: Entry) -> bytes | None:
        """The receipt beside a bundle, None unless it holds today and accepts these very bytes."""
        try:
            document = self._spool.receipt_path(entry).read_bytes()
            receipt = read_receipt(document, self._vault.keyring).receipt
            self._hold_against(receipt, entry)
        except (ReceiptRefused, FileNotFoundError):
            return None
        return document if receipt.accepted and receipt.station == self._vault.station else None

    def _doubt(self, entry: Entry) -> int:
        self._spool.forget_receipt(entry.id)
        self._vault.audit(EventKind.RECEIPT_REFUSED, bundle=entry.id, sequence=entry.sequence)
        return entry.sequence

    def _note_time(self, bundle_id: bytes, when: datetime) -> None:
        self._receipted_at[bundle_id] = when
        self._newest_receipt = max(when, self._newest_receipt or when)

    def _overdue(self, entry: Entry) -> bool:
        """Whether a bundle left long ago: its file's time is that of the last upload. A clock set back counts too."""
        try:
            age_s = self._clock.now().timestamp() - self._spool.path(entry).stat().st_mtime
        except OSError:
            return False
        return abs(age_s) > self._resend.total_seconds()

    def _entry(self, sha256: bytes) -> Entry | None:
        if sha256 not in self._by_hash:
            self._by_hash = {entry.sha256: entry.id for entry in self._spool.entries()}
        bundle_id = self._by_hash.get(sha256)
        return None if bundle_id is None else self._spool.find(bundle_id)

    def _core(self, entry: Entry) -> Core | None:
        try:
            with self._spool.path(entry).open("rb") as stream:
                return read_core(stream)
        except (OSError, BundleRefused):
            return None

    def _parcel(self, entry: Entry) -> Parcel:
        name = BundleName(self._vault.station, entry.sequence, entry.sha256)
        return Parcel(entry.id, name, self._spool.path(entry), entry.size)
