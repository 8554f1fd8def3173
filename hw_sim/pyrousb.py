"""PyroUSB and OS-MINIUSB with a forehead in front of them, answering Modbus requests after their 20 ms."""

import random
from dataclasses import dataclass, field

from hw_sim.device import Out
from hw_sim.faults import Fault
from hw_sim.kept import KeptFile, table
from hw_sim.scene import Scene
from hw_sim.subjects.temperatures import Mode, reading
from protocols.pyrousb import (
    ANY_SLAVE,
    BROADCAST,
    EMISSIVITY_UNITS,
    FACTORY_SLAVE,
    PYROUSB,
    TYPE,
    Identity,
    Measurement,
    Read,
    Refusal,
    RegisterMap,
    Request,
    Status,
    Unsupported,
    Write,
    read_reply,
    refusal_reply,
    request_finder,
    write_reply,
)

BAUD = 9600
REPLY_DELAY_S = 0.02
INTER_BYTE_S = 0.05
"""Longer than Modbus' 3.5 characters (4 ms): a host's bytes may come through a pseudo-terminal in portions."""
SKIN_EMISSIVITY = 0.98
FACTORY_EMISSIVITY = 9500
"""Unsure: what a new sensor is set to; 0.95 is usual for infrared thermometers."""
KELVIN = 273.15
SENSOR_ABOVE_ROOM_C = 1.5
"""The sensor warms itself a little."""
OUT_OF_RANGE_DECI_C = 0x7FFF
"""What a sensor reads when its measurement failed: unsure."""


@dataclass(slots=True)
class Registers:
    """Values by address; `kept` survive a loss of power, `writable` tells each one's limits."""

    layout: RegisterMap
    kept: dict[int, int]
    writable: dict[int, tuple[int, int]]
    now: dict[int, int] = field(default_factory=dict)


def _registers(layout: RegisterMap) -> Registers:
    who = Identity(min(layout.types), 0, 0x0001_E240)
    kept = dict.fromkeys(range(layout.last + 1), 0)
    kept |= dict(enumerate(who.registers(), start=TYPE))
    kept |= {layout.slave: FACTORY_SLAVE, layout.emissivity: FACTORY_EMISSIVITY}
    lowest = 1000 if layout is PYROUSB else 2000
    emissivity = (lowest, EMISSIVITY_UNITS)
    # From the slave address on the maps agree in their order, but for the two values that only one of them has.
    writable = {layout.slave: (1, 254), layout.slave + 1: (0, 1), layout.slave + 2: (0, 0xFFFF)}
    hold = layout.filtered - 6
    writable |= {hold: (0, 2), hold + 1: (0, 12000), hold + 2: (0, 600)}
    if layout is PYROUSB:
        writable |= {0x09: (2000, EMISSIVITY_UNITS), 0x0A: (0, 0xFFFF), 0x0B: (0, 0xFFFF)}
        kept[0x09] = EMISSIVITY_UNITS
    writable |= {layout.emissivity: emissivity, layout.emissivity_until_off: emissivity}
    writable |= {layout.emissivity_until_off - 1: (0, 0xFFFF)}
    return Registers(layout, kept, writable)


class PyroUsb:
    """The sensor; averages and holds are stored and not applied."""

    bits_per_byte = 10
    streams = False
    baud = BAUD

    def __init__(
        self,
        scene: Scene,
        faults: set[Fault],
        rng: random.Random,
        memory: KeptFile | None = None,
        layout: RegisterMap = PYROUSB,
    ) -> None:
        self._memory = memory or KeptFile()
        self._scene = scene
        self._faults = faults
        self._rng = rng
        self._layout = layout
        self._registers = _registers(layout)
        self._registers.kept |= self._memory.numbers("registers")
        self._finder = request_finder()
        self._heard_s = 0.0
        self._mode: tuple[Mode, int] | None = None
        self._mode_since_s = 0.0

    def power_on(self, now_s: float) -> list[Out]:
        del now_s
        self._finder.reset()
        self._registers.now = dict(self._registers.kept)
        self._registers.now[self._layout.emissivity_until_off] = self._registers.kept[self._layout.emissivity]
        return []

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        if now_s - self._heard_s > INTER_BYTE_S:
            self._finder.reset()
        self._heard_s = now_s
        answers = [self._answer(request, now_s) for request in self._finder.feed(data)]
        return [Out(frame, BAUD, REPLY_DELAY_S) for frame in answers if frame]

    def due(self, now_s: float) -> list[Out]:
        del now_s
        return []

    def _answer(self, request: Request, now_s: float) -> bytes:
        """The reply; none to a broadcast or to another slave."""
        if request.slave not in (BROADCAST, ANY_SLAVE, self._registers.now[self._layout.slave]):
            return b""
        match request:
            case Read():
                reply = self._read(request, now_s)
            case Write():
                reply = self._write(request)
            case Unsupported():
                reply = refusal_reply(request, request.refusal)
        return b"" if request.slave == BROADCAST else reply

    def _read(self, request: Read, now_s: float) -> bytes:
        wanted = range(request.address, request.address + request.count)
        if wanted.stop > self._layout.last + 1:
            return refusal_reply(request, Refusal.ADDRESS)
        values = self._registers.now | self._measured(now_s)
        return read_reply(request, [values[address] for address in wanted])

    def _write(self, request: Write) -> bytes:
        new = dict(enumerate(request.values, start=request.address))
        if any(address not in self._registers.writable for address in new):
            return refusal_reply(request, Refusal.ADDRESS)
        for address, value in new.items():
            low, high = self._registers.writable[address]
            if not low <= value <= high:
                return refusal_reply(request, Refusal.VALUE)
        self._registers.now |= new
        for address, value in new.items():
            if address < self._layout.filtered:
                self._registers.kept[address] = value
        self._memory.store({"registers": table(self._registers.kept)})
        if self._layout.emissivity in new:
            self._registers.now[self._layout.emissivity_until_off] = new[self._layout.emissivity]
        return write_reply(request)

    def _measured(self, now_s: float) -> dict[int, int]:
        """The average, lowest and highest temperature, then the measurement."""
        mode = self._seen(), self._scene.temperature_changes
        if mode != self._mode:
            self._mode, self._mode_since_s = mode, now_s
        object_c, ambient_c = reading(mode[0], now_s - self._mode_since_s, self._rng)
        deci_c = round(self._indicated_c(object_c, ambient_c) * 10)
        sensor_deci_c = round((ambient_c + SENSOR_ABOVE_ROOM_C) * 10)
        result = Measurement(deci_c, deci_c, sensor_deci_c, Status(0))
        if Fault.SENSOR_ABNORMAL in self._faults:
            result = Measurement(OUT_OF_RANGE_DECI_C, OUT_OF_RANGE_DECI_C, sensor_deci_c, Status.MEASUREMENT_ERROR)
        values = (result.registers()[0],) * 3 + result.registers()
        return dict(enumerate(values, start=self._layout.filtered - 3))

    def _indicated_c(self, object_c: float, ambient_c: float) -> float:
        """What is shown for skin under the emissivity that was set: radiation grows with the fourth power."""
        assumed = self._registers.now[self._layout.emissivity_until_off] / EMISSIVITY_UNITS
        room = (ambient_c + KELVIN) ** 4
        own = (object_c + KELVIN) ** 4
        return float((SKIN_EMISSIVITY / assumed * (own - room) + room) ** 0.25 - KELVIN)

    def _seen(self) -> Mode:
        if Fault.TEMPERATURE_DRIFTING in self._faults:
            return "drift"
        if Fault.NOT_A_PERSON in self._faults:
            return "not_a_person"
        return self._scene.temperature
