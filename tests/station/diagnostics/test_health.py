"""The readiness report: what blocks, what warns, and the same as JSON."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.api import Absence, Busy, DeviceInfo, DeviceStatus, Disconnected, Fault, Faulted, Ready, Role
from station.config import Config, default_text, load
from station.diagnostics.health import Asked, HealthReport, KeyringFacts, SpoolCounts, Standing, health, to_json
from station.safekeeping.keyring import KeyringRefusal
from station.text import Language, Text

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
GIB = 2**30
KEYRING = KeyringFacts(7, NOW + timedelta(days=90))
CALM = SpoolCounts(waiting=0, quarantined=0, rejected=0)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "station.toml"
    path.write_text(default_text(), encoding="utf-8")
    return load(path)


def ready(role: Role, simulated: bool = False) -> Asked:
    info = DeviceInfo(role, f"model of {role.value}", "/dev/x", "S1", "F2", simulated)
    return Asked(Ready(info), NOW, NOW - timedelta(seconds=4), NOW - timedelta(hours=2))


ALL_READY = {role: ready(role) for role in Role}


def report(
    config: Config,
    asked: dict[Role, Asked] = ALL_READY,
    spool: SpoolCounts = CALM,
    free_bytes: int = 100 * GIB,
    keyring: KeyringFacts | KeyringRefusal | None = KEYRING,
) -> HealthReport:
    return health(config, NOW, asked, spool, free_bytes, GIB // 10, keyring)


def standing(found: HealthReport, part: str) -> Standing:
    return next(entry.standing for entry in found.parts if entry.part == part)


def test_a_station_without_trouble_is_ready(config: Config) -> None:
    found = report(config)
    assert found.ready
    assert not found.training
    assert [device.role for device in found.devices] == list(Role)
    assert {device.standing for device in found.devices} == {Standing.GOOD}
    assert {part.standing for part in found.parts} == {Standing.GOOD}


@pytest.mark.parametrize(
    "status", [None, Disconnected("/dev/x", Absence.LOST), Faulted("/dev/x", Fault.GARBLED, "checksum")], ids=str
)
@pytest.mark.parametrize("role", Role)
def test_one_missing_device_blocks(config: Config, role: Role, status: DeviceStatus | None) -> None:
    found = report(config, ALL_READY | {role: Asked(status, NOW)})
    assert not found.ready
    assert [device.role for device in found.devices if device.standing is Standing.BLOCKING] == [role]


def test_a_device_at_work_is_well(config: Config) -> None:
    info = DeviceInfo(Role.CAMERA, "UVC", "/dev/x")
    assert report(config, ALL_READY | {Role.CAMERA: Asked(Busy(info), NOW)}).ready


def test_a_simulated_device_makes_the_station_a_training_one(config: Config) -> None:
    assert report(config, ALL_READY | {Role.CAMERA: ready(Role.CAMERA, simulated=True)}).training


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(days=14), Standing.GOOD),
        (timedelta(days=13, hours=23), Standing.WARNING),
        (timedelta(seconds=1), Standing.WARNING),
        (timedelta(0), Standing.BLOCKING),
    ],
)
def test_the_keyring_warns_before_it_blocks(config: Config, left: timedelta, expected: Standing) -> None:
    found = report(config, keyring=KeyringFacts(7, NOW + left))
    assert standing(found, "keyring") is expected
    assert found.ready is (expected is not Standing.BLOCKING)


@pytest.mark.parametrize("keyring", [None, KeyringRefusal.SIGNATURE, KeyringRefusal.WRONG_ROOT])
def test_no_keyring_or_a_false_one_blocks(config: Config, keyring: KeyringRefusal | None) -> None:
    assert not report(config, keyring=keyring).ready


@pytest.mark.parametrize(
    ("free_bytes", "expected"),
    [(GIB // 10 - 1, Standing.BLOCKING), (GIB // 10, Standing.WARNING), (2 * GIB, Standing.GOOD)],
)
def test_the_disk_warns_before_it_blocks(config: Config, free_bytes: int, expected: Standing) -> None:
    assert standing(report(config, free_bytes=free_bytes), "disk") is expected


def test_waiting_is_normal_and_quarantine_warns(config: Config) -> None:
    assert standing(report(config, spool=replace(CALM, waiting=300)), "spool") is Standing.GOOD
    for aside in (replace(CALM, quarantined=1), replace(CALM, rejected=1)):
        assert standing(report(config, spool=aside), "spool") is Standing.WARNING
        assert report(config, spool=aside).ready


def test_the_report_survives_json(config: Config) -> None:
    found = report(config, ALL_READY | {Role.SIGNATURE: Asked(Faulted("/dev/pad", Fault.SILENT, "no reply"), NOW)})
    read = json.loads(json.dumps(to_json(found, Text(Language.ENGLISH))))
    assert read["ready"] is False
    assert read["made_at"] == "2026-11-24T01:00:00+00:00"
    assert (read["keyring"]["version"], read["keyring"]["expires_at"]) == (7, "2027-02-22T01:00:00+00:00")
    assert read["keyring"]["verified"] is False
    pad = next(device for device in read["devices"] if device["role"] == "signature")
    assert pad["sentence"] == "The signature pad is plugged in and does not answer."
    assert (pad["port"], pad["detail"], pad["standing"]) == ("/dev/pad", "no reply", "blocking")
    assert len(pad["cures"]) == 3
    reader = next(device for device in read["devices"] if device["role"] == "fingerprint")
    assert (reader["firmware"], reader["answer_age_s"], reader["test_age_s"]) == ("F2", 4.0, 7200.0)
