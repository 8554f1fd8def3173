"""What a fingerprint reader is tested for: its line, an empty glass, three impressions of one finger, a ridged target.

These modules give no picture of an empty glass, so places that do not see, specks and the finger before are looked for
in the impressions themselves: what does not change between them, what stands around the finger.
"""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from drivers.api import FingerImage, Gray
from station.biometrics import matching
from station.diagnostics.link_steps import link
from station.diagnostics.model import Helper, Measure, StepName, Trouble
from station.diagnostics.stepping import NOT_DONE, Seen, Step, Subject, instead, judged
from station.text import msg

Floats = npt.NDArray[np.float32]

IMPRESSIONS = 3
WAIT_S = 15.0
CLEAR_S = 5.0
CLEAR_LOOKS = 2
BLOCK_PX = 16
MAP_PX = 8
RIDGED = 25.0
"""Standard deviation of grey values, of 255, in a block with ridges."""
OUTLIER = 100
"""A pixel so far from the middle one of its neighbours stands out."""
LEAST_COVERED_PERCENT = 45.0
MOST_DEAD_PERCENT = 0.1
MOST_NOISE = 16.0
MOST_GHOST = 0.35
MOST_OFF_PERCENT = 3.0
MM_PER_INCH = 25.4


def clear(subject: Subject) -> Seen:
    """The empty glass: no finger is seen, twice in a row."""
    until_s, clear_looks = subject.now_s() + CLEAR_S, 0
    while clear_looks < CLEAR_LOOKS:
        if subject.now_s() > until_s or subject.cancel.is_set():
            return Seen(trouble=Trouble.NOT_CLEAR)
        present = subject.drivers.fingerprint.finger_present()
        if not isinstance(present, bool):
            return instead(present)
        clear_looks = 0 if present else clear_looks + 1
        subject.cancel.wait(0.1)
    return Seen()


def fingers(subject: Subject) -> Seen:
    """Three impressions of one finger, and how much of the glass it covers."""
    for number in range(IMPRESSIONS):
        result = subject.drivers.fingerprint.capture(WAIT_S, subject.cancel)
        if not isinstance(result, FingerImage):
            seen = instead(result)
            broken = seen.trouble in (Trouble.ALL_BROKEN, Trouble.SILENT, Trouble.REFUSED)
            return Seen(trouble=Trouble.NOISE) if broken else seen
        subject.impressions.append(result)
        if number + 1 < IMPRESSIONS:
            _lifted(subject)
    covered = min(100 * float(_ridged(image.pixels).mean()) for image in subject.impressions)
    return judged(
        [
            (Measure("covered", msg("Glass covered by the finger"), covered, "%", low=LEAST_COVERED_PERCENT),
             Trouble.PARTIAL_FINGER),
        ]
    )  # fmt: skip


def pixels(subject: Subject) -> Seen:
    """Places that never change, specks around the finger, the finger before."""
    images = [image.pixels for image in subject.impressions]
    if len(images) < IMPRESSIONS:
        return NOT_DONE
    stack = np.stack(images)
    still = np.ptp(stack, axis=0)
    subject.noise_map = _shrunk(255 - still)
    middle = np.stack([cv2.medianBlur(image, 5) for image in images])
    stands_out = (np.abs(stack.astype(np.int16) - middle) > OUTLIER).sum(axis=0) >= 2
    dead = 100 * float((stands_out & (still == 0)).mean() + _blind_lines(still))
    return judged(
        [
            (Measure("dead", msg("Places that do not see"), dead, "%", high=MOST_DEAD_PERCENT), Trouble.DEAD_PIXELS),
            (Measure("noise", msg("Specks beside the finger"), _noise(images), "/255", high=MOST_NOISE),
             Trouble.SENSOR_NOISE),
            (Measure("ghost", msg("Trace of the finger before"), _ghost(images), "", high=MOST_GHOST), Trouble.GHOST),
        ]
    )  # fmt: skip


def same_finger(subject: Subject) -> Seen:
    """The impressions are of one finger, so they must match."""
    if len(subject.impressions) < IMPRESSIONS:
        return NOT_DONE
    templates = [matching.extract(image.pixels, image.resolution_ppi) for image in subject.impressions]
    least = min(matching.score(one, other) for one, other in pairwise(templates))
    return judged(
        [
            (Measure("match", msg("Likeness of the impressions"), least, "", low=matching.SAME_FINGER),
             Trouble.NOT_REPEATABLE),
        ]
    )  # fmt: skip


def target(subject: Subject) -> Seen:
    """The distance of the target's ridges in pixels gives the resolution."""
    pitch_mm = subject.plan.pitch_mm
    if pitch_mm is None:
        return NOT_DONE
    result = subject.drivers.fingerprint.capture(WAIT_S, subject.cancel)
    if not isinstance(result, FingerImage):
        return instead(result)
    ppi = ridge_pitch_px(result.pixels) / pitch_mm * MM_PER_INCH
    slack = result.resolution_ppi * MOST_OFF_PERCENT / 100
    return judged(
        [
            (Measure("resolution", msg("Resolution"), ppi, "ppi", result.resolution_ppi - slack,
                     result.resolution_ppi + slack), Trouble.RESOLUTION),
        ]
    )  # fmt: skip


def ridge_pitch_px(image: Gray) -> float:
    """The distance of parallel ridges, (rows, columns) uint8, from the peak of the image's spectrum."""
    grey = image.astype(np.float32) - float(image.mean())
    side = 1024
    spectrum = np.abs(np.fft.rfft2(grey * np.outer(np.hanning(grey.shape[0]), np.hanning(grey.shape[1])), (side, side)))
    down = np.fft.fftfreq(side)[:, None]
    across = np.fft.rfftfreq(side)[None, :]
    frequency = np.hypot(down, across)
    spectrum[frequency < 1 / 40] = 0
    return 1 / float(frequency.ravel()[int(spectrum.argmax())])


def _lifted(subject: Subject) -> None:
    """Wait until the finger is off the glass, at most a few seconds."""
    until_s = subject.now_s() + CLEAR_S
    while subject.now_s() < until_s and not subject.cancel.is_set():
        if subject.drivers.fingerprint.finger_present() is not True:
            return
        subject.cancel.wait(0.1)


def _blocks(image: Gray) -> Floats:
    """(rows, columns, 256) float32: the image in blocks of 16 by 16."""
    height, width = (side // BLOCK_PX * BLOCK_PX for side in image.shape)
    cut = image[:height, :width].astype(np.float32)
    parted = cut.reshape(height // BLOCK_PX, BLOCK_PX, width // BLOCK_PX, BLOCK_PX).swapaxes(1, 2)
    return parted.reshape(height // BLOCK_PX, width // BLOCK_PX, -1)


def _ridged(image: Gray) -> npt.NDArray[np.bool_]:
    return np.asarray(_blocks(image).std(axis=2) > RIDGED, dtype=np.bool_)


def _blind_lines(still: Gray) -> float:
    """The share of rows and columns of which no pixel changed."""
    return float((still == 0).all(axis=0).mean() + (still == 0).all(axis=1).mean())


def _noise(images: list[Gray]) -> float:
    """Standard deviation where no finger lies, the worst impression's; 0 where it lies everywhere."""
    worst = 0.0
    for image in images:
        blocks = _blocks(image)
        spread, bright = blocks.std(axis=2), np.median(blocks, axis=2) > 200
        free = bright & (cv2.dilate((spread > RIDGED).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
        if free.any():
            worst = max(worst, float(np.median(spread[free])))
    return worst


def _ghost(images: list[Gray]) -> float:
    """How like the ridges before it is what shows where the new finger does not lie, 0..1."""
    most = 0.0
    for before, now in pairwise(images):
        free = ~_ridged(now) & _ridged(before)
        if free.sum() < 4:
            continue
        one, other = _blocks(before)[free], _blocks(now)[free]
        one, other = one - one.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
        scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
        most = max(most, float((one * other).sum()) / scale if scale else 0.0)
    return most


def _shrunk(image: Gray) -> Gray:
    height, width = image.shape
    small = cv2.resize(image, (width // MAP_PX, height // MAP_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


_LAY = msg("Lay one finger on the glass, lift it, and lay it down again, three times in all.")
STEPS = (
    Step(StepName.LINK, msg("The line answers"), link),
    Step(StepName.CLEAR, msg("The empty glass is seen as empty"), clear, Helper.FINGER,
         msg("Take every finger off the glass.")),
    Step(StepName.FINGERS, msg("Impressions come whole"), fingers, Helper.FINGER, _LAY),
    Step(StepName.PIXELS, msg("The sensor sees everywhere"), pixels, Helper.FINGER),
    Step(StepName.SAME_FINGER, msg("The same finger is known again"), same_finger, Helper.FINGER),
    Step(StepName.TARGET, msg("The resolution is right"), target, Helper.TARGET,
         msg("Lay the ridged target on the glass and press it flat.")),
)  # fmt: skip
