"""A guess at FingerJet's minutiae. NIST's four minutiae features come from a library that has no Python wheel; here
they come from the places where the ridge phase has no single value, which is where ridges end or fork."""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from drivers.api import Gray
from station.biometrics.nfiq2.flow import certainty_of
from station.biometrics.nfiq2.grid import BLOCK_PX, Bools, Floats

Floats32 = npt.NDArray[np.float32]

_DIRECTIONS = 12
_PERIOD_PX = 9.0
_SCALE = 2 / 3
_RIM_PX = 8
_TWIN_PX = 6.0
_HALF_PX, _BELL_PX = 7, 3.0
_COM_HALF_PX = 100
_FOOTPRINT_WINDOW_PX, _FOOTPRINT_DEVIATION = 25, 12.0


def find_footprint(image: Gray) -> Bools:
    """Where grey values vary enough to be ridges, (height, width), with half a window around."""
    grey = image.astype(np.float32)
    window = (_FOOTPRINT_WINDOW_PX, _FOOTPRINT_WINDOW_PX)
    variance = cv2.blur(grey * grey, window) - cv2.blur(grey, window) ** 2
    return np.asarray(variance > _FOOTPRINT_DEVIATION**2)


def find_spots(image: Gray, footprint: Bools) -> Floats:
    """Likely minutiae within `footprint` (height, width) bool, as (n, 2) x and y in the image's pixels."""
    small = cv2.resize(image, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_AREA).astype(np.float32)
    small -= cv2.GaussianBlur(small, (0, 0), 6)
    rim = np.ones((2 * _RIM_PX + 1,) * 2, np.uint8)
    inside = cv2.erode(footprint.astype(np.uint8), rim, borderType=cv2.BORDER_CONSTANT, borderValue=0.0)
    inside = cv2.resize(inside, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_NEAREST)
    spots = _residues(*_waves(small), inside.astype(bool))
    return np.asarray(_without_twins(spots) / _SCALE)


def _directions(small: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The direction across the ridges at every pixel, radians, smoothed over some three ridges."""
    gx, gy = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
    along = cv2.GaussianBlur(gx * gx - gy * gy, (0, 0), 5)
    askew = cv2.GaussianBlur(2 * gx * gy, (0, 0), 5)
    return np.asarray(np.arctan2(askew, along) / 2, dtype=np.float32)


def _waves(small: npt.NDArray[np.float32]) -> tuple[Floats, Floats]:
    """The ridge signal as a wave across the ridges: its phase, and the direction (0..pi) in which it was taken."""
    number = np.round(_directions(small) / np.pi * _DIRECTIONS).astype(np.int64) % _DIRECTIONS
    phase = np.zeros(small.shape)
    for step in range(_DIRECTIONS):
        here = number == step
        if here.any():
            even, odd = _filtered(small, step * np.pi / _DIRECTIONS)
            phase[here] = np.arctan2(odd[here], even[here])
    return phase, np.asarray(number * (np.pi / _DIRECTIONS))


def _filtered(small: npt.NDArray[np.float32], direction: float) -> tuple[Floats32, Floats32]:
    """The even and odd parts of a Gabor filter, taken apart into filters along x and y."""
    at = np.arange(-_HALF_PX, _HALF_PX + 1, dtype=np.float32)
    bell = np.exp(-(at * at) / (2 * _BELL_PX**2))
    turn = 2 * np.pi / (_PERIOD_PX * _SCALE)
    x, y = turn * np.cos(direction) * at, turn * np.sin(direction) * at
    cos_x, sin_x, cos_y, sin_y = bell * np.cos(x), bell * np.sin(x), bell * np.cos(y), bell * np.sin(y)

    def convolved(along_x: Floats32, along_y: Floats32) -> Floats32:
        return np.asarray(cv2.sepFilter2D(small, cv2.CV_32F, along_x, along_y), dtype=np.float32)

    even = convolved(cos_x, cos_y) - convolved(sin_x, sin_y)
    odd = convolved(sin_x, cos_y) + convolved(cos_x, sin_y)
    return even, odd


def _residues(phase: Floats, direction: Floats, inside: Bools) -> Floats:
    """Where the phase turns once around a square of four pixels, following it across changes of direction."""
    ys, xs = np.nonzero(inside[:-1, :-1])
    turn, sign = np.zeros(len(ys)), np.ones(len(ys))
    for (dy, dx), (ey, ex) in pairwise([(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)]):
        before = sign * phase[ys + dy, xs + dx]
        opposed = np.abs(direction[ys + ey, xs + ex] - direction[ys + dy, xs + dx]) > np.pi / 2
        sign = np.where(opposed, -sign, sign)
        step = sign * phase[ys + ey, xs + ex] - before
        turn += step - 2 * np.pi * np.round(step / (2 * np.pi))
    around = (np.abs(turn) > np.pi) & (sign > 0)
    return np.column_stack([xs[around], ys[around]]).astype(np.float64) + 0.5


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
    sure = (np.floor(certainty_of(np.array(_tiles(image, spots, full=True))) * 100 + 0.5) > 80).sum()
    return {
        "FingerJetFX_MinCount_COMMinRect200x200": float(central),
        "FingerJetFX_MinutiaeCount": float(len(spots)),
        "FJFXPos_Mu_MinutiaeQuality_2": darker / len(spots),
        "FJFXPos_OCL_MinutiaeQuality_80": float(sure) / len(spots),
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
