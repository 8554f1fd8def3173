"""The counter's commands, as they are typed: the settings file, and a recording that cannot begin."""

from pathlib import Path

import pytest

from station.config import default_text
from tests.helpers.cli import RealTimeStation, ktpel, refused

SCENARIO = """
[officer]
id = "wulan"
pin = "482915"
[approver]
id = "hasan"
pin = "739206"
[case]
nik = "6472035708090001"
name = "Siti Nurhaliza"
birth_place = "Samarinda"
birth_date = "17-08-2009"
sex = "P"
blood_group = "O"
address = "Jl. Mulawarman No. 12"
rt_rw = "007/003"
village = "Pelabuhan"
district = "Samarinda Kota"
religion = "Islam"
marital_status = "Belum kawin"
occupation = "Pelajar/Mahasiswa"
citizenship = "WNI"
ground = "school"
"""


@pytest.fixture
def station(tmp_path: Path) -> RealTimeStation:
    return RealTimeStation(tmp_path)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "station.toml"
    path.write_text(default_text(), encoding="utf-8")
    return path


@pytest.fixture
def arguments(station: RealTimeStation, settings: Path, tmp_path: Path) -> list[str | Path]:
    """Those of `record`, all well but for the devices, which nobody plugged in."""
    (tmp_path / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    return [
        "record", tmp_path / "scenario.toml", "--out", tmp_path / "out", "--config", settings,
        "--data", station.folder, "--passphrase-file", station.passphrase,
    ]  # fmt: skip


def test_the_default_settings_pass_their_own_check(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text(ktpel("config", "default").out, encoding="utf-8")
    checked = ktpel("config", "check", "--config", path, "--json")
    assert (checked.code, checked.json()["ok"], checked.json()["problems"]) == (0, True, [])


def test_every_problem_of_the_settings_is_told_at_once_with_its_line(settings: Path) -> None:
    lines = default_text().splitlines()
    wrong = [
        'volume_percent = "loud"' if line.startswith("volume_percent") else
        "tries = 0" if line.startswith("tries") else
        line.replace("[receipt]", "[receit]") for line in lines
    ]  # fmt: skip
    settings.write_text("\n".join(wrong), encoding="utf-8")
    assert refused("config", "check", "--config", settings) == "The settings file cannot be used."
    told = ktpel("config", "check", "--config", settings, "--json").json()["problems"]
    assert isinstance(told, list)
    found = {one["key"]: one["line"] for one in told}
    assert found["sounds.volume_percent"] == 1 + wrong.index('volume_percent = "loud"')
    assert found["fingers.tries"] == 1 + wrong.index("tries = 0")
    assert "receit" in found
    assert all(one["problem"].endswith(".") for one in told)


def test_settings_that_are_not_there_are_a_sentence(tmp_path: Path) -> None:
    assert refused("config", "check", "--config", tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('ground = "school"', 'ground = "holiday"', "holiday"),
        ('ground = "school"', 'ground = "school"\nshoe_size = "39"', "shoe_size"),
        ("[case]", "[cases]", "case"),
        ('pin = "482915"', 'pin = "482915', "scenario.toml"),
    ],
)
def test_a_bad_scenario_is_refused_before_anything_is_opened(
    arguments: list[str | Path], tmp_path: Path, old: str, new: str, named: str
) -> None:
    (tmp_path / "scenario.toml").write_text(SCENARIO.replace(old, new), encoding="utf-8")
    problem = refused(*arguments)
    assert named in problem
    assert "Correct it" in problem
    assert not (tmp_path / "out").exists()


def test_a_scenario_that_is_not_there_is_named(arguments: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").unlink()
    assert "scenario.toml" in refused(*arguments)


def test_a_wrong_passphrase_is_refused(arguments: list[str | Path], station: RealTimeStation) -> None:
    station.passphrase.write_text("another passphrase", encoding="utf-8")
    assert refused(*arguments) == "The passphrase does not open the station's keys. Type it again."


def test_a_passphrase_is_asked_for_without_echo_when_no_file_is_named(
    arguments: list[str | Path],
) -> None:
    asked = ktpel(*arguments[:-2], typed="another passphrase\n")
    assert asked.code == 1
    assert "Station passphrase" in asked.said
    assert "another passphrase" not in asked.said


def test_a_station_without_keys_is_told_to_be_set_up(arguments: list[str | Path], station: RealTimeStation) -> None:
    (station.folder / "station.key").unlink()
    assert "Set the station up" in refused(*arguments)


def test_a_device_that_nobody_knows_is_refused_before_keys_are_opened(
    arguments: list[str | Path], settings: Path, station: RealTimeStation
) -> None:
    settings.write_text(default_text().replace('kind = "topaz"', 'kind = "toaster"'), encoding="utf-8")
    assert "toaster" in refused(*arguments)
    assert not (station.folder / "lock").exists()


def test_a_station_in_use_is_not_opened_twice(arguments: list[str | Path], station: RealTimeStation) -> None:
    vault = station.unlock()
    assert "open twice" in refused(*arguments)
    vault.close()


def test_a_control_socket_that_is_not_there_ends_the_recording_in_order(
    arguments: list[str | Path], tmp_path: Path
) -> None:
    assert "simulated devices" in refused(*arguments, "--control", tmp_path / "nobody.sock")


def test_a_pin_that_nobody_has_ends_the_recording(arguments: list[str | Path]) -> None:
    ended = ktpel(*arguments, "--timeout", "20", "--json")
    assert ended.code == 1
    assert ended.json()["step"] == "login"
    assert "did not end in time" not in str(ended.json()["problem"])
