"""A process that records a whole case with known pictures and stops where it is told, so that its memory can be read.

Run as `python -m tests.helpers.remembering FOLDER SEED careful|careless`: it says where it stands and waits for a line.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt

from drivers.api import NO_CANCEL, Cancelled, FingerImage, Frame, NotCaptured, Progress, TimedOut, ignore_progress
from station.biometrics.model import FingerPosition
from station.biometrics.quality.portrait import PortraitVerdict, crop
from station.capture.facts import Step
from station.capture.records import PHOTO_HEIGHT_PX, PHOTO_WIDTH_PX
from station.safekeeping.hardening import harden
from tests.helpers.clock import FakeClock
from tests.helpers.counter import Hands, Obedient, serving
from tests.helpers.stand_in import GOOD, PAUSE_S, Judge, Pad, Portraits, Reader, StillCamera, Thermometer

Pixels = npt.NDArray[np.uint8]
MARK = 32


def finger_pixels(seed: int, position: FingerPosition) -> Pixels:
    """(288, 256) uint8, 16 grey values, unlike any other finger's, with the seed's mark in every 16th row."""
    pixels = np.random.default_rng([seed, position.value]).integers(0, 16, (288, 256), np.uint8) * np.uint8(17)
    pixels[::16, 8 : 8 + MARK] = np.random.default_rng([seed, 50]).integers(0, 16, MARK, np.uint8) * np.uint8(17)
    return pixels


def frame_pixels(seed: int) -> Pixels:
    """(480, 640, 3) uint8, with another mark in every 16th row."""
    pixels = np.random.default_rng([seed, 99]).integers(0, 256, (480, 640, 3), np.uint8)
    pixels[::16, 8 : 8 + MARK] = np.random.default_rng([seed, 51]).integers(0, 256, (MARK, 3), np.uint8)
    return pixels


def needles(seed: int) -> dict[str, bytes]:
    """A piece of every kind of picture as it passes through the station."""
    mark = finger_pixels(seed, FingerPosition.RIGHT_THUMB)[0, 8 : 8 + MARK]
    picture = crop(frame_pixels(seed), PortraitVerdict(GOOD, None), PHOTO_WIDTH_PX, PHOTO_HEIGHT_PX)
    return {
        "fingers": mark.tobytes(),
        "packed fingers": (mark[::2] // 17 << 4 | mark[1::2] // 17).tobytes(),
        "camera": frame_pixels(seed)[0, 8 : 8 + MARK].tobytes(),
        "portrait": picture[PHOTO_HEIGHT_PX // 2, 8 : 8 + MARK].tobytes(),
    }


def found_in(pid: int, wanted: dict[str, bytes]) -> dict[str, int]:
    """How often these pieces stand in a process's writable memory, by what they are."""
    found = dict.fromkeys(wanted, 0)
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, mode, *_, inode = line.split()[:5]
            if not mode.startswith("rw") or inode != "0":
                continue
            start, end = (int(each, 16) for each in span.split("-"))
            memory.seek(start)
            data = memory.read(end - start)
            for name, piece in wanted.items():
                found[name] += data.count(piece)
    return found


@dataclass
class KnownReader(Reader):
    """Reads pictures that the test knows."""

    seed: int = 0

    def capture(
        self, deadline_s: float, cancel: Event = NO_CANCEL, progress: Callable[[Progress], None] = ignore_progress
    ) -> FingerImage | NotCaptured:
        del deadline_s, progress
        if cancel.wait(PAUSE_S):
            return Cancelled()
        if self.finger is None:
            return TimedOut()
        return FingerImage(finger_pixels(self.seed, self.finger), 500, 4, self.info)


@dataclass
class KnownCamera(StillCamera):
    """Sends one picture that the test knows, again and again."""

    seed: int = 0
    frames: int = field(default=0)

    def read(self, deadline_s: float, cancel: Event = NO_CANCEL) -> Frame | NotCaptured:
        del deadline_s
        if cancel.wait(PAUSE_S):
            return Cancelled()
        return Frame(frame_pixels(self.seed), 0.0, self.info)


def main() -> None:
    root, seed = Path(sys.argv[1]), int(sys.argv[2])
    if sys.argv[3] == "careful":
        harden()
    clock = FakeClock()
    held = Hands(
        KnownReader(seed=seed),
        KnownCamera(seed=seed),
        Pad(),
        Thermometer(monotonic_s=clock.monotonic_s),
        Judge(),
        Portraits(),
    )
    with serving(root, held.drivers(), held.judge, held.portraits, clock) as counter:
        counter.follow = Obedient(held, counter)
        for step in (Step.PHOTO_APPROVAL, Step.REVIEW, Step.DONE):
            counter.play(step)
            counter.settle()
            sys.stdout.write(f"{step.name}\n")
            sys.stdout.flush()
            sys.stdin.readline()


if __name__ == "__main__":
    main()
