"""What can be wrong with a device or its cable, and what the cable's troubles do to bytes."""

import math
import random
from enum import Enum


class Fault(Enum):
    """Things that go wrong at a counter; `APPLIES` says with which sort of device."""

    UNPLUGGED = "unplugged"
    SILENT = "silent"
    SLOW = "slow"
    GARBLED = "garbled"
    DROPPED = "dropped"
    DUPLICATED = "duplicated"
    MERGED = "merged"
    WRONG_CHECKSUM = "wrong_checksum"
    WRONG_DEVICE = "wrong_device"
    STUCK_BUSY = "stuck_busy"
    FINGER_LIFTED = "finger_lifted"
    SENSOR_ABNORMAL = "sensor_abnormal"
    PASSWORD_LOST = "password_lost"
    CAMERA_FROZEN = "camera_frozen"
    CAMERA_BLACK = "camera_black"
    SHORT_READ = "short_read"
    PEN_STUCK = "pen_stuck"
    TEMPERATURE_DRIFTING = "temperature_drifting"
    NOT_A_PERSON = "not_a_person"


_CABLE = frozenset(
    {Fault.UNPLUGGED, Fault.SILENT, Fault.SLOW, Fault.GARBLED, Fault.DROPPED, Fault.DUPLICATED, Fault.MERGED}
    | {Fault.WRONG_CHECKSUM, Fault.WRONG_DEVICE}
)
APPLIES: dict[str, frozenset[Fault]] = {
    "fingerprint": _CABLE | {Fault.STUCK_BUSY, Fault.FINGER_LIFTED, Fault.SENSOR_ABNORMAL, Fault.PASSWORD_LOST},
    "signature": _CABLE | {Fault.PEN_STUCK},
    "temperature": _CABLE | {Fault.SENSOR_ABNORMAL, Fault.TEMPERATURE_DRIFTING, Fault.NOT_A_PERSON},
    "camera": frozenset({Fault.UNPLUGGED, Fault.SILENT, Fault.SLOW, Fault.STUCK_BUSY, Fault.WRONG_DEVICE})
    | {Fault.CAMERA_FROZEN, Fault.CAMERA_BLACK},
    "serial camera": _CABLE | {Fault.STUCK_BUSY, Fault.CAMERA_FROZEN, Fault.CAMERA_BLACK, Fault.SHORT_READ},
}

SLOW_BY_S = 0.6
"""How late a frame leaves with SLOW."""
ONE_BYTE_IN = 40
"""How often, on average, a byte is garbled, dropped or doubled."""
_HITS_PER_BYTE = -math.log1p(-1 / ONE_BYTE_IN)
_NOISE = {Fault.GARBLED, Fault.DROPPED, Fault.DUPLICATED}
MERGED_OVER_S = 0.25
"""A hub that gathers bytes hands them over so seldom."""


class Cable:
    """Spoils frames on their way to the host, by the faults that are on; seeded.

    `faults` is shared with whoever switches them.
    """

    def __init__(self, faults: set[Fault], rng: random.Random) -> None:
        self._faults = faults
        self._rng = rng

    @property
    def late_s(self) -> float:
        return SLOW_BY_S if Fault.SLOW in self._faults else 0.0

    @property
    def bursts_s(self) -> float:
        """How long bytes are gathered before they arrive together."""
        return MERGED_OVER_S if Fault.MERGED in self._faults else 0.0

    def carry(self, frame: bytes) -> bytes:
        """What arrives of one whole frame that the device sends."""
        if Fault.SILENT in self._faults:
            return b""
        if Fault.WRONG_CHECKSUM in self._faults and frame:
            frame = frame[:-1] + bytes((frame[-1] ^ 0x81,))
        return self._spoiled(frame) if _NOISE & self._faults else frame

    def _spoiled(self, frame: bytes) -> bytes:
        """Each byte is hit or not on its own, so the way from one hit to the next is drawn at once."""
        arriving, at = bytearray(), 0
        while (hit := at + int(self._rng.expovariate(_HITS_PER_BYTE))) < len(frame):
            arriving += frame[at:hit]
            at = hit + 1
            if Fault.DROPPED in self._faults:
                continue
            byte = frame[hit] ^ self._rng.randrange(1, 256) if Fault.GARBLED in self._faults else frame[hit]
            arriving += bytes((byte,)) * (2 if Fault.DUPLICATED in self._faults else 1)
        return bytes(arriving + frame[at:])
