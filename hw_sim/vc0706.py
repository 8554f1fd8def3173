"""A VC0706 camera with a face before it: JPEG pictures on request over a serial line."""

import random
import struct
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from hw_sim.device import Out
from hw_sim.faults import Fault
from hw_sim.kept import KeptFile, table
from hw_sim.scene import Pose, Scene
from protocols import vc0706
from protocols.errors import BadFrame
from protocols.vc0706 import Command, FrameControl, FrameRead, Memory, Place, Reply, Request, Size, Status

WIDTH, HEIGHT = 640, 480
VERSION = b"VC0703 1.00"
BOOT_TEXT = VERSION + b"\r\nCtrl infr exist\r\nUSER-DEFINED SENSOR\r\n525\r\n" + vc0706.BOOT_END
BOOT_S = 0.1
"""Unsure: makers ask to wait seconds before the first picture, yet clients that wait 0.2 s for the text are content."""
ANSWER_S = 0.002
CAPTURE_S = 0.04
INTER_BYTE_S = 0.3
MOTION_S = 0.5
"""How often it looks for motion."""
ONE_CHUNK_IN = 6
"""How often, on average, a chunk comes short with SHORT_READ."""
EEPROM_BYTES = 256
PICTURE_LIMIT = 0x10_0000
Picture = npt.NDArray[np.uint8]


class Vc0706:
    """The camera. Size, speed and serial number are kept in the EEPROM and obeyed from the next start on."""

    bits_per_byte = 10

    def __init__(self, scene: Scene, faults: set[Fault], rng: random.Random, memory: KeptFile | None = None) -> None:
        self._memory = memory or KeptFile()
        self._scene = scene
        self._faults = faults
        self._rng = rng
        self._eeprom = bytearray(EEPROM_BYTES)
        self._eeprom[vc0706.SIZE_ADDRESS] = Size.VGA
        port = struct.pack(">H", vc0706.divider(vc0706.FACTORY_BAUD))
        self._eeprom[vc0706.PORT_ADDRESS : vc0706.PORT_ADDRESS + 2] = port
        for at, value in self._memory.numbers("eeprom").items():
            self._eeprom[at] = value
        self._finder = vc0706.request_finder()
        self._heard_s = 0.0
        self._seen: tuple[int, Pose] | None = None
        self._look_s = 0.0
        self._shots = 0
        self._last: bytes | None = None
        self._tasks: dict[int, Callable[[Request], list[Out]]] = {
            Command.VERSION: lambda _request: self._reply(Command.VERSION, VERSION),
            Command.SET_PORT: self._set_port,
            Command.RESET: self._reset,
            Command.READ_DATA: self._read_data,
            Command.WRITE_DATA: self._write_data,
            Command.READ_FRAME: self._read_frame,
            Command.FRAME_LENGTH: self._frame_length,
            Command.FRAME_CONTROL: self._frame_control,
            Command.MOTION: self._set_motion,
            Command.MOTION_STATUS: lambda _request: self._reply(Command.MOTION_STATUS, bytes((self._motion,))),
            Command.DOWNSIZE: self._downsize,
            Command.DOWNSIZE_STATUS: lambda _request: self._reply(Command.DOWNSIZE_STATUS, bytes((self._size,))),
        }
        self._start()

    @property
    def streams(self) -> bool:
        """Only motion is told unasked."""
        return self._motion

    def power_on(self, now_s: float) -> list[Out]:
        del now_s
        self._start()
        self._see()  # the first picture of a person takes long to paint, and hosts wait 0.2 s for an answer
        return [Out(BOOT_TEXT, self.baud, BOOT_S)]

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        if now_s - self._heard_s > INTER_BYTE_S:
            self._finder.reset()
        self._heard_s = now_s
        return [out for request in self._finder.feed(data) for out in self._obey(request)]

    def due(self, now_s: float) -> list[Out]:
        if not self._motion or now_s < self._look_s:
            return []
        self._look_s = now_s + MOTION_S
        before, self._seen = self._seen, (self._scene.number, self._scene.pose)
        return self._reply(Command.MOTION_DETECTED) if before not in (None, self._seen) else []

    def _start(self) -> None:
        self._finder.reset()
        self._serial = self._eeprom[vc0706.SERIAL_ADDRESS]
        (setting,) = struct.unpack_from(">H", self._eeprom, vc0706.PORT_ADDRESS)
        try:
            self.baud = vc0706.baud_of(setting)
        except BadFrame:
            self.baud = vc0706.FACTORY_BAUD
        self._size = self._eeprom[vc0706.SIZE_ADDRESS]
        self._chip = {vc0706.COMPRESSION_ADDRESS: vc0706.FACTORY_COMPRESSION}
        self._frame: bytes | None = None
        self._motion = False
        self._seen = None
        self._look_s = 0.0

    def _obey(self, request: Request) -> list[Out]:
        if request.serial != self._serial:
            return []
        task = self._tasks.get(request.command)
        if task is None:
            return self._refuse(request, Status.NOT_RECEIVED)
        try:
            return task(request)
        except (BadFrame, IndexError):
            return self._refuse(request, Status.LENGTH)

    def _reply(self, command: Command, data: bytes = b"", work_s: float = ANSWER_S) -> list[Out]:
        return [Out(Reply(command, Status.OK, data, self._serial).encode(), self.baud, work_s)]

    def _refuse(self, request: Request, status: Status) -> list[Out]:
        return [Out(vc0706.refusal(request, status), self.baud, ANSWER_S)]

    def _set_port(self, request: Request) -> list[Out]:
        if len(request.args) != 3:
            return self._refuse(request, Status.LENGTH)
        kind, setting = struct.unpack(">BH", request.args)
        try:
            new = vc0706.baud_of(setting)
        except BadFrame:
            return self._refuse(request, Status.FORMAT)
        if kind != 1:
            return self._refuse(request, Status.FORMAT)
        answer = self._reply(Command.SET_PORT)
        self.baud = new
        return answer

    def _reset(self, request: Request) -> list[Out]:
        del request
        answer = self._reply(Command.RESET)
        self._start()
        return [*answer, Out(BOOT_TEXT, self.baud, BOOT_S)]

    def _read_data(self, request: Request) -> list[Out]:
        place = Place.unpack(request.args)
        addresses = range(place.address, place.address + place.count)
        match place.memory:
            case Memory.EEPROM if addresses.stop <= EEPROM_BYTES:
                data = bytes(self._eeprom[at] for at in addresses)
            case Memory.CHIP:
                data = bytes(self._chip.get(at, 0) for at in addresses)
            case _:
                return self._refuse(request, Status.FORMAT)
        return self._reply(Command.READ_DATA, data)

    def _write_data(self, request: Request) -> list[Out]:
        place, data = Place.unpack(request.args[: vc0706.PLACE_LENGTH]), request.args[vc0706.PLACE_LENGTH :]
        if len(data) != place.count:
            return self._refuse(request, Status.LENGTH)
        new = dict(enumerate(data, start=place.address))
        match place.memory:
            case Memory.EEPROM if place.address + place.count <= EEPROM_BYTES:
                for at, value in new.items():
                    self._eeprom[at] = value
                self._memory.store({"eeprom": table(dict(enumerate(self._eeprom)))})
            case Memory.CHIP:
                self._chip |= new
            case _:
                return self._refuse(request, Status.FORMAT)
        return self._reply(Command.WRITE_DATA)

    def _frame_control(self, request: Request) -> list[Out]:
        (what,) = request.args if len(request.args) == 1 else (None,)
        if what is None:
            return self._refuse(request, Status.LENGTH)
        if what not in tuple(FrameControl):
            return self._refuse(request, Status.FORMAT)
        if Fault.STUCK_BUSY in self._faults or (what == FrameControl.STEP and self._frame is None):
            return self._refuse(request, Status.NOT_NOW)
        match FrameControl(what):
            case FrameControl.STOP_CURRENT | FrameControl.STOP_NEXT:
                # A frame that stands still goes on standing until the video is resumed.
                self._frame = self._frame or self._shoot()
            case FrameControl.STEP:
                self._frame = self._shoot()
            case FrameControl.RESUME:
                self._frame = None
        return self._reply(Command.FRAME_CONTROL, work_s=CAPTURE_S)

    def _frame_length(self, request: Request) -> list[Out]:
        """While the video runs there is no frame to tell the length of: zero (unsure)."""
        if request.args not in (b"\0", b"\1"):
            return self._refuse(request, Status.FORMAT if len(request.args) == 1 else Status.LENGTH)
        return self._reply(Command.FRAME_LENGTH, struct.pack(">I", len(self._frame or b"")))

    def _read_frame(self, request: Request) -> list[Out]:
        asked = FrameRead.unpack(request.args)
        if asked.mode != vc0706.UART or asked.frame > 1 or asked.length % 4 or asked.start % 4:
            return self._refuse(request, Status.FORMAT)
        if self._frame is None or asked.length > PICTURE_LIMIT:
            return self._refuse(request, Status.NOT_NOW)
        data = self._frame[asked.start : asked.start + asked.length].ljust(asked.length, b"\0")
        if Fault.SHORT_READ in self._faults and self._rng.randrange(ONE_CHUNK_IN) == 0:
            data = data[: self._rng.randrange(len(data) or 1)]
        around = self._reply(Command.READ_FRAME, work_s=ANSWER_S)
        after = self._reply(Command.READ_FRAME, work_s=asked.delay_s)
        return [*around, Out(data, self.baud, asked.delay_s), *after]

    def _set_motion(self, request: Request) -> list[Out]:
        if request.args not in (b"\0", b"\1"):
            return self._refuse(request, Status.FORMAT if len(request.args) == 1 else Status.LENGTH)
        self._motion = request.args == b"\1"
        self._seen = None
        return self._reply(Command.MOTION)

    def _downsize(self, request: Request) -> list[Out]:
        """In force at once and forgotten at the next start."""
        if len(request.args) != 1:
            return self._refuse(request, Status.LENGTH)
        self._size = request.args[0]
        return self._reply(Command.DOWNSIZE)

    def _shoot(self) -> bytes:
        """A JPEG picture, filled to a multiple of four bytes."""
        if Fault.CAMERA_FROZEN in self._faults and self._last is not None:
            return self._last
        self._shots += 1
        # From about 48 KB at the factory's compression down to a few.
        quality = round(92 - 0.42 * max(0, self._chip[vc0706.COMPRESSION_ADDRESS] - vc0706.FACTORY_COMPRESSION))
        _, data = cv2.imencode(".jpg", self._see(), [cv2.IMWRITE_JPEG_QUALITY, quality])
        self._last = data.tobytes() + bytes(-len(data) % 4)
        return self._last

    def _see(self) -> Picture:
        width, height = WIDTH >> min(2, self._size & 0x0F), HEIGHT >> min(2, self._size >> 4)
        if Fault.CAMERA_BLACK in self._faults:
            return np.random.default_rng(self._shots).integers(0, 3, (height, width, 3), np.uint8)
        seen = self._scene.face(WIDTH, HEIGHT, self._shots)
        if (width, height) == (WIDTH, HEIGHT):
            return seen
        return np.asarray(cv2.resize(seen, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
