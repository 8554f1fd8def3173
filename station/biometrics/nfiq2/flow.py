"""The features that look at the ridges' direction: OCL and OF (ISO/IEC 29794-4, 6.2)."""

import numpy as np
import numpy.typing as npt

from drivers.api import Gray
from station.biometrics.nfiq2.grid import BLOCK_PX, Floats, Grid, gradients

_LEAST_ANGLE = np.radians(4.0)
_ANGLE_RANGE = np.radians(90.0 - 4.0)


def certainty(image: Gray) -> Floats:
    """OCL: how sure each full 32x32 tile is of its ridge direction, 0..1; tiles without any gradient are left out."""
    rows, cols = image.shape[0] // BLOCK_PX, image.shape[1] // BLOCK_PX
    tiles = image[: rows * BLOCK_PX, : cols * BLOCK_PX].reshape(rows, BLOCK_PX, cols, BLOCK_PX).swapaxes(1, 2)
    return _certainty(tiles.astype(np.float64))


def certainty_of(tiles: npt.NDArray[np.uint8]) -> Floats:
    """OCL of each of (n, 32, 32) tiles; 0 without any gradient."""
    return _certainty(tiles.astype(np.float64)[:, np.newaxis], keep=True)


def _certainty(tiles: Floats, keep: bool = False) -> Floats:
    gx, gy = gradients(tiles)
    a, b, c = (gx * gx).mean(axis=(2, 3)), (gy * gy).mean(axis=(2, 3)), (gx * gy).mean(axis=(2, 3))
    root = np.sqrt((a - b) ** 2 + 4.0 * c**2)
    largest, smallest = (a + b + root) / 2, (a + b - root) / 2
    useful = largest != 0
    found = np.where(useful, 1.0 - smallest / np.where(useful, largest, 1.0), 0.0)
    return np.asarray(found.ravel() if keep else found[useful])


def flow(grid: Grid) -> Floats:
    """OF: how far a block's direction departs from its eight neighbours', for whole 3x3 neighbourhoods in the
    foreground and departures over four degrees. NIST compares plain numbers: 89° and -89° count as far apart."""
    rows, cols = grid.across.shape
    padded, seen = np.pad(grid.across, 1), np.pad(grid.foreground, 1)
    total = np.zeros((rows, cols))
    whole = np.ones((rows, cols), dtype=bool)
    for dy in range(3):
        for dx in range(3):
            total += np.abs(padded[dy : dy + rows, dx : dx + cols] - grid.across)
            whole &= seen[dy : dy + rows, dx : dx + cols]
    mean = total / 8.0
    return np.asarray((mean[whole & (mean > _LEAST_ANGLE)] - _LEAST_ANGLE) / _ANGLE_RANGE)
