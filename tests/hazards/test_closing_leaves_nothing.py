"""Closing the counter, wherever it stands, leaves no thread, process or open file, and every driver is closed."""

import multiprocessing
import threading
from pathlib import Path

import pytest

from hw_sim import scene
from station.capture.facts import Step
from tests.helpers.counter import DEVICES, by_hand, on_bench
from tests.hw_sim.benches import bench


def files() -> set[str]:
    found = set()
    for number in Path("/proc/self/fd").iterdir():
        try:
            found.add(f"{number.name} {number.readlink()}")
        except FileNotFoundError:
            continue
    return found


@pytest.mark.parametrize("step", [Step.HOME, Step.CHECKLIST, Step.PHOTO, Step.FINGERS, Step.SIGNATURE, Step.DONE])
def test_nothing_is_left_at_any_step(tmp_path: Path, step: Step) -> None:
    threads, open_files = set(threading.enumerate()), files()
    with by_hand(tmp_path) as (counter, hands):
        counter.play(step)
    assert set(threading.enumerate()) <= threads
    assert files() <= open_files
    assert all(hands.plug(role).closed for role in DEVICES)
    assert hands.judge.closed


def test_a_finger_that_is_being_judged_does_not_hold_up_the_end(tmp_path: Path) -> None:
    threads = set(threading.enumerate())
    with by_hand(tmp_path) as (counter, hands):
        hands.judge.held = []
        counter.play(Step.FINGERS)
        counter.until(lambda: bool(hands.judge.held))
    assert set(threading.enumerate()) <= threads


def test_real_drivers_let_go_of_their_ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "LIFTED_S", 0.05)
    names = [name for name, _kind in DEVICES.values()]
    with bench(*names, links=tmp_path / "links") as running:
        threads, open_files = set(threading.enumerate()), files()
        with on_bench(tmp_path, running) as (counter, _judge):
            counter.play(Step.FINGERS)
        left = {thread for thread in set(threading.enumerate()) - threads if "process_request" not in thread.name}
        assert not left
        mine = {name for name in files() - open_files if "socket" not in name}
        assert not mine
        assert not multiprocessing.active_children()
