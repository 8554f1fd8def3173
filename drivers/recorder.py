"""Records a device's line while its driver uses it; what shows a person is masked before anything is given back."""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import assert_never, cast

from drivers.api import (
    NO_CANCEL,
    Busy,
    Camera,
    Cancelled,
    DeviceInfo,
    DeviceStatus,
    Disconnected,
    DriverSettings,
    Faulted,
    FingerImage,
    FingerprintReader,
    Frame,
    NotCaptured,
    PenPoint,
    Ready,
    Role,
    SignaturePad,
    TemperatureSample,
    TemperatureSensor,
    TimedOut,
)
from drivers.factory import KINDS, Driver, make
from drivers.trace import Traced
from protocols.masking import masked
from protocols.recording import MOST_CHUNKS, Chunk, Head, Recording

LOOK_S = 1.0
"""How long a camera, pad or thermometer is waited for before the time is looked at again."""
READY = "ready"

Result = FingerImage | Frame | TemperatureSample | tuple[PenPoint, ...] | NotCaptured


def record(
    settings: DriverSettings,
    seconds: float,
    made_at: str,
    program: str,
    cancel: Event = NO_CANCEL,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> Recording:
    """Open the device, use it for `seconds`, let it go. ValueError for a kind unknown or without a serial line.

    A finger that comes within the time is transferred whole, however long that takes, and ends the recording.
    """
    driver = make(settings)
    if not isinstance(driver, Traced):
        raise ValueError(f"kind {settings.kind} has no serial line")
    chunks: list[Chunk] = []
    begun_s = monotonic_s()

    def keep(chunk: Chunk) -> None:
        if len(chunks) < MOST_CHUNKS:
            chunks.append(replace(chunk, time_s=max(0.0, chunk.time_s - begun_s)))

    driver.trace.tap = keep
    status = driver.open()
    outcome = _word(status)
    until_s = begun_s + seconds
    while isinstance(status, Ready) and monotonic_s() < until_s and not cancel.is_set():
        result = _use(driver, KINDS[settings.kind], until_s - monotonic_s(), cancel)
        if outcome == READY or not isinstance(result, TimedOut):
            outcome = _word(result)
        if isinstance(result, FingerImage | Disconnected | Faulted | Busy):
            break
    driver.close()
    info = status.info if isinstance(status, Ready) else None
    return Recording(_head(settings, chunks, info, outcome, made_at, program), masked(settings.kind, chunks))


def _use(driver: Driver, role: Role, left_s: float, cancel: Event) -> Result:
    if role is Role.FINGERPRINT:
        return cast(FingerprintReader, driver).capture(left_s, cancel)
    return cast(Camera | SignaturePad | TemperatureSensor, driver).read(min(LOOK_S, left_s), cancel)


def _head(
    settings: DriverSettings, chunks: list[Chunk], info: DeviceInfo | None, outcome: str, made_at: str, program: str
) -> Head:
    baud = chunks[0].baud if chunks else settings.baud or 9_600
    parity = "O" if settings.kind == "topaz" else "N"
    model, firmware = (info.model, info.firmware) if info else ("", "")
    return Head(settings.kind, baud, parity, model, firmware, made_at, program, outcome)


def _word(result: DeviceStatus | Result) -> str:
    match result:
        case Ready():
            return READY
        case Busy():
            return "busy"
        case Disconnected():
            return result.why.value
        case Faulted():
            return result.fault.value
        case TimedOut():
            return "timed out"
        case Cancelled():
            return "cancelled"
        case FingerImage() | Frame():
            return "image"
        case TemperatureSample():
            return "reading"
        case tuple():
            return "points"
        case _:
            assert_never(result)
