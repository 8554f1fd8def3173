"""A device on a pseudo-terminal that answers literal requests with literal bytes."""

import os
import select
import termios
import threading
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

UNPLUG = None
Pieces = Sequence[bytes | None]
"""What is written one after the other, a moment apart; UNPLUG closes the device's end."""

SPEEDS = {
    termios.B9600: 9_600,
    termios.B19200: 19_200,
    termios.B38400: 38_400,
    termios.B57600: 57_600,
    termios.B115200: 115_200,
    termios.B460800: 460_800,
    termios.B921600: 921_600,
}


class Scripted:
    """Answers each request of `script`; `speed` limits it to one line speed, at others it answers `noise`."""

    def __init__(self, script: dict[bytes, Pieces], speed: int | None = None, noise: bytes = b"") -> None:
        self.script = script
        self.speed = speed
        self.noise = noise
        self.asked: list[bytes] = []
        self.speed_seen: list[int] = []
        self.on_asked: Callable[[bytes], None] = lambda _request: None
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._stop = threading.Event()
        self._gone = False
        self._thread = threading.Thread(target=self._run, name="scripted device")
        self._thread.start()

    def send(self, *pieces: bytes | None) -> None:
        """Say something unasked."""
        for piece in pieces:
            if piece is UNPLUG:
                self.unplug()
                return
            os.write(self._master, piece)
            self._stop.wait(0.002)

    def unplug(self) -> None:
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(5)
        if not self._gone:
            self._gone = True
            os.close(self._slave)
            os.close(self._master)

    stop = unplug

    def _run(self) -> None:
        heard = b""
        while not self._stop.is_set():
            if not select.select([self._master], [], [], 0.01)[0]:
                continue
            heard += os.read(self._master, 4096)
            speed = SPEEDS.get(termios.tcgetattr(self._master)[4], 0)
            if self.speed is not None and speed != self.speed:
                heard = b""
                if self.noise:
                    os.write(self._master, self.noise)
                continue
            for request in [known for known in self.script if known in heard]:
                heard = heard.replace(request, b"", 1)
                self.asked.append(request)
                self.speed_seen.append(speed)
                self.send(*self.script[request])
                self.on_asked(request)


@contextmanager
def scripted(script: dict[bytes, Pieces], speed: int | None = None, noise: bytes = b"") -> Iterator[Scripted]:
    device = Scripted(script, speed, noise)
    try:
        yield device
    finally:
        device.stop()


def point(link: Path, device: Scripted) -> str:
    """Make `link` lead to the device, as udev does with its stable names."""
    link.unlink(missing_ok=True)
    link.symlink_to(device.port)
    return str(link)
