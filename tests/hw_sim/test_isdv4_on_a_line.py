"""The tablet answers a client that is written from the Linux drivers, over a real pseudo-terminal."""

import itertools
import random

from hw_sim.faults import Fault
from hw_sim.isdv4 import Isdv4
from hw_sim.scene import Scene
from tests.hw_sim.benches import bench, client, port


def test_a_query_is_answered_with_eleven_bytes_and_nothing_streams_before_start() -> None:
    with bench("isdv4") as running, client(port(running, "isdv4"), 38400) as host:
        host.write("30")
        assert host.hears_nothing()
        reply = host.ask("2a", 11)
        assert reply[:2] == "c0"
        raw = bytes.fromhex(reply)
        assert raw[1] << 9 | raw[2] << 2 | raw[6] >> 5 & 3 == 24576
        assert raw[3] << 9 | raw[4] << 2 | raw[6] >> 3 & 3 == 18432
        assert (raw[6] & 7) << 7 | raw[5] == 1023
        assert all(byte < 0x80 for byte in raw[1:])
        assert host.ask("26", 1) == "26", "a reset echoes"
        host.write("25")
        assert host.hears_nothing(), "no touch"


def test_the_pen_streams_after_start_and_not_after_stop() -> None:
    with bench("isdv4") as running, client(port(running, "isdv4"), 38400) as host:
        running.fault("isdv4", "pen_stuck", True)
        host.write("31")
        packets = host.read(9 * 20)
        assert [packets[at] for at in range(0, 180, 9)] == [0xA1] * 20, "near, tip down"
        assert all(byte < 0x80 for at, byte in enumerate(packets) if at % 9)
        host.write("30")
        while host.read(64, 0.1):
            continue
        assert host.hears_nothing()


def test_a_wrong_baud_is_answered_by_nothing() -> None:
    with bench("isdv4") as running, client(port(running, "isdv4"), 19200) as host:
        host.write("2a")
        assert host.hears_nothing()


def test_the_pen_writes_leaves_and_writes_again_in_the_middle() -> None:
    pad = Isdv4(Scene(1, 0), set[Fault](), random.Random(1))
    pad.receive(b"1", 0.0)
    heads: list[int] = []
    times: list[float] = []
    for tick in range(1500):
        for out in pad.due(tick / 100):
            head, x_high, x_low, y_high, y_low, *_ = out.frame
            heads.append(head)
            times.append(tick / 100)
            assert 9000 <= x_high << 9 | x_low << 2 <= 15600
            assert 7900 <= y_high << 9 | y_low << 2 <= 10600
    assert set(heads) == {0xA1, 0xA0, 0x80}
    assert all(heads[at - 1] == 0xA0 for at, head in enumerate(heads) if head == 0x80), "up before it is away"
    pauses = [later - earlier for earlier, later in itertools.pairwise(times) if later - earlier > 0.5]
    assert pauses
    assert all(0.9 < pause < 1.2 for pause in pauses)
