"""Rounds of fingers: each finger on its own, the best of its tries kept, never an average that hides a bad one."""

from dataclasses import dataclass, field, replace
from enum import Enum

from drivers.api import FingerImage
from station.biometrics.matching import Template
from station.biometrics.model import ExceptionKind, FingerPosition, Verdict
from station.capture.facts import FingerFacts


@dataclass(frozen=True, slots=True)
class Impression:
    """One try: the image, its verdict, its template, and the recorded finger it equals, if any."""

    image: FingerImage
    verdict: Verdict
    template: Template | None
    same_as: FingerPosition | None = None
    confirmed: bool = True


class Outcome(Enum):
    """What a try came to."""

    ACCEPTED = "accepted"
    AGAIN = "again"
    EXHAUSTED = "exhausted"
    WRONG_FINGER = "wrong_finger"


@dataclass(slots=True)
class Standing:
    """One finger's tries so far; `earlier` judges an impression sealed before a power cut, which is not here."""

    position: FingerPosition
    tries: int = 0
    best: Impression | None = None
    last: Verdict | None = None
    duplicate_of: FingerPosition | None = None
    accepted: bool = False
    exception: ExceptionKind | None = None
    approver_id: str | None = None
    earlier: Verdict | None = None

    @property
    def settled(self) -> bool:
        return self.accepted or self.exception is not None

    def facts(self) -> FingerFacts:
        return FingerFacts(
            position=self.position,
            tries=self.tries,
            best=self.best.verdict if self.best else self.earlier,
            last=self.last,
            accepted=self.accepted,
            exception=self.exception,
            duplicate_of=self.duplicate_of,
        )


@dataclass(slots=True)
class Round:
    """Fingers in their order; `current` is the first that is not settled, or the one asked for again.

    `kept` is how the finger asked for again stood before: `keep` brings it back.
    """

    positions: tuple[FingerPosition, ...]
    tries_limit: int
    standings: dict[FingerPosition, Standing] = field(init=False)
    asked_again: FingerPosition | None = None
    kept: Standing | None = None

    def __post_init__(self) -> None:
        self.standings = {position: Standing(position) for position in self.positions}

    @property
    def current(self) -> FingerPosition | None:
        if self.asked_again is not None:
            return self.asked_again
        return next((p for p in self.positions if not self.standings[p].settled), None)

    @property
    def complete(self) -> bool:
        return self.current is None

    def take(self, position: FingerPosition, impression: Impression) -> Outcome:
        """Count a try. A wrong finger is not a try of this one, and is never kept.

        The better of two impressions stays; below the limit after the last try only an exception settles the finger.
        """
        standing = self.standings[position]
        standing.last = impression.verdict
        standing.duplicate_of = impression.same_as
        if impression.same_as is not None or not impression.confirmed:
            standing.tries += 0 if impression.same_as is not None else 1
            return Outcome.WRONG_FINGER
        standing.tries += 1
        if standing.best is None or impression.verdict.score > standing.best.verdict.score:
            standing.best = impression
        if impression.verdict.accepted:
            return Outcome.ACCEPTED
        return Outcome.AGAIN if standing.tries < self.tries_limit else Outcome.EXHAUSTED

    def accept(self, position: FingerPosition) -> None:
        """The best impression is sealed: the finger is settled."""
        standing = self.standings[position]
        standing.accepted = True
        standing.exception = None
        standing.approver_id = None
        self._settled(position)

    def except_(self, position: FingerPosition, kind: ExceptionKind, approver_id: str) -> None:
        """A second person approved an exception for this finger."""
        standing = self.standings[position]
        standing.exception = kind
        standing.approver_id = approver_id
        standing.accepted = False
        self._settled(position)

    def earlier(self, position: FingerPosition, verdict: Verdict) -> None:
        """The finger was sealed before a power cut."""
        standing = self.standings[position]
        standing.tries, standing.earlier = 1, verdict
        self.accept(position)

    def again(self, position: FingerPosition) -> None:
        """Take this finger once more: what is sealed of it stands until the next one is accepted, which then counts."""
        if position not in self.standings:
            raise ValueError(f"finger {position.value} is not part of this round")
        self.keep()
        before = self.standings[position]
        self.kept = before if before.settled else None
        self.standings[position] = replace(before, best=None, tries=0, last=None, duplicate_of=None, earlier=None)
        self.asked_again = position

    def keep(self) -> None:
        """What was there before the finger was asked for again stands."""
        if self.kept is not None:
            self.standings[self.kept.position] = self.kept
        self.kept = None
        self.asked_again = None

    def _settled(self, position: FingerPosition) -> None:
        if self.asked_again is position:
            self.asked_again = None
            self.kept = None

    def facts(self) -> tuple[FingerFacts, ...]:
        return tuple(self.standings[position].facts() for position in self.positions)
