"""The wire's rate, the wrong baud and the pulled plug."""

import random

import pytest

from hw_sim.device import Out
from hw_sim.ef01 import Ef01
from hw_sim.ef01_module import R307
from hw_sim.line import Transmitter
from hw_sim.mcu90615 import Mcu90615
from hw_sim.scene import Scene
from tests.hw_sim.benches import bench, client, port


def test_an_r307_image_takes_the_wires_6_95_seconds_at_57600() -> None:
    sender = Transmitter(real=True, bits_per_byte=10)
    sender.put(Out(bytes(40_044), 57600), 100.0)
    assert len(sender.take(101.0)[0][1]) == 5760
    assert sum(len(data) for _, data in sender.take(106.95)) == 40_032 - 5760
    assert sum(len(data) for _, data in sender.take(106.953)) == 12


def test_a_pad_sends_at_most_349_points_a_second() -> None:
    sender = Transmitter(real=True, bits_per_byte=11)
    for _ in range(500):
        sender.put(Out(bytes(5), 19200), 0.0)
    assert sum(len(data) for _, data in sender.take(1.0)) // 5 == 349


def test_frames_wait_for_the_device_to_work() -> None:
    sender = Transmitter(real=True, bits_per_byte=10)
    sender.put(Out(b"abc", 9600, work_s=0.25), 0.0)
    assert sender.take(0.25) == []
    assert sender.take(1.0) == [(9600, b"abc")]
    assert sender.wait_s(1.0) is None


def test_an_unlimited_line_sends_at_once() -> None:
    sender = Transmitter(real=False, bits_per_byte=10)
    sender.put(Out(bytes(40_044), 57600, work_s=0.3), 0.0)
    assert sum(len(data) for _, data in sender.take(0.0)) == 40_044


def test_a_request_cut_short_is_dropped_and_the_next_one_answered() -> None:
    module = Ef01(R307, Scene(1, 0), set(), random.Random(1))
    request = bytes.fromhex("EF01FFFFFFFF0100071300000000001B")
    assert module.receive(request[:9], 0.0) == []
    assert [out.frame.hex() for out in module.receive(request, 1.0)] == ["ef01ffffffff07000300000a"]


def test_a_pause_within_a_request_is_no_harm_when_short() -> None:
    module = Ef01(R307, Scene(1, 0), set(), random.Random(1))
    request = bytes.fromhex("EF01FFFFFFFF0100071300000000001B")
    assert module.receive(request[:9], 0.0) == []
    assert len(module.receive(request[9:], 0.1)) == 1


def test_a_thermometer_sends_fourteen_readings_a_second_once_asked() -> None:
    sensor = Mcu90615(Scene(1, 0), set(), random.Random(1))
    sensor.power_on(0.0)
    assert sensor.due(0.5) == []
    sensor.receive(bytes.fromhex("A545EA"), 1.0)
    readings = [out for tick in range(1000) for out in sensor.due(1.0 + tick / 500)]
    assert len(readings) in (27, 28, 29)
    assert all(
        out.frame[:4] == bytes.fromhex("5A5A4504") and sum(out.frame[:8]) & 255 == out.frame[8] for out in readings
    )


def test_an_unplugged_port_fails_and_a_plugged_one_answers_again() -> None:
    with bench("mcu90615") as running:
        with client(port(running, "mcu90615"), 115200) as host:
            running.fault("mcu90615", "unplugged", True)
            with pytest.raises(OSError, match="Input/output error"):
                host.write("A515BA")
        assert port(running, "mcu90615") == ""
        running.fault("mcu90615", "plugged", True)
        with client(port(running, "mcu90615"), 115200) as host:
            assert host.ask("A515BA", 9).startswith("5a5a4504")


def test_a_thermometer_changes_its_baud_when_told() -> None:
    with bench("mcu90615") as running, client(port(running, "mcu90615"), 115200) as host:
        host.write("A5AE53")
        assert host.hears_nothing()
        host.write("A515BA")
        assert host.hears_nothing()
        host.set_baud(9600)
        assert host.ask("A515BA", 9).startswith("5a5a4504")


def test_a_port_that_nobody_reads_does_not_hold_up_its_line() -> None:
    with bench("ef01-r307") as running:
        with client(port(running, "ef01-r307"), 57600) as host:
            host.write("EF01FFFFFFFF010003010005")
            host.read(12)
            host.write("EF01FFFFFFFF0100030A000E")
            host.read(1000)
        running.fault("ef01-r307", "unplugged", True)
        running.fault("ef01-r307", "unplugged", False)
        with client(port(running, "ef01-r307"), 57600) as host:
            assert host.ask("EF01FFFFFFFF0100071300000000001B", 12) == "ef01ffffffff07000300000a"
