"""A stick that holds others' files, links and traps: none is followed, changed or deleted."""

from pathlib import Path

import pytest

from station.delivery.export import Exported, ExportStopped
from station.delivery.stick import StickTrouble
from station.safekeeping.states import State
from tests.helpers.sticks import Carrier


@pytest.fixture
def carrier(tmp_path: Path) -> Carrier:
    return Carrier(tmp_path, cases=1)


@pytest.fixture
def treasure(tmp_path: Path) -> Path:
    """A file and a folder elsewhere that must stay as they are."""
    folder = tmp_path / "treasure"
    folder.mkdir()
    (folder / "file").write_bytes(b"precious")
    return folder


def names(carrier: Carrier) -> list[str]:
    return sorted(carrier.here())


def test_others_files_stay_as_they_are(carrier: Carrier) -> None:
    carrier.place.mkdir(parents=True)
    others = [carrier.stick / "tugas.docx", carrier.stick / "ktpel" / "autorun.inf", carrier.place / "virus.exe",
              carrier.place / "0000000001-00.ktpb", carrier.place / "notes.part"]  # fmt: skip
    for path in others:
        path.write_bytes(path.name.encode())
    assert isinstance(carrier.export(), Exported)
    assert all(path.read_bytes() == path.name.encode() for path in others)


@pytest.mark.parametrize("depth", [1, 2])
def test_a_link_in_place_of_our_folder_is_not_followed(carrier: Carrier, treasure: Path, depth: int) -> None:
    place = carrier.stick / "ktpel" if depth == 1 else carrier.place
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(treasure)
    assert carrier.export() == ExportStopped(StickTrouble.OCCUPIED)
    assert [path.name for path in treasure.iterdir()] == ["file"]
    assert place.is_symlink()


@pytest.mark.parametrize("ending", ["", ".part"])
@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_with_a_bundles_name_is_not_written_through(
    carrier: Carrier, treasure: Path, ending: str, dangling: bool
) -> None:
    carrier.place.mkdir(parents=True)
    link = carrier.place / (names(carrier)[1] + ending)
    link.symlink_to(treasure / ("missing" if dangling else "file"))
    assert carrier.export() == ExportStopped(StickTrouble.OCCUPIED)
    assert link.is_symlink()
    assert [(path.name, path.read_bytes()) for path in treasure.iterdir()] == [("file", b"precious")]
    assert carrier.states() == [State.QUEUED] * 2


@pytest.mark.parametrize("ending", ["", ".part"])
def test_a_folder_with_a_bundles_name_is_told_and_kept(carrier: Carrier, ending: str) -> None:
    folder = carrier.place / (names(carrier)[0] + ending)
    folder.mkdir(parents=True)
    assert carrier.export() == ExportStopped(StickTrouble.OCCUPIED)
    assert folder.is_dir()


def test_a_file_in_place_of_our_folder_is_told_and_kept(carrier: Carrier) -> None:
    (carrier.stick / "ktpel").write_bytes(b"somebody's")
    assert carrier.export() == ExportStopped(StickTrouble.OCCUPIED)
    assert (carrier.stick / "ktpel").read_bytes() == b"somebody's"


def test_the_stick_itself_may_be_reached_by_a_link(carrier: Carrier, tmp_path: Path) -> None:
    by_link = tmp_path / "usb"
    by_link.symlink_to(carrier.stick)
    assert isinstance(carrier.export(folder=by_link), Exported)


def test_a_half_written_file_of_ours_is_cleared_away(carrier: Carrier) -> None:
    carrier.place.mkdir(parents=True)
    (carrier.place / (names(carrier)[0] + ".part")).write_bytes(b"half")
    assert isinstance(carrier.export(), Exported)
    assert carrier.on_stick() == carrier.here()
    assert not list(carrier.place.glob("*.part"))
