"""What can be known of NFIQ 2's features without NFIQ 2: patterns whose features follow from their geometry."""

from random import Random

import cv2
import numpy as np
import pytest

from drivers.api import Gray
from hw_sim.subjects import person
from hw_sim.subjects.fingers import impression
from station.biometrics.nfiq2.assess import Assessment, Refusal, assess, at_500_ppi
from station.biometrics.nfiq2.flow import certainty, flow
from station.biometrics.nfiq2.forest import FEATURES, histogram_names, predict
from station.biometrics.nfiq2.grid import lay_grid
from station.biometrics.nfiq2.region import find_region
from station.biometrics.nfiq2.ridges import frequency_analysis, local_clarity, ridge_valley_ratios
from station.biometrics.nfiq2.spots import find_footprint, find_spots

HISTOGRAMS_OF_A_GOOD_FINGER = {
    "FDA": (1, 1, 5, 13, 13, 10, 11, 22, 15, 6, 0.461819, 0.158383),
    "LCS": (0, 6, 5, 6, 8, 9, 15, 17, 17, 14, 0.796745, 0.152236),
    "OCL": (58, 4, 2, 3, 5, 3, 10, 18, 58, 19, 0.595545, 0.353111),
    "OF": (7, 3, 3, 4, 3, 6, 8, 7, 4, 2, 0.208841, 0.215797),
    "RVUP": (9, 22, 13, 62, 129, 62, 28, 7, 0, 0, 1.07315, 0.503506),
}
OTHERS_OF_A_GOOD_FINGER = {
    "FJFXPos_Mu_MinutiaeQuality_2": 0.0727273,
    "FJFXPos_OCL_MinutiaeQuality_80": 0.818182,
    "FingerJetFX_MinCount_COMMinRect200x200": 35.0,
    "FingerJetFX_MinutiaeCount": 55.0,
    "ImgProcROIArea_Mean": 171.991,
    "MMB": 209.644,
    "Mu": 206.802,
    "OrientationMap_ROIFilter_CoherenceRel": 0.744062,
    "OrientationMap_ROIFilter_CoherenceSum": 84.079,
}


def stripes(angle_deg: float, period_px: float = 9.0, side_px: int = 256) -> Gray:
    """Parallel ridges whose normal points `angle_deg` from x towards y."""
    y, x = np.mgrid[0:side_px, 0:side_px].astype(np.float64)
    angle = np.radians(angle_deg)
    wave = np.cos(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period_px)
    return np.asarray(np.round(128 + 90 * wave), dtype=np.uint8)


def forked(side_px: int = 256) -> Gray:
    """Ridges along y with one ridge more in the lower half: one minutia in the middle."""
    y, x = np.mgrid[0:side_px, 0:side_px].astype(np.float64) - side_px / 2
    return np.asarray(np.round(128 + 90 * np.cos(2 * np.pi * x / 9.0 + np.arctan2(y, x))), dtype=np.uint8)


def test_the_forest_votes_as_nfiq_2_3_did_for_one_good_finger() -> None:
    features = dict(OTHERS_OF_A_GOOD_FINGER)
    for family, numbers in HISTOGRAMS_OF_A_GOOD_FINGER.items():
        features |= dict(zip(histogram_names(family), map(float, numbers), strict=True))
    assert set(features) == set(FEATURES)
    assert predict(features) == 70


@pytest.mark.parametrize("angle_deg", [0.0, 30.0, 60.0, 90.0, 120.0, 150.0])
def test_parallel_ridges_are_clear_and_certain_at_any_angle(angle_deg: float) -> None:
    """NIST halves the sine when it takes a block's direction, so that slanted ridges stand up to 10 degrees askew."""
    image = stripes(angle_deg)
    grid = lay_grid(image)
    twice = np.radians(2 * angle_deg)
    expected_deg = np.degrees(np.arctan2(np.sin(twice) / 2, np.cos(twice))) / 2
    assert grid.foreground.all()
    assert np.cos(2 * (grid.across - np.radians(expected_deg))).min() > 0.99
    assert certainty(image).min() > 0.97
    assert local_clarity(grid).min() > 0.7
    assert len(flow(grid)) == 0


def test_three_pixel_ridges_and_five_pixel_valleys_have_the_ratio_of_three_and_five() -> None:
    """Upside down where the first whole width is cut off behind the last: NIST counts from the block's other end."""
    image = np.tile(np.where(np.arange(256) % 8 < 3, 40, 220).astype(np.uint8), (256, 1))
    ratios = ridge_valley_ratios(lay_grid(image))
    assert len(ratios) > 100
    assert set(np.round(ratios, 6)) <= {0.6, 1.666667}


def test_frequency_analysis_prefers_one_frequency_to_noise() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (256, 256), dtype=np.uint8)
    even = np.median(frequency_analysis(lay_grid(stripes(0.0, period_px=8.0))))
    assert even > 2 * np.median(frequency_analysis(lay_grid(noise)))


def test_turning_ridges_have_orientation_flow() -> None:
    y, x = np.mgrid[0:256, 0:256].astype(np.float64) - 128
    rings = np.asarray(np.round(128 + 90 * np.cos(2 * np.pi * np.hypot(x, y) / 9.0)), dtype=np.uint8)
    assert len(flow(lay_grid(rings))) > 10


def test_the_region_is_the_dark_blob_without_its_holes_and_without_smaller_blobs() -> None:
    image = np.full((400, 400), 255, dtype=np.uint8)
    cv2.circle(image, (150, 200), 110, 80, cv2.FILLED)
    cv2.circle(image, (150, 200), 30, 255, cv2.FILLED)
    cv2.circle(image, (370, 370), 25, 80, cv2.FILLED)
    region = find_region(image)
    assert region.mask[200, 150]
    assert not region.mask[370, 370]
    assert region.area_px == pytest.approx(np.pi * 110**2, rel=0.15)


def test_one_fork_is_one_minutia_near_its_place() -> None:
    spots = find_spots(forked(), np.ones((256, 256), dtype=bool))
    assert len(spots) == 1
    assert spots[0] == pytest.approx([128, 128], abs=6)


def test_parallel_ridges_have_no_minutiae() -> None:
    assert len(find_spots(stripes(75.0), np.ones((256, 256), dtype=bool))) == 0


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (np.full((300, 300), 255, np.uint8), Refusal.UNIFORM),
        (np.full((300, 300), 90, np.uint8), Refusal.UNIFORM),
        (np.pad(np.zeros((4, 4), np.uint8), 150, constant_values=253), Refusal.TOO_SMALL),
        (np.pad(stripes(30.0, side_px=120), 90, constant_values=255), Refusal.TOO_SMALL),
        (np.tile(stripes(30.0), (4, 4)), Refusal.TOO_LARGE),
        (stripes(30.0), Refusal.TOO_SMALL),
    ],
    ids=["white", "grey", "a speck", "a small patch", "a whole page", "no minutiae"],
)
def test_what_is_no_finger_is_refused(image: Gray, why: Refusal) -> None:
    assert assess(image, 500) is why


def test_the_footprint_is_the_ridges_and_half_a_window_around() -> None:
    image = np.full((300, 300), 255, dtype=np.uint8)
    image[50:250, 50:250] = stripes(10.0, side_px=200)
    assert find_footprint(image).sum() == pytest.approx(224 * 224, rel=0.02)


@pytest.mark.parametrize(("ppi", "side_px"), [(508, 252), (500, 256), (450, 284), (1000, 128)])
def test_an_image_is_scaled_to_500_ppi(ppi: int, side_px: int) -> None:
    assert at_500_ppi(stripes(0.0), ppi).shape == (side_px, side_px)


def test_an_assessment_says_that_the_image_was_scaled() -> None:
    image = impression(person(0).finger(2), width=256, height=288, ppi=500, rng=Random(1))
    native, scaled = assess(image, 500), assess(image, 508)
    assert isinstance(native, Assessment)
    assert isinstance(scaled, Assessment)
    assert (native.scaled, scaled.scaled) == (False, True)


def test_scoring_does_not_change_the_image() -> None:
    image = np.pad(stripes(30.0), 20, constant_values=255)
    before = image.copy()
    assess(image, 500)
    assert np.array_equal(image, before)
