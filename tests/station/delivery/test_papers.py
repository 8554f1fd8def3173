"""The paper that ends a case, first and again: a copy says what the first said, is marked, and is told to the log."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest

from station.biometrics.model import Background
from station.capture.context import Case
from station.capture.facts import SealedItem
from station.capture.papers import Papers
from station.config import default_text, load
from station.delivery.paper import PaperSize
from station.registry.model import Biodata, Ground, Sex
from station.safekeeping import audit
from station.safekeeping.cases import CaseHandle
from station.safekeeping.events import EventKind
from station.text import Language, msg, plain
from station.wiring import make_papers
from station.workers import Pump, Worker
from tests.helpers.cli import RealTimeStation
from tests.helpers.gate import Bench
from tests.station.delivery.test_receipts import words

WITA = timezone(timedelta(hours=8), "WITA")
HOURS = (time(8), time(15, 30))
NOW = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)
BIODATA = Biodata(
    "6472015708900001", "SITI AMINAH", "SAMARINDA", date(1990, 8, 17), Sex.FEMALE, "O", "JL. PAHLAWAN NO. 5",
    "003/012", "DADI MULYA", "SAMARINDA ULU", "ISLAM", "KAWIN", "GURU",
)  # fmt: skip


def case(number: str = "SMD1-0017", deferred: bool = False) -> Case:
    return Case(
        handle=CaseHandle(number.encode().ljust(16), number, bytes(32)),
        number=number,
        officer_id="wulan",
        officer_name="Wulan Sari",
        biodata=BIODATA,
        ground=Ground.HOSPITAL,
        ground_reason="",
        ground_approver="",
        nik_reason="",
        background=Background.BLUE,
        gate=Bench().gate,
        opened_at=NOW,
        deferral=msg("The body is too warm today.") if deferred else None,
        sealed={"photo": SealedItem(plain("Photo"), plain("81"), False)},
        manifest_sha256="ab" * 32,
    )


class Office:
    """An office's papers, and what the audit log heard."""

    def __init__(self, cards_a_day: int | None = None, recorded: int = 0) -> None:
        self.copies: list[tuple[str, int]] = []
        self.papers = Papers(
            "Disdukcapil", WITA, (HOURS,) * 5 + (None, None), (), 1, "Loket 3", PaperSize.A5, cards_a_day,
            lambda: [date(2026, 11, 24)] * recorded,
            lambda handle, copies: self.copies.append((handle.number, copies)),
        )  # fmt: skip

    def print(self, one: Case, after_min: float = 0, language: Language = Language.ENGLISH) -> str:
        return words(self.papers.of(one, False, NOW + timedelta(minutes=after_min), language)())


@pytest.mark.parametrize("deferred", [False, True])
def test_the_first_paper_is_no_copy_and_the_second_is(deferred: bool) -> None:
    office, one = Office(), case(deferred=deferred)
    assert "COPY" not in office.print(one)
    assert office.copies == []
    again = office.print(one, after_min=20)
    assert "COPY 1, printed Tuesday, 24 November 2026, 09:32 WITA" in again
    assert "COPY 2" in office.print(one, after_min=30)
    assert office.copies == [("SMD1-0017", 1), ("SMD1-0017", 2)]


def test_a_copy_keeps_the_time_and_the_promise_of_the_first() -> None:
    office, one = Office(), case()
    first, copy = office.print(one), office.print(one, after_min=6 * 60)
    for said in ("Tuesday, 24 November 2026, 09:12 WITA", "Wednesday, 25 November 2026, 09:30 WITA"):
        assert said in first
        assert said in copy


def test_a_copy_may_be_in_the_other_language_and_is_marked_in_it() -> None:
    office, one = Office(), case()
    office.print(one)
    assert "SALINAN 1" in office.print(one, language=Language.INDONESIAN)


def test_the_next_applicants_paper_is_a_first_again() -> None:
    office = Office()
    office.print(case("SMD1-0017"))
    assert "COPY" not in office.print(case("SMD1-0018"))
    assert office.copies == []


@pytest.mark.parametrize(
    ("recorded", "day"), [(0, "25 November"), (60, "25 November"), (61, "26 November"), (121, "27 November")]
)
def test_a_long_day_moves_the_promise(recorded: int, day: str) -> None:
    """The applicant's own case is among those recorded; sixty cards a day come first."""
    assert day in office_says(recorded)


def office_says(recorded: int) -> str:
    return Office(cards_a_day=60, recorded=recorded).print(case()).split("Collect the card from")[1]


def test_papers_hold_neither_nik_nor_name() -> None:
    office = Office()
    for one in (case(), case("SMD1-0018", deferred=True)):
        text = office.print(one)
        assert "S. A." in text
        assert "SITI" not in text
        assert "6472" not in text


def test_a_station_counts_its_own_cases_and_logs_each_copy(tmp_path: Path) -> None:
    station = RealTimeStation(tmp_path)
    text = default_text().replace("# cards_a_day = 60", "cards_a_day = 1  #")
    (tmp_path / "station.toml").write_text(text, encoding="utf-8")
    for number in ("BPN-0001", "BPN-0002", "BPN-0003"):
        station.record(number)
    pump = Pump()
    worker = Worker("safekeeping", pump.post)
    vault = worker.ask(station.unlock)
    try:
        papers = make_papers(load(tmp_path / "station.toml"), vault, worker)
        assert len(tuple(papers.recorded_days())) == 3
        for _ in range(3):
            papers.of(case("BPN-0003"), False, NOW, Language.ENGLISH)()
    finally:
        worker.ask(vault.close)
        worker.stop()
    copies = [one for one in audit.records(station.folder / "audit") if one.kind is EventKind.PAPER_REPRINTED]
    assert [one.fields["number"] for one in copies] == [1, 2]
