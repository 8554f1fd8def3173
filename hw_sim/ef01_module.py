"""An EF01 module's inside: packets, password, parameters, what it says of itself; the glass is in `ef01`."""

import random
from dataclasses import dataclass
from functools import singledispatchmethod

import numpy as np
import numpy.typing as npt

from hw_sim.device import Out
from hw_sim.ef01_flash import load
from hw_sim.faults import Fault
from hw_sim.kept import KeptFile
from hw_sim.scene import Scene
from protocols import ef01_commands as ask
from protocols import ef01_replies as say
from protocols.ef01 import (
    BOOT_BYTE,
    DEFAULT_PASSWORD,
    HEAD_LENGTH,
    HEADER,
    PAYLOADS,
    Packet,
    PacketId,
    data_packets,
    decode_packet,
    packet_length,
    unpack_image,
)
from protocols.ef01_replies import Ack, Confirmation, Status
from protocols.errors import BadFrame
from protocols.framing import FrameFinder, headed
from protocols.layout import padded

Gray = npt.NDArray[np.uint8]
INTER_BYTE_S = 0.3
"""A packet that pauses for so long is given up."""
R503_ONLY = frozenset(range(ask.GetImageEx.OPCODE, ask.HandShake.OPCODE + 1))
ZFM_ONLY = frozenset({ask.GetEcho.OPCODE})
WORK_S: dict[type[ask.Command], float] = {
    ask.GenImg: 0.25,
    ask.GetImageEx: 0.25,
    ask.Img2Tz: 0.35,
    ask.RegModel: 0.2,
    ask.Search: 0.25,
    ask.HiSpeedSearch: 0.15,
    ask.Store: 0.08,
    ask.Empty: 0.15,
    ask.SoftRst: 0.05,
}
"""Seconds a module works on a command; rough, from use: the manuals give none."""
NO_FINGER_S = 0.06
"""A look at an empty glass is quicker than an image: unsure."""
_ANSWERED_WHEN_STUCK = (ask.VfyPwd, ask.ReadSysPara, ask.HandShake)


@dataclass(frozen=True, slots=True)
class Model:
    """What differs between the modules."""

    name: str
    width: int
    height: int
    ppi: int
    capacity: int
    template_bytes: int
    buffers: int
    system_id: int
    is_r503: bool


R307 = Model("R307", 256, 288, 500, 1000, 512, 2, 0x0009, False)
R503 = Model("R503", 192, 192, 508, 200, 1536, 6, 0x0000, True)


@dataclass(frozen=True, slots=True)
class Garbled:
    """A packet of the right shape with a wrong sum."""


def _decode(frame: bytes) -> Packet | Garbled:
    try:
        return decode_packet(frame)
    except BadFrame:
        return Garbled()


@dataclass(frozen=True, slots=True)
class Image:
    """The image buffer: pixels, and which touch of which finger they show."""

    pixels: Gray
    identity: bytes
    touch: bytes


Answer = list[Packet]


class Module:
    """One module. `scene` is its finger, `faults` what is wrong with it now."""

    bits_per_byte = 10
    streams = False

    def __init__(
        self, model: Model, scene: Scene, faults: set[Fault], rng: random.Random, memory: KeptFile | None = None
    ) -> None:
        self._model = model
        self._scene = scene
        self._faults = faults
        self._rng = rng
        self._flash = load(memory or KeptFile())
        self._finder: FrameFinder[Packet | Garbled] = FrameFinder(headed(HEADER, HEAD_LENGTH, packet_length, _decode))
        self._heard_s = 0.0
        self._now_s = 0.0
        self._forget()

    @property
    def baud(self) -> int:
        return self._flash.baud

    def power_on(self, now_s: float) -> list[Out]:
        del now_s
        self._forget()
        return [Out(bytes((BOOT_BYTE,)), self.baud, 0.05)] if self._model.is_r503 else []

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        if now_s - self._heard_s > INTER_BYTE_S:
            self._finder.reset()
        self._heard_s = self._now_s = now_s
        return [out for packet in self._finder.feed(data) for out in self._take(packet)]

    def due(self, now_s: float) -> list[Out]:
        del now_s
        return []

    def _forget(self) -> None:
        self._finder.reset()
        self._image: Image | None = None
        self._buffers: dict[int, bytes] = {}
        self._verified_with: int | None = None
        self._passed = False
        self._download: tuple[int | None, bytearray] | None = None

    @property
    def _password(self) -> int:
        lost = Fault.PASSWORD_LOST in self._faults
        return self._flash.password ^ 0x5A17C0DE if lost else self._flash.password

    @property
    def _locked(self) -> bool:
        return self._password != DEFAULT_PASSWORD and self._verified_with != self._password

    def _take(self, packet: Packet | Garbled) -> list[Out]:
        baud = self.baud
        if isinstance(packet, Garbled):
            return self._outs([self._ack(Confirmation.RECEIVE_ERROR)], baud)
        if packet.address != self._flash.address:
            return []
        if packet.pid is not PacketId.COMMAND:
            self._take_data(packet)
            return []
        self._download = None
        opcode = packet.content[0] if packet.content else -1
        if opcode not in ask.COMMANDS or opcode in (ZFM_ONLY if self._model.is_r503 else R503_ONLY):
            return self._outs([self._ack(Confirmation.BAD_REGISTER)], baud)
        try:
            command = ask.decode_command(packet)
        except BadFrame:
            return self._outs([self._ack(Confirmation.RECEIVE_ERROR)], baud)
        return self._obey(command, baud)

    def _obey(self, command: ask.Command, baud: int) -> list[Out]:
        if self._locked and not isinstance(command, ask.VfyPwd):
            return self._outs([self._ack(Confirmation.PASSWORD_REQUIRED)], baud)
        if Fault.STUCK_BUSY in self._faults and not isinstance(command, _ANSWERED_WHEN_STUCK):
            return []
        answer = self._do(command)
        nobody = answer[0].content[:1] == bytes((Confirmation.NO_FINGER,))
        outs = self._outs(answer, baud, NO_FINGER_S if nobody else WORK_S.get(type(command), 0.0))
        if isinstance(command, ask.SoftRst):
            outs += self.power_on(self._now_s)
        return outs

    def _outs(self, packets: Answer, baud: int, work_s: float = 0.0) -> list[Out]:
        return [Out(packet.encode(), baud, 0.0 if number else work_s) for number, packet in enumerate(packets)]

    def _ack(self, code: int = Confirmation.OK) -> Packet:
        return Ack(code).packet(self._flash.address)

    def _reply(self, reply: say.Reply, code: int = Confirmation.OK) -> Answer:
        return [reply.ack(code).packet(self._flash.address)]

    def _data(self, data: bytes) -> Answer:
        return [self._ack(), *data_packets(data, self._flash.payload, self._flash.address)]

    def _kept(self) -> Answer:
        self._flash.save()
        return [self._ack()]

    def _has_buffer(self, number: int) -> bool:
        return 1 <= number <= self._model.buffers

    def _take_data(self, packet: Packet) -> None:
        """Data of DownChar or DownImage; never acknowledged."""
        if self._download is None or packet.pid is PacketId.ACK:
            return
        buffer, data = self._download
        data += packet.content
        if packet.pid is not PacketId.END:
            return
        self._download = None
        if buffer is not None:
            self._buffers[buffer] = bytes(data[: self._model.template_bytes])
        elif len(data) * 2 == self._model.width * self._model.height:
            pixels = np.frombuffer(unpack_image(bytes(data)), np.uint8)
            shaped = pixels.reshape(self._model.height, self._model.width)
            self._image = Image(shaped, b"downloaded " + bytes(data), b"")

    def _do(self, command: ask.Command) -> Answer:
        return self._system(command)

    @singledispatchmethod
    def _system(self, command: ask.Command) -> Answer:
        raise NotImplementedError(type(command).__name__)

    @_system.register
    def _(self, command: ask.SetSysPara) -> Answer:
        """In force from the next packet on: this answer still leaves at the old baud."""
        number, value = command.number, command.value
        if number == ask.Parameter.BAUD and 1 <= value <= 12:
            self._flash.baud_factor = value
        elif number == ask.Parameter.SECURITY and 1 <= value <= 5:
            self._flash.security = value
        elif number == ask.Parameter.PACKET_SIZE and 0 <= value < len(PAYLOADS):
            self._flash.packet_code = value
        else:
            return [self._ack(Confirmation.BAD_REGISTER)]
        return self._kept()

    @_system.register
    def _(self, command: ask.ReadSysPara) -> Answer:
        del command
        status = Status(0)
        status |= Status.BUSY if Fault.STUCK_BUSY in self._faults else status
        status |= Status.PASS if self._passed else status
        status |= Status.PASSWORD_VERIFIED if self._verified_with == self._password else status
        status |= Status.IMAGE_VALID if self._image else status
        flash, model = self._flash, self._model
        return self._reply(
            say.SysPara(
                status,
                model.system_id,
                model.capacity,
                flash.security,
                flash.address,
                flash.packet_code,
                flash.baud_factor,
            )
        )

    @_system.register
    def _(self, command: ask.SetPwd) -> Answer:
        """The new password must be verified before the next command, unless it is zero."""
        self._flash.password = command.password
        self._verified_with = None
        return self._kept()

    @_system.register
    def _(self, command: ask.VfyPwd) -> Answer:
        right = command.password == self._password
        self._verified_with = command.password if right else None
        return [self._ack(Confirmation.OK if right else Confirmation.WRONG_PASSWORD)]

    @_system.register
    def _(self, command: ask.SetAddr) -> Answer:
        self._flash.address = command.address
        return self._kept()

    @_system.register
    def _(self, command: ask.GetRandomCode) -> Answer:
        del command
        return self._reply(say.RandomCode(self._rng.randbytes(4)))

    @_system.register
    def _(self, command: ask.ReadInfPage) -> Answer:
        """512 bytes; their meaning differs by maker, so they only carry the model's name."""
        del command
        return self._data(padded(self._model.name, 512))

    @_system.register
    def _(self, command: ask.WriteNotepad) -> Answer:
        if command.page > 15:
            return [self._ack(Confirmation.BAD_REGISTER)]
        self._flash.notepad[command.page] = command.text
        return self._kept()

    @_system.register
    def _(self, command: ask.ReadNotepad) -> Answer:
        if command.page > 15:
            return [self._ack(Confirmation.BAD_REGISTER)]
        return self._reply(say.Notepad(self._flash.notepad.get(command.page, bytes(32))))

    @_system.register
    def _(self, command: ask.TemplateNum) -> Answer:
        del command
        return self._reply(say.TemplateCount(len(self._flash.templates)))

    @_system.register
    def _(self, command: ask.ReadIndexTable) -> Answer:
        if command.page > 3:
            return [self._ack(Confirmation.BAD_REGISTER)]
        first = 256 * command.page
        return self._reply(
            say.IndexTable.of({page - first for page in self._flash.templates if page // 256 == command.page})
        )

    @_system.register
    def _(self, command: ask.Cancel | ask.AuraLed | ask.SoftRst | ask.HandShake) -> Answer:
        del command
        return [self._ack()]

    @_system.register
    def _(self, command: ask.GetEcho) -> Answer:
        del command
        return [self._ack(Confirmation.ECHO)]

    @_system.register
    def _(self, command: ask.CheckSensor) -> Answer:
        del command
        broken = Fault.SENSOR_ABNORMAL in self._faults
        return [self._ack(Confirmation.SENSOR_ABNORMAL if broken else Confirmation.OK)]

    @_system.register
    def _(self, command: ask.GetAlgorithmVersion | ask.GetFirmwareVersion) -> Answer:
        del command
        return self._reply(say.Version.of("KTPEL-SIM 1.0"))

    @_system.register
    def _(self, command: ask.ReadProdInfo) -> Answer:
        del command
        model = self._model
        return self._reply(
            say.ProdInfo(
                padded(model.name, 16),
                padded("SIM", 4),
                padded("00000001", 8),
                b"\x01\x00",
                padded("SIM", 8),
                model.width,
                model.height,
                model.template_bytes,
                model.capacity,
            )
        )
