"""The VC0706 answers the manual's literal bytes over a real pseudo-terminal."""

import random
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from hw_sim.faults import Fault
from hw_sim.scene import Pose, Scene
from hw_sim.vc0706 import Vc0706
from tests.hw_sim.benches import Client, bench, client, port

VERSION = "760011000b" + b"VC0703 1.00".hex()
STOP, RESUME, LENGTH = "5600360100", "5600360103", "5600340100"


@pytest.fixture(scope="module")
def line() -> Iterator[str]:
    with bench("vc0706") as running:
        yield port(running, "vc0706")


@pytest.fixture
def host(line: str) -> Iterator[Client]:
    with client(line, 38400) as opened:
        while not opened.hears_nothing():
            opened.read(100, 0.05)
        yield opened
        reset(opened)


def reset(host: Client) -> None:
    """Back to how it starts, whatever its speed; the boot text is read away."""
    for baud in (38400, 115200):
        host.set_baud(baud)
        host.write("56002600")
        if host.read(5, 0.1):
            host.set_baud(38400)
            while not host.hears_nothing():
                host.read(1000, 0.05)
            return


def length_of(host: Client) -> int:
    reply = host.ask(LENGTH, 9)
    assert reply.startswith("7600340004")
    return int(reply[10:], 16)


def picture(host: Client, chunk: int = 4096) -> bytes:
    """A picture read as the manual says."""
    assert host.ask(STOP, 5) == "7600360000"
    data, length = b"", length_of(host)
    while len(data) < length:
        count = min(chunk, length - len(data))
        host.write(f"5600320c000a{len(data):08x}{count:08x}000a")
        whole = host.read(count + 10)
        assert whole[:5] == whole[-5:] == bytes.fromhex("7600320000")
        data += whole[5:-5]
    return data


def seen(data: bytes) -> tuple[int, ...]:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return tuple(pixels.shape[:2])


def test_the_version_is_the_documented_bytes(host: Client) -> None:
    assert host.ask("56001100", 16) == VERSION
    assert host.ask("56001101", 16) == VERSION, "as widespread clients ask"


def test_a_reset_is_acknowledged_and_ends_with_init_end(host: Client) -> None:
    host.write("56002600")
    told = host.read(71, 1.0)
    assert told.startswith(bytes.fromhex("7600260000"))
    assert told.endswith(b"Init end\r\n")


def test_a_picture_is_a_jpeg_of_640_by_480_in_a_multiple_of_four_bytes(host: Client) -> None:
    data = picture(host)
    assert data.startswith(b"\xff\xd8")
    assert data.rstrip(b"\0").endswith(b"\xff\xd9")
    assert len(data) % 4 == 0
    assert 30_000 < len(data) < 60_000
    assert seen(data) == (480, 640)


def test_the_frame_stands_still_until_the_video_is_resumed(host: Client) -> None:
    assert length_of(host) == 0
    first = picture(host)
    assert picture(host) == first
    assert host.ask("5600360102", 5) == "7600360000", "step"
    assert picture(host) != first
    assert host.ask(RESUME, 5) == "7600360000"
    assert length_of(host) == 0
    assert host.ask("5600320c000a0000000000000020000a", 5) == "7600320400"


def test_a_speed_is_answered_at_the_old_one_and_a_reset_brings_the_first_back(host: Client) -> None:
    assert host.ask("56002403010da6", 5) == "7600240000"
    host.write("56001100")
    assert host.hears_nothing()
    host.set_baud(115200)
    assert host.ask("56001100", 16) == VERSION
    reset(host)
    assert host.ask("56001100", 16) == VERSION


def test_a_size_in_the_eeprom_counts_from_the_next_reset_on(host: Client) -> None:
    assert host.ask("5600300404010019", 6) == "760030000100"
    assert host.ask("560031050401001911", 5) == "7600310000"
    assert seen(picture(host)) == (480, 640)
    reset(host)
    assert host.ask("5600300404010019", 6) == "760030000111"
    assert seen(picture(host)) == (240, 320)
    assert host.ask("560031050401001900", 5) == "7600310000"


def test_downsizing_counts_at_once_and_is_forgotten(host: Client) -> None:
    assert host.ask("5600540122", 5) == "7600540000"
    assert host.ask("56005500", 6) == "760055000122"
    assert seen(picture(host)) == (120, 160)
    reset(host)
    assert host.ask("56005500", 6) == "760055000100"


def test_more_compression_is_a_smaller_picture(host: Client) -> None:
    assert host.ask("5600300401011204", 6) == "760030000136"
    large = len(picture(host))
    assert host.ask("560031050101120472", 5) == "7600310000"
    assert host.ask(RESUME, 5) == "7600360000"
    assert len(picture(host)) < large / 2


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        ("56009900", "7600990100"),
        ("56003600", "7600360200"),
        ("5600360107", "7600360300"),
        ("5600360102", "7600360400"),
        ("56002403014000", "7600240300"),
        ("560024020100", "7600240200"),
        ("5600300409010019", "7600300300"),
        ("5600310404010019", "7600310200"),
        ("5600320c000a000000000000001f000a", "7600320300"),
        ("5600320c000b0000000000000020000a", "7600320300"),
    ],
)
def test_what_it_cannot_do_is_refused_with_the_manuals_status(host: Client, request_: str, reply: str) -> None:
    assert host.ask(request_, 5) == reply


def device(faults: set[Fault] | None = None, scene: Scene | None = None) -> Vc0706:
    return Vc0706(scene or Scene(1, 0), faults or set(), random.Random(1))


def ask(camera: Vc0706, request: str, now_s: float = 0.0) -> bytes:
    return b"".join(out.frame for out in camera.receive(bytes.fromhex(request), now_s))


def test_another_serial_number_is_ignored() -> None:
    assert ask(device(), "56011100") == b""


def test_the_pause_around_the_bytes_is_the_one_asked_for() -> None:
    camera = device()
    ask(camera, STOP)
    outs = camera.receive(bytes.fromhex("5600320c000a000000000000002000ff"), 0.0)
    assert [len(out.frame) for out in outs] == [5, 32, 5]
    assert [round(out.work_s, 5) for out in outs[1:]] == [0.00255, 0.00255]


def test_some_chunks_come_short_with_that_fault() -> None:
    camera = device({Fault.SHORT_READ})
    ask(camera, STOP)
    lengths = {len(ask(camera, "5600320c000a0000000000000020000a")) for _ in range(60)}
    assert 42 in lengths
    assert min(lengths) < 42


def test_a_stuck_camera_cannot_now_and_a_frozen_one_repeats_itself() -> None:
    assert ask(device({Fault.STUCK_BUSY}), STOP).hex() == "7600360400"
    faults = {Fault.CAMERA_FROZEN}
    camera = device(faults)
    chunk = "5600320c000a0000000000010000000a"
    ask(camera, STOP)
    first = ask(camera, chunk)
    ask(camera, RESUME + STOP)
    assert ask(camera, chunk) == first
    faults.clear()
    ask(camera, RESUME + STOP)
    assert ask(camera, chunk) != first


def test_motion_is_told_unasked_once_it_was_asked_for() -> None:
    scene = Scene(1, 0)
    camera = device(scene=scene)
    assert ask(camera, "56003800").hex() == "760038000100"
    assert ask(camera, "5600370101").hex() == "7600370000"
    assert camera.streams
    assert camera.due(0.0) == []
    scene.pose = Pose(yaw_deg=20.0)
    assert [out.frame.hex() for out in camera.due(1.0)] == ["7600390000"]
    assert camera.due(2.0) == []
