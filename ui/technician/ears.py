"""Listens to a device's line while the technician's window is open: written on the device's thread, read on the main.

What is shown comes from the trace, where persons' bytes are left out already. What can be saved comes from the tap,
which has every byte; it is masked before it leaves here, and forgotten when the window is closed.
"""

import threading
from collections import deque
from dataclasses import replace

from drivers.api import Role
from drivers.trace import Direction, Trace, TraceEntry, frame
from protocols.masking import masked
from protocols.recording import Chunk, Head, Recording
from ui.presenters.technician_facts import Line, Points

MOST_WAITING = 2_000
MOST_AT_ONCE = 250
"""Lines made of entries in one go: more would hold the main thread up."""
MOST_CHUNKS = 20_000
MOST_BYTES = 4_000_000
ANSWERS_S = 300.0
LINE_S = 120
BITS_A_BYTE = 10
TOPAZ_PARITY = "O"


class Ear:
    """One device's line: what goes over it, how fast it is answered, how full it is."""

    def __init__(self, role: Role, kind: str, trace: Trace) -> None:
        self.role, self.kind = role, kind
        self._trace = trace
        self._lock = threading.Lock()
        self._entries: deque[TraceEntry] = deque(maxlen=MOST_WAITING)
        self._chunks: deque[Chunk] = deque()
        self._bytes = 0
        self._asked_s: float | None = None
        self._answers: deque[tuple[float, float]] = deque()
        self._bits: dict[int, list[float]] = {}
        self.heard_s: float | None = None
        self._leave = trace.subscribe(self._hear)
        trace.tap = self._tapped

    def close(self) -> None:
        """Listen no more, and forget."""
        self._leave()
        self._trace.tap = None
        with self._lock:
            self._entries.clear()
            self._chunks.clear()

    def _hear(self, entry: TraceEntry) -> None:
        with self._lock:
            self._entries.append(entry)
            if entry.direction is Direction.SENT:
                self._asked_s = entry.time_s
                return
            self.heard_s = entry.time_s
            if self._asked_s is not None:
                self._answers.append((entry.time_s, (entry.time_s - self._asked_s) * 1000))
                self._asked_s = None
                while entry.time_s - self._answers[0][0] > ANSWERS_S:
                    self._answers.popleft()

    def _tapped(self, chunk: Chunk) -> None:
        with self._lock:
            self._chunks.append(chunk)
            self._bytes += len(chunk.data)
            while len(self._chunks) > MOST_CHUNKS or self._bytes > MOST_BYTES:
                self._bytes -= len(self._chunks.popleft().data)
            second = int(chunk.time_s)
            ways = self._bits.setdefault(second, [0.0, 0.0])
            ways[chunk.direction is Direction.SENT] += 100 * len(chunk.data) * BITS_A_BYTE / chunk.baud
            for old in [one for one in self._bits if second - one > LINE_S]:
                del self._bits[old]

    def drain(self, number: int, begun_s: float) -> list[Line]:
        """New lines, the first with this number, times from `begun_s`; some may wait for the next call."""
        with self._lock:
            taken = [self._entries.popleft() for _ in range(min(MOST_AT_ONCE, len(self._entries)))]
        return [self._line(number + place, begun_s, entry) for place, entry in enumerate(taken)]

    def skip(self) -> int:
        """Drop what waits; how many lines that were."""
        with self._lock:
            count = len(self._entries)
            self._entries.clear()
            return count

    def answers(self, now_s: float) -> Points:
        """(seconds before now, milliseconds) of the last five minutes."""
        with self._lock:
            return tuple((at - now_s, ms) for at, ms in self._answers)

    def line_percent(self, now_s: float) -> Points:
        """(seconds before now, percent of what the line can carry in its fuller direction)."""
        with self._lock:
            return tuple((second + 0.5 - now_s, min(100.0, max(ways))) for second, ways in sorted(self._bits.items()))

    def recording(self, made_at: str, program: str) -> Recording | None:
        """All that the tap still has, masked; None when nothing went over the line."""
        with self._lock:
            chunks = tuple(self._chunks)
        if not chunks:
            return None
        first_s = chunks[0].time_s
        timed = [replace(one, time_s=max(0.0, one.time_s - first_s)) for one in chunks]
        parity = TOPAZ_PARITY if self.kind == "topaz" else "N"
        head = Head(self.kind, chunks[0].baud, parity, made_at=made_at, program=program, outcome="heard")
        return Recording(head, masked(self.kind, timed))

    def _line(self, number: int, begun_s: float, entry: TraceEntry) -> Line:
        shown = frame(self.kind, entry)
        return line(
            number, shown.time_s - begun_s, self.role, shown.direction, shown.data, shown.masked_bytes, shown.words
        )


def line(number: int, at_s: float, role: Role, way: Direction, data: bytes, masked_bytes: int, words: str) -> Line:
    """A line with what its text is searched in."""
    return Line(number, at_s, role, way, data, masked_bytes, words, f"{words} {data.hex(' ')} {data.hex()}".lower())
