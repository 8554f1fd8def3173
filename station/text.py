"""Sentences: English in code, other languages by catalogue, resolved when drawn so that the language switches live."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources
from typing import TypeAlias


class Language(Enum):
    """The window's languages."""

    INDONESIAN = "id"
    ENGLISH = "en"


Param: TypeAlias = "str | int | float | Message"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence in waiting: an English template with `{named}` places, and what stands in them."""

    msgid: str
    params: tuple[tuple[str, Param], ...] = ()


def msg(msgid: str, **params: Param) -> Message:
    """A message; the extraction keyword of the catalogue, so `msgid` is always a literal."""
    return Message(msgid, tuple(sorted(params.items())))


def plain(text: str) -> Message:
    """Text that is data, not a sentence (a name, a number): drawn as it stands in every language."""
    return Message("{text}", (("text", text),))


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """The translations of a language by English sentence; empty for English."""
    if language is Language.ENGLISH:
        return {}
    from babel.messages.pofile import read_po

    source = resources.files("station") / "locale" / language.value / "LC_MESSAGES" / "station.po"
    with source.open("rb") as lines:
        entries = read_po(lines, locale=language.value)
    return {entry.id: entry.string for entry in entries if isinstance(entry.id, str) and isinstance(entry.string, str)}


class Text:
    """Turns messages into one language's words."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._words = catalogue(language)

    def __call__(self, message: Message) -> str:
        """The sentence with its places filled; English where the catalogue has none."""
        template = self._words.get(message.msgid) or message.msgid
        return template.format(**{name: self._value(value) for name, value in message.params})

    def _value(self, value: Param) -> str:
        match value:
            case Message():
                return self(value)
            case float():
                shown = f"{value:.1f}"
                return shown.replace(".", ",") if self.language is Language.INDONESIAN else shown
            case str() | int():
                return str(value)
