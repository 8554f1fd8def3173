"""The manual shows the real screens and calls the buttons what they are called."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

MANUAL = Path(__file__).parents[2] / "docs" / "manual"
CATALOGUE = Path(__file__).parents[2] / "station" / "locale" / "id" / "LC_MESSAGES" / "station.po"
PAGES = sorted(MANUAL.rglob("*.md"))


def sentences(language: str) -> set[str]:
    with CATALOGUE.open("rb") as lines:
        entries = [entry for entry in read_po(lines, locale="id") if entry.id]
    return {str(entry.string if language == "id" else entry.id) for entry in entries}


def test_both_languages_have_the_same_pages_and_pictures() -> None:
    def shape(language: str) -> dict[str, list[str]]:
        found = {}
        for page in (MANUAL / language).glob("*.md"):
            found[page.name] = re.findall(r"golden/(\w+)\.\w+\.webp", page.read_text(encoding="utf-8"))
        return found

    assert shape("id") == shape("en")
    assert len(shape("id")) == 9


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_every_link_leads_somewhere_and_every_button_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (page.parent / link).exists(), link
    language = page.parent.name
    for picture in re.findall(r"golden/\w+\.(\w+)\.webp", text):
        assert picture == language
    unknown = set(re.findall(r"\*\*([^*]+)\*\*", text)) - sentences(language)
    assert not unknown
