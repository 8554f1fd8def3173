"""Broken data or silence on a line while it is used: the device is named, nothing is taken, and it goes on after."""

from functools import partial
from pathlib import Path

import pytest

from drivers.api import Role
from hw_sim import scene
from hw_sim.faults import Fault
from station.capture.facts import Step
from station.diagnostics.sentences import DEVICE_NAMES
from tests.helpers.counter import DEVICES, Served, on_bench, said
from tests.hw_sim.benches import bench

NAMES = [name for name, _kind in DEVICES.values()]
TROUBLE = [
    (Role.TEMPERATURE, Step.CHECKLIST, Fault.WRONG_CHECKSUM),
    (Role.CAMERA, Step.PHOTO, Fault.SILENT),
    (Role.CAMERA, Step.PHOTO, Fault.CAMERA_FROZEN),
    (Role.FINGERPRINT, Step.FINGERS, Fault.WRONG_CHECKSUM),
    (Role.FINGERPRINT, Step.FINGERS, Fault.SILENT),
]


def is_in_trouble(counter: Served, role: Role) -> bool:
    device = counter.device(role)
    return device.startswith(said(DEVICE_NAMES[role])) and not device.endswith("is ready.")


def test_each_line_in_trouble_is_named_and_the_recording_goes_on_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene, "LIFTED_S", 0.05)
    with bench(*NAMES, links=tmp_path / "links") as running, on_bench(tmp_path, running) as (counter, _judge):
        for role, step, fault in TROUBLE:
            counter.play(step)
            sealed = counter.case.sealed
            device = running.posts[DEVICES[role][0]]
            device.fault(fault, True)
            counter.until(partial(is_in_trouble, counter, role))
            assert counter.at(step)
            assert counter.case.sealed == sealed
            device.fault(fault, False)
        counter.until(lambda: counter.case.fingers.fingers[1].accepted, play=True)


def test_a_black_camera_is_told_at_the_preview_and_no_picture_of_it_is_taken(tmp_path: Path) -> None:
    with bench(*NAMES, links=tmp_path / "links") as running, on_bench(tmp_path, running) as (counter, _judge):
        camera = running.posts["uvc"]
        counter.play(Step.PHOTO)
        camera.fault(Fault.CAMERA_BLACK, True)
        words: list[str] = []
        counter.desk.on_frame(lambda frame: words.append(said(frame.verdict.reason)))
        counter.until(lambda: "No face is seen." in words)
        counter.desk.take_photo()
        counter.until(lambda: counter.case.photo.verdict is not None)
        assert counter.at(Step.PHOTO)
        assert counter.case.photo.picture is None
        camera.fault(Fault.CAMERA_BLACK, False)
        counter.play(Step.PHOTO_APPROVAL)
