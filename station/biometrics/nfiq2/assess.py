"""From an impression to its score, or to the reason why NFIQ 2 gives none."""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from drivers.api import Gray
from station.biometrics.nfiq2.flow import certainty, flow
from station.biometrics.nfiq2.forest import histogram_names, predict
from station.biometrics.nfiq2.grid import Floats, lay_grid, tile_means
from station.biometrics.nfiq2.region import find_region
from station.biometrics.nfiq2.ridges import frequency_analysis, local_clarity, ridge_valley_ratios
from station.biometrics.nfiq2.spots import find_footprint, find_spots, minutiae_features

NFIQ2_PPI = 500
_NEAR_WHITE = 250.0
_LEAST_DEVIATION = 1.0
_LEAST_SIDE_PX = 36
_MOST_WIDTH_PX, _MOST_HEIGHT_PX = 800, 1000
_LEAST_FDA_BLOCKS = 10
_LEAST_SPOTS = 6
_LEAST_FOOTPRINT_PX = 24_750  # FingerJet: 11,000 pixels at 333 ppi

_BOUNDS = {
    "FDA": (0.268, 0.304, 0.33, 0.355, 0.38, 0.407, 0.44, 0.50, 1.0),
    "LCS": (0.0, 0.70, 0.74, 0.77, 0.79, 0.81, 0.83, 0.85, 0.87),
    "OCL": (0.337, 0.479, 0.579, 0.655, 0.716, 0.766, 0.81, 0.852, 0.898),
    "OF": (0.01715, 0.035, 0.0557, 0.081, 0.115, 0.1718, 0.2569, 0.4758, 0.748),
    "RVUP": (0.5, 0.667, 0.8, 1.0, 1.25, 1.5, 2.0, 24.0, 30.0),
}


class Refusal(Enum):
    """Why there is no score."""

    UNIFORM = "uniform"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Assessment:
    """The score 0..100 and the 69 features behind it by NIST's names; `scaled` when the image was not at 500 ppi."""

    score: int
    features: dict[str, float]
    scaled: bool


def at_500_ppi(pixels: Gray, ppi: int) -> Gray:
    """The image at 500 ppi, (height, width) uint8; itself where it already is."""
    if ppi == NFIQ2_PPI:
        return pixels
    height, width = pixels.shape
    size = (round(width * NFIQ2_PPI / ppi), round(height * NFIQ2_PPI / ppi))
    method = cv2.INTER_AREA if ppi > NFIQ2_PPI else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size, interpolation=method), dtype=np.uint8)


def assess(pixels: Gray, ppi: int) -> Assessment | Refusal:
    """Score one impression, (height, width) uint8 with dark ridges, scaled to 500 ppi first."""
    image = _without_white_frame(at_500_ppi(pixels, ppi))
    footprint = find_footprint(image)
    refusal = _refusal(image, int(footprint.sum()))
    if refusal is not None:
        return refusal
    grid = lay_grid(image)
    histograms = {
        "FDA": frequency_analysis(grid),
        "LCS": local_clarity(grid),
        "OCL": certainty(image),
        "OF": flow(grid),
        "RVUP": ridge_valley_ratios(grid),
    }
    region = find_region(image)
    spots = find_spots(image, footprint)
    if (
        len(histograms["FDA"]) < _LEAST_FDA_BLOCKS
        or len(spots) < _LEAST_SPOTS
        or not all(map(len, histograms.values()))
    ):
        return Refusal.TOO_SMALL
    features = minutiae_features(image, spots)
    features |= {
        "Mu": float(image.mean()),
        "MMB": float(tile_means(image.astype(np.int64)).mean()),
        "ImgProcROIArea_Mean": region.mean_grey,
        "OrientationMap_ROIFilter_CoherenceRel": region.coherence_mean,
        "OrientationMap_ROIFilter_CoherenceSum": region.coherence_sum,
    }
    for family, values in histograms.items():
        features |= _histogram(family, values)
    return Assessment(predict(features), features, scaled=ppi != NFIQ2_PPI)


def _without_white_frame(image: Gray) -> Gray:
    """Cut rows and columns that are nearly white on average, from each side, but for the last one."""
    rows = np.flatnonzero(image.mean(axis=1) <= _NEAR_WHITE)
    cols = np.flatnonzero(image.mean(axis=0) <= _NEAR_WHITE)
    if len(rows) == 0 or len(cols) == 0:
        return image
    top, left = max(0, int(rows[0]) - 1), max(0, int(cols[0]) - 1)
    return image[top : int(rows[-1]) + 2, left : int(cols[-1]) + 2]


def _refusal(image: Gray, footprint_px: int) -> Refusal | None:
    """NIST's refusals that need no feature; the area test is FingerJet's, its footprint estimated."""
    height, width = image.shape
    if float(image.std()) < _LEAST_DEVIATION:
        return Refusal.UNIFORM
    if height > _MOST_HEIGHT_PX or width > _MOST_WIDTH_PX:
        return Refusal.TOO_LARGE
    if min(height, width) < _LEAST_SIDE_PX or footprint_px < _LEAST_FOOTPRINT_PX:
        return Refusal.TOO_SMALL
    return None


def _histogram(family: str, values: Floats) -> dict[str, float]:
    counts = np.bincount(np.searchsorted(_BOUNDS[family], values, side="right"), minlength=10)
    numbers = (*counts.tolist(), float(values.mean()), float(values.std()))
    return dict(zip(histogram_names(family), map(float, numbers), strict=True))
