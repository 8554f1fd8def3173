"""The disk behind one door, so that tests can pull the plug at every step; files are 0600, folders 0700."""

import contextlib
import os
import shutil
from pathlib import Path
from typing import Protocol

from station.safekeeping.bundle import Buffer


class Disk(Protocol):
    """The system calls that durability rests on; all raise OSError as the system does, `write` may be short."""

    def create(self, path: Path) -> int:
        """A new file for writing; refuses one that exists (O_EXCL)."""
        ...

    def append(self, path: Path) -> int: ...
    def write(self, file: int, data: Buffer) -> int: ...
    def truncate(self, file: int, length: int) -> None: ...
    def fsync(self, file: int) -> None: ...
    def close(self, file: int) -> None: ...
    def link(self, source: Path, target: Path) -> None:
        """A second name for a file; refuses a name that is taken."""
        ...

    def replace(self, source: Path, target: Path) -> None: ...
    def unlink(self, path: Path) -> None: ...
    def fsync_folder(self, folder: Path) -> None: ...
    def free_bytes(self, folder: Path) -> int: ...


class SystemDisk:
    """The machine's disk."""

    def create(self, path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def append(self, path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)

    def write(self, file: int, data: Buffer) -> int:
        return os.write(file, data)

    def truncate(self, file: int, length: int) -> None:
        os.ftruncate(file, length)

    def fsync(self, file: int) -> None:
        os.fsync(file)

    def close(self, file: int) -> None:
        os.close(file)

    def link(self, source: Path, target: Path) -> None:
        os.link(source, target, follow_symlinks=False)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def fsync_folder(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def free_bytes(self, folder: Path) -> int:
        return shutil.disk_usage(folder).free


def write_all(disk: Disk, file: int, data: Buffer) -> None:
    """Write every byte, going on after short writes."""
    view = memoryview(data).cast("B")
    while view:
        written = disk.write(file, bytes(view))
        if written <= 0:
            raise OSError("the disk took no bytes")
        view = view[written:]


def part_of(path: Path) -> Path:
    """Where a file grows before it has its name."""
    return path.with_name(path.name + ".part")


def write_part(disk: Disk, path: Path, data: bytes) -> None:
    """`path`.part, whole and on the disk; a left-over of an earlier try is removed first."""
    part = part_of(path)
    if part.exists():
        disk.unlink(part)
    file = disk.create(part)
    try:
        write_all(disk, file, data)
        disk.fsync(file)
    finally:
        disk.close(file)


def publish(disk: Disk, path: Path) -> None:
    """Give `path`.part its name without replacing anything; durable only after fsync_folder."""
    disk.link(part_of(path), path)
    disk.unlink(part_of(path))


def write_new(disk: Disk, path: Path, data: bytes) -> None:
    """A new durable file; FileExistsError when the name is taken."""
    write_part(disk, path, data)
    publish(disk, path)
    disk.fsync_folder(path.parent)


def write_over(disk: Disk, path: Path, data: bytes) -> None:
    """A durable file in place of the old one: after a power cut there is the old or the new, whole."""
    write_part(disk, path, data)
    disk.replace(part_of(path), path)
    disk.fsync_folder(path.parent)


def remove_quietly(disk: Disk, *paths: Path) -> None:
    """Tidy up after a failed write; what cannot be removed now is dealt with when the spool is next opened."""
    for path in paths:
        with contextlib.suppress(OSError):
            disk.unlink(path)


def make_folder(path: Path) -> None:
    """A folder only this user can enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
