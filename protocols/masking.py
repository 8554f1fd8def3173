"""Takes what shows a person out of a recorded dialogue: lengths and sums stay right, so that it can still be replayed.

Kept are frames known to be harmless. Of images, templates, pen points and passwords only the frame stays; once a
person's bytes may be on the line, everything that is no sound frame becomes zeros. Temperatures stay: they name nobody.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from protocols import ef01, isdv4, sfm, topaz, vc0706
from protocols.ef01 import Packet, PacketId
from protocols.ef01_commands import (
    DownChar,
    DownImage,
    ReadInfPage,
    ReadNotepad,
    SetPwd,
    UpChar,
    UpImage,
    VfyPwd,
    WriteNotepad,
)
from protocols.errors import BadFrame
from protocols.recording import Chunk, Direction

GRAY = 0x88
"""Two middle grey pixels of EF01, one of SFM."""
TEXT = re.compile(rb"[\r\n -~]{12,}")
"""A pen's packets have a byte above 7F among any nine, so this is another device's text."""
LONGEST_REPLY = 16
"""A version of eleven signs, with room."""
MIDDLE = 1500, 1400
FULL = 0x200


def masked(kind: str, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """The same chunks with neutral bytes where a person was; ValueError for a kind whose bytes nobody knows."""
    mask = _mask(kind)
    out: list[Chunk] = []
    for direction, group in groupby(chunks, key=lambda chunk: chunk.direction):
        some = list(group)
        if direction is Direction.SENT:
            out += [replace(one, data=mask.sent(one.data)) for one in some]
            continue
        neutral = mask.received(b"".join(one.data for one in some))
        at = 0
        for one in some:
            out.append(replace(one, data=neutral[at : at + len(one.data)]))
            at += len(one.data)
    return tuple(out)


def masked_command(kind: str, data: bytes) -> bytes:
    """One portion from the host as a recording has it."""
    return _mask(kind).sent(data)


class _Plain:
    """Devices whose bytes show nobody."""

    def sent(self, data: bytes) -> bytes:
        return data

    def received(self, data: bytes) -> bytes:
        return data


@dataclass(slots=True)
class _Ef01:
    secret: bool = False

    def sent(self, data: bytes) -> bytes:
        out = b""
        for piece, packet in ef01.packet_finder().pieces(data):
            out += self._command(packet) if packet is not None else _zeros(piece)
        return out

    def _command(self, packet: Packet) -> bytes:
        opcode = packet.content[0] if packet.content else -1
        self.secret = self.secret or opcode in _PERSONAL
        if packet.pid is not PacketId.COMMAND or opcode in _HIDDEN:
            packet = replace(packet, content=packet.content[:1] + bytes(max(0, len(packet.content) - 1)))
        return packet.encode()

    def received(self, data: bytes) -> bytes:
        self.secret = self.secret or _DATA_HEAD.search(data) is not None
        return b"".join(self._piece(piece, packet) for piece, packet in ef01.packet_finder().pieces(data))

    def _piece(self, piece: bytes, packet: Packet | None) -> bytes:
        if packet is None:
            return _zeros(piece) if self.secret else piece
        if packet.pid is PacketId.ACK and len(packet.content) <= _LONGEST_ACK:
            return piece
        return replace(packet, content=bytes((GRAY,)) * len(packet.content)).encode()


_PERSONAL = frozenset(one.OPCODE for one in (UpImage, UpChar, DownImage, DownChar, ReadInfPage, ReadNotepad))
_HIDDEN = frozenset(one.OPCODE for one in (VfyPwd, SetPwd, WriteNotepad))
_DATA_HEAD = re.compile(rb"\xef\x01.{4}[\x02\x08]", re.DOTALL)
_LONGEST_ACK = 47
"""ReadProdInfo's; a notepad's 33 bytes are nobody's either, this station writes none."""


@dataclass(slots=True)
class _Sfm:
    """One sum of eight bits is soon met among pixels, so a packet must answer what was asked."""

    secret: bool = False
    asked: int = -1

    def sent(self, data: bytes) -> bytes:
        for _, part in sfm.request_stream().pieces(data):
            if isinstance(part, sfm.Packet):
                self.asked = part.command
                self.secret = self.secret or part.command in _SFM_PERSONAL
        return data[: sfm.LENGTH] + _zeros(data[sfm.LENGTH :])

    def received(self, data: bytes) -> bytes:
        return b"".join(self._piece(piece, part) for piece, part in sfm.reply_stream().pieces(data))

    def _piece(self, piece: bytes, part: sfm.Part | None) -> bytes:
        match part:
            case sfm.Packet():
                return piece if part.command == self.asked or not self.secret else _zeros(piece)
            case sfm.Data():
                self.secret = True
                kept = _sfm_header(piece)
                return kept + bytes((GRAY,)) * (len(piece) - len(kept))
            case sfm.EndOfData():
                return piece if part.good else b"\0"
            case None:
                return _zeros(piece) if self.secret else piece


_SFM_PERSONAL = frozenset(sfm.Command) - {
    sfm.Command.WRITE_PARAMETER,
    sfm.Command.SAVE_PARAMETERS,
    sfm.Command.READ_PARAMETER,
    sfm.Command.STATUS,
    sfm.Command.CANCEL,
    sfm.Command.MODULE_ID,
    sfm.Command.RESET,
}


def _sfm_header(data: bytes) -> bytes:
    """The head of an image, where it agrees with itself: bytes lost within it would bring pixels to its end."""
    try:
        header = sfm.ImageHeader.unpack(data[: sfm.IMAGE_HEADER_BYTES])
    except BadFrame:
        return b""
    sound = header.image_bytes == header.width * header.height and 0 <= header.template_bytes < 0x1_0000
    return data[: sfm.IMAGE_HEADER_BYTES] if sound and 0 < header.width < 0x1000 else b""


@dataclass(slots=True)
class _Vc0706:
    """Of a picture its tables and its end stay; each picture gets its own neutral byte, the same one its own again.

    Nothing sums up a reply, so among pictures one must be short and answer what was asked.
    """

    chunk: vc0706.FrameRead | None = None
    asked: int = -1
    secret: bool = False
    seen: dict[bytes, int] = field(default_factory=dict)
    fill: int = 0

    def sent(self, data: bytes) -> bytes:
        self.chunk = None
        for _, request in vc0706.request_finder().pieces(data):
            if request is None:
                continue
            self.asked = request.command
            if request.command == vc0706.Command.READ_FRAME:
                self.secret = True
                try:
                    self.chunk = vc0706.FrameRead.unpack(request.args)
                except BadFrame:
                    continue
        return data

    def received(self, data: bytes) -> bytes:
        around = vc0706.Reply(vc0706.Command.READ_FRAME).encode()
        if self.chunk is not None and data.startswith(around) and len(data) > len(around):
            content = data[len(around) : len(around) + self.chunk.length]
            rest = data[len(around) + len(content) :]
            whole = len(content) == self.chunk.length
            neutral = self._picture(content, self.chunk.start) if whole else _zeros(content)
            return around + neutral + (rest if rest == around else _zeros(rest))
        return b"".join(
            piece if self._harmless(reply) else _zeros(piece) for piece, reply in vc0706.reply_finder().pieces(data)
        )

    def _harmless(self, reply: vc0706.Reply | None) -> bool:
        if not self.secret:
            return True
        length = 0 if self.asked == vc0706.Command.READ_FRAME else LONGEST_REPLY
        return reply is not None and reply.command == self.asked and len(reply.data) <= length

    def _picture(self, content: bytes, start: int) -> bytes:
        kept = b""
        if start == 0:
            self.fill = self.seen.setdefault(content, len(self.seen) % 0x80)
            kept = _jpeg_head(content)
        tail = len(content.rstrip(b"\0"))
        end = content[max(len(kept), tail - 2) :]
        end = end if end.startswith(b"\xff\xd9") else b""
        return kept + bytes((self.fill,)) * (len(content) - len(kept) - len(end)) + end


_JPEG_KEPT = frozenset((0xC0, 0xC1, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD))
"""Sizes, tables and the scan's head; comments and application data are no part of a neutral picture (T.81, B.1.1.3)."""


def _jpeg_head(content: bytes) -> bytes:
    """A JPEG up to where its scan begins, other segments blanked; nothing when it does not get so far."""
    if not content.startswith(b"\xff\xd8"):
        return b""
    head, at = content[:2], 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        segment = content[at : at + 2 + length]
        if length < 2 or len(segment) != 2 + length:
            return b""
        head += segment if marker in _JPEG_KEPT else segment[:4] + _zeros(segment[4:])
        at += len(segment)
        if marker == 0xDA:
            return head
    return b""


class _Pen:
    """Pads: each point where the middle of the pad is."""

    def __init__(self, pieces: Callable[[bytes], Iterable[tuple[bytes, object]]]) -> None:
        self._pieces = pieces

    def sent(self, data: bytes) -> bytes:
        return data

    def received(self, data: bytes) -> bytes:
        return b"".join(self._piece(piece, report) for piece, report in _joined(self._pieces(data)))

    @staticmethod
    def _piece(piece: bytes, report: object) -> bytes:
        match report:
            case topaz.Position():
                return replace(report, x=MIDDLE[0], y=MIDDLE[1]).encode()
            case topaz.Pressure():
                return replace(report, pressure=FULL).encode()
            case isdv4.Pen():
                pressure = FULL if report.pressure else 0
                still = replace(report, x=MIDDLE[0], y=MIDDLE[1], pressure=pressure, tilt_x=0, tilt_y=0)
                return still.encode()
            case None:
                return _only_text(piece)
        return piece


def _joined(pieces: Iterable[tuple[bytes, object]]) -> Iterable[tuple[bytes, object]]:
    """Neighbouring garbage as one piece."""
    waiting = b""
    for piece, report in pieces:
        if report is None:
            waiting += piece
            continue
        if waiting:
            yield waiting, None
            waiting = b""
        yield piece, report
    if waiting:
        yield waiting, None


def _only_text(garbage: bytes) -> bytes:
    out = bytearray(len(garbage))
    for found in TEXT.finditer(garbage):
        out[found.start() : found.end()] = found.group()
    return bytes(out)


def _zeros(data: bytes) -> bytes:
    return bytes(len(data))


_Mask = _Plain | _Ef01 | _Sfm | _Vc0706 | _Pen


def _mask(kind: str) -> _Mask:
    match kind:
        case "ef01-r307" | "ef01-r503":
            return _Ef01()
        case "sfm5020":
            return _Sfm()
        case "vc0706":
            return _Vc0706()
        case "topaz":
            return _Pen(lambda data: topaz.report_finder().pieces(data))
        case "isdv4":
            return _Pen(lambda data: isdv4.report_finder().pieces(data))
        case "mcu90615" | "pyrousb":
            return _Plain()
        case _:
            raise ValueError(f"kind {kind} has no serial line")
