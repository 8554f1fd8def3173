"""The checklist, and the focused list of what blocks after a refused start."""

from dataclasses import dataclass

from station.capture.facts import CaseFacts, DeskFacts, TemperatureTrace
from station.health.model import Checklist, Item, ItemState, Measurement, Person
from station.text import Message, msg
from ui.presenters.common import Action, Bar, Mark, Tone
from ui.presenters.intents import Confirm, Do, Go, Measure, Place
from ui.presenters.more import MORE
from ui.presenters.view import View
from ui.presenters.words import ITEM, PERSON

TEMPERATURES: dict[Item, Person] = {
    Item.OFFICER_TEMPERATURE: Person.OFFICER,
    Item.APPLICANT_TEMPERATURE: Person.APPLICANT,
}


@dataclass(frozen=True, slots=True)
class TemperatureState:
    """One person's temperature: the number when there is one, the verdict, the button."""

    item: Item
    person: Message
    number: Message | None
    mark: Mark
    measure: Action


@dataclass(frozen=True, slots=True)
class ToggleState:
    """One thing the officer states."""

    item: Item
    label: Message
    held: bool
    intent: Confirm


@dataclass(frozen=True, slots=True)
class BlockState:
    """One thing that is missing, and the way to its fix."""

    label: Message
    sentence: Message
    action: Action


@dataclass(frozen=True, slots=True)
class ChecklistState:
    """The screen; with `blocks` it is the focused list instead. `focus` is where the fix stands."""

    bar: Bar
    temperatures: tuple[TemperatureState, ...]
    toggles: tuple[ToggleState, ...]
    blocks: tuple[BlockState, ...]
    trace: TemperatureTrace
    limit_c: float
    focus: Item | None


def present(facts: DeskFacts, case: CaseFacts, view: View) -> ChecklistState:
    """Start can always be pressed; the gate answers, and what it lacks is listed here."""
    checklist = case.checklist
    open_items = tuple(item for item in checklist.items if not item.held)
    blocked = view.start_asked and checklist.refused and bool(open_items)
    return ChecklistState(
        bar=_blocked_bar(len(open_items)) if blocked else _bar(),
        temperatures=tuple(_temperature(item, checklist) for item in checklist.items if item.item in TEMPERATURES),
        toggles=tuple(
            ToggleState(item.item, ITEM[item.item], item.held, Confirm(item.item, not item.held))
            for item in checklist.items
            if item.item not in TEMPERATURES
        ),
        blocks=tuple(_block(item) for item in open_items) if blocked else (),
        trace=facts.trace,
        limit_c=checklist.limit_c,
        focus=view.focus,
    )


def _bar() -> Bar:
    return Bar(
        heading=msg("Check safety before recording"),
        primary=Action(msg("Start recording"), Do.START),
        secondary=(
            MORE,
            Action(msg("Postpone"), Do.DEFER),
        ),
    )


def _blocked_bar(count: int) -> Bar:
    heading = msg("One thing is missing") if count == 1 else msg("{count} things are missing", count=count)
    return Bar(heading=heading, primary=Action(msg("Back to the checklist"), Go(), back=True))


def _temperature(item: ItemState, checklist: Checklist) -> TemperatureState:
    person = TEMPERATURES[item.item]
    taken: Measurement | None = checklist.officer if person is Person.OFFICER else checklist.applicant
    measuring = checklist.measuring is person
    if measuring:
        mark = Mark(msg("Hold the sensor at the forehead"), Tone.ACTIVE)
    elif item.held:
        mark = Mark(item.sentence, Tone.GOOD)
    else:
        mark = Mark(item.sentence, Tone.PLAIN if taken is None else Tone.BAD)
    label = msg("Measure") if taken is None else msg("Measure again")
    return TemperatureState(
        item.item,
        PERSON[person],
        None if taken is None else msg("{value} °C", value=taken.median_c),
        mark,
        Action(msg("Measuring") if measuring else label, Measure(person), enabled=checklist.measuring is None),
    )


def _block(item: ItemState) -> BlockState:
    return BlockState(
        ITEM[item.item], item.cure or item.sentence, Action(msg("Go there"), Go(Place.MAIN, focus=item.item))
    )
