"""Drawn faces for the portrait camera: a recipe a person, a still a pose, and fresh noise a frame."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hw_sim.subjects.face_shape import Cover, Face, Look
from hw_sim.subjects.heads import paint_head
from hw_sim.subjects.headwear import paint_long_hair
from hw_sim.subjects.painting import Canvas, Colour, Floats, both_sides, curve, relief_shade

__all__ = ["BACKGROUNDS", "Background", "Face", "draw_face", "render"]

Picture = NDArray[np.uint8]
Background = Literal["red", "blue", "orange", "white", "busy"]

# BGR. Red, blue and orange are the grounds of Indonesian identity portraits; the others are wrong ones.
BACKGROUNDS: dict[str, Colour] = {
    "red": (30, 20, 200),
    "blue": (160, 60, 20),
    "orange": (25, 120, 235),
    "white": (238, 238, 238),
    "busy": (150, 165, 175),
}

_HEAD_MM = 225.0
_HEAD_SHARE = 0.70
_EYES_DOWN = 0.445
_NOISE_ROOM = 64


def draw_face(rng: random.Random) -> Face:
    """Draw a face's recipe."""
    man = rng.random() < 0.5
    covers: tuple[Cover, ...] = ("short", "short", "side_parting") if man else ("scarf", "scarf", "long", "tied")
    tone = rng.random()
    skin = (118 + 44 * tone, 150 + 42 * tone, 196 + 36 * tone)
    age = rng.random() ** 1.5
    grey = max(0.0, age - 0.7) * 200
    dark = rng.uniform(16, 34)
    hues = [(70, 50, 40), (96, 120, 70), (110, 70, 120), (150, 150, 160), (80, 80, 150), (150, 120, 70), (60, 60, 62)]
    scarf, clothes = rng.sample(hues, 2)
    lips = (skin[0] * 0.66, skin[1] * 0.60, skin[2] * (0.80 if man else 0.86))
    return Face(
        skin=skin,
        hair=(dark + grey, dark * 1.02 + grey, dark * 1.12 + grey),
        iris=(rng.uniform(22, 40), rng.uniform(36, 58), rng.uniform(58, 92)),
        lips=lips,
        scarf=scarf,
        clothes=clothes,
        cover=rng.choice(covers),
        man=man,
        collar=rng.random() < 0.7,
        age=age,
        width=rng.uniform(0.93, 1.05),
        jaw=rng.uniform(0.98, 1.10) if man else rng.uniform(0.90, 1.0),
        chin=rng.uniform(0.97, 1.03),
        eyes_mm=rng.uniform(60.5, 66.5),
        eye=rng.uniform(0.85, 1.2),
        eye_tilt=rng.uniform(-0.2, 1.6),
        brow=rng.uniform(1.0, 1.5) if man else rng.uniform(0.6, 1.0),
        brow_tilt=rng.uniform(-0.8, 0.1),
        nose_width=rng.uniform(0.9, 1.2),
        nose_length=rng.uniform(0.93, 1.07),
        mouth=rng.uniform(0.9, 1.1),
        fullness=rng.uniform(0.6, 1.3),
        hairline=rng.uniform(0.92, 1.08),
        beard=rng.choice([0.0, 0.0, 0.25, 0.6]) if man else 0.0,
        texture=rng.getrandbits(31),
    )


@dataclass(frozen=True, slots=True)
class _Shot:
    """Everything a still depends on; the key of the cache."""

    face: Face
    look: Look
    size: tuple[int, int]
    roll_deg: float
    light: float
    offset: tuple[float, float]
    scale: float
    blur: float
    background: str


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
    """Return the camera's picture, (height, width, 3) BGR; the same arguments give the same bytes.

    yaw turns the face to the picture's right, roll leans it clockwise. light 1 is right, below dark, above glaring.
    offset is a share of width and height, scale 1 a head of 70 % of the height, blur a deviation in pixels. `frame`
    numbers the frames: it changes the noise only.
    """
    if background not in BACKGROUNDS:
        raise ValueError(f"background {background!r} is none of {', '.join(BACKGROUNDS)}")
    look = Look(yaw_deg=yaw_deg, eyes_open=eyes_open, glasses=glasses, mask=mask)
    still = _still(_Shot(face, look, (width, height), roll_deg, light, offset, scale, blur, background))
    down, across = frame * 17 % _NOISE_ROOM, frame * 29 % _NOISE_ROOM
    noise = _noise(width, height)[down : down + height, across : across + width]
    return np.asarray(cv2.add(still, noise, dtype=cv2.CV_8U), np.uint8)


@lru_cache(maxsize=2)
def _noise(width: int, height: int) -> NDArray[np.int16]:
    """Return the sensor's noise, with room to take every frame's from another place."""
    draw = np.random.default_rng(width * 10_000 + height)
    grain = draw.standard_normal((height + _NOISE_ROOM, width + _NOISE_ROOM, 3), np.float32) * 2.2
    return np.asarray(np.round(grain), np.int16)


@lru_cache(maxsize=12)
def _still(shot: _Shot) -> Picture:
    """Return the picture without noise: background, shoulders, head, then the lens."""
    width, height = shot.size
    px_per_mm = _HEAD_SHARE * height * shot.scale / _HEAD_MM
    eyes = (width * (0.5 + shot.offset[0]), height * (_EYES_DOWN + shot.offset[1]))
    scene = Canvas.empty(width, height, px_per_mm, eyes)
    _paint_background(scene, shot.background)
    if shot.face.cover == "long":
        paint_long_hair(scene, shot.face)
    _paint_body(scene, shot.face)
    _lay_head(scene, shot)
    picture = cv2.GaussianBlur(scene.colour * np.float32(shot.light), (0, 0), 0.6 + shot.blur)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def _paint_background(scene: Canvas, background: str) -> None:
    height, width = scene.cover.shape
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    glow = 1.02 - 0.05 * (down**2 + across**2)
    if background == "busy":
        glow = glow * (1 + 0.28 * np.sign(np.sin(across * 40)) + 0.12 * np.sin(down * 23))
    scene.colour[:] = np.asarray(glow[..., None] * np.asarray(BACKGROUNDS[background]), np.float32)


def _paint_body(scene: Canvas, face: Face) -> None:
    neck_half = 50 if face.man else 41
    neck = scene.area(curve([(-neck_half, 60), (neck_half, 60), (neck_half + 2, 130), (neck_half + 24, 170),
                             (-neck_half - 24, 170), (-neck_half - 2, 130)]), 0.5)  # fmt: skip
    shade = np.asarray(0.70 + 0.16 * scene.spot(0, 150, 40, 40), np.float32)
    scene.paint(neck, np.asarray(shade[..., None] * np.asarray(face.skin, np.float32), np.float32))
    scene.tint(scene.spot(0, 104, 46, 22) * neck, (0.60, 0.63, 0.68))
    scene.tint(scene.blurred(1 - neck, 7) * neck, (0.66, 0.70, 0.75))
    breadth = 1.0 if face.man else 0.88
    half = [(0, 168), (neck_half + 2, 146), (96, 158), (168, 184), (206, 240), (222, 420), (0, 420)]
    body = scene.area(curve(both_sides([(x * breadth if x > 60 else x, y) for x, y in half])), 0.5)
    relief = np.asarray(70 * np.sqrt(np.clip(2 * scene.blurred(body, 30) - 1, 0, 1) + 1e-4), np.float32)
    for side in (-1, 1):
        fold = curve([(side * 150, 200), (side * 118, 250), (side * 112, 330)], closed=False)
        relief += 5 * scene.line(fold, 3, 5)
    cloth = 0.45 + 0.60 * relief_shade(scene.blurred(relief, 2), scene.px_per_mm, (-0.1, -0.45, 0.887))
    scene.paint(body, np.asarray(cloth[..., None] * np.asarray(face.clothes, np.float32), np.float32))
    scene.tint(
        scene.line(curve([(-neck_half, 148), (-20, 165), (20, 165), (neck_half, 148)], closed=False), 2, 2.5),
        (0.8, 0.8, 0.8),
    )
    if face.collar:
        _paint_collar(scene, face, neck_half)


def _paint_collar(scene: Canvas, face: Face, neck_half: float) -> None:
    colour = (face.clothes[0] * 1.12 + 8, face.clothes[1] * 1.12 + 8, face.clothes[2] * 1.12 + 8)
    scene.paint(
        scene.area([(-22, 158), (22, 158), (0, 196)], 0.6),
        (face.skin[0] * 0.72, face.skin[1] * 0.74, face.skin[2] * 0.78),
    )
    for side in (-1, 1):
        wing = [(side * (neck_half + 6), 140), (side * (neck_half + 14), 158), (side * 34, 206), (side * 3, 184)]
        shape = scene.area(wing, 0.6)
        scene.tint(scene.area([(x, y + 4) for x, y in wing], 3), (0.6, 0.6, 0.6))
        scene.paint(shape, colour)
    scene.tint(scene.line([(0, 188), (0, 420)], 1.2, 0.6), (0.6, 0.6, 0.6))
    for y in (214, 252, 290):
        scene.paint(scene.spot(4, y, 2.2, 2.2), (225, 225, 225), 0.8)


def _lay_head(scene: Canvas, shot: _Shot) -> None:
    """Paint the head upright on a layer of its own, then lean it about the neck and lay it on the scene."""
    p = scene.px_per_mm
    layer = Canvas.empty(round(330 * p), round(390 * p), p, (165 * p, 145 * p))
    paint_head(layer, shot.face, shot.look)
    lean = cv2.getRotationMatrix2D((layer.origin[0], layer.origin[1] + 60 * p), -shot.roll_deg, 1.0)
    lean[:, 2] += np.subtract(scene.origin, layer.origin)
    cover = _moved(layer.cover, lean, shot.size)
    colour = _moved(layer.colour * layer.cover[..., None], lean, shot.size)
    scene.colour = np.asarray(scene.colour * (1 - cover[..., None]) + colour, np.float32)


def _moved(image: Floats, lean: cv2.typing.MatLike, size: tuple[int, int]) -> Floats:
    return np.asarray(cv2.warpAffine(image, lean, size, flags=cv2.INTER_LINEAR), np.float32)
