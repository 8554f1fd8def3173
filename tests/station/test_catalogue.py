"""Every sentence of the code has its Indonesian, with the same places to fill, in the officers' tone."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from station.text import Language, catalogue

ROOT = Path(__file__).parents[2]
ROOMS = ("ui", "station", "drivers")
UNWANTED = re.compile(r"\b(mohon|silakan|silahkan|maaf)\b", re.IGNORECASE)


@cache
def sentences() -> tuple[tuple[str, str], ...]:
    """(sentence, where) of every `msg` call."""
    return tuple(_sentences())


def _sentences() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "msg":
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    assert node.args, where
                    assert isinstance(node.args[0], ast.Constant), f"{where}: msg() takes a literal"
                    yield str(node.args[0].value), where


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_has_its_indonesian(room: str) -> None:
    words = catalogue(Language.INDONESIAN)
    missing = {sentence: where for sentence, where in sentences() if not words.get(sentence) and where.startswith(room)}
    assert not missing, "\n".join(f"{where}: {sentence}" for sentence, where in missing.items())


def test_translations_fill_the_same_places() -> None:
    wrong = {
        sentence: words
        for sentence, words in catalogue(Language.INDONESIAN).items()
        if sentence and words and places(sentence) != places(words)
    }
    assert not wrong


def test_officers_are_spoken_to_shortly() -> None:
    begging = [
        words for sentence, words in catalogue(Language.INDONESIAN).items() if sentence and UNWANTED.search(words)
    ]
    assert not begging


def test_the_catalogue_holds_no_sentence_that_the_code_lost() -> None:
    known = {sentence for sentence, _ in sentences()}
    assert {sentence for sentence in catalogue(Language.INDONESIAN) if sentence} <= known
