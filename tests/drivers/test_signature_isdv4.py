"""A Wacom serial tablet over a pseudo-terminal, and the simulated one."""

import itertools
from pathlib import Path
from threading import Event

import pytest

from drivers.api import Absence, Cancelled, Disconnected, DriverSettings, Fault, Faulted, PenPoint, Ready, TimedOut
from drivers.signature_isdv4 import Isdv4Pad
from tests.drivers.scripted import Scripted, point, scripted
from tests.hw_sim.benches import bench, port

PEN = bytes.fromhex("A1017A03747E030000")
"""At 1000, 2000 with pressure 510."""
AWAY = bytes.fromhex("80017A037400000000")
ERASER = bytes.fromhex("A5017A03747E030000")
# 26312 x 16520, pressure to 1023, version 1.2
REPLY = bytes.fromhex("C0 33 32 20 22 7F 07 00 00 02 02")
TABLET = {b"*": [REPLY]}


def pad(path: str, **more: int) -> Isdv4Pad:
    return Isdv4Pad(DriverSettings("isdv4", path, options={**more}))


def points(driver: Isdv4Pad) -> tuple[PenPoint, ...]:
    found = driver.read(1.0)
    assert isinstance(found, tuple)
    return found


def ready(device: Scripted) -> Isdv4Pad:
    driver = pad(device.port)
    assert isinstance(driver.open(), Ready)
    return driver


def test_the_tablet_tells_its_size_and_is_started() -> None:
    with scripted({**TABLET, b"0": [], b"1": []}) as device:
        driver = ready(device)
        size = driver.size()
        assert (size.width_mm, size.height_mm, size.points_per_mm) == (263.12, 165.2, 100)
        status = driver.check()
        assert isinstance(status, Ready)
        assert (status.info.firmware, status.info.simulated) == ("1.2", True)
        device.send(PEN)
        points(driver)
        assert device.asked == [b"0", b"*", b"1"], "a tablet that just spoke is not asked again"
        driver.close()


def test_points_are_millimetres_with_their_pressure() -> None:
    with scripted({**TABLET}) as device:
        driver = ready(device)
        device.send(PEN + AWAY)
        down, away = points(driver)
        assert (down.x_mm, down.y_mm, down.down) == (10.0, 20.0, True)
        assert down.pressure == pytest.approx(510 / 1023)
        assert not away.down
        driver.close()


def test_points_of_one_portion_are_spread_over_the_time_they_took_on_the_line() -> None:
    with scripted({**TABLET}) as device:
        driver = ready(device)
        device.send(PEN * 20)
        times = [seen.time_s for seen in points(driver)]
        assert times == sorted(times)
        assert times[-1] - times[0] == pytest.approx(19 * 9 * 10 / 38_400, abs=0.005)
        driver.close()


def test_an_eraser_writes_nothing_and_a_second_side_switch_does() -> None:
    with scripted({**TABLET}) as device:
        driver = ready(device)
        device.send(ERASER + AWAY + PEN + ERASER)
        assert [seen.down for seen in points(driver)] == [False, False, True, True]
        driver.close()


def test_split_and_noisy_points_are_found() -> None:
    with scripted({**TABLET}) as device:
        driver = ready(device)
        device.send(b"\x11\x22" + PEN[:4])
        assert driver.read(0.05) == TimedOut()
        device.send(PEN[4:] + b"\xff" + PEN)
        assert len(points(driver)) == 2
        driver.close()


def test_a_tablet_that_streams_already_keeps_its_points() -> None:
    with scripted({b"*": [PEN, REPLY, PEN]}) as device:
        driver = ready(device)
        assert len(points(driver)) == 2
        driver.close()


def test_a_tablet_at_the_slower_speed_is_found() -> None:
    with scripted({**TABLET}, speed=19_200, noise=b"\x80\x3e") as device:
        driver = ready(device)
        assert set(device.speed_seen) == {19_200}
        driver.close()


def test_silence_noise_and_another_device_are_told_apart() -> None:
    for said, fault in (
        ([], Fault.SILENT),
        ([bytes(20)], Fault.GARBLED),
        ([b"$GPGLL,0610.50,S,10649.60,E\r\n"], Fault.WRONG_DEVICE),
    ):
        with scripted({b"*": said}) as device:
            driver = pad(device.port)
            assert driver.open() == Faulted(device.port, fault)
            driver.close()


def test_a_stream_that_turns_into_something_else_is_told() -> None:
    with scripted({**TABLET}) as device:
        driver = ready(device)
        device.send(b"$GPGLL,0610.50,S,10649.60,E,010000.00,A,A*7C\r\n" * 3)
        assert driver.read(1.0) == Faulted(device.port, Fault.WRONG_DEVICE)
        driver.close()


def test_a_tablet_without_a_pen_is_ready_and_times_out() -> None:
    with scripted({**TABLET}) as device:
        driver = ready(device)
        assert driver.read(0.05) == TimedOut()
        stop = Event()
        stop.set()
        assert driver.read(30.0, stop) == Cancelled()
        driver.close()


def test_unplugged_while_signing_is_lost_and_comes_back_by_itself(tmp_path: Path) -> None:
    stable = tmp_path / "pad"
    with scripted({**TABLET}) as device:
        driver = pad(point(stable, device))
        driver.open()
        device.send(PEN)
        points(driver)
        device.unplug()
        assert driver.read(1.0) == Disconnected(str(stable), Absence.LOST)
        assert driver.read(1.0) == Disconnected(str(stable), Absence.NOT_PLUGGED)
    with scripted({**TABLET, b"1": [PEN]}) as again:
        point(stable, again)
        assert len(points(driver)) == 1, "it was started anew"
        driver.close()


def test_the_trace_keeps_no_signature() -> None:
    with scripted({**TABLET}) as device:
        driver = ready(device)
        device.send(PEN)
        points(driver)
        driver.close()
        kept = [(entry.data, entry.masked_bytes) for entry in driver.trace.entries()]
        assert (PEN[:1], 8) in kept
        assert all(PEN[1:] not in data for data, _ in kept)


def test_the_simulated_tablet_is_signed_in_its_middle() -> None:
    with bench("isdv4", real=True) as running:
        running.scene.pen = "line"
        driver = pad(port(running, "isdv4"))
        assert isinstance(driver.open(), Ready)
        seen: list[PenPoint] = []
        while len(seen) < 30:
            found = driver.read(3.0)
            assert isinstance(found, tuple)
            seen += found
        size = driver.size()
        assert all(abs(at.x_mm - size.width_mm / 2) < 30 and abs(at.y_mm - size.height_mm / 2) < 13 for at in seen)
        assert all(0 < later.x_mm - earlier.x_mm < 1 for earlier, later in itertools.pairwise(seen))
        assert all(at.down and at.pressure == pytest.approx(0.6, abs=0.01) for at in seen)
        running.fault("isdv4", "silent", True)
        running.scene.pen = "idle"
        driver.close()
        assert driver.check() == Faulted(port(running, "isdv4"), Fault.SILENT)
        driver.close()
