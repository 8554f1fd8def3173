"""A technician who does what a device's test asks for, at simulated devices in virtual time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from drivers import factory
from drivers.api import Camera, Drivers, DriverSettings, FingerprintReader, Role, SignaturePad, TemperatureSensor
from drivers.factory import Driver
from hw_sim.faults import Fault
from hw_sim.scene import Scene
from station.diagnostics.model import DeviceTest, Helper, StepName, StepProgress
from station.diagnostics.testing import Plan, run_test
from station.health.model import GateLimits
from tests.helpers.protocol_virtual import VirtualEvent, VirtualTime
from tests.helpers.virtual_bench import Counterpart, before

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
WITHOUT_CARD = frozenset(Helper) - {Helper.CARD}


@dataclass
class VirtualClock:
    """A station's clock that goes with a bench's virtual time."""

    time: VirtualTime
    boot_id: str = "virtual"

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.time.now_s)

    def monotonic_s(self) -> float:
        return self.time.now_s


class Obedient:
    """Lifts and lays fingers, draws a line: what the step that begins asks for."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.heard: list[StepProgress] = []
        scene.pen = "none"
        scene.hand.lifted = True

    def __call__(self, progress: StepProgress) -> None:
        self.heard.append(progress)
        self.scene.hand.lifted = progress.step is StepName.CLEAR
        self.scene.hand.position = 2
        self.scene.pen = "line" if progress.step in (StepName.LINE_ACROSS, StepName.LINE_DOWN) else "none"


def drivers_with(role: Role, driver: Driver) -> Drivers:
    """A station's drivers with this one in its role; the others lead nowhere."""
    nowhere = {
        Role.FINGERPRINT: DriverSettings("ef01-r307", "/dev/absent-finger"),
        Role.CAMERA: DriverSettings("uvc", "/dev/absent-camera"),
        Role.SIGNATURE: DriverSettings("topaz", "/dev/absent-pad"),
        Role.TEMPERATURE: DriverSettings("mcu90615", "/dev/absent-thermometer"),
    }
    others = factory.make_all(nowhere)
    match role:
        case Role.FINGERPRINT:
            return replace(others, fingerprint=cast(FingerprintReader, driver))
        case Role.CAMERA:
            return replace(others, camera=cast(Camera, driver))
        case Role.SIGNATURE:
            return replace(others, signature=cast(SignaturePad, driver))
        case Role.TEMPERATURE:
            return replace(others, temperature=cast(TemperatureSensor, driver))


def plan_for(pair: Counterpart) -> Plan:
    """A test with everything at hand but a white card and a reference."""
    return Plan(DriverSettings(pair.kind, "virtual://it"), GateLimits(), VirtualClock(pair.time), WITHOUT_CARD)


def examined(pair: Counterpart, plan: Plan | None) -> DeviceTest:
    """The device before this bench through its whole test, with a technician who helps."""
    drivers, cancel = drivers_with(pair.role, pair.driver), VirtualEvent(pair.time)
    return run_test(pair.role, drivers, plan or plan_for(pair), Obedient(pair.scene), cancel)


def examined_with(kind: str, fault: Fault | None) -> DeviceTest:
    """A device of this kind with one fault."""
    with before(kind) as pair:
        if fault is not None:
            pair.fault(fault)
        return examined(pair, None)
