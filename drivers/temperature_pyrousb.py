"""Calex PyroUSB and Omega OS-MINIUSB infrared thermometers: Modbus RTU at 9600 8N1, asked for each reading.

pymodbus builds requests and reads replies; the port stays the link's, with its deadlines, cancelling and trace.
"""

import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import TypeVar

from pymodbus import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU, ReadHoldingRegistersRequest
from pymodbus.pdu.register_message import ReadInputRegistersRequest, WriteSingleRegisterRequest

from drivers import options
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
from protocols import pyrousb
from protocols.errors import BadFrame
from protocols.pyrousb import Measurement, RegisterMap, Status

T = TypeVar("T")

BAUD = 9_600
ANSWER_S = 0.3
"""A reply takes 20 ms and the line about as long again."""
CHECK_S = 1.9
STALLED_S = 0.5
PERIOD_S = 0.25
"""The sensor's response time: asked more often, it tells one measurement twice (unsure for OS-MINIUSB)."""
SKIN_EMISSIVITY = 9_800
HEARD_LIMIT = 64
OUT_OF_RANGE = Status.SENSOR_COLD | Status.SENSOR_HOT | Status.MEASUREMENT_ERROR


class PyroUsbSensor(SerialDriver):
    """A TemperatureSensor; `ambient_c` is the temperature of the sensor's head.

    Options: slave (1), emissivity in ten-thousandths (9800, skin; 0 leaves what the sensor has), map (pyrousb or
    miniusb, for a sensor whose type number is in neither map).
    """

    def __init__(self, settings: DriverSettings, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(settings.port, Line(settings.baud or BAUD), monotonic_s)
        self._slave = options.integer(settings, "slave", pyrousb.FACTORY_SLAVE)
        self._emissivity = options.integer(settings, "emissivity", SKIN_EMISSIVITY)
        chosen = options.text(settings, "map", "")
        if chosen and chosen not in pyrousb.MAPS:
            raise ValueError(f"option map: {chosen} is none of {', '.join(pyrousb.MAPS)}")
        self._chosen = pyrousb.MAPS.get(chosen)
        self._framer = FramerRTU(DecodePDU(is_server=False))
        self._heard = b""
        self._known: tuple[DeviceInfo, RegisterMap] | None = None
        self._next_s = 0.0

    def open(self) -> DeviceStatus:
        return self.check()

    def close(self) -> None:
        self._thread.check()
        self._known = None
        self._link.close()

    def check(self) -> DeviceStatus:
        def look() -> DeviceStatus:
            until_s = self._monotonic_s() + CHECK_S
            info, layout = self._started(until_s, NO_CANCEL)
            self._measure(layout, until_s, NO_CANCEL)
            return Ready(info)

        return self._guarded(look)

    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> TemperatureSample | NotCaptured:
        return self._captured(lambda: self._read(deadline_s, cancel), cancel)

    def _read(self, deadline_s: float, cancel: Event) -> TemperatureSample | TimedOut | Cancelled:
        until_s = self._monotonic_s() + deadline_s
        info, layout = self._started(until_s, cancel)
        wait_s = self._next_s - self._monotonic_s()
        if wait_s > 0:
            cancel.wait(min(wait_s, deadline_s))
        if cancel.is_set():
            return Cancelled()
        if self._monotonic_s() >= until_s:
            return TimedOut()
        try:
            seen = self._measure(layout, until_s, cancel)
        except Trouble:
            if deadline_s < STALLED_S and self._monotonic_s() >= until_s:
                return TimedOut()
            raise
        now_s = self._monotonic_s()
        self._next_s = now_s + PERIOD_S
        return TemperatureSample(seen.unfiltered_deci_c / 10, seen.sensor_deci_c / 10, now_s, info)

    def _forget(self, status: Disconnected | Faulted) -> None:
        del status
        self._known = None

    def _started(self, until_s: float, cancel: Event) -> tuple[DeviceInfo, RegisterMap]:
        """Who answers and by which map, with its emissivity set."""
        if self._known is not None and self._link.is_open:
            return self._known
        self._link.open()
        who = self._understood(pyrousb.identity, self._identity(until_s, cancel))
        layout = self._chosen or next(
            (known for known in pyrousb.MAPS.values() if who.type_number in known.types), None
        )
        if layout is None:
            raise self._fault(Fault.WRONG_DEVICE, f"type {who.type_number}")
        if self._emissivity:
            self._write(layout.emissivity_until_off, self._emissivity, until_s, cancel)
        model = layout.types.get(who.type_number, f"type {who.type_number}")
        port = self._link.port
        info = DeviceInfo(Role.TEMPERATURE, model, port, str(who.serial), simulated=simulated(port))
        self._known = info, layout
        return self._known

    def _measure(self, layout: RegisterMap, until_s: float, cancel: Event) -> Measurement:
        registers = self._registers(layout.filtered, pyrousb.MEASUREMENT_COUNT, until_s, cancel)
        seen = self._understood(pyrousb.measurement, registers)
        if seen.status & OUT_OF_RANGE:
            raise self._fault(Fault.SENSOR_ABNORMAL, f"status {seen.status:04X}")
        return seen

    def _understood(self, meaning: Callable[[Sequence[int]], T], registers: Sequence[int]) -> T:
        try:
            return meaning(registers)
        except BadFrame as wrong:
            raise self._fault(Fault.GARBLED, str(wrong)) from wrong

    def _identity(self, until_s: float, cancel: Event) -> Sequence[int]:
        """By function 04, so that the late answer to a measurement, which has no name on it, is not taken for it."""
        request = ReadInputRegistersRequest(dev_id=self._slave, address=pyrousb.TYPE, count=pyrousb.IDENTITY_COUNT)
        return self._asked(request, until_s, cancel).registers

    def _registers(self, address: int, count: int, until_s: float, cancel: Event) -> Sequence[int]:
        request = ReadHoldingRegistersRequest(dev_id=self._slave, address=address, count=count)
        return self._asked(request, until_s, cancel).registers

    def _write(self, address: int, value: int, until_s: float, cancel: Event) -> None:
        request = WriteSingleRegisterRequest(dev_id=self._slave, address=address, registers=[value])
        self._asked(request, until_s, cancel)

    def _asked(self, request: ModbusPDU, until_s: float, cancel: Event) -> ModbusPDU:
        """The sensor's answer, asked again as long as there is time; Trouble when it has none or refuses."""
        self._heard = b""
        frame = self._framer.buildFrame(request)
        while True:
            now_s = self._monotonic_s()
            received = bytearray()

            def answer(data: bytes, received: bytearray = received) -> ModbusPDU | None:
                self._heard = (self._heard + data)[:HEARD_LIMIT]
                received += data
                return self._decoded(received, request)

            reply = self._link.exchange(frame, answer, min(until_s, now_s + ANSWER_S), cancel)
            if isinstance(reply, ExceptionResponse):
                raise self._fault(Fault.REFUSED, f"exception {reply.exception_code}")
            if reply is not None:
                return reply
            if cancel.is_set() or self._monotonic_s() >= until_s:
                raise self._diagnosis()

    def _decoded(self, received: bytearray, request: ModbusPDU) -> ModbusPDU | None:
        """The reply to `request` in what was received, once it is whole."""
        while received:
            try:
                used, reply = self._framer.handleFrame(bytes(received), 0, 0)
            except ModbusException:
                received.clear()
                return None
            del received[:used]
            if reply is None and not used:
                return None
            named = None if reply is None else (reply.dev_id, reply.function_code & 0x7F)
            if named == (request.dev_id, request.function_code):
                return reply
        return None

    def _diagnosis(self) -> Trouble:
        if not self._heard:
            return self._fault(Fault.SILENT)
        if speaks_text(self._heard):
            return self._fault(Fault.WRONG_DEVICE, "sends text")
        return self._fault(Fault.GARBLED)
