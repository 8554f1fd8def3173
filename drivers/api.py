"""What the station may ask of a device, and what it can get back.

Every call blocks its caller for at most the stated deadline, on that device's one worker thread; expected trouble
(nothing there, unplugged, cancelled) is a returned value, never an exception.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from threading import Event
from typing import Protocol, assert_never

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]


class Role(Enum):
    """What a device is for; one device a role."""

    FINGERPRINT = "fingerprint"
    CAMERA = "camera"
    SIGNATURE = "signature"
    TEMPERATURE = "temperature"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Who answers at a port. `simulated` is true behind a pseudo-terminal or a loopback address."""

    role: Role
    model: str
    port: str
    serial: str = ""
    firmware: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """The device answered."""

    info: DeviceInfo


@dataclass(frozen=True, slots=True)
class Busy:
    """The device is there and works on something else."""

    info: DeviceInfo


class Absence(Enum):
    """Why nothing is reached."""

    NOT_PLUGGED = "not_plugged"
    NO_PERMISSION = "no_permission"
    IN_USE = "in_use"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The port cannot be opened, or went away."""

    port: str
    why: Absence


class Fault(Enum):
    """What is wrong with a device that has a port."""

    SILENT = "silent"
    GARBLED = "garbled"
    WRONG_DEVICE = "wrong_device"
    SENSOR_ABNORMAL = "sensor_abnormal"
    PASSWORD = "password"
    FROZEN = "frozen"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Faulted:
    """The port is open and the device does not do its work."""

    port: str
    fault: Fault
    detail: str = ""


DeviceStatus = Ready | Busy | Disconnected | Faulted


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The deadline passed with the device well: no finger, no pen, no forehead."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The caller set the cancel event."""


NotCaptured = TimedOut | Cancelled | Busy | Disconnected | Faulted


@dataclass(frozen=True, slots=True)
class FingerImage:
    """One impression as the sensor gave it: `pixels` is (height, width) uint8, dark ridges on a light ground.

    `depth_bits` is the sensor's true depth (4 for EF01 modules, expanded to 8 by x17); `resolution_ppi` its true one.
    """

    pixels: Gray
    resolution_ppi: int
    depth_bits: int
    info: DeviceInfo


@dataclass(frozen=True, slots=True)
class Frame:
    """One camera picture: `pixels` is (height, width, 3) uint8, BGR; `taken_s` on the monotonic clock."""

    pixels: npt.NDArray[np.uint8]
    taken_s: float
    info: DeviceInfo


@dataclass(frozen=True, slots=True)
class PenPoint:
    """One pen sample: x and y in millimetres from the pad's top left, pressure 0..1 (1 where the pad has none),
    `time_s` from the monotonic clock."""

    x_mm: float
    y_mm: float
    pressure: float
    down: bool
    time_s: float


@dataclass(frozen=True, slots=True)
class PadSize:
    """The pad's writing area in millimetres, its resolution in points per millimetre."""

    width_mm: float
    height_mm: float
    points_per_mm: float


@dataclass(frozen=True, slots=True)
class TemperatureSample:
    """One reading as sent by the sensor, uncorrected; `read_s` on the monotonic clock."""

    object_c: float
    ambient_c: float
    read_s: float
    info: DeviceInfo


@dataclass(frozen=True, slots=True)
class Progress:
    """Part of an impression while it arrives: the rows received so far, (rows, width) uint8."""

    pixels: Gray
    rows_total: int


NO_CANCEL = Event()


def ignore_progress(_progress: Progress) -> None:
    """For callers that do not draw."""


class FingerprintReader(Protocol):
    """A single-finger reader. Called by capture and diagnostics on the reader's own thread."""

    def open(self) -> DeviceStatus: ...
    def close(self) -> None: ...
    def check(self) -> DeviceStatus:
        """Ask the device whether it is well; at most 2 s."""
        ...

    def finger_present(self) -> bool | NotCaptured:
        """One look, at most 0.5 s."""
        ...

    def capture(
        self, deadline_s: float, cancel: Event = NO_CANCEL, progress: Callable[[Progress], None] = ignore_progress
    ) -> FingerImage | NotCaptured:
        """Wait up to `deadline_s` seconds for a finger, then transfer one impression (which has its own limit)."""
        ...


class Camera(Protocol):
    """A video camera. Called on the camera's own thread."""

    def open(self) -> DeviceStatus: ...
    def close(self) -> None: ...
    def check(self) -> DeviceStatus: ...
    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> Frame | NotCaptured:
        """The next fresh frame; a stream that repeats itself for a second is Faulted(FROZEN)."""
        ...


class SignaturePad(Protocol):
    """A pen pad. Called on the pad's own thread."""

    def open(self) -> DeviceStatus: ...
    def close(self) -> None: ...
    def check(self) -> DeviceStatus: ...
    def size(self) -> PadSize: ...
    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> tuple[PenPoint, ...] | NotCaptured:
        """All points that arrived since the last call; waits up to `deadline_s` for the first one."""
        ...


class TemperatureSensor(Protocol):
    """A contactless thermometer. Called on the sensor's own thread."""

    def open(self) -> DeviceStatus: ...
    def close(self) -> None: ...
    def check(self) -> DeviceStatus: ...
    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> TemperatureSample | NotCaptured:
        """The next fresh sample."""
        ...


AnyDriver = FingerprintReader | Camera | SignaturePad | TemperatureSensor


@dataclass(frozen=True, slots=True)
class Drivers:
    """One driver a role, as the configuration names them."""

    fingerprint: FingerprintReader
    camera: Camera
    signature: SignaturePad
    temperature: TemperatureSensor

    def of(self, role: Role) -> AnyDriver:
        """The driver of one role."""
        match role:
            case Role.FINGERPRINT:
                return self.fingerprint
            case Role.CAMERA:
                return self.camera
            case Role.SIGNATURE:
                return self.signature
            case Role.TEMPERATURE:
                return self.temperature
            case _:
                assert_never(role)


@dataclass(frozen=True, slots=True)
class DriverSettings:
    """What a driver needs to know: `kind` is a key of the factory's table, `port` a path or URL."""

    kind: str
    port: str
    baud: int | None = None
    options: dict[str, str | int | float | bool] = field(default_factory=dict)
