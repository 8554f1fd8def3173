"""GY-MCU90614 / 90615 with a forehead in front of it: one reading when asked, or about 14 a second."""

import random

from hw_sim.device import Out
from hw_sim.faults import Fault
from hw_sim.kept import KeptFile
from hw_sim.scene import Scene
from hw_sim.subjects.temperatures import Mode, reading
from protocols.mcu90615 import Command, Reading, command_finder

PERIOD_S = 1 / 14
INTER_BYTE_S = 0.3
BROKEN = Reading(-27315, -27315)
"""A module that cannot hear its sensor reads zero kelvin: unsure, seen on boards with a broken sensor line."""


class Mcu90615:
    """The module; `baud` is its factory rate, which differs by maker."""

    bits_per_byte = 10
    streams = True

    def __init__(
        self,
        scene: Scene,
        faults: set[Fault],
        rng: random.Random,
        memory: KeptFile | None = None,
        baud: int = 115200,
    ) -> None:
        self._memory = memory or KeptFile()
        kept = self._memory.load()
        self.baud = int(str(kept.get("baud", baud)))
        self._scene = scene
        self._faults = faults
        self._rng = rng
        self._finder = command_finder()
        self._heard_s = 0.0
        self._auto = kept.get("auto") is True
        self._continuous = False
        self._next_s = 0.0
        self._mode: tuple[Mode, int] | None = None
        self._mode_since_s = 0.0

    def power_on(self, now_s: float) -> list[Out]:
        self._finder.reset()
        self._continuous = self._auto
        self._next_s = now_s
        return []

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        if now_s - self._heard_s > INTER_BYTE_S:
            self._finder.reset()
        self._heard_s = now_s
        return [out for command in self._finder.feed(data) for out in self._obey(command, now_s)]

    def due(self, now_s: float) -> list[Out]:
        if not self._continuous or now_s < self._next_s:
            return []
        self._next_s = max(self._next_s + PERIOD_S, now_s)
        return [self._measure(now_s)]

    def _obey(self, command: Command, now_s: float) -> list[Out]:
        match command:
            case Command.ONE_READING:
                self._continuous = False
                return [self._measure(now_s)]
            case Command.CONTINUOUS:
                self._continuous = True
                self._next_s = now_s
            case Command.AUTO_ON_AT_POWER_UP:
                self._auto = True
            case Command.AUTO_OFF_AT_POWER_UP:
                self._auto = False
            case Command.BAUD_9600:
                self.baud = 9600
            case Command.BAUD_115200:
                self.baud = 115200
        self._memory.store({"baud": self.baud, "auto": self._auto})
        return []

    def _measure(self, now_s: float) -> Out:
        if Fault.SENSOR_ABNORMAL in self._faults:
            return Out(BROKEN.encode(), self.baud)
        mode = self._seen(), self._scene.temperature_changes
        if mode != self._mode:
            self._mode, self._mode_since_s = mode, now_s
        object_c, ambient_c = reading(mode[0], now_s - self._mode_since_s, self._rng)
        return Out(Reading(round(object_c * 100), round(ambient_c * 100)).encode(), self.baud)

    def _seen(self) -> Mode:
        if Fault.TEMPERATURE_DRIFTING in self._faults:
            return "drift"
        if Fault.NOT_A_PERSON in self._faults:
            return "not_a_person"
        return self._scene.temperature
