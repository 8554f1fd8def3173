"""Portraits of drawn people and of a photographed one: what is accepted, and the one thing said of each that is not."""

import random
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from hw_sim.subjects import faces
from station.biometrics.model import Background
from station.biometrics.quality.face_geometry import FaceFinder, Picture
from station.biometrics.quality.portrait import PortraitJudge, PortraitVerdict, background_for, crop
from station.text import Language, Text

ENGLISH = Text(Language.ENGLISH)
MAN, SCARF = 1, 9


@cache
def judge() -> PortraitJudge:
    return PortraitJudge()


@cache
def drawn(number: int, width: int = 640, height: int = 480, **spoiled: Any) -> Picture:
    face = faces.draw_face(random.Random(f"face 0 {number}"))
    return faces.render(face, width=width, height=height, **spoiled)


@cache
def photograph() -> Picture:
    """A woman's face as scikit-image ships it (public domain, NASA), its wall painted red, at a camera's distance."""
    source = resources.files("skimage") / "data" / "astronaut.png"
    read = cv2.imdecode(np.frombuffer(source.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert read is not None
    picture = np.asarray(read, np.uint8)
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
    person = np.zeros(picture.shape[:2], np.uint8)
    cv2.ellipse(person, (226, 110), (76, 105), 0, 0, 360, (1,), -1)
    wall = (hsv[..., 1] < 75) & (hsv[..., 2] > 110) & (person == 0)
    wall[230:] = False
    shade = hsv[..., 2][wall][:, np.newaxis] / 255
    picture[wall] = (shade * np.array((30, 25, 210))).astype(np.uint8)
    matrix = np.array(((2.2, 0, 320 - 2.2 * 226), (0, 2.2, 240 - 2.2 * 112)))
    zoomed = cv2.warpAffine(picture, matrix, (640, 480), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(zoomed, np.uint8)


def cure_of(frame: Picture, background: Background = Background.RED) -> str:
    verdict = judge().judge(frame, background).verdict
    assert not verdict.accepted
    assert verdict.score < 40
    assert verdict.cure is not None
    return ENGLISH(verdict.cure)


def measures_of(found: PortraitVerdict) -> dict[str, float]:
    return {each.name: each.value for each in found.verdict.measures}


@pytest.mark.parametrize("number", [0, MAN, 2, 5, 6, SCARF])
def test_a_person_before_the_right_cloth_is_accepted(number: int) -> None:
    found = judge().judge(drawn(number), Background.RED)
    assert found.verdict.accepted, ENGLISH(found.verdict.reason)
    assert found.verdict.cure is None
    assert found.verdict.score >= 70


@pytest.mark.parametrize("background", list(Background))
def test_each_cloth_is_known_by_its_colour(background: Background) -> None:
    assert judge().judge(drawn(MAN, background=background.value), background).verdict.accepted


SPOILED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"scale": 0.6}, "Move closer."),
    ({"light": 0.25}, "More light on the face."),
    ({"eyes_open": False}, "Open the eyes and look into the camera."),
    ({"mask": True}, "Take the mask off for the photo."),
    ({"glasses": True}, "Take the glasses off for the photo."),
    ({"background": "blue"}, "Use the red cloth."),
    ({"scale": 1.5}, "Move back a little."),
    ({"offset": (0.2, 0.0)}, "Move to the middle."),
    ({"offset": (-0.2, 0.0)}, "Move to the middle."),
    ({"offset": (0.0, -0.2)}, "Turn the camera up."),
    ({"offset": (0.0, 0.2)}, "Turn the camera down."),
    ({"yaw_deg": 15.0}, "Turn the face to the camera."),
    ({"yaw_deg": -15.0}, "Turn the face to the camera."),
    ({"roll_deg": 12.0}, "Hold the head straight."),
    ({"light": 2.2}, "Less light on the face."),
    ({"blur": 2.5}, "Hold still. Clean the lens if it stays so."),
    ({"background": "busy"}, "Use the red cloth."),
)


@pytest.mark.parametrize(("spoiled", "cure"), SPOILED)
def test_a_spoiled_portrait_gets_the_one_correction_that_helps(spoiled: dict[str, Any], cure: str) -> None:
    assert cure_of(drawn(MAN, **spoiled)) == cure


@pytest.mark.parametrize(("spoiled", "cure"), SPOILED[:5])
def test_a_scarf_changes_nothing_about_the_corrections(spoiled: dict[str, Any], cure: str) -> None:
    assert cure_of(drawn(SCARF, **spoiled)) == cure


@pytest.mark.parametrize("spoiled", [{"yaw_deg": 15.0}, {"roll_deg": 12.0}, {"background": "blue"}])
def test_who_lies_in_bed_may_turn_the_head_and_has_a_pillow_behind_it(spoiled: dict[str, Any]) -> None:
    frame = drawn(MAN, **spoiled)
    assert not judge().judge(frame, Background.RED).verdict.accepted
    assert judge().judge_lying(frame, Background.RED).verdict.accepted


@pytest.mark.parametrize(("spoiled", "cure"), SPOILED[:5])
def test_everything_else_is_asked_of_who_lies_in_bed_too(spoiled: dict[str, Any], cure: str) -> None:
    asked = judge().judge_lying(drawn(MAN, **spoiled), Background.RED).verdict.cure
    assert asked is not None
    assert ENGLISH(asked) == cure


def test_distance_comes_before_everything_that_a_step_forward_may_cure() -> None:
    assert cure_of(drawn(MAN, scale=0.6, light=0.25, background="white")) == "Move closer."


def test_half_the_face_in_shadow_asks_for_light_from_the_front() -> None:
    frame = drawn(MAN).copy()
    frame[:, :320] //= 2
    assert cure_of(frame) == "Light the face from the front."


def test_a_folded_cloth_of_the_right_colour_is_not_plain() -> None:
    frame = drawn(MAN).astype(np.float64)
    folds = 0.7 + 0.3 * np.sin(np.arange(640) * 2 * np.pi / 9)
    frame[:200, :, :] *= folds[np.newaxis, :, np.newaxis]
    assert cure_of(frame.astype(np.uint8)).startswith("Smooth the cloth")


def test_nobody_is_asked_to_look_into_the_camera() -> None:
    found = judge().judge(np.full((480, 640, 3), 90, np.uint8), Background.RED)
    assert (found.face, found.landmarks, found.verdict.score) == (None, None, 0)
    assert cure_of(np.full((480, 640, 3), 90, np.uint8)) == "Look into the camera."


def test_two_people_are_one_too_many() -> None:
    pair = np.hstack([drawn(MAN, width=320), drawn(SCARF, width=320)])
    assert cure_of(pair) == "Only one person in front of the camera."


def test_a_photographed_face_is_accepted() -> None:
    found = judge().judge(photograph(), Background.RED)
    assert found.verdict.accepted, ENGLISH(found.verdict.reason)


@pytest.mark.parametrize(
    ("factor", "blur", "cure"),
    [(0.18, 0.0, "More light"), (1.7, 0.0, "Less light"), (1.0, 3.0, "Hold still")],
)
def test_a_photographed_face_gets_the_correction_that_helps(factor: float, blur: float, cure: str) -> None:
    frame = np.clip(photograph() * factor, 0, 255).astype(np.uint8)
    if blur:
        frame = np.asarray(cv2.GaussianBlur(frame, (0, 0), blur), np.uint8)
    assert cure_of(frame).startswith(cure)


@pytest.mark.parametrize("turn_deg", [-14.0, 14.0])
def test_a_photographed_face_is_measured_as_tilted_as_it_is(turn_deg: float) -> None:
    level = measures_of(judge().judge(photograph(), Background.RED))["roll_deg"]
    matrix = cv2.getRotationMatrix2D((320, 240), -turn_deg, 1.0)
    turned = cv2.warpAffine(photograph(), matrix, (640, 480), borderMode=cv2.BORDER_REPLICATE)
    tilted = measures_of(judge().judge(np.asarray(turned, np.uint8), Background.RED))["roll_deg"]
    assert tilted - level == pytest.approx(turn_deg, abs=5)


def test_the_face_is_where_it_was_drawn() -> None:
    found = judge().judge(drawn(MAN, 1280, 720), Background.RED)
    assert found.verdict.accepted
    assert found.face is not None
    assert found.landmarks is not None
    x, y, width, height = found.face
    assert x + width / 2 == pytest.approx(640, abs=12)
    assert all(x < px < x + width and y < py < y + height for px, py in found.landmarks)
    assert len(found.landmarks) == 5
    assert measures_of(found)["eye_distance_px"] == pytest.approx(0.70 * 720 * 63 / 225, rel=0.08)


@pytest.mark.parametrize("roll_deg", [0.0, 6.0, -6.0])
def test_the_card_shows_the_head_at_70_to_80_percent_with_level_eyes(roll_deg: float) -> None:
    frame = drawn(MAN, roll_deg=roll_deg, offset=(0.05, 0.0))
    card = crop(frame, judge().judge(frame, Background.RED), 300, 400)
    assert card.shape == (400, 300, 3)
    (face,) = FaceFinder().find(card)
    assert 0.68 <= face.head_px / 400 <= 0.82
    assert abs(face.roll_deg) < 3.5
    assert face.eye_centre[0] == pytest.approx(150, abs=8)
    assert face.eye_centre[1] == pytest.approx(190, abs=24)


def test_the_card_is_cut_and_scaled_and_otherwise_as_the_camera_saw_it() -> None:
    frame = drawn(MAN)
    found = judge().judge(frame, Background.RED)
    assert found.geometry is not None
    scale = found.geometry.card_cut()[3] / 400
    card = crop(frame, found, 300, 400)
    placed = cv2.resize(card, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)[60:300, 60:280]
    likeness = cv2.matchTemplate(frame, placed, cv2.TM_CCOEFF_NORMED)
    assert likeness.max() > 0.95


def test_without_a_face_the_card_is_the_middle_of_the_frame() -> None:
    frame = np.zeros((480, 640, 3), np.uint8)
    frame[:, 140:500] = 255
    assert crop(frame, judge().judge(frame, Background.RED), 300, 400).min() > 250


def test_a_face_at_the_frames_edge_can_still_be_cut() -> None:
    frame = drawn(MAN, offset=(0.3, 0.25))
    assert crop(frame, judge().judge(frame, Background.RED), 300, 400).shape == (400, 300, 3)


def test_a_missing_model_says_so() -> None:
    with pytest.raises(FileNotFoundError, match="face model is missing"):
        PortraitJudge(Path("nowhere.onnx"))


@pytest.mark.parametrize(
    ("born", "citizenship", "background"),
    [
        (date(2009, 5, 1), "WNI", Background.RED),
        (date(2008, 12, 31), "WNI", Background.BLUE),
        (date(2008, 12, 31), "WNA", Background.ORANGE),
    ],
)
def test_the_cloth_follows_the_birth_year_and_the_citizenship(
    born: date, citizenship: str, background: Background
) -> None:
    assert background_for(born, citizenship) is background


def test_boxes_of_no_size_or_beyond_any_picture_are_no_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    """What YuNet answered on one machine for a picture one pixel high."""

    class Astray:
        def setInputSize(self, size: tuple[int, int]) -> None:  # noqa: N802 - the name that OpenCV calls it by
            assert size[0] > size[1]

        def detect(self, picture: object) -> tuple[int, object]:
            assert picture is not None
            return 3, np.array([[-3.6e33, -1.4e33, 0, 0, *[6e33] * 10, 0.9], [1, 1, 0, 0, *[1] * 10, 0.9]], np.float32)

    finder = FaceFinder()
    monkeypatch.setattr(finder, "_yunet", Astray())
    assert finder.find(np.zeros((1, 500, 3), np.uint8)) == ()


def test_a_shadow_over_the_lower_face_is_no_mask() -> None:
    """Flash from above darkens mouth and chin: lightness changes, the skin's colour hardly does."""
    frame = drawn(MAN)
    _, y, _, height = judge().judge(frame, Background.RED).face or (0, 0, 0, 0)
    shadowed = frame.copy()
    below = slice(y + round(0.6 * height), None)
    shadowed[below] = (frame[below] * 0.6).astype(np.uint8)
    found = judge().judge(shadowed, Background.RED).verdict
    assert "mouth is covered" not in ENGLISH(found.reason)
    assert {one.name: one.value for one in found.measures}["mask"] == 0
