"""A bench in this process, its clients' ends, and a patient reader."""

import json
import os
import select
import socket
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hw_sim.server import Bench, Settings, open_bench

DEADLINE_S = 5.0


@contextmanager
def bench(*devices: str, links: Path | None = None, state: Path | None = None, real: bool = False) -> Iterator[Bench]:
    """These devices, closed at the end."""
    running = open_bench(list(devices), Settings(seed=1, links=links, state=state, real_rate=real))
    try:
        yield running
    finally:
        running.close()


def port(running: Bench, device: str) -> str:
    return str(running.posts[device].describe()["port"])


class Client:
    """A host's serial port, opened as a plain file: raw, at a baud."""

    def __init__(self, path: str, baud: int) -> None:
        self.handle = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.handle, termios.TCSANOW)
        self.set_baud(baud)

    def set_baud(self, baud: int) -> None:
        settings = termios.tcgetattr(self.handle)
        settings[4] = settings[5] = getattr(termios, f"B{baud}")
        termios.tcsetattr(self.handle, termios.TCSANOW, settings)

    def write(self, text: str) -> None:
        os.write(self.handle, bytes.fromhex(text))

    def read(self, count: int, deadline_s: float = DEADLINE_S) -> bytes:
        """`count` bytes, or what came until the deadline."""
        data = b""
        end_s = time.monotonic() + deadline_s
        while len(data) < count and (left_s := end_s - time.monotonic()) > 0:
            if select.select([self.handle], [], [], left_s)[0]:
                data += os.read(self.handle, count - len(data))
        return data

    def ask(self, text: str, count: int) -> str:
        """Send hex, receive hex."""
        self.write(text)
        return self.read(count).hex()

    def hears_nothing(self) -> bool:
        return not select.select([self.handle], [], [], 0.15)[0]

    def close(self) -> None:
        os.close(self.handle)


@contextmanager
def client(path: str, baud: int) -> Iterator[Client]:
    host = Client(path, baud)
    try:
        yield host
    finally:
        host.close()


def ask(path: Path, **request: object) -> dict[str, object]:
    """One request to a control socket."""
    with socket.socket(socket.AF_UNIX) as line, line.makefile("rwb") as stream:
        line.connect(str(path))
        stream.write(json.dumps(request).encode() + b"\n")
        stream.flush()
        reply = json.loads(stream.readline())
    assert isinstance(reply, dict)
    return reply
