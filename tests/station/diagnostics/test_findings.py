"""Every fault that the simulators know is found and named by a device's test, with a cure, as docs/diagnostics.md says.

To write the table anew: `python -m tests.station.diagnostics.test_findings > table.md`.
"""

from pathlib import Path

import pytest

from hw_sim.faults import Fault
from hw_sim.server import SERIAL
from station.diagnostics.findings import finding
from station.diagnostics.model import Outcome, StepName, Trouble
from station.text import Language, Text
from tests.helpers.fault_table import rows
from tests.helpers.technician import examined_with

DOCUMENT = Path(__file__).parents[3] / "docs" / "diagnostics.md"
T = Trouble
NOISE = {T.NOISE, T.ALL_BROKEN}
NAMED: dict[Fault, set[Trouble | None]] = {
    Fault.UNPLUGGED: {T.UNPLUGGED},
    Fault.SILENT: {T.SILENT},
    Fault.SLOW: {T.SLOW, T.SILENT, T.ALL_BROKEN},
    Fault.GARBLED: {*NOISE},
    Fault.DROPPED: {*NOISE},
    Fault.DUPLICATED: {*NOISE},
    Fault.MERGED: {T.BURSTS},
    Fault.WRONG_CHECKSUM: {T.ALL_BROKEN},
    Fault.WRONG_DEVICE: {T.OTHER_DEVICE},
    Fault.STUCK_BUSY: {T.STUCK_BUSY},
    Fault.FINGER_LIFTED: {T.PARTIAL_FINGER},
    Fault.SENSOR_ABNORMAL: {T.SENSOR},
    Fault.PASSWORD_LOST: {T.PASSWORD},
    Fault.CAMERA_FROZEN: {T.FROZEN},
    Fault.CAMERA_BLACK: {T.BLACK},
    Fault.SHORT_READ: {T.SLOW_PICTURES},
    Fault.PEN_STUCK: {T.PEN_STUCK},
    Fault.TEMPERATURE_DRIFTING: {T.DRIFTING},
    Fault.NOT_A_PERSON: {T.NOT_A_PERSON},
}
"""What a technician can tell of each fault. Late data is told from none only where the driver waits long enough."""
UNSEEN = {("topaz", Fault.SLOW)}
"""A pad that is never asked sends late unnoticed."""
SERIAL_ROWS = [(row.kind, row.fault) for row in rows() if row.kind in SERIAL]
KINDS = sorted({kind for kind, _ in SERIAL_ROWS})


def line_of(kind: str, fault: Fault) -> str:
    """The document's row for one device with one fault."""
    found = examined_with(kind, fault).finding
    if found is None:
        return f"| {kind} | {fault.value} | nothing: it cannot be seen | |"
    say = Text(Language.ENGLISH)
    return f"| {kind} | {fault.value} | {say(found.sentence)} | {say(found.cures[0])} |"


@pytest.mark.parametrize(("kind", "fault"), SERIAL_ROWS, ids=lambda one: one if isinstance(one, str) else one.value)
def test_each_fault_is_named_with_a_cure_as_the_document_says(kind: str, fault: Fault) -> None:
    found = examined_with(kind, fault).finding
    if (kind, fault) in UNSEEN:
        assert found is None
        line = f"| {kind} | {fault.value} | nothing: it cannot be seen | |"
    else:
        assert found is not None
        assert found.trouble in NAMED[fault]
        say = Text(Language.ENGLISH)
        line = f"| {kind} | {fault.value} | {say(found.sentence)} | {say(found.cures[0])} |"
    assert line in DOCUMENT.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_a_device_that_is_well_has_no_finding_and_passes(kind: str) -> None:
    """Control: the same steps find nothing where nothing is wrong."""
    test = examined_with(kind, None)
    assert test.finding is None
    assert test.passed
    assert all(measure.ok for step in test.steps for measure in step.measures)


def test_after_a_dead_line_the_later_steps_are_not_done() -> None:
    test = examined_with("mcu90615", Fault.SILENT)
    assert test.steps[0].step is StepName.LINK
    assert [step.outcome for step in test.steps] == [Outcome.FAILED] + [Outcome.NOT_DONE] * 3


def test_every_trouble_has_a_sentence_and_at_least_one_cure_and_replacing_comes_last() -> None:
    say = Text(Language.ENGLISH)
    for trouble in Trouble:
        for row in rows():
            told = finding(trouble, row.role)
            assert say(told.sentence).endswith(".")
            assert told.cures
            assert not any("spare" in say(cure) for cure in told.cures[:-1])


if __name__ == "__main__":
    for named_kind, named_fault in SERIAL_ROWS:
        print(line_of(named_kind, named_fault))  # noqa: T201 - the table, for the document
