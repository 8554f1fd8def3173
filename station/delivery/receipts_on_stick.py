"""Receipts as they come back on a stick: found by name, read without following a link, judged elsewhere."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from station.delivery.layout import receipted_hash, receipts_prefix
from station.delivery.receipt_document import MAX_SIZE
from station.delivery.stick import StickStopped, StickTrouble


class Oddity(Enum):
    """Why a file among the receipts is not even looked into."""

    NAME = "it is not named as a receipt"
    NOT_PLAIN = "it is a link or a folder"
    TOO_LARGE = "it is too large for a receipt"
    UNREADABLE = "it cannot be read"


@dataclass(frozen=True, slots=True)
class Found:
    """One file among this station's receipts: its bytes, or why they were not read."""

    path: Path
    content: bytes | Oddity


def receipts_on_stick(folder: Path, station: str) -> Iterator[Found]:
    """Every file in this station's folder of receipts, by name; none when there is no such folder.

    Raises StickStopped when the stick is not there or stops answering.
    """
    try:
        here = folder.resolve(strict=True)
        for step in receipts_prefix(station).strip("/").split("/"):
            here = here / step
            if not os.path.lexists(here):
                return
            if not S_ISDIR(here.lstat().st_mode):
                raise StickStopped(StickTrouble.OCCUPIED)
        paths = sorted(here.iterdir())
    except FileNotFoundError:
        raise StickStopped(StickTrouble.NO_FOLDER) from None
    except OSError:
        raise StickStopped(StickTrouble.PULLED) from None
    for path in paths:
        yield _found(path)


def _found(path: Path) -> Found:
    if receipted_hash(path.name) is None:
        return Found(path, Oddity.NAME)
    try:
        if not S_ISREG(path.lstat().st_mode):
            return Found(path, Oddity.NOT_PLAIN)
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(file, "rb") as stream:
            content = stream.read(MAX_SIZE + 1)
    except OSError:
        return Found(path, Oddity.UNREADABLE)
    return Found(path, content if len(content) <= MAX_SIZE else Oddity.TOO_LARGE)
