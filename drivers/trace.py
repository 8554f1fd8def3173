"""What went over a device's line, for the technician: the last entries only, personal data left out."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from protocols.masking import masked_command
from protocols.recording import Chunk
from protocols.recording import Direction as Direction
from protocols.words import words


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One portion: `data` as on the wire, then `masked_bytes` more that are not kept; `time_s` monotonic."""

    time_s: float
    direction: Direction
    data: bytes
    masked_bytes: int = 0


class Trace:
    """A ring of entries; written on the device's thread, read on any.

    `tap` gets every chunk as it went over the line, persons' bytes too: it is for a recorder that masks them itself.
    """

    def __init__(self, capacity: int = 2_000) -> None:
        self._entries: deque[TraceEntry] = deque(maxlen=capacity)
        self._hearers: tuple[Callable[[TraceEntry], None], ...] = ()
        self._lock = threading.Lock()
        self.tap: Callable[[Chunk], None] | None = None

    def add(self, entry: TraceEntry) -> None:
        with self._lock:
            self._entries.append(entry)
            hearers = self._hearers
        for hear in hearers:
            hear(entry)

    def entries(self) -> tuple[TraceEntry, ...]:
        """The entries from old to new."""
        with self._lock:
            return tuple(self._entries)

    def subscribe(self, hear: Callable[[TraceEntry], None]) -> Callable[[], None]:
        """Call `hear` with each entry, on the device's thread, until the function given back is called."""
        with self._lock:
            self._hearers += (hear,)

        def leave() -> None:
            with self._lock:
                self._hearers = tuple(one for one in self._hearers if one is not hear)

        return leave


@runtime_checkable
class Traced(Protocol):
    """A driver whose line can be watched: every one on a serial line."""

    trace: Trace


@dataclass(frozen=True, slots=True)
class Frame:
    """An entry as a technician reads it: the bytes kept, how many are left out, and what they say."""

    time_s: float
    direction: Direction
    data: bytes
    masked_bytes: int
    words: str


def frame(kind: str, entry: TraceEntry) -> Frame:
    """An entry of a device of this kind, passwords blanked, in words."""
    data = masked_command(kind, entry.data) if entry.direction is Direction.SENT else entry.data
    meaning = words(kind, entry.direction, data, entry.masked_bytes)
    return Frame(entry.time_s, entry.direction, data, entry.masked_bytes, meaning)
