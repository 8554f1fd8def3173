"""A PyroUSB thermometer over a pseudo-terminal; the literal frames' sums are those of another Modbus library."""

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
from drivers.factory import make
from drivers.temperature_pyrousb import PyroUsbSensor
from tests.drivers.scripted import UNPLUG, Pieces, point, scripted

WHO = bytes.fromhex("010400000004F1C9")
PUA8 = bytes.fromhex("010408001500000001E240785C")
SET_SKIN = bytes.fromhex("010600182648139B")
MEASURE = bytes.fromhex("010300120004E40C")
SKIN_36_4 = bytes.fromhex("0103080168016C011D0000BDFF")
ADDRESS_REFUSED = bytes.fromhex("018302C0F1")


def script(*measured: bytes | None) -> dict[bytes, Pieces]:
    return {WHO: [PUA8], SET_SKIN: [SET_SKIN], MEASURE: measured or [SKIN_36_4]}


def sensor(port: str, **options: str | int | float | bool) -> PyroUsbSensor:
    return PyroUsbSensor(DriverSettings("pyrousb", port, options=options))


def test_the_sensor_says_who_it_is_and_is_set_to_skin() -> None:
    with scripted(script(), speed=9_600) as device:
        driver = sensor(device.port)
        status = driver.open()
        assert isinstance(status, Ready)
        assert (status.info.model, status.info.serial) == ("PUA8", "123456")
        assert status.info.simulated
        assert device.asked == [WHO, SET_SKIN, MEASURE]
        driver.close()


def test_a_reading_is_the_unfiltered_object_and_the_sensors_own_temperature() -> None:
    with scripted(script(SKIN_36_4[:5], SKIN_36_4[5:])) as device:
        driver = sensor(device.port)
        sample = driver.read(1.0)
        assert isinstance(sample, TemperatureSample)
        assert (sample.object_c, sample.ambient_c) == (36.4, 28.5)
        driver.close()


def test_one_measurement_is_not_told_twice() -> None:
    with scripted(script()) as device:
        driver = sensor(device.port)
        first, second = driver.read(1.0), driver.read(1.0)
        assert isinstance(first, TemperatureSample)
        assert isinstance(second, TemperatureSample)
        assert second.read_s - first.read_s >= 0.25
        assert driver.read(0.05) == TimedOut()
        driver.close()


def test_an_os_miniusb_is_known_by_its_type_and_read_by_its_own_map() -> None:
    mini: dict[bytes, Pieces] = {
        WHO: [bytes.fromhex("010408001100000001E2403D9C")],
        bytes.fromhex("0106001726482398"): [bytes.fromhex("0106001726482398")],
        bytes.fromhex("0103000E000425CA"): [SKIN_36_4],
    }
    with scripted(mini) as device:
        driver = sensor(device.port)
        sample = driver.read(1.0)
        assert isinstance(sample, TemperatureSample)
        assert (sample.info.model, sample.object_c) == ("OS-MINIUSB", 36.4)
        driver.close()


def test_an_unknown_type_is_another_device_unless_the_configuration_knows_better() -> None:
    other = script() | {WHO: [bytes.fromhex("010408006300000001E2406F9B")]}
    with scripted(other) as device:
        driver = sensor(device.port)
        assert driver.open() == Faulted(device.port, Fault.WRONG_DEVICE, "type 99")
        driver.close()
        told = sensor(device.port, map="pyrousb", emissivity=0)
        assert isinstance(told.open(), Ready)
        assert device.asked == [WHO, WHO, MEASURE]
        told.close()


def test_a_map_that_there_is_not_is_the_configurations_mistake() -> None:
    with pytest.raises(ValueError, match="option map"):
        make(DriverSettings("pyrousb", "/dev/null", options={"map": "other"}))


def test_a_refused_request_is_told_with_its_code() -> None:
    with scripted(script(ADDRESS_REFUSED)) as device:
        driver = sensor(device.port)
        assert driver.open() == Faulted(device.port, Fault.REFUSED, "exception 2")
        driver.close()


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ([], Fault.SILENT),
        ([SKIN_36_4[:-1] + b"\xfe"], Fault.GARBLED),
        ([b"\x80\x07\xf0"], Fault.GARBLED),
        ([bytes.fromhex("0203080168016C011D0000B2BB")], Fault.GARBLED),
        ([b"$GPGLL,0610.50,S,10649.60,E\r\n"], Fault.WRONG_DEVICE),
    ],
)
def test_what_is_no_answer_is_a_fault_within_the_deadline(answer: Pieces, fault: Fault) -> None:
    with scripted(script(*answer) if answer else {**script(), MEASURE: []}) as device:
        driver = sensor(device.port)
        begun_s = time.monotonic()
        result = driver.read(0.6)
        assert isinstance(result, Faulted)
        assert result.fault is fault
        assert time.monotonic() - begun_s < 0.9
        driver.close()


def test_an_answer_that_was_lost_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.temperature_pyrousb.ANSWER_S", 0.1)
    with scripted(script(SKIN_36_4[:7])) as device:

        def get_well(request: bytes) -> None:
            if request == MEASURE:
                device.script[MEASURE] = [SKIN_36_4]

        device.on_asked = get_well
        driver = sensor(device.port)
        assert isinstance(driver.read(2.0), TemperatureSample)
        assert device.asked.count(MEASURE) == 2
        driver.close()


def test_a_failed_measurement_is_a_broken_sensor_and_a_cold_object_is_none() -> None:
    with scripted(script(bytes.fromhex("0103087FFF7FFF011D0001925D"))) as device:
        driver = sensor(device.port)
        assert driver.open() == Faulted(device.port, Fault.SENSOR_ABNORMAL, "status 0001")
        device.script[MEASURE] = [bytes.fromhex("0103080168016C011D0008BC39")]
        assert isinstance(driver.read(1.0), TemperatureSample)
        driver.close()


def test_a_late_measurement_is_not_taken_for_who_the_sensor_is() -> None:
    with scripted({**script(), WHO: [SKIN_36_4]}) as device:
        driver = sensor(device.port)
        assert driver.open() == Faulted(device.port, Fault.GARBLED)
        driver.close()


def test_waiting_can_be_cancelled() -> None:
    cancel = Event()
    with scripted({**script(), MEASURE: []}) as device:
        driver = sensor(device.port)
        device.on_asked = lambda request: cancel.set() if request == MEASURE else None
        begun_s = time.monotonic()
        assert driver.read(30.0, cancel) == Cancelled()
        assert time.monotonic() - begun_s < 2.0
        driver.close()


def test_unplugged_is_lost_and_is_set_to_skin_again_when_it_is_back(tmp_path: Path) -> None:
    stable = tmp_path / "sensor"
    with scripted(script()) as device:
        driver = sensor(point(stable, device))
        assert isinstance(driver.open(), Ready)
        device.script[MEASURE] = [SKIN_36_4[:5], UNPLUG]
        assert driver.read(1.0) == Disconnected(str(stable), Absence.LOST)
    with scripted(script()) as again:
        point(stable, again)
        assert isinstance(driver.check(), Ready)
        assert again.asked == [WHO, SET_SKIN, MEASURE]
        driver.close()
