"""A camera as an MJPEG stream over HTTP: the driver's own path, without a camera."""

import itertools
import os
import time
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from drivers.api import (
    Absence,
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
from drivers.camera_uvc import UvcCamera
from tests.drivers.mjpeg import mjpeg_server


def camera(port: str) -> UvcCamera:
    return UvcCamera(DriverSettings("uvc", port))


def until_no_frame(driver: UvcCamera, deadline_s: float = 0.3) -> NotCaptured:
    """What comes when frames end; a stream that goes on for ever runs into pytest's patience."""
    while True:
        result = driver.read(deadline_s)
        if not isinstance(result, Frame | TimedOut):
            return result


def test_frames_are_fresh_and_differ() -> None:
    with mjpeg_server() as stream:
        driver = camera(stream.url)
        status = driver.open()
        assert isinstance(status, Ready)
        assert status.info.simulated
        frames = [driver.read(1.0) for _ in range(4)]
        asked_s = time.monotonic()
        frame = driver.read(1.0)
        assert isinstance(frame, Frame)
        assert frame.pixels.shape == (120, 160, 3)
        assert frame.taken_s > asked_s - 0.5
        pictures = [seen.pixels for seen in frames if isinstance(seen, Frame)]
        assert len(pictures) == 4
        assert not any(np.array_equal(a, b) for a, b in itertools.pairwise(pictures))
        driver.close()


def test_the_picture_is_blue_green_red() -> None:
    with mjpeg_server() as stream:
        driver = camera(stream.url)
        frame = driver.read(3.0)
        assert isinstance(frame, Frame)
        bar = frame.pixels.reshape(-1, 3).astype(int)
        brightest = bar[bar.sum(axis=1).argmax()]
        assert brightest == pytest.approx([30, 200, 90], abs=40)
        driver.close()


def test_a_stream_that_repeats_itself_for_a_second_is_frozen_until_it_moves() -> None:
    with mjpeg_server() as stream:
        driver = camera(stream.url)
        assert isinstance(driver.read(3.0), Frame)
        stream.moving = False
        assert until_no_frame(driver) == Faulted(stream.url, Fault.FROZEN)
        assert driver.check() == Faulted(stream.url, Fault.FROZEN)
        stream.moving = True
        assert isinstance(driver.read(1.0), Frame)
        driver.close()


def test_a_lost_stream_is_disconnected_and_opened_anew_by_itself() -> None:
    with mjpeg_server() as stream:
        driver = camera(stream.url)
        assert isinstance(driver.read(3.0), Frame)
        stream.ended.set()
        assert until_no_frame(driver) == Disconnected(stream.url, Absence.LOST)
        stream.ended.clear()
        assert isinstance(driver.read(3.0), Frame)
        driver.close()


def test_a_stalled_stream_keeps_the_deadline() -> None:
    with mjpeg_server() as stream:
        driver = camera(stream.url)
        assert isinstance(driver.read(3.0), Frame)
        stream.silent = True
        begun_s = time.monotonic()
        driver.read(0.2)
        result = driver.read(0.2)
        assert result == TimedOut()
        assert time.monotonic() - begun_s < 0.8
        assert isinstance(until_no_frame(driver), Faulted | Disconnected)
        stream.silent = False
        driver.close()


def test_waiting_for_a_frame_can_be_cancelled() -> None:
    with mjpeg_server() as stream:
        driver = camera(stream.url)
        driver.open()
        stream.silent = True
        driver.read(0.2)
        cancel = Event()
        cancel.set()
        assert driver.read(30.0, cancel) == Cancelled()
        driver.close()


def test_nobody_at_the_address_is_not_plugged() -> None:
    url = "http://127.0.0.1:9/nothing"
    driver = camera(url)
    assert driver.check() == Disconnected(url, Absence.NOT_PLUGGED)
    driver.close()


def test_a_missing_path_is_not_plugged_and_a_closed_one_not_permitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "camera-video-index0"
    assert camera(str(path)).check() == Disconnected(str(path), Absence.NOT_PLUGGED)
    path.touch()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert camera(str(path)).check() == Disconnected(str(path), Absence.NO_PERMISSION)
