"""The receiver's look at a stick: does everything lie there that its signed lists name, whole, and nothing besides?"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from station.delivery.handover_index import MAX_SIZE, SUFFIX, BadIndex, HandoverIndex, read_index
from station.delivery.layout import RECEIPTS, ROOT, BundleName, is_station
from station.safekeeping.keyring import Keyring


@dataclass(frozen=True, slots=True)
class ListReport:
    """One list on the stick: `index` is None when it is not believed; `sha256` stands on the handover record."""

    path: Path
    sha256: bytes
    index: HandoverIndex | None
    missing: tuple[BundleName, ...] = ()
    spoiled: tuple[BundleName, ...] = ()

    @property
    def whole(self) -> bool:
        return self.index is not None and not self.missing and not self.spoiled


@dataclass(frozen=True, slots=True)
class StickReport:
    """Every list, and the bundles that no believed list names."""

    lists: tuple[ListReport, ...]
    unlisted: tuple[Path, ...]

    @property
    def whole(self) -> bool:
        return bool(self.lists) and all(one.whole for one in self.lists) and not self.unlisted


def check_stick(folder: Path, keyring: Keyring) -> StickReport:
    """Hold what lies on a stick against its lists; links are not followed. Raises OSError."""
    lists: list[ListReport] = []
    found: list[Path] = []
    for place in _places(folder):
        files = sorted(path for path in place.iterdir() if path.is_file() and not path.is_symlink())
        found.extend(path for path in files if BundleName.of_file(place.name, path.name) is not None)
        lists.extend(_list(path, keyring) for path in files if path.suffix == SUFFIX)
    named = {(one.name.station, one.name.file_name) for each in lists if each.index for one in each.index.bundles}
    return StickReport(tuple(lists), tuple(path for path in found if (path.parent.name, path.name) not in named))


def _places(folder: Path) -> Iterator[Path]:
    root = folder / ROOT
    if root.is_dir() and not root.is_symlink():
        for place in sorted(root.iterdir()):
            if place.is_dir() and not place.is_symlink() and is_station(place.name) and place.name != RECEIPTS:
                yield place


def _list(path: Path, keyring: Keyring) -> ListReport:
    with path.open("rb") as stream:
        document = stream.read(MAX_SIZE + 1)
    digest = hashlib.sha256(document).digest()
    try:
        index = read_index(document, keyring)
    except BadIndex:
        return ListReport(path, digest, None)
    missing, spoiled = [], []
    for one in index.bundles:
        bundle = path.parent / one.name.file_name
        if index.station != path.parent.name or bundle.is_symlink() or not bundle.is_file():
            missing.append(one.name)
        elif _digest(bundle) != one.name.sha256:
            spoiled.append(one.name)
    return ListReport(path, digest, index, tuple(missing), tuple(spoiled))


def _digest(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()
