"""The audit log: records chained by hash in append-only segments, so an edit, a cut or a swap shows and is named."""

import contextlib
import hashlib
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from station.safekeeping import cbor
from station.safekeeping.bundle import Checkpoint, Instant
from station.safekeeping.cbor import BadCbor
from station.safekeeping.disk import Disk, make_folder, write_all
from station.safekeeping.events import EventKind, check_fields, encode_fields

GENESIS = bytes(32)
MAX_RECORD = 4096
SEGMENT_BYTES = 1 << 18


class AuditFault(Enum):
    """What is wrong with a record."""

    TORN = "the record is not complete"
    UNREADABLE = "the record is not a canonical one"
    CHAIN = "the record does not follow the one before it"
    MISSING = "a signed checkpoint counts more records than there are"
    CHECKPOINT = "the record is not the one that a signed checkpoint names"
    SEGMENT_MISSING = "a whole file of the log is missing"


@dataclass(frozen=True, slots=True)
class BadRecord:
    """The first record that does not hold: its number from 0, its file, and where it begins there."""

    index: int
    file: str
    offset: int
    fault: AuditFault


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a walk over the log found; `records` and `head` count the good ones before `bad`."""

    records: int
    head: bytes
    bad: BadRecord | None

    @property
    def whole(self) -> bool:
        return self.bad is None


@dataclass(frozen=True, slots=True)
class Record:
    """One event as logged; `body` is its bytes, and `digest` their hash, which chains the next one to it."""

    index: int
    kind: EventKind
    when: Instant
    fields: Mapping[str, cbor.Value]
    digest: bytes
    body: bytes


class _Bad(Exception):
    def __init__(self, bad: BadRecord) -> None:
        super().__init__(bad.fault.value)
        self.bad = bad


def verify(folder: Path, checkpoint: Checkpoint | None = None) -> AuditReport:
    """Walk the log in `folder` and name the first bad record; a signed checkpoint shows what was cut off."""
    count, head = 0, GENESIS
    try:
        for record in records(folder):
            count, head = record.index + 1, record.digest
            if checkpoint and checkpoint.count == count and checkpoint.head != head:
                last = BadRecord(record.index, "", 0, AuditFault.CHECKPOINT)
                return AuditReport(record.index, GENESIS, last)
    except _Bad as found:
        return AuditReport(count, head, found.bad)
    if checkpoint and checkpoint.count > count:
        return AuditReport(count, head, BadRecord(count, "", 0, AuditFault.MISSING))
    return AuditReport(count, head, None)


def records(folder: Path) -> Iterator[Record]:
    """Every record of a log; stops with a private exception at the first bad one, see `verify`."""
    return _walk(segments(folder), 1, 0, GENESIS)


def _walk(paths: Sequence[Path], first: int, index: int, head: bytes) -> Iterator[Record]:
    """The records of consecutive files of which the first has number `first` and begins with record `index`."""
    for number, path in enumerate(paths, start=first):
        if path.name != _segment_name(number):
            raise _Bad(BadRecord(index, _segment_name(number), 0, AuditFault.SEGMENT_MISSING))
        for record, _ in _segment(path, index, head):
            index, head = record.index + 1, record.digest
            yield record


def segments(folder: Path) -> list[Path]:
    """The log's files in their order."""
    return sorted(folder.glob("*.log"))


def _segment(path: Path, index: int, head: bytes) -> Iterator[tuple[Record, int]]:
    """The records of one file with the offset behind each."""
    data, offset = path.read_bytes(), 0
    while offset < len(data):
        length = int.from_bytes(data[offset : offset + 4], "big")
        body = data[offset + 4 : offset + 4 + length]
        if length > MAX_RECORD:
            raise _Bad(BadRecord(index, path.name, offset, AuditFault.UNREADABLE))
        if len(data) - offset < 4 or len(body) < length or not any(data[offset:]):
            raise _Bad(BadRecord(index, path.name, offset, AuditFault.TORN))
        try:
            record, previous = decode_record(body)
        except BadCbor:
            raise _Bad(BadRecord(index, path.name, offset, AuditFault.UNREADABLE)) from None
        if record.index != index or previous != head:
            raise _Bad(BadRecord(index, path.name, offset, AuditFault.CHAIN))
        offset += 4 + length
        index, head = index + 1, record.digest
        yield record, offset


def _encode(index: int, previous: bytes, kind: EventKind, when: Instant, fields: Mapping[str, cbor.Value]) -> bytes:
    return cbor.encode([index, previous, kind.value, when.value(), fields])


def decode_record(body: bytes) -> tuple[Record, bytes]:
    """A record and the hash of the one before it; raises BadCbor."""
    index, previous, raw_kind, when, fields = cbor.items(cbor.decode(body), "record", 5)
    try:
        kind = EventKind(cbor.text(raw_kind, "kind"))
    except ValueError as why:
        raise BadCbor("the kind is not declared") from why
    if not isinstance(fields, Mapping):
        raise BadCbor("fields are not a map")
    check_fields(kind, fields)
    digest = hashlib.sha256(body).digest()
    record = Record(cbor.number(index, "index"), kind, Instant.from_value(when), fields, digest, bytes(body))
    return record, cbor.octets(previous, "previous", 32)


def _start(path: Path) -> tuple[int, bytes]:
    """The number of a file's first record and the hash it follows."""
    with path.open("rb") as file:
        body = file.read(min(int.from_bytes(file.read(4), "big"), MAX_RECORD))
    try:
        record, previous = decode_record(body)
    except BadCbor:
        raise _Bad(BadRecord(0, path.name, 0, AuditFault.UNREADABLE)) from None
    return record.index, previous


def _segment_name(number: int) -> str:
    return f"{number:06d}.log"


class AuditLog:
    """The log as its one writer holds it. What the disk refuses waits in memory and is written first next time."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder, self._disk = folder, disk
        self._file: int | None = None
        self._path: Path | None = None
        self._good_bytes = 0
        self._count, self._head = 0, GENESIS
        self._waiting: deque[tuple[EventKind, Instant, dict[str, cbor.Value]]] = deque()
        self.recent: list[Record] = []  # as of opening: the last two files' records

    @classmethod
    def open(cls, folder: Path, disk: Disk, when: Instant) -> "AuditLog":
        """Take up the log where it ended; a torn last record is cut off, a damaged log is put aside, and both are
        written down in the log itself. Raises OSError."""
        make_folder(folder)
        log = cls(folder, disk)
        bad = log._read_end()
        if bad is not None and not log._is_torn_end(bad):
            folder.rename(_free_name(folder))
            make_folder(folder)
            disk.fsync_folder(folder.parent)
            log = cls(folder, disk)
            log.append(EventKind.LOG_DAMAGED, when, {"record": min(bad.index, 999_999_999)})
            return log
        log._take_up(bad, when)
        return log

    def contradicts(self, checkpoint: Checkpoint) -> bool:
        """Whether a signed checkpoint counts more records than there are, or names another among the recent ones."""
        if checkpoint.count > self._count:
            return True
        return any(one.index + 1 == checkpoint.count and one.digest != checkpoint.head for one in self.recent)

    @property
    def checkpoint(self) -> Checkpoint:
        """What is durably logged."""
        return Checkpoint(self._count, self._head)

    @property
    def waiting(self) -> int:
        """How many events wait for the disk."""
        return len(self._waiting)

    def append(self, kind: EventKind, when: Instant, fields: Mapping[str, object]) -> bool:
        """Log an event durably; False when the disk refused and it waits in memory. A field that is not declared for
        `kind` is a caller's bug and raises BadCbor."""
        self._waiting.append((kind, when, encode_fields(kind, fields)))
        return self.flush()

    def flush(self) -> bool:
        """Write what waits, in order; False when the disk still refuses."""
        try:
            while self._waiting:
                self._write(*self._waiting[0])
                self._waiting.popleft()
        except OSError:
            self._give_up_file()
            return False
        return True

    def close(self) -> None:
        """Close the file; what waits is tried once more."""
        try:
            self.flush()
        finally:
            self._give_up_file()

    def _write(self, kind: EventKind, when: Instant, fields: dict[str, cbor.Value]) -> None:
        body = _encode(self._count, self._head, kind, when, fields)
        if len(body) > MAX_RECORD:
            raise ValueError("an audit record is too long")
        record, _ = decode_record(body)
        file = self._ready_file()
        write_all(self._disk, file, len(body).to_bytes(4, "big") + body)
        self._disk.fsync(file)
        self._good_bytes += 4 + len(body)
        self._count, self._head = self._count + 1, record.digest

    def _ready_file(self) -> int:
        """The open segment. After trouble the old one is cut back by a fresh descriptor and a new one begun, because
        a descriptor whose fsync failed may report success for bytes that are lost."""
        if self._file is not None and self._good_bytes < SEGMENT_BYTES:
            return self._file
        if self._file is not None:
            self._give_up_file()
        if self._path is not None:
            self._cut(self._path, self._good_bytes)
        existing = segments(self._folder)
        path = self._folder / _segment_name(len(existing) + 1)
        if existing and existing[-1].stat().st_size == 0:
            path = existing[-1]
        self._file = self._disk.append(path) if path.exists() else self._disk.create(path)
        self._path, self._good_bytes = path, 0
        self._disk.fsync_folder(self._folder)
        return self._file

    def _cut(self, path: Path, length: int) -> None:
        if not path.exists() or path.stat().st_size == length:
            return
        file = self._disk.append(path)
        try:
            self._disk.truncate(file, length)
            self._disk.fsync(file)
        finally:
            self._disk.close(file)

    def _give_up_file(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            with contextlib.suppress(OSError):  # what counts was fsynced before; the rest still waits in memory
                self._disk.close(file)

    def _is_torn_end(self, bad: BadRecord) -> bool:
        return bad.fault is AuditFault.TORN and bad.file == segments(self._folder)[-1].name

    def _read_end(self) -> BadRecord | None:
        """Walk the last two files, so that opening takes no longer as the log grows; `verify` walks all."""
        paths = segments(self._folder)
        tail = paths[-2:]
        first = len(paths) - len(tail) + 1
        try:
            if first > 1:
                self._count, self._head = _start(tail[0])
            for record in _walk(tail, first, self._count, self._head):
                self._count, self._head = record.index + 1, record.digest
                self.recent.append(record)
        except _Bad as found:
            return found.bad
        return None

    def _take_up(self, bad: BadRecord | None, when: Instant) -> None:
        paths = segments(self._folder)
        dropped = 0
        if paths:
            self._path = paths[-1]
            size = self._path.stat().st_size
            self._good_bytes = bad.offset if bad else size
            dropped = size - self._good_bytes
            self._cut(self._path, self._good_bytes)
            self._file = self._disk.append(self._path)
        if dropped:
            self.append(EventKind.LOG_MENDED, when, {"dropped_bytes": dropped})
        if not paths:
            self.append(EventKind.LOG_STARTED, when, {})


def _free_name(folder: Path) -> Path:
    number = 1
    while os.path.lexists(target := folder.with_name(f"{folder.name}-damaged-{number}")):
        number += 1
    return target
