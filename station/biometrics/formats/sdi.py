"""Signature time series, ISO/IEC 19794-7:2007, full format: where the pen was, when, how hard, and whether it touched.

Channels X and Y in fiftieths of a millimetre (1270 dpi; a scale ends at 65520 per metre), T from the first sample, F of
0..65535 without a scale (no pad knows newtons), S 1 while the pen touches.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drivers.api import PadSize, PenPoint
from station.biometrics.formats.cursor import Cursor
from station.biometrics.formats.errors import BadRecord

_MAGIC = b"SDI\x00 10\x00"
_X, _Y, _T, _F, _S = 0x8000, 0x4000, 0x0100, 0x0020, 0x0010
_CHANNELS = _X | _Y | _T | _F | _S
_SCALING, _MIN, _MAX = 0x80, 0x40, 0x20
_SIGN = 32768
_XY_PER_METRE = 50_000.0
_T_PER_S = 1000.0
_FULL = 65535
_Samples = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SignatureRecord:
    """A signature read back: `time_s` of its points counts from the first one; the pad in millimetres."""

    points: tuple[PenPoint, ...]
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class _Scales:
    x_per_m: float
    y_per_m: float
    t_per_s: float


def encode_scale(value: float) -> int:
    """A scaling value as E<<11 | F, meaning (1 + F/2048)·2^(E-16) (clause 8.3): the nearest one at or below `value`."""
    exponent = math.floor(math.log2(value))
    if not -16 <= exponent <= 15:
        raise ValueError(f"{value} cannot be a scale")
    return exponent + 16 << 11 | int((value / 2.0**exponent - 1) * 2048)


def decode_scale(code: int) -> float:
    """The inverse of `encode_scale`."""
    return float((1 + (code & 0x7FF) / 2048) * 2.0 ** ((code >> 11) - 16))


def encode(points: Sequence[PenPoint], size: PadSize) -> bytes:
    """The record's bytes; ValueError without points, with time running backwards, or for a pad over 0.6 m."""
    if not points:
        raise ValueError("a signature without points")
    seconds = [point.time_s - points[0].time_s for point in points]
    if any(later < earlier for earlier, later in itertools.pairwise(seconds)):
        raise ValueError("pen samples out of order")
    codes = encode_scale(_XY_PER_METRE), encode_scale(min(_T_PER_S, _FULL / max(seconds[-1], 1.0)))
    per_mm, per_s = decode_scale(codes[0]) / 1000, decode_scale(codes[1])
    samples = np.array(
        [
            (point.x_mm * per_mm, point.y_mm * per_mm, at * per_s, point.pressure * _FULL, point.down)
            for point, at in zip(points, seconds, strict=True)
        ]
    )
    whole = np.rint(samples).astype(np.int64)
    low = np.minimum(whole.min(axis=0), 0)
    high = np.maximum(whole.max(axis=0), (round(size.width_mm * per_mm), round(size.height_mm * per_mm), 0, _FULL, 1))
    shift = np.array((_SIGN, _SIGN, 0, 0, 0))
    if np.any(low + shift < 0) or np.any(high + shift > _FULL):
        raise ValueError("a pen sample that 16 bits cannot hold")
    head = _MAGIC + _u16(_CHANNELS)
    for axis in (0, 1):
        head += bytes((_SCALING | _MIN | _MAX,)) + _u16(codes[0], int(low[axis]) + _SIGN, int(high[axis]) + _SIGN)
    head += bytes((_SCALING,)) + _u16(codes[1])
    head += bytes((_MIN | _MAX,)) + _u16(0, _FULL)
    head += bytes((0, 0, 0)) + len(points).to_bytes(3, "big")
    body: bytes = (whole + shift).astype(">u2").tobytes()
    return head + body


def _u16(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


def decode(data: bytes) -> SignatureRecord:
    """The signature of these bytes, as this station writes them; BadRecord where they are anything else."""
    cursor = Cursor(data)
    cursor.literal(_MAGIC, "format identifier and version")
    cursor.within(2, _CHANNELS, _CHANNELS, "channel inclusion")
    x_per_m, x_low, x_high = _read_axis(cursor, "X")
    y_per_m, y_low, y_high = _read_axis(cursor, "Y")
    cursor.within(1, _SCALING, _SCALING, "T attributes")
    t_per_s = decode_scale(cursor.unsigned(2, "T scaling"))
    cursor.within(1, _MIN | _MAX, _MIN | _MAX, "F attributes")
    cursor.within(2, 0, 0, "F minimum")
    cursor.within(2, _FULL, _FULL, "F maximum")
    cursor.within(1, 0, 0, "S attributes")
    cursor.within(1, 0, 0, "reserved byte")
    cursor.within(1, 0, 0, "extended data flag")
    count = cursor.within(3, 1, 0xFFFFFF, "number of samples")
    at = cursor.at
    raw = np.frombuffer(cursor.take(count * 10, "samples"), ">u2").reshape(count, 5).astype(np.int64)
    cursor.finish("record")
    samples = raw - np.array((_SIGN, _SIGN, 0, 0, 0))
    _check_samples(samples, np.array((x_low, y_low)), np.array((x_high, y_high)), at)
    scales = _Scales(x_per_m, y_per_m, t_per_s)
    return SignatureRecord(_points(samples, scales), x_high * 1000 / x_per_m, y_high * 1000 / y_per_m)


def _read_axis(cursor: Cursor, name: str) -> tuple[float, int, int]:
    wanted = _SCALING | _MIN | _MAX
    cursor.within(1, wanted, wanted, f"{name} attributes")
    per_m = decode_scale(cursor.unsigned(2, f"{name} scaling"))
    low = cursor.within(2, 0, _SIGN, f"{name} minimum") - _SIGN
    high = cursor.within(2, _SIGN, _FULL, f"{name} maximum") - _SIGN
    return per_m, low, high


def _check_samples(samples: _Samples, low: _Samples, high: _Samples, at: int) -> None:
    outside = np.any((samples[:, :2] < low) | (samples[:, :2] > high), axis=1) | (samples[:, 4] > 1)
    outside[1:] |= np.diff(samples[:, 2]) < 0
    if np.any(outside):
        first = int(np.argmax(outside))
        raise BadRecord(at + 10 * first, f"sample {first} is outside its channels' ranges or out of order")


def _points(samples: _Samples, scales: _Scales) -> tuple[PenPoint, ...]:
    return tuple(
        PenPoint(x * 1000 / scales.x_per_m, y * 1000 / scales.y_per_m, force / _FULL, bool(down), t / scales.t_per_s)
        for x, y, t, force, down in samples.tolist()
    )
