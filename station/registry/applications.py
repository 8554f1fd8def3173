"""Today's queue from the online services: read from a watched folder, held in memory only, never written by us.

What must outlive a restart, who was served, is kept as keyed hashes of whole applications, not of the NIK alone: a hash
of sixteen digits is found by trying them all.
"""

import hmac
import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta, timezone
from pathlib import Path
from stat import S_ISREG

from station.capture.counter import CaseDraft
from station.capture.facts import FieldProblem
from station.clock import Clock
from station.registry.application_rows import SUFFIXES, FileReading, GoodRow, RowProblem, read_applications
from station.safekeeping.disk import SystemDisk, write_over
from station.text import msg

MOST_FILES = 100
REMEMBER_DAYS = 30
_SALT_SIZE = 32
_UNREACHABLE = RowProblem(
    "", None, "", msg("The folder of the online applications cannot be read. Check the connection to it.")
)


@dataclass(frozen=True, slots=True, repr=False)
class Application:
    """One applicant of today. `draft` goes to Counter.enter_case as it is or changed; its ground may be missing.

    `id` says nothing about the person and holds as long as the queue's memory; `number` is the service's own, or "".
    `doubts` are those that Counter.enter_case will ask a reason for.
    """

    id: str
    number: str
    draft: CaseDraft
    doubts: tuple[FieldProblem, ...]

    def __repr__(self) -> str:
        return f"Application({self.id})"


@dataclass(frozen=True, slots=True)
class _Today:
    """What the last reading of the folder came to."""

    entries: tuple[Application, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    other_days: int = 0


_Stamp = tuple[tuple[str, int, int, int], ...]


def one_of_each(readings: Iterable[FileReading]) -> tuple[list[GoodRow], list[RowProblem]]:
    """The good rows of all files, the first of each NIK, and every problem."""
    good: dict[str, GoodRow] = {}
    problems: list[RowProblem] = []
    for reading in readings:
        problems.extend(reading.problems)
        for row in reading.rows:
            first = good.setdefault(row.draft.nik, row)
            if first is not row:
                sentence = msg("This NIK is in row {row} of {file} already. Keep one of the two.",
                               row=first.row, file=first.file)  # fmt: skip
                problems.append(RowProblem(row.file, row.row, "nik", sentence))
    return list(good.values()), problems


class ApplicationQueue:
    """The day's applicants. `refresh` and `served` touch the disk: call them on a worker; the rest never waits.

    `folder` None is an office without online services. `memory` is the file that remembers who was served; without it
    that ends with the program.
    """

    def __init__(self, folder: Path | None, quota: int, clock: Clock, zone: timezone, memory: Path | None = None,
                 entropy: Callable[[int], bytes] = os.urandom) -> None:  # fmt: skip
        self._folder, self._quota, self._clock, self._zone = folder, quota, clock, zone
        self._memory = memory
        self._lock = threading.Lock()
        self._today = _Today()
        self._seen: tuple[date, _Stamp] | None = None
        self._salt, self._served = _remembered(memory) or (entropy(_SALT_SIZE), {})

    @property
    def entries(self) -> tuple[Application, ...]:
        """Who waits, in the order of the files' names and rows."""
        return self._today.entries

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """What was not taken and why."""
        return self._today.problems

    @property
    def other_days(self) -> int:
        """How many good rows are for another day."""
        return self._today.other_days

    def refresh(self) -> bool:
        """Look at the folder; read it again when a file or the day has changed. Whether anything is different now.

        A folder that cannot be reached takes nobody out of the queue.
        """
        today = self._clock.now().astimezone(self._zone).date()
        stamp = _stamp(self._folder) if self._folder is not None else ()
        with self._lock:
            before = self._today
            if stamp is None:
                self._seen = None
                self._today = replace(before, problems=(_UNREACHABLE,))
            elif self._seen != (today, stamp):
                self._seen = (today, stamp)
                self._today = self._read([Path(self._folder or "") / name for name, *_ in stamp], today)
            return self._today != before

    def pick(self, application_id: str) -> Application | None:
        """An applicant who waits; None when already served or gone. Stays in the queue until served."""
        return next((one for one in self._today.entries if one.id == application_id), None)

    def served(self, application_id: str) -> None:
        """The case is sealed: out of the queue, also after a restart. Raises OSError when that is not durable."""
        today = self._clock.now().astimezone(self._zone).date()
        with self._lock:
            self._served[application_id] = today
            left = tuple(one for one in self._today.entries if one.id != application_id)
            self._today = replace(self._today, entries=left)
            if self._memory is not None:
                self._remember(today)

    def _read(self, files: Iterable[Path], today: date) -> _Today:
        readings = [read_applications(path, today) for path in files]
        return self._gathered(readings, today)

    def _gathered(self, readings: Iterable[FileReading], today: date) -> _Today:
        """Today's, as many as the office takes in a day, without those already served."""
        good, problems = one_of_each(readings)
        entries: list[Application] = []
        room = self._quota - sum(day == today for day in self._served.values())
        for row in good:
            one = self._application(row)
            if one.id in self._served or (row.day is not None and row.day != today):
                continue
            if len(entries) >= room:
                sentence = msg("Today's {quota} places are taken. Give this applicant another day.", quota=self._quota)
                problems.append(RowProblem(row.file, row.row, "", sentence))
            else:
                entries.append(one)
        other_days = sum(row.day is not None and row.day != today for row in good)
        return _Today(tuple(entries), tuple(problems), other_days)

    def _application(self, row: GoodRow) -> Application:
        whole = json.dumps([str(part) for part in astuple(row.draft)], ensure_ascii=True)
        mark = hmac.digest(self._salt, whole.encode("ascii"), "sha256")[:12].hex()
        return Application(mark, row.number, row.draft, row.doubts)

    def _remember(self, today: date) -> None:
        assert self._memory is not None
        since = today - timedelta(days=REMEMBER_DAYS)
        self._served = {mark: day for mark, day in self._served.items() if day > since}
        kept = {"version": 1, "salt": self._salt.hex(), "served": {m: d.isoformat() for m, d in self._served.items()}}
        write_over(SystemDisk(), self._memory, json.dumps(kept).encode("ascii"))


def _stamp(folder: Path) -> _Stamp | None:
    """Our kinds of file by name, and what tells that one has changed; links and hidden files are not ours."""
    found: list[tuple[str, int, int, int]] = []
    try:
        with os.scandir(folder) as listed:
            for one in listed:
                if one.name.startswith((".", "~")) or not one.name.lower().endswith(SUFFIXES):
                    continue
                known = one.stat(follow_symlinks=False)
                if S_ISREG(known.st_mode):
                    found.append((one.name, known.st_ino, known.st_size, known.st_mtime_ns))
    except OSError:
        return None
    return tuple(sorted(found)[:MOST_FILES])


def _remembered(memory: Path | None) -> tuple[bytes, dict[str, date]] | None:
    """Salt and served marks; a memory that is lost or damaged only shows served applicants again."""
    if memory is None:
        return None
    try:
        kept = json.loads(memory.read_bytes())
        salt = bytes.fromhex(kept["salt"])
        served = {str(mark): date.fromisoformat(day) for mark, day in kept["served"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return (salt, served) if len(salt) == _SALT_SIZE else None
