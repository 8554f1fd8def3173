"""Where the finger is, and how coherent its ridges are there (ISO/IEC 29794-4, 6.2: ROI and orientation map)."""

from dataclasses import dataclass

import cv2
import numpy as np

from drivers.api import Gray
from station.biometrics.nfiq2.grid import BLOCK_PX, Bools, gradients


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
    coherences = [
        _coherence(image[y : y + BLOCK_PX, x : x + BLOCK_PX])
        for y in range(0, image.shape[0], BLOCK_PX)
        for x in range(0, image.shape[1], BLOCK_PX)
        if mask[y : y + BLOCK_PX, x : x + BLOCK_PX].any()
    ]
    total = float(sum(coherences))
    return Region(mask, mean, total, total / len(coherences) if coherences else 0.0)


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


def _coherence(tile: Gray) -> float:
    """How far the tile's squared gradients point the same way, 0..1."""
    gx, gy = gradients(tile.astype(np.float64))
    along, askew = gx * gx - gy * gy, 2 * gx * gy
    size = float(np.hypot(along, askew).sum())
    return float(np.hypot(along.sum(), askew.sum())) / size if size else 0.0
