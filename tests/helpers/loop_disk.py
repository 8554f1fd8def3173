"""An ext4 file system in a file: mounted, copied while it is written to, and read raw."""

import mmap
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

MEGABYTE = 1 << 20
SIZE_MB = 16


@cache
def may_mount() -> bool:
    """Whether this user may make and mount such a file system here."""
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        return False
    try:
        with tempfile.TemporaryDirectory() as folder:
            image = made(Path(folder) / "probe")
            with mounted(image, Path(folder) / "mount"):
                return True
    except (subprocess.CalledProcessError, OSError):
        return False


def made(image: Path, size_mb: int = SIZE_MB) -> Path:
    """A fresh file system with a journal."""
    with image.open("xb") as file:
        file.truncate(size_mb * MEGABYTE)
    _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))
    return image


@contextmanager
def mounted(image: Path, at: Path) -> Iterator[Path]:
    """Mount it (after a cut this replays the journal) and let go of it afterwards."""
    at.mkdir(exist_ok=True)
    _run("mount", "-o", "loop", str(image), str(at))
    try:
        yield at
    finally:
        _run("umount", str(at))


def copied(image: Path, target: Path) -> Path:
    """The file as it is at one moment, as a power cut would leave it: read until two readings agree."""
    before = image.read_bytes()
    while (after := image.read_bytes()) != before:
        before = after
    target.write_bytes(after)
    return target


def found_on(image: Path, markers: Sequence[bytes]) -> list[bytes]:
    """Which of these stand anywhere in the raw file: in files, deleted ones, journal or slack."""
    with image.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return [marker for marker in markers if data.find(marker) >= 0]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)
