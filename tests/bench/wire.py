"""How near an image transfer comes to its line: every serial reader and camera at each packet size and speed.

The device is simulated in another process on a pseudo-terminal at the real rate. The floor is what the transferred
bytes take on the wire, ten bits a byte. Where a public client library speaks the protocol it moves the same image over
the same line in the same run. `python -m tests.bench.wire`: three minutes.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyfingerprint.pyfingerprint import PyFingerprint

from drivers.api import DriverSettings, FingerImage, Frame, Ready
from drivers.camera_vc0706 import Vc0706Camera
from drivers.fingerprint_ef01 import R307, R503, Ef01Reader
from drivers.fingerprint_sfm import SfmReader
from drivers.trace import Direction, Trace, TraceEntry
from protocols import ef01, sfm, vc0706
from protocols.ef01_commands import Parameter, SetSysPara, UpImage
from tests.bench.figure import Figure, main
from tests.hw_sim.benches import client

RATIO_LIMIT = 1.02
CPU_LIMIT_PERCENT = 10.0
BAUDS = (57_600, 115_200)
EF01_MODELS = {"ef01-r307": R307, "ef01-r503": R503}
SFM_IMAGE_BYTES = sfm.IMAGE_HEADER_BYTES + 272 * 320
ACK_BYTES = ef01.OVERHEAD + 1
DEADLINE_S = 30.0


@dataclass(frozen=True, slots=True)
class Transfer:
    """One image's way: seconds from the request to the whole image, the floor, and the share of a core meanwhile."""

    seconds: float
    floor_s: float
    cpu_percent: float

    def figures(self, name: str) -> Iterator[Figure]:
        yield Figure(f"{name}: time", self.seconds, "s", "the wire's floor", self.floor_s)
        yield Figure(f"{name}: time over floor", self.seconds / self.floor_s, "", "limit", RATIO_LIMIT)
        yield Figure(f"{name}: processor while waiting", self.cpu_percent, "%", "limit", CPU_LIMIT_PERCENT)


@contextmanager
def simulated(device: str) -> Iterator[str]:
    """The device in a process of its own; gives its port."""
    command = [sys.executable, "-m", "hw_sim", device, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield str(json.loads(process.stdout.readline())["port"])
        finally:
            process.terminate()


class Stopwatch:
    """Measures from a certain request on, as the driver's own trace tells of it."""

    def __init__(self, trace: Trace, begins: Callable[[bytes], bool]) -> None:
        self._begins = begins
        self.begun: tuple[float, float] | None = None
        trace.subscribe(self.hear)

    def hear(self, entry: TraceEntry) -> None:
        if self.begun is None and entry.direction is Direction.SENT and self._begins(entry.data):
            self.begun = time.monotonic(), time.process_time()

    def stop(self, wire_bytes: int, baud: int) -> Transfer:
        now_s, cpu_s = time.monotonic(), time.process_time()
        assert self.begun is not None
        seconds = now_s - self.begun[0]
        return Transfer(seconds, wire_bytes * 10 / baud, 100 * (cpu_s - self.begun[1]) / seconds)


def ef01_wire_bytes(image_bytes: int, payload: int) -> int:
    """The acknowledge and all data packets."""
    return ACK_BYTES + image_bytes + ef01.OVERHEAD * (image_bytes // payload)


def set_ef01(port: str, code: int, baud: int) -> None:
    """Bring a module that is at its factory speed to a packet size and a speed."""
    with client(port, 57_600) as host:
        host.read(1, 0.3)
        for number, value in ((Parameter.PACKET_SIZE, code), (Parameter.BAUD, baud // ef01.BAUD_UNIT)):
            assert host.ask(SetSysPara(number, value).packet().encode().hex(), ACK_BYTES)[18:20] == "00"


def by_ef01(kind: str, code: int, baud: int) -> Transfer:
    model = EF01_MODELS[kind]
    with simulated(kind) as port:
        set_ef01(port, code, baud)
        driver = Ef01Reader(DriverSettings(kind, port, baud, {"raise_baud": False}), model)
        assert isinstance(driver.open(), Ready)
        watch = Stopwatch(driver.trace, lambda sent: sent == UpImage().packet().encode())
        assert isinstance(driver.capture(DEADLINE_S), FingerImage)
        measured = watch.stop(ef01_wire_bytes(model.geometry.packed_bytes, ef01.PAYLOADS[code]), baud)
        driver.close()
    return measured


def by_pyfingerprint(code: int, baud: int) -> Transfer:
    """The same transfer by a public client; it knows the R307's geometry only, and writes a picture at the end."""
    with simulated("ef01-r307") as port, tempfile.TemporaryDirectory() as folder:
        set_ef01(port, code, baud)
        host = PyFingerprint(port, baud)
        assert host.verifyPassword()
        while not host.readImage():
            continue
        begun_s, cpu_s = time.monotonic(), time.process_time()
        host.downloadImage(str(Path(folder) / "finger.bmp"))
        seconds, used_s = time.monotonic() - begun_s, time.process_time() - cpu_s
    wire_bytes = ef01_wire_bytes(R307.geometry.packed_bytes, ef01.PAYLOADS[code])
    return Transfer(seconds, wire_bytes * 10 / baud, 100 * used_s / seconds)


def by_sfm(baud: int) -> Transfer:
    """From the reply that announces the image: the module's scan before it is no matter of the wire."""
    with simulated("sfm5020") as port:
        with client(port, 115_200) as host:
            speed = sfm.Packet(sfm.Command.WRITE_PARAMETER, size=sfm.BAUD_CODES[baud], flag=sfm.Parameter.BAUD)
            for request in (speed, sfm.Packet(sfm.Command.SAVE_PARAMETERS)):
                assert len(host.ask(request.encode().hex(), sfm.LENGTH)) == 2 * sfm.LENGTH
        driver = SfmReader(DriverSettings("sfm5020", port, baud, {"raise_baud": False}))
        assert isinstance(driver.open(), Ready)
        announced: list[tuple[float, float]] = []

        def hear(entry: TraceEntry) -> None:
            if entry.direction is Direction.RECEIVED and len(entry.data) == sfm.LENGTH:
                packet = sfm.decode_packet(entry.data)
                if packet.command == sfm.Command.SCAN_IMAGE and packet.flag == sfm.Result.SUCCESS:
                    announced.append((time.monotonic(), time.process_time()))

        driver.trace.subscribe(hear)
        assert isinstance(driver.capture(DEADLINE_S), FingerImage)
        seconds, used_s = time.monotonic() - announced[-1][0], time.process_time() - announced[-1][1]
        driver.close()
    return Transfer(seconds, (SFM_IMAGE_BYTES + 1) * 10 / baud, 100 * used_s / seconds)


def by_vc0706(baud: int) -> Transfer:
    """From the first chunk asked for to the picture; the floor has the two heads around each chunk."""
    with simulated("vc0706") as port:
        driver = Vc0706Camera(DriverSettings("vc0706", port, options={"top_baud": baud}))
        assert isinstance(driver.open(), Ready)
        asked = vc0706.read_frame(0, 0, 0).encode()[:5]
        received: list[int] = []
        watch = Stopwatch(driver.trace, lambda sent: sent.startswith(asked))

        def hear(entry: TraceEntry) -> None:
            if watch.begun and entry.direction is Direction.RECEIVED:
                received.append(len(entry.data) + entry.masked_bytes)

        driver.trace.subscribe(hear)
        picture = driver.read(DEADLINE_S)
        measured = watch.stop(sum(received), baud)
        assert isinstance(picture, Frame)
        driver.close()
    return measured


def figures() -> Iterable[Figure]:
    for baud in BAUDS:
        for code, payload in enumerate(ef01.PAYLOADS):
            for kind in EF01_MODELS:
                yield from by_ef01(kind, code, baud).figures(f"{kind} {payload} B {baud}")
            peer = by_pyfingerprint(code, baud)
            yield from peer.figures(f"pyfingerprint, R307 {payload} B {baud}")
    for baud in (*BAUDS, 921_600):
        yield from by_sfm(baud).figures(f"sfm5020 {baud}")
    for baud in BAUDS:
        yield from by_vc0706(baud).figures(f"vc0706 {baud}")


if __name__ == "__main__":
    main(figures)
