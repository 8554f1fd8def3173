"""What is wrong with a settings file, in words: where, which key, and what to write instead."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic_core import ErrorDetails

from station.text import Language, Message, Text, msg

_NUMBER = msg("Write a number here, without quotes.")
_TABLE = msg("This must be a table in square brackets, as in the default file.")
_SENTENCES: Mapping[str, Message] = {
    "token_unnamed": msg("Name the token's program (module) and its label (token_label)."),
    "missing": msg("This key is missing. Copy it from the default file and fill it in."),
    "float_type": _NUMBER,
    "int_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": msg("Write true or false here."),
    "string_type": msg("Write text in quotes here."),
    "string_too_short": msg("Fill this in."),
    "model_type": _TABLE,
    "dict_type": _TABLE,
    "hours": msg('Write the hours as "08:00-15:30", or "closed".'),
    "never_open": msg("The office must be open on some day of the week."),
    "endpoint": msg("Write the store's address as https://name, or leave it empty."),
    "shared_port": msg("Another device has this port already. Give each device its own."),
}


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing wrong with the file. `line` and `column` count from 1; None where the file itself is the problem."""

    path: Path
    line: int | None
    column: int | None
    key: str
    sentence: Message


class BadConfig(Exception):
    """The configuration cannot be used; `problems` are all there are."""

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(_as_line(problem) for problem in problems))


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """The line (from 1) of every table and key of a valid TOML text."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+([^\[\]]+)\]", line):
            table = _key_path(header[1])
            lines.setdefault(table, number)
        elif entry := re.match(r"\s*([A-Za-z0-9_.\"' -]+?)\s*=", line):
            lines.setdefault(table + _key_path(entry[1]), number)
    return lines


def _key_path(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def in_words(
    path: Path, text: str, errors: Iterable[ErrorDetails], known_keys: Iterable[str]
) -> tuple[ConfigProblem, ...]:
    """Pydantic's findings about the tables of `text` as sentences, in the order of the file."""
    lines = key_lines(text)
    problems = [_problem(path, lines, error, known_keys) for error in errors]
    return tuple(sorted(problems, key=lambda problem: problem.line or 0))


def damaged(path: Path, text: str, detail: str) -> ConfigProblem:
    """A text that is not TOML; `detail` is tomllib's, which holds line and column unless the text ends too early."""
    sentence = msg("The file breaks the TOML rules here. Compare this line with the default file.")
    if place := re.search(r"\(at line (\d+), column (\d+)\)", detail):
        return ConfigProblem(path, int(place[1]), int(place[2]), "", sentence)
    lines = text.splitlines() or [""]
    return ConfigProblem(path, len(lines), len(lines[-1]) + 1, "", sentence)


def _problem(
    path: Path, lines: Mapping[tuple[str, ...], int], error: ErrorDetails, known_keys: Iterable[str]
) -> ConfigProblem:
    keys = tuple(str(part) for part in error["loc"] if not isinstance(part, int))
    written = next((keys[:size] for size in range(len(keys), 0, -1) if keys[:size] in lines), None)
    line = 1 if written is None else lines[written]
    sentence = _unknown_key(keys[-1], known_keys) if error["type"] == "extra_forbidden" else _sentence(error)
    return ConfigProblem(path, line, None, ".".join(keys), sentence)


def _sentence(error: ErrorDetails) -> Message:
    limits = error.get("ctx", {})
    match error["type"]:
        case "greater_than_equal":
            return msg("Write {least} or more.", least=f"{limits['ge']:g}")
        case "greater_than":
            return msg("Write more than {least}.", least=f"{limits['gt']:g}")
        case "order_above":
            return msg("Write more than {least}.", least=f"{limits['other']:g}")
        case "less_than_equal":
            return msg("Write {most} or less.", most=f"{limits['le']:g}")
        case "order_below":
            return msg("Write less than {most}.", most=f"{limits['other']:g}")
        case "literal_error":
            return msg("Write one of: {allowed}.", allowed=str(limits["expected"]).replace(" or ", ", "))
        case kind:
            return _SENTENCES.get(kind, msg("This value does not fit. Write it as in the default file."))


def _unknown_key(key: str, known_keys: Iterable[str]) -> Message:
    near = get_close_matches(key, known_keys, n=1)
    if near:
        return msg("The station does not know this key. Perhaps it is {near}.", near=near[0])
    return msg("The station does not know this key. Remove it.")


def _as_line(problem: ConfigProblem) -> str:
    place = ":".join(str(part) for part in (problem.path, problem.line, problem.column) if part is not None)
    return ": ".join(part for part in (place, problem.key, Text(Language.ENGLISH)(problem.sentence)) if part)
