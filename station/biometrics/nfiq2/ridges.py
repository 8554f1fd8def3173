"""The features that look along and across the ridges of each block: FDA, LCS, RVU (ISO/IEC 29794-4, 6.2)."""

import cv2
import numpy as np
import numpy.typing as npt

from station.biometrics.nfiq2.grid import LONG_PX, SHORT_PX, WIDE_PX, Bools, Floats, Grid, turned

_MIDDLE = WIDE_PX // 2
_LONG = slice(_MIDDLE - LONG_PX // 2, _MIDDLE + LONG_PX // 2)
_SHORT = slice(_MIDDLE - SHORT_PX // 2, _MIDDLE + SHORT_PX // 2)
_NORMAL_WIDTH = 500 / 125 * 5
_RIDGE_WIDTH = (3.0 / _NORMAL_WIDTH, 10.0 / _NORMAL_WIDTH)
_VALLEY_WIDTH = (2.0 / _NORMAL_WIDTH, 10.0 / _NORMAL_WIDTH)


def frequency_analysis(grid: Grid) -> Floats:
    """FDA: how much of each block's ridge signal lies at one frequency; one value a foreground block."""
    crops = [turned(grid.wider[at], grid.across[at] + np.pi / 2)[_LONG, _SHORT] for at in _places(grid)]
    if not crops:
        return np.zeros(0)
    signal = np.array(crops, dtype=np.float64).mean(axis=2)
    amplitude = np.abs(np.fft.fft(signal, axis=1))[:, 1:]
    count = amplitude.shape[1]
    peak = amplitude.argmax(axis=1)
    rows = np.arange(len(peak))
    beside = amplitude[rows, peak - 1] + amplitude[rows, np.minimum(peak + 1, count - 1)]
    total = amplitude[:, : count // 2].sum(axis=1)
    at_edge = (peak == 0) | (peak == count - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(at_edge, 1.0, (amplitude[rows, peak] + 0.3 * beside) / total)


def local_clarity(grid: Grid) -> Floats:
    """LCS: how cleanly ridge pixels differ from valley pixels, 0..1; one value a foreground block. 0 where ridges or
    valleys are too thin or too thick on average to be a finger's."""
    crops = _upright(grid, grid.wide)
    ridge, threshold = _ridge_columns(crops)
    plausible = np.array([_plausible(columns) for columns in ridge], dtype=bool)
    bright = crops >= threshold[:, np.newaxis, :]
    with np.errstate(invalid="ignore"):
        beta = (bright & ridge[:, np.newaxis, :]).sum(axis=(1, 2)) / (ridge.sum(axis=1) * SHORT_PX)
        alpha = (~bright & ~ridge[:, np.newaxis, :]).sum(axis=(1, 2)) / ((~ridge).sum(axis=1) * SHORT_PX)
    return np.where(plausible, 1.0 - (alpha + beta) / 2.0, 0.0)


def ridge_valley_ratios(grid: Grid) -> Floats:
    """RVU: ratios of neighbouring ridge and valley widths, some for each foreground block."""
    ridge, _ = _ridge_columns(_upright(grid, grid.wider))
    return np.array([ratio for columns in ridge for ratio in _ratios(columns)])


def _upright(grid: Grid, blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The foreground blocks turned until their ridges stand, (n, 16, 32)."""
    crops = [turned(blocks[at], grid.across[at])[_SHORT, _LONG] for at in _places(grid)]
    return np.array(crops, dtype=np.uint8).reshape(-1, SHORT_PX, LONG_PX)


def _places(grid: Grid) -> list[tuple[int, int]]:
    return [(int(row), int(col)) for row, col in np.argwhere(grid.foreground)]


def _ridge_columns(crops: npt.NDArray[np.uint8]) -> tuple[Bools, Floats]:
    """Which columns of each upright block are ridge, and each column's grey threshold, both (n, 32): its mean against
    a straight line through all means."""
    mean = crops.mean(axis=1)
    place = np.arange(1, LONG_PX + 1, dtype=np.float64)
    centred = place - place.mean()
    level = mean.mean(axis=1)
    slope = ((mean - level[:, np.newaxis]) * centred).sum(axis=1) / (centred * centred).sum()
    start = np.round(level - slope * place.mean(), 10)
    threshold = place * np.round(slope, 10)[:, np.newaxis] + start[:, np.newaxis]
    return mean < threshold, threshold


def _plausible(ridge: Bools) -> bool:
    """Whether one block's ridges and valleys are as wide as a finger's. The first width is one short, as NIST's."""
    changes = np.flatnonzero(ridge[1:] != ridge[:-1])
    if len(changes) == 0:
        return False
    widths = np.diff(changes, prepend=0) / _NORMAL_WIDTH
    first, second = widths[0::2], widths[1::2]
    ridges, valleys = (first, second) if ridge[0] else (second, first)
    return _mean_within(ridges, _RIDGE_WIDTH) and _mean_within(valleys, _VALLEY_WIDTH)


def _mean_within(widths: Floats, limits: tuple[float, float]) -> bool:
    """OpenCV's mean, not numpy's: widths exactly on a limit fall as they do in NIST's code."""
    mean = cv2.mean(widths)[0] if len(widths) else 0.0
    return bool(limits[0] <= mean <= limits[1])


def _ratios(ridge: Bools) -> list[float]:
    """Ridge-to-valley ratios of one block, without the widths cut off by its edges."""
    changes = np.flatnonzero(ridge[1:-1] != ridge[:-2])
    if len(changes) < 3:
        return []
    widths = np.diff(changes[1:])[::-1].astype(np.float64)
    ratios = widths[:-1] / widths[1:]
    begins_with_ridge = int(ridge[changes[0] + 1])
    ratios[begins_with_ridge::2] = 1.0 / ratios[begins_with_ridge::2]
    return [float(ratio) for ratio in ratios]
