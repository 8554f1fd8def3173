"""The true NFIQ 2.3 scores and features of synthetic impressions, where that folder lies beside the repository."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from drivers.api import Gray

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "nfiq2"
WHY_ABSENT = "the NFIQ 2 reference impressions do not lie beside the repository"


@dataclass(frozen=True, slots=True)
class Reference:
    """One impression at 500 ppi; `score` None where NFIQ 2.3 refused it, then without features."""

    name: str
    score: int | None
    features: dict[str, float]

    def image(self) -> Gray:
        return np.asarray(cv2.imread(str(FOLDER / "images" / self.name), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def references() -> tuple[Reference, ...]:
    """All impressions of the folder; none where it is absent."""
    table = FOLDER / "reference.csv"
    if not table.exists():
        return ()
    with table.open(encoding="ascii", newline="") as lines:
        return tuple(_reference(row) for row in csv.DictReader(lines))


def _reference(row: dict[str, str]) -> Reference:
    name, score = row.pop("image"), row.pop("score")
    if score == "refused":
        return Reference(name, None, {})
    return Reference(name, int(score), {key: float(value) for key, value in row.items()})


def rank_correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Spearman's, -1..1, ties sharing their rank."""
    ranks = []
    for values in (np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)):
        above = values[:, np.newaxis] > values[np.newaxis, :]
        equal = values[:, np.newaxis] == values[np.newaxis, :]
        ranks.append(above.sum(axis=1) + equal.sum(axis=1) / 2.0)
    return float(np.corrcoef(*ranks)[0, 1])
