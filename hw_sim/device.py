"""What a simulated device is: bytes and time in, frames out; no I/O and no clock of its own."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Out:
    """One frame that a device sends, the baud it leaves at, and the seconds the device works before."""

    frame: bytes
    baud: int
    work_s: float = 0.0


class SerialDevice(Protocol):
    """A device on a serial line. Every call comes on its line's thread; `now_s` is monotonic."""

    @property
    def baud(self) -> int: ...

    @property
    def bits_per_byte(self) -> int:
        """Start, data, parity and stop bits."""
        ...

    @property
    def streams(self) -> bool:
        """Whether it sends without being asked, so that `due` is worth asking often."""
        ...

    def power_on(self, now_s: float) -> list[Out]: ...
    def receive(self, data: bytes, now_s: float) -> list[Out]:
        """Bytes from the host, in any portions."""
        ...

    def due(self, now_s: float) -> list[Out]:
        """What it sends of its own accord by now."""
        ...


class Stranger:
    """Another device where ours should be: a GPS receiver that tells its position every second."""

    bits_per_byte = 10
    streams = True

    def __init__(self, baud: int) -> None:
        self.baud = baud
        self._next_s = 0.0

    def power_on(self, now_s: float) -> list[Out]:
        self._next_s = now_s
        return []

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        del data, now_s
        return []

    def due(self, now_s: float) -> list[Out]:
        if now_s < self._next_s:
            return []
        self._next_s = now_s + 1.0
        return [Out(b"$GPGLL,0610.50,S,10649.60,E,010000.00,A,A*7C\r\n", self.baud)]
