"""Numbers about the light, the sharpness, the background and the visible parts of one face.

Formulas after the quality measures of ISO/IEC 29794-5 where they need no model; thresholds and mixes are our own, so
this is no conformant implementation. Everything is measured on patches scaled to a fixed distance between the eyes.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from station.biometrics.model import Background
from station.biometrics.quality.face_geometry import Face, Picture

UNIT_PX = 64
EYE_UNIT_PX = 128
HUES = {
    Background.RED: ((0, 8), (168, 180)),
    Background.ORANGE: ((8, 24),),
    Background.BLUE: ((92, 132),),
}
LOWEST_SATURATION = 70
FAINTEST_LIPS = 6.0
FRAME_UNIT_PX = 90
FAINTEST_RIM = 0.52
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measures:
    """Luminances and shares in 0..1; `sharpness` 0 (blurred) upwards, sharp from about 1; `openness` of the eyes in eye
    distances; `mask` is how far the colour of mouth and lower cheeks is from the nose's (chroma in Lab units) when no
    lips are seen, else 0; `glasses` is how dark a bar crosses the nose's root (share of the light there) when rims are
    seen below both eyes, else 0; `gradient` is the background's mean step in levels a pixel, in the brightest channel
    (red has little luminance)."""

    luminance: float
    entropy_bits: float
    under: float
    over: float
    balance: float
    sharpness: float
    openness: float
    mask: float
    glasses: float
    background_match: float
    gradient: float


def measure(frame: Picture, face: Face, wanted: Background) -> Measures:
    """Measure a BGR frame about one face; parts of the patch outside the frame repeat its edge."""
    patch = _patch(frame, face)
    grey = np.asarray(cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY), np.uint8)
    inner = _region(grey, -0.75, -0.35, 0.75, 1.45)
    match, gradient = _background(patch, wanted)
    return Measures(
        luminance=float(inner.mean()) / 255,
        entropy_bits=_entropy(inner),
        under=float((inner <= 25).mean()),
        over=float((inner >= 247).mean()),
        balance=_balance(grey),
        sharpness=_sharpness(frame, face),
        openness=_openness(frame, face),
        mask=_mask(patch),
        glasses=_glasses(frame, face),
        background_match=match,
        gradient=gradient,
    )


def luminance_score(luminance: float) -> float:
    """0..100: the standard's two sigmoids about 0.2 and 0.8."""
    return 100 * _sigmoid((luminance - 0.2) / 0.05) * (1 - _sigmoid((luminance - 0.8) / 0.05))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _patch(frame: Picture, face: Face) -> Picture:
    """The card's cut with upright eyes UNIT_PX apart at (1.85, 2.35) units; 3.7 x 4.93 units large."""
    return _view(frame, face, UNIT_PX, -1.85, -2.35, 1.85, 2.58)


def _view(frame: Picture, face: Face, unit_px: float, left: float, top: float, right: float, bottom: float) -> Picture:
    """A part of the frame turned upright, in eye distances of `unit_px` from between the eyes."""
    matrix = cv2.getRotationMatrix2D(face.eye_centre, face.roll_deg, unit_px / face.unit_px)
    matrix[0, 2] -= face.eye_centre[0] + left * unit_px
    matrix[1, 2] -= face.eye_centre[1] + top * unit_px
    size = round((right - left) * unit_px), round((bottom - top) * unit_px)
    turned = cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def _region(patch: Picture, left: float, top: float, right: float, bottom: float) -> Picture:
    """Part of a patch, in eye distances from between the eyes."""
    unit = patch.shape[1] / 3.7
    x, y = 1.85, 2.35
    rows = slice(max(0, round((y + top) * unit)), max(1, round((y + bottom) * unit)))
    return patch[rows, max(0, round((x + left) * unit)) : max(1, round((x + right) * unit))]


def _entropy(grey: Picture) -> float:
    shares = np.bincount(grey.ravel(), minlength=256) / grey.size
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum())


def _balance(grey: Picture) -> float:
    """The darker cheek's luminance over the lighter one's."""
    left, right = (
        float(_region(grey, *cheek).mean()) + 1 for cheek in ((-0.7, 0.35, -0.3, 0.8), (0.3, 0.35, 0.7, 0.8))
    )
    return min(left, right) / max(left, right)


def _sharpness(frame: Picture, face: Face) -> float:
    """Energy of the finest details over that of the coarser ones, about eyes and nose, at 90 px eye distance."""
    grey = cv2.cvtColor(_view(frame, face, 90, -0.85, -0.4, 0.85, 0.75), cv2.COLOR_BGR2GRAY).astype(np.float32)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 1.2)
    coarse = grey - cv2.GaussianBlur(grey, (0, 0), 6)
    return float(10 * fine.var() / (coarse.var() + 1))


def _openness(frame: Picture, face: Face) -> float:
    """How tall the dark of the less open eye is, in eye distances: the iris shows, or only the line of the lashes."""
    half = face.eye_distance_px / face.unit_px / 2
    eyes = (_view(frame, face, EYE_UNIT_PX, x - 0.17, -0.14, x + 0.17, 0.22) for x in (-half, half))
    return min(_dark_height(np.asarray(cv2.cvtColor(eye, cv2.COLOR_BGR2GRAY), np.uint8)) for eye in eyes) / EYE_UNIT_PX


def _dark_height(eye: Picture) -> float:
    """The median height in pixels of the longest dark run in the third of the columns that have the longest."""
    smooth = cv2.GaussianBlur(eye, (0, 0), 1.5)
    darkest, skin = np.percentile(smooth, (3, 75))
    longest = run = np.zeros(eye.shape[1])
    for row in smooth < darkest + 0.4 * (skin - darkest):
        run = (run + 1) * row
        longest = np.maximum(longest, run)
    return float(np.median(np.sort(longest)[-max(1, len(longest) // 3) :]))


def _mask(patch: Picture) -> float:
    """Distance in chroma from the nose to the nearer of mouth and lower cheeks, where the mouth shows no lips.

    Chroma alone, because shadow and flash change the lightness of a bare face more than a mask does.
    """
    lab = np.asarray(cv2.cvtColor(patch.astype(np.float32) / 255, cv2.COLOR_BGR2LAB), np.float32)
    nose, mouth = _lab_region(lab, -0.3, 0.05, 0.3, 0.4), _lab_region(lab, -0.5, 0.8, 0.5, 1.4)
    cheeks = np.concatenate([_lab_region(lab, x - 0.15, 0.75, x + 0.15, 1.05) for x in (-0.6, 0.6)])
    skin = np.median(nose[:, 1:], axis=0)
    distance = min(math.dist(skin, np.median(part[:, 1:], axis=0)) for part in (mouth, cheeks))
    redness = mouth[:, 1]
    lips = float(np.percentile(redness, 97) - np.median(redness))
    return distance if lips < FAINTEST_LIPS else 0.0


def _glasses(frame: Picture, face: Face) -> float:
    """The bridge of a frame: a dark bar across the whole root of the nose, between two lower rims."""
    root = _smooth_grey(_view(frame, face, FRAME_UNIT_PX, -0.16, -0.3, 0.16, 0.35))
    rows = np.median(root, axis=1)
    bar = float((cv2.GaussianBlur(rows.reshape(-1, 1), (0, 0), 5).ravel() - rows).max()) / (float(root.mean()) + 1)
    half = face.eye_distance_px / face.unit_px / 2
    rims = []
    for x in (-half, half):
        below = _smooth_grey(_view(frame, face, FRAME_UNIT_PX, x - 0.25, 0.15, x + 0.25, 0.5))
        steepest = np.abs(cv2.Sobel(below, cv2.CV_64F, 0, 1)).max(axis=0)
        rims.append(float(np.median(steepest)) / (float(below.mean()) + 1))
    return bar if min(rims) >= FAINTEST_RIM else 0.0


def _smooth_grey(view: Picture) -> Values:
    grey = cv2.cvtColor(view, cv2.COLOR_BGR2GRAY).astype(np.float64)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.float64)


def _lab_region(lab: npt.NDArray[np.float32], left: float, top: float, right: float, bottom: float) -> Values:
    unit = lab.shape[1] / 3.7
    rows = slice(round((2.35 + top) * unit), round((2.35 + bottom) * unit))
    return lab[rows, round((1.85 + left) * unit) : round((1.85 + right) * unit)].reshape(-1, 3).astype(np.float64)


def _background(patch: Picture, wanted: Background) -> tuple[float, float]:
    """The share of the wanted colour in the card's upper corners, and the mean step between neighbours there."""
    sides = (-1.85, -2.35, -1.25, -1.2), (1.25, -2.35, 1.85, -1.2)
    colours = [cv2.cvtColor(_region(patch, *side), cv2.COLOR_BGR2HSV).reshape(-1, 3) for side in sides]
    hues, saturations = np.concatenate(colours)[:, 0], np.concatenate(colours)[:, 1]
    right_hue = np.zeros(len(hues), bool)
    for low, high in HUES[wanted]:
        right_hue |= (hues >= low) & (hues <= high)
    steps = [_gradient(np.asarray(_region(patch, *side).max(axis=2), np.uint8)) for side in sides]
    return float((right_hue & (saturations >= LOWEST_SATURATION)).mean()), max(steps)


def _gradient(brightness: Picture) -> float:
    smooth = cv2.GaussianBlur(brightness, (0, 0), 1.5).astype(np.float64)
    down, across = np.gradient(smooth)
    return float(np.hypot(down, across).mean())
