from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.capture.facts import Step
from station.capture.transitions import TABLE, Event, IllegalEventError, after, diagram, legal

CAPTURE = {Step.PHOTO, Step.FINGERS, Step.CONFIRMATION, Step.SIGNATURE}


@given(st.sampled_from(list(Step)), st.sampled_from(list(Event)))
def test_an_event_outside_the_table_raises(step: Step, event: Event) -> None:
    if legal(step, event):
        assert after(step, event) is TABLE[step, event]
    else:
        with pytest.raises(IllegalEventError):
            after(step, event)


def test_every_step_is_reached_and_left() -> None:
    assert set(TABLE.values()) == set(Step)
    assert {step for step, _event in TABLE} == set(Step)


def test_capture_begins_only_through_the_checklist() -> None:
    reached, frontier = set[Step](), {Step.LOGIN}
    without_gate = {key: target for key, target in TABLE.items() if key[0] is not Step.CHECKLIST}
    while frontier:
        reached |= frontier
        frontier = {target for (step, _event), target in without_gate.items() if step in frontier} - reached
    assert not reached & CAPTURE


def test_the_readme_shows_this_table() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    assert diagram() in readme
