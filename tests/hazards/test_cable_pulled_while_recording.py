"""A cable pulled at any step: its device is named, the step waits, what is sealed stays, and plugging in goes on."""

from pathlib import Path

import pytest

from drivers.api import Role
from hw_sim import scene
from station.capture.facts import Step
from station.diagnostics.sentences import DEVICE_NAMES
from tests.helpers.counter import DEVICES, Served, by_hand, on_bench, said, unplug
from tests.hw_sim.benches import bench

AT = [
    (Role.TEMPERATURE, Step.CHECKLIST),
    (Role.CAMERA, Step.PHOTO),
    (Role.FINGERPRINT, Step.FINGERS),
    (Role.FINGERPRINT, Step.CONFIRMATION),
    (Role.SIGNATURE, Step.SIGNATURE),
]


def is_named(counter: Served, role: Role) -> bool:
    sentence = counter.device(role)
    return sentence.startswith(said(DEVICE_NAMES[role])) and "plugged" in sentence


@pytest.mark.parametrize(("role", "step"), AT, ids=[step.value for _, step in AT])
def test_the_step_waits_for_its_device_and_goes_on_to_the_end(tmp_path: Path, role: Role, step: Step) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(step)
        sealed = counter.case.sealed
        hands.plug(role).pull()
        counter.until(lambda: is_named(counter, role))
        assert counter.at(step)
        assert counter.case.sealed[: len(sealed)] == sealed
        asked = hands.plug(role).calls
        counter.settle(40)
        assert hands.plug(role).calls - asked < 20, "a missing device is asked again and again without a pause"
        hands.plug(role).push()
        counter.play(Step.DONE)
        assert counter.seen.count(step) == 1
        assert {"device_lost", "device_ready"} <= set(counter.logged())


@pytest.mark.parametrize("role", [Role.CAMERA, Role.TEMPERATURE])
def test_a_device_that_the_step_does_not_need_may_go_away(tmp_path: Path, role: Role) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        hands.plug(role).pull()
        counter.play(Step.DONE)
        assert counter.device(role).startswith(said(DEVICE_NAMES[role]))


def test_real_drivers_follow_their_cables_through_a_whole_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene, "LIFTED_S", 0.05)
    names = [name for name, _kind in DEVICES.values()]
    with bench(*names, links=tmp_path / "links") as running, on_bench(tmp_path, running) as (counter, _judge):
        for role, step in AT:
            counter.play(step)
            unplug(running, role)
            counter.until(lambda role=role: is_named(counter, role))  # type: ignore[misc]
            assert counter.at(step)
            unplug(running, role, out=False)
        counter.play(Step.DONE)
