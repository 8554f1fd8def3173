"""How soon live things are noticed: a finger, a pen, a forehead, a face. `python -m tests.bench.live`: half a minute.

Readers and the camera are simulated in another process; pads and thermometer in this one, where the moment at which
each report leaves the device is known. All lines run at their real rate.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from drivers.api import DriverSettings, FingerImage, Frame, Ready, SignaturePad, TemperatureSample
from drivers.camera_uvc import UvcCamera
from drivers.fingerprint_ef01 import R307, R503, Ef01Reader, Model
from drivers.signature_isdv4 import Isdv4Pad
from drivers.signature_topaz import TopazPad
from drivers.temperature_mcu90615 import Mcu90615Sensor
from drivers.trace import Direction, TraceEntry
from hw_sim.device import Out, SerialDevice
from hw_sim.server import SerialPost
from hw_sim.uvc import RATE_HZ
from protocols import isdv4, topaz
from tests.bench.figure import Figure, main
from tests.hw_sim.benches import ask, bench

FINGER_LIMIT_S = 0.150
PEN_LIMIT_S = 0.030
AGE_LIMIT_S = 0.150
"""The gate takes nothing older than a second; the sensor itself speaks every 0.071 s."""
TOUCHES = 12
DEADLINE_S = 5.0
PEN_POINTS = 150
READINGS = 30
PREVIEW_S = 4.0


@contextmanager
def simulated(device: str) -> Iterator[tuple[str, Path]]:
    """The device in a process of its own: where it is, and its control socket."""
    with tempfile.TemporaryDirectory() as folder:
        control = Path(folder) / "control"
        command = [sys.executable, "-m", "hw_sim", device, "--json", "--control", str(control)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                record = json.loads(process.stdout.readline())
                yield str(record.get("port") or record.get("url")), control
            finally:
                process.terminate()


class Hand:
    """Lays a finger down and hears when the module is asked for an image next: that look sees it."""

    def __init__(self, control: Path) -> None:
        self._control = control
        self.laid_s = float("inf")
        self.asked_s = 0.0
        self.noticed = Event()

    def lay(self, pause_s: float) -> None:
        Event().wait(pause_s)
        ask(self._control, do="finger", position=2)
        self.laid_s = time.monotonic()

    def hear(self, entry: TraceEntry) -> None:
        if entry.direction is Direction.SENT and entry.time_s > self.laid_s and not self.noticed.is_set():
            self.asked_s = entry.time_s
            self.noticed.set()


def fingers(kind: str, model: Model) -> list[float]:
    """Seconds from a finger on the glass to the look that sees it, each time after a while without.

    What the module takes for its image then is its own; an SFM watches the glass by itself, so it is not here.
    """
    rng, found = random.Random(1), []
    with simulated(kind) as (port, control):
        driver = Ef01Reader(DriverSettings(kind, port), model)
        assert isinstance(driver.capture(DEADLINE_S), FingerImage), "once before: everything is loaded and set"
        for _ in range(TOUCHES):
            ask(control, do="lift")
            hand = Hand(control)
            leave = driver.trace.subscribe(hand.hear)
            thread = threading.Thread(target=hand.lay, args=(rng.uniform(0.3, 0.6),))
            thread.start()
            driver.capture(DEADLINE_S, hand.noticed)
            thread.join()
            leave()
            found.append(hand.asked_s - hand.laid_s)
        driver.close()
    return found


class Timed:
    """A device in which the time at which each report is due is noted."""

    def __init__(self, device: SerialDevice, counts: Callable[[bytes], bool]) -> None:
        self._device = device
        self._counts = counts
        self.left_s: list[float] = []
        self.bits_per_byte = device.bits_per_byte

    @property
    def streams(self) -> bool:
        return self._device.streams

    @property
    def baud(self) -> int:
        return self._device.baud

    def power_on(self, now_s: float) -> list[Out]:
        return self._device.power_on(now_s)

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        return self._device.receive(data, now_s)

    def due(self, now_s: float) -> list[Out]:
        outs = self._device.due(now_s)
        self.left_s += [time.monotonic() for out in outs if self._counts(out.frame)]
        return outs


@contextmanager
def timed(kind: str, counts: Callable[[bytes], bool]) -> Iterator[tuple[str, Timed]]:
    with bench(kind, real=True) as running:
        post = running.posts[kind]
        assert isinstance(post, SerialPost)
        device = Timed(post.device, counts)
        post.line.swap(device)
        yield post.line.port, device


def pen(kind: str, make: Callable[[DriverSettings], SignaturePad], is_point: Callable[[bytes], bool]) -> list[float]:
    """Seconds from a report's leaving the pad to its point at the listener, line included."""
    ages: list[float] = []
    with timed(kind, is_point) as (port, device):
        driver = make(DriverSettings(kind, port))
        assert isinstance(driver.open(), Ready)
        while len(ages) < PEN_POINTS:
            points = driver.read(3.0)
            now_s = time.monotonic()
            assert isinstance(points, tuple)
            ages += [now_s - left_s for left_s in device.left_s[len(ages) : len(ages) + len(points)]]
        driver.close()
    return ages


def forehead() -> list[float]:
    """How old a reading is when the driver hands it over: since the sensor began to send it."""
    ages = []
    with timed("mcu90615", lambda _frame: True) as (port, device):
        driver = Mcu90615Sensor(DriverSettings("mcu90615", port, 115_200))
        assert isinstance(driver.open(), Ready)
        for _ in range(READINGS):
            assert isinstance(driver.read(1.0), TemperatureSample)
            ages.append(time.monotonic() - device.left_s[-1])
        driver.close()
    return ages


def preview() -> float:
    """Frames a second that reach the listener."""
    with simulated("uvc") as (url, _):
        driver = UvcCamera(DriverSettings("uvc", url))
        assert isinstance(driver.open(), Ready)
        assert isinstance(driver.read(3.0), Frame)
        begun_s, count = time.monotonic(), 0
        while time.monotonic() - begun_s < PREVIEW_S:
            count += isinstance(driver.read(1.0), Frame)
        rate_hz = count / (time.monotonic() - begun_s)
        driver.close()
    return rate_hz


def spread(name: str, seconds: list[float], limit_s: float) -> Iterator[Figure]:
    yield Figure(f"{name}: usual", 1000 * statistics.median(seconds), "ms", "limit", 1000 * limit_s)
    yield Figure(f"{name}: longest of {len(seconds)}", 1000 * max(seconds), "ms", "limit", 1000 * limit_s)


def figures() -> Iterable[Figure]:
    for kind, model in (("ef01-r307", R307), ("ef01-r503", R503)):
        yield from spread(f"finger on {kind}", fingers(kind, model), FINGER_LIMIT_S)
    yield from spread("pen on topaz", pen("topaz", TopazPad, _is_position), PEN_LIMIT_S)
    yield from spread("pen on isdv4", pen("isdv4", Isdv4Pad, _is_pen), PEN_LIMIT_S)
    yield from spread("age of a temperature", forehead(), AGE_LIMIT_S)
    yield Figure("preview", preview(), "frames/s", "what the camera sends", RATE_HZ)


def _is_position(frame: bytes) -> bool:
    return isinstance(topaz.decode(frame), topaz.Position)


def _is_pen(frame: bytes) -> bool:
    return isinstance(isdv4.decode(frame), isdv4.Pen)


if __name__ == "__main__":
    main(figures)
