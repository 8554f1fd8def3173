"""Questions, answers and image transfers over an EF01 line; half duplex, so nothing is asked into a running transfer.

The trace gets acknowledges whole, of data packets only head and length: they hold fingerprints.
"""

import re
from collections.abc import Callable
from struct import calcsize
from threading import Event

from drivers.api import NO_CANCEL, Fault, Faulted
from drivers.link import Link
from drivers.reader import GATHER_S, HEARD_LIMIT, IDLE_S, TransferLine
from drivers.strangers import speaks_text
from drivers.trace import Direction
from drivers.trouble import Trouble
from protocols import ef01
from protocols.ef01 import Packet, PacketId
from protocols.ef01_commands import Command, GetFirmwareVersion, ReadProdInfo, ReadSysPara, UpImage
from protocols.ef01_replies import Ack, Confirmation, ProdInfo, SysPara, Version, decode_ack
from protocols.errors import BadFrame

ANSWER_S = 0.8
UPLOAD_ANSWER_S = 1.0
EXTRA_BYTES = {
    ReadSysPara: calcsize(SysPara.LAYOUT),
    ReadProdInfo: calcsize(ProdInfo.LAYOUT),
    GetFirmwareVersion: calcsize(Version.LAYOUT),
}
"""What follows OK in the answer; nothing after other commands of ours. An acknowledge does not say what it answers, so
another length is all that tells a late answer to an earlier question."""
OTHER_READERS = re.compile(rb"\x55\xaa|\x5a\xa5|\xf5.{6}\xf5|\x40.{11}\x0a", re.DOTALL)
"""How the answers of readers with other protocols begin."""


class Ef01Line(TransferLine):
    """One module at one address."""

    def __init__(self, link: Link, address: int) -> None:
        super().__init__(link)
        self.address = address
        self._finder = ef01.packet_finder()
        self._waiting: list[Packet] = []
        self._extra_bytes = 0

    def ask(self, command: Command, timeout_s: float = ANSWER_S, cancel: Event = NO_CANCEL) -> Ack | None:
        """The module's acknowledge; None when none came in time."""
        self._finder.reset()
        self._waiting.clear()
        self.heard = b""
        self._extra_bytes = EXTRA_BYTES.get(type(command), 0)
        until_s = self.link.monotonic_s() + timeout_s
        return self.link.exchange(command.packet(self.address).encode(), self._acknowledge, until_s, cancel, False)

    def image(self, size: int, baud: int, cancel: Event, grown: Callable[[bytearray], None]) -> bytes | None:
        """One upload of `size` packed bytes, or None on cancel; Trouble when it does not arrive whole.

        `grown` is called with all data so far. Takes at most two and a half times what the line needs, and 1 s.
        """
        ack = self.ask(UpImage(), UPLOAD_ANSWER_S, cancel)
        if ack is None:
            if cancel.is_set():
                return None
            self._transferring = True  # the answer may be lost and the image still come
            raise Trouble(diagnose(self.link.port, self.heard))
        if ack.code != Confirmation.OK:
            raise Trouble(Faulted(self.link.port, Fault.REFUSED, f"image request: {code_name(ack.code)}"))
        self._transferring = True
        whole = ef01.Reassembly(size)
        until_s = self.link.monotonic_s() + 1.0 + 2.5 * 10 * size * (1 + ef01.OVERHEAD / ef01.PAYLOADS[0]) / baud
        packets, self._waiting = self._waiting, []
        # Garbage may have come in one portion with the acknowledge.
        came = bool(packets) or len(self.heard.lstrip(bytes((ef01.BOOT_BYTE,)))) > ef01.OVERHEAD + 1
        while True:
            self._collect(whole, packets)
            grown(whole.data)
            if whole.complete:
                break
            if cancel.is_set():
                return None
            now_s = self.link.monotonic_s()
            data = self.link.read(min(until_s, now_s + IDLE_S), cancel, GATHER_S, traced=False)
            came = came or bool(data)
            if not data and not cancel.is_set():
                break
            packets = self._packets(data)
        if whole.ended:
            self._transferring = False
        if len(whole.data) != size:
            fault = Fault.GARBLED if came else Fault.SILENT
            raise Trouble(Faulted(self.link.port, fault, f"{len(whole.data)} of {size} image bytes"))
        return bytes(whole.data)

    def _collect(self, whole: ef01.Reassembly, packets: list[Packet]) -> None:
        for packet in packets:
            if packet.pid in (PacketId.DATA, PacketId.END) and not whole.ended:
                try:
                    whole.add(packet)
                except BadFrame as wrong:
                    raise Trouble(Faulted(self.link.port, Fault.GARBLED, str(wrong))) from wrong

    def _acknowledge(self, data: bytes) -> Ack | None:
        self.heard = (self.heard + data)[:HEARD_LIMIT]
        found: Ack | None = None
        for packet in self._packets(data):
            if found is not None:
                self._waiting.append(packet)
            elif packet.pid is PacketId.ACK:
                found = self._answer(packet)
        return found

    def _answer(self, packet: Packet) -> Ack | None:
        """The acknowledge, if it can be one of what was asked last."""
        try:
            ack = decode_ack(packet)
        except BadFrame:
            return None  # an acknowledge without a code is as good as none
        return None if ack.code == Confirmation.OK and len(ack.extra) != self._extra_bytes else ack

    def _packets(self, data: bytes) -> list[Packet]:
        """The packets that `data` completes and that come from our module."""
        garbage_before = self._finder.garbage_bytes
        packets = self._finder.feed(data)
        if garbage := self._finder.garbage_bytes - garbage_before:
            shown = b"" if self._transferring or packets else data[:4]
            self.link.note(Direction.RECEIVED, shown, garbage - len(shown) if garbage > len(shown) else 0)
        for packet in packets:
            frame = packet.encode()
            secret = packet.pid in (PacketId.DATA, PacketId.END)
            kept = frame[: ef01.HEAD_LENGTH] if secret else frame
            self.link.note(Direction.RECEIVED, kept, len(frame) - len(kept))
        return [packet for packet in packets if packet.address == self.address]


def diagnose(port: str, heard: bytes) -> Faulted:
    """What is at a port that gave these bytes instead of an answer."""
    body = heard.strip(bytes((ef01.BOOT_BYTE,)))
    if not body:
        return Faulted(port, Fault.SILENT)
    if ef01.HEADER in body:
        return Faulted(port, Fault.GARBLED)  # of ours, and images can look like anything
    if _is_clone(heard) or OTHER_READERS.match(heard) or speaks_text(heard):
        return Faulted(port, Fault.WRONG_DEVICE, f"bytes begin with {heard[:2].hex(' ').upper()}")
    return Faulted(port, Fault.GARBLED)


def code_name(code: int) -> str:
    """A confirmation code in words."""
    return Confirmation(code).name.lower() if code in set(Confirmation) else f"code {code:02X}"


def _is_clone(heard: bytes) -> bool:
    """Whether these bytes hold two packets that are right but for the same two wrong bytes as their header.

    Noise spoils now this header and now that one, and leaves the right one here and there.
    """
    headers: list[bytes] = []
    for at in range(max(0, len(heard) - ef01.OVERHEAD)):
        packet = ef01.HEADER + heard[at + 2 :]
        try:
            found = ef01.decode_packet(packet[: ef01.packet_length(packet)])
        except BadFrame:
            continue
        if found.address == ef01.DEFAULT_ADDRESS:
            headers.append(heard[at : at + 2])
    return len(headers) > len(set(headers))
