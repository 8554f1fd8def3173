"""What the officer is told about an impression: the reason first, one cure, the number behind it."""

from random import Random

import cv2
import numpy as np
import pytest

from drivers.api import DeviceInfo, FingerImage, Gray, Role
from hw_sim.subjects import person
from hw_sim.subjects.fingers import impression
from station.biometrics.model import Verdict
from station.biometrics.quality.finger import judge
from station.text import Language, Text

ENGLISH = Text(Language.ENGLISH)
DESKTOP = (388, 504)
MODULE = (256, 288)


def pressed(
    size: tuple[int, int] = DESKTOP,
    *,
    pressure: float = 0.5,
    area: float = 1.0,
    dx_mm: float = 0.0,
    dy_mm: float = 0.0,
    ppi: int = 500,
) -> Gray:
    """A synthetic right index finger on a reader of `size`."""
    return impression(
        person(0).finger(2), width=size[0], height=size[1], ppi=ppi, pressure=pressure, area=area,
        dx_mm=dx_mm, dy_mm=dy_mm, rng=Random(7),
    )  # fmt: skip


def judged(pixels: Gray, threshold: int = 40, ppi: int = 500, depth_bits: int = 8) -> Verdict:
    return judge(FingerImage(pixels, ppi, depth_bits, DeviceInfo(Role.FINGERPRINT, "test", "test")), threshold)


def words(verdict: Verdict) -> tuple[str, str]:
    return ENGLISH(verdict.reason), ENGLISH(verdict.cure) if verdict.cure else ""


def four_bits(pixels: Gray) -> Gray:
    return np.asarray((pixels >> 4) * 17, dtype=np.uint8)


@pytest.mark.parametrize(("size", "ppi", "depth_bits"), [(DESKTOP, 500, 8), (MODULE, 500, 4), (MODULE, 508, 4)])
def test_a_well_pressed_finger_is_accepted_without_a_cure(size: tuple[int, int], ppi: int, depth_bits: int) -> None:
    pixels = pressed(size, ppi=ppi)
    verdict = judged(four_bits(pixels) if depth_bits == 4 else pixels, 40, ppi, depth_bits)
    assert verdict.accepted
    assert verdict.score >= 40
    assert words(verdict) == ("The impression is good.", "")


def test_the_record_says_that_a_508_ppi_four_bit_image_was_scaled_before_scoring() -> None:
    measures = {measure.name: measure.value for measure in judged(pressed(MODULE, ppi=508), 40, 508, 4).measures}
    assert (measures["resolution_ppi"], measures["scored_at_ppi"], measures["depth_bits"]) == (508, 500, 4)


def test_a_score_under_the_threshold_is_never_accepted_and_always_has_a_cure() -> None:
    verdict = judged(pressed(), threshold=101)
    assert not verdict.accepted
    assert verdict.score > 40
    assert verdict.cure is not None


@pytest.mark.parametrize("level", [0, 90, 255])
def test_an_empty_reader_is_told_from_a_bad_finger(level: int) -> None:
    noise = np.random.default_rng(1).integers(0, 6, (288, 256))
    pixels = np.clip(level + noise - 3, 0, 255).astype(np.uint8)
    assert words(judged(pixels)) == ("There is no finger on the reader.", "Lay the finger flat on the glass.")


def test_a_shaded_glass_is_empty() -> None:
    shade = np.tile(np.linspace(150, 240, 256), (288, 1)).round().astype(np.uint8)
    assert words(judged(four_bits(shade), depth_bits=4))[0] == "There is no finger on the reader."


def test_a_very_faint_print_is_a_finger() -> None:
    faint = np.round(235 - (255 - pressed().astype(np.float64)) * 0.09).astype(np.uint8)
    assert words(judged(faint)) == ("The print is too light.", "Press a little harder.")


def test_a_dry_finger_is_to_be_breathed_on() -> None:
    assert words(judged(pressed(pressure=0.02), threshold=90)) == (
        "The finger is too dry.",
        "Breathe on the fingertip, then press a little harder.",
    )


def test_a_wet_finger_is_to_be_wiped() -> None:
    assert words(judged(pressed(pressure=0.98), threshold=90)) == (
        "The finger is too wet.",
        "Wipe the finger dry and press lightly.",
    )


def test_a_faint_print_is_to_be_pressed_harder() -> None:
    faint = np.round(235 - (255 - pressed().astype(np.float64)) * 0.15).astype(np.uint8)
    assert words(judged(faint, threshold=90)) == ("The print is too light.", "Press a little harder.")


def test_a_smeared_print_is_to_be_held_still() -> None:
    smear = np.zeros((13, 13), dtype=np.float32)
    smear[6] = 1 / 13
    smeared = np.asarray(cv2.filter2D(pressed(), -1, smear), dtype=np.uint8)
    smeared = np.asarray(cv2.GaussianBlur(smeared, (0, 0), 1.5), dtype=np.uint8)
    assert words(judged(smeared, threshold=90)) == ("The finger moved.", "Hold still until the picture is complete.")


def test_a_tip_is_refused_even_when_its_score_would_do() -> None:
    verdict = judged(pressed(area=0.35), threshold=20)
    assert not verdict.accepted
    assert verdict.score < 20
    assert words(verdict) == (
        "Only the tip of the finger is on the reader.",
        "Lay the finger flat, the soft pad on the glass.",
    )


@pytest.mark.parametrize(
    ("dx_mm", "dy_mm", "cure"),
    [
        (-7.0, 0.0, "Move the finger to the right."),
        (7.0, 0.0, "Move the finger to the left."),
        (0.0, -9.5, "Pull the finger back a little."),
        (0.0, 9.5, "Push the finger forward a little."),
    ],
)
def test_a_finger_at_the_edge_is_sent_back_to_the_middle(dx_mm: float, dy_mm: float, cure: str) -> None:
    verdict = judged(pressed(MODULE, dx_mm=dx_mm, dy_mm=dy_mm), threshold=80)
    assert words(verdict) == ("The finger is not in the middle.", cure)


def test_judging_twice_gives_the_same_verdict() -> None:
    assert judged(pressed()) == judged(pressed())
