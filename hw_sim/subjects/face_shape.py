"""What a face is made of and where its points appear when the head turns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from hw_sim.subjects.painting import Colour, Points

Cover = Literal["short", "side_parting", "long", "tied", "scarf"]


@dataclass(frozen=True, slots=True)
class Face:
    """What makes one face differ from another: sizes as factors of an average face's, colours in BGR."""

    skin: Colour
    hair: Colour
    iris: Colour
    lips: Colour
    scarf: Colour
    clothes: Colour
    cover: Cover
    man: bool
    collar: bool
    age: float
    width: float
    jaw: float
    chin: float
    eyes_mm: float
    eye: float
    eye_tilt: float
    brow: float
    brow_tilt: float
    nose_width: float
    nose_length: float
    mouth: float
    fullness: float
    hairline: float
    beard: float
    texture: int


@dataclass(frozen=True, slots=True)
class Look:
    """How the head is held and what is on it."""

    yaw_deg: float = 0.0
    eyes_open: bool = True
    glasses: bool = False
    mask: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """Places points of the facing head where they appear when it turns to the picture's right by `yaw_deg`."""

    yaw_deg: float

    def at(self, x: float, y: float, out_mm: float = 0.0) -> tuple[float, float]:
        """Return where a point of the skin, `out_mm` above a plain head, appears."""
        depth = 76 * math.sqrt(max(0.0, 1 - (x / 82) ** 2 - (y / 150) ** 2)) + out_mm
        yaw = math.radians(self.yaw_deg)
        return (x * math.cos(yaw) + depth * math.sin(yaw), y)

    def all(self, points: Points, out_mm: float = 0.0) -> list[tuple[float, float]]:
        """Return where points of the skin appear."""
        return [self.at(x, y, out_mm) for x, y in points]

    def flat(self, points: Points, depth_mm: float) -> list[tuple[float, float]]:
        """Return where points that all lie `depth_mm` before the ears appear."""
        yaw = math.radians(self.yaw_deg)
        return [(x * math.cos(yaw) + depth_mm * math.sin(yaw), y) for x, y in points]

    def squeeze(self, x: float, y: float) -> float:
        """Return how much narrower the skin at a point appears."""
        return max(0.35, abs(self.at(x + 1, y)[0] - self.at(x - 1, y)[0]) / 2)


def shaded(colour: Colour, factor: float) -> Colour:
    """Return a colour made darker (below 1) or lighter."""
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)
