"""A recording cut into frames: what a technician reads, line by line."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from protocols.recording import Chunk, Direction, Recording
from protocols.words import frames, words

Line = tuple[float, Direction, int, bytes, str]


def lines(recording: Recording) -> list[Line]:
    """The frames (time, way, baud, bytes, words), each with the time of the portion in which it began."""
    kind = recording.head.kind
    found: list[Line] = []
    for run in _runs(recording.chunks):
        direction = run[0].direction
        begins = list(accumulate((len(one.data) for one in run), initial=0))
        at = 0
        for data in frames(kind, direction, b"".join(one.data for one in run)):
            first = run[bisect_right(begins, at) - 1]
            found.append((first.time_s, direction, first.baud, data, words(kind, direction, data)))
            at += len(data)
    return found


def _runs(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    """What was sent at once, and all that was received until the next was."""
    for direction, group in groupby(chunks, key=lambda chunk: chunk.direction):
        if direction is Direction.RECEIVED:
            yield list(group)
        else:
            yield from ([one] for one in group)
