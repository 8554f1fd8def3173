"""Where the finger is, and how coherent its ridges are there (ISO/IEC 29794-4, 6.2: ROI and orientation map)."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from drivers.api import Gray
from station.biometrics.nfiq2.grid import BLOCK_PX, Bools, Floats, gradients


@dataclass(frozen=True, slots=True)
class Region:
    """`mask` (height, width) bool, the finger's pixels; `mean_grey` of them; `coherence_sum` and `coherence_mean`
    over the 32x32 tiles that touch them."""

    mask: Bools
    mean_grey: float
    coherence_sum: float
    coherence_mean: float

    @property
    def area_px(self) -> int:
        return int(self.mask.sum())


def find_region(image: Gray) -> Region:
    """The finger as one dark blob without holes: erode, blur, Otsu, blur, Otsu, fill, keep the largest."""
    mask = _largest(_without_holes(_dark(image)))
    mean = float(image[mask].mean()) if mask.any() else 255.0
    touched = np.logical_or.reduceat(
        np.logical_or.reduceat(mask, np.arange(0, mask.shape[0], BLOCK_PX), axis=0),
        np.arange(0, mask.shape[1], BLOCK_PX),
        axis=1,
    )
    total = float(_coherences(image)[touched].sum())
    return Region(mask, mean, total, total / max(1, int(touched.sum())))


def _dark(image: Gray) -> Gray:
    """0 where the image is dark at large, 255 elsewhere."""
    eroded = cv2.erode(image, np.ones((5, 5), dtype=np.uint8))
    once = cv2.threshold(cv2.GaussianBlur(eroded, (41, 41), 0.0), 0, 255, cv2.THRESH_OTSU)[1]
    twice = cv2.threshold(cv2.GaussianBlur(once, (91, 91), 0.0), 0, 255, cv2.THRESH_OTSU)[1]
    return np.asarray(twice, dtype=np.uint8)


def _without_holes(dark: Gray) -> Gray:
    contours, hierarchy = cv2.findContours(~dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for number in range(len(contours)):
        if hierarchy[0][number][3] != -1:
            cv2.drawContours(dark, contours, number, 0.0, cv2.FILLED, 8, hierarchy)
    return dark


def _largest(dark: Gray) -> Bools:
    """The black blob whose bounding box is largest."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(~dark, connectivity=4)
    if count < 2:
        return np.zeros(dark.shape, dtype=bool)
    boxes = stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT]
    return np.asarray(labels == 1 + int(boxes.argmax()))


def _coherences(image: Gray) -> Floats:
    """How far the squared gradients of each 32x32 tile point the same way, 0..1, (rows, cols) with the cut tiles."""
    height, width = image.shape
    found = np.zeros((-(-height // BLOCK_PX), -(-width // BLOCK_PX)))
    rows, cols = height // BLOCK_PX, width // BLOCK_PX
    whole = image[: rows * BLOCK_PX, : cols * BLOCK_PX].reshape(rows, BLOCK_PX, cols, BLOCK_PX).swapaxes(1, 2)
    found[:rows, :cols] = _coherence(whole)
    for y in range(found.shape[0]):
        for x in range(found.shape[1]):
            if y >= rows or x >= cols:
                tile = image[y * BLOCK_PX : (y + 1) * BLOCK_PX, x * BLOCK_PX : (x + 1) * BLOCK_PX]
                found[y, x] = _coherence(tile[np.newaxis, np.newaxis])[0, 0]
    return found


def _coherence(tiles: npt.NDArray[np.uint8]) -> Floats:
    """Coherence of (rows, cols, h, w) tiles of one size; 0 without any gradient."""
    gx, gy = gradients(tiles.astype(np.float64))
    along, askew = gx * gx - gy * gy, 2 * gx * gy
    size = (gx * gx + gy * gy).sum(axis=(2, 3))  # = the sum of hypot(along, askew)
    length = np.hypot(along.sum(axis=(2, 3)), askew.sum(axis=(2, 3)))
    return np.asarray(length / np.where(size > 0, size, 1.0))
