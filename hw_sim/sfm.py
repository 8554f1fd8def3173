"""Suprema SFM5020-OP as the packet protocol manual describes it: an 8-bit image of 272 x 320, templates in memory.

Which error a refused request gets is not always public: those answers are unsure.
"""

import random
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hw_sim import ef01_templates as templates
from hw_sim.device import Out
from hw_sim.faults import Fault
from hw_sim.kept import KeptFile
from hw_sim.scene import Scene, Touch
from hw_sim.sfm_library import CAPACITY, Library
from hw_sim.sfm_parameters import Parameters
from protocols.ef01 import pack_image
from protocols.sfm import (
    END,
    GRAY,
    HOST_SENDS,
    ON,
    Command,
    Data,
    EndOfData,
    ImageHeader,
    ModuleStatus,
    Packet,
    Parameter,
    Result,
    request_stream,
)
from protocols.sfm_extended import DEFAULT_PACKET_BYTES, MOST_PACKETS, DataPacket, cut

WIDTH, HEIGHT, PPI = 272, 320, 500
"""500 dpi: unsure."""
TEMPLATE_BYTES = 384
INTER_BYTE_S = 0.3
"""A request that pauses for so long is given up."""
SCAN_WORK_S = 0.2
MATCH_WORK_S = 0.1
"""Rough, from use: the manual gives none."""
DARK_SHARE_NEEDED = 0.12
"""An image with fewer dark pixels gives no template."""
QUALITY = 90
ONE_BIT, FOUR_BITS = 0x31, 0x32
TWO_TOUCHES = (0x31, 0x41)
"""Values of ENROLL_MODE with which one request takes two touches and answers twice."""
EXTENDED = frozenset({Command.SCAN_IMAGE_EXTENDED, Command.READ_IMAGE_EXTENDED})
IMAGE_SCANS = frozenset({Command.SCAN_IMAGE, Command.SCAN_IMAGE_EXTENDED})
SCANS = IMAGE_SCANS | {Command.ENROLL_BY_SCAN, Command.VERIFY_BY_SCAN, Command.IDENTIFY_BY_SCAN}
_ANSWERED_ALWAYS = frozenset({Command.STATUS, Command.READ_PARAMETER, Command.MODULE_ID})


@dataclass(frozen=True, slots=True)
class _Scan:
    """A request that waits for a finger; `until_s` None waits for ever. `number` is the id of a first touch."""

    request: Packet
    until_s: float | None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class _Image:
    pixels: npt.NDArray[np.uint8]
    template: bytes


class Sfm:
    """The module. While it waits for a finger, it obeys a cancel and tells its state; all else finds it busy.

    `extended` false is an older firmware, without the extended data transfer.
    """

    bits_per_byte = 10

    def __init__(
        self,
        scene: Scene,
        faults: set[Fault],
        rng: random.Random,
        memory: KeptFile | None = None,
        extended: bool = True,
    ) -> None:
        self._scene = scene
        self._faults = faults
        self._extended = extended
        self._stream = request_stream()
        self._parameters = Parameters(rng.randrange(1, 1 << 24), memory or KeptFile())
        self._library = Library(memory or KeptFile())
        self._heard_s = 0.0
        self._scan: _Scan | None = None
        self._image: _Image | None = None
        self._announced: Packet | None = None
        self._received = bytearray()
        self._unsent: list[DataPacket] = []
        """The packets of an extended transfer that the host has not acknowledged."""

    @property
    def baud(self) -> int:
        return self._parameters.baud

    @property
    def streams(self) -> bool:
        """It acts of its own accord only while it waits for a finger."""
        return self._scan is not None

    def power_on(self, now_s: float) -> list[Out]:
        del now_s
        self._stream.reset()
        self._parameters.reload()
        self._scan = self._image = self._announced = None
        self._unsent = []
        return []

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        if now_s - self._heard_s > INTER_BYTE_S:
            self._stream.reset()
        self._heard_s = now_s
        outs: list[Out] = []
        for part in self._stream.feed(data):
            match part:
                case Packet() if part.command in HOST_SENDS:
                    self._announced, self._received = part, bytearray()
                case Packet() if Fault.PASSWORD_LOST in self._faults:
                    outs.append(self._reply(part, Result.LOCKED))  # a locked module tells nothing else: unsure
                case Packet():
                    outs += self._take(part, now_s)
                case Data():
                    self._received += part.content
                case EndOfData():
                    outs += self._take_data(part.good)
        return outs

    def due(self, now_s: float) -> list[Out]:
        """What a finger, or the end of the wait for one, brings."""
        scan = self._scan
        if scan is None:
            return []
        if Fault.SENSOR_ABNORMAL in self._faults:
            self._scan = None
            return [self._reply(scan.request, Result.SCAN_FAIL, work_s=SCAN_WORK_S)]
        if (touch := self._scene.touch(now_s)) is not None:
            return self._read(scan, touch, now_s)
        if scan.until_s is not None and now_s >= scan.until_s:
            self._scan = None
            return [self._reply(scan.request, Result.TIME_OUT)]
        return []

    def _reply(
        self, request: Packet, result: Result, param: int | None = None, size: int = 0, work_s: float = 0
    ) -> Out:
        answer = Packet(request.command, request.param if param is None else param, size, result)
        return Out(answer.encode(), self.baud, work_s)

    def _with_data(self, request: Packet, data: bytes) -> list[Out]:
        return [self._reply(request, Result.SUCCESS, size=len(data)), Out(data + END, self.baud)]

    def _refusal(self, request: Packet) -> Result | None:
        if request.command in EXTENDED and not self._extended:
            return Result.UNSUPPORTED
        if self._scan is not None or Fault.STUCK_BUSY in self._faults:
            return Result.BUSY
        if request.command == Command.VERIFY_BY_SCAN and not self._library.of(request.param):
            return Result.NOT_FOUND
        if request.command in HOST_SENDS or request.command == Command.ENROLL_BY_SCAN:
            return self._library.refusal(request.param, request.flag)
        return None

    def _take(self, request: Packet, now_s: float) -> list[Out]:
        command = request.command
        if command in EXTENDED and request.flag in (Result.DATA_OK, Result.DATA_ERROR):
            return self._acknowledged(request)
        self._unsent = []
        if command == Command.CANCEL:
            return self._cancel(request)
        if command not in _ANSWERED_ALWAYS and (refusal := self._refusal(request)) is not None:
            return [self._reply(request, refusal)]
        if command in SCANS:
            self._wait(request, now_s)
            return self.due(now_s)
        match command:
            case Command.READ_PARAMETER | Command.WRITE_PARAMETER:
                return [self._parameter(request)]
            case Command.SAVE_PARAMETERS | Command.RESET:
                out = self._reply(request, Result.SUCCESS)  # still at the old baud
                if command == Command.SAVE_PARAMETERS:
                    self._parameters.save()
                else:
                    self.power_on(now_s)
                return [out]
            case Command.STATUS | Command.MODULE_ID:
                asks_status = command == Command.STATUS
                told = self._status() if asks_status else self._parameters.read(Parameter.MODULE_ID)
                return [self._reply(request, Result.SUCCESS, param=told)]
            case Command.READ_IMAGE | Command.READ_IMAGE_EXTENDED:
                return self._sent_image(request)
            case Command.CALIBRATE:
                return [self._reply(request, Result.SUCCESS, work_s=SCAN_WORK_S)]
            case Command.READ_TEMPLATE | Command.DELETE_TEMPLATE | Command.DELETE_ALL:
                return self._stored(request)
        return [self._reply(request, Result.UNSUPPORTED)]

    def _wait(self, request: Packet, now_s: float, number: int | None = None) -> None:
        limit_s = self._parameters.timeout_s
        self._scan = _Scan(request, None if limit_s is None else now_s + limit_s, number)

    def _status(self) -> ModuleStatus:
        if Fault.STUCK_BUSY in self._faults:
            return ModuleStatus.BUSY
        if Fault.SENSOR_ABNORMAL in self._faults:
            return ModuleStatus.SENSOR_ERROR
        return ModuleStatus.WAITING if self._scan else ModuleStatus.ALIVE

    def _cancel(self, request: Packet) -> list[Out]:
        """The cancelled request is answered first, then the cancel; that both are is unsure."""
        scan, self._scan = self._scan, None
        cancelled = [self._reply(scan.request, Result.CANCELED)] if scan else []
        return [*cancelled, self._reply(request, Result.SUCCESS)]

    def _parameter(self, request: Packet) -> Out:
        number, value = request.flag, request.size
        counts = {
            Parameter.ENROLLED_FINGERS: self._library.count,
            Parameter.AVAILABLE_FINGERS: CAPACITY - self._library.count,
        }
        held = counts.get(Parameter(number)) if number in counts else self._parameters.read(number)
        if held is None:
            return self._reply(request, Result.NOT_FOUND)
        if request.command == Command.READ_PARAMETER:
            return self._reply(request, Result.SUCCESS, size=held)
        taken = self._parameters.write(number, value)
        return self._reply(request, Result.SUCCESS if taken else Result.UNSUPPORTED, size=value)

    def _stored(self, request: Packet) -> list[Out]:
        """Of several templates under one id only the first is read: the order of more is unsure."""
        if request.command == Command.DELETE_ALL:
            self._library.clear()
            return [self._reply(request, Result.SUCCESS)]
        held = self._library.of(request.param)
        if not held:
            return [self._reply(request, Result.NOT_FOUND)]
        if request.command == Command.READ_TEMPLATE:
            return self._with_data(request, held[0])
        self._library.delete(request.param)
        return [self._reply(request, Result.SUCCESS)]

    def _take_data(self, good: bool) -> list[Out]:
        """An image or a template from the host, to be enrolled."""
        request, self._announced = self._announced, None
        if request is None:
            return []
        if (refusal := self._refusal(request)) is not None:
            return [self._reply(request, refusal)]
        template = bytes(self._received)
        if request.command == Command.ENROLL_BY_IMAGE:
            template = templates.make(template, b"", TEMPLATE_BYTES)
        if not good or len(template) != TEMPLATE_BYTES:
            return [self._reply(request, Result.DATA_ERROR)]
        number = self._library.enroll(request.param, request.flag, template)
        return [self._reply(request, Result.SUCCESS, param=number)]

    def _read(self, scan: _Scan, touch: Touch, now_s: float) -> list[Out]:
        """A finger was read: say so, then answer the request."""
        request, self._scan = scan.request, None
        self._image = image = self._taken(touch)
        outs = []
        if self._parameters.read(Parameter.SEND_SCAN_SUCCESS) == ON:
            outs.append(self._reply(request, Result.SCAN_SUCCESS, work_s=SCAN_WORK_S))
        if request.command in IMAGE_SCANS:
            return outs + self._sent_image(request)
        if float(np.mean(image.pixels < 150)) < DARK_SHARE_NEEDED:
            return [*outs, self._reply(request, Result.TRY_AGAIN, work_s=MATCH_WORK_S)]
        if request.command == Command.ENROLL_BY_SCAN:
            return [*outs, self._enrolled(scan, image.template, now_s)]
        return [*outs, self._compared(request, image.template)]

    def _taken(self, touch: Touch) -> _Image:
        pixels = touch.press(WIDTH, HEIGHT, PPI, lifted=Fault.FINGER_LIFTED in self._faults)
        return _Image(pixels, templates.make(touch.identity.encode(), touch.draw.encode(), TEMPLATE_BYTES))

    def _enrolled(self, scan: _Scan, template: bytes, now_s: float) -> Out:
        """Keep the template; in a mode of two touches, wait for the other one. The size field is the quality."""
        request, number = scan.request, scan.number
        self._scene.hand.used(sent=False)
        if number is not None:
            self._library.add(number, template)
        else:
            number = self._library.enroll(request.param, request.flag, template)
            if self._parameters.read(Parameter.ENROLL_MODE) in TWO_TOUCHES:
                self._wait(request, now_s, number)
        return self._reply(request, Result.SUCCESS, number, QUALITY, MATCH_WORK_S)

    def _compared(self, request: Packet, template: bytes) -> Out:
        """Verification against one id, identification against all; the size field is the template's place."""
        verifies = request.command == Command.VERIFY_BY_SCAN
        found = self._library.find(template, request.param if verifies else None)
        if found is None:
            return self._reply(request, Result.NOT_MATCH if verifies else Result.NOT_FOUND, work_s=MATCH_WORK_S)
        return self._reply(request, Result.SUCCESS, *found, MATCH_WORK_S)

    def _sent_image(self, request: Packet) -> list[Out]:
        """The image as IMAGE_FORMAT has it; how less than eight bits are packed is unsure."""
        if self._image is None:
            return [self._reply(request, Result.FAILED)]
        self._scene.hand.used(sent=True)
        kind = self._parameters.read(Parameter.IMAGE_FORMAT) or GRAY
        pixels = self._image.pixels
        packed = pixels.tobytes()
        if kind == ONE_BIT:
            packed = np.packbits(pixels >= 128).tobytes()
        elif kind == FOUR_BITS:
            packed = pack_image(packed)
        header = ImageHeader(WIDTH, HEIGHT, 0, 0, kind - GRAY, len(packed), 0)
        data = header.pack() + packed
        return self._in_packets(request, data) if request.command in EXTENDED else self._with_data(request, data)

    def _in_packets(self, request: Packet, data: bytes) -> list[Out]:
        """The whole length, then the first packet; a size that makes no packets gets the usual one (unsure)."""
        fits = request.size * MOST_PACKETS >= len(data)
        self._unsent = cut(request.command, data, request.size if fits else DEFAULT_PACKET_BYTES)
        return [self._reply(request, Result.SUCCESS, size=len(data)), self._next_packet()]

    def _acknowledged(self, answer: Packet) -> list[Out]:
        """What follows the host's word on the last packet: the next one, the same one again, or nothing."""
        if answer.flag == Result.DATA_OK:
            self._unsent = self._unsent[1:]
        return [self._next_packet()] if self._unsent else []

    def _next_packet(self) -> Out:
        return Out(self._unsent[0].encode(), self.baud)
