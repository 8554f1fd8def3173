"""Who waits today, as the online services sent it; and the cases that a power cut left open."""

from dataclasses import dataclass
from datetime import datetime

from station.capture.facts import DeskFacts, OpenCaseFacts, QueueEntry
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Mark, Tone
from ui.presenters.intents import GiveUp, Go, PickApplication, Place, TakeUp
from ui.presenters.pauses import NoticeState
from ui.presenters.view import View
from ui.presenters.words import GROUND

PAGE = 10
MOST_CASES = 4


@dataclass(frozen=True, slots=True)
class PersonState:
    """One applicant who waits."""

    name: Message
    detail: tuple[Message, ...]
    intent: PickApplication


@dataclass(frozen=True, slots=True)
class QueueState:
    """One page of the queue, and what could not be taken."""

    bar: Bar
    people: tuple[PersonState, ...]
    problem: Message | None


@dataclass(frozen=True, slots=True)
class OpenCaseState:
    """One case with its two ways out."""

    number: Message
    sentence: Message
    go_on: Action
    give_up: Action


@dataclass(frozen=True, slots=True)
class OpenCasesState:
    """All that were left open; few, so that they stand on one page."""

    bar: Bar
    cases: tuple[OpenCaseState, ...]


def person(entry: QueueEntry) -> PersonState:
    """Name, ground and the service's number; doubts are said before the form is open."""
    number = (plain(entry.number),) if entry.number else ()
    ground = GROUND[entry.ground] if entry.ground is not None else msg("Ask for the ground")
    doubts = (msg("doubts: {count}", count=entry.doubts),) if entry.doubts else ()
    return PersonState(plain(entry.name), (*number, ground, *doubts), PickApplication(entry.id))


def present(facts: DeskFacts, view: View) -> QueueState:
    """A page of names; the page after the last one is the first."""
    entries = facts.queue.entries
    pages = max(1, -(-len(entries) // PAGE))
    page = view.page % pages
    back = Action(msg("Back"), Go(), back=True)
    turn = Action(msg("More names"), Go(Place.QUEUE, page + 1))
    problem = None
    if facts.queue.problems:
        first, rest = facts.queue.problems[0], len(facts.queue.problems) - 1
        problem = first if not rest else msg("{first} And {count} more.", first=first, count=rest)
    return QueueState(
        bar=Bar(msg("Today's queue: {count}", count=len(entries)), back, (turn,) if pages > 1 else ()),
        people=tuple(person(entry) for entry in entries[page * PAGE : (page + 1) * PAGE]),
        problem=problem,
    )


def open_cases(facts: DeskFacts) -> OpenCasesState:
    """After a power cut."""
    return OpenCasesState(
        bar=Bar(msg("Cases that were left open"), Action(msg("Back"), Go(), back=True)),
        cases=tuple(_open_case(one) for one in facts.open_cases[:MOST_CASES]),
    )


def _open_case(one: OpenCaseFacts) -> OpenCaseState:
    return OpenCaseState(
        plain(one.number),
        msg("Begun {begun}. {count} items are sealed and safe.", begun=_clock(one.begun_at), count=len(one.sealed)),
        Action(msg("Go on with it"), TakeUp(one.number)),
        Action(msg("Give it up"), Go(Place.GIVE_UP, number=one.number), danger=True),
    )


def _clock(begun_at: datetime) -> str:
    return f"{begun_at.astimezone():%d-%m %H:%M}"


def give_up(view: View) -> NoticeState:
    """Asked twice, as every discarding."""
    return NoticeState(
        bar=Bar(
            heading=msg("Give this case up?"),
            primary=Action(msg("Keep the case"), Go(Place.OPEN_CASES), back=True),
            secondary=(Action(msg("Give the case up"), GiveUp(view.number), danger=True),),
        ),
        mark=Mark(msg("The applicant has to come again"), Tone.WARN),
        large=plain(view.number),
        lines=(msg("What is sealed of it stays on this computer, in the log."),),
    )
