"""What several screens' states are made of."""

from dataclasses import dataclass
from enum import Enum

from station.biometrics.model import Verdict
from station.text import Message, msg, plain
from ui.presenters.intents import Intent


class Tone(Enum):
    """What a shape and colour say beside their word; never the only ones to say it."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it says and what it asks for. `back` is also Esc; `danger` is drawn as such."""

    label: Message
    intent: Intent
    enabled: bool = True
    back: bool = False
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A state in words, with the tone that picks its shape and colour."""

    words: Message
    tone: Tone


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several buttons, chosen or not, with a word of detail below its label."""

    label: Message
    chosen: bool
    intent: Intent
    detail: Message | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """The instruction above a screen and the buttons below it."""

    heading: Message
    primary: Action | None
    secondary: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class MenuState:
    """A few large buttons: the reasons of an exception, or what is seldom needed."""

    bar: Bar
    what: Message
    entries: tuple[Action, ...]


def no_words() -> Message:
    """Nothing to say."""
    return plain("")


def verdict_mark(verdict: Verdict | None, waiting: Message) -> Mark:
    """The verdict in one word."""
    if verdict is None:
        return Mark(waiting, Tone.PLAIN)
    if verdict.accepted:
        return Mark(msg("Good"), Tone.GOOD)
    return Mark(msg("Again"), Tone.BAD)
