"""Receipts as they come back on a stick: found by name, read without following a link, judged elsewhere."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from station.delivery.layout import receipted_hash, receipts_prefix
from station.delivery.outbox import Taken
from station.delivery.receipt_document import MAX_SIZE, ReceiptRefusal, ReceiptRefused
from station.delivery.stick import StickStopped, StickTrouble
from station.text import Message, msg


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


WHY: Mapping[Oddity | ReceiptRefusal, Message] = {
    Oddity.NAME: msg("This file is not named as a receipt. It is left alone."),
    Oddity.NOT_PLAIN: msg("This is a link or a folder, not a receipt. It is left alone."),
    Oddity.TOO_LARGE: msg("This file is too large for a receipt. It is left alone."),
    Oddity.UNREADABLE: msg("This file cannot be read. Ask the authority for another copy."),
    ReceiptRefusal.UNREADABLE: msg("This is not a receipt, or it was damaged. Ask the authority for another copy."),
    ReceiptRefusal.UNKNOWN_KEY: msg(
        "Nobody who may sign receipts signed this one. Bring the newest key list, or tell the authority."
    ),
    ReceiptRefusal.SIGNATURE: msg("The signature of this receipt does not hold. Tell the authority."),
    ReceiptRefusal.OTHER_STATION: msg("This receipt is for another station. Take it there."),
    ReceiptRefusal.NO_SUCH_BUNDLE: msg("This receipt names a file that this station never sent. Tell the authority."),
    ReceiptRefusal.DIFFERS: msg("This receipt does not describe the file that it names. Tell the authority."),
    ReceiptRefusal.STALE: msg("This receipt was signed by an older key list than the file. Tell the authority."),
}
"""Why a file did nothing, and what a person does about it."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What the receipts of a stick came to; `nothing_done` names each file that changed nothing, and why."""

    taken: tuple[Taken, ...]
    nothing_done: tuple[tuple[Path, Oddity | ReceiptRefusal], ...]


def import_receipts(folder: Path, station: str, take: Callable[[bytes], Taken]) -> ImportReport:
    """Hand each receipt on the stick to `take` (Outbox.take, on the vault's thread); the stick is only read.

    Raises StickStopped, and OSError when this station's own disk refuses; what was taken before stays taken.
    """
    taken: list[Taken] = []
    nothing: list[tuple[Path, Oddity | ReceiptRefusal]] = []
    for found in receipts_on_stick(folder, station):
        if isinstance(found.content, Oddity):
            nothing.append((found.path, found.content))
            continue
        try:
            taken.append(take(found.content))
        except ReceiptRefused as why:
            nothing.append((found.path, why.reason))
    return ImportReport(tuple(taken), tuple(nothing))


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
