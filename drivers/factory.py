"""From configuration to drivers: the table of kinds."""

import time
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from drivers.api import (
    Camera,
    Drivers,
    DriverSettings,
    FingerprintReader,
    Role,
    SignaturePad,
    TemperatureSensor,
)
from drivers.camera_uvc import UvcCamera
from drivers.camera_vc0706 import Vc0706Camera
from drivers.fingerprint_ef01 import R307, R503, Ef01Reader
from drivers.fingerprint_sfm import SfmReader
from drivers.signature_isdv4 import Isdv4Pad
from drivers.signature_topaz import TopazPad
from drivers.temperature_mcu90615 import Mcu90615Sensor

D = TypeVar("D")
Driver = FingerprintReader | Camera | SignaturePad | TemperatureSensor

MonotonicS: TypeAlias = Callable[[], float]


def _pyrousb(settings: DriverSettings, monotonic_s: MonotonicS) -> TemperatureSensor:
    """Loaded where it is configured: no other start needs pymodbus and what it brings."""
    from drivers.temperature_pyrousb import PyroUsbSensor

    return PyroUsbSensor(settings, monotonic_s)


FINGERPRINTS: dict[str, Callable[[DriverSettings, MonotonicS], FingerprintReader]] = {
    "ef01-r307": lambda settings, monotonic_s: Ef01Reader(settings, R307, monotonic_s),
    "ef01-r503": lambda settings, monotonic_s: Ef01Reader(settings, R503, monotonic_s),
    "sfm5020": SfmReader,
}
CAMERAS: dict[str, Callable[[DriverSettings, MonotonicS], Camera]] = {"uvc": UvcCamera, "vc0706": Vc0706Camera}
SIGNATURES: dict[str, Callable[[DriverSettings, MonotonicS], SignaturePad]] = {"isdv4": Isdv4Pad, "topaz": TopazPad}
TEMPERATURES: dict[str, Callable[[DriverSettings, MonotonicS], TemperatureSensor]] = {
    "mcu90615": Mcu90615Sensor,
    "pyrousb": _pyrousb,
}

KINDS: dict[str, Role] = {
    **dict.fromkeys(FINGERPRINTS, Role.FINGERPRINT),
    **dict.fromkeys(CAMERAS, Role.CAMERA),
    **dict.fromkeys(SIGNATURES, Role.SIGNATURE),
    **dict.fromkeys(TEMPERATURES, Role.TEMPERATURE),
}
"""What each kind is for."""


def make(settings: DriverSettings, monotonic_s: MonotonicS = time.monotonic) -> Driver:
    """The driver of one device; ValueError for an unknown kind or an option of a wrong type."""
    makers: dict[str, Callable[[DriverSettings, MonotonicS], Driver]] = {
        **FINGERPRINTS,
        **CAMERAS,
        **SIGNATURES,
        **TEMPERATURES,
    }
    return _made(makers, settings, monotonic_s)


def make_all(settings: Mapping[Role, DriverSettings], monotonic_s: MonotonicS = time.monotonic) -> Drivers:
    """One driver a role; ValueError when a role has none, or a kind that is for another role."""
    missing = [role.value for role in Role if role not in settings]
    if missing:
        raise ValueError(f"no device configured for {', '.join(missing)}")
    return Drivers(
        fingerprint=_made(FINGERPRINTS, settings[Role.FINGERPRINT], monotonic_s),
        camera=_made(CAMERAS, settings[Role.CAMERA], monotonic_s),
        signature=_made(SIGNATURES, settings[Role.SIGNATURE], monotonic_s),
        temperature=_made(TEMPERATURES, settings[Role.TEMPERATURE], monotonic_s),
    )


def _made(
    table: Mapping[str, Callable[[DriverSettings, MonotonicS], D]], settings: DriverSettings, monotonic_s: MonotonicS
) -> D:
    maker = table.get(settings.kind)
    if maker is None:
        raise ValueError(f"kind {settings.kind} is none of {', '.join(sorted(table))}")
    return maker(settings, monotonic_s)
