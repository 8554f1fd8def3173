"""A paper asked for again: two presses at once are one paper, a later one is marked as a copy."""

from pathlib import Path

from station.capture.facts import Step
from station.capture.recording import PRESSED_TWICE_S
from station.text import Language
from tests.helpers.counter import by_hand
from tests.station.delivery.test_receipts import words


def test_pressed_twice_is_one_paper_and_pressed_later_is_a_copy(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.DONE)
        papers: list[bytes] = []
        counter.desk.receipt(Language.ENGLISH, papers.append)
        counter.desk.receipt(Language.ENGLISH, papers.append)
        counter.until(lambda: bool(papers))
        counter.settle()
        assert ["COPY" in words(paper) for paper in papers] == [False]
        counter.wait(PRESSED_TWICE_S)
        counter.desk.receipt(Language.ENGLISH, papers.append)
        counter.until(lambda: len(papers) == 2)
        assert "COPY 1, printed" in words(papers[1])
