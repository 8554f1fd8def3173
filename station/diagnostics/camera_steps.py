"""What a camera is tested for: its line, pictures in time, sharpness, light, a white card."""

import cv2
import numpy as np

from drivers.api import Frame
from station.diagnostics.link_steps import link
from station.diagnostics.model import Helper, Measure, StepName, Trouble
from station.diagnostics.stepping import NOT_DONE, Seen, Step, Subject, instead, judged
from station.text import msg

READ_S = 12.0
PICTURES = 8
FEWEST = 3
LONGEST_S = 5.0
MOST_INTERVAL_MS = {"vc0706": 14_000.0}
"""A serial camera sends 48 KB at 38400 baud in 12.6 s."""
USUAL_INTERVAL_MS = 500.0
MOST_UNEVEN_PERCENT = {"vc0706": 12.0}
"""A serial picture takes the same time each time, unless parts are asked for again."""
MOST_AGE_MS = 1000.0
DARKEST = 12.0
"""Mean of 255: less is a covered lens."""
LEAST_LIGHT, MOST_LIGHT = 45.0, 225.0
LEAST_SHARP = 4.0
LEAST_WIDTH_PX = 640.0
MOST_TINT_PERCENT = 12.0


def pictures(subject: Subject) -> Seen:
    """Some pictures in a row: how often, how fresh, how large, how bright."""
    frames: list[Frame] = []
    waits_ms: list[float] = []
    ages_ms: list[float] = []
    begun_s = subject.now_s()
    while len(frames) < PICTURES and (len(frames) < FEWEST or subject.now_s() - begun_s < LONGEST_S):
        asked_s = subject.now_s()
        result = subject.drivers.camera.read(READ_S, subject.cancel)
        if not isinstance(result, Frame):
            seen = instead(result)
            broken = seen.trouble in (Trouble.ALL_BROKEN, Trouble.REFUSED)
            slow = not seen.done and not subject.cancel.is_set()
            return Seen(trouble=Trouble.SLOW_PICTURES if slow else Trouble.NOISE) if slow or broken else seen
        frames.append(result)
        waits_ms.append((subject.now_s() - asked_s) * 1000)
        ages_ms.append((subject.now_s() - result.taken_s) * 1000)
    kind, last = subject.plan.settings.kind, frames[-1].pixels
    usual_ms = float(np.median(waits_ms))
    uneven = 100 * (max(waits_ms) - min(waits_ms)) / max(min(waits_ms), 1.0)
    most_age_ms = max(MOST_AGE_MS, MOST_INTERVAL_MS.get(kind, 0.0))
    light = float(np.mean([frame.pixels.mean() for frame in frames]))
    return judged(
        [
            (Measure("interval", msg("Time between pictures"), usual_ms, "ms",
                     high=MOST_INTERVAL_MS.get(kind, USUAL_INTERVAL_MS)), Trouble.SLOW_PICTURES),
            (Measure("uneven", msg("Difference between these times"), uneven, "%", high=MOST_UNEVEN_PERCENT.get(kind)),
             Trouble.SLOW_PICTURES),
            (Measure("age", msg("Age of a picture"), max(ages_ms), "ms", high=most_age_ms), Trouble.SLOW_PICTURES),
            (Measure("width", msg("Width"), float(last.shape[1]), "px", low=LEAST_WIDTH_PX), Trouble.RESOLUTION),
            (Measure("black", msg("Least brightness"), light, "/255", low=DARKEST), Trouble.BLACK),
            (Measure("light", msg("Brightness"), light, "/255", LEAST_LIGHT, MOST_LIGHT), Trouble.EXPOSURE),
        ]
    )  # fmt: skip


def sharpness(subject: Subject) -> Seen:
    """A face is in the picture: its edges must be sharp."""
    result = subject.drivers.camera.read(READ_S, subject.cancel)
    if not isinstance(result, Frame):
        return instead(result)
    return judged(
        [
            (Measure("sharpness", msg("Sharpness of edges"), sharpness_of(result), "", low=LEAST_SHARP),
             Trouble.BLURRED),
        ]
    )  # fmt: skip


def sharpness_of(frame: Frame) -> float:
    """How steep the steepest edges of the middle are, in grey values a pixel, once grain is smoothed away."""
    grey = cv2.GaussianBlur(_middle(frame).mean(axis=2).astype(np.float32), (0, 0), 1.0)
    steep = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / 8
    return float(np.percentile(steep, 99))


def card(subject: Subject) -> Seen:
    """A white card in the middle: its three colours must be alike."""
    result = subject.drivers.camera.read(READ_S, subject.cancel)
    if not isinstance(result, Frame):
        return instead(result)
    blue, green, red = (float(np.median(_middle(result)[..., one])) for one in range(3))
    brightest = max(blue, green, red, 1.0)
    light = (blue + green + red) / 3
    tint = 100 * (brightest - min(blue, green, red)) / brightest
    if light < DARKEST:
        return NOT_DONE
    return judged(
        [
            (Measure("tint", msg("Difference of the colours"), tint, "%", high=MOST_TINT_PERCENT), Trouble.COLOUR),
            (Measure("white", msg("Brightness of the card"), light, "/255", LEAST_LIGHT * 2, 254), Trouble.EXPOSURE),
        ]
    )  # fmt: skip


def _middle(frame: Frame) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    height, width = frame.pixels.shape[:2]
    return frame.pixels[height // 4 : height * 3 // 4, width * 3 // 8 : width * 5 // 8]


STEPS = (
    Step(StepName.LINK, msg("The line answers"), link),
    Step(StepName.PICTURES, msg("Pictures come in time"), pictures),
    Step(StepName.SHARPNESS, msg("The picture is sharp"), sharpness, Helper.FACE,
         msg("Let somebody look into the camera.")),
    Step(StepName.CARD, msg("White is white"), card, Helper.CARD,
         msg("Hold a white card in front of the camera, so that it fills the middle.")),
)  # fmt: skip
