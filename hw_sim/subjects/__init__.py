"""Synthetic people: the same number and seed is the same person, on every machine. Nothing here pictures a real person.

A person is a handful of small recipes; pictures are drawn when asked for and never kept on disk.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from hw_sim.subjects.faces import Face, draw_face
from hw_sim.subjects.fingers import FingerMaster, ten_fingers
from hw_sim.subjects.signatures import Signature, habit

__all__ = ["Face", "FingerMaster", "Person", "Signature", "person"]


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic person's fingers, face and signature."""

    number: int
    fingers: tuple[FingerMaster, ...]
    face: Face
    signature: Signature

    def finger(self, position: int) -> FingerMaster:
        """Return the finger at an ISO/IEC 19794-4 position: 1..5 right thumb to little finger, 6..10 left."""
        if not 1 <= position <= 10:
            raise ValueError(f"finger position {position} is not 1..10")
        return self.fingers[position - 1]


def person(number: int, seed: int = 0) -> Person:
    """Return person `number` (0 or more) of the population `seed`."""
    if number < 0:
        raise ValueError(f"person number {number} is below 0")
    return Person(
        number=number,
        fingers=ten_fingers(number, seed),
        face=draw_face(random.Random(f"looks {seed} {number}")),
        signature=habit(random.Random(f"signature {seed} {number}")),
    )
