"""Each fault does to the bytes what it says."""

import itertools
import os
import random

import pytest

from hw_sim.device import Out
from hw_sim.ef01 import Ef01
from hw_sim.ef01_module import R307, R503
from hw_sim.faults import APPLIES, SLOW_BY_S, Cable, Fault
from hw_sim.line import Transmitter
from hw_sim.mcu90615 import Mcu90615
from hw_sim.scene import Scene
from hw_sim.server import Bad
from hw_sim.topaz import Topaz
from tests.hw_sim.benches import bench, client, port

FRAME = bytes(range(200))


def cable(*faults: Fault, seed: int = 3) -> Cable:
    return Cable(set(faults), random.Random(seed))


def test_a_good_cable_changes_nothing() -> None:
    assert cable().carry(FRAME) == FRAME
    assert cable().late_s == 0


def test_dropped_duplicated_and_garbled_bytes_are_the_seeds() -> None:
    assert len(cable(Fault.DROPPED).carry(FRAME)) < len(FRAME)
    assert len(cable(Fault.DUPLICATED).carry(FRAME)) > len(FRAME)
    garbled = cable(Fault.GARBLED).carry(FRAME)
    assert len(garbled) == len(FRAME)
    assert garbled != FRAME
    assert garbled == cable(Fault.GARBLED).carry(FRAME)
    assert garbled != cable(Fault.GARBLED, seed=4).carry(FRAME)


def test_merged_frames_arrive_together() -> None:
    with bench("mcu90615") as running:
        running.fault("mcu90615", "merged", True)
        with client(port(running, "mcu90615"), 115200) as host:
            host.write("A545EA")
            host.read(1)
            rest = os.read(host.handle, 4096)
            more = host.read(1) + os.read(host.handle, 4096)
    assert len(rest) % 9 == 8
    assert len(more) % 9 == 0
    assert len(more) >= 18, "about 14 a second, four times a second"


def test_a_slow_stream_is_late_and_loses_nothing() -> None:
    sender = Transmitter(real=False, bits_per_byte=10)
    for reading in range(14):
        sender.put(Out(bytes(9), 115200), reading / 14, SLOW_BY_S)
    assert sender.take(SLOW_BY_S - 0.01) == []
    assert len(sender.take(1.0 + SLOW_BY_S)) == 14


def test_a_silent_cable_carries_nothing_and_a_slow_one_late() -> None:
    assert cable(Fault.SILENT).carry(FRAME) == b""
    assert cable(Fault.SLOW).late_s == SLOW_BY_S


@pytest.fixture
def faults() -> set[Fault]:
    return set()


def r307(faults: set[Fault]) -> Ef01:
    return Ef01(R307, Scene(1, 0), faults, random.Random(1))


def codes(module: Ef01, request: str, now_s: float = 0.0) -> list[int]:
    return [out.frame[9] for out in module.receive(bytes.fromhex(request), now_s)]


VFYPWD = "EF01FFFFFFFF 01 0007 13 00000000 001B"
GENIMG = "EF01FFFFFFFF 01 0003 01 0005"
READSYSPARA = "EF01FFFFFFFF 01 0003 0F 0013"


def test_a_lost_password_refuses_the_known_one(faults: set[Fault]) -> None:
    module = r307(faults)
    assert codes(module, VFYPWD) == [0x00]
    faults.add(Fault.PASSWORD_LOST)
    assert codes(module, VFYPWD) == [0x13]
    assert codes(module, GENIMG) == [0x21]
    faults.clear()
    assert codes(module, VFYPWD) == [0x00]


def test_an_abnormal_sensor_says_so_in_each_models_way(faults: set[Fault]) -> None:
    faults.add(Fault.SENSOR_ABNORMAL)
    assert codes(r307(faults), GENIMG) == [0x03]
    r503 = Ef01(R503, Scene(1, 0), faults, random.Random(1))
    assert codes(r503, GENIMG) == [0x29]
    assert codes(r503, "EF01FFFFFFFF 01 0003 36 003A") == [0x29]


def test_a_stuck_module_admits_being_busy_and_takes_no_image(faults: set[Fault]) -> None:
    module = r307(faults)
    faults.add(Fault.STUCK_BUSY)
    assert codes(module, VFYPWD) == [0x00]
    (status,) = module.receive(bytes.fromhex(READSYSPARA), 0.0)
    assert status.frame[11] & 1
    assert codes(module, GENIMG) == []


def test_a_finger_lifted_halfway_leaves_the_lower_rows_empty(faults: set[Fault]) -> None:
    module = r307(faults)
    faults.add(Fault.FINGER_LIFTED)
    assert codes(module, GENIMG) == [0x00]
    up = module.receive(bytes.fromhex("EF01FFFFFFFF 01 0003 0A 000E"), 0.0)
    rows = b"".join(out.frame[9:-2] for out in up[1:])
    assert set(rows[150 * 128 :]) == {0xFF}
    assert len(set(rows[: 100 * 128])) > 50
    assert codes(module, GENIMG, 0.1) == [0x02]


def test_a_drifting_thermometer_climbs_and_a_wall_is_no_person(faults: set[Fault]) -> None:
    sensor = Mcu90615(Scene(1, 0), faults, random.Random(1))

    def object_c(now_s: float) -> float:
        (out,) = sensor.receive(bytes.fromhex("A515BA"), now_s)
        return int.from_bytes(out.frame[4:6], "big", signed=True) / 100

    assert 36.0 < object_c(0.0) < 37.0
    faults.add(Fault.TEMPERATURE_DRIFTING)
    start_c = object_c(10.0)
    assert object_c(50.0) > start_c + 0.4
    faults.clear()
    faults.add(Fault.NOT_A_PERSON)
    assert object_c(60.0) < 30.0
    faults.add(Fault.SENSOR_ABNORMAL)
    assert object_c(70.0) < -200.0


def test_a_stuck_pen_never_goes_up(faults: set[Fault]) -> None:
    pad = Topaz(Scene(1, 0), faults, random.Random(1))
    faults.add(Fault.PEN_STUCK)
    points = [out.frame for tick in range(500) for out in pad.due(tick / 100)]
    assert len(points) > 400
    assert all(point[0] & 0x41 == 0x41 for point in points if point[0] >> 2 & 7 in (0, 1, 4))


def test_the_pen_writes_goes_away_and_writes_again_inside_the_active_box() -> None:
    pad = Topaz(Scene(1, 0), set(), random.Random(1))
    times: list[float] = []
    for tick in range(2000):
        for out in pad.due(tick / 100):
            head, x0, x1, y0, y1 = out.frame
            if head >> 2 & 7 == 0:
                times.append(tick / 100)
                assert 500 <= x0 | x1 << 7 <= 2650
                assert 700 <= y0 | y1 << 7 <= 2100
    pauses = [later - earlier for earlier, later in itertools.pairwise(times) if later - earlier > 0.5]
    assert len(pauses) >= 2
    assert all(0.9 < pause < 1.2 for pause in pauses)


def test_another_device_on_the_port_talks_of_something_else() -> None:
    with bench("mcu90615") as running:
        running.fault("mcu90615", "wrong_device", True)
        with client(port(running, "mcu90615"), 115200) as host:
            assert host.ask("A515BA", 1) == b"$".hex()


def test_a_fault_that_a_device_cannot_have_is_refused() -> None:
    with bench("topaz") as running:
        with pytest.raises(Bad, match="password_lost"):
            running.fault("topaz", "password_lost", True)
        with pytest.raises(Bad, match="no device 'uvc'"):
            running.fault("uvc", "silent", True)


def test_every_fault_applies_somewhere() -> None:
    assert frozenset().union(*APPLIES.values()) == frozenset(Fault)
