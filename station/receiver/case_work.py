"""Opening, one after the other, the cases whose manifests have arrived; a case waits for all its segments."""

import fcntl
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from station.delivery.layout import BundleName
from station.receiver.decrypting import decrypt
from station.receiver.opening import STAGING, Completeness, OpenedCase, open_bundles, read_manifest
from station.receiver.shelf import Shelf
from station.safekeeping.bundle import BundleRefused, read_envelope
from station.safekeeping.cbor import BadCbor
from station.safekeeping.contents import MANIFEST_PART, PartHead
from station.safekeeping.disk import make_folder
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.keyring import Keyring
from station.text import Language


@dataclass(frozen=True, slots=True)
class CaseWork:
    """A manifest that was looked at: its case, opened, or None while `missing` segments are still to come."""

    manifest: BundleName
    case: OpenedCase | None
    missing: int = 0


def open_pending(shelf: Shelf, keyring: Keyring, secret: RecipientSecret, out: Path, *, training_ok: bool = False,
                 pictures: bool = False, language: Language = Language.ENGLISH) -> Iterator[CaseWork]:  # fmt: skip
    """Open what is complete, each case into a folder of its own under `out`; one opener at a time, others do nothing.

    Raises OSError. A kill in between leaves no half case: what was being opened is removed and opened anew.
    """
    make_folder(out)
    with _alone(out) as alone:
        for manifest in shelf.unopened() if alone else ():
            work = _open_one(shelf, manifest, keyring, secret, out, training_ok, pictures, language)
            if work.case is not None:
                shelf.opened(manifest)
            yield work


def _open_one(shelf: Shelf, manifest: BundleName, keyring: Keyring, secret: RecipientSecret, out: Path,
              training_ok: bool, pictures: bool, language: Language) -> CaseWork:  # fmt: skip
    listed = _listed(shelf.path(manifest), secret)
    names = [BundleName(manifest.station, sequence, digest) for sequence, digest in listed or ()]
    missing = sum(not shelf.has(name) for name in names)
    if listed is None or missing:
        return CaseWork(manifest, None, missing)
    paths = [shelf.path(name) for name in (*names, manifest)]
    try:
        report = open_bundles(paths, keyring, secret, out, training_ok=training_ok, pictures=pictures,
                              language=language)  # fmt: skip
    except FileExistsError as there:
        return CaseWork(manifest, OpenedCase("", Completeness.COMPLETE, Path(str(there.filename or there)), len(paths)))
    case = next((one for one in report.cases if one.folder is not None), None)
    return CaseWork(manifest, case)


def _listed(path: Path, secret: RecipientSecret) -> list[tuple[int, bytes]] | None:
    """The segments that a manifest lists: number and hash; None when it does not open or is not one."""
    kept = _Kept()

    def sink(part: PartHead) -> BinaryIO:
        return kept if part.name == MANIFEST_PART else Path(os.devnull).open("wb")

    try:
        with path.open("rb") as stream:
            decrypt(read_envelope(stream), stream, secret, sink)
        segments, _ = read_manifest(kept.content)
    except (BundleRefused, BadCbor):
        return None
    return [(sequence, digest) for sequence, digest, _label in segments.values()]


class _Kept(io.BytesIO):
    """Keeps what was written when it is closed."""

    content = b""

    def close(self) -> None:
        self.content = self.content or self.getvalue()
        super().close()


@contextmanager
def _alone(out: Path) -> Iterator[bool]:
    """Whether nobody else opens into this folder; a dead opener's half case is removed first."""
    lock = os.open(out / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        shutil.rmtree(out / STAGING, ignore_errors=True)
        yield True
    finally:
        os.close(lock)
