"""How well fingers are told apart, and how long it takes: `python -m tests.bench.matching [people]`.

Synthetic people of hw_sim on two readers (4 bits), five by default (two minutes): each finger twice on a ZFM-20 and
once on an R503. With the reference impressions beside the repository also those, which have dry, wet and smeared ones.
"""

import sys
import time
from itertools import combinations
from random import Random

import numpy as np

from drivers.api import Gray
from hw_sim.subjects import person
from hw_sim.subjects.fingers import impression
from station.biometrics.matching import SAME_FINGER, Template, extract, score
from tests.helpers.nfiq2_reference import references

PRESSES = (("ZFM-20", 256, 288, 500), ("ZFM-20", 256, 288, 500), ("R503", 192, 192, 508))
Key = tuple[str, str]


def press(number: int, position: int, width: int, height: int, ppi: int, rng: Random) -> Gray:
    """One ordinary press: moderate pressure, up to 1.5 mm off and 12 degrees turned, 4 bits."""
    pixels = impression(
        person(number).finger(position),
        width=width,
        height=height,
        ppi=ppi,
        pressure=rng.uniform(0.35, 0.65),
        dx_mm=rng.uniform(-1.5, 1.5),
        dy_mm=rng.uniform(-1.5, 1.5),
        rotation_deg=rng.uniform(-12, 12),
        rng=rng,
    )
    return np.asarray((pixels >> 4) * 17, dtype=np.uint8)


def synthetic(people: int) -> dict[Key, Template]:
    """Templates by (finger, press)."""
    found = {}
    for number in range(people):
        for position in range(1, 11):
            for place, (reader, width, height, ppi) in enumerate(PRESSES):
                rng = Random(f"{number} {position} {place}")
                pixels = press(number, position, width, height, ppi, rng)
                found[f"{number}/{position}", f"{reader} {place}"] = extract(pixels, ppi)
    return found


def report(name: str, templates: dict[Key, Template], impostors: int) -> None:
    rng = Random(1)
    pairs = list(combinations(sorted(templates), 2))
    genuine = [(a, b) for a, b in pairs if a[0] == b[0]]
    others = [(a, b) for a, b in pairs if a[0] != b[0]]
    others = rng.sample(others, min(impostors, len(others)))
    start_s = time.process_time()
    same = np.array([score(templates[a], templates[b]) for a, b in genuine])
    different = np.array([score(templates[a], templates[b]) for a, b in others])
    each_ms = 1000 * (time.process_time() - start_s) / (len(same) + len(different))
    low, middle = np.percentile(same, [5, 50])
    usual, high = np.percentile(different, [50, 99])
    alarms = int((different >= SAME_FINGER).sum())
    sys.stdout.write(
        f"{name}, {each_ms:.0f} ms a comparison\n"
        f"  one finger:  {len(same)} pairs, p5 {low:.1f}, p50 {middle:.1f}, found {np.mean(same >= SAME_FINGER):.1%}\n"
        f"  two fingers: {len(different)} pairs, p50 {usual:.1f}, p99 {high:.1f}, most {different.max():.1f}, "
        f"false alarms {alarms}\n"
    )


def main() -> int:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    start_s = time.perf_counter()
    templates = synthetic(people)
    each_s = (time.perf_counter() - start_s) / len(templates)
    sys.stdout.write(f"threshold {SAME_FINGER:.0f}; {each_s:.2f} s to draw and extract an impression\n")
    report("synthetic people", templates, impostors=2000)
    known = {(r.name[:2], r.name): extract(r.image(), 500) for r in references()}
    if known:
        report("reference impressions", known, impostors=2000)
        report("  without tips", {key: value for key, value in known.items() if "tip" not in key[1]}, impostors=2000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
