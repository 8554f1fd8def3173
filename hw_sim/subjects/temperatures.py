"""What a forehead thermometer reads, as a function of time, for the situations the station must tell apart."""

from __future__ import annotations

import math
import random
from typing import Literal, get_args

Mode = Literal["normal", "fever", "drift", "draught", "not_a_person", "away"]
MODES: tuple[Mode, ...] = get_args(Mode)

NORMAL_C = 36.4
FEVER_C = 38.4
NOT_A_PERSON_C = 27.0
_DRIFT_C_PER_S = 0.02
_DRIFT_LIMIT_C = 1.5


def reading(mode: Mode, t_s: float, rng: random.Random, ambient_c: float = 27.0) -> tuple[float, float]:
    """Return (object, ambient) in °C at `t_s` seconds after the mode began.

    drift: the sensor warms up and reads ever higher, up to 1.5 °C. draught: moving air cools the skin in gusts.
    not_a_person: a wall or a doll at 27 °C. away: the sensor sees the room.
    """
    jitter = max(-0.1, min(0.1, rng.gauss(0.0, 0.035)))
    room = ambient_c + max(-0.1, min(0.1, rng.gauss(0.0, 0.02)))
    return _object_c(mode, t_s, ambient_c) + jitter, room


def _object_c(mode: Mode, t_s: float, ambient_c: float) -> float:
    match mode:
        case "normal":
            return NORMAL_C
        case "fever":
            return FEVER_C
        case "drift":
            return NORMAL_C + min(_DRIFT_LIMIT_C, _DRIFT_C_PER_S * t_s)
        case "draught":
            gust = max(0.0, math.sin(2 * math.pi * t_s / 7.0)) * (0.6 + 0.4 * math.sin(2 * math.pi * t_s / 2.3))
            return NORMAL_C - 2.0 * gust
        case "not_a_person":
            return NOT_A_PERSON_C
        case "away":
            return ambient_c
