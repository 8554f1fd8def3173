"""A case given up at any step: home again, clean for the next applicant, what was sealed stays, the log says so."""

from pathlib import Path

import pytest

from station.capture.facts import Step
from station.health.model import WIPED
from station.receiver import verify
from tests.helpers.counter import DRAFT, by_hand

AT = [
    Step.BIODATA,
    Step.CHECKLIST,
    Step.PHOTO,
    Step.PHOTO_APPROVAL,
    Step.FINGERS,
    Step.CONFIRMATION,
    Step.SIGNATURE,
    Step.REVIEW,
]


@pytest.mark.parametrize("step", AT)
def test_giving_up_leads_home_and_the_next_case_begins_dirty(tmp_path: Path, step: Step) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(step)
        counter.settle()
        counter.until(lambda: not counter.desk._session.safe.busy)
        sealed = len(list(counter.station.bundles.glob("*.ktpb")))
        counter.desk.discard()
        assert counter.at(Step.HOME)
        counter.settle()
        assert counter.facts.case is None
        assert counter.ask_vault(lambda vault: vault.open_cases()) == ()
        assert len(list(counter.station.bundles.glob("*.ktpb"))) >= sealed
        assert ("case_discarded" in counter.logged()) == (step is not Step.BIODATA)
        counter.desk.new_case()
        counter.until(lambda: counter.step is Step.BIODATA)
        counter.desk.enter_case(DRAFT)
        counter.until(lambda: counter.step is Step.CHECKLIST)
        if step not in (Step.BIODATA, Step.CHECKLIST):
            held = {item.item for item in counter.case.checklist.items if item.held}
            assert not held & set(WIPED.values())
        if sealed:
            assert verify(counter.station.bundles, counter.station.keyring(), training_ok=True).accepted


def test_an_applicant_who_touched_nothing_leaves_the_wipes_standing(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.CHECKLIST)
        for item in WIPED.values():
            counter.desk.confirm(item, True)
        counter.desk.discard()
        counter.desk.new_case()
        counter.until(lambda: counter.step is Step.BIODATA)
        counter.desk.enter_case(DRAFT)
        counter.until(lambda: counter.step is Step.CHECKLIST)
        held = {item.item for item in counter.case.checklist.items if item.held}
        assert set(WIPED.values()) <= held
