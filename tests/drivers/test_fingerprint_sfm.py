"""SFM modules over a pseudo-terminal: literal questions and answers, and the simulated module at its line's speed."""

import struct
import time
from pathlib import Path
from threading import Event

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
    FingerImage,
    Progress,
    Ready,
    TimedOut,
)
from drivers.fingerprint_sfm import SfmReader
from drivers.trace import Direction
from tests.drivers.scripted import UNPLUG, Pieces, point, scripted
from tests.hw_sim.benches import bench, client, port

WIDTH, HEIGHT = 32, 20
PIXELS = (np.arange(WIDTH * HEIGHT) * 7 % 256).astype(np.uint8).reshape(HEIGHT, WIDTH)


def packet(command: int, param: int = 0, size: int = 0, flag: int = 0) -> bytes:
    """Put together here by the manual's rule, not by the codec under test."""
    body = struct.pack("<BBIIB", 0x40, command, param, size, flag)
    return body + bytes((sum(body) & 0xFF, 0x0A))


STATUS = packet(0x04)
ALIVE = packet(0x04, 0x30, 0, 0x61)
SCAN = bytes.fromhex("40 15 00000000 00000000 00 55 0A")
SCANNED = packet(0x15, flag=0x62)
IMAGE = struct.pack("<7i", WIDTH, HEIGHT, 0, 0, 0, WIDTH * HEIGHT, 0) + PIXELS.tobytes()
DONE = packet(0x15, size=len(IMAGE), flag=0x61)
READ_AGAIN = packet(0x20)
CANCEL, CANCELLED = packet(0x60), packet(0x60, flag=0x61)
LOOK = packet(0x11)
STREAM = SCANNED + DONE + IMAGE + b"\n"


def script(**changes: Pieces) -> dict[bytes, Pieces]:
    """A well module with a finger on it, set to grey images as the driver wants them."""
    answers: dict[str, tuple[bytes, Pieces]] = {
        "status": (STATUS, [ALIVE]),
        "firmware": (packet(0x03, flag=0x6E), [packet(0x03, 0, int.from_bytes(b"V3.1", "little"), 0x61)]),
        "serial": (bytes.fromhex("40 03 00000000 00000000 6F B2 0A"), [packet(0x03, 0, 4711, 0x61)]),
        "format": (packet(0x03, flag=0x6C), [packet(0x03, 0, 0x30, 0x61)]),
        "success": (packet(0x03, flag=0x75), [packet(0x03, 0, 0x31, 0x61)]),
        "scan": (SCAN, [STREAM]),
        "cancel": (CANCEL, [CANCELLED]),
    }
    return {request: changes.get(name, pieces) for name, (request, pieces) in answers.items()}


def reader(path: str, **more: str | int | bool) -> SfmReader:
    options: dict[str, str | int | float | bool] = {"width": WIDTH, "height": HEIGHT, "raise_baud": False, **more}
    return SfmReader(DriverSettings("sfm5020", path, options=options))


def test_a_well_module_is_ready_and_known_to_be_simulated() -> None:
    with scripted(script()) as device:
        module = reader(device.port)
        status = module.open()
        assert isinstance(status, Ready)
        info = status.info
        assert (info.model, info.serial, info.firmware, info.simulated) == ("SFM5020", "4711", "V3.1", True)
        assert isinstance(module.check(), Ready)
        module.close()


TRANSFERS: dict[str, Pieces] = {
    "joined": [STREAM],
    "split": [STREAM[at : at + 41] for at in range(0, len(STREAM), 41)],
    "noisy": [b"\x00\x40\x7f", SCANNED, b"\xff\x40", DONE, IMAGE, b"\n"],
    "without a word that the finger was read": [DONE + IMAGE + b"\n"],
}


@pytest.mark.parametrize("name", TRANSFERS)
def test_an_impression_arrives_whole(name: str) -> None:
    with scripted(script(scan=TRANSFERS[name])) as device:
        module = reader(device.port)
        seen: list[Progress] = []
        image = module.capture(5.0, progress=seen.append)
        assert isinstance(image, FingerImage)
        assert np.array_equal(image.pixels, PIXELS)
        assert (image.depth_bits, image.resolution_ppi) == (8, 500)
        assert np.array_equal(seen[-1].pixels, PIXELS)
        module.close()


def test_an_image_that_comes_short_is_read_once_more() -> None:
    again: dict[bytes, Pieces] = {READ_AGAIN: [packet(0x20, size=len(IMAGE), flag=0x61) + IMAGE + b"\n"]}
    with scripted(script(scan=[STREAM[:-200]]) | again) as device:
        module = reader(device.port)
        assert isinstance(module.capture(5.0), FingerImage)
        module.close()
    with scripted(script(scan=[SCANNED + DONE + IMAGE[:50] + b"x" + IMAGE[50:]]) | again) as device:
        module = reader(device.port)
        assert isinstance(module.capture(5.0), FingerImage), "a doubled byte shows at the end"
        module.close()


def test_an_image_of_another_size_or_format_is_refused() -> None:
    for at, value in ((0, 16), (16, 1)):
        wrong = IMAGE[:at] + struct.pack("<i", value) + IMAGE[at + 4 :]
        with scripted(script(scan=[SCANNED, DONE, wrong, b"\n"])) as device:
            module = reader(device.port)
            result = module.capture(5.0)
            assert isinstance(result, Faulted)
            assert result.fault is Fault.REFUSED
            module.close()


def test_unplugged_in_mid_transfer_is_lost_and_plugged_again_goes_on_by_itself(tmp_path: Path) -> None:
    link = tmp_path / "reader"
    with scripted(script(scan=[STREAM[:100], UNPLUG])) as device:
        module = reader(point(link, device))
        assert module.capture(5.0) == Disconnected(str(link), Absence.LOST)
        link.unlink()
        assert module.check() == Disconnected(str(link), Absence.NOT_PLUGGED)
    with scripted(script()) as again:
        point(link, again)
        assert isinstance(module.capture(5.0), FingerImage)
        module.close()


def test_a_silent_port_is_told_within_the_deadline() -> None:
    with scripted({}) as device:
        module = reader(device.port)
        begun_s = time.monotonic()
        assert module.check() == Faulted(device.port, Fault.SILENT)
        assert module.finger_present() == Faulted(device.port, Fault.SILENT)
        assert time.monotonic() - begun_s < 2.0 + 0.6
        module.close()


@pytest.mark.parametrize("answer", [b"$GPGLL,0610.50,S,10649.60,E\r\n", bytes.fromhex("EF01FFFFFFFF07000300000A")])
def test_another_device_is_named_so(answer: bytes) -> None:
    with scripted(script(status=[answer])) as device:
        module = reader(device.port)
        status = module.open()
        assert isinstance(status, Faulted)
        assert status.fault is Fault.WRONG_DEVICE
        module.close()


def test_a_module_at_another_speed_is_found() -> None:
    with scripted(script(), speed=921_600, noise=b"\xf8\x80\x3e") as device:
        module = reader(device.port)
        assert isinstance(module.open(), Ready)
        assert set(device.speed_seen) == {921_600}
        module.close()


def test_no_finger_until_the_deadline_is_cancelled_and_no_fault() -> None:
    with scripted(script(scan=[])) as device:
        module = reader(device.port)
        module.open()
        assert module.capture(0.3) == TimedOut()
        assert device.asked[-1] == CANCEL
        cancel = Event()
        device.on_asked = lambda request: cancel.set() if request == SCAN else None
        assert module.capture(30.0, cancel) == Cancelled()
        module.close()


def test_a_module_that_dies_while_it_waits_is_silent() -> None:
    with scripted(script(scan=[], cancel=[])) as device:
        module = reader(device.port)
        module.open()
        assert module.capture(0.2) == Faulted(device.port, Fault.SILENT)
        module.close()


def test_a_look_tells_a_finger_from_none_without_an_image() -> None:
    with scripted(script() | {LOOK: [packet(0x11, flag=0x62), packet(0x11, flag=0x69)]}) as device:
        module = reader(device.port)
        module.open()
        assert module.finger_present() is True
        device.script[LOOK] = []
        begun_s = time.monotonic()
        assert module.finger_present() is False
        assert time.monotonic() - begun_s < 0.5
        assert SCAN not in device.asked
        module.close()


ANSWERS = {0x80: Busy, 0xA1: Faulted, 0xB0: Faulted}


@pytest.mark.parametrize("code", ANSWERS)
def test_a_refused_scan_is_told(code: int) -> None:
    with scripted(script(scan=[packet(0x15, flag=code)])) as device:
        module = reader(device.port)
        result = module.capture(1.0)
        assert type(result) is ANSWERS[code]
        if code == 0xA1:
            assert result == Faulted(device.port, Fault.PASSWORD)
        module.close()


def test_a_sensor_that_never_takes_an_image_is_abnormal() -> None:
    with scripted(script(scan=[packet(0x15, flag=0x63)])) as device:
        module = reader(device.port)
        assert module.capture(2.0) == Faulted(device.port, Fault.SENSOR_ABNORMAL, "takes no image")
        module.close()


def test_the_trace_keeps_no_fingerprint() -> None:
    with scripted(script(scan=TRANSFERS["split"])) as device:
        module = reader(device.port)
        module.capture(5.0)
        module.close()
        entries = [entry for entry in module.trace.entries() if entry.direction is Direction.RECEIVED]
        assert all(len(entry.data) <= 13 for entry in entries)
        assert sum(entry.masked_bytes for entry in entries) >= len(IMAGE)


def test_a_real_sized_image_comes_at_921600_baud_with_little_work_and_the_speed_is_put_back() -> None:
    with bench("sfm5020", real=True) as running:
        module = SfmReader(DriverSettings("sfm5020", port(running, "sfm5020")))
        first = module.capture(5.0)
        assert isinstance(first, FingerImage)
        assert running.posts["sfm5020"].describe()["baud"] == 921_600
        worked_s, begun_s = time.thread_time(), time.monotonic()
        image = module.capture(5.0)
        took_s, worked_s = time.monotonic() - begun_s, time.thread_time() - worked_s
        assert isinstance(image, FingerImage)
        assert image.pixels.shape == (320, 272)
        assert 0.95 < took_s < 3.0, "0.95 s of bytes, up to 0.7 s until the finger comes back, 0.2 s to scan"
        assert worked_s < 0.25 * took_s
        module.close()
        assert running.posts["sfm5020"].describe()["baud"] == 115_200
        with client(port(running, "sfm5020"), 115_200) as host:
            host.write(packet(0x03, flag=0x6C).hex())
            assert host.read(13) == packet(0x03, 0, 0x31, 0x61), "binary images again, as it was found"


def test_the_simulated_module_tells_fingers_from_none() -> None:
    with bench("sfm5020") as running:
        module = SfmReader(DriverSettings("sfm5020", port(running, "sfm5020"), options={"raise_baud": False}))
        assert any(module.finger_present() is True for _look in range(5))  # a busy machine may answer too late once
        running.scene.hand.lifted = True
        assert module.finger_present() is False
        assert module.capture(0.2) == TimedOut()
        running.fault("sfm5020", "stuck_busy", True)
        assert isinstance(module.check(), Busy)
        module.close()
