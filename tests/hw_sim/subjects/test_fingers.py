"""Impressions look and behave like a sensor's: measured on the pixels, never on how they were made."""

import random

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hw_sim.subjects import FingerMaster, person
from hw_sim.subjects.fingers import MASTERS_PATH, impression, ridge_map

Gray = NDArray[np.uint8]

FINGER = FingerMaster(1)


def touch(
    master: FingerMaster = FINGER, *, seed: int = 1, size: tuple[int, int] = (256, 288), ppi: float = 500, **how: float
) -> Gray:
    return impression(master, width=size[0], height=size[1], ppi=ppi, rng=random.Random(seed), **how)


def likeness(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    """The correlation of two pictures of one size."""
    return float(np.corrcoef(one.ravel().astype(np.float64), other.ravel().astype(np.float64))[0, 1])


def dark_middle(image: Gray) -> tuple[float, float]:
    """The centre of the dark pixels, x and y."""
    rows, columns = np.nonzero(image < 150)
    return float(columns.mean()), float(rows.mean())


def ridge_period_px(image: Gray, ppi: float) -> float:
    """The strongest wavelength of the picture, at 500 ppi."""
    side = min(image.shape)
    part = image[:side, :side].astype(np.float64) - image.mean()
    power = np.abs(np.fft.fftshift(np.fft.fft2(part * np.outer(np.hanning(side), np.hanning(side))))) ** 2
    rows, columns = np.indices(power.shape)
    radius = np.hypot(rows - side // 2, columns - side // 2).astype(int)
    ring = np.bincount(radius.ravel(), power.ravel())[: side // 2]
    first = side // 25
    return float(side / (first + int(np.argmax(ring[first:]))) * 500 / ppi)


@pytest.mark.parametrize(("width", "height", "ppi"), [(256, 288, 500), (192, 192, 508), (272, 320, 500)])
def test_an_impression_has_the_sensors_size_and_a_light_ground_under_dark_ridges(
    width: int, height: int, ppi: float
) -> None:
    image = touch(size=(width, height), ppi=ppi, area=0.3)

    assert image.shape == (height, width)
    assert image.dtype == np.uint8
    assert np.median(image[:8, :8]) > 220
    middle = image[height // 2 - 30 : height // 2 + 30, width // 2 - 30 : width // 2 + 30]
    assert np.percentile(middle, 10) < 110
    assert np.percentile(middle, 90) > 190


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not() -> None:
    assert touch(seed=4).tobytes() == touch(seed=4).tobytes()
    assert touch(seed=4).tobytes() != touch(seed=5).tobytes()


def test_more_pressure_is_darker() -> None:
    means = [float(touch(pressure=pressure).mean()) for pressure in (0.0, 0.25, 0.5, 0.75, 1.0)]

    assert means == sorted(means, reverse=True)
    assert means[0] > 195
    assert means[-1] < 90


def test_a_dry_finger_breaks_its_ridges_into_many_pieces_of_grain() -> None:
    def grain(image: Gray) -> float:
        fine = image.astype(np.float64)
        return float(np.abs(fine[:, 2:] + fine[:, :-2] - 2 * fine[:, 1:-1]).mean() / fine.std())

    assert grain(touch(pressure=0.0)) > 1.3 * grain(touch(pressure=0.5))


@pytest.mark.parametrize(("dx_mm", "dy_mm"), [(3.0, 0.0), (-3.0, 0.0), (0.0, 4.0), (2.0, -4.0)])
def test_the_print_lies_where_the_finger_was_put(dx_mm: float, dy_mm: float) -> None:
    size = (600, 700)
    plain = dark_middle(touch(size=size, area=0.5))
    moved = dark_middle(touch(size=size, area=0.5, dx_mm=dx_mm, dy_mm=dy_mm))

    assert (moved[0] - plain[0]) / 500 * 25.4 == pytest.approx(dx_mm, abs=0.4)
    assert (moved[1] - plain[1]) / 500 * 25.4 == pytest.approx(dy_mm, abs=0.4)


def test_turning_by_180_degrees_turns_the_picture_upside_down() -> None:
    quiet = {"noise": 0.0, "seed": 2}
    upright = touch(**quiet)  # type: ignore[arg-type]
    turned = touch(**quiet, rotation_deg=180)  # type: ignore[arg-type]

    assert likeness(upright, turned[::-1, ::-1]) > 0.75
    assert likeness(upright, turned) < 0.3


def test_area_is_the_share_of_the_contact() -> None:
    size = (600, 700)
    whole, half = (float((touch(size=size, area=area) < 150).sum()) for area in (1.0, 0.5))

    assert half / whole == pytest.approx(0.5, abs=0.06)


def test_ridges_are_about_nine_pixels_apart_at_500_ppi_on_every_sensor() -> None:
    fingers = [FingerMaster(index) for index in range(0, 80, 8)]
    periods = [ridge_period_px(touch(finger, noise=0.2), 500) for finger in fingers]

    assert 8.3 < float(np.mean(periods)) < 10.2
    assert min(periods) > 7
    assert max(periods) < 12.5
    wide = touch(fingers[0], size=(512, 576), ppi=1000, noise=0.2)
    assert ridge_period_px(wide, 1000) == pytest.approx(periods[0], rel=0.12)


def agreement(one: Gray, other: Gray) -> float:
    """How well small patches of one picture are found again nearby in the other; skin stretches, so each on its own."""
    found = []
    for top in (60, 130, 200):
        for left in (50, 110, 170):
            near = other[top - 14 : top + 54, left - 14 : left + 54]
            patch = one[top : top + 40, left : left + 40]
            found.append(float(cv2.matchTemplate(near, patch, cv2.TM_CCOEFF_NORMED).max()))
    return float(np.mean(found))


def test_a_finger_resembles_itself_and_no_other_finger() -> None:
    fingers = person(0).fingers
    first = [touch(finger, seed=1) for finger in fingers]
    second = [touch(finger, seed=2) for finger in fingers]
    same = [agreement(a, b) for a, b in zip(first, second, strict=True)]
    other = [agreement(first[i], second[j]) for i in range(10) for j in range(10) if i != j]

    assert min(same) > 0.6
    assert max(other) < min(same) - 0.05


def test_a_mirrored_and_a_bent_master_are_other_fingers() -> None:
    plain = ridge_map(FingerMaster(3))

    assert abs(likeness(plain, ridge_map(FingerMaster(3, mirrored=True)))) < 0.2
    assert abs(likeness(plain, ridge_map(FingerMaster(3, warp=7)))) < 0.2


def test_the_masters_have_the_populations_pattern_classes() -> None:
    with np.load(MASTERS_PATH) as masters:
        kinds, counts = np.unique(masters["kinds"], return_counts=True)
    share = dict(zip(kinds.tolist(), (100 * counts / counts.sum()).tolist(), strict=True))

    for kind, percent in {"A": 3.7, "T": 2.9, "L": 33.8, "R": 31.7, "W": 27.9}.items():
        assert share[kind] == pytest.approx(percent, abs=1.3)


def test_the_masters_stay_small_enough_to_ship() -> None:
    assert MASTERS_PATH.stat().st_size < 2_500_000
