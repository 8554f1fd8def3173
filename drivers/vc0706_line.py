"""Questions, answers and pictures over a VC0706 camera's line; half duplex, one chunk of a picture at a time.

No checksum covers a picture. The trace gets of each chunk head and length only: it shows a face.
"""

from dataclasses import dataclass, field
from threading import Event

from drivers.api import NO_CANCEL, Fault, Faulted
from drivers.link import Link
from drivers.strangers import speaks_text
from drivers.trace import Direction
from drivers.trouble import Trouble
from protocols import vc0706
from protocols.vc0706 import HEAD_LENGTH, Command, Reply, Request, Status

ANSWER_S = 0.8
GATHER_S = 0.01
IDLE_S = 0.3
"""A chunk that pauses for so long has ended."""
QUIET_S = 0.06
CHUNK_S = 0.25
"""How long a chunk takes on the line, so that a lost byte costs no more."""
CHUNK_STEP = 8
"""Manuals want multiples of four or of eight."""
DELAY = 10
"""In 0.01 ms, as makers recommend."""
TRIES = 6
HEARD_LIMIT = 128
AROUND = Reply(Command.READ_FRAME).encode()


@dataclass(slots=True)
class Picture:
    """A picture on its way: `arriving` is what came of the chunk that was asked for, `asked` that chunk's length."""

    length: int
    taken_s: float
    data: bytearray = field(default_factory=bytearray)
    asked: int = 0
    arriving: bytearray = field(default_factory=bytearray)
    moved_s: float = 0.0
    tries: int = 0

    @property
    def complete(self) -> bool:
        return len(self.data) >= self.length


class Vc0706Line:
    """One camera. `heard`: the first raw bytes since the last question; `alive_s`: when it last answered."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.heard = b""
        self.alive_s = 0.0
        self._finder = vc0706.reply_finder()

    def ask(
        self, request: Request, until_s: float, cancel: Event = NO_CANCEL, answer_s: float = ANSWER_S
    ) -> Reply | None:
        """The camera's answer within `answer_s`, whatever its status; None when there was none."""
        self.heard = b""
        self._finder.reset()

        def answer(data: bytes) -> Reply | None:
            self.heard = (self.heard + data)[:HEARD_LIMIT]
            replies = self._finder.feed(data)
            return next((reply for reply in replies if reply.command == request.command), None)

        found = self.link.exchange(request.encode(), answer, min(until_s, self.link.monotonic_s() + answer_s), cancel)
        if found is not None:
            self.alive_s = self.link.monotonic_s()
        return found

    def wait_for_start(self, until_s: float, cancel: Event) -> bool:
        """Let the camera tell its boot text to the end; part of it may have come with the answer to the reset."""
        told = self.heard
        if vc0706.BOOT_END in told:
            return True
        while data := self.link.read(until_s, cancel):
            told += data
            if vc0706.BOOT_END in told:
                return True
            if self.link.monotonic_s() >= until_s:
                break
        return False

    def advance(self, picture: Picture, baud: int, until_s: float, cancel: Event) -> None:
        """Bring a picture forward by one portion at most; Trouble when a chunk came short too often."""
        if not picture.asked:
            step = int(CHUNK_S * baud / 10) // CHUNK_STEP * CHUNK_STEP
            picture.asked = min(step, picture.length - len(picture.data))
            picture.moved_s = self.link.monotonic_s()
            self.link.flush()
            self.link.write(vc0706.read_frame(len(picture.data), picture.asked, DELAY).encode())
        idle_s = IDLE_S if picture.arriving else ANSWER_S
        slice_s = min(until_s, picture.moved_s + idle_s)
        left = picture.asked + 2 * HEAD_LENGTH - len(picture.arriving)
        gather_s = min(GATHER_S, max(0, left) * 10 / baud)  # the next chunk is asked for once this one ends
        data = self.link.read(slice_s, cancel, gather_s, traced=False)
        picture.arriving += data
        if data:
            picture.moved_s = self.link.monotonic_s()
        if len(picture.arriving) >= picture.asked + 2 * HEAD_LENGTH or (
            not data and self.link.monotonic_s() >= picture.moved_s + idle_s
        ):
            self._end_chunk(picture)

    def _end_chunk(self, picture: Picture) -> None:
        """Keep a chunk that is whole between its two heads; ask for another one once more."""
        whole, count = bytes(picture.arriving), picture.asked
        self.link.note(Direction.RECEIVED, whole[:HEAD_LENGTH], max(0, len(whole) - HEAD_LENGTH))
        picture.arriving.clear()
        picture.asked = 0
        if whole == AROUND + whole[HEAD_LENGTH : HEAD_LENGTH + count] + AROUND:
            picture.data += whole[HEAD_LENGTH : HEAD_LENGTH + count]
            picture.tries = 0
            self.alive_s = self.link.monotonic_s()
            return
        if len(whole) == HEAD_LENGTH and whole[:3] == AROUND[:3] and whole[3] != Status.OK:
            raise Trouble(Faulted(self.link.port, Fault.REFUSED, f"read: status {whole[3]}"))
        picture.tries += 1
        if picture.tries >= TRIES:
            came = len(whole) > HEAD_LENGTH
            detail = f"{len(picture.data)} of {picture.length} picture bytes"
            raise Trouble(Faulted(self.link.port, Fault.GARBLED if came else Fault.SILENT, detail))
        self.quiet(self.link.monotonic_s() + IDLE_S)

    def quiet(self, until_s: float) -> None:
        """Let a chunk that nobody wants any more run out."""
        while self.link.monotonic_s() < until_s:
            dropped = self.link.read(min(until_s, self.link.monotonic_s() + QUIET_S), traced=False)
            if not dropped:
                return
            self.link.note(Direction.RECEIVED, b"", len(dropped))

    def diagnosis(self) -> Faulted:
        """What it means that no answer was understood."""
        port = self.link.port
        if not self.heard or b"Init" in self.heard or b"VC07" in self.heard:
            return Faulted(port, Fault.SILENT)  # no more than the text of its own start
        if speaks_text(self.heard):
            return Faulted(port, Fault.WRONG_DEVICE, "sends text")
        return Faulted(port, Fault.GARBLED)
