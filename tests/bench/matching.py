"""How well fingers are told apart, and how long it takes: `python -m tests.bench.matching [people]`.

Synthetic people of hw_sim on two readers (4 bits), two by default (a minute): each finger twice on a ZFM-20 and
once on an R503. With the reference impressions beside the repository also those, which have dry, wet and smeared ones.
"""

import sys
from collections.abc import Iterable
from itertools import combinations
from random import Random

import numpy as np

from drivers.api import Gray
from hw_sim.subjects import person
from hw_sim.subjects.fingers import impression
from station.biometrics.matching import SAME_FINGER, Template, extract, score
from tests.bench.figure import Figure, main
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


def of(name: str, templates: dict[Key, Template], impostors: int) -> Iterable[Figure]:
    """How many pairs of one finger are found, and how many pairs of different fingers raise a false alarm."""
    rng = Random(1)
    pairs = list(combinations(sorted(templates), 2))
    genuine = [(a, b) for a, b in pairs if a[0] == b[0]]
    others = [(a, b) for a, b in pairs if a[0] != b[0]]
    others = rng.sample(others, min(impostors, len(others)))
    same = np.array([score(templates[a], templates[b]) for a, b in genuine])
    different = np.array([score(templates[a], templates[b]) for a, b in others])
    found, alarms = int((same >= SAME_FINGER).sum()), int((different >= SAME_FINGER).sum())
    yield Figure(f"{name}: one finger, found", found, "", "pairs", len(same))
    yield Figure(f"{name}: one finger, 5th percentile", float(np.percentile(same, 5)), "", "threshold", SAME_FINGER)
    yield Figure(f"{name}: two fingers, false alarms", alarms, "", "pairs", len(different))
    yield Figure(f"{name}: two fingers, highest", float(different.max()), "", "threshold", SAME_FINGER)


def figures() -> Iterable[Figure]:
    people = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 2
    yield from of("synthetic people", synthetic(people), impostors=2000)
    known = {(r.name[:2], r.name): extract(r.image(), 500) for r in references()}
    if known:
        yield from of("reference impressions", known, impostors=2000)
        without = {key: value for key, value in known.items() if "tip" not in key[1]}
        yield from of("reference without tips", without, impostors=2000)


if __name__ == "__main__":
    main(figures)
