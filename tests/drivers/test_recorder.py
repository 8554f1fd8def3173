"""A device's line recorded, stripped of the person, and replayed: the driver meets the same again."""

from dataclasses import replace
from threading import Event, Thread

import numpy as np
import pytest

from drivers import recorder
from drivers.api import DriverSettings, FingerImage, Frame, Ready
from drivers.camera_vc0706 import Vc0706Camera
from drivers.factory import KINDS, make
from drivers.fingerprint_ef01 import R307, Ef01Reader
from drivers.fingerprint_sfm import SfmReader
from drivers.recorder import record
from drivers.trace import Frame as TracedFrame
from drivers.trace import Trace, Traced, TraceEntry, frame
from hw_sim.faults import Fault
from hw_sim.replay import open_replay
from protocols import ef01
from protocols.ef01_commands import VfyPwd
from protocols.masking import masked
from protocols.recording import Chunk, Direction, Head, Recording, decode, encode
from tests.hw_sim.benches import bench, port

OPTIONS: dict[str, dict[str, str | int | float | bool]] = {"vc0706": {"width": 160}}
SECONDS = {"vc0706": 0.9, "topaz": 1.5, "isdv4": 1.5, "pyrousb": 0.5}
SLOW = ("vc0706", "topaz", "isdv4", "sfm5020")
SERIAL_KINDS = [pytest.param(kind, marks=pytest.mark.long) if kind in SLOW else kind for kind in KINDS if kind != "uvc"]


def recorded(kind: str, at: str, seconds: float | None = None) -> Recording:
    settings = DriverSettings(kind, at, options=OPTIONS.get(kind, {}))
    return record(settings, seconds or SECONDS.get(kind, 1.0), "2026-11-24T08:00:00+00:00", "test")


def of_simulator(kind: str, *faults: Fault) -> Recording:
    with bench(kind) as running:
        for fault in faults:
            running.fault(kind, fault.value, True)
        return recorded(kind, port(running, kind))


def replayed(recording: Recording) -> Recording:
    """What a driver meets at the replay of a recording that went through a file."""
    line = open_replay(decode(encode(recording)), real_rate=False)
    try:
        return recorded(recording.head.kind, line.port)
    finally:
        line.close()


def heard(recording: Recording) -> bytes:
    return b"".join(chunk.data for chunk in recording.chunks if chunk.direction is Direction.RECEIVED)


@pytest.mark.parametrize("kind", SERIAL_KINDS)
def test_a_healthy_device_is_healthy_in_the_replay(kind: str) -> None:
    first = of_simulator(kind)
    again = replayed(first)
    assert first.head.outcome == again.head.outcome
    assert first.head.outcome in ("image", "reading", "points", "timed out")
    assert (first.head.model, first.head.firmware) == (again.head.model, again.head.firmware)


@pytest.mark.parametrize(
    ("kind", "fault", "trouble"),
    [
        pytest.param("ef01-r307", Fault.WRONG_CHECKSUM, "garbled", marks=pytest.mark.long),
        pytest.param("ef01-r503", Fault.SILENT, "silent", marks=pytest.mark.long),
        pytest.param("ef01-r503", Fault.WRONG_DEVICE, "wrong_device", marks=pytest.mark.long),
        ("ef01-r503", Fault.SENSOR_ABNORMAL, "sensor_abnormal"),
        ("ef01-r307", Fault.PASSWORD_LOST, "password"),
        pytest.param("sfm5020", Fault.WRONG_CHECKSUM, "garbled", marks=pytest.mark.long),
        pytest.param("topaz", Fault.GARBLED, "points", marks=pytest.mark.long),
        pytest.param("topaz", Fault.WRONG_DEVICE, "wrong_device", marks=pytest.mark.long),
        ("mcu90615", Fault.SENSOR_ABNORMAL, "sensor_abnormal"),
        pytest.param("mcu90615", Fault.WRONG_CHECKSUM, "garbled", marks=pytest.mark.long),
        pytest.param("pyrousb", Fault.SILENT, "silent", marks=pytest.mark.long),
    ],
)
def test_a_fault_shows_as_the_same_trouble_in_the_replay(kind: str, fault: Fault, trouble: str) -> None:
    first = of_simulator(kind, fault)
    assert first.head.outcome == trouble
    tries = (replayed(first).head.outcome == trouble for _ in range(3))  # a busy machine may miss the timing once
    assert any(tries)


@pytest.mark.long
def test_an_image_that_lost_bytes_on_the_way_is_broken_in_the_replay_too() -> None:
    """The fault sets in once the reader is open: answers are sound, image packets are not."""
    with bench("ef01-r307") as running:
        chunks: list[Chunk] = []
        driver = Ef01Reader(DriverSettings("ef01-r307", port(running, "ef01-r307")), R307)
        driver.trace.tap = chunks.append
        assert isinstance(driver.open(), Ready)
        leave = driver.trace.subscribe(
            lambda entry: (
                running.fault("ef01-r307", "wrong_checksum", entry.data[9:10] == b"\x0a")
                if entry.direction is Direction.SENT
                else None
            )
        )
        first = driver.capture(1.0)
        leave()
        driver.close()
    head = Head("ef01-r307", 57_600)
    begun_s = chunks[0].time_s
    whole = Recording(head, masked("ef01-r307", [replace(one, time_s=one.time_s - begun_s) for one in chunks]))
    line = open_replay(whole, real_rate=False)
    try:
        driver = Ef01Reader(DriverSettings("ef01-r307", line.port), R307)
        assert isinstance(driver.open(), Ready)
        again = driver.capture(1.0)
        driver.close()
    finally:
        line.close()
    assert not isinstance(first, FingerImage)
    assert type(again) is type(first)


def windows(secret: bytes, length: int) -> list[bytes]:
    """Every stretch of so many bytes that is not made of one or two values, as an empty ground is."""
    return [
        secret[at : at + length]
        for at in range(0, len(secret) - length, 3 * length)
        if len(set(secret[at : at + length])) > 3
    ]


def with_control(kind: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Recording, Recording]:
    """The same recording twice: as it is written, and as it came over the line."""
    raw: list[tuple[Chunk, ...]] = []

    def both(of: str, chunks: list[Chunk]) -> tuple[Chunk, ...]:
        raw.append(tuple(chunks))
        return masked(of, chunks)

    monkeypatch.setattr(recorder, "masked", both)
    clean = of_simulator(kind)
    return clean, replace(clean, chunks=raw[0])


@pytest.mark.parametrize("kind", ["ef01-r307", "ef01-r503", "sfm5020"])
def test_no_byte_of_a_finger_is_in_a_recording(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clean, unmasked = with_control(kind, monkeypatch)
    line = open_replay(unmasked, real_rate=False)
    try:
        driver = make(DriverSettings(kind, line.port))
        assert isinstance(driver, Ef01Reader | SfmReader)
        image = driver.capture(2.0)
        driver.close()
    finally:
        line.close()
    assert isinstance(image, FingerImage), "the control: what came over the line holds the finger"
    pixels = image.pixels.tobytes()
    marks = windows(pixels if kind == "sfm5020" else ef01.pack_image(pixels), 8)
    before, after = heard(unmasked), heard(clean)
    assert len(marks) > 200
    assert sum(mark in before for mark in marks) > 0.9 * len(marks), "the control"
    assert not any(mark in after for mark in marks)
    assert len(after) == len(before)


def test_no_byte_of_a_face_is_in_a_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    clean, unmasked = with_control("vc0706", monkeypatch)
    raw = heard(unmasked)
    scan = raw.index(b"\xff\xda")
    marks = windows(raw[scan + 20 : scan + 600], 8)
    assert len(marks) > 15
    assert all(mark in raw for mark in marks), "the control"
    assert not any(mark in heard(clean) for mark in marks)


@pytest.mark.parametrize("kind", ["topaz", "isdv4"])
def test_no_stroke_of_a_signature_is_in_a_recording(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clean, unmasked = with_control(kind, monkeypatch)
    length = 5 if kind == "topaz" else 9

    def strokes(recording: Recording) -> set[bytes]:
        data = heard(recording)
        heads = [at for at, byte in enumerate(data) if byte & 0x80]
        return {data[at + 1 : at + length] for at in heads}

    assert len(strokes(unmasked)) > 20, "the control"
    assert len(strokes(clean)) <= 6


def test_a_password_is_not_in_a_recording_nor_on_the_technicians_screen() -> None:
    secret = VfyPwd(0x12345678).packet().encode()
    chunks = (Chunk(0.0, Direction.SENT, 57_600, secret),)
    assert masked("ef01-r307", chunks)[0].data == VfyPwd(0).packet().encode()
    shown = frame("ef01-r307", TraceEntry(0.0, Direction.SENT, secret))
    assert bytes.fromhex("12345678") not in shown.data
    assert shown.words == "VfyPwd"


def test_a_replay_answers_a_host_whose_password_was_left_out() -> None:
    answer = bytes.fromhex("ef01ffffffff07000300000a")
    chunks = (
        Chunk(0.0, Direction.SENT, 57_600, VfyPwd(0).packet().encode()),
        Chunk(0.01, Direction.RECEIVED, 57_600, answer),
    )
    line = open_replay(Recording(Head("ef01-r503", 57_600), chunks), real_rate=False)
    try:
        driver = Ef01Reader(DriverSettings("ef01-r503", line.port, options={"password": 0x12345678}), R307)
        driver.finger_present()
        received = [entry for entry in driver.trace.entries() if entry.data == answer]
        driver.close()
    finally:
        line.close()
    assert received


def test_the_live_view_reads_frames_in_words_while_the_device_works() -> None:
    seen: list[TracedFrame] = []
    with bench("ef01-r307") as running:
        driver = Ef01Reader(DriverSettings("ef01-r307", port(running, "ef01-r307")), R307)
        assert isinstance(driver, Traced)
        leave = driver.trace.subscribe(lambda entry: seen.append(frame("ef01-r307", entry)))
        assert isinstance(driver.capture(2.0), FingerImage)
        leave()
        driver.close()
    said = [one.words for one in seen]
    assert said[:2] == ["VfyPwd", "answer: ok"]
    assert "UpImage" in said
    assert "data, 256 bytes" in said
    assert said[-1] == "last data, 256 bytes"


def test_a_neutral_picture_still_opens_as_a_picture() -> None:
    with bench("vc0706") as running:
        chunks: list[Chunk] = []
        driver = Vc0706Camera(DriverSettings("vc0706", port(running, "vc0706"), options={"width": 160}))
        driver.trace.tap = chunks.append
        assert isinstance(driver.read(3.0), Frame)
        driver.close()
    line = open_replay(Recording(Head("vc0706", 38_400), masked("vc0706", chunks)), real_rate=False)
    try:
        driver = Vc0706Camera(DriverSettings("vc0706", line.port, options={"width": 160}))
        picture = driver.read(3.0)
        driver.close()
    finally:
        line.close()
    assert isinstance(picture, Frame)
    assert picture.pixels.shape == (120, 160, 3)
    assert np.std(picture.pixels) < 40


def test_a_camera_on_usb_has_no_line_to_record() -> None:
    with pytest.raises(ValueError, match="no serial line"):
        recorded("uvc", "http://127.0.0.1:9/none", 1.0)


def test_recording_stops_when_it_is_told_to() -> None:
    stop = Event()
    stop.set()
    with bench("mcu90615") as running:
        done: list[Recording] = []
        settings = DriverSettings("mcu90615", port(running, "mcu90615"))
        thread = Thread(target=lambda: done.append(record(settings, 3600, "", "", stop)))
        thread.start()
        thread.join(10)
    assert done[0].head.outcome == "ready"


def test_subscribers_come_and_go() -> None:
    trace = Trace()
    first: list[TraceEntry] = []
    second: list[TraceEntry] = []
    leave = trace.subscribe(first.append)
    trace.subscribe(second.append)
    entry = TraceEntry(0.0, Direction.SENT, b"x")
    trace.add(entry)
    leave()
    trace.add(entry)
    assert (len(first), len(second)) == (1, 2)
