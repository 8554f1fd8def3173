"""A Topaz pad's stream over a pseudo-terminal."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest
import serial

from drivers.api import Absence, Cancelled, Disconnected, DriverSettings, Fault, Faulted, Ready, TimedOut
from drivers.signature_topaz import TopazPad
from tests.drivers.scripted import point, scripted

PEN = bytes.fromhex("C152095B07")
PRESSURE_600 = bytes.fromhex("DD00005804")
MM = 25.4 / 410


def pad(port: str) -> TopazPad:
    return TopazPad(DriverSettings("topaz", port))


def test_points_are_millimetres_from_the_active_boxs_corner() -> None:
    with scripted({}) as device:
        driver = pad(device.port)
        assert isinstance(driver.open(), Ready)
        device.send(PEN)
        points = driver.read(1.0)
        assert isinstance(points, tuple)
        (seen,) = points
        assert (seen.x_mm, seen.y_mm) == pytest.approx(((1234 - 500) * MM, (987 - 700) * MM))
        assert (seen.pressure, seen.down) == (1.0, True)
        driver.close()


def test_the_pads_size_is_its_box_at_410_dpi() -> None:
    size = pad("/dev/null").size()
    assert (size.width_mm, size.height_mm) == pytest.approx((133.2, 86.7), abs=0.1)
    assert size.points_per_mm == pytest.approx(16.14, abs=0.01)


def test_pressure_reports_go_with_the_points_after_them() -> None:
    with scripted({}) as device:
        driver = pad(device.port)
        driver.open()
        device.send(PEN + PRESSURE_600 + PEN)
        points = driver.read(1.0)
        assert isinstance(points, tuple)
        assert [seen.pressure for seen in points] == pytest.approx([1.0, 600 / 1023])
        driver.close()


def test_points_of_one_portion_are_spread_over_the_time_they_took_on_the_line() -> None:
    with scripted({}) as device:
        driver = pad(device.port)
        driver.open()
        device.send(PEN * 20)
        points = driver.read(1.0)
        assert isinstance(points, tuple)
        times = [seen.time_s for seen in points]
        assert times == sorted(times)
        assert times[-1] - times[0] == pytest.approx(19 * 5 * 11 / 19_200, abs=0.005)
        driver.close()


def test_split_and_noisy_points_are_found() -> None:
    with scripted({}) as device:
        driver = pad(device.port)
        driver.open()
        device.send(b"\x11\x22" + PEN[:2])
        assert driver.read(0.05) == TimedOut()
        device.send(PEN[2:] + b"\xff" + PEN)
        points = driver.read(1.0)
        assert isinstance(points, tuple)
        assert len(points) == 2
        driver.close()


def test_a_pad_without_a_pen_is_ready_and_times_out() -> None:
    with scripted({}) as device:
        driver = pad(device.port)
        assert isinstance(driver.check(), Ready)
        assert driver.read(0.1) == TimedOut()
        stop = Event()
        stop.set()
        assert driver.read(30.0, stop) == Cancelled()
        driver.close()


def test_a_stream_that_is_no_pad_is_garbled() -> None:
    with scripted({}) as device:
        driver = pad(device.port)
        driver.open()
        device.send(bytes(80))
        assert driver.read(1.0) == Faulted(device.port, Fault.GARBLED)
        driver.close()


def test_points_that_wait_survive_a_check() -> None:
    with scripted({}) as device:
        driver = pad(device.port)
        driver.open()
        device.send(PEN)
        assert isinstance(driver.check(), Ready)
        points = driver.read(1.0)
        assert isinstance(points, tuple)
        assert len(points) == 1
        driver.close()


def test_unplugged_while_signing_is_lost_and_comes_back_by_itself(tmp_path: Path) -> None:
    stable = tmp_path / "pad"
    with scripted({}) as device:
        driver = pad(point(stable, device))
        driver.open()
        device.send(PEN)
        assert isinstance(driver.read(1.0), tuple)
        device.unplug()
        assert driver.read(1.0) == Disconnected(str(stable), Absence.LOST)
        assert driver.read(1.0) == Disconnected(str(stable), Absence.NOT_PLUGGED)
    with scripted({}) as again:
        point(stable, again)
        assert driver.read(0.05) == TimedOut()
        again.send(PEN)
        assert isinstance(driver.read(1.0), tuple)
        driver.close()


def test_the_line_is_19200_8o1_opened_for_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    real = serial.serial_for_url

    def noted(url: str, **arguments: Any) -> serial.Serial:
        asked.update(arguments)
        return real(url, **arguments)

    monkeypatch.setattr(serial, "serial_for_url", noted)
    with scripted({}) as device:
        driver = pad(device.port)
        driver.open()
        driver.close()
    assert (asked["baudrate"], asked["bytesize"], asked["parity"], asked["stopbits"]) == (19_200, 8, "O", 1)
    assert asked["exclusive"] is True


def test_the_trace_keeps_no_signature() -> None:
    with scripted({}) as device:
        driver = pad(device.port)
        driver.open()
        device.send(PEN + PRESSURE_600)
        driver.read(1.0)
        driver.close()
        kept = [(entry.data, entry.masked_bytes) for entry in driver.trace.entries()]
        assert kept == [(PEN[:1], 4), (PRESSURE_600[:1], 4)]
