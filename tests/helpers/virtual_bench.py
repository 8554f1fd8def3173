"""Any serial device of the table with its real driver, in virtual time."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from drivers import factory
from drivers.api import (
    Camera,
    DeviceStatus,
    DriverSettings,
    FingerImage,
    FingerprintReader,
    Frame,
    NotCaptured,
    PenPoint,
    Role,
    SignaturePad,
    TemperatureSample,
    TemperatureSensor,
)
from hw_sim.device import SerialDevice
from hw_sim.faults import Cable, Fault
from hw_sim.scene import Scene
from hw_sim.server import SERIAL, Settings
from tests.helpers.protocol_virtual import VirtualEvent, VirtualLine, VirtualTime, lines

Captured = FingerImage | Frame | tuple[PenPoint, ...] | TemperatureSample | NotCaptured
CAPTURE_S = {Role.FINGERPRINT: 6.0, Role.CAMERA: 12.0, Role.SIGNATURE: 2.5, Role.TEMPERATURE: 2.0}
"""How long a capture is given, by role."""


@dataclass
class Counterpart:
    """One driver and the device before it."""

    kind: str
    line: VirtualLine
    driver: factory.Driver
    scene: Scene
    time: VirtualTime
    role: Role = field(init=False)

    def __post_init__(self) -> None:
        self.role = factory.KINDS[self.kind]

    def fault(self, fault: Fault, on: bool = True) -> None:
        self.line.fault(fault, on)

    def check(self) -> DeviceStatus:
        return self.driver.check()

    def capture(self, deadline_s: float | None = None, cancel: VirtualEvent | None = None) -> Captured:
        """One capture, or one read, by the driver's role."""
        stop = cancel or VirtualEvent(self.time)
        limit_s = CAPTURE_S[self.role] if deadline_s is None else deadline_s
        if self.role is Role.FINGERPRINT:
            return cast(FingerprintReader, self.driver).capture(limit_s, stop)
        return cast(Camera | SignaturePad | TemperatureSensor, self.driver).read(limit_s, stop)

    def took_s(self, act: Callable[[], object]) -> float:
        begun_s = self.time.now_s
        act()
        return self.time.now_s - begun_s


@contextmanager
def before(kind: str, *, simulator: str = "", seed: int = 1, **options: str | int | bool) -> Iterator[Counterpart]:
    """The driver of `kind` before its simulated device, or before another one; closed at the end."""
    time, faults, scene = VirtualTime(), set[Fault](), Scene(seed, 0)
    device, cable = SERIAL[simulator or kind].made(kind, Settings(seed=seed), scene, faults)
    with opposite(kind, device, cable, faults, time, scene, **options) as pair:
        yield pair


@contextmanager
def opposite(
    kind: str,
    device: SerialDevice,
    cable: Cable | None = None,
    faults: set[Fault] | None = None,
    time: VirtualTime | None = None,
    scene: Scene | None = None,
    **options: str | int | bool,
) -> Iterator[Counterpart]:
    """The driver of `kind` before this device."""
    clock = time or VirtualTime()
    wrong = set[Fault]() if faults is None else faults
    line = VirtualLine(device, cable or Cable(wrong, random.Random(1)), wrong, clock)
    driver = factory.make(DriverSettings(kind, "virtual://it", options=dict(options)), clock)
    with lines(it=line):
        try:
            yield Counterpart(kind, line, driver, scene or Scene(1, 0), clock)
        finally:
            driver.close()
