"""A recorded dialogue with a device, a JSON record a line: `ktpel trace record` writes it, `ktpel-sim replay` plays it.

Line 1 is the head: `format`, `version`, `kind`, `baud`, `parity`, `model`, `firmware`, `made_at`, `program`, `outcome`.
Then one line a chunk in the order of time: `t` seconds since the recording began, `way` "sent" or "received" (seen
from the station), `baud` at that moment, `hex` the bytes. The last line is `{"end": number of chunks}`, so that a file
that was cut is known as such. What shows a person is masked before it is written (`protocols.masking`).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import Enum

from protocols.errors import ProtocolError

FORMAT, VERSION = "ktpel-trace", 1
LONGEST_BYTES = 64 * 1024 * 1024
MOST_CHUNKS = 200_000
BAUD_LIMIT = 4_000_000
LONGEST_DAY_S = 86_400.0


class BadRecording(ProtocolError):
    """A file that is no recording, or not a whole one; says which line and why."""


class Direction(Enum):
    """Seen from the station."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that went over the line together, and when: of received ones, when the last came."""

    time_s: float
    direction: Direction
    baud: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """What was recorded: the driver's kind, how the line was set first, who answered, how it ended."""

    kind: str
    baud: int
    parity: str = "N"
    model: str = ""
    firmware: str = ""
    made_at: str = ""
    program: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """The whole file."""

    head: Head
    chunks: tuple[Chunk, ...]


def encode(recording: Recording) -> str:
    """The file's text."""
    lines: list[Mapping[str, object]] = [{"format": FORMAT, "version": VERSION, **asdict(recording.head)}]
    lines += [
        {"t": round(one.time_s, 6), "way": one.direction.value, "baud": one.baud, "hex": one.data.hex()}
        for one in recording.chunks
    ]
    lines.append({"end": len(recording.chunks)})
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


def decode(text: str) -> Recording:
    """Read a file's text whole; BadRecording names the first line that does not fit."""
    if len(text) > LONGEST_BYTES:
        raise BadRecording("the file is too long for a recording")
    lines = text.split("\n")
    if len(lines) < 3 or lines[-1]:
        raise BadRecording("the file has no end: it was cut, or is no recording")
    if len(lines) - 3 > MOST_CHUNKS:
        raise BadRecording(f"more than {MOST_CHUNKS} chunks")
    head = _head(_object(lines[0], 1))
    chunks: list[Chunk] = []
    for number, line in enumerate(lines[1:-2], start=2):
        chunk = _chunk(_object(line, number), number)
        if chunks and chunk.time_s < chunks[-1].time_s:
            raise BadRecording(f"line {number}: time runs backwards")
        chunks.append(chunk)
    if _object(lines[-2], len(lines) - 1) != {"end": len(chunks)}:
        raise BadRecording("the last line does not count the chunks: the file was cut")
    return Recording(head, tuple(chunks))


def _object(line: str, number: int) -> dict[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise BadRecording(f"line {number}: no JSON record") from None
    if not isinstance(value, dict):
        raise BadRecording(f"line {number}: no JSON record")
    return value


def _head(record: dict[str, object]) -> Head:
    if record.get("format") != FORMAT:
        raise BadRecording("line 1: this is no recording of a device's line")
    if record.get("version") != VERSION:
        raise BadRecording(f"line 1: version {record.get('version')!s:.20} is none that this program reads")
    known = {field.name: field.type for field in fields(Head)}
    given = {name: value for name, value in record.items() if name not in ("format", "version")}
    if set(given) != set(known):
        raise BadRecording("line 1: fields are missing or unknown")
    baud = _whole(given.pop("baud"), 1, BAUD_LIMIT, 1)
    texts = {name: value for name, value in given.items() if isinstance(value, str) and len(value) <= 200}
    if len(texts) != len(given) or texts["parity"] not in ("N", "E", "O"):
        raise BadRecording("line 1: a field is of the wrong sort")
    return Head(baud=baud, **texts)


def _chunk(record: dict[str, object], number: int) -> Chunk:
    if set(record) != {"t", "way", "baud", "hex"}:
        raise BadRecording(f"line {number}: a chunk has t, way, baud and hex")
    at, way, text = record["t"], record["way"], record["hex"]
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= LONGEST_DAY_S:
        raise BadRecording(f"line {number}: no time")
    if way not in ("sent", "received"):
        raise BadRecording(f"line {number}: way is sent or received")
    try:
        data = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        data = b""
    if not data:
        raise BadRecording(f"line {number}: no bytes in hex")
    return Chunk(float(at), Direction(way), _whole(record["baud"], 1, BAUD_LIMIT, number), data)


def _whole(value: object, low: int, high: int, number: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadRecording(f"line {number}: no speed")
    return value
