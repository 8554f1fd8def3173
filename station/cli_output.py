"""How the command line speaks: sentences for people, JSON for programs, one exit code for refusals."""

import json
import os
from collections.abc import Mapping

import typer
from rich.console import Console

from station.text import Language, Message, Text, msg

REFUSED = 1
Json = dict[str, object]


def language() -> Language:
    """Indonesian where the environment's locale is Indonesian, English elsewhere."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    first = next((name for name in names if name), "")
    return Language.INDONESIAN if first.lower().startswith(("id", "in_id")) else Language.ENGLISH


def of_disk(why: OSError) -> Message:
    """What the system said of a file or folder, and what to look at."""
    return msg("{path} cannot be used: {why}. Check its name and its rights.",
               path=str(why.filename or "-"), why=why.strerror or str(why))  # fmt: skip


class Output:
    """One command's voice. Everything for people goes to standard error when JSON is asked for."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.say = Text(language())
        self.console = Console(stderr=as_json, highlight=False)

    def line(self, message: Message | str, style: str = "") -> None:
        text = message if isinstance(message, str) else self.say(message)
        self.console.print(text, style=style or None, soft_wrap=True, markup=False)

    def result(self, value: Mapping[str, object]) -> None:
        """The command's JSON; nothing when people read."""
        if self.as_json:
            print(json.dumps(value, ensure_ascii=False, indent=1, default=str))  # noqa: T201 - the program's output

    def refuse(self, message: Message | str, value: Mapping[str, object] | None = None) -> typer.Exit:
        """Say why and end with code 1: `raise output.refuse(...)`."""
        text = message if isinstance(message, str) else self.say(message)
        self.result({"ok": False, "problem": text, **(value or {})})
        self.line(text, "bold red")
        return typer.Exit(REFUSED)
