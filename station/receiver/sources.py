"""Where bundles come from and receipts go back to: a bucket, or a folder such as a stick. Both have the one layout."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from station.delivery.layout import (
    RECEIPTS,
    ROOT,
    BundleName,
    is_station,
    receipted_hash,
    receipts_prefix,
    station_prefix,
)
from station.delivery.receipt_document import MAX_SIZE
from station.delivery.store import ObjectStore
from station.safekeeping.disk import Disk, make_folder, part_of, write_part


@dataclass(frozen=True, slots=True)
class Found:
    """A bundle in a source; `tag` changes when other bytes are put under the same name."""

    name: BundleName
    size: int
    tag: str


class Source(Protocol):
    """Raises StoreTrouble or OSError when it cannot be reached; nothing is half done then."""

    def stations(self) -> Iterator[str]: ...
    def bundles(self, station: str, after: int = 0) -> Iterator[Found]:
        """A station's bundles in the order of their numbers, those above `after`."""
        ...

    def receipted(self, station: str) -> set[bytes]:
        """The hashes that a receipt lies there for, whatever it says."""
        ...

    def open(self, found: Found) -> AbstractContextManager[BinaryIO]:
        """The bytes as they lie there now; FileNotFoundError when they are gone."""
        ...

    def receipt(self, name: BundleName) -> bytes | None: ...
    def give(self, name: BundleName, receipt: bytes) -> None:
        """Lay a receipt there, in place of any other."""
        ...


class BucketSource:
    """A bucket of an object store, by an account that may list and read it and write receipts."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def stations(self) -> Iterator[str]:
        return filter(is_station, self._store.folders(f"{ROOT}/"))

    def bundles(self, station: str, after: int = 0) -> Iterator[Found]:
        prefix = station_prefix(station)
        for one in self._store.names(prefix, f"{prefix}{after:010d}~" if after else ""):
            name = BundleName.of_file(station, one.key.removeprefix(prefix))
            if name is not None:
                yield Found(name, one.size, one.tag)

    def receipted(self, station: str) -> set[bytes]:
        prefix = receipts_prefix(station)
        hashes = (receipted_hash(one.key.removeprefix(prefix)) for one in self._store.names(prefix))
        return {found for found in hashes if found is not None}

    def open(self, found: Found) -> AbstractContextManager[BinaryIO]:
        return self._store.reading(found.name.key)

    def receipt(self, name: BundleName) -> bytes | None:
        return self._store.get(name.receipt_key, MAX_SIZE)

    def give(self, name: BundleName, receipt: bytes) -> None:
        self._store.put(name.receipt_key, receipt)


class FolderSource:
    """A folder, a stick for one. Links are not followed, and what is not named as ours is passed over.

    `owner` is the receiver's name: receipts grow under it until they have their own, so that two receivers do not meet.
    """

    def __init__(self, folder: Path, disk: Disk, owner: str) -> None:
        self._folder, self._disk, self._owner = folder, disk, owner

    def stations(self) -> Iterator[str]:
        root = self._folder / ROOT
        if not root.is_dir():
            return iter(())
        names = sorted(path.name for path in root.iterdir() if path.is_dir() and not path.is_symlink())
        return iter([name for name in names if is_station(name) and name != RECEIPTS])

    def bundles(self, station: str, after: int = 0) -> Iterator[Found]:
        for path in self._files(station_prefix(station)):
            name = BundleName.of_file(station, path.name)
            if name is not None and name.sequence > after:
                about = path.stat()
                yield Found(name, about.st_size, f"{about.st_size}/{about.st_mtime_ns}")

    def receipted(self, station: str) -> set[bytes]:
        hashes = (receipted_hash(path.name) for path in self._files(receipts_prefix(station)))
        return {found for found in hashes if found is not None}

    @contextmanager
    def open(self, found: Found) -> Iterator[BinaryIO]:
        with _no_link(self._folder / found.name.key) as stream:
            yield stream

    def receipt(self, name: BundleName) -> bytes | None:
        try:
            with _no_link(self._folder / name.receipt_key) as stream:
                return stream.read(MAX_SIZE + 1)
        except FileNotFoundError:
            return None

    def give(self, name: BundleName, receipt: bytes) -> None:
        path = self._folder / name.receipt_key
        make_folder(path.parent)
        growing = path.with_name(f"{path.name}.{self._owner}")
        write_part(self._disk, growing, receipt)
        self._disk.replace(part_of(growing), path)
        self._disk.fsync_folder(path.parent)

    def _files(self, prefix: str) -> list[Path]:
        folder = self._folder / prefix
        if not folder.is_dir() or folder.is_symlink():
            return []
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())


def _no_link(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW), "rb")
