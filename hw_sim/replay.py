"""Plays the device's side of a recording: `ktpel-sim replay FILE`.

What the host sends is looked for in the recording from where it stands, then from the beginning; what was received
after it comes with its timing. Anything else is heard and not answered. Where the host never said anything, the
device's stream is played again and again.
"""

import random
import termios
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from hw_sim.device import Out
from hw_sim.faults import Cable
from hw_sim.line import Line
from hw_sim.server import Bad
from protocols.masking import masked, masked_command
from protocols.recording import Chunk, Direction, Recording, decode

AGAIN_S = 1.0
"""The pause before a stream begins anew."""
LONGEST_COMMAND = 4096


@dataclass(frozen=True, slots=True)
class _Turn:
    """One command of the host, and what came until the next."""

    command: Chunk
    answer: tuple[Chunk, ...]


class Replayed:
    """A SerialDevice that knows one recording."""

    streams = True

    def __init__(self, recording: Recording) -> None:
        self.bits_per_byte = 10 if recording.head.parity == "N" else 11
        self._kind = recording.head.kind
        self._first_baud = recording.head.baud
        self._unasked, self._turns = _cut(recording.chunks)
        self._at = 0
        self._heard = b""
        self._waiting: deque[tuple[float, Chunk]] = deque()

    @property
    def baud(self) -> int:
        """The speed of the command that is expected next: at another one the host is not understood."""
        if not self._turns:
            return self._first_baud
        return self._turns[self._at % len(self._turns)].command.baud

    def power_on(self, now_s: float) -> list[Out]:
        self._at, self._heard = 0, b""
        self._waiting.clear()
        self._play(self._unasked, now_s)
        return []

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        self._heard = (self._heard + data)[-LONGEST_COMMAND:]
        while self._heard:
            found = self._found()
            if found is None:
                if not self._begun():
                    self._heard = b""
                return []
            turn = self._turns[found]
            self._heard = self._heard[len(turn.command.data) :]
            self._at = found + 1
            self._waiting.clear()
            self._play(turn.answer, now_s - turn.command.time_s)
        return self.due(now_s)

    def due(self, now_s: float) -> list[Out]:
        outs = []
        while self._waiting and self._waiting[0][0] <= now_s:
            chunk = self._waiting.popleft()[1]
            outs.append(Out(chunk.data, chunk.baud))
        if not self._waiting and not self._turns and self._unasked:
            self._play(self._unasked, now_s + AGAIN_S - self._unasked[0].time_s)
        return outs

    def _play(self, chunks: tuple[Chunk, ...], beginning_s: float) -> None:
        """A chunk's time is when its last byte came, so it begins to leave earlier by what it takes on the line."""
        for chunk in chunks:
            takes_s = len(chunk.data) * self.bits_per_byte / chunk.baud
            self._waiting.append((beginning_s + chunk.time_s - takes_s, chunk))

    def _found(self) -> int | None:
        """The next turn whose whole command was heard; passwords are compared as they are masked."""
        count = len(self._turns)
        for step in range(count):
            number = (self._at + step) % count
            wanted = self._turns[number].command
            heard = self._heard[: len(wanted.data)]
            if wanted.baud == self.baud and masked_command(self._kind, heard) == wanted.data:
                return number
        return None

    def _begun(self) -> bool:
        """Whether what was heard may become a command."""
        return any(len(self._heard) < len(turn.command.data) for turn in self._turns)


def _cut(chunks: tuple[Chunk, ...]) -> tuple[tuple[Chunk, ...], tuple[_Turn, ...]]:
    unasked: list[Chunk] = []
    turns: list[tuple[Chunk, list[Chunk]]] = []
    for chunk in chunks:
        if chunk.direction is Direction.SENT:
            turns.append((chunk, []))
        else:
            (turns[-1][1] if turns else unasked).append(chunk)
    return tuple(unasked), tuple(_Turn(command, tuple(answer)) for command, answer in turns)


def open_replay(recording: Recording, *, real_rate: bool = True) -> Line:
    """The device of a recording, at a port of its own."""
    cable = Cable(set(), random.Random(0))
    return Line(f"replay {recording.head.kind}", Replayed(recording), cable, real_rate=real_rate)


def read(path: Path) -> Recording:
    """A recording's file; Bad says in a sentence why it cannot be used."""
    try:
        recording = decode(path.read_text(encoding="utf-8"))
        masked(recording.head.kind, ())
    except OSError as why:
        raise Bad(f"{path} cannot be read: {why.strerror}.") from None
    except ValueError as why:
        raise Bad(f"{path} cannot be replayed: {why}.") from None
    speeds = {recording.head.baud, *(chunk.baud for chunk in recording.chunks)}
    if odd := [speed for speed in speeds if not hasattr(termios, f"B{speed}")]:
        raise Bad(f"{path} cannot be replayed: no port here has the speed {odd[0]}.")
    return recording
