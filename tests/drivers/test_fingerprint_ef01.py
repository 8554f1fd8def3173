"""EF01 modules over a pseudo-terminal: literal questions and answers, every trouble a cable can make."""

import threading
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
from drivers.fingerprint_ef01 import R307, R503, Ef01Reader
from drivers.trace import Direction
from tests.drivers.scripted import UNPLUG, Pieces, point, scripted

VFY_PWD = bytes.fromhex("EF01FFFFFFFF 01 0007 13 00000000 001B")
READ_PARA = bytes.fromhex("EF01FFFFFFFF 01 0003 0F 0013")
PROD_INFO = bytes.fromhex("EF01FFFFFFFF 01 0003 3C 0040")
FIRMWARE = bytes.fromhex("EF01FFFFFFFF 01 0003 3A 003E")
CHECK_SENSOR = bytes.fromhex("EF01FFFFFFFF 01 0003 36 003A")
GEN_IMG = bytes.fromhex("EF01FFFFFFFF 01 0003 01 0005")
UP_IMAGE = bytes.fromhex("EF01FFFFFFFF 01 0003 0A 000E")
PACKET_256 = bytes.fromhex("EF01FFFFFFFF 01 0005 0E 06 03 001D")
PACKET_128 = bytes.fromhex("EF01FFFFFFFF 01 0005 0E 06 02 001C")
FAST = bytes.fromhex("EF01FFFFFFFF 01 0005 0E 04 0C 0024")
SLOW = bytes.fromhex("EF01FFFFFFFF 01 0005 0E 04 06 001E")
OK = bytes.fromhex("EF01FFFFFFFF 07 0003 00 000A")
NO_FINGER = bytes.fromhex("EF01FFFFFFFF 07 0003 02 000C")
CAPTURE_FAILED = bytes.fromhex("EF01FFFFFFFF 07 0003 03 000D")
WRONG_PASSWORD = bytes.fromhex("EF01FFFFFFFF 07 0003 13 001D")
BAD_REGISTER = bytes.fromhex("EF01FFFFFFFF 07 0003 1A 0024")
ABNORMAL = bytes.fromhex("EF01FFFFFFFF 07 0003 29 0033")
PARA = bytes.fromhex("EF01FFFFFFFF 07 0013 00 0004 0000 00C8 0003 FFFFFFFF 0002 0006 04ED")

WIDTH, HEIGHT = 32, 16
PIXELS = (np.arange(WIDTH * HEIGHT) % 16 * 17).astype(np.uint8).reshape(HEIGHT, WIDTH)
PACKED = bytes(int(a) // 17 * 16 + int(b) // 17 for a, b in PIXELS.reshape(-1, 2))


def data_packet(pid: int, content: bytes, address: str = "FFFFFFFF") -> bytes:
    body = bytes([pid]) + (len(content) + 2).to_bytes(2, "big") + content
    return bytes.fromhex("EF01" + address) + body + (sum(body) & 0xFFFF).to_bytes(2, "big")


FIRST, LAST = data_packet(2, PACKED[:128]), data_packet(8, PACKED[128:])


def script(**changes: Pieces) -> dict[bytes, Pieces]:
    """A well R307 with a finger on it; it knows no ReadProdInfo and says so."""
    answers: dict[str, tuple[bytes, Pieces]] = {
        "password": (VFY_PWD, [OK]),
        "product": (PROD_INFO, [BAD_REGISTER]),
        "parameters": (READ_PARA, [PARA]),
        "look": (GEN_IMG, [OK]),
        "upload": (UP_IMAGE, [OK, FIRST, LAST]),
    }
    return {request: changes.get(name, pieces) for name, (request, pieces) in answers.items()}


@pytest.fixture
def short_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.fingerprint_ef01.PROBE_S", 0.1)


def reader(port: str, **more: str | int | bool) -> Ef01Reader:
    options: dict[str, str | int | float | bool] = {"width": WIDTH, "height": HEIGHT, "raise_baud": False, **more}
    return Ef01Reader(DriverSettings("ef01-r307", port, options=options), R307)


def test_a_well_module_is_ready_and_known_to_be_simulated() -> None:
    with scripted(script()) as device:
        module = reader(device.port)
        status = module.open()
        assert isinstance(status, Ready)
        assert (status.info.model, status.info.port, status.info.simulated) == ("R307", device.port, True)
        assert isinstance(module.check(), Ready)
        module.close()


def test_a_module_that_does_not_answer_unknown_questions_is_ready_too() -> None:
    with scripted(script(product=[])) as device:
        module = reader(device.port)
        assert isinstance(module.open(), Ready)
        module.close()


STREAM = OK + FIRST + LAST
UPLOADS: dict[str, Pieces] = {
    "clean": [OK, FIRST, LAST],
    "joined": [STREAM],
    "split": [STREAM[at : at + 37] for at in range(0, len(STREAM), 37)],
    "noisy": [b"\x00\x7f", OK, b"\x55\xef", FIRST, b"\xaa\xaa\xaa", LAST],
    "without the end packet": [OK, FIRST, data_packet(2, PACKED[128:])],
    "with a foreign address": [data_packet(7, b"\x00", "00000001"), OK, data_packet(2, b"x", "00000001"), FIRST, LAST],
    "with a boot byte": [b"\x55", STREAM],
}


@pytest.mark.parametrize("name", UPLOADS)
def test_an_impression_arrives_whole(name: str) -> None:
    with scripted(script(upload=UPLOADS[name])) as device:
        module = reader(device.port)
        seen: list[Progress] = []
        image = module.capture(5.0, progress=seen.append)
        assert isinstance(image, FingerImage)
        assert np.array_equal(image.pixels, PIXELS)
        assert (image.depth_bits, image.resolution_ppi) == (4, 500)
        assert seen[-1].rows_total == HEIGHT
        assert np.array_equal(seen[-1].pixels, PIXELS)
        module.close()


def test_a_boot_byte_before_every_answer_is_tolerated() -> None:
    with scripted(script(password=[b"\x55", OK], parameters=[b"\x55" + PARA])) as device:
        module = reader(device.port)
        assert isinstance(module.open(), Ready)
        module.close()


def test_a_garbled_upload_is_asked_for_once_more_and_then_reported() -> None:
    broken = bytearray(FIRST)
    broken[40] ^= 1
    with scripted(script(upload=[OK, bytes(broken), LAST])) as device:
        module = reader(device.port)
        result = module.capture(5.0)
        assert isinstance(result, Faulted)
        assert (result.fault, result.detail) == (Fault.GARBLED, "128 of 256 image bytes")
        assert device.asked.count(UP_IMAGE) == 2
        module.close()


def test_an_upload_of_nothing_but_garbage_is_garbled_and_one_of_nothing_is_silent() -> None:
    for upload, fault in (([OK, bytes(300)], Fault.GARBLED), ([OK], Fault.SILENT)):
        with scripted(script(upload=upload)) as device:
            module = reader(device.port)
            assert module.capture(5.0) == Faulted(device.port, fault, "0 of 256 image bytes")
            module.close()


def test_unplugged_in_mid_transfer_is_lost_and_plugged_again_goes_on_by_itself(tmp_path: Path) -> None:
    link = tmp_path / "reader"
    with scripted(script(upload=[OK, FIRST[:50], UNPLUG])) as device:
        module = reader(point(link, device))
        assert module.capture(5.0) == Disconnected(str(link), Absence.LOST)
        link.unlink()
        assert module.check() == Disconnected(str(link), Absence.NOT_PLUGGED)
    with scripted(script()) as again:
        point(link, again)
        assert isinstance(module.check(), Ready)
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


@pytest.mark.usefixtures("short_probes")
@pytest.mark.parametrize("speed", [9_600, 115_200])
def test_a_module_at_another_speed_is_found(speed: int) -> None:
    with scripted(script(), speed=speed, noise=b"\xf8\x80\x3e") as device:
        module = reader(device.port)
        assert isinstance(module.open(), Ready)
        assert set(device.speed_seen) == {speed}
        module.close()


@pytest.mark.usefixtures("short_probes")
def test_noise_at_every_speed_is_garbled() -> None:
    with scripted({}, speed=1, noise=b"\xf8\x80\x3e\x00") as device:
        module = reader(device.port)
        assert module.check() == Faulted(device.port, Fault.GARBLED)
        module.close()


@pytest.mark.parametrize("answer", ["EF02FFFFFFFF 07 0003 00 000A", "F5090000000009F5"])
def test_another_header_is_another_device(answer: str) -> None:
    with scripted(script(password=[bytes.fromhex(answer)])) as device:
        module = reader(device.port)
        status = module.check()
        assert isinstance(status, Faulted)
        assert status.fault is Fault.WRONG_DEVICE
        module.close()


def test_a_wrong_password_is_said() -> None:
    with scripted(script(password=[WRONG_PASSWORD])) as device:
        module = reader(device.port)
        assert module.open() == Faulted(device.port, Fault.PASSWORD)
        module.close()


def test_nothing_plugged_and_a_port_in_use_are_told_apart(tmp_path: Path) -> None:
    missing = str(tmp_path / "reader")
    assert reader(missing).open() == Disconnected(missing, Absence.NOT_PLUGGED)
    with scripted(script()) as device:
        first, second = reader(device.port), reader(device.port)
        assert isinstance(first.open(), Ready)
        assert second.open() == Disconnected(device.port, Absence.IN_USE)
        first.close()


def test_no_finger_until_the_deadline_is_no_fault() -> None:
    with scripted(script(look=[NO_FINGER])) as device:
        module = reader(device.port)
        module.open()
        begun_s = time.monotonic()
        assert module.capture(0.4) == TimedOut()
        assert 0.3 < time.monotonic() - begun_s < 1.0
        assert module.finger_present() is False
        module.close()


def test_an_answer_lost_on_the_line_is_asked_for_again() -> None:
    with scripted(script(look=[OK[:-1] + b"\x99"])) as device:

        def mend(request: bytes) -> None:
            if request == GEN_IMG:
                device.script[GEN_IMG] = [OK]

        device.on_asked = mend
        module = reader(device.port)
        assert isinstance(module.capture(3.0), FingerImage)
        assert device.asked.count(GEN_IMG) == 2
        module.close()


def test_a_sensor_that_fails_at_every_look_is_abnormal() -> None:
    with scripted(script(look=[CAPTURE_FAILED])) as device:
        module = reader(device.port)
        assert module.capture(0.8) == Faulted(device.port, Fault.SENSOR_ABNORMAL, "takes no image")
        module.close()


def test_a_module_that_says_it_is_busy_is_busy() -> None:
    busy = bytes.fromhex("EF01FFFFFFFF 07 0013 00 0005 0000 00C8 0003 FFFFFFFF 0002 0006 04EE")
    with scripted(script(parameters=[busy])) as device:
        module = reader(device.port)
        assert isinstance(module.check(), Busy)
        module.close()


def test_a_receiver_that_sends_text_is_another_device() -> None:
    with scripted(script()) as device:
        module = reader(device.port)
        module.open()
        device.script = {READ_PARA: [b"$GPGLL,0610.50,S,10649.60,E\r\n"]}
        status = module.check()
        assert isinstance(status, Faulted)
        assert status.fault is Fault.WRONG_DEVICE
        module.close()


def test_a_finger_is_seen_without_a_transfer() -> None:
    with scripted(script()) as device:
        module = reader(device.port)
        assert module.finger_present() is True
        assert UP_IMAGE not in device.asked
        module.close()


def test_waiting_for_a_finger_can_be_cancelled() -> None:
    cancel = Event()
    with scripted(script(look=[NO_FINGER])) as device:
        device.on_asked = lambda request: cancel.set() if request == GEN_IMG else None
        module = reader(device.port)
        begun_s = time.monotonic()
        assert module.capture(30.0, cancel) == Cancelled()
        assert time.monotonic() - begun_s < 2.0
        module.close()


def test_a_cancelled_transfer_is_let_run_out_before_the_next_question() -> None:
    cancel = Event()
    upload: Pieces = [OK, FIRST, *[bytes([at]) for at in LAST]]
    with scripted(script(upload=upload)) as device:
        module = reader(device.port)
        assert module.capture(5.0, cancel, progress=lambda _rows: cancel.set()) == Cancelled()
        assert isinstance(module.check(), Ready)
        module.close()


def test_an_abnormal_sensor_is_reported() -> None:
    with scripted(script(look=[ABNORMAL])) as device:
        module = reader(device.port)
        assert module.finger_present() == Faulted(device.port, Fault.SENSOR_ABNORMAL)
        module.close()


def test_the_module_is_sped_up_for_the_transfer_and_put_back_on_close() -> None:
    answers = script() | {PACKET_256: [OK], PACKET_128: [OK], FAST: [OK], SLOW: [OK]}
    with scripted(answers) as device:
        module = reader(device.port, raise_baud=True)
        assert isinstance(module.open(), Ready)
        assert not {PACKET_256, FAST} & set(device.asked)
        assert isinstance(module.capture(5.0), FingerImage)
        assert isinstance(module.capture(5.0), FingerImage)
        module.close()
        speeds = dict(zip(device.asked, device.speed_seen, strict=True))
        assert (speeds[FAST], speeds[UP_IMAGE], speeds[SLOW]) == (57_600, 115_200, 115_200)
        assert device.asked.count(FAST) == 1
        assert device.asked[-2:] == [PACKET_128, SLOW]


@pytest.mark.usefixtures("short_probes")
def test_a_line_that_fails_at_the_high_speed_goes_on_at_the_old_one() -> None:
    with scripted(script() | {FAST: [OK]}, speed=57_600) as device:
        module = reader(device.port, raise_baud=True)
        assert isinstance(module.capture(5.0), FingerImage)
        assert set(device.speed_seen) == {57_600}
        module.close()


def test_an_r503_tells_its_own_size_and_tests_its_sensor() -> None:
    product = b"R503".ljust(16, b"\0") + b"B001" + b"SN000042" + b"\1\2" + bytes(8) + bytes.fromhex("00200010060000C8")
    known: dict[bytes, Pieces] = {
        PROD_INFO: [data_packet(7, b"\0" + product)],
        FIRMWARE: [data_packet(7, b"\0" + b"1.4".ljust(32, b"\0"))],
        CHECK_SENSOR: [OK],
    }
    with scripted(script() | known) as device:
        settings = DriverSettings("ef01-r503", device.port, options={"raise_baud": False})
        module = Ef01Reader(settings, R503)
        status = module.check()
        assert isinstance(status, Ready)
        assert (status.info.model, status.info.serial, status.info.firmware) == ("R503", "SN000042", "1.4")
        image = module.capture(5.0)
        assert isinstance(image, FingerImage)
        assert (image.pixels.shape, image.resolution_ppi) == ((16, 32), 508)
        device.script[CHECK_SENSOR] = [ABNORMAL]
        assert module.check() == Faulted(device.port, Fault.SENSOR_ABNORMAL)
        module.close()


def test_the_trace_keeps_no_fingerprint() -> None:
    with scripted(script(upload=UPLOADS["noisy"])) as device:
        module = reader(device.port)
        module.capture(5.0)
        module.close()
        received = [entry for entry in module.trace.entries() if entry.direction is Direction.RECEIVED]
        packets = [entry for entry in received if entry.data.startswith(FIRST[:6]) and entry.data[6] in (2, 8)]
        assert [(len(entry.data), entry.masked_bytes) for entry in packets] == [(9, 130), (9, 130)]
        assert all(len(entry.data) <= len(PARA) for entry in received)
        assert VFY_PWD in [entry.data for entry in module.trace.entries() if entry.direction is Direction.SENT]


def test_a_driver_asserts_its_one_thread() -> None:
    wrong: list[type[BaseException]] = []
    with scripted(script()) as device:
        module = reader(device.port)
        module.open()

        def call() -> None:
            try:
                module.check()
            except AssertionError as seen:
                wrong.append(type(seen))

        other = threading.Thread(target=call)
        other.start()
        other.join()
        module.close()
    assert wrong == [AssertionError]
