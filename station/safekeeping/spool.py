"""Sealed bundles on this disk and how far each has come. The files are the truth; the database is a cache of it."""

import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from station.safekeeping import cbor
from station.safekeeping.bundle import Kind
from station.safekeeping.cbor import BadCbor, Fields
from station.safekeeping.disk import (
    Disk,
    make_folder,
    part_of,
    publish,
    remove_quietly,
    write_all,
    write_new,
    write_over,
    write_part,
)
from station.safekeeping.events import QuarantineCause
from station.safekeeping.spool_db import SpoolDatabase
from station.safekeeping.states import ON_THE_WAY, IllegalTransition, State, check_step


@dataclass(frozen=True, slots=True)
class Entry:
    """One sealed bundle, by metadata alone.

    `case_id` is None for audit and diagnostic bundles, and where metadata was lost after the case was closed.
    """

    id: bytes
    kind: Kind
    sequence: int
    sha256: bytes
    size: int
    case_id: bytes | None
    label: str
    sealed_ms: int
    training: bool
    state: State = State.SEALED

    @property
    def file_name(self) -> str:
        return f"{self.sequence:010d}-{self.id.hex()}.ktpb"

    def logged(self) -> dict[str, object]:
        """As the audit log's BUNDLE_SEALED says it."""
        return {"bundle": self.id, "sequence": self.sequence, "sha256": self.sha256}

    def encode(self) -> bytes:
        """The file beside the bundle, which outlives the bundle: everything but the state."""
        return cbor.encode(
            {
                "id": self.id,
                "kind": self.kind.value,
                "sequence": self.sequence,
                "sha256": self.sha256,
                "size": self.size,
                "case": self.case_id,
                "label": self.label,
                "sealed_ms": self.sealed_ms,
                "training": self.training,
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> "Entry":
        """Raises BadCbor."""
        fields = Fields(cbor.decode(data))
        case_id = fields.value("case")
        try:
            kind = Kind(fields.text("kind"))
        except ValueError as why:
            raise BadCbor("kind is not known") from why
        entry = cls(
            id=fields.octets("id", 16),
            kind=kind,
            sequence=fields.number("sequence"),
            sha256=fields.octets("sha256", 32),
            size=fields.number("size"),
            case_id=None if case_id is None else cbor.octets(case_id, "case", 16),
            label=fields.text("label"),
            sealed_ms=fields.number("sealed_ms"),
            training=fields.flag("training"),
        )
        fields.done()
        return entry


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file put aside while the spool was opened."""

    sequence: int
    cause: QuarantineCause


class Spool:
    """The folder of sealed bundles; one owner, one thread."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.bundles, self.quarantine = folder / "bundles", folder / "quarantine"
        self._disk = disk
        for each in (folder, self.bundles, self.quarantine):
            make_folder(each)
        self._database = SpoolDatabase(folder / "spool.db", self.quarantine)
        self._entries: dict[bytes, Entry] = {}
        self.last: tuple[int, bytes] = (0, bytes(32))
        self.rebuilt = False
        self.remade: list[int] = []

    def recover(
        self, known: Mapping[int, bytes], open_cases: set[bytes], from_header: Callable[[Path], Entry | None]
    ) -> list[Quarantined]:
        """Bring memory and database in line with the files after any kind of end.

        `known` is what the audit log says was sealed, SHA-256 by sequence: a half-done seal that it does not name
        was never shown as saved and goes; a bundle that it names and that is gone keeps its number. A bundle without
        its metadata gets it anew from `from_header`, which is None for what is not this station's; `remade` lists
        those. Returns what was put aside. Raises OSError.
        """
        self._disk.fsync_folder(self.bundles)
        for part in self.bundles.glob("*.part"):
            self._disk.unlink(part)
        with os.scandir(self.bundles) as listed:
            files = {item.name: item.stat(follow_symlinks=False).st_size for item in listed}
        states, self.rebuilt = self._database.load()
        found, aside = self._read_files(files, known, states, from_header)
        self._entries = {}
        for entry in sorted(found, key=lambda entry: entry.sequence):
            state = self._derive(entry, files, states.get(entry.id), entry.case_id in open_cases)
            if state is State.QUARANTINED and states.get(entry.id) is not state:
                aside.append(Quarantined(entry.sequence, QuarantineCause.MISSING))
            self._entries[entry.id] = replace(entry, state=state)
        tops = [(entry.sequence, entry.sha256) for entry in self._entries.values()]
        self.last = max([*known.items(), *tops, (0, bytes(32))])
        self._database.replace_all((entry.id, entry.state) for entry in self._entries.values())
        return aside

    def store(self, entry: Entry, write_to: Callable[[Callable[[bytes], None]], bytes]) -> Entry:
        """Write one bundle durably; `write_to` gets a writer and returns the SHA-256 of what it wrote.

        Order: bundle.part, fsync; metadata, fsync, name; bundle's name without replacing; fsync of the folder. The
        database is told when the bundle moves on: until then its files say everything. Raises OSError with nothing
        kept: the caller still has everything in memory and may call again.
        """
        path, meta = self.path(entry), self.meta_path(entry)
        try:
            digest, size = self._write_bundle_part(path, write_to)
            entry = replace(entry, sha256=digest, size=size, state=State.SEALED)
            write_part(self._disk, meta, entry.encode())
            publish(self._disk, meta)
            publish(self._disk, path)
            self._disk.fsync_folder(self.bundles)
        except OSError:
            remove_quietly(self._disk, path, part_of(path), meta, part_of(meta))
            raise
        self._entries[entry.id] = entry
        self.last = (entry.sequence, entry.sha256)
        return entry

    def advance(self, bundle_id: bytes, state: State) -> Entry:
        """Move a bundle on; raises IllegalTransition when the table has no such step."""
        entry = self._entries[bundle_id]
        check_step(entry.state, state)
        moved = replace(entry, state=state)
        self._entries[bundle_id] = moved
        self._database.put((bundle_id, state))
        return moved

    def hand_over(self, bundle_ids: Collection[bytes]) -> tuple[Entry, ...]:
        """These lie on a stick: those that were still to be sent become ON_USB, all at once."""
        now_there = {
            bundle_id: replace(self._entries[bundle_id], state=State.ON_USB)
            for bundle_id in bundle_ids
            if self._entries[bundle_id].state in (State.QUEUED, State.SENT)
        }
        self._entries.update(now_there)
        self._database.put(*((bundle_id, State.ON_USB) for bundle_id in now_there))
        return tuple(self._entries[bundle_id] for bundle_id in bundle_ids)

    def queue_case(self, case_id: bytes) -> None:
        """The case is closed or given up: its bundles may leave."""
        for entry in self.of_case(case_id):
            if entry.state is State.SEALED:
                check_step(entry.state, State.CASE_CLOSED)
                check_step(State.CASE_CLOSED, State.QUEUED)
                self._entries[entry.id] = replace(entry, state=State.QUEUED)
        self._database.put(*((entry.id, entry.state) for entry in self.of_case(case_id)))

    def put_aside(self, bundle_id: bytes) -> Entry:
        """Move a bundle that does not hold into quarantine; it is never deleted by itself."""
        entry = self._entries[bundle_id]
        if self.path(entry).exists():
            self._set_aside(self.path(entry))
        return self.advance(bundle_id, State.QUARANTINED)

    def keep_receipt(self, bundle_id: bytes, receipt: bytes) -> Entry:
        """Keep a receipt beside its bundle, durably; the caller has verified it. Raises OSError."""
        check_step(self._entries[bundle_id].state, State.RECEIPTED)
        write_over(self._disk, self.receipt_path(self._entries[bundle_id]), receipt)
        return self.advance(bundle_id, State.RECEIPTED)

    def forget_receipt(self, bundle_id: bytes) -> Entry:
        """The receipt beside a bundle does not hold: the bundle is to be delivered again. Raises OSError."""
        check_step(self._entries[bundle_id].state, State.QUEUED)
        self._disk.unlink(self.receipt_path(self._entries[bundle_id]))
        self._disk.fsync_folder(self.bundles)
        return self.advance(bundle_id, State.QUEUED)

    def purge(self, bundle_id: bytes, receipt: bytes) -> Entry:
        """Keep the receipt durably, then delete the bundle; its metadata stays. The caller has verified the receipt."""
        entry = self._entries[bundle_id]
        if entry.state is not State.RECEIPTED:
            raise IllegalTransition(f"{entry.state.value} -> purged")
        if not self.receipt_path(entry).exists():
            write_new(self._disk, self.receipt_path(entry), receipt)
        self._disk.unlink(self.path(entry))
        self._disk.fsync_folder(self.bundles)
        return self.advance(bundle_id, State.PURGED)

    def holds(self, entry: Entry) -> bool:
        """Whether the bundle's file still has the hash it was sealed with."""
        path = self.path(entry)
        if not path.exists() or path.stat().st_size != entry.size:
            return False
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest() == entry.sha256

    def entries(self, *states: State) -> tuple[Entry, ...]:
        """Bundles in sequence, of these states or all."""
        return tuple(entry for entry in self._entries.values() if not states or entry.state in states)

    def find(self, bundle_id: bytes) -> Entry:
        """Raises KeyError."""
        return self._entries[bundle_id]

    def of_case(self, case_id: bytes) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._entries.values() if entry.case_id == case_id)

    def waiting(self) -> int:
        """How many closed bundles have no receipt yet."""
        return len(self.entries(*ON_THE_WAY))

    def path(self, entry: Entry) -> Path:
        return self.bundles / entry.file_name

    def meta_path(self, entry: Entry) -> Path:
        return self.bundles / (entry.file_name + ".meta")

    def receipt_path(self, entry: Entry) -> Path:
        return self.bundles / (entry.file_name + ".receipt")

    def close(self) -> None:
        self._database.close()

    def _derive(self, entry: Entry, files: Mapping[str, int], stored: State | None, open_case: bool) -> State:
        """A bundle's state from its files, and from the database only what files do not tell."""
        present, receipted = entry.file_name in files, f"{entry.file_name}.receipt" in files
        if not present:
            return State.PURGED if receipted else State.QUARANTINED
        if receipted:
            return State.RECEIPTED
        if stored in (None, State.SEALED, State.CASE_CLOSED, State.PURGED):
            return State.SEALED if open_case else State.QUEUED
        return stored

    def _write_bundle_part(self, path: Path, write_to: Callable[[Callable[[bytes], None]], bytes]) -> tuple[bytes, int]:
        size = 0
        file = self._disk.create(part_of(path))

        def write(data: bytes) -> None:
            nonlocal size
            write_all(self._disk, file, data)
            size += len(data)

        try:
            digest = write_to(write)
            self._disk.fsync(file)
        finally:
            self._disk.close(file)
        return digest, size

    def _read_files(
        self,
        files: Mapping[str, int],
        known: Mapping[int, bytes],
        states: Mapping[bytes, State],
        from_header: Callable[[Path], Entry | None],
    ) -> tuple[list[Entry], list[Quarantined]]:
        """The bundles in the folder's listing (sizes by name), and what had to be put aside."""
        found: dict[int, Entry] = {}
        aside: list[Quarantined] = []
        newest_known = max(known, default=0)
        for name in sorted(name for name in files if name.endswith(".meta")):
            meta = self.bundles / name
            try:
                entry = Entry.decode(meta.read_bytes())
                if f"{entry.file_name}.meta" != name:
                    raise BadCbor("another bundle's")
            except BadCbor:
                self._set_aside(meta)
                aside.append(Quarantined(0, QuarantineCause.NOT_READABLE))
                continue
            missing = entry.file_name not in files and f"{entry.file_name}.receipt" not in files
            unseen = entry.sequence > newest_known and entry.id not in states
            if missing and unseen:
                self._disk.unlink(meta)
                continue
            cause = self._fault(entry, files, known.get(entry.sequence), newest_known, entry.sequence in found)
            if cause is not None:
                for path in (meta, self.path(entry)):
                    self._set_aside(path)
                aside.append(Quarantined(entry.sequence, cause))
                continue
            found[entry.sequence] = entry
        named = {entry.file_name for entry in found.values()}
        for name in sorted(name for name in files if name.endswith(".ktpb") and name not in named):
            path = self.bundles / name
            if not path.exists():
                continue
            remade = from_header(path)
            if remade is None or remade.file_name != path.name:
                self._set_aside(path)
                aside.append(Quarantined(0, QuarantineCause.NOT_OURS))
            elif cause := self._fault(
                remade, files, known.get(remade.sequence), newest_known, remade.sequence in found
            ):
                self._set_aside(path)
                aside.append(Quarantined(remade.sequence, cause))
            else:
                write_new(self._disk, self.meta_path(remade), remade.encode())
                self.remade.append(remade.sequence)
                found[remade.sequence] = remade
        return list(found.values()), aside

    def _fault(
        self, entry: Entry, files: Mapping[str, int], logged: bytes | None, newest_known: int, taken: bool
    ) -> QuarantineCause | None:
        """What is wrong with a bundle found on the disk; one newer than the log is hashed whole."""
        if entry.file_name not in files:
            return None
        if taken or (logged is not None and logged != entry.sha256):
            return QuarantineCause.SECOND_WITH_NUMBER
        newer = entry.sequence > newest_known
        sound = self.holds(entry) if newer else files[entry.file_name] == entry.size
        return None if sound else QuarantineCause.WRONG_HASH

    def _set_aside(self, path: Path) -> None:
        target, number = self.quarantine / path.name, 1
        while target.exists():
            target, number = self.quarantine / f"{path.name}.{number}", number + 1
        self._disk.link(path, target)
        self._disk.unlink(path)
        self._disk.fsync_folder(self.quarantine)
        self._disk.fsync_folder(self.bundles)
