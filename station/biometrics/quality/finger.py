"""Is this impression good enough, and if not, what is the one thing to do about it?

The number is `nfiq2`'s approximation of NFIQ 2.3, computed at 500 ppi before any compression. The reasons come from
plain measures of the same image; their limits are in docs/biometrics.md.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from drivers.api import FingerImage, Gray
from station.biometrics.model import Measure, Verdict
from station.biometrics.nfiq2.assess import NFIQ2_PPI, Assessment, Refusal, assess, at_500_ppi
from station.biometrics.nfiq2.grid import Bools
from station.biometrics.nfiq2.region import find_region
from station.biometrics.nfiq2.spots import find_footprint
from station.text import Message, msg

_NO_FINGER_DEVIATION, _NO_FINGER_DEVIATION_COARSE = 3.5, 6.0  # coarse: 4 bits, steps of 17
_LEAST_SHARE, _LEAST_AREA_PX = 0.45, 45_000
_OFF_CENTRE_SHARE = 0.12
_TOUCHING_SHARE = 0.15
_FAINT_RANGE = 60.0
_DRY_DARKNESS, _WET_DARKNESS = 0.38, 0.58
_MOVED_SHARPNESS = 0.47
_RIM_PX = 25

_Sides = tuple[bool, bool, bool, bool]
_Words = tuple[Message, Message]


@dataclass(frozen=True, slots=True)
class _Look:
    """What the eye would see: `area_px` of the finger (500 ppi), its centre's distance from the middle as a share of
    the picture, and whether the finger is cut off at (left, top, right, bottom); `grey_range` between ridge and
    valley; `darkness` 0..1, how much of the finger is ridge; `sharpness` of edges."""

    area_px: int
    aside: float
    above: float
    cut: _Sides
    grey_range: float
    darkness: float
    sharpness: float


def judge(image: FingerImage, threshold: int) -> Verdict:
    """Judge one impression against `threshold` 0..100; about 0.1 s."""
    pixels = at_500_ppi(image.pixels, image.resolution_ppi)
    empty = _NO_FINGER_DEVIATION if image.depth_bits > 4 else _NO_FINGER_DEVIATION_COARSE
    if _texture(pixels) < empty:
        return Verdict(False, 0, msg("There is no finger on the reader."), msg("Lay the finger flat on the glass."))
    look = _look(pixels)
    result = assess(pixels, NFIQ2_PPI)
    score = result.score if isinstance(result, Assessment) else 0
    measures = _measures(look, result, image)
    if _too_little(look, pixels) or (result is Refusal.TOO_SMALL and look.grey_range >= _FAINT_RANGE):
        reason, cure = _placement(look)
        return Verdict(False, min(score, max(0, threshold - 1)), reason, cure, measures)
    if isinstance(result, Assessment) and score >= threshold:
        return Verdict(True, score, msg("The impression is good."), None, measures)
    reason, cure = _fault(look)
    return Verdict(False, score, reason, cure, measures)


def _texture(pixels: Gray) -> float:
    """How much neighbouring grey values vary: ridges do, an empty glass and its shading do not."""
    grey = pixels.astype(np.float32)
    return float((grey - cv2.blur(grey, (_RIM_PX, _RIM_PX))).std())


def _finger(pixels: Gray) -> Bools:
    """The finger's pixels: the dark blob, or all that looks like ridges where that is more (a finger that fills the
    glass has no ground to stand out from)."""
    blob = find_region(pixels).mask
    window = np.ones((_RIM_PX, _RIM_PX), np.uint8)
    ridged = cv2.erode(find_footprint(pixels).astype(np.uint8), window).astype(bool)
    return blob if blob.sum() >= ridged.sum() else ridged


def _look(pixels: Gray) -> _Look:
    mask = _finger(pixels)
    height, width = pixels.shape
    ys, xs = np.nonzero(mask)
    if len(ys) == 0:
        return _Look(0, 0.0, 0.0, (False, False, False, False), 0.0, 0.5, 0.0)
    inner = cv2.erode(mask.astype(np.uint8), np.ones((_RIM_PX, _RIM_PX), np.uint8)).astype(bool)
    inner = inner if inner.any() else mask
    values = pixels[inner].astype(np.float64)
    ridge, valley = np.percentile(values, [5, 95])
    spread = max(float(valley - ridge), 1.0)
    return _Look(
        area_px=len(ys),
        aside=float(xs.mean() / width - 0.5),
        above=float(ys.mean() / height - 0.5),
        cut=(_touches(mask[:, 0]), _touches(mask[0]), _touches(mask[:, -1]), _touches(mask[-1])),
        grey_range=spread,
        darkness=float((valley - values.mean()) / spread),
        sharpness=float(cv2.Laplacian(pixels, cv2.CV_32F)[inner].std() / max(float(values.std()), 1.0)),
    )


def _touches(edge: Bools) -> bool:
    return float(edge.mean()) > _TOUCHING_SHARE


def _too_little(look: _Look, pixels: Gray) -> bool:
    """Less finger than half of what this reader can show, or than a small fingertip's pad."""
    return look.area_px < min(_LEAST_SHARE * pixels.size, _LEAST_AREA_PX)


def _placement(look: _Look) -> _Words:
    """What to say of a finger of which too little is on the glass."""
    moved = _off_centre(look)
    if moved is not None:
        return moved
    return msg("Only the tip of the finger is on the reader."), msg("Lay the finger flat, the soft pad on the glass.")


def _off_centre(look: _Look) -> _Words | None:
    """The finger is cut off on one side while the other side of the glass is free."""
    left, top, right, bottom = look.cut
    reason = msg("The finger is not in the middle.")
    if left and not right and look.aside < -_OFF_CENTRE_SHARE:
        return reason, msg("Move the finger to the right.")
    if right and not left and look.aside > _OFF_CENTRE_SHARE:
        return reason, msg("Move the finger to the left.")
    if top and not bottom and look.above < -_OFF_CENTRE_SHARE:
        return reason, msg("Pull the finger back a little.")
    if bottom and not top and look.above > _OFF_CENTRE_SHARE:
        return reason, msg("Push the finger forward a little.")
    return None


def _fault(look: _Look) -> _Words:
    """What to say of a finger that is well placed and yet not good enough: the most certain cause first."""
    if look.grey_range < _FAINT_RANGE:
        return msg("The print is too light."), msg("Press a little harder.")
    if look.darkness < _DRY_DARKNESS:
        return msg("The finger is too dry."), msg("Breathe on the fingertip, then press a little harder.")
    if look.darkness > _WET_DARKNESS:
        return msg("The finger is too wet."), msg("Wipe the finger dry and press lightly.")
    if look.sharpness < _MOVED_SHARPNESS:
        return msg("The finger moved."), msg("Hold still until the picture is complete.")
    return _off_centre(look) or (
        msg("The ridges are not clear."),
        msg("Wipe the finger and the glass, then try again."),
    )


def _measures(look: _Look, result: Assessment | Refusal, image: FingerImage) -> tuple[Measure, ...]:
    """The numbers behind the verdict; `scored_at_ppi` differs from `resolution_ppi` when the image was scaled."""
    minutiae = result.features["FingerJetFX_MinutiaeCount"] if isinstance(result, Assessment) else 0.0
    return (
        Measure("resolution_ppi", image.resolution_ppi),
        Measure("scored_at_ppi", NFIQ2_PPI),
        Measure("depth_bits", image.depth_bits),
        Measure("area_mm2", look.area_px * (25.4 / NFIQ2_PPI) ** 2),
        Measure("grey_range", look.grey_range),
        Measure("darkness", look.darkness),
        Measure("sharpness", look.sharpness),
        Measure("minutiae_estimate", minutiae),
    )
