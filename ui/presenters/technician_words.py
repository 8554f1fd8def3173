"""The words that the technician's pages share: ages, counts, outcomes, and the names of what can go wrong."""

from datetime import datetime

from drivers.api import Role
from station.capture.facts import DeskFacts
from station.diagnostics.model import Measure, Outcome
from station.text import Message, msg, plain
from ui.presenters.common import Action, Choice, Mark, Tone
from ui.presenters.home import device_state
from ui.presenters.technician_intents import PickDevice
from ui.presenters.words import DEVICE

READ_ONLY = msg("Only a technician can start tests. You see what is there.")

OUTCOME: dict[Outcome, Mark] = {
    Outcome.PASSED: Mark(msg("Passed"), Tone.GOOD),
    Outcome.FAILED: Mark(msg("Failed"), Tone.BAD),
    Outcome.NOT_DONE: Mark(msg("Not done"), Tone.PLAIN),
    Outcome.CANCELLED: Mark(msg("Cancelled"), Tone.WARN),
}
WAITING = Mark(msg("Waits"), Tone.PLAIN)
RUNNING = Mark(msg("Runs now"), Tone.ACTIVE)

ERROR: dict[str, Message] = {
    "not_plugged": msg("not plugged in"),
    "no_permission": msg("may not be opened"),
    "in_use": msg("used by another program"),
    "lost": msg("unplugged"),
    "silent": msg("no answer"),
    "garbled": msg("broken data"),
    "wrong_device": msg("another device"),
    "sensor_abnormal": msg("sensor not well"),
    "password": msg("another password"),
    "frozen": msg("same picture"),
    "refused": msg("refused to work"),
}

FAULT: dict[str, Message] = {
    "unplugged": msg("Cable out"),
    "silent": msg("No answer"),
    "slow": msg("Slow answers"),
    "garbled": msg("Bytes garbled"),
    "dropped": msg("Bytes lost"),
    "duplicated": msg("Bytes doubled"),
    "merged": msg("Bytes in bursts"),
    "wrong_checksum": msg("Wrong checksum"),
    "wrong_device": msg("Another device"),
    "stuck_busy": msg("Always busy"),
    "finger_lifted": msg("Finger lifted early"),
    "sensor_abnormal": msg("Sensor not well"),
    "password_lost": msg("Another password"),
    "camera_frozen": msg("Picture stands still"),
    "camera_black": msg("Picture is black"),
    "short_read": msg("Picture cut short"),
    "pen_stuck": msg("Pen stuck down"),
    "temperature_drifting": msg("Temperature drifts"),
    "not_a_person": msg("Not a forehead"),
}


def age(seconds: float | None) -> Message:
    """How long ago, in the largest unit that fits."""
    if seconds is None:
        return msg("never")
    if seconds < 1.5:
        return msg("just now")
    if seconds < 120:
        return msg("{count} s ago", count=round(seconds))
    if seconds < 7200:
        return msg("{count} min ago", count=round(seconds / 60))
    if seconds < 172_800:
        return msg("{count} h ago", count=round(seconds / 3600))
    return msg("{count} days ago", count=round(seconds / 86_400))


def left(seconds: float) -> Message:
    """How long it still takes."""
    if seconds < 120:
        return msg("{count} s left", count=max(0, round(seconds)))
    if seconds < 7200:
        return msg("{count} min left", count=round(seconds / 60))
    return msg("{count} h left", count=round(seconds / 3600))


def moment(at: datetime) -> Message:
    """A day and a time as everybody writes them here."""
    return plain(f"{at.astimezone():%d-%m-%Y %H:%M}")


def number(value: float) -> str:
    """A measured value with no more digits than it deserves."""
    whole = abs(value) >= 100 or value == round(value)
    return f"{value:.0f}" if whole else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def measured(measure: Measure) -> Message:
    """A value, its unit and its limits."""
    value, unit, low, high = number(measure.value), measure.unit, measure.low, measure.high
    if low is not None and high is not None:
        return msg("{label} {value} {unit} ({low} to {high})", label=measure.label, value=value, unit=unit,
                   low=number(low), high=number(high))  # fmt: skip
    if low is not None:
        return msg("{label} {value} {unit} (at least {low})", label=measure.label, value=value, unit=unit,
                   low=number(low))  # fmt: skip
    if high is not None:
        return msg("{label} {value} {unit} (at most {high})", label=measure.label, value=value, unit=unit,
                   high=number(high))  # fmt: skip
    return msg("{label} {value} {unit}", label=measure.label, value=value, unit=unit)


def device_choices(facts: DeskFacts, chosen: Role | None) -> tuple[Choice, ...]:
    """Every device with its standing in a word, for the list at the left."""
    return tuple(
        Choice(DEVICE[one.role], one.role is chosen, PickDevice(one.role), device_state(one).mark.words)
        for one in facts.devices
    )


def only(may: bool, *actions: Action) -> tuple[Action, ...]:
    """These buttons for a technician, none for others."""
    return actions if may else ()
