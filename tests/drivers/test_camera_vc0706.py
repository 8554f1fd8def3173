"""A VC0706 camera over a pseudo-terminal that answers the manual's literal bytes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from threading import Event

import cv2
import numpy as np
import pytest

from drivers.api import (
    Absence,
    Busy,
    Cancelled,
    Disconnected,
    DriverSettings,
    Fault,
    Faulted,
    Frame,
    NotCaptured,
    Ready,
    TimedOut,
)
from drivers.camera_vc0706 import Vc0706Camera
from drivers.trace import Direction
from tests.drivers.scripted import UNPLUG, Pieces, Scripted, point, scripted

VERSION, VERSION_REPLY = bytes.fromhex("56001100"), bytes.fromhex("760011000B") + b"VC0703 1.00"
GET_SIZE, GET_SIZE_REPLY = bytes.fromhex("5600300404010019"), bytes.fromhex("760030000100")
SET_SIZE = bytes.fromhex("560031050401001900")
COMPRESSION = bytes.fromhex("560031050101120436")
WRITTEN = bytes.fromhex("7600310000")
TO_115200, BAUD_REPLY = bytes.fromhex("56002403010DA6"), bytes.fromhex("7600240000")
RESUME, STOP, CONTROLLED = bytes.fromhex("5600360103"), bytes.fromhex("5600360100"), bytes.fromhex("7600360000")
LENGTH = bytes.fromhex("5600340100")
AROUND = bytes.fromhex("7600320000")
RESET, BOOT = bytes.fromhex("56002600"), bytes.fromhex("7600260000") + b"VC0703 1.00\r\n525\r\nInit end\r\n"
CHUNK = 2880


def jpeg(seed: int = 1) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 256, (48, 128, 3), np.uint8)
    noise[:, :32] = (255, 0, 0)
    data = cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    return data + bytes(-len(data) % 4)


def reads(picture: bytes) -> dict[bytes, Pieces]:
    """Each chunk's request and its whole answer."""
    chunks: dict[bytes, Pieces] = {}
    for at in range(0, len(picture), CHUNK):
        data = picture[at : at + CHUNK]
        request = bytes.fromhex(f"5600320C000A{at:08X}{len(data):08X}000A")
        chunks[request] = [AROUND, data[:100], data[100:], AROUND]
    return chunks


def script(picture: bytes) -> dict[bytes, Pieces]:
    started: dict[bytes, Pieces] = {
        VERSION: [VERSION_REPLY],
        GET_SIZE: [GET_SIZE_REPLY],
        COMPRESSION: [WRITTEN],
        TO_115200: [BAUD_REPLY],
        RESUME: [CONTROLLED],
        STOP: [CONTROLLED],
        LENGTH: [bytes.fromhex("7600340004") + len(picture).to_bytes(4, "big")],
    }
    return started | reads(picture)


@contextmanager
def camera(picture: bytes) -> Iterator[tuple[Scripted, Vc0706Camera]]:
    with scripted(script(picture)) as device:
        driver = Vc0706Camera(DriverSettings("vc0706", device.port))
        yield device, driver
        driver.close()


def patient(driver: Vc0706Camera, deadline_s: float = 0.2) -> Frame | NotCaptured:
    """What comes after calls that ended before their picture was whole."""
    for _ in range(50):
        result = driver.read(deadline_s)
        if not isinstance(result, TimedOut):
            return result
    return TimedOut()


def test_it_is_found_set_up_and_raised_to_115200() -> None:
    with camera(jpeg()) as (device, driver):
        status = driver.open()
        assert isinstance(status, Ready)
        assert status.info.firmware == "VC0703 1.00"
        assert status.info.simulated
        assert device.asked == [VERSION, GET_SIZE, COMPRESSION, TO_115200, VERSION]
        assert device.speed_seen == [38_400] * 4 + [115_200]


def test_a_camera_that_cannot_go_faster_stays_as_it_is() -> None:
    with scripted(script(jpeg()), speed=38_400) as device:
        driver = Vc0706Camera(DriverSettings("vc0706", device.port))
        assert isinstance(driver.open(), Ready)
        assert isinstance(driver.check(), Ready)
        assert set(device.speed_seen) == {38_400}
        driver.close()


def test_a_camera_that_was_left_at_another_speed_is_found() -> None:
    with scripted(script(jpeg()), speed=115_200, noise=b"\x80") as device:
        driver = Vc0706Camera(DriverSettings("vc0706", device.port))
        assert isinstance(driver.open(), Ready)
        driver.close()


def test_another_size_is_set_and_in_force_after_a_reset() -> None:
    with camera(jpeg()) as (device, driver):
        device.script |= {GET_SIZE: [GET_SIZE_REPLY[:-1] + b"\x11"], SET_SIZE: [WRITTEN], RESET: [BOOT]}
        assert isinstance(driver.open(), Ready)
        told_once = [request for request, _ in groupby(device.asked)]  # a busy machine asks again
        assert told_once[:5] == [VERSION, GET_SIZE, SET_SIZE, RESET, VERSION]


def test_a_frame_is_the_picture_in_blue_green_red() -> None:
    picture = jpeg()
    assert len(picture) > CHUNK
    with camera(picture) as (device, driver):
        driver.open()
        frame = driver.read(3.0)
        assert isinstance(frame, Frame)
        assert frame.pixels.shape == (48, 128, 3)
        assert frame.pixels[24, 10, 0] > 230
        assert frame.pixels[24, 10, 2] < 25
        assert device.asked[5:8] == [RESUME, STOP, LENGTH]


def test_a_picture_goes_on_over_calls_that_are_too_short_for_it() -> None:
    with camera(jpeg()) as (device, driver):
        driver.open()
        assert driver.read(0.03) == TimedOut()
        assert isinstance(patient(driver), Frame)
        assert device.asked.count(LENGTH) == 2, "of one picture, asked twice as no sum covers it"
        assert all(device.asked.count(chunk) == 1 for chunk in reads(jpeg()))


def test_a_chunk_that_came_short_is_read_again() -> None:
    picture = jpeg()
    with camera(picture) as (device, driver):
        driver.open()
        chunk, whole = next(iter(reads(picture).items()))
        device.script[chunk] = [AROUND, picture[:50], AROUND]

        def get_well(request: bytes) -> None:
            if request == chunk:
                device.script[chunk] = whole

        device.on_asked = get_well
        assert isinstance(driver.read(3.0), Frame)
        assert device.asked.count(chunk) == 2


def test_chunks_that_always_come_short_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.vc0706_line.IDLE_S", 0.05)
    picture = jpeg()
    with camera(picture) as (device, driver):
        driver.open()
        device.script |= {chunk: [AROUND, b"\x01" * 50, AROUND] for chunk in reads(picture)}
        assert driver.read(5.0) == Faulted(device.port, Fault.GARBLED, f"0 of {len(picture)} picture bytes")


def test_a_picture_that_repeats_itself_for_a_second_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.camera_vc0706.FROZEN_S", 0.05)
    with camera(jpeg()) as (device, driver):
        driver.open()
        assert isinstance(driver.read(3.0), Frame)
        assert driver.read(3.0) == Faulted(device.port, Fault.FROZEN)
        other = jpeg(seed=2)
        device.script |= script(other)
        assert isinstance(driver.read(3.0), Frame)


def test_a_camera_that_fell_silent_is_a_fault_however_short_the_calls_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.camera_vc0706.STALLED_S", 0.5)
    with camera(jpeg()) as (device, driver):
        driver.open()
        device.script.clear()
        begun_s = time.monotonic()
        assert driver.read(0.1) == TimedOut()
        assert patient(driver, 0.1) == Faulted(device.port, Fault.SILENT)
        assert time.monotonic() - begun_s < 1.5


def test_a_picture_with_a_stray_marker_inside_is_no_frame() -> None:
    spoiled = bytearray(jpeg())
    spoiled[3000:3002] = b"\xff\x31"
    with camera(bytes(spoiled)) as (device, driver):
        driver.open()
        assert driver.read(3.0) == Faulted(device.port, Fault.GARBLED, "no picture")


def test_bytes_that_are_no_jpeg_are_no_frame() -> None:
    with camera(b"\x55" * 400) as (device, driver):
        driver.open()
        assert driver.read(2.0) == Faulted(device.port, Fault.GARBLED, "no picture")


def test_a_camera_that_refuses_says_with_which_status() -> None:
    with camera(jpeg()) as (device, driver):
        driver.open()
        device.script[STOP] = [bytes.fromhex("7600360500")]
        assert driver.read(2.0) == Faulted(device.port, Fault.REFUSED, "command 36: status 5")


def test_a_camera_that_cannot_now_is_busy() -> None:
    with camera(jpeg()) as (device, driver):
        driver.open()
        device.script[STOP] = [bytes.fromhex("7600360400")]
        assert isinstance(driver.read(2.0), Busy)


@pytest.mark.parametrize(
    ("said", "fault"),
    [(b"", Fault.SILENT), (b"\x80\x07\xf0", Fault.GARBLED), (b"$GPGLL,0610.50,S\r\n", Fault.WRONG_DEVICE)],
)
def test_what_is_no_camera_is_told_apart_within_two_seconds(
    said: bytes, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.camera_vc0706.PROBE_S", 0.05)
    with scripted({VERSION: [said] if said else []}) as device:
        driver = Vc0706Camera(DriverSettings("vc0706", device.port))
        begun_s = time.monotonic()
        status = driver.check()
        assert isinstance(status, Faulted)
        assert status.fault is fault
        assert time.monotonic() - begun_s < 2.0
        driver.close()


def test_waiting_can_be_cancelled_and_the_picture_goes_on_afterwards() -> None:
    cancel = Event()
    picture = jpeg()
    with camera(picture) as (device, driver):
        driver.open()
        first = next(iter(reads(picture)))
        device.on_asked = lambda request: cancel.set() if request == first else None
        begun_s = time.monotonic()
        assert driver.read(30.0, cancel) == Cancelled()
        assert time.monotonic() - begun_s < 2.0
        assert isinstance(patient(driver), Frame)


def test_a_check_gives_up_the_picture_under_way() -> None:
    with camera(jpeg()) as (device, driver):
        driver.open()
        driver.read(0.12)
        assert isinstance(driver.check(), Ready)
        assert isinstance(driver.read(3.0), Frame)
        assert device.asked.count(STOP) <= 2


def test_the_trace_keeps_no_picture() -> None:
    picture = jpeg()
    with camera(picture) as (_device, driver):
        driver.open()
        assert isinstance(driver.read(3.0), Frame)
        received = [entry for entry in driver.trace.entries() if entry.direction is Direction.RECEIVED]
        assert max(len(entry.data) for entry in received) < 20
        assert sum(entry.masked_bytes for entry in received) >= len(picture)


def test_unplugged_is_lost_and_comes_back_by_itself(tmp_path: Path) -> None:
    stable = tmp_path / "camera"
    with scripted(script(jpeg())) as device:
        driver = Vc0706Camera(DriverSettings("vc0706", point(stable, device)))
        driver.open()
        device.script[next(iter(reads(jpeg())))] = [AROUND, UNPLUG]
        assert driver.read(2.0) == Disconnected(str(stable), Absence.LOST)
    with scripted(script(jpeg())) as again:
        point(stable, again)
        assert isinstance(driver.check(), Ready)
        assert isinstance(driver.read(2.0), Frame)
        driver.close()


def test_an_option_that_the_camera_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="option width"):
        Vc0706Camera(DriverSettings("vc0706", "/dev/null", options={"width": 800}))
