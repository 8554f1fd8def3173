"""A serial line: the only importer of pyserial. Deadlines are seconds on the monotonic clock."""

import errno
import ipaddress
import os
import socket
import stat
import termios
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import serial
from serial.tools import list_ports

from drivers.api import NO_CANCEL, Absence, Disconnected
from drivers.trace import Direction, Trace, TraceEntry
from drivers.trouble import Trouble
from protocols.recording import Chunk

T = TypeVar("T")

SLICE_S = 0.05
"""How long a read waits before it looks at the deadline and the cancel event again."""
UNSETTLING_BAUD = 1200
CHUNK = 4096
MOMENT_S = 0.005
DRAIN_LIMIT = 256 * 1024
PTY_MAJORS = range(136, 144)


@dataclass(frozen=True, slots=True)
class Line:
    """How bytes are sent: always 8 data bits and 1 stop bit; `parity` is N, E or O."""

    baud: int
    parity: str = "N"


class Link:
    """One port, opened for itself alone. Trouble(Disconnected) when it cannot be opened or is lost."""

    def __init__(self, port: str, line: Line, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self.port = port
        self.line = line
        self.monotonic_s = monotonic_s
        self.trace = Trace()
        self._serial: serial.Serial | None = None

    @property
    def is_open(self) -> bool:
        return self._serial is not None

    def open(self, baud: int | None = None) -> None:
        """Open at `baud` (default: the line's), or change an open line to it; what was received before is dropped."""
        baud = baud or self.line.baud
        if self._serial is None:
            self._serial = self._opened(baud)
        else:
            self.set_baud(baud)
        self.flush()

    def close(self) -> None:
        """Close; a second call does nothing."""
        closing, self._serial = self._serial, None
        if closing is not None:
            try:
                closing.close()
            except (OSError, termios.error):
                return  # the port went away first: nothing left to close

    def set_baud(self, baud: int) -> None:
        try:
            self._open_serial().baudrate = baud
        except (OSError, termios.error) as gone:
            raise self._lost() from gone

    def flush(self) -> None:
        """Drop what was received and not read."""
        try:
            self._open_serial().reset_input_buffer()
        except (OSError, termios.error) as gone:
            raise self._lost() from gone

    def write(self, data: bytes) -> None:
        try:
            self._open_serial().write(data)
        except OSError as gone:
            raise self._lost() from gone
        self._tapped(Direction.SENT, data)
        self.note(Direction.SENT, data)

    def read(self, until_s: float, cancel: Event = NO_CANCEL, settle_s: float = 0.0, traced: bool = True) -> bytes:
        """What arrived: at least a byte, or nothing at `until_s` or on cancel; a past `until_s` is one look.

        `settle_s` lets a stream gather for so long before it is taken, which saves wake-ups.
        """
        port = self._open_serial()
        data = b""
        try:
            while not data:
                if self.monotonic_s() >= until_s or cancel.is_set():
                    data = port.read(port.in_waiting)
                    break
                data = port.read(1)
            if data:
                if settle_s:
                    cancel.wait(settle_s)
                while waiting := port.in_waiting:
                    data += port.read(min(waiting, CHUNK))
                    if len(data) >= CHUNK:
                        break
        except OSError as gone:
            raise self._lost() from gone
        if data:
            self._tapped(Direction.RECEIVED, data)
        if data and traced:
            self.note(Direction.RECEIVED, data)
        return data

    def exchange(
        self,
        command: bytes,
        answer: Callable[[bytes], T | None],
        until_s: float,
        cancel: Event = NO_CANCEL,
        traced: bool = True,
    ) -> T | None:
        """Send `command` and give what arrives to `answer` until it returns something; None at the deadline."""
        self.flush()
        self.write(command)
        while data := self.read(until_s, cancel, traced=traced):
            if (found := answer(data)) is not None:
                return found
            if self.monotonic_s() >= until_s:
                break
        return None

    def drain(self) -> bytes:
        """All that was received and not read, at most 256 KiB.

        The kernel hands a backlog on in portions, so the line counts as empty only when it still is a moment later.
        """
        data, empty_looks = b"", 0
        while empty_looks < 2 and len(data) < DRAIN_LIMIT:
            more = self.read(self.monotonic_s())
            data += more
            if more:
                empty_looks = 0
                continue
            empty_looks += 1
            NO_CANCEL.wait(MOMENT_S)
        return data

    def note(self, direction: Direction, data: bytes, masked_bytes: int = 0) -> None:
        """Add to the trace."""
        self.trace.add(TraceEntry(self.monotonic_s(), direction, data, masked_bytes))

    def _tapped(self, direction: Direction, data: bytes) -> None:
        if self.trace.tap is not None:
            self.trace.tap(Chunk(self.monotonic_s(), direction, int(self._open_serial().baudrate), data))

    def _opened(self, baud: int) -> serial.Serial:
        try:
            try:
                port = self._configured(baud, self.line.parity)
            except (OSError, termios.error) as refused:
                if not _is_invalid(refused):
                    raise
                self._configured(UNSETTLING_BAUD, serial.PARITY_NONE).close()
                port = self._configured(baud, self.line.parity)
        except (OSError, termios.error, ValueError) as refused:
            raise Trouble(Disconnected(self.port, _absence(refused))) from refused
        _lower_latency(port)
        return port

    def _configured(self, baud: int, parity: str) -> serial.Serial:
        port = serial.serial_for_url(
            self.port,
            do_not_open=True,
            baudrate=baud,
            bytesize=serial.EIGHTBITS,
            parity=parity,
            stopbits=serial.STOPBITS_ONE,
            timeout=SLICE_S,
            write_timeout=1.0,
            exclusive=True,
        )
        port.dtr = False
        port.rts = False
        port.open()
        return port

    def _open_serial(self) -> serial.Serial:
        if self._serial is None:
            raise Trouble(Disconnected(self.port, Absence.LOST))
        return self._serial

    def _lost(self) -> Trouble:
        self.close()
        return Trouble(Disconnected(self.port, Absence.LOST))


def _lower_latency(port: serial.Serial) -> None:
    """FTDI holds bytes back for 16 ms otherwise; other adapters, sockets and ptys do not offer the mode."""
    try:
        port.set_low_latency_mode(True)
    except (AttributeError, NotImplementedError, ValueError, OSError):
        return


def _is_invalid(refused: Exception) -> bool:
    """EINVAL: a pseudo-terminal drops parity, and glibc calls that an error when no other setting changes."""
    return errno.EINVAL in refused.args or getattr(refused.__cause__, "args", (None,))[0] == errno.EINVAL


def _absence(refused: Exception) -> Absence:
    number = refused.errno if isinstance(refused, OSError) else None
    if number in (errno.EACCES, errno.EPERM):
        return Absence.NO_PERMISSION
    if number in (errno.EBUSY, errno.EAGAIN):
        return Absence.IN_USE
    return Absence.NOT_PLUGGED


class SerialPort(Protocol):
    """What the operating system tells of a port."""

    @property
    def device(self) -> str: ...
    @property
    def vid(self) -> int | None: ...
    @property
    def pid(self) -> int | None: ...
    @property
    def description(self) -> str: ...


def serial_ports() -> Iterable[SerialPort]:
    """The machine's serial ports; never a pseudo-terminal."""
    return list_ports.comports()


def simulated(port: str) -> bool:
    """Whether no hardware can be behind `port`; nothing in the configuration can say otherwise.

    True for pseudo-terminals and other virtual character devices, for plain files, for raw sockets (which say nothing
    of what is behind them), and for other URLs that lead to this machine.
    """
    if port.isdigit():
        port = f"/dev/video{port}"
    if "://" not in port:
        return _simulated_path(Path(port))
    url = urlsplit(port)
    if url.scheme in ("rfc2217", "http", "https", "rtsp"):
        return _is_this_machine(url.hostname or "")
    return True


def _simulated_path(path: Path) -> bool:
    resolved = path.resolve()
    if resolved.is_relative_to("/dev/pts"):
        return True
    try:
        found = resolved.stat()
    except OSError:
        return False
    if not stat.S_ISCHR(found.st_mode):
        return True
    major, minor = os.major(found.st_rdev), os.minor(found.st_rdev)
    return major in PTY_MAJORS or "/devices/virtual/" in str(Path(f"/sys/dev/char/{major}:{minor}").resolve())


def _is_this_machine(host: str) -> bool:
    """By address: a loopback one, or one that a socket can be bound to here."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return False
    for family, kind, protocol, _, address in found:
        if ipaddress.ip_address(str(address[0]).split("%")[0]).is_loopback:
            return True
        with socket.socket(family, kind, protocol) as probe:
            try:
                probe.bind(address)
            except OSError:
                continue
            return True
    return False
