"""Asks an unknown port who is there: each known protocol in turn, with questions that change nothing in any device.

Only for ports that a technician names or that carry no configured device: another sort of device may take the bytes for
something else. The line is opened for itself alone, modem lines low; the first understood answer ends the asking.
"""

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from drivers.api import NO_CANCEL, Disconnected, Role
from drivers.factory import KINDS
from drivers.link import Line, Link
from drivers.trouble import Trouble
from protocols import ef01, isdv4, mcu90615, pyrousb, sfm, topaz, vc0706
from protocols.checksums import crc16_modbus
from protocols.ef01_commands import ReadProdInfo, VfyPwd
from protocols.errors import BadFrame
from protocols.framing import FrameFinder

ANSWER_S = 0.25
LISTEN_S = 0.4


@dataclass(frozen=True, slots=True)
class Answer:
    """Who is at a port: the driver's kind and the speed that was understood."""

    port: str
    kind: str
    baud: int

    @property
    def role(self) -> Role:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class _Question:
    """One protocol's harmless question: `understood` names the kind once an answer is there."""

    bauds: tuple[int, ...]
    request: bytes
    understood: Callable[[], Callable[[bytes], str | None]]


def ask_port(
    port: str, cancel: Event = NO_CANCEL, monotonic_s: Callable[[], float] = time.monotonic
) -> Answer | Disconnected | None:
    """The device at `port`; None when nobody answers in a known protocol. At most about seven seconds."""
    try:
        heard = _listened(port, cancel, monotonic_s)
        return heard or _asked(port, cancel, monotonic_s)
    except Trouble as trouble:
        return trouble.status if isinstance(trouble.status, Disconnected) else None


def _listened(port: str, cancel: Event, monotonic_s: Callable[[], float]) -> Answer | None:
    """A pad of Topaz cannot be asked; it is known by its points while a pen is near."""
    link = Link(port, Line(19_200, "O"), monotonic_s)
    link.open()
    try:
        finder, until_s, reports = topaz.report_finder(), monotonic_s() + LISTEN_S, 0
        while data := link.read(until_s, cancel):
            reports += len(finder.feed(data))
            if reports >= 3 and finder.garbage_bytes <= reports:
                return Answer(port, "topaz", 19_200)
    finally:
        link.close()
    return None


def _asked(port: str, cancel: Event, monotonic_s: Callable[[], float]) -> Answer | None:
    link = Link(port, Line(9_600), monotonic_s)
    rounds = max(len(question.bauds) for question in _QUESTIONS)
    try:
        for place in range(rounds):
            for question in _QUESTIONS:
                if place >= len(question.bauds) or cancel.is_set():
                    continue
                baud = question.bauds[place]
                link.open(baud)
                until_s = monotonic_s() + ANSWER_S
                kind = link.exchange(question.request, question.understood(), until_s, cancel, traced=False)
                if kind is not None:
                    return Answer(port, _ef01_kind(link, monotonic_s) if kind == "ef01" else kind, baud)
    finally:
        link.close()
    return None


def _ef01_kind(link: Link, monotonic_s: Callable[[], float]) -> str:
    """Only an R503 tells its geometry."""
    finder = ef01.packet_finder()

    def answer(data: bytes) -> bool | None:
        acks = [packet for packet in finder.feed(data) if packet.pid is ef01.PacketId.ACK]
        return acks[0].content[:1] == b"\0" and len(acks[0].content) > 40 if acks else None

    told = link.exchange(ReadProdInfo().packet().encode(), answer, monotonic_s() + ANSWER_S, traced=False)
    return "ef01-r503" if told else "ef01-r307"


def _ef01() -> Callable[[bytes], str | None]:
    finder = ef01.packet_finder()
    return lambda data: "ef01" if any(one.pid is ef01.PacketId.ACK for one in finder.feed(data)) else None


def _sfm() -> Callable[[bytes], str | None]:
    stream = sfm.reply_stream()

    def answer(data: bytes) -> str | None:
        """A result too, which an echo of the question lacks."""
        packets = [one for one in stream.feed(data) if isinstance(one, sfm.Packet)]
        known = [one for one in packets if one.command == sfm.Command.STATUS and one.flag in set(sfm.Result)]
        return "sfm5020" if known else None

    return answer


def _vc0706() -> Callable[[bytes], str | None]:
    finder = vc0706.reply_finder()
    return lambda data: "vc0706" if any(one.command is vc0706.Command.VERSION for one in finder.feed(data)) else None


def _mcu90615() -> Callable[[bytes], str | None]:
    finder: FrameFinder[mcu90615.Reading] = mcu90615.reading_finder()
    return lambda data: "mcu90615" if finder.feed(data) else None


def _isdv4() -> Callable[[bytes], str | None]:
    finder = isdv4.report_finder()

    def answer(data: bytes) -> str | None:
        tablets = [one for one in finder.feed(data) if isinstance(one, isdv4.Capabilities)]
        return "isdv4" if any(one.x_max and one.pressure_max for one in tablets) else None

    return answer


def _pyrousb() -> Callable[[bytes], str | None]:
    whole = bytearray()
    length = 5 + 2 * pyrousb.IDENTITY_COUNT

    def answer(data: bytes) -> str | None:
        whole.extend(data)
        frame = bytes(whole[:length])
        if len(frame) < length or crc16_modbus(frame):
            return None
        try:
            who = pyrousb.identity(struct.unpack(f">{pyrousb.IDENTITY_COUNT}H", frame[3:-2]))
        except BadFrame:
            return None
        return "pyrousb" if any(who.type_number in layout.types for layout in pyrousb.MAPS.values()) else None

    return answer


def _read_identity() -> bytes:
    body = struct.pack(
        ">BBHH", pyrousb.FACTORY_SLAVE, pyrousb.Function.READ_HOLDING, pyrousb.TYPE, pyrousb.IDENTITY_COUNT
    )
    return body + struct.pack("<H", crc16_modbus(body))


_QUESTIONS = (
    _Question((57_600, 115_200, 9_600, 38_400, 19_200), VfyPwd().packet().encode(), _ef01),
    _Question((115_200, 921_600, 460_800, 57_600), sfm.Packet(sfm.Command.STATUS).encode(), _sfm),
    _Question((115_200, 9_600), mcu90615.Command.ONE_READING.encode(), _mcu90615),
    _Question((38_400, 115_200, 57_600, 19_200), vc0706.Request(vc0706.Command.VERSION).encode(), _vc0706),
    _Question((9_600,), _read_identity(), _pyrousb),
    _Question((38_400, 19_200), isdv4.Command.QUERY.value, _isdv4),
)
"""Each protocol's usual speed first, then the others: one wait each."""
