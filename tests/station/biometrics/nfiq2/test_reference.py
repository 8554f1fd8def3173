"""Against NFIQ 2.3 itself: its features and scores for 128 synthetic impressions."""

import numpy as np
import pytest

from station.biometrics.nfiq2.assess import Assessment, assess
from station.biometrics.nfiq2.forest import FEATURES, predict
from tests.helpers.nfiq2_reference import WHY_ABSENT, rank_correlation, references

REFERENCES = [one for number, one in enumerate(references()) if number % 3 == 0 or "faint" in one.name]
"""A third of them: those that NFIQ 2 sometimes refuses, and some of every other condition and finger."""
SCORED = [reference for reference in REFERENCES if reference.score is not None]
ESTIMATED = {name for name in FEATURES if name.startswith(("FingerJetFX", "FJFXPos"))}
pytestmark = pytest.mark.skipif(not REFERENCES, reason=WHY_ABSENT)


@pytest.fixture(scope="module")
def assessed() -> dict[str, Assessment]:
    results = ((reference.name, assess(reference.image(), 500)) for reference in REFERENCES)
    return {name: result for name, result in results if isinstance(result, Assessment)}


def test_every_image_feature_is_nist_s_to_the_last_printed_digit(assessed: dict[str, Assessment]) -> None:
    wrong = [
        (reference.name, name, assessed[reference.name].features[name], reference.features[name])
        for reference in SCORED
        for name in FEATURES
        if name not in ESTIMATED
        and assessed[reference.name].features[name] != pytest.approx(reference.features[name], rel=1e-5, abs=1e-6)
    ]
    assert wrong == []


def test_the_forest_gives_nist_s_score_for_nist_s_features() -> None:
    """The features are printed with six digits, so a value on a tree's limit may fall on the other side."""
    assert all(abs(predict(reference.features) - (reference.score or 0)) <= 1 for reference in SCORED)


def test_it_refuses_what_nfiq_2_refuses_and_nothing_else(assessed: dict[str, Assessment]) -> None:
    assert set(assessed) == {reference.name for reference in SCORED}


def test_the_score_is_near_nist_s_and_ranks_impressions_alike(assessed: dict[str, Assessment]) -> None:
    ours = [assessed[reference.name].score for reference in SCORED]
    theirs = [reference.score or 0 for reference in SCORED]
    assert np.abs(np.subtract(ours, theirs)).mean() < 2.0
    assert abs(np.subtract(ours, theirs).mean()) < 1.0
    assert rank_correlation(ours, theirs) > 0.97


def test_half_of_the_minutiae_estimates_are_within_a_quarter(assessed: dict[str, Assessment]) -> None:
    name = "FingerJetFX_MinutiaeCount"
    ratios = [assessed[reference.name].features[name] / reference.features[name] for reference in SCORED]
    assert 0.75 < float(np.median(ratios)) < 1.25
