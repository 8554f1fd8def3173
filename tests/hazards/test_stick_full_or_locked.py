"""A stick without room, and one that cannot be written: what fits is handed over, the rest waits."""

import errno
import shutil
import subprocess
from pathlib import Path

from station.delivery.export import Exported, ExportStopped
from station.delivery.handover_index import read_index
from station.delivery.stick import StickTrouble
from station.safekeeping.states import State
from tests.helpers.sticks import Carrier, FailingStick, os_error, small_file_system


def test_a_stick_takes_what_fits_and_the_next_one_the_rest(tmp_path: Path) -> None:
    carrier = Carrier(tmp_path, cases=4, size=200_000)
    with small_file_system(tmp_path / "small", "800k") as small:
        first = carrier.export(folder=small)
        assert isinstance(first, Exported)
        assert 0 < len(first.index.bundles) < 8
        assert first.left == 8 - len(first.index.bundles)
        assert read_index(first.index_path.read_bytes(), carrier.trial.keyring()) == first.index
        assert not list(small.rglob("*.part"))
    marked = {one.name.sequence for one in first.index.bundles}
    assert {entry.sequence for entry in carrier.entries() if entry.state is State.ON_USB} == marked
    second = carrier.export()
    assert isinstance(second, Exported)
    assert {one.name.sequence for one in second.index.bundles} | marked == set(range(1, 9))


def test_a_full_stick_takes_nothing_and_nothing_is_lost(tmp_path: Path) -> None:
    carrier = Carrier(tmp_path, cases=1)
    with small_file_system(tmp_path / "small", "100k") as small:
        (small / "holiday.jpg").write_bytes(bytes(90_000))
        assert carrier.export(folder=small) == ExportStopped(StickTrouble.FULL)
        assert (small / "holiday.jpg").read_bytes() == bytes(90_000)
    assert carrier.states() == [State.QUEUED] * 2
    assert isinstance(carrier.export(), Exported)


def test_room_that_vanishes_at_any_call_marks_nothing(tmp_path: Path) -> None:
    carrier = Carrier(tmp_path, cases=1)
    counting = FailingStick()
    spare = Carrier(tmp_path / "spare", cases=1)
    spare.export(counting)
    for at in range(len(counting.calls)):
        assert carrier.export(FailingStick(at, os_error(errno.ENOSPC))) == ExportStopped(StickTrouble.FULL), at
        assert carrier.states() == [State.QUEUED] * 2
        shutil.rmtree(carrier.stick / "ktpel", ignore_errors=True)
    assert isinstance(carrier.export(), Exported)


def test_a_locked_stick_is_told_and_nothing_is_marked(tmp_path: Path) -> None:
    carrier = Carrier(tmp_path, cases=1)
    with small_file_system(tmp_path / "locked", "1m") as locked:
        subprocess.run(["mount", "-o", "remount,ro", str(locked)], check=True, capture_output=True)
        assert carrier.export(folder=locked) == ExportStopped(StickTrouble.READ_ONLY)
    assert carrier.states() == [State.QUEUED] * 2
