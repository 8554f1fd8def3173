"""The second devices of each role carry a whole recording, each cable pulled once and each fault met on the way."""

from functools import partial
from pathlib import Path

import pytest

from drivers.api import Role
from hw_sim import scene
from hw_sim.faults import Fault
from station.capture.facts import Step
from station.diagnostics.sentences import DEVICE_NAMES
from tests.helpers.counter import CAPTURES, Served, is_named, on_bench, post_of, said, unplug
from tests.hw_sim.benches import bench

SECOND = ("sfm5020", "vc0706", "isdv4", "pyrousb")
FIRST = ("ef01-r307", "uvc", "topaz", "mcu90615")
LIFTED_S = 0.4
"""A look of the SFM module takes 0.36 s: a finger that is lifted for less never seems to have gone."""
TROUBLE = [
    (Role.TEMPERATURE, Step.CHECKLIST, Fault.SENSOR_ABNORMAL),
    (Role.CAMERA, Step.PHOTO, Fault.WRONG_DEVICE),
    (Role.FINGERPRINT, Step.FINGERS, Fault.SENSOR_ABNORMAL),
    (Role.FINGERPRINT, Step.FINGERS, Fault.PASSWORD_LOST),
    (Role.SIGNATURE, Step.SIGNATURE, Fault.WRONG_DEVICE),
]


def says_trouble(counter: Served, role: Role) -> bool:
    device = counter.device(role)
    return device.startswith(said(DEVICE_NAMES[role])) and not device.endswith(("is ready.", "is at work."))


def is_well(counter: Served, role: Role) -> bool:
    return not says_trouble(counter, role)


@pytest.mark.parametrize("devices", [SECOND, pytest.param(FIRST, marks=pytest.mark.long)], ids=["second", "first"])
def test_a_recording_goes_through_every_pulled_cable_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, devices: tuple[str, ...]
) -> None:
    monkeypatch.setattr(scene, "LIFTED_S", LIFTED_S)
    with bench(*devices, links=tmp_path / "links") as running, on_bench(tmp_path, running) as (counter, _judge):
        for role, step in CAPTURES:
            counter.play(step)
            sealed = counter.case.sealed
            unplug(running, role)
            counter.until(partial(is_named, counter, role))
            assert counter.at(step)
            assert counter.case.sealed[: len(sealed)] == sealed
            unplug(running, role, out=False)
        counter.play(Step.DONE)
        done = counter.case.done
        assert done is not None
        assert done.bundles == len(list(counter.station.bundles.glob("*.ktpb")))


@pytest.mark.long
def test_a_recording_goes_through_a_fault_of_each_second_device_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene, "LIFTED_S", LIFTED_S)
    with bench(*SECOND, links=tmp_path / "links") as running, on_bench(tmp_path, running) as (counter, _judge):
        for role, step, fault in TROUBLE:
            counter.play(step)
            sealed = counter.case.sealed
            counter.until(partial(is_well, counter, role))  # the control: not without the fault
            post_of(running, role).fault(fault, True)
            counter.until(partial(says_trouble, counter, role))
            assert counter.at(step)
            assert counter.case.sealed[: len(sealed)] == sealed
            post_of(running, role).fault(fault, False)
        counter.play(Step.REVIEW)
