"""The bench: which devices can be simulated, and those that are, each with its faults."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from hw_sim.device import SerialDevice, Stranger
from hw_sim.ef01 import Ef01
from hw_sim.ef01_module import R307, R503
from hw_sim.faults import APPLIES, Cable, Fault
from hw_sim.isdv4 import Isdv4
from hw_sim.kept import KeptFile
from hw_sim.line import Line
from hw_sim.mcu90615 import Mcu90615
from hw_sim.pyrousb import PyroUsb
from hw_sim.scene import Scene
from hw_sim.sfm import Sfm
from hw_sim.topaz import Topaz
from hw_sim.uvc import Camera, MjpegServer
from hw_sim.vc0706 import Vc0706
from protocols.pyrousb import MINIUSB


@dataclass(frozen=True, slots=True)
class Settings:
    """How the bench is set up: the same seed gives the same people and the same accidents."""

    seed: int = 0
    number: int = 0
    real_rate: bool = True
    links: Path | None = None
    state: Path | None = None


class Bad(ValueError):
    """Something was asked that the bench does not have; says so in a sentence."""


class Post(Protocol):
    """One simulated device at its place."""

    faults: set[Fault]

    kind: str
    applies: frozenset[Fault]

    def describe(self) -> dict[str, object]: ...
    def fault(self, fault: Fault, on: bool) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class SerialPost:
    """A device on a line."""

    kind: str
    line: Line
    device: SerialDevice
    faults: set[Fault]
    applies: frozenset[Fault]

    def describe(self) -> dict[str, object]:
        return {"port": self.line.port, "baud": self.line.baud}

    def fault(self, fault: Fault, on: bool) -> None:
        _switch(self.faults, fault, on)
        if fault is Fault.UNPLUGGED:
            (self.line.unplug if on else self.line.plug)()
        if fault is Fault.WRONG_DEVICE:
            self.line.swap(Stranger(self.device.baud) if on else self.device)

    def close(self) -> None:
        self.line.close()


@dataclass(slots=True)
class CameraPost:
    """The camera."""

    kind: str
    server: MjpegServer
    faults: set[Fault]
    applies: frozenset[Fault] = APPLIES["camera"]

    def describe(self) -> dict[str, object]:
        return {"url": self.server.url, "baud": None}

    def fault(self, fault: Fault, on: bool) -> None:
        _switch(self.faults, fault, on)
        if fault is Fault.UNPLUGGED:
            (self.server.unplug if on else self.server.plug)()

    def close(self) -> None:
        self.server.close()


def _switch(faults: set[Fault], fault: Fault, on: bool) -> None:
    (faults.add if on else faults.discard)(fault)


Make = Callable[[str, Settings, Scene], Post]


@dataclass(frozen=True, slots=True)
class SerialKind:
    """A sort of serial device: how one is made, and what can be wrong with it."""

    kind: str
    device: Callable[[Scene, set[Fault], random.Random, KeptFile], SerialDevice]
    applies: frozenset[Fault]

    def made(self, name: str, settings: Settings, scene: Scene, faults: set[Fault]) -> tuple[SerialDevice, Cable]:
        """The device and its cable, which share `faults` with whoever switches them."""
        memory = KeptFile(settings.state / f"{name}.json" if settings.state else None)
        device = self.device(scene, faults, random.Random(f"{name} {settings.seed}"), memory)
        return device, Cable(faults, random.Random(f"cable {name} {settings.seed}"))

    def __call__(self, name: str, settings: Settings, scene: Scene) -> Post:
        faults: set[Fault] = set()
        device, cable = self.made(name, settings, scene, faults)
        link = settings.links / name if settings.links else None
        line = Line(name, device, cable, real_rate=settings.real_rate, link=link)
        return SerialPost(self.kind, line, device, faults, self.applies)


def _uvc(_name: str, _settings: Settings, scene: Scene) -> Post:
    faults: set[Fault] = set()
    return CameraPost("camera", MjpegServer(Camera(scene, faults)), faults)


SERIAL: dict[str, SerialKind] = {
    "ef01-r307": SerialKind("fingerprint", partial(Ef01, R307), APPLIES["fingerprint"]),
    "ef01-r503": SerialKind("fingerprint", partial(Ef01, R503), APPLIES["fingerprint"]),
    "sfm5020": SerialKind("fingerprint", Sfm, APPLIES["fingerprint"]),
    "isdv4": SerialKind("signature", Isdv4, APPLIES["signature"]),
    "topaz": SerialKind("signature", Topaz, APPLIES["signature"]),
    "mcu90614": SerialKind("temperature", partial(Mcu90615, baud=9600), APPLIES["temperature"]),
    "mcu90615": SerialKind("temperature", Mcu90615, APPLIES["temperature"]),
    "pyrousb": SerialKind("temperature", PyroUsb, APPLIES["temperature"]),
    "miniusb": SerialKind("temperature", partial(PyroUsb, layout=MINIUSB), APPLIES["temperature"]),
    "vc0706": SerialKind("camera", Vc0706, APPLIES["serial camera"]),
}
DEVICES: dict[str, Make] = {**SERIAL, "uvc": _uvc}
"""Every device that can be simulated: one file and one row each."""


@dataclass(slots=True)
class Bench:
    """The running devices and the one scene before them."""

    scene: Scene
    posts: dict[str, Post] = field(default_factory=dict)

    def describe(self) -> list[dict[str, object]]:
        """One record a device: its name, its kind, where to reach it."""
        return [{"device": name, "kind": post.kind, **post.describe()} for name, post in self.posts.items()]

    def fault(self, device: str, name: str, on: bool) -> None:
        post = self.posts.get(device)
        if post is None:
            raise Bad(f"There is no device {device!r} here; there are {', '.join(self.posts)}.")
        on, name = (not on, "unplugged") if name == "plugged" else (on, name)
        if name not in {fault.value for fault in post.applies}:
            known = ", ".join(sorted(fault.value for fault in post.applies))
            raise Bad(f"A {post.kind} device has no fault {name!r}; it has {known}.")
        post.fault(Fault(name), on)

    def close(self) -> None:
        for post in self.posts.values():
            post.close()


def open_bench(names: list[str], settings: Settings) -> Bench:
    """Start these devices; Bad for a name that is not in the table."""
    unknown = [name for name in names if name not in DEVICES]
    if unknown:
        raise Bad(f"There is no device {unknown[0]!r} to simulate; there are {', '.join(DEVICES)}.")
    for folder in (settings.links, settings.state):
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(Scene(settings.seed, settings.number))
    for name in dict.fromkeys(names):
        bench.posts[name] = DEVICES[name](name, settings, bench.scene)
    return bench
