"""What stands in front of the devices: the person, and how they hold finger, face, forehead and pen.

By default the person cooperates. The control socket changes the scene while the devices look at it.
"""

import random
from dataclasses import dataclass, field

from hw_sim.subjects import Person, person
from hw_sim.subjects.faces import Picture, render
from hw_sim.subjects.fingers import FingerMaster, Gray, impression
from hw_sim.subjects.temperatures import Mode

AUTO_ORDER = (2, 3, 4, 5, 7, 8, 9, 10, 1, 6, 2, 7)
"""Finger positions (ISO/IEC 19794-4) in the order a counter takes them: eight fingers, the thumbs, both indexes."""
LIFTED_AT_SHARE, BARE_GLASS = 0.4, 240
"""How much of a finger is taken that is lifted too early, and how bright the glass is without it."""
LIFTED_S = 0.7
"""How long a finger stays away between two touches."""
PEN_MODES = ("write", "idle", "line", "stuck")


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a finger is put down; the fields mean what they mean to `subjects.fingers.impression`."""

    pressure: float = 0.5
    dx_mm: float = 0.0
    dy_mm: float = 0.0
    rotation_deg: float = 0.0
    area: float = 1.0
    noise: float = 0.5


@dataclass(frozen=True, slots=True)
class Touch:
    """One laying down of one finger; `identity` tells fingers apart, `draw` seeds what differs between touches."""

    master: FingerMaster
    identity: str
    draw: str
    conditions: Conditions

    def press(self, width: int, height: int, ppi: int, *, lifted: bool) -> Gray:
        """The impression on a sensor of this size, (height, width) uint8; `lifted` when half of it was taken."""
        asked = self.conditions
        pixels = impression(
            self.master,
            width=width,
            height=height,
            ppi=ppi,
            pressure=asked.pressure,
            dx_mm=asked.dx_mm,
            dy_mm=asked.dy_mm,
            rotation_deg=asked.rotation_deg,
            area=asked.area,
            noise=asked.noise,
            rng=random.Random(self.draw),
        )
        if lifted:
            pixels = pixels.copy()
            pixels[int(height * LIFTED_AT_SHARE) :] = BARE_GLASS
        return pixels


@dataclass(frozen=True, slots=True)
class Pose:
    """How the face is held and lit; the fields mean what they mean to `subjects.faces.render`."""

    yaw_deg: float = 0.0
    roll_deg: float = 0.0
    light: float = 1.0
    eyes_open: bool = True
    glasses: bool = False
    offset_x: float = 0.0
    offset_y: float = 0.0
    scale: float = 1.0
    blur: float = 0.0
    background: str = "red"
    mask: bool = False


class Hand:
    """Lays a finger down when an image is asked for, and lifts it for a moment once the image was used.

    `position` None is automatic: the next of AUTO_ORDER after each image that was sent to the host.
    """

    def __init__(self) -> None:
        self.position: int | None = None
        self.lifted = False
        self.conditions = Conditions()
        self.place = 0
        self.touches = 0
        self._used = False
        self._sent = False
        self._away_until_s = 0.0

    @property
    def now_on_glass(self) -> int:
        return self.position or AUTO_ORDER[self.place % len(AUTO_ORDER)]

    def look(self, now_s: float) -> bool:
        """Whether a finger lies on the glass at this look; a used finger is lifted now and comes back later."""
        if self.lifted:
            return False
        if self._used:
            self._lift(now_s)
        return now_s >= self._away_until_s

    def used(self, sent: bool) -> None:
        """The module made something of the image; `sent` when the host has it."""
        self._used = True
        self._sent = self._sent or sent

    def again(self) -> None:
        """Automatic order: show the finger whose image was sent last once more."""
        if self._sent:
            self._sent = False
        else:
            self.place = max(0, self.place - 1)

    def begin(self) -> None:
        """Automatic order: begin with its first finger."""
        self.place = 0
        self._sent = False

    def _lift(self, now_s: float) -> None:
        self._away_until_s = now_s + LIFTED_S
        self.touches += 1
        if self._sent:
            self.place += 1
        self._used = self._sent = False


@dataclass(slots=True)
class Scene:
    """The mutable whole; simple values, written by the control thread and read by the devices' threads."""

    seed: int
    number: int
    hand: Hand = field(default_factory=Hand)
    pose: Pose = field(default_factory=Pose)
    temperature: Mode = "normal"
    temperature_changes: int = 0
    pen: str = "write"
    _person: Person | None = None

    @property
    def person(self) -> Person:
        if self._person is None or self._person.number != self.number:
            self._person = person(self.number, self.seed)
        return self._person

    def face(self, width: int, height: int, frame: int) -> Picture:
        """The person before a camera, (height, width, 3) uint8 BGR; `frame` numbers the pictures."""
        pose = self.pose
        return render(
            self.person.face,
            width=width,
            height=height,
            yaw_deg=pose.yaw_deg,
            roll_deg=pose.roll_deg,
            light=pose.light,
            eyes_open=pose.eyes_open,
            glasses=pose.glasses,
            offset=(pose.offset_x, pose.offset_y),
            scale=pose.scale,
            blur=pose.blur,
            background=pose.background,
            mask=pose.mask,
            frame=frame,
        )

    def touch(self, now_s: float) -> Touch | None:
        """The finger on the glass, if any, with the small differences of this touch."""
        if not self.hand.look(now_s):
            return None
        position = self.hand.now_on_glass
        draw = f"touch {self.seed} {self.number} {position} {self.hand.touches}"
        return Touch(
            self.person.finger(position), f"finger {self.seed} {self.number} {position}", draw, self._varied(draw)
        )

    def _varied(self, draw: str) -> Conditions:
        rng = random.Random(draw)
        asked = self.hand.conditions
        return Conditions(
            asked.pressure,
            asked.dx_mm + rng.gauss(0, 0.3),
            asked.dy_mm + rng.gauss(0, 0.3),
            asked.rotation_deg + rng.gauss(0, 2.0),
            asked.area,
            asked.noise,
        )

    def new_person(self, number: int) -> None:
        """Another person steps up, and begins with the first finger."""
        self.number = number
        self.hand.begin()
