"""The authority's own copies: one file a bundle, named by its number and hash, complete and durable or not there.

    <folder>/ktpel/<station>/<number>-<sha256>.ktpb     taken bundles: the layout of the bucket and of a stick
    <folder>/unopened/<station>/<the same name>         an empty file: this manifest's case is still to be opened
    <folder>/incoming/<receiver>/                       what a receiver is writing; its own, swept at its start

Several receivers share a shelf without a lock between them: a name is given by a link that never replaces, and equal
names mean equal bytes.
"""

import contextlib
import fcntl
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from station.delivery.layout import BundleName, station_prefix
from station.safekeeping.bundle import PIECE, BundleRefused, Core, Envelope, Kind, read_core, read_envelope
from station.safekeeping.disk import Disk, make_folder, remove_quietly, write_all

UNOPENED, INCOMING = "unopened", "incoming"


class ShelfBusy(Exception):
    """Another receiver of this name is at work here."""


class Shelf:
    """The folder, held by one receiver under its name until `close`; raises ShelfBusy, OSError."""

    def __init__(self, folder: Path, receiver: str, disk: Disk) -> None:
        self.folder, self._disk = folder, disk
        self._incoming = folder / INCOMING / receiver
        make_folder(self._incoming)
        self._lock = os.open(self._incoming / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise ShelfBusy from None
        remove_quietly(disk, *self._incoming.glob("*.part"))

    def close(self) -> None:
        os.close(self._lock)

    def path(self, name: BundleName) -> Path:
        return self.folder / name.key

    def has(self, name: BundleName) -> bool:
        return self.path(name).exists()

    def names(self, station: str) -> list[BundleName]:
        """What is here of a station, by number."""
        folder = self.folder / station_prefix(station)
        if not folder.is_dir():
            return []
        named = (BundleName.of_file(station, entry.name) for entry in os.scandir(folder))
        return sorted(name for name in named if name is not None)

    def core(self, name: BundleName) -> Core:
        """The header of a bundle here; raises OSError, BundleRefused."""
        with self.path(name).open("rb") as stream:
            return read_core(stream)

    def receive(self, stream: BinaryIO) -> "Arrival":
        """Write what comes and read its form on the way; it is nobody's yet. Raises OSError and what `stream` raises.

        Memory stays flat: 64 KiB at a time.
        """
        path = self._incoming / "bundle.part"
        remove_quietly(self._disk, path)
        file = self._disk.create(path)
        try:
            tee = _Tee(stream, self._disk, file)
            try:
                envelope: Envelope | BundleRefused = read_envelope(tee)
            except BundleRefused as refused:
                envelope = refused
                while tee.read(PIECE):
                    continue
            self._disk.fsync(file)
        finally:
            self._disk.close(file)
        return Arrival(path, envelope)

    def keep(self, arrival: "Arrival", name: BundleName) -> bool:
        """Give an arrival its name for good; False when it was here already. Raises OSError."""
        path = self.path(name)
        self._make_station(path.parent)
        if isinstance(arrival.envelope, Envelope) and arrival.envelope.core.kind is Kind.MANIFEST:
            self._note_unopened(name)
        try:
            self._disk.link(arrival.path, path)
        except FileExistsError:
            fresh = False
        else:
            fresh = True
        self._disk.fsync_folder(path.parent)
        self.drop(arrival)
        return fresh

    def drop(self, arrival: "Arrival") -> None:
        remove_quietly(self._disk, arrival.path)

    def unopened(self) -> Iterator[BundleName]:
        """Manifests whose cases are still to be opened."""
        root = self.folder / UNOPENED
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            for path in sorted(folder.iterdir()):
                name = BundleName.of_file(folder.name, path.name)
                if name is not None and self.has(name):
                    yield name

    def opened(self, name: BundleName) -> None:
        """The case of this manifest lies open."""
        remove_quietly(self._disk, self.folder / UNOPENED / name.station / name.file_name)

    def _make_station(self, folder: Path) -> None:
        if not folder.is_dir():
            make_folder(folder)
            self._disk.fsync_folder(folder.parent)
            self._disk.fsync_folder(self.folder)

    def _note_unopened(self, name: BundleName) -> None:
        path = self.folder / UNOPENED / name.station / name.file_name
        if self.has(name) or path.exists():
            return
        make_folder(path.parent)
        with contextlib.suppress(FileExistsError):
            self._disk.close(self._disk.create(path))
        self._disk.fsync_folder(path.parent)


class Arrival:
    """A bundle written down and not yet taken; `envelope` is why it has no sound form, where it has none."""

    __slots__ = ("envelope", "path")

    def __init__(self, path: Path, envelope: Envelope | BundleRefused) -> None:
        self.path, self.envelope = path, envelope

    def sha256(self) -> bytes:
        """Of the bytes that came."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()


class _Tee(io.RawIOBase, BinaryIO):
    """Hands bytes on and writes them down."""

    def __init__(self, stream: BinaryIO, disk: Disk, file: int) -> None:
        self._stream, self._disk, self._file = stream, disk, file

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        write_all(self._disk, self._file, data)
        return data
