"""A whole recording leaves no name, NIK or picture in log lines, file names, the audit log or a bug's traceback."""

import logging
import traceback
from pathlib import Path

import pytest

from station.capture.facts import Step
from station.safekeeping.disk import SystemDisk
from station.safekeeping.vault import Part
from tests.helpers.counter import DRAFT, QuickDisk, by_hand
from tests.helpers.sealing import MARKER, TrialStation, finger

PERSON = (DRAFT.nik, DRAFT.name, DRAFT.address, "Nurhaliza", "Mulawarman")


def shown(text: str) -> list[str]:
    """Which pieces of the person stand in this text."""
    return [piece for piece in PERSON if piece.lower() in text.lower()]


def test_a_recording_says_nothing_of_the_person_outside_its_bundles(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with by_hand(tmp_path, QuickDisk()) as (counter, _hands):
        counter.play(Step.DONE)
        facts = counter.case
        assert shown(f"{facts.name} {facts.nik}") == [DRAFT.nik, DRAFT.name, "Nurhaliza"]
    logging.getLogger("control").warning("%s", DRAFT.name)
    *lines, control = [record.getMessage() for record in caplog.records]
    assert shown(control)
    assert shown("\n".join(lines)) == []
    assert shown("".join(capfd.readouterr())) == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert shown("\n".join(str(path.relative_to(tmp_path)) for path in files)) == []
    assert shown("".join(path.read_bytes().decode("latin-1") for path in files)) == []


class Buggy(SystemDisk):
    """A bug in the middle of a seal."""

    armed = False

    def link(self, source: Path, target: Path) -> None:
        if self.armed:
            raise RuntimeError("a bug")
        super().link(source, target)


def test_a_bug_while_sealing_shows_no_capture_in_its_traceback(tmp_path: Path) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    disk = Buggy()
    vault = station.unlock(disk)
    case = vault.begin_case("BPN-0001", DRAFT.nik)
    disk.armed = True
    parts = [*finger(1), Part("biodata.json", "application/json", f"{DRAFT.name} {DRAFT.nik}".encode())]
    with pytest.raises(RuntimeError) as caught:
        vault.seal_segment(case, "finger-01", parts, False)
    told = "".join(traceback.format_exception(caught.value))
    assert "a bug" in told
    assert shown(told) == []
    assert MARKER.decode() not in told
    vault._open.close()
