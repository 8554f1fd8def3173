"""A stick pulled at any moment: nothing is lost, nothing is marked too early, and the next export goes on."""

import errno
import shutil
import subprocess
from pathlib import Path

import pytest

from station.delivery.export import Exported, ExportStopped
from station.delivery.stick import TO_DO, StickTrouble
from station.safekeeping.states import State
from station.text import Language, Text
from tests.helpers.sticks import Carrier, FailingStick, os_error, small_file_system

say = Text(Language.ENGLISH)


def calls_of_one_export(root: Path) -> int:
    root.mkdir()
    counting = FailingStick()
    assert isinstance(Carrier(root).export(counting), Exported)
    return len(counting.calls)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENODEV])
def test_pulled_at_every_call_nothing_is_lost_and_a_second_export_finishes(tmp_path: Path, number: int) -> None:
    calls = calls_of_one_export(tmp_path / "counting")
    assert calls > 30
    carrier = Carrier(tmp_path)
    before = carrier.here()
    for at in range(calls):
        outcome = carrier.export(FailingStick(at, os_error(number)))
        assert outcome == ExportStopped(StickTrouble.PULLED), at
        assert carrier.states() == [State.QUEUED] * 4
        assert carrier.here() == before
        whole = carrier.on_stick()
        assert whole == {name: before[name] for name in whole}
        shutil.rmtree(carrier.stick / "ktpel", ignore_errors=True)
    assert isinstance(carrier.export(), Exported)
    assert carrier.on_stick() == before


def test_a_second_export_writes_only_what_the_first_did_not(tmp_path: Path) -> None:
    carrier = Carrier(tmp_path)
    first = FailingStick()
    carrier.export(first)
    second_write = [at for at, call in enumerate(first.calls) if call == "replace"][2]
    carrier = Carrier(tmp_path / "again")
    assert isinstance(carrier.export(FailingStick(second_write, os_error(errno.EIO))), ExportStopped)
    outcome = carrier.export()
    assert isinstance(outcome, Exported)
    assert outcome.written == 2
    assert not list(carrier.stick.rglob("*.part"))


def test_a_stick_that_gives_back_other_bytes_is_told_and_nothing_is_marked(tmp_path: Path) -> None:
    class Lying(FailingStick):
        def digest(self, path: Path) -> bytes:
            return super().digest(path) if path.suffix == ".index" else bytes(32)

    carrier = Carrier(tmp_path)
    assert carrier.export(Lying()) == ExportStopped(StickTrouble.DIFFERS)
    assert carrier.states() == [State.QUEUED] * 4
    assert isinstance(carrier.export(), Exported)


def test_another_file_system_under_the_same_folder_is_noticed(tmp_path: Path) -> None:
    """As when the stick is gone and its folder now lies on the station's own disk."""
    carrier = Carrier(tmp_path)
    carrier.stick.rmdir()

    class Gone(FailingStick):
        def sync_all(self, folder: Path) -> None:
            subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)

    with small_file_system(carrier.stick, "1m"):
        assert carrier.export(Gone()) == ExportStopped(StickTrouble.PULLED)
        assert carrier.states() == [State.QUEUED] * 4


@pytest.mark.parametrize("trouble", StickTrouble)
def test_every_trouble_says_what_to_do(trouble: StickTrouble) -> None:
    sentence = say(TO_DO[trouble])
    assert sentence.endswith(".")
    assert len(sentence) > 30


@pytest.mark.parametrize("where", ["nowhere", "a file"])
def test_a_folder_that_is_not_there_is_told(tmp_path: Path, where: str) -> None:
    carrier = Carrier(tmp_path, cases=1)
    (tmp_path / "a file").write_bytes(b"")
    assert carrier.export(folder=tmp_path / where) == ExportStopped(StickTrouble.NO_FOLDER)
