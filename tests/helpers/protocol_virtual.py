"""Serial ports without a kernel or a clock: `virtual://name` leads pyserial to a simulated device in virtual time.

A read that waits lets time pass to the next byte at once, so drivers run with their real limits at the real line
rate, always the same way and in no time. pyserial finds this module by its name.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from urllib.parse import urlsplit

import serial
from serial.serialutil import SerialBase
from typing_extensions import Buffer

from hw_sim.device import Out, SerialDevice, Stranger
from hw_sim.faults import Cable, Fault
from hw_sim.line import Transmitter

PACKAGE = "tests.helpers"
TICK_S = 0.01
ROOM_BYTES = 1 << 16
"""What a kernel and a hub keep of what nobody reads."""
LINES: dict[str, "VirtualLine"] = {}


class VirtualTime:
    """Seconds that pass when somebody waits. `at` has something done when a moment comes."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self._acts: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now_s

    def at(self, in_s: float, act: Callable[[], None]) -> None:
        self._acts.append((self.now_s + in_s, act))
        self._acts.sort(key=lambda pair: pair[0])

    def next_s(self, until_s: float) -> float:
        return min(until_s, self._acts[0][0]) if self._acts else until_s

    def pass_to(self, moment_s: float) -> None:
        while self._acts and self._acts[0][0] <= moment_s:
            due_s, act = self._acts.pop(0)
            self.now_s = max(self.now_s, due_s)
            act()
        self.now_s = max(self.now_s, moment_s)


class VirtualEvent(Event):
    """An event whose waits take virtual time only."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._time = time

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            self._time.pass_to(self._time.now_s + (timeout or 0.0))
        return self.is_set()


class VirtualLine:
    """One device, its cable, and what lies in the host's buffer."""

    def __init__(self, device: SerialDevice, cable: Cable, faults: set[Fault], time: VirtualTime) -> None:
        self.device = self._own = device
        self.faults = faults
        self.time = time
        self.plugged = True
        self.sent_bytes = 0
        self._cable = cable
        self._sender = Transmitter(real=True, bits_per_byte=device.bits_per_byte)
        self._buffer = bytearray()
        self._seen_s = time.now_s
        self._tick_s = time.now_s
        self._burst_s = time.now_s
        self._held = bytearray()
        self._send(device.power_on(time.now_s))

    def fault(self, fault: Fault, on: bool) -> None:
        (self.faults.add if on else self.faults.discard)(fault)
        if fault is Fault.UNPLUGGED:
            self.plugged = not on
            self.flush()
            self._sender.clear()
            if not on:
                self._send(self.device.power_on(self.time.now_s))
        if fault is Fault.WRONG_DEVICE:
            self.device = Stranger(self._own.baud) if on else self._own
            self._sender.clear()
            self._send(self.device.power_on(self.time.now_s))

    def flush(self) -> None:
        self._buffer.clear()

    def heard(self, data: bytes, baud: int) -> None:
        self.catch_up(baud)
        if baud == self.device.baud:
            self._send(self.device.receive(data, self.time.now_s))

    def catch_up(self, baud: int) -> None:
        """What left the wire by now lies in the buffer, unless the host listens at another speed."""
        while self.device.streams and self._tick_s + TICK_S <= self.time.now_s:
            self._tick_s += TICK_S
            self._send(self.device.due(self._tick_s), self._tick_s)
        self._tick_s = max(self._tick_s, self.time.now_s - TICK_S)
        for sent_baud, data in self._sender.take(self.time.now_s):
            if sent_baud == baud:
                self._held += data
                self.sent_bytes += len(data)
        if self._held and self.time.now_s >= self._burst_s:
            self._burst_s = self.time.now_s + self._cable.bursts_s
            self._hand_over()

    def _hand_over(self) -> None:
        room = ROOM_BYTES - len(self._buffer)
        self._buffer += self._held[:room]
        del self._held[:room]

    def take(self, count: int) -> bytes:
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    @property
    def waiting(self) -> int:
        return len(self._buffer)

    def sleep(self, until_s: float) -> None:
        """Let time pass to the next thing that happens here, at most to `until_s`."""
        now_s = self.time.now_s
        wake_s = until_s
        if self.device.streams:
            wake_s = min(wake_s, self._tick_s + TICK_S)
        if (wait_s := self._sender.wait_s(now_s)) is not None:
            wake_s = min(wake_s, now_s + wait_s + 1e-6)
        if self._held:
            wake_s = min(wake_s, self._burst_s)
        self.time.pass_to(self.time.next_s(max(wake_s, now_s + 1e-6)))

    def _send(self, outs: list[Out], now_s: float | None = None) -> None:
        for out in outs:
            if arriving := self._cable.carry(out.frame):
                moment_s = self.time.now_s if now_s is None else now_s
                self._sender.put(Out(arriving, out.baud, out.work_s), moment_s, self._cable.late_s)


class Serial(SerialBase):
    """The host's end, as pyserial's users see it."""

    _line: VirtualLine | None = None
    _name = ""

    def open(self) -> None:
        self._name = urlsplit(self.portstr or "").hostname or ""
        line = LINES.get(self._name)
        if line is None or not line.plugged:
            raise serial.SerialException(errno.ENOENT, "no such port")
        self._line = line
        self.is_open = True

    def close(self) -> None:
        self.is_open = False
        self._line = None

    def _reconfigure_port(self) -> None:
        self._plugged().catch_up(0)

    def _update_dtr_state(self) -> None:
        """No modem lines here."""

    def _update_rts_state(self) -> None:
        """No modem lines here."""

    def _plugged(self) -> VirtualLine:
        if self._line is None or not self._line.plugged or LINES.get(self._name) is not self._line:
            raise serial.SerialException(errno.EIO, "gone")
        return self._line

    @property
    def in_waiting(self) -> int:
        line = self._plugged()
        line.catch_up(int(self.baudrate))
        return line.waiting

    def read(self, size: int = 1) -> bytes:
        line = self._plugged()
        until_s = line.time.now_s + (self.timeout or 0.0)
        while self.in_waiting < size and line.time.now_s < until_s:
            line.sleep(until_s)
            line = self._plugged()
        return line.take(size)

    def write(self, data: Buffer) -> int:
        sent = bytes(data)
        self._plugged().heard(sent, int(self.baudrate))
        return len(sent)

    def reset_input_buffer(self) -> None:
        self._plugged().catch_up(int(self.baudrate))
        self._plugged().flush()


@contextmanager
def lines(**named: VirtualLine) -> Iterator[None]:
    """These lines can be opened as virtual://name."""
    LINES.update(named)
    if PACKAGE not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(PACKAGE)
    try:
        yield
    finally:
        for name in named:
            del LINES[name]
