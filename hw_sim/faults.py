"""What can be wrong with a device or its cable, and what the cable's troubles do to bytes."""

import random
from collections.abc import Iterator
from enum import Enum


class Fault(Enum):
    """Things that go wrong at a counter; `APPLIES` says with which kind of device."""

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
}

SLOW_BY_S = 1.5
"""How late a frame leaves with SLOW."""
ONE_BYTE_IN = 40
"""How often, on average, a byte is garbled, dropped or doubled."""
MERGED_FRAMES = 4
"""How many frames a hub that gathers bytes hands over at once."""


class Cable:
    """Spoils frames on their way to the host, by the faults that are on; seeded.

    `faults` is shared with whoever switches them.
    """

    def __init__(self, faults: set[Fault], rng: random.Random) -> None:
        self._faults = faults
        self._rng = rng
        self._held = bytearray()
        self._held_frames = 0

    @property
    def late_s(self) -> float:
        return SLOW_BY_S if Fault.SLOW in self._faults else 0.0

    def carry(self, frame: bytes) -> bytes:
        """What arrives of one whole frame that the device sends."""
        if Fault.SILENT in self._faults:
            return b""
        if Fault.WRONG_CHECKSUM in self._faults and frame:
            frame = frame[:-1] + bytes((frame[-1] ^ 0x81,))
        return self._gather(bytes(self._spoil(frame)))

    def _spoil(self, frame: bytes) -> Iterator[int]:
        for byte in frame:
            hit = self._rng.randrange(ONE_BYTE_IN) == 0
            if hit and Fault.DROPPED in self._faults:
                continue
            yield byte ^ self._rng.randrange(1, 256) if hit and Fault.GARBLED in self._faults else byte
            if hit and Fault.DUPLICATED in self._faults:
                yield byte

    def _gather(self, frame: bytes) -> bytes:
        self._held += frame
        self._held_frames += 1
        if Fault.MERGED in self._faults and self._held_frames < MERGED_FRAMES:
            return b""
        together = bytes(self._held)
        self._held.clear()
        self._held_frames = 0
        return together
