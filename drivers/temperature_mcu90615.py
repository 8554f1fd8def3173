"""GY-MCU90614 and GY-MCU90615 infrared thermometers: a stream of readings at 9600 or 115200 8N1."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from drivers.api import (
    NO_CANCEL,
    Cancelled,
    DeviceInfo,
    DeviceStatus,
    Disconnected,
    DriverSettings,
    Fault,
    Faulted,
    NotCaptured,
    Ready,
    Role,
    TemperatureSample,
    TimedOut,
)
from drivers.link import Line, simulated
from drivers.serial_driver import SerialDriver
from drivers.strangers import speaks_text
from drivers.trouble import Trouble
from protocols import mcu90615

T = TypeVar("T")

BAUDS = (9_600, 115_200)
PROBE_S = 0.75
"""Readings come about every 70 ms."""
CHECK_S = 1.0
STALLED_S = 0.5
SENSOR_RANGE_C = (-70.0, 380.0)
"""What a Melexis MLX90614 can measure; a broken one answers beyond it."""


class Mcu90615Sensor(SerialDriver):
    """A TemperatureSensor."""

    def __init__(self, settings: DriverSettings, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(settings.port, Line(settings.baud or BAUDS[0]), monotonic_s)
        self._bauds = tuple(dict.fromkeys((self._link.line.baud, *BAUDS)))
        self._finder = mcu90615.reading_finder()
        self._heard = bytearray()
        self._info: DeviceInfo | None = None

    def open(self) -> DeviceStatus:
        return self._guarded(lambda: Ready(self._started(NO_CANCEL)))

    def close(self) -> None:
        self._thread.check()
        self._info = None
        self._link.close()

    def check(self) -> DeviceStatus:
        def look() -> DeviceStatus:
            info = self._started(NO_CANCEL)
            sample = self._sample(info, self._monotonic_s() + CHECK_S, NO_CANCEL)
            if sample is None:
                raise Trouble(self._diagnosis())
            return Ready(info)

        return self._guarded(look)

    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> TemperatureSample | NotCaptured:
        return self._captured(lambda: self._read(deadline_s, cancel), cancel)

    def _read(self, deadline_s: float, cancel: Event) -> TemperatureSample | TimedOut | Cancelled:
        until_s = self._monotonic_s() + deadline_s
        info = self._started(cancel, until_s)
        sample = self._sample(info, until_s, cancel)
        if sample is not None:
            return sample
        if cancel.is_set():
            return Cancelled()
        if deadline_s >= STALLED_S:
            raise Trouble(self._diagnosis())
        return TimedOut()

    def _forget(self, status: Disconnected | Faulted) -> None:
        del status
        self._info = None

    def _started(self, cancel: Event, until_s: float = float("inf")) -> DeviceInfo:
        """Who answers; asked for readings at each speed when nobody did yet."""
        if self._info is not None and self._link.is_open:
            return self._info
        heard = bytearray()
        for baud in self._bauds:
            self._link.open(baud)
            self._finder.reset()
            self._heard.clear()
            self._link.write(mcu90615.Command.CONTINUOUS.encode())
            if self._next(min(until_s, self._monotonic_s() + PROBE_S), cancel) is not None:
                port = self._link.port
                self._bauds = (baud, *(other for other in self._bauds if other != baud))
                self._info = DeviceInfo(Role.TEMPERATURE, "GY-MCU9061x", port, simulated=simulated(port))
                return self._info
            heard += self._heard
        self._heard = heard
        raise Trouble(self._diagnosis())

    def _sample(self, info: DeviceInfo, until_s: float, cancel: Event) -> TemperatureSample | None:
        """A reading that arrived after this call; asks for the stream again when it has stopped."""
        self._finder.feed(self._link.drain())
        self._heard.clear()
        reading = self._next(min(until_s, self._monotonic_s() + STALLED_S / 2), cancel)
        if reading is None and not cancel.is_set() and self._monotonic_s() < until_s:
            self._link.write(mcu90615.Command.CONTINUOUS.encode())
            reading = self._next(until_s, cancel)
        if reading is None:
            return None
        low_c, high_c = SENSOR_RANGE_C
        if not (low_c <= reading.object_c <= high_c and low_c <= reading.ambient_c <= high_c):
            raise Trouble(Faulted(self._link.port, Fault.SENSOR_ABNORMAL))
        return TemperatureSample(reading.object_c, reading.ambient_c, self._monotonic_s(), info)

    def _next(self, until_s: float, cancel: Event) -> mcu90615.Reading | None:
        while data := self._link.read(until_s, cancel):
            self._heard += data[: 64 - min(64, len(self._heard))]
            if readings := self._finder.feed(data):
                return readings[-1]
            if self._monotonic_s() >= until_s:
                break
        return None

    def _diagnosis(self) -> Faulted:
        port = self._link.port
        if not self._heard:
            return Faulted(port, Fault.SILENT)
        if self._heard.startswith(mcu90615.CLONE_HEADER) or self._heard.count(mcu90615.CLONE_HEADER) > 1:
            return Faulted(port, Fault.WRONG_DEVICE, "frames begin with 66 66")
        if speaks_text(bytes(self._heard)):
            return Faulted(port, Fault.WRONG_DEVICE, "sends text")
        return Faulted(port, Fault.GARBLED)
