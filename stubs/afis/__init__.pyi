import numpy as np
import numpy.typing as npt

class Nfiq2Result:
    score: int

def compute_nfiq2(image: npt.NDArray[np.uint8]) -> Nfiq2Result: ...

class FingerprintTemplate:
    minutiae: npt.NDArray[np.float64]

class LeaderExtractor:
    def __init__(self, *, quality_mode: str) -> None: ...
    def extract_minutiae(self, image: npt.NDArray[np.uint8]) -> FingerprintTemplate: ...

class MatchResult:
    score: float

def match_templates(
    minutiae_a: npt.NDArray[np.float64], minutiae_b: npt.NDArray[np.float64], method: str
) -> MatchResult: ...
