"""Who is told what: facts, camera frames and ink, on the main thread."""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.api import PenPoint
from station.capture.facts import DeskFacts, LiveFrame


@dataclass(slots=True)
class Listeners:
    """A counter's listeners, in the order in which they came; while `muted` only facts are told."""

    facts: list[Callable[[DeskFacts], None]] = field(default_factory=list)
    frames: list[Callable[[LiveFrame], None]] = field(default_factory=list)
    ink: list[Callable[[tuple[PenPoint, ...]], None]] = field(default_factory=list)
    muted: bool = False

    def show_facts(self, facts: DeskFacts) -> None:
        for listener in self.facts:
            listener(facts)

    def show_frame(self, frame: LiveFrame) -> None:
        for listener in () if self.muted else self.frames:
            listener(frame)

    def show_ink(self, points: tuple[PenPoint, ...]) -> None:
        for listener in () if self.muted else self.ink:
            listener(points)
