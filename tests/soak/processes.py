"""The van's two programs and its line to the world: started, spoken to, killed."""

import json
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

from tests.helpers.soak_devices import DEVICES
from tests.helpers.soak_station import Given

ROOT = Path(__file__).resolve().parents[2]
START_S, STOP_S = 90.0, 30.0
Said = dict[str, object]


class Died(Exception):
    """A program of the van ended by itself."""


class Devices:
    """The simulated devices, in a process of their own."""

    def __init__(self, links: Path, seed: int, times: float) -> None:
        command = [sys.executable, "-m", "tests.helpers.soak_devices", str(times), str(seed), str(links)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.process.stdout is not None
        told = [self.process.stdout.readline() for _ in DEVICES]
        if not all(told):
            self.close()
            raise Died("the simulated devices ended at their start")
        lines = [json.loads(line) for line in told]
        places = {line["device"]: str(line.get("url") or line["port"]) for line in lines}
        self.control = Path(lines[0]["control"])
        self.places = {role: places[kind] for role, kind in DEVICES.items()}

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(STOP_S)
        if self.process.stdout is not None:
            self.process.stdout.close()


class Station:
    """One run of the station's program; `next` is what it said next, in its order, also after it was killed."""

    def __init__(self, given: Given, log: Path) -> None:
        self._log_path, self._log = log, log.open("ab")
        command = [sys.executable, "-m", "tests.helpers.soak_station", json.dumps(asdict(given))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, cwd=ROOT
        )
        self.pid = self._process.pid
        self._heard: queue.SimpleQueue[Said | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._listen, name="station's words", daemon=True)
        self._reader.start()

    def tell(self, **order: object) -> None:
        """An order; a program that is gone does not hear it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return

    def next(self, timeout_s: float) -> Said | None:
        """None when nothing came in time; raises Died when nothing will come any more."""
        try:
            said = self._heard.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if said is None:
            self._heard.put(None)
            tail = self._log_path.read_text(encoding="utf-8", errors="replace")[-3000:]
            raise Died(f"the station ended with {self._process.wait(STOP_S)}: {tail}")
        return said

    def kill(self) -> None:
        """As a power cut does it."""
        os.kill(self.pid, signal.SIGKILL)
        self._ended()

    def quit(self) -> None:
        """End it as an officer does in the evening; ended already, it stays so."""
        if self._process.poll() is None:
            self.tell(quit=True)
            self._ended()

    def _ended(self) -> None:
        self._process.wait(STOP_S)
        self._reader.join(STOP_S)
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard.put(json.loads(line))
        self._heard.put(None)


class Cable:
    """A line between the van and the store; `cut` breaks what is on it and lets nothing on until it is whole again."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self.cut = False
        self._ending = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="cable", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ending = True
        self._thread.join(STOP_S)
        self._listener.close()

    def _run(self) -> None:
        ends: dict[socket.socket, socket.socket] = {}
        while not self._ending:
            ready, _, _ = select.select([self._listener, *ends], [], [], 0.05)
            if self._listener in ready:
                self._joined(self._listener.accept()[0], ends)
            for one in ready:
                if one in ends and not self._pass_on(one, ends[one]):
                    _part(one, ends)
            for one in list(ends) if self.cut else ():
                _part(one, ends)
        for one in list(ends):
            _part(one, ends)

    def _joined(self, inner: socket.socket, ends: dict[socket.socket, socket.socket]) -> None:
        if self.cut:
            inner.close()
            return
        outer = socket.create_connection(("127.0.0.1", self._upstream))
        ends[inner], ends[outer] = outer, inner

    @staticmethod
    def _pass_on(one: socket.socket, other: socket.socket) -> bool:
        try:
            data = one.recv(1 << 16)
            other.sendall(data)
        except OSError:
            return False
        return bool(data)


def _part(one: socket.socket, ends: dict[socket.socket, socket.socket]) -> None:
    other = ends.pop(one, None)
    if other is not None:
        ends.pop(other, None)
        one.close()
        other.close()


def now_s() -> float:
    """Of this process, which lives at the usual pace."""
    return time.monotonic()
