"""The thermometer against a reference: what was found last, until when it holds, and the next comparison."""

import math
from dataclasses import dataclass

from drivers.api import Role
from station.capture.facts import DeskFacts
from station.diagnostics.model import DeviceFacts
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Mark, Tone
from ui.presenters.signature import BiodataRow as Fact
from ui.presenters.technician_devices import calibration_due
from ui.presenters.technician_facts import WorkshopFacts
from ui.presenters.technician_intents import Bid, CompareWithReference
from ui.presenters.technician_view import TechnicianView
from ui.presenters.technician_words import READ_ONLY, moment

LEAST_C, MOST_C = 10.0, 60.0
"""A black body or a bath lies here; anything else was typed wrongly."""


@dataclass(frozen=True, slots=True)
class CalibrationState:
    """`typed` is the reference value as it stands in its field, `wrong` what is wrong with it."""

    mark: Mark
    facts: tuple[Fact, ...]
    how: tuple[Message, ...]
    label: Message
    typed: str
    wrong: Message | None
    may: bool


def present(facts: DeskFacts, workshop: WorkshopFacts, view: TechnicianView, may: bool) -> tuple[CalibrationState, Bar]:
    known = workshop.devices.get(Role.TEMPERATURE, DeviceFacts(Role.TEMPERATURE))
    value = reference_c(view.reference)
    wrong = msg("Write degrees between {low} and {high}", low=LEAST_C, high=MOST_C)
    state = CalibrationState(
        mark=_mark(known, workshop),
        facts=_known(known),
        how=(
            msg("Let the reference warm up until it is steady."),
            msg("Hold the thermometer before it as before a forehead."),
            msg("Write what the reference shows, then press Compare."),
        )
        if may
        else (READ_ONLY,),
        label=msg("Reference shows, °C"),
        typed=view.reference,
        wrong=wrong if view.reference and value is None else None,
        may=may,
    )
    heading = msg("Compare the thermometer with a reference")
    if workshop.running is not None:
        return state, Bar(heading, Action(msg("Stop the test"), Bid.CANCEL_TEST, enabled=may))
    compare = CompareWithReference(value if value is not None else 0.0)
    del facts
    return state, Bar(heading, Action(msg("Compare"), compare, enabled=may and value is not None))


def reference_c(text: str) -> float | None:
    """What was typed as a number, with a comma or a point; None when it is none, or out of reach."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) and LEAST_C <= value <= MOST_C else None


def _mark(known: DeviceFacts, workshop: WorkshopFacts) -> Mark:
    if workshop.running is Role.TEMPERATURE:
        return Mark(msg("The thermometer is being read. Keep it still."), Tone.ACTIVE)
    if known.calibration_due is None:
        return Mark(msg("Never compared here"), Tone.WARN)
    if known.calibration_due.date() < workshop.today:
        return Mark(msg("Overdue: it is not used before it was compared"), Tone.BAD)
    return Mark(msg("Holds until {day}", day=moment(known.calibration_due)), Tone.GOOD)


def _known(known: DeviceFacts) -> tuple[Fact, ...]:
    last = known.calibration
    if last is None:
        return (Fact(msg("Last comparison"), msg("never")), Fact(msg("Calibration due"), calibration_due(known)))
    return (
        Fact(msg("Last comparison"), moment(last.at)),
        Fact(msg("Reference showed"), msg("{value} °C", value=f"{last.reference_c:.2f}")),
        Fact(msg("Thermometer was off by"), msg("{value} °C", value=f"{last.offset_c:+.2f}")),
        Fact(msg("Sensor"), plain("  ".join(part for part in (last.model, last.serial) if part))),
        Fact(msg("By"), plain(last.by)),
        Fact(msg("Calibration due"), calibration_due(known)),
    )
