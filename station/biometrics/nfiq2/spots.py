"""A guess at FingerJet's minutiae. NIST's four minutiae features come from a library that has no Python wheel; here
they come from the places where the ridge phase has no single value, which is where ridges end or fork."""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from drivers.api import Gray
from station.biometrics.nfiq2.flow import certainty_of
from station.biometrics.nfiq2.grid import BLOCK_PX, Bools, Floats

_DIRECTIONS = 12
_PERIOD_PX = 9.0
_SCALE = 2 / 3
_RIM_PX = 8
_TWIN_PX = 9.0
_COM_HALF_PX = 100


def find_spots(image: Gray, finger: Bools) -> Floats:
    """Likely minutiae inside `finger` (height, width) bool, as (n, 2) x and y in the image's pixels."""
    small = cv2.resize(image, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_AREA).astype(np.float32)
    small -= cv2.GaussianBlur(small, (0, 0), 6)
    inside = cv2.erode(finger.astype(np.uint8), np.ones((2 * _RIM_PX + 1,) * 2, np.uint8))
    inside = cv2.resize(inside, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_NEAREST)
    cosine, sine, wave = _waves(small)
    spots = _residues(cosine, sine, wave, inside.astype(bool))
    return np.asarray(_without_twins(spots) / _SCALE)


def _directions(small: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The direction across the ridges at every pixel, radians, smoothed over some three ridges."""
    gx, gy = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
    along = cv2.GaussianBlur(gx * gx - gy * gy, (0, 0), 5)
    askew = cv2.GaussianBlur(2 * gx * gy, (0, 0), 5)
    return np.asarray(np.arctan2(askew, along) / 2, dtype=np.float32)


def _waves(small: npt.NDArray[np.float32]) -> tuple[Floats, Floats, Floats]:
    """The ridge signal as a wave: its cosine and sine parts, and the direction (0..pi) in which it was taken."""
    number = np.round(_directions(small) / np.pi * _DIRECTIONS).astype(np.int64) % _DIRECTIONS
    cosine, sine = np.zeros(small.shape), np.zeros(small.shape)
    for step in range(_DIRECTIONS):
        here = number == step
        if here.any():
            even, odd = _filters(step * np.pi / _DIRECTIONS)
            cosine[here] = cv2.filter2D(small, cv2.CV_32F, even)[here]
            sine[here] = cv2.filter2D(small, cv2.CV_32F, odd)[here]
    return np.asarray(cosine), np.asarray(sine), np.asarray(number * (np.pi / _DIRECTIONS))


def _filters(direction: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    half = 7
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    across = x * np.cos(direction) + y * np.sin(direction)
    bell = np.exp(-(x * x + y * y) / (2 * 3.0**2))
    phase = 2 * np.pi * across / (_PERIOD_PX * _SCALE)
    even, odd = bell * np.cos(phase), bell * np.sin(phase)
    even -= bell * even.sum() / bell.sum()
    return even.astype(np.float32), odd.astype(np.float32)


def _residues(cosine: Floats, sine: Floats, direction: Floats, inside: Bools) -> Floats:
    """Where the phase turns once around a square of four pixels."""
    corners = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)]
    height, width = cosine.shape
    turn = np.zeros((height - 1, width - 1))
    cut = [
        [part[dy : dy + height - 1, dx : dx + width - 1] for part in (cosine, sine, direction)] for dy, dx in corners
    ]
    sign = np.ones_like(turn)
    previous = np.arctan2(cut[0][1], cut[0][0])
    for (_, _, d0), (c1, s1, d1) in pairwise(cut):
        sign = np.where(np.cos(d1 - d0) < 0, -sign, sign)
        phase = np.arctan2(sign * s1, c1)
        turn += (phase - previous + np.pi) % (2 * np.pi) - np.pi
        previous = phase
    ys, xs = np.nonzero((np.abs(turn) > np.pi) & inside[:-1, :-1] & (sign > 0))
    return np.column_stack([xs, ys]).astype(np.float64) + 0.5


def _without_twins(spots: Floats) -> Floats:
    """Spots that have no other within a ridge's width: pairs are breaks and bridges, not minutiae."""
    if len(spots) < 2:
        return spots
    gap = np.hypot(*(spots[:, np.newaxis] - spots[np.newaxis]).transpose(2, 0, 1))
    np.fill_diagonal(gap, np.inf)
    return np.asarray(spots[gap.min(axis=1) >= _TWIN_PX * _SCALE])


def minutiae_features(image: Gray, spots: Floats) -> dict[str, float]:
    """NIST's four minutiae features from minutiae at `spots` (n, 2) x and y; n > 0."""
    centre = np.floor(spots.mean(axis=0))
    central = (np.abs(np.floor(spots) - centre) <= _COM_HALF_PX).all(axis=1).sum()
    mean, deviation = float(image.mean()), max(float(image.std()), 1e-12)
    darker = sum(0.0 < (mean - tile.mean()) / deviation <= 0.5 for tile in _tiles(image, spots, full=False))
    sure = sum(int(certainty_of(tile) * 100 + 0.5) > 80 for tile in _tiles(image, spots, full=True))
    return {
        "FingerJetFX_MinCount_COMMinRect200x200": float(central),
        "FingerJetFX_MinutiaeCount": float(len(spots)),
        "FJFXPos_Mu_MinutiaeQuality_2": darker / len(spots),
        "FJFXPos_OCL_MinutiaeQuality_80": sure / len(spots),
    }


def _tiles(image: Gray, spots: Floats, full: bool) -> list[Gray]:
    """The 32x32 tile around each spot: at an edge cut short, or moved inside where it must be `full`."""
    height, width = image.shape
    tiles = []
    for x, y in spots.astype(np.int64):
        left, top = max(0, int(x) - BLOCK_PX // 2), max(0, int(y) - BLOCK_PX // 2)
        if full:
            left, top = min(left, width - BLOCK_PX), min(top, height - BLOCK_PX)
        tiles.append(image[top : top + BLOCK_PX, left : left + BLOCK_PX])
    return tiles
