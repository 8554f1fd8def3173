"""What goes over the lines: the newest frames in hex and in words, filtered; or a saved recording."""

from dataclasses import dataclass
from typing import TypeVar

from drivers.api import Role
from drivers.trace import Direction
from station.capture.facts import DeskFacts
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Choice
from ui.presenters.technician_facts import Line, Traffic, WorkshopFacts
from ui.presenters.technician_intents import (
    ChooseRecording,
    FilterWay,
    Freeze,
    OpenRecording,
    PickDevice,
    SaveTraffic,
    Scroll,
)
from ui.presenters.technician_view import TechnicianView
from ui.presenters.words import DEVICE

ROWS = 9
SHOWN_BYTES = 12
MOST_RECORDINGS = 8
WAYS = (None, Direction.SENT, Direction.RECEIVED)
T = TypeVar("T")
HEARD = (None, Role.FINGERPRINT, Role.CAMERA, Role.SIGNATURE, Role.TEMPERATURE)


@dataclass(frozen=True, slots=True)
class Row:
    """One frame: when, of which device, which way, its first bytes as pairs of hex, what is left out, what it says."""

    time: str
    device: Message
    sent: bool
    pairs: tuple[str, ...]
    more: int
    words: str


@dataclass(frozen=True, slots=True)
class TrafficState:
    """The filter, its rows old to new, and how many lines it found. `recordings` is what can be opened instead."""

    device: Action
    way: Action
    text: str
    older: Action
    newer: Action
    rows: tuple[Row, ...]
    count: Message
    recordings: tuple[Choice, ...] | None


def present(facts: DeskFacts, workshop: WorkshopFacts, view: TechnicianView, may: bool) -> tuple[TrafficState, Bar]:
    del facts
    traffic = workshop.traffic
    found = tuple(filtered(traffic.lines, view))
    end = max(min(len(found), ROWS), len(found) - view.older)
    state = TrafficState(
        device=Action(msg("Device: {device}", device=_heard(view.heard)), PickDevice(_next(HEARD, view.heard))),
        way=Action(_way(view.way), FilterWay(_next(WAYS, view.way))),
        text=view.text,
        older=Action(msg("Older"), Scroll(ROWS), enabled=end > ROWS),
        newer=Action(msg("Newer"), Scroll(-ROWS), enabled=end < len(found)),
        rows=tuple(_row(line) for line in found[max(0, end - ROWS) : end]),
        count=_count(traffic, len(found), workshop.frozen),
        recordings=_recordings(traffic) if view.choosing else None,
    )
    return state, _bar(workshop, view, may)


def filtered(lines: tuple[Line, ...], view: TechnicianView) -> list[Line]:
    """The lines of the chosen device and direction whose words or hex have the text in them."""
    text = view.text.lower().strip()
    return [
        line
        for line in lines
        if (view.heard is None or line.role is view.heard)
        and (view.way is None or line.way is view.way)
        and (not text or text in line.search)
    ]


def _bar(workshop: WorkshopFacts, view: TechnicianView, may: bool) -> Bar:
    if view.choosing:
        return Bar(msg("Which recording?"), Action(msg("Live again"), ChooseRecording(False)))
    opened = workshop.traffic.replay
    if opened is not None:
        return Bar(
            msg("Recording {name}", name=opened),
            Action(msg("Live again"), OpenRecording(None)),
            (Action(msg("Open a recording"), ChooseRecording(True)),),
        )
    hold = Action(msg("Go on"), Freeze(False)) if workshop.frozen else Action(msg("Pause"), Freeze(True))
    others = [Action(msg("Open a recording"), ChooseRecording(True), enabled=bool(workshop.traffic.recordings))]
    if may:
        others.insert(0, Action(msg("Save to a file"), SaveTraffic(view.heard)))
    return Bar(msg("What goes over the lines, without persons' data"), hold, tuple(others))


def _row(line: Line) -> Row:
    pairs = tuple(f"{byte:02X}" for byte in line.data[:SHOWN_BYTES])
    more = len(line.data) + line.masked_bytes - len(pairs)
    sent = line.way is Direction.SENT
    return Row(f"{line.at_s:.3f}", DEVICE[line.role], sent, pairs, more, line.words)


def _heard(role: Role | None) -> Message:
    return msg("all") if role is None else DEVICE[role]


def _way(way: Direction | None) -> Message:
    if way is None:
        return msg("Sent and received")
    return msg("Sent only") if way is Direction.SENT else msg("Received only")


def _count(traffic: Traffic, found: int, frozen: bool) -> Message:
    total = len(traffic.lines)
    if frozen and traffic.replay is None:
        return msg("Held still: {found} of {total} lines; {missed} went by since",
                   found=found, total=total, missed=traffic.missed)  # fmt: skip
    return msg("{found} of {total} lines", found=found, total=total)


def _recordings(traffic: Traffic) -> tuple[Choice, ...]:
    return tuple(Choice(plain(name), False, OpenRecording(name)) for name in traffic.recordings[:MOST_RECORDINGS])


def _next(among: tuple[T, ...], now: T) -> T:
    return among[(among.index(now) + 1) % len(among)]
