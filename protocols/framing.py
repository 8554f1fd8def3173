"""One incremental frame finder for every protocol: bytes in any portions go in, whole frames come out."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from protocols.errors import BadFrame

F = TypeVar("F")

Scan = Callable[[bytearray, int], tuple[int, F | None]]
"""Looks at a buffer from a position: (new position, frame) or (new position, None) after garbage; the same position
means that more bytes are needed. What it decides must not depend on bytes after those it consumes, so that any split
of the input gives the same frames."""


class FrameFinder(Generic[F]):
    """Finds frames in a stream and resynchronises after garbage; holds at most one unfinished frame."""

    def __init__(self, scan: Scan[F]) -> None:
        self._scan = scan
        self._buffer = bytearray()
        self.garbage_bytes = 0

    @property
    def pending_bytes(self) -> int:
        """How many bytes wait for the rest of their frame."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[F]:
        """Take the next bytes of the stream and return the frames they complete."""
        self._buffer += data
        frames: list[F] = []
        at = 0
        while at < len(self._buffer):
            after, frame = self._scan(self._buffer, at)
            if after == at:
                break
            if frame is None:
                self.garbage_bytes += after - at
            else:
                frames.append(frame)
            at = after
        del self._buffer[:at]
        return frames

    def pieces(self, data: bytes) -> Iterator[tuple[bytes, F | None]]:
        """Cut `data`, a stream of its own, into frames with their bytes, and into garbage and the rest (None)."""
        buffer, at = bytearray(data), 0
        while at < len(buffer):
            after, frame = self._scan(buffer, at)
            if after == at:
                after = len(buffer)
            yield bytes(buffer[at:after]), frame
            at = after

    def reset(self) -> None:
        """Drop an unfinished frame, as garbage."""
        self.garbage_bytes += len(self._buffer)
        self._buffer.clear()


def headed(header: bytes, known_at: int, length_of: Callable[[bytes], int], decode: Callable[[bytes], F]) -> Scan[F]:
    """A scan for frames that begin with `header`.

    Their whole length follows from the first `known_at` bytes by `length_of`; both functions raise BadFrame for what
    is no frame, and the search then goes on behind that header's first byte.
    """

    def scan(buffer: bytearray, at: int) -> tuple[int, F | None]:
        start = _find(buffer, header, at)
        if start > at:
            return start, None
        if len(buffer) - at < known_at:
            return at, None
        try:
            length = length_of(bytes(buffer[at : at + known_at]))
            if len(buffer) - at < length:
                return at, None
            return at + length, decode(bytes(buffer[at : at + length]))
        except BadFrame:
            return _find(buffer, header, at + 1), None

    return scan


def _find(buffer: bytearray, header: bytes, at: int) -> int:
    """Where `header`, or at the buffer's end a beginning of it, is found from `at` on; else the buffer's end."""
    found = buffer.find(header, at)
    if found >= 0:
        return found
    for kept in range(min(len(header) - 1, len(buffer) - at), 0, -1):
        if buffer.endswith(header[:kept]):
            return len(buffer) - kept
    return len(buffer)
