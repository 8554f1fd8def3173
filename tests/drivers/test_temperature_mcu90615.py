"""A GY-MCU9061x thermometer over a pseudo-terminal."""

import time
from pathlib import Path
from threading import Event

import pytest

from drivers.api import (
    Absence,
    Cancelled,
    Disconnected,
    DriverSettings,
    Fault,
    Faulted,
    Ready,
    TemperatureSample,
    TimedOut,
)
from drivers.temperature_mcu90615 import Mcu90615Sensor
from tests.drivers.scripted import UNPLUG, point, scripted

CONTINUOUS = bytes.fromhex("A545EA")
READING = bytes.fromhex("5A5A45040E3A094795")
OTHER_READING = bytes.fromhex("5A5A45040D480947A2")


@pytest.fixture(autouse=True)
def _short_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.temperature_mcu90615.PROBE_S", 0.2)


def sensor(port: str, baud: int | None = None) -> Mcu90615Sensor:
    return Mcu90615Sensor(DriverSettings("mcu90615", port, baud))


def test_a_reading_is_object_and_ambient_in_degrees() -> None:
    with scripted({CONTINUOUS: [READING, READING]}) as device:
        driver = sensor(device.port)
        status = driver.open()
        assert isinstance(status, Ready)
        assert status.info.simulated
        device.script[CONTINUOUS] = [READING[:4], READING[4:]]
        sample = driver.read(1.0)
        assert isinstance(sample, TemperatureSample)
        assert (sample.object_c, sample.ambient_c) == (36.42, 23.75)
        driver.close()


@pytest.mark.parametrize("speed", [9_600, 115_200])
def test_both_factory_speeds_are_found(speed: int) -> None:
    with scripted({CONTINUOUS: [READING]}, speed=speed, noise=b"\x80\x00") as device:
        driver = sensor(device.port)
        assert isinstance(driver.open(), Ready)
        driver.close()


def test_readings_that_lay_in_the_buffer_are_not_fresh() -> None:
    with scripted({CONTINUOUS: [READING]}) as device:
        driver = sensor(device.port)
        driver.open()
        device.send(READING * 600)
        device.script[CONTINUOUS] = [OTHER_READING]
        sample = driver.read(1.0)
        assert isinstance(sample, TemperatureSample)
        assert sample.object_c == 34.0
        driver.close()


def test_noise_before_a_reading_is_skipped() -> None:
    with scripted({CONTINUOUS: [b"\x5a\x00\xff", READING]}) as device:
        driver = sensor(device.port)
        assert isinstance(driver.check(), Ready)
        driver.close()


def test_a_look_alike_with_another_header_is_another_device() -> None:
    clone = bytes.fromhex("66660102030405060766660102030405")
    with scripted({CONTINUOUS: [clone]}) as device:
        driver = sensor(device.port)
        status = driver.open()
        assert isinstance(status, Faulted)
        assert status.fault is Fault.WRONG_DEVICE
        driver.close()


@pytest.mark.parametrize(("noise", "fault"), [(b"", Fault.SILENT), (b"\x80\x07\xf0", Fault.GARBLED)])
def test_silence_and_noise_are_told_apart(noise: bytes, fault: Fault) -> None:
    with scripted({CONTINUOUS: [noise] if noise else []}) as device:
        driver = sensor(device.port)
        assert driver.open() == Faulted(device.port, fault)
        driver.close()


def test_a_stream_that_stops_is_a_fault_within_the_deadline() -> None:
    with scripted({CONTINUOUS: [READING]}) as device:
        driver = sensor(device.port)
        driver.open()
        device.script[CONTINUOUS] = []
        begun_s = time.monotonic()
        assert driver.read(0.1) == TimedOut()
        assert driver.read(0.6) == Faulted(device.port, Fault.SILENT)
        assert time.monotonic() - begun_s < 1.1
        driver.close()


def test_a_temperature_that_cannot_be_is_a_broken_sensor() -> None:
    body = bytes.fromhex("5A5A4504") + (-27315).to_bytes(2, "big", signed=True) * 2
    with scripted({CONTINUOUS: [READING]}) as device:
        driver = sensor(device.port)
        driver.open()
        device.script[CONTINUOUS] = [body + bytes([sum(body) & 0xFF])]
        assert driver.read(1.0) == Faulted(device.port, Fault.SENSOR_ABNORMAL)
        driver.close()


def test_waiting_can_be_cancelled() -> None:
    cancel = Event()
    with scripted({CONTINUOUS: [READING]}) as device:
        driver = sensor(device.port)
        driver.open()
        device.script[CONTINUOUS] = []
        device.on_asked = lambda _request: cancel.set()
        begun_s = time.monotonic()
        assert driver.read(30.0, cancel) == Cancelled()
        assert time.monotonic() - begun_s < 2.0
        driver.close()


def test_unplugged_is_lost_and_comes_back_by_itself(tmp_path: Path) -> None:
    stable = tmp_path / "sensor"
    with scripted({CONTINUOUS: [READING]}) as device:
        driver = sensor(point(stable, device))
        driver.open()
        device.script[CONTINUOUS] = [READING[:5], UNPLUG]
        assert driver.read(1.0) == Disconnected(str(stable), Absence.LOST)
    with scripted({CONTINUOUS: [READING, READING]}) as again:
        point(stable, again)
        assert isinstance(driver.check(), Ready)
        driver.close()
