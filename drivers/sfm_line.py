"""Questions, answers and image transfers over an SFM line; half duplex, so nothing is asked into a running transfer.

The trace gets packets whole, of bulk data only its length: it holds fingerprints.
"""

from collections import deque
from collections.abc import Callable
from threading import Event

from drivers.api import NO_CANCEL, Fault, Faulted
from drivers.link import Link
from drivers.reader import GATHER_S, HEARD_LIMIT, IDLE_S, TransferLine
from drivers.strangers import speaks_text
from drivers.trace import Direction
from drivers.trouble import Trouble
from protocols.sfm import Data, EndOfData, Packet, Part, Result, reply_stream

ANSWER_S = 0.8
OTHER_READERS = (b"\xef\x01", b"\x55\xaa", b"\x5a\xa5", b"\xf5")
"""How the answers of readers with other protocols begin."""


class SfmLine(TransferLine):
    """One module."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._stream = reply_stream()
        self._parts: deque[Part] = deque()

    def ask(self, request: Packet, timeout_s: float = ANSWER_S, cancel: Event = NO_CANCEL) -> Packet | None:
        """The first reply to this request; None when none came in time."""
        self.send(request)
        return self.listen(request.command, self.link.monotonic_s() + timeout_s, cancel)

    def send(self, request: Packet) -> None:
        """Ask, and leave the replies to `listen`; what came before is dropped."""
        self._stream.reset()
        self._parts.clear()
        self.heard = b""
        self.link.flush()
        self.link.write(request.encode())

    def listen(self, command: int, until_s: float, cancel: Event = NO_CANCEL) -> Packet | None:
        """The next reply to `command`; None at `until_s` or on cancel."""
        while True:
            while self._parts:
                part = self._parts.popleft()
                if isinstance(part, Packet) and part.command == command:
                    return part
            if cancel.is_set() or not self._receive(until_s, cancel, 0.0):
                return None

    def data(self, size: int, baud: int, cancel: Event, grown: Callable[[bytearray], None]) -> bytes | None:
        """The `size` bytes that the last reply announced, or None on cancel; Trouble when they do not arrive whole.

        `grown` is called with all data so far. Takes at most two and a half times what the line needs, and 1 s. No sum
        covers the data: a byte changed on the way stays unnoticed.
        """
        self._transferring = True
        whole = bytearray()
        until_s = self.link.monotonic_s() + 1.0 + 2.5 * 10 * size / baud
        while not cancel.is_set():
            before = len(whole)
            while self._parts:
                part = self._parts.popleft()
                if isinstance(part, Data):
                    whole += part.content
                elif isinstance(part, EndOfData):
                    self._transferring = not part.good
                    if not part.good:
                        raise self._garbled("bytes too many or too few")
                    grown(whole)
                    return bytes(whole)
            if len(whole) > before:
                grown(whole)
            limit_s = min(until_s, self.link.monotonic_s() + IDLE_S)
            if not self._receive(limit_s, cancel, GATHER_S) and not cancel.is_set():
                raise self._garbled(f"{len(whole)} of {size} image bytes")
        return None

    def _garbled(self, detail: str) -> Trouble:
        return Trouble(Faulted(self.link.port, Fault.GARBLED, detail))

    def _receive(self, until_s: float, cancel: Event, gather_s: float) -> bool:
        """Take what arrives next; False when nothing did."""
        data = self.link.read(until_s, cancel, gather_s, traced=False)
        expected = self._stream.in_data
        if not expected:
            self.heard = (self.heard + data)[:HEARD_LIMIT]
        garbage_before = self._stream.garbage_bytes
        parts = self._stream.feed(data)
        self._parts += parts
        for part in parts:
            match part:
                case Packet():
                    self.link.note(Direction.RECEIVED, part.encode())
                case Data():
                    self.link.note(Direction.RECEIVED, b"", len(part.content))
                case EndOfData():
                    continue
        if garbage := self._stream.garbage_bytes - garbage_before:
            shown = b"" if expected or self._transferring or parts else data[:4]
            self.link.note(Direction.RECEIVED, shown, max(0, garbage - len(shown)))
        return bool(data)


def diagnose(port: str, heard: bytes) -> Faulted:
    """What is at a port that gave these bytes instead of an answer."""
    if not heard.strip(b"\0"):
        return Faulted(port, Fault.SILENT)
    if heard.startswith(OTHER_READERS) or speaks_text(heard):
        return Faulted(port, Fault.WRONG_DEVICE, f"bytes begin with {heard[:2].hex(' ').upper()}")
    return Faulted(port, Fault.GARBLED)


def result_name(code: int) -> str:
    """A reply's error in words."""
    return Result(code).name.lower() if code in set(Result) else f"error {code:02X}"
