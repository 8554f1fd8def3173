"""Health and devices, as they are typed on a machine without devices."""

import sqlite3
import tomllib
from pathlib import Path

import pytest

from drivers.api import Role
from drivers.discovery import Candidate
from station import cli_diagnostics
from station.config import Places, default_text
from station.safekeeping.states import State
from tests.helpers.cli import RealTimeStation, ktpel, refused
from tests.hw_sim.benches import bench, port


@pytest.fixture
def station(tmp_path: Path) -> RealTimeStation:
    return RealTimeStation(tmp_path)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Ports that no machine has."""
    path = tmp_path / "station.toml"
    text = default_text().replace("/dev/serial/by-id/", "/dev/absent-").replace("/dev/v4l/by-id/", "/dev/absent-")
    path.write_text(text, encoding="utf-8")
    return path


def health(station: RealTimeStation, settings: Path, *more: str | Path) -> dict[str, object]:
    told = ktpel("health", "--config", settings, "--data", station.folder, *more, "--json")
    assert told.code == 1
    return told.json()


def part(told: dict[str, object], name: str) -> dict[str, object]:
    parts = told["parts"]
    assert isinstance(parts, list)
    return next(one for one in parts if one["part"] == name)


def test_health_names_each_device_that_is_missing_with_its_cures(station: RealTimeStation, settings: Path) -> None:
    told = health(station, settings)
    assert (told["ok"], told["ready"]) == (False, False)
    devices = told["devices"]
    assert isinstance(devices, list)
    assert {one["standing"] for one in devices} == {"blocking"}
    assert all(one["cures"] and one["answer_age_s"] is None for one in devices)
    plain = ktpel("health", "--config", settings, "--data", station.folder)
    assert plain.code == 1
    assert "The fingerprint reader is not plugged in." in plain.said


def test_the_keyring_is_told_and_held_against_the_root_when_the_passphrase_is_given(
    station: RealTimeStation, settings: Path
) -> None:
    alone = health(station, settings)
    assert part(alone, "keyring")["standing"] == "good"
    keyring = alone["keyring"]
    assert isinstance(keyring, dict)
    assert (keyring["version"], keyring["verified"]) == (1, False)
    known = health(station, settings, "--passphrase-file", station.passphrase)["keyring"]
    assert known == keyring | {"verified": True}


def test_a_keyring_of_a_stranger_blocks_once_the_root_is_known(
    station: RealTimeStation, settings: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    document = (RealTimeStation(tmp_path / "other").authority / "keyring.ktpk").read_bytes()
    (station.folder / "keyring.ktpk").write_bytes(document)
    assert part(health(station, settings), "keyring")["standing"] == "good"
    told = health(station, settings, "--passphrase-file", station.passphrase)
    assert part(told, "keyring")["standing"] == "blocking"
    assert told["keyring"] == "it is signed by another authority"


def test_a_keyring_that_was_altered_or_is_gone_blocks(station: RealTimeStation, settings: Path) -> None:
    path = station.folder / "keyring.ktpk"
    document = bytearray(path.read_bytes())
    document[document.index(b"trial authority")] ^= 1
    path.write_bytes(document)
    told = health(station, settings)
    assert (part(told, "keyring")["standing"], told["keyring"]) == ("blocking", "its signature does not verify")
    path.unlink()
    assert health(station, settings)["keyring"] is None


def test_the_spool_is_counted_while_the_station_is_open(station: RealTimeStation, settings: Path) -> None:
    station.record()
    vault = station.unlock()
    case = vault.begin_case("BPN-0002")
    assert vault.seal_segment(case, "photo", [], False)
    before = sorted(path.name for path in station.folder.rglob("*"))
    told = health(station, settings)
    assert told["spool"] == {"waiting": 2, "quarantined": 0, "rejected": 0, "in_open_cases": 1}
    assert sorted(path.name for path in station.folder.rglob("*")) == before
    vault.close()


def test_what_was_put_aside_or_rejected_is_counted_and_warned_of(station: RealTimeStation, settings: Path) -> None:
    first, second = station.record()
    third, fourth = station.record("BPN-0002")
    vault = station.unlock()
    ids = {entry.sequence: entry.id for entry in vault.spool.entries()}
    vault.spool.advance(ids[1], State.REJECTED)
    vault.spool.put_aside(ids[2])
    vault.close()
    third.unlink()
    told = health(station, settings)
    assert told["spool"] == {"waiting": 1, "quarantined": 2, "rejected": 1, "in_open_cases": 0}
    assert part(told, "spool")["standing"] == "warning"
    assert (first.exists(), second.exists(), fourth.exists()) == (True, False, True)


def test_a_database_that_cannot_be_read_leaves_rejected_unknown(station: RealTimeStation, settings: Path) -> None:
    station.record()
    (station.folder / "spool" / "spool.db").write_bytes(b"not a database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(station.folder / "spool" / "spool.db").execute("SELECT * FROM bundle")
    told = health(station, settings)
    assert told["spool"] == {"waiting": 2, "quarantined": 0, "rejected": None, "in_open_cases": 0}


def test_a_station_that_is_not_set_up_has_no_keyring_and_nothing_waiting(settings: Path, tmp_path: Path) -> None:
    told = ktpel("health", "--config", settings, "--data", tmp_path / "nothing", "--json").json()
    assert told["keyring"] is None
    assert told["spool"] == {"waiting": 0, "quarantined": 0, "rejected": 0, "in_open_cases": 0}
    assert not (tmp_path / "nothing").exists()


def test_a_wrong_passphrase_and_unknown_devices_are_sentences(station: RealTimeStation, settings: Path) -> None:
    arguments = ("health", "--config", settings, "--data", station.folder)
    station.passphrase.write_text("another passphrase", encoding="utf-8")
    assert "Type it again" in refused(*arguments, "--passphrase-file", station.passphrase)
    settings.write_text(settings.read_text().replace('kind = "topaz"', 'kind = "toaster"'), encoding="utf-8")
    assert "toaster" in refused(*arguments)
    assert "toaster" in refused("devices", "--config", settings)


def test_devices_tells_what_is_configured_and_missing(settings: Path) -> None:
    problem = refused("devices", "--config", settings)
    assert problem.startswith("Not every device")
    configured = ktpel("devices", "--config", settings, "--json").json()["configured"]
    assert isinstance(configured, list)
    assert {one["role"] for one in configured} == {"fingerprint", "camera", "signature", "temperature"}
    assert not any(one["ready"] for one in configured)
    assert all(one["cures"] for one in configured)
    assert "settings file" in refused("devices", "--config", settings.parent / "absent.toml")


def test_devices_asks_who_is_there_and_proposes_the_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with bench("ef01-r503", "mcu90615", real=True) as running:
        found = tuple(Candidate(port(running, name), "WCH CH340", (Role.FINGERPRINT,)) for name in running.posts)
        monkeypatch.setattr(cli_diagnostics, "serial_candidates", lambda: found)
        monkeypatch.setattr(cli_diagnostics, "camera_candidates", tuple)
        monkeypatch.setattr(cli_diagnostics, "holders", lambda _port: ())
        monkeypatch.setattr(cli_diagnostics, "runs", lambda _program: False)
        monkeypatch.setattr(cli_diagnostics, "hid_pads", tuple)
        monkeypatch.setattr("station.config.places", lambda: Places(tmp_path / "none", tmp_path, tmp_path))
        told = ktpel("devices", "--write", "--json")
        shown = ktpel("devices")
    assert told.code == 0
    value = told.json()
    assert value["found"] is not None
    proposed = tomllib.loads(str(value["proposal"]))["devices"]
    assert {role: one["kind"] for role, one in proposed.items()} == {
        "fingerprint": "ef01-r503",
        "temperature": "mcu90615",
    }
    assert "WCH CH340" in shown.said
    assert "fingerprint ?" in shown.said
