"""The start of a shift: the officer's temperature, and every device tested and wiped."""

from dataclasses import dataclass

from drivers.api import Role
from station.capture.facts import DeskFacts, SelfTest, ShiftFacts, TemperatureTrace
from station.health.model import WIPED, Item, ItemState, Person
from station.text import Message, msg
from ui.presenters.checklist import TemperatureState, ToggleState
from ui.presenters.common import Action, Bar, Mark, Tone, no_words
from ui.presenters.intents import Confirm, Do, Go, Measure, Place
from ui.presenters.view import View
from ui.presenters.words import DEVICE


@dataclass(frozen=True, slots=True)
class ShiftDevice:
    """One device: how its test came out, what to do when it failed, and whether it is wiped."""

    name: Message
    mark: Mark
    sentence: Message
    wiped: ToggleState


@dataclass(frozen=True, slots=True)
class ShiftState:
    """The whole beginning on one screen; `focus` is where the fix stands."""

    bar: Bar
    temperature: TemperatureState
    devices: tuple[ShiftDevice, ...]
    trace: TemperatureTrace
    focus: Item | None


def present(facts: DeskFacts, view: View) -> ShiftState:
    """Beginning can always be pressed; what is missing is said."""
    shift = facts.shift or ShiftFacts((), measuring=False, ready=False)
    items = {item.item: item for item in shift.items}
    tests = {test.role: test for test in facts.tests}
    testing = any(test.passed is None for test in facts.tests)
    return ShiftState(
        bar=Bar(
            heading=msg("Before the first applicant"),
            primary=Action(msg("Begin the shift"), Do.BEGIN_SHIFT),
            secondary=(
                Action(msg("Log out"), Do.LOG_OUT),
                Action(msg("Test again"), Do.TEST_DEVICES, enabled=not testing),
                Action(msg("Show devices"), Go(Place.DEVICES)),
            ),
        ),
        temperature=_temperature(items.get(Item.OFFICER_TEMPERATURE), shift.measuring),
        devices=tuple(_device(role, tests.get(role), items.get(WIPED[role])) for role in Role),
        trace=facts.trace,
        focus=view.focus,
    )


def _temperature(item: ItemState | None, measuring: bool) -> TemperatureState:
    held = item is not None and item.held
    sentence = item.sentence if item is not None else no_words()
    if measuring:
        mark = Mark(msg("Hold the sensor at your forehead"), Tone.ACTIVE)
    else:
        mark = Mark(sentence, Tone.GOOD if held else Tone.PLAIN)
    label = msg("Measuring") if measuring else msg("Measure again") if held else msg("Measure")
    return TemperatureState(
        Item.OFFICER_TEMPERATURE,
        msg("Your temperature"),
        no_words(),
        mark,
        Action(label, Measure(Person.OFFICER), enabled=not measuring),
    )


def _device(role: Role, test: SelfTest | None, item: ItemState | None) -> ShiftDevice:
    held = item is not None and item.held
    if test is None or test.passed is None:
        mark = Mark(msg("Testing"), Tone.ACTIVE)
    else:
        mark = Mark(msg("Works"), Tone.GOOD) if test.passed else Mark(msg("Does not work"), Tone.BAD)
    sentence = no_words()
    if test is not None and test.passed is False:
        sentence = test.sentence
        if test.cure is not None:
            sentence = msg("{trouble} {cure}", trouble=test.sentence, cure=test.cure)
    return ShiftDevice(
        DEVICE[role], mark, sentence, ToggleState(WIPED[role], msg("Wiped"), held, Confirm(WIPED[role], not held))
    )
