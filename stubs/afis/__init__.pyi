import numpy as np
import numpy.typing as npt

class Nfiq2Result:
    score: int

def compute_nfiq2(image: npt.NDArray[np.uint8]) -> Nfiq2Result: ...
