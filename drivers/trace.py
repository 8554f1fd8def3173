"""What went over a device's line, for the technician: the last entries only, personal data left out."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Direction(Enum):
    """Seen from the station."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One portion: `data` as on the wire, then `masked_bytes` more that are not kept; `time_s` monotonic."""

    time_s: float
    direction: Direction
    data: bytes
    masked_bytes: int = 0


class Trace:
    """A ring of entries; written on the device's thread, read on any. `listener` is called on the device's thread."""

    def __init__(self, capacity: int = 2_000) -> None:
        self._entries: deque[TraceEntry] = deque(maxlen=capacity)
        self._lock = threading.Lock()
        self.listener: Callable[[TraceEntry], None] | None = None

    def add(self, entry: TraceEntry) -> None:
        with self._lock:
            self._entries.append(entry)
        if self.listener is not None:
            self.listener(entry)

    def entries(self) -> tuple[TraceEntry, ...]:
        """The entries from old to new."""
        with self._lock:
            return tuple(self._entries)
