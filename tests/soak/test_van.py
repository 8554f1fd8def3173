"""A van for a day, or for fourteen: nothing shown as saved is lost, and nobody is named outside the bundles."""

from pathlib import Path

import pytest

from tests.soak import plan
from tests.soak.ledger import hashes, shows
from tests.soak.plan import USUAL, Cut, Planned, Trouble
from tests.soak.van import Van

EVERYTHING_AT_ONCE = (
    (Trouble("fingers", 4, 0.3, 2.0, Cut.CABLE, "ef01-r307", "unplugged"), Trouble("photo", 0, 0.0, 3.0, Cut.DISK)),
    (Trouble("fingers", 6, 0.2, 0.0, Cut.POWER),),
)
"""For two visits."""


def test_a_day_of_faults_and_a_power_cut_loses_nothing(tmp_path: Path) -> None:
    day = plan.day(5, 0, len(EVERYTHING_AT_ONCE))
    visits = [Planned(one.visit, troubles, number == 0, False)
              for number, (one, troubles) in enumerate(zip(day, EVERYTHING_AT_ONCE, strict=True))]  # fmt: skip
    with Van(tmp_path / "van", tmp_path / "workshop", 5, USUAL, times=8.0, easy=True) as van:
        for planned in visits:
            van.cable.cut = planned.offline
            van.serve(planned)
        van.deliver_all()
        wrong, ledger = van.reckon(), van.ledger
        assert wrong == []
        counts = ledger.counts
        assert counts["done"] + counts["deferred"] + counts["discarded"] == len(visits)
        assert counts["power cuts"] == 1
        assert counts["full disks"] == 1
        assert ledger.faults.total() == 1
        assert len(ledger.saved) > 25
        assert counts["opened cases that name their applicant"] >= 2, "the search for persons finds them where they are"
        here = hashes(tmp_path / "van" / "shelf")
        gone = next(iter(ledger.saved))
        assert ledger.lost(here - {gone}) == [gone], "control: a bundle that is gone is missed"


def test_the_same_seed_is_the_same_plan_and_another_seed_another() -> None:
    assert plan.day(1, 3, 50) == plan.day(1, 3, 50)
    assert plan.day(1, 3, 50) != plan.day(2, 3, 50)


def test_in_fourteen_days_everything_happens_that_happens_in_life() -> None:
    days = [one for number in range(14) for one in plan.day(1, number, 200)]
    cuts = [trouble.cut for one in days for trouble in one.troubles]
    assert {trouble.fault for one in days for trouble in one.troubles} > {"unplugged", "silent", "camera_black"}
    assert min(cuts.count(cut) for cut in Cut) > 10
    assert sum(one.visit.hot > 0 for one in days) > 20
    assert sum(bool(one.visit.exceptions) for one in days) > 40
    assert 0.1 < sum(one.offline for one in days) / len(days) < 0.6


def test_a_nik_and_a_name_are_found_and_other_bytes_are_not() -> None:
    visit = plan.day(1, 0, 1)[0].visit
    assert shows(f"x{visit.nik}y".encode())
    assert shows(visit.name.upper().encode())
    assert not shows(bytes(range(256)) * 100)


@pytest.mark.long
def test_fourteen_days_of_thirty_applicants_lose_nothing(tmp_path: Path) -> None:
    with Van(tmp_path / "van", tmp_path / "workshop", 1) as van:
        ledger = van.run(14, 30)
        assert van.reckon() == []
        assert len(ledger.done) > 350
