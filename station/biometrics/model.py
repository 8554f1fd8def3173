"""What is recorded of a body, and what a judgement of it looks like."""

from dataclasses import dataclass
from enum import Enum, IntEnum

from station.text import Message


class FingerPosition(IntEnum):
    """Finger positions of ISO/IEC 19794-4:2011, table 6."""

    RIGHT_THUMB = 1
    RIGHT_INDEX = 2
    RIGHT_MIDDLE = 3
    RIGHT_RING = 4
    RIGHT_LITTLE = 5
    LEFT_THUMB = 6
    LEFT_INDEX = 7
    LEFT_MIDDLE = 8
    LEFT_RING = 9
    LEFT_LITTLE = 10


P = FingerPosition
CAPTURE_ORDER: tuple[FingerPosition, ...] = (
    P.RIGHT_INDEX, P.RIGHT_MIDDLE, P.RIGHT_RING, P.RIGHT_LITTLE,
    P.LEFT_INDEX, P.LEFT_MIDDLE, P.LEFT_RING, P.LEFT_LITTLE,
    P.RIGHT_THUMB, P.LEFT_THUMB,
)  # fmt: skip
CHIP_FINGERS: tuple[FingerPosition, ...] = (P.RIGHT_INDEX, P.LEFT_INDEX)


class Background(Enum):
    """The portrait's background colour: red for an odd birth year, blue for an even one, orange for foreigners."""

    RED = "red"
    BLUE = "blue"
    ORANGE = "orange"


@dataclass(frozen=True, slots=True)
class Measure:
    """One number behind a verdict, by its technical name."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement at the counter: words first, number second (0..100), reason always.

    `reason` says what is good or wrong in one short sentence; `cure` is the one correction to try next (None when
    accepted).
    """

    accepted: bool
    score: int
    reason: Message
    cure: Message | None
    measures: tuple[Measure, ...] = ()


class ExceptionKind(Enum):
    """Why a biometric is recorded by exception (pengecualian biometri)."""

    MISSING = "missing"
    BANDAGED = "bandaged"
    UNREADABLE = "unreadable"
    CANNOT_SIGN = "cannot_sign"
    LINE_INSTEAD = "line_instead"
    THUMBPRINT_INSTEAD = "thumbprint_instead"


K = ExceptionKind
OF_SIGNATURE: tuple[ExceptionKind, ...] = (K.LINE_INSTEAD, K.THUMBPRINT_INSTEAD, K.CANNOT_SIGN)
OF_HAND: tuple[ExceptionKind, ...] = (K.MISSING, K.BANDAGED)
"""What is seen on the hand: it is photographed."""
