"""The grid of 32x32 blocks that the ridge features share: which are foreground, and which way their ridges run.

NIST lays the grid two pixels inside the image, so that a 36x36 neighbourhood of every block can be turned upright.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from drivers.api import Gray

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BLOCK_PX = 32
BORDER_PX = 2
WIDE_PX = BLOCK_PX + 2 * BORDER_PX
LONG_PX, SHORT_PX = 32, 16
_PAD_PX = 2
WIDER_PX = WIDE_PX + 2 * _PAD_PX
_FOREGROUND_DEVIATION = 0.1


@dataclass(frozen=True, slots=True)
class Grid:
    """`foreground` (rows, cols) bool; `across` (rows, cols) radians, the direction across the ridges; `wide`
    (rows, cols, 36, 36) uint8, each block with its border; `wider` (rows, cols, 40, 40), with two pixels more, which
    are black only where the image ends."""

    foreground: Bools
    across: Floats
    wide: npt.NDArray[np.uint8]
    wider: npt.NDArray[np.uint8]


def lay_grid(image: Gray) -> Grid:
    """The grid over an image already cropped to its finger; empty when the image is smaller than one block."""
    rows, cols = (max(0, -(-(side - WIDE_PX + 1) // BLOCK_PX)) for side in image.shape)
    height, width = (max(WIDER_PX, side + 2 * _PAD_PX) for side in image.shape)
    padded = np.zeros((height, width), dtype=np.uint8)
    padded[_PAD_PX : _PAD_PX + image.shape[0], _PAD_PX : _PAD_PX + image.shape[1]] = image
    windows = np.lib.stride_tricks.sliding_window_view(padded, (WIDER_PX, WIDER_PX))
    wider = windows[::BLOCK_PX, ::BLOCK_PX][:rows, :cols]
    wide = wider[..., _PAD_PX:-_PAD_PX, _PAD_PX:-_PAD_PX]
    inner = wide[..., BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX].astype(np.float64)
    gx, gy = gradients(inner)
    a, b, c = (gx * gx).mean(axis=(2, 3)), (gy * gy).mean(axis=(2, 3)), (gx * gy).mean(axis=(2, 3))
    scale = c * c + (a - b) ** 2 + np.finfo(np.float64).eps
    return Grid(_foreground(image, rows, cols), np.arctan2(c / scale, (a - b) / scale) / 2, wide, wider)


def gradients(blocks: Floats) -> tuple[Floats, Floats]:
    """Central differences along the last two axes, one-sided at each block's edges: (x, y)."""
    return _difference(blocks, -1), _difference(blocks, -2)


def _difference(blocks: Floats, axis: int) -> Floats:
    result = np.zeros_like(blocks)
    if blocks.shape[axis] > 1:
        source, target = np.moveaxis(blocks, axis, 0), np.moveaxis(result, axis, 0)
        target[1:-1] = (source[2:] - source[:-2]) / 2
        target[0], target[-1] = source[1] - source[0], source[-1] - source[-2]
    return result


def tile_means(values: npt.NDArray[np.int64]) -> Floats:
    """The mean of each 32x32 tile from the top left, (rows, cols); those at the right and bottom may be cut."""
    height, width = values.shape
    ys, xs = np.arange(0, height, BLOCK_PX), np.arange(0, width, BLOCK_PX)
    sums = np.add.reduceat(np.add.reduceat(values, ys, axis=0), xs, axis=1)
    return np.asarray(sums / np.outer(np.diff(ys, append=height), np.diff(xs, append=width)))


def _foreground(image: Gray, rows: int, cols: int) -> Bools:
    """Blocks of which every pixel lies in a tile with texture: tiles start at the corner, blocks 2 px inside."""
    grey = image.astype(np.int64)
    variance = tile_means(grey * grey) - tile_means(grey) ** 2
    tiles = np.sqrt(np.maximum(variance, 0.0)) > _FOREGROUND_DEVIATION * float(image.std())
    quads = tiles[:-1, :-1] & tiles[1:, :-1] & tiles[:-1, 1:] & tiles[1:, 1:]
    return np.asarray(quads[:rows, :cols])


def turned(block: npt.NDArray[np.uint8], angle: float) -> npt.NDArray[np.uint8]:
    """36x36 pixels around a 36x36 or 40x40 block's centre, turned by `angle` radians, nearest neighbour. A 40x40 block
    comes out shifted by two pixels, as it does in NIST's code: the result is cut from its top left corner."""
    centre = block.shape[1] / 2, block.shape[0] / 2
    matrix = cv2.getRotationMatrix2D(centre, float(np.degrees(angle)), 1.0)
    return np.asarray(cv2.warpAffine(block, matrix, (WIDE_PX, WIDE_PX), flags=cv2.INTER_NEAREST), dtype=np.uint8)
