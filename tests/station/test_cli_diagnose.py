"""`ktpel diag` as it is typed, at devices that are not there and at a simulated one."""

from pathlib import Path

import pytest

from station.config import default_text
from tests.helpers.cli import ktpel, refused
from tests.hw_sim.benches import bench, port


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Ports that no machine has."""
    path = tmp_path / "station.toml"
    text = default_text().replace("/dev/serial/by-id/", "/dev/absent-").replace("/dev/v4l/by-id/", "/dev/absent-")
    path.write_text(text, encoding="utf-8")
    return path


def test_devices_that_are_missing_are_told_with_their_cures_and_end_with_code_1(settings: Path) -> None:
    ran = ktpel("diag", "all", "--alone", "--config", settings)
    assert ran.code == 1
    assert ran.said.count("is not plugged in.") == 4
    assert "1. Plug its cable in." in ran.said
    told = ktpel("diag", "all", "--alone", "--config", settings, "--json").json()
    tests = told["tests"]
    assert isinstance(tests, list)
    assert [test["steps"][0]["finding"]["trouble"] for test in tests] == ["unplugged"] * 4


def test_a_device_that_does_not_exist_is_refused_by_name(settings: Path) -> None:
    assert "fingerprint, camera" in refused("diag", "iris", "--config", settings)


def test_a_thermometer_that_is_well_passes_alone_and_in_a_loop(settings: Path) -> None:
    with bench("mcu90615") as running:
        text = settings.read_text(encoding="utf-8")
        absent = "/dev/absent-usb-1a86_USB_Serial-if00-port0"
        settings.write_text(text.replace(absent, port(running, "mcu90615")), encoding="utf-8")
        told = ktpel("diag", "temperature", "--alone", "--config", settings, "--json")
        assert (told.code, told.json()["ok"]) == (0, True)
        looped = ktpel("diag", "temperature", "--loop", "0.01", "--config", settings, "--json").json()
    tests = looped["tests"]
    assert isinstance(tests, list)
    assert (tests[0]["failed"], tests[0]["rounds"]) == (0, 1)
    assert {drift["name"] for drift in tests[0]["drifts"]} >= {"link.answered", "work.lost"}
