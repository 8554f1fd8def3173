"""What a device must show before the day begins: that it answers, and gives what it is there for."""

from threading import Event
from typing import assert_never

from drivers.api import Cancelled, DeviceStatus, Drivers, Frame, NotCaptured, Ready, Role, TemperatureSample, TimedOut
from station.capture.facts import SelfTest
from station.diagnostics.sentences import device_sentence
from station.health.model import GateLimits
from station.text import Message, msg

READ_S = 3.0
LISTEN_S = 0.3
DARKEST = 12.0
"""A picture with this mean, 0..255, comes from a covered lens."""

Trouble = tuple[Message, Message]


def running(role: Role) -> SelfTest:
    return SelfTest(role, None, msg("Being tested"), None)


def broken_off(role: Role) -> SelfTest:
    return SelfTest(role, False, msg("The test was not finished."), msg("Test again."))


def examine(role: Role, drivers: Drivers, limits: GateLimits, cancel: Event) -> SelfTest:
    """Ask the device and let it do its work once; on the device's own thread, a few seconds at most."""
    match role:
        case Role.FINGERPRINT:
            status, trouble = _reader(drivers)
        case Role.CAMERA:
            status, trouble = _camera(drivers, cancel)
        case Role.SIGNATURE:
            status, trouble = _pad(drivers, cancel)
        case Role.TEMPERATURE:
            status, trouble = _thermometer(drivers, limits, cancel)
        case _:
            assert_never(role)
    if not isinstance(status, Ready):
        sentence, cure = device_sentence(status, role)
        return SelfTest(role, False, sentence, cure)
    if trouble is not None:
        return SelfTest(role, False, *trouble)
    return SelfTest(role, True, _GOOD[role], None)


_GOOD: dict[Role, Message] = {
    Role.FINGERPRINT: msg("The fingerprint reader answers and its glass is free."),
    Role.CAMERA: msg("The camera gives pictures."),
    Role.SIGNATURE: msg("The signature pad answers and nothing writes on it."),
    Role.TEMPERATURE: msg("The thermometer measures."),
}


def _reader(drivers: Drivers) -> tuple[DeviceStatus, Trouble | None]:
    status = drivers.fingerprint.check()
    if not isinstance(status, Ready):
        return status, None
    present = drivers.fingerprint.finger_present()
    if present is True:
        return status, (msg("Something lies on the reader."), msg("Clear and wipe the glass, then test again."))
    return (status, None) if present is False else _captured_nothing(status, present)


def _camera(drivers: Drivers, cancel: Event) -> tuple[DeviceStatus, Trouble | None]:
    status = drivers.camera.check()
    if not isinstance(status, Ready):
        return status, None
    frame = drivers.camera.read(READ_S, cancel)
    if not isinstance(frame, Frame):
        return _captured_nothing(status, frame)
    if frame.pixels.mean() < DARKEST:
        return status, (msg("The camera's picture is black."), msg("Take the cap off and switch the light on."))
    return status, None


def _pad(drivers: Drivers, cancel: Event) -> tuple[DeviceStatus, Trouble | None]:
    status = drivers.signature.check()
    if not isinstance(status, Ready):
        return status, None
    drivers.signature.read(LISTEN_S, cancel)
    points = drivers.signature.read(LISTEN_S, cancel)
    if isinstance(points, tuple) and any(point.down for point in points):
        return status, (msg("The signature pad writes by itself."), msg("Take the pen off the pad, then test again."))
    return (status, None) if isinstance(points, tuple | TimedOut) else _captured_nothing(status, points)


def _thermometer(drivers: Drivers, limits: GateLimits, cancel: Event) -> tuple[DeviceStatus, Trouble | None]:
    status = drivers.temperature.check()
    if not isinstance(status, Ready):
        return status, None
    sample = drivers.temperature.read(READ_S, cancel)
    if not isinstance(sample, TemperatureSample):
        return _captured_nothing(status, sample)
    if not limits.ambient_low_c <= sample.ambient_c <= limits.ambient_high_c:
        return status, (
            msg("The thermometer says the room is {ambient} °C.", ambient=float(sample.ambient_c)),
            msg("Measure out of sun and wind, then test again."),
        )
    return status, None


def _captured_nothing(status: DeviceStatus, result: NotCaptured) -> tuple[DeviceStatus, Trouble | None]:
    """What came instead of a capture: the device's own trouble, or nothing in time."""
    if isinstance(result, TimedOut | Cancelled):
        return status, (msg("Nothing came from the device."), msg("Check its cable, then test again."))
    return result, None
