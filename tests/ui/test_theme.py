import pytest

from ui.theme import CAPITAL_PER_EM, COLOURS, FAMILY, SHAPE_PAIRS, TEXT_PAIRS, Letter, Theme, contrast


def test_contrast_agrees_with_the_examples_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert contrast("#0000FF", "#FFFFFF") == pytest.approx(8.59, abs=0.005)


@pytest.mark.parametrize("pair", TEXT_PAIRS, ids=" on ".join)
def test_writing_stands_out_by_four_and_a_half(pair: tuple[str, str]) -> None:
    assert contrast(getattr(COLOURS, pair[0]), getattr(COLOURS, pair[1])) >= 4.5


@pytest.mark.parametrize("pair", SHAPE_PAIRS, ids=" on ".join)
def test_shapes_stand_out_by_three(pair: tuple[str, str]) -> None:
    assert contrast(getattr(COLOURS, pair[0]), getattr(COLOURS, pair[1])) >= 3.0


@pytest.mark.parametrize(
    ("pixels", "size_mm", "px_per_mm"),
    [
        ((1920, 1080), (344.0, 194.0), 1080 / 194),
        ((1366, 768), (344.0, 194.0), 768 / 194),
        ((1920, 1080), (527.0, 296.0), 1920 / 527),
        ((1366, 768), (256.0, 144.0), 768 / 194),
    ],
    ids=["laptop", "coarse laptop", "desk screen keeps true millimetres", "small panel shrinks to fit"],
)
def test_millimetres_are_true_where_the_frame_has_room(
    pixels: tuple[int, int], size_mm: tuple[float, float], px_per_mm: float
) -> None:
    assert Theme.for_screen(*pixels, *size_mm).px_per_mm == pytest.approx(px_per_mm, rel=0.003)


@pytest.mark.parametrize("letter", Letter)
def test_capitals_are_as_high_as_they_say(theme: Theme, letter: Letter) -> None:
    from PyQt6.QtGui import QFontInfo, QFontMetricsF

    font = theme.font(letter)
    assert QFontInfo(font).family() == FAMILY
    assert QFontMetricsF(font).capHeight() >= letter.value * theme.px_per_mm - 1
    assert QFontMetricsF(font).capHeight() / font.pixelSize() == pytest.approx(CAPITAL_PER_EM, abs=0.02)


def test_the_smallest_writing_has_capitals_of_three_and_a_half_millimetres() -> None:
    assert min(letter.value for letter in Letter) >= 3.5
    assert Letter.INSTRUCTION.value >= 6.0
