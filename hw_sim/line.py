"""A serial line on a pseudo-terminal: the client's baud is read from its settings, bytes leave at the line's rate."""

import errno
import fcntl
import os
import pty
import queue
import select
import struct
import termios
import threading
import time
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path

from hw_sim.device import Out, SerialDevice
from hw_sim.faults import Cable

_TCGETS2 = 0x802C542A
_SPEEDS = struct.Struct("36x2I")
STALL_S = 0.5
"""A UART does not wait: what nobody takes for so long is lost."""
UNREAD_LIMIT_BYTES = 2000
"""A stream adds nothing to a port on which so much lies unread."""
_STREAM_TICK_S = 0.01
_IDLE_TICK_S = 0.5


def client_baud(master: int) -> int:
    """The baud that the other end has set, read from the master side."""
    settings = fcntl.ioctl(master, _TCGETS2, bytes(44))
    _, out_speed = _SPEEDS.unpack(settings)
    return int(out_speed)


class Transmitter:
    """Frames on their way out: each byte is ready when its last bit would have left the wire.

    With `real` false the line has no rate and the device needs no time; being late by a fault still counts.
    """

    def __init__(self, real: bool, bits_per_byte: int) -> None:
        self._real = real
        self.bits_per_byte = bits_per_byte
        self._queue: deque[tuple[float, Out]] = deque()
        self._sent_of_head = 0
        self._free_s = 0.0

    def put(self, out: Out, now_s: float, late_s: float = 0.0) -> None:
        work_s = out.work_s if self._real else 0.0
        start_s = max(max(self._free_s, now_s) + work_s, now_s + late_s)
        self._free_s = start_s + len(out.frame) * self._byte_s(out)
        self._queue.append((start_s, out))

    def take(self, now_s: float) -> list[tuple[int, bytes]]:
        """(baud, bytes) pairs that have left the wire by now and were not taken before."""
        gone: list[tuple[int, bytes]] = []
        while self._queue:
            start_s, out = self._queue[0]
            if now_s < start_s:
                break
            byte_s = self._byte_s(out)
            count = min(len(out.frame), int((now_s - start_s) / byte_s + 1e-6)) if byte_s else len(out.frame)
            if count > self._sent_of_head:
                gone.append((out.baud, out.frame[self._sent_of_head : count]))
            self._sent_of_head = count
            if count < len(out.frame):
                break
            self._queue.popleft()
            self._sent_of_head = 0
        return gone

    def wait_s(self, now_s: float) -> float | None:
        """Seconds until more leaves; None when there is nothing."""
        if not self._queue:
            return None
        start_s, out = self._queue[0]
        return max(0.0, start_s + (self._sent_of_head + 1) * self._byte_s(out) - now_s)

    def clear(self) -> None:
        self._queue.clear()
        self._sent_of_head = 0
        self._free_s = 0.0

    def _byte_s(self, out: Out) -> float:
        return self.bits_per_byte / out.baud if self._real else 0.0


class Line:
    """One device on its own pseudo-terminal, run by its own thread; the pty exists only while plugged in."""

    def __init__(
        self,
        name: str,
        device: SerialDevice,
        cable: Cable,
        *,
        real_rate: bool,
        link: Path | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._device = device
        self._cable = cable
        self._link = link
        self._now_s = monotonic_s
        self._sender = Transmitter(real_rate, device.bits_per_byte)
        self._pending = bytearray()
        self._pending_since_s = 0.0
        self._burst_due_s = 0.0
        self._master: int | None = None
        self._slave: int | None = None
        self._path = ""
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake_out, self._wake_in = os.pipe()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"line {name}", daemon=True)
        self._plug()
        self._thread.start()

    @property
    def port(self) -> str:
        """Where the client finds it: the link if there is one; empty when unplugged."""
        return str(self._link) if self._link and self._path else self._path

    @property
    def baud(self) -> int:
        return self._device.baud

    def plug(self) -> None:
        self._on_thread(self._plug)

    def unplug(self) -> None:
        """Pull it out: the client's reads fail, and the device forgets what it does not keep in flash."""
        self._on_thread(self._unplug)

    def swap(self, device: SerialDevice) -> None:
        """Let another device answer at this port."""

        def act() -> None:
            self._device = device
            self._sender.clear()
            self._pending.clear()
            self._sender.bits_per_byte = device.bits_per_byte
            self._send(device.power_on(self._now_s()))

        self._on_thread(act)

    def close(self) -> None:
        """End the thread and leave neither pty nor link behind."""

        def act() -> None:
            self._stopping = True
            self._unplug()

        self._on_thread(act)
        self._thread.join()
        os.close(self._wake_in)
        os.close(self._wake_out)

    def _on_thread(self, act: Callable[[], None]) -> None:
        """Run `act` on the line's thread and wait; here, should a bug have ended that thread."""
        done = threading.Event()

        def run() -> None:
            act()
            done.set()

        self._calls.put(run)
        os.write(self._wake_in, b"!")
        while not done.wait(0.5):
            if not self._thread.is_alive():
                act()
                return

    def _plug(self) -> None:
        if self._master is not None:
            return
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        settings = termios.tcgetattr(self._slave)
        speed = getattr(termios, f"B{self._device.baud}")
        settings[4] = settings[5] = speed
        termios.tcsetattr(self._slave, termios.TCSANOW, settings)
        os.set_blocking(self._master, False)
        self._path = os.ttyname(self._slave)
        if self._link:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self._path)
        self._send(self._device.power_on(self._now_s()))

    def _unplug(self) -> None:
        if self._master is None or self._slave is None:
            return
        if self._link:
            self._link.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = None
        self._path = ""
        self._sender.clear()
        self._pending.clear()

    def _run(self) -> None:
        while not self._stopping:
            readers = [self._wake_out] + ([self._master] if self._master is not None else [])
            writers = [self._master] if self._master is not None and self._pending and not self._cable.bursts_s else []
            ready, _, _ = select.select(readers, writers, [], self._timeout_s())
            if self._wake_out in ready:
                os.read(self._wake_out, 64)
            while not self._calls.empty():
                self._calls.get()()
            if self._master is not None and self._slave is not None:
                self._turn(self._master, self._slave, self._master in ready)

    def _timeout_s(self) -> float:
        tick_s = _STREAM_TICK_S if self._device.streams and self._master is not None else _IDLE_TICK_S
        if self._pending:
            tick_s = min(tick_s, self._cable.bursts_s or STALL_S)
        wait_s = self._sender.wait_s(self._now_s())
        return tick_s if wait_s is None else min(tick_s, max(wait_s, 0.001))

    def _turn(self, master: int, slave: int, readable: bool) -> None:
        now_s = self._now_s()
        if readable:
            data = _read(master)
            if data and client_baud(master) == self._device.baud:
                self._send(self._device.receive(data, now_s))
        if self._device.streams and _unread(slave) < UNREAD_LIMIT_BYTES:
            self._send(self._device.due(now_s))
        self._transmit(master, now_s)

    def _send(self, outs: list[Out]) -> None:
        now_s = self._now_s()
        for out in outs:
            arriving = self._cable.carry(out.frame)
            if arriving:
                self._sender.put(Out(arriving, out.baud, out.work_s), now_s, self._cable.late_s)

    def _transmit(self, master: int, now_s: float) -> None:
        if not self._pending:
            self._pending_since_s = now_s
        for baud, data in self._sender.take(now_s):
            if client_baud(master) == baud:
                self._pending += data
        if not self._pending or now_s < self._burst_due_s:
            return
        self._burst_due_s = now_s + self._cable.bursts_s
        written = _write(master, self._pending)
        del self._pending[:written]
        if written:
            self._pending_since_s = now_s
        elif now_s - self._pending_since_s > STALL_S:
            self._pending.clear()


def _unread(slave: int) -> int:
    return int(struct.unpack("i", fcntl.ioctl(slave, termios.FIONREAD, bytes(4)))[0])


def _read(master: int) -> bytes:
    try:
        return os.read(master, 4096)
    except OSError as trouble:
        if trouble.errno in (errno.EIO, errno.EAGAIN):
            return b""
        raise


def _write(master: int, data: bytearray) -> int:
    try:
        return os.write(master, data)
    except BlockingIOError:
        return 0
