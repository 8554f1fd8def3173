"""A stick or folder that is carried away: written durably, read back from the medium, and nothing of others touched.

Whatever lies there under one of our names and is not a plain file of ours, a link above all, stops the writing.
"""

import contextlib
import ctypes
import errno
import hashlib
import mmap
import os
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Protocol

from station.safekeeping.disk import Disk, SystemDisk, part_of, write_all
from station.text import Message, msg

CHUNK_BYTES = 1 << 20
_LIBC = ctypes.CDLL(None, use_errno=True)


class StickTrouble(Enum):
    """Why a stick was not written to its end."""

    FULL = "full"
    PULLED = "pulled"
    READ_ONLY = "read_only"
    OCCUPIED = "occupied"
    DIFFERS = "differs"
    NO_FOLDER = "no_folder"
    CANCELLED = "cancelled"
    DAMAGED_HERE = "damaged_here"


TO_DO: dict[StickTrouble, Message] = {
    StickTrouble.FULL: msg("The stick is full. Make room or take another stick, then export again."),
    StickTrouble.PULLED: msg("The stick does not answer. Plug it in again, or take another stick, then export again."),
    StickTrouble.READ_ONLY: msg("The stick cannot be written. Open its lock or take another stick, then export again."),
    StickTrouble.OCCUPIED: msg("Something else on the stick has a name that is needed. Take another stick."),
    StickTrouble.DIFFERS: msg("The stick does not give back what was written. Take another stick, then export again."),
    StickTrouble.NO_FOLDER: msg("This folder is not there. Plug the stick in, or name another folder."),
    StickTrouble.CANCELLED: msg("Stopped. Nothing was handed over; export again when the stick is ready."),
    StickTrouble.DAMAGED_HERE: msg("The files that wait are damaged on this station's own disk. Call the technician."),
}


class StickStopped(Exception):
    """Writing ended; what the station has is untouched."""

    def __init__(self, trouble: StickTrouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class StickDisk(Disk, Protocol):
    """The disk's door with what a medium that leaves needs besides."""

    def make_folder(self, path: Path) -> None: ...
    def sync_all(self, folder: Path) -> None:
        """Everything of the file system that `folder` is on (syncfs)."""
        ...

    def digest(self, path: Path) -> bytes:
        """SHA-256 of a file as the medium gives it back, past the machine's memory where the file system can."""
        ...


class SystemStick(SystemDisk):
    """The machine's own. Its files may be read by everybody: the receiver is another user, and bundles are sealed."""

    def create(self, path: Path) -> int:
        file = SystemDisk.create(self, path)
        with contextlib.suppress(OSError):  # file systems of sticks without rights
            os.fchmod(file, 0o644)
        return file

    def make_folder(self, path: Path) -> None:
        path.mkdir()
        with contextlib.suppress(OSError):
            path.chmod(0o755)

    def sync_all(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if _LIBC.syncfs(descriptor) != 0:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number), str(folder))
        finally:
            os.close(descriptor)

    def digest(self, path: Path) -> bytes:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        forgotten = os.open(path, flags)
        try:
            os.posix_fadvise(forgotten, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(forgotten)
        with contextlib.suppress(OSError):  # a file system without direct reading; a real fault shows below
            return _digest(path, flags | os.O_DIRECT)
        return _digest(path, flags)


class Stick:
    """One station's place on a stick. Raises StickStopped, from every method, and nothing else that is expected."""

    def __init__(self, folder: Path, disk: StickDisk) -> None:
        self._disk = disk
        try:
            self.folder = folder.resolve(strict=True)
            self._device = self.folder.stat().st_dev
        except OSError:
            raise StickStopped(StickTrouble.NO_FOLDER) from None
        if not self.folder.is_dir():
            raise StickStopped(StickTrouble.NO_FOLDER)

    def enter(self, prefix: str) -> Path:
        """The folder `prefix` below the stick's, made where it is missing; each of its steps a real folder."""
        here = self.folder
        for step in prefix.strip("/").split("/"):
            inner = here / step
            with _stopping():
                mode = _mode(inner)
                if mode is None:
                    self._disk.make_folder(inner)
                elif not S_ISDIR(mode):
                    raise StickStopped(StickTrouble.OCCUPIED)
            here = inner
        return here

    def holds(self, path: Path, sha256: bytes) -> bool:
        """Whether this file is there, whole, as the medium gives it back."""
        with _stopping():
            return self._plain(path) and self._disk.digest(path) == sha256

    def free_bytes(self) -> int:
        with _stopping():
            return self._disk.free_bytes(self.folder)

    def put(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Write `path` whole, in place of a spoiled one of ours; on trouble nothing half-written keeps the name.

        Its bytes are on the medium before its name; that the name is there too, `settle` sees to.
        """
        part = part_of(path)
        with _stopping():
            self._plain(path)
            if self._plain(part):
                self._disk.unlink(part)
            file = self._disk.create(part)
            try:
                try:
                    for chunk in chunks:
                        write_all(self._disk, file, chunk)
                    self._disk.fsync(file)
                finally:
                    self._disk.close(file)
                self._disk.replace(part, path)
            except BaseException:
                with contextlib.suppress(OSError):
                    self._disk.unlink(part)
                raise

    def settle(self) -> None:
        """Let the medium have everything, and be sure that it is still the same one."""
        with _stopping():
            self._disk.sync_all(self.folder)
            if self.folder.stat().st_dev != self._device:
                raise StickStopped(StickTrouble.PULLED)

    def _plain(self, path: Path) -> bool:
        """Whether a plain file has this name; False when the name is free."""
        mode = _mode(path)
        if mode is not None and not S_ISREG(mode):
            raise StickStopped(StickTrouble.OCCUPIED)
        return mode is not None


def trouble_of(why: OSError) -> StickTrouble:
    """What a person can do about what the system said."""
    match why.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return StickTrouble.FULL
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return StickTrouble.READ_ONLY
        case errno.EEXIST | errno.ELOOP | errno.ENOTDIR | errno.EISDIR:
            return StickTrouble.OCCUPIED
        case _:
            return StickTrouble.PULLED


@contextlib.contextmanager
def _stopping() -> Iterator[None]:
    try:
        yield
    except OSError as why:
        raise StickStopped(trouble_of(why)) from why


def _mode(path: Path) -> int | None:
    """The kind of what has this name, never followed; None when the name is free."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None


def _digest(path: Path, flags: int) -> bytes:
    seen = hashlib.sha256()
    file = os.open(path, flags)
    try:
        left = os.fstat(file).st_size
        with mmap.mmap(-1, CHUNK_BYTES) as buffer, memoryview(buffer) as view:
            while left > 0 and (count := os.readv(file, [buffer])) > 0:
                with view[:count] as piece:
                    seen.update(piece)
                left -= count
    finally:
        os.close(file)
    return seen.digest()
