"""Every screen looks as it did when somebody last looked at it: `python -m ui.gallery --golden` renews the pictures."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PyQt6.QtGui import QImage

from station.text import Language
from ui.gallery import GOLDEN_PX, render, shots

GOLDEN = Path(__file__).parents[1] / "golden"
BLOCK_PX = 12
MOST = 16.0
"""How far the mean of a block may lie from the golden one, of 255: compression and smoothing stay below 6."""

Pixels = npt.NDArray[np.uint8]


def pixels(image: QImage) -> Pixels:
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    bits = plain.constBits()
    assert bits is not None
    rows = np.frombuffer(bits.asstring(plain.sizeInBytes()), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).copy()


def blocks(picture: Pixels) -> npt.NDArray[np.float32]:
    height, width = picture.shape[0] // BLOCK_PX, picture.shape[1] // BLOCK_PX
    return np.asarray(cv2.resize(picture.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA), np.float32)


def difference(one: Pixels, other: Pixels) -> float:
    """The largest difference of any block's mean, 0..255."""
    if one.shape != other.shape:
        return 255.0
    return float(np.abs(blocks(one) - blocks(other)).max())


def side_by_side(golden: Pixels, now: Pixels) -> QImage:
    """Golden, now, and where they differ in red."""
    shown = now.copy()
    if golden.shape == now.shape:
        far = np.abs(blocks(golden) - blocks(now)).max(axis=2) > MOST
        mask = cv2.resize(far.astype(np.uint8), (now.shape[1], now.shape[0]), interpolation=cv2.INTER_NEAREST)
        shown[mask > 0] = shown[mask > 0] // 2 + np.array([127, 0, 0], np.uint8)
    height = max(golden.shape[0], now.shape[0])
    parts = [np.pad(part, ((0, height - part.shape[0]), (0, 0), (0, 0))) for part in (golden, now, shown)]
    wide = np.ascontiguousarray(np.hstack(parts))
    return QImage(wide.tobytes(), wide.shape[1], height, wide.shape[1] * 3, QImage.Format.Format_RGB888).copy()


def pictures(language: Language) -> Iterator[tuple[str, Pixels, Pixels]]:
    for name, image in render(language, GOLDEN_PX):
        golden = QImage(str(GOLDEN / f"{name}.webp"))
        yield name, pixels(golden) if not golden.isNull() else np.zeros((1, 1, 3), np.uint8), pixels(image)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("language", Language, ids=lambda one: one.value)
def test_every_screen_looks_as_it_did(language: Language, tmp_path: Path) -> None:
    changed = {}
    for name, golden, now in pictures(language):
        found = difference(golden, now)
        if found > MOST:
            changed[name] = found
            side_by_side(golden, now).save(str(tmp_path / f"{name}.png"))
    told = ", ".join(f"{name} by {found:.0f}" for name, found in changed.items())
    assert not changed, f"changed: {told}. Look into {tmp_path}; when all is meant: python -m ui.gallery --golden"


def test_every_picture_belongs_to_a_screen() -> None:
    wanted = {f"{shot.name}.{language.value}" for shot in shots() for language in Language}
    assert {path.stem for path in GOLDEN.glob("*.webp")} == wanted
    assert sum(path.stat().st_size for path in GOLDEN.glob("*.webp")) < 6_000_000


@pytest.mark.usefixtures("qapp")
def test_one_changed_word_and_one_moved_button_are_found() -> None:
    (first,) = (image for name, image in render(Language.ENGLISH, GOLDEN_PX, "home") if name == "home.en")
    (other,) = (image for name, image in render(Language.INDONESIAN, GOLDEN_PX, "home") if name == "home.id")
    now = pixels(first)
    moved = np.roll(now, 4, axis=1)
    word = now.copy()
    word[60:80, 10:60] = pixels(other)[60:80, 10:60]
    assert difference(now, now) == 0
    assert difference(now, moved) > MOST
    assert difference(now, word) > MOST
