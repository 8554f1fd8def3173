"""Every bundle that waits, onto a stick or into a folder: written, listed, read back; only then it is handed over.

Run `export` on a worker: it never touches the vault but through `on_vault`, which runs a job on the vault's own thread.
Whenever it stops, bundles stay queued here; a second export goes on with what already lies on the stick.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from station.delivery.handover_index import DOMAIN, HandoverIndex, Listed, signed_document
from station.delivery.layout import BundleName, station_prefix
from station.delivery.stick import (
    CHUNK_BYTES,
    TO_DO,
    Stick,
    StickDisk,
    StickStopped,
    StickTrouble,
    SystemStick,
)
from station.safekeeping.spool import Entry
from station.safekeeping.vault import Outgoing, Vault
from station.text import Message

_RESERVE_BYTES = 256 << 10
_LISTED_BYTES = 160
_MARKED_AT_ONCE = 25
"""Each mark is durable; in between the vault's thread seals what the counter accepts."""

T = TypeVar("T")


class OnVault(Protocol):
    """Runs a job on the thread that owns the vault, waits, and returns what it returned."""

    def __call__(self, job: Callable[[], T], /) -> T: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is, in bytes written or read back of all that must be."""

    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Exported:
    """On the stick, read back, and marked: the stick may be taken out.

    `left` bundles did not fit; `damaged` are sequence numbers whose file on this station's disk no longer has its hash.
    """

    index: HandoverIndex
    index_sha256: bytes
    index_path: Path
    entries: tuple[Entry, ...]
    written: int
    left: int
    damaged: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NothingWaits:
    """There is no bundle to export."""


@dataclass(frozen=True, slots=True)
class ExportStopped:
    """Nothing counts as handed over, nothing is lost; `sentence` says what to do."""

    trouble: StickTrouble

    @property
    def sentence(self) -> Message:
        return TO_DO[self.trouble]


ExportOutcome = Exported | NothingWaits | ExportStopped


def export(
    vault: Vault,
    on_vault: OnVault,
    folder: Path,
    now: datetime,
    approver: str,
    *,
    again: bool = False,
    disk: StickDisk | None = None,
    progress: Callable[[Progress], None] = lambda _progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExportOutcome:
    """Export what is queued, or with `again` also what was handed over before and has no receipt.

    `approver` is the second person who has approved it (Officers.approve, Action.EXPORT); it goes into the audit log.
    """
    outgoing = on_vault(lambda: vault.outgoing(again=again))
    if not outgoing:
        return NothingWaits()
    try:
        run = _Run(Stick(folder, disk or SystemStick()), vault.station, outgoing, progress, cancelled)
        written = run.write_bundles()
        index = HandoverIndex(vault.station, now.astimezone(UTC).replace(microsecond=0), run.listed())
        if not index.bundles:
            return ExportStopped(StickTrouble.FULL if run.left else StickTrouble.DAMAGED_HERE)
        body = index.encode()
        document = signed_document(body, *on_vault(lambda: vault.sign(DOMAIN + body)))
        index_path = run.finish(index, document)
    except StickStopped as why:
        return ExportStopped(why.trouble)
    digest = hashlib.sha256(document).digest()
    ids = [one.entry.id for one in run.complete]
    for at in range(0, len(ids), _MARKED_AT_ONCE):
        on_vault(partial(vault.handed_over, ids[at : at + _MARKED_AT_ONCE], digest, approver))
    entries = tuple(one.entry for one in run.complete)
    return Exported(index, digest, index_path, entries, written, len(run.left), tuple(run.damaged))


def put_record(exported: Exported, pdf: bytes, disk: StickDisk | None = None) -> Path | ExportStopped:
    """Lay the handover record beside the list that it stands for."""
    path = exported.index_path.with_suffix(".pdf")
    try:
        stick = Stick(path.parent, disk or SystemStick())
        stick.put(path, [pdf])
        stick.settle()
    except StickStopped as why:
        return ExportStopped(why.trouble)
    return path


class _Run:
    """One export on its way."""

    def __init__(
        self,
        stick: Stick,
        station: str,
        outgoing: Sequence[Outgoing],
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._stick, self._station, self._outgoing = stick, station, outgoing
        self._progress, self._cancelled = progress, cancelled
        self._done_bytes, self._total_bytes = 0, 2 * sum(one.entry.size for one in outgoing)
        self.complete: list[Outgoing] = []
        self.left: list[Outgoing] = []
        self.damaged: list[int] = []

    def write_bundles(self) -> int:
        """Write in sequence what fits; how many were not there already."""
        folder = self._stick.enter(station_prefix(self._station))
        written = 0
        for one in self._outgoing:
            path = folder / self._name(one).file_name
            if self._stick.holds(path, one.entry.sha256):
                self._count(one.entry.size)
            elif not self._fits(one):
                self.left.append(one)
                continue
            else:
                try:
                    self._write(one, path)
                except _DamagedSource:
                    self.damaged.append(one.entry.sequence)
                    continue
                written += 1
            self.complete.append(one)
        return written

    def listed(self) -> tuple[Listed, ...]:
        return tuple(Listed(self._name(one), one.entry.size) for one in self.complete)

    def finish(self, index: HandoverIndex, document: bytes) -> Path:
        """Write the list, let the medium settle, and read everything back."""
        path = self._stick.folder / index.key(document)
        self._stick.put(path, [document])
        self._stick.settle()
        for one in self.complete:
            bundle = path.parent / self._name(one).file_name
            if not self._stick.holds(bundle, one.entry.sha256):
                raise StickStopped(StickTrouble.DIFFERS)
            self._count(one.entry.size)
        if not self._stick.holds(path, hashlib.sha256(document).digest()):
            raise StickStopped(StickTrouble.DIFFERS)
        self._stick.settle()
        return path

    def _name(self, one: Outgoing) -> BundleName:
        return BundleName(self._station, one.entry.sequence, one.entry.sha256)

    def _fits(self, one: Outgoing) -> bool:
        """With room kept for the list, so that it never is what finds the stick full."""
        listing = _RESERVE_BYTES + _LISTED_BYTES * len(self._outgoing)
        return self._stick.free_bytes() >= one.entry.size + listing

    def _write(self, one: Outgoing, path: Path) -> None:
        before = self._done_bytes
        try:
            self._stick.put(path, self._watched(_bundle_chunks(one)))
        except _DamagedSource:
            self._done_bytes = before
            self._count(2 * one.entry.size)
            raise

    def _watched(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            self._count(len(chunk))

    def _count(self, size: int) -> None:
        if self._cancelled():
            raise StickStopped(StickTrouble.CANCELLED)
        self._done_bytes += size
        self._progress(Progress(self._done_bytes, self._total_bytes))


class _DamagedSource(Exception):
    """The station's own file cannot be read or is not what was sealed."""


def _bundle_chunks(one: Outgoing) -> Iterator[bytes]:
    """A bundle's bytes from the spool; raises _DamagedSource at the latest after the last."""
    seen = hashlib.sha256()
    try:
        with one.path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                seen.update(chunk)
                yield chunk
    except OSError as why:
        raise _DamagedSource from why
    if seen.digest() != one.entry.sha256:
        raise _DamagedSource
