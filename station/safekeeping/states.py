"""How far a bundle can come, as a table: an illegal step raises and changes nothing."""

from collections.abc import Mapping
from enum import Enum


class State(Enum):
    """How far a bundle has come; CAPTURING and SEALING are only in memory."""

    CAPTURING = "capturing"
    SEALING = "sealing"
    SEALED = "sealed"
    CASE_CLOSED = "case_closed"
    QUEUED = "queued"
    ON_USB = "on_usb"
    UPLOADING = "uploading"
    SENT = "sent"
    RECEIPTED = "receipted"
    PURGED = "purged"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


S = State
ON_THE_WAY = (S.QUEUED, S.ON_USB, S.UPLOADING, S.SENT)
NEXT: Mapping[State, frozenset[State]] = {
    S.CAPTURING: frozenset({S.SEALING}),
    S.SEALING: frozenset({S.SEALED, S.CAPTURING}),
    S.SEALED: frozenset({S.CASE_CLOSED, S.QUARANTINED}),
    S.CASE_CLOSED: frozenset({S.QUEUED, S.QUARANTINED}),
    S.QUEUED: frozenset({S.ON_USB, S.UPLOADING, S.RECEIPTED, S.REJECTED, S.QUARANTINED}),
    S.ON_USB: frozenset({S.QUEUED, S.UPLOADING, S.RECEIPTED, S.REJECTED, S.QUARANTINED}),
    S.UPLOADING: frozenset({S.QUEUED, S.SENT, S.RECEIPTED, S.REJECTED, S.QUARANTINED}),
    S.SENT: frozenset({S.QUEUED, S.ON_USB, S.RECEIPTED, S.REJECTED, S.QUARANTINED}),
    S.RECEIPTED: frozenset({S.PURGED, S.QUEUED}),
    S.PURGED: frozenset(),
    S.QUARANTINED: frozenset(),
    S.REJECTED: frozenset({S.QUEUED, S.RECEIPTED}),
}


class IllegalTransition(ValueError):
    """A bundle cannot go from here to there; nothing changed."""


def check_step(now: State, then: State) -> None:
    """Raises IllegalTransition when the table has no such step."""
    if then not in NEXT[now]:
        raise IllegalTransition(f"{now.value} -> {then.value}")
