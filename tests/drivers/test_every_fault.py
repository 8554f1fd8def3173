"""Every device through every fault: the stated status within its deadline, and well again when the fault ends.

In virtual time at the real line rate: the outcome never depends on the machine.
"""

import gc
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.api import DriverSettings, Role
from drivers.camera_uvc import UvcCamera
from drivers.factory import KINDS
from hw_sim.faults import APPLIES, Fault
from hw_sim.server import DEVICES, SERIAL, Bench
from tests.helpers.fault_table import Row, rows
from tests.helpers.fault_trial import try_fault, word
from tests.helpers.virtual_bench import CAPTURE_S
from tests.hw_sim.benches import bench

CHECK_LIMIT_S = 2.05
TRANSFER_LIMIT_S = {Role.FINGERPRINT: 6.0, Role.CAMERA: 12.05, Role.SIGNATURE: 0.6, Role.TEMPERATURE: 0.1}
"""What a capture may take beyond its deadline: an impression's transfer twice; a second picture; a last question."""
SERIAL_ROWS = [row for row in rows() if row.kind in SERIAL]
NAMES = [f"{row.kind} {row.fault.value}" for row in SERIAL_ROWS]


def held() -> tuple[set[str], set[threading.Thread]]:
    """The descriptors and the threads of this process, without those of garbage that waits to be collected.

    The descriptor that lists them is gone by now.
    """
    gc.collect()
    numbers = {entry.name for entry in Path("/proc/self/fd").iterdir()}
    return {number for number in numbers if Path(f"/proc/self/fd/{number}").exists()}, set(threading.enumerate())


def judged(row: Row, seed: int) -> None:
    before = held()
    seen = try_fault(row.kind, row.fault, seed)
    assert held() == before
    assert seen.opened in row.opened
    assert seen.checked in row.checked
    assert seen.captured in row.captured
    assert seen.again == "captured"
    assert seen.check_s <= CHECK_LIMIT_S
    assert seen.capture_s <= CAPTURE_S[row.role] + TRANSFER_LIMIT_S[row.role]


@pytest.mark.parametrize("row", SERIAL_ROWS, ids=NAMES)
def test_each_fault_ends_in_its_status_and_is_gone_when_it_is_over(row: Row) -> None:
    judged(row, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 5))
@pytest.mark.parametrize("row", SERIAL_ROWS, ids=NAMES)
def test_each_fault_ends_so_whatever_the_accidents(row: Row, seed: int) -> None:
    judged(row, seed)


def test_a_descriptor_or_a_thread_that_is_left_would_be_seen() -> None:
    """Control."""
    before, go = held(), threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    assert held()[1] - before[1] == {thread}
    go.set()
    thread.join()
    one, other = os.pipe()
    assert held()[0] - before[0] == {str(one), str(other)}
    os.close(one)
    os.close(other)
    assert held() == before


def test_the_table_has_every_fault_of_every_driver() -> None:
    there = {(row.kind, row.fault) for row in rows()}
    applies = {kind: SERIAL[kind].applies if kind in SERIAL else APPLIES["camera"] for kind in KINDS}
    assert set(KINDS) <= set(DEVICES)
    assert there == {(kind, fault) for kind, faults in applies.items() for fault in faults}


def test_the_table_has_a_sentence_for_each_row_and_trouble_never_reads_as_ready() -> None:
    quiet = {"captured", "timed_out"}
    for row in rows():
        assert ("is ready" in row.sentence.msgid) == bool(quiet & set(row.captured[-1:]))


@pytest.fixture(scope="module")
def stream() -> Iterator[tuple[Bench, UvcCamera]]:
    with bench("uvc") as running:
        camera = UvcCamera(DriverSettings("uvc", str(running.posts["uvc"].describe()["url"])))
        assert until(camera, "captured") == "captured"
        yield running, camera
        camera.close()


@pytest.mark.parametrize("row", [row for row in rows() if row.kind == "uvc"], ids=lambda row: str(row.fault.value))
def test_each_fault_of_a_video_camera_shows_in_its_frames(stream: tuple[Bench, UvcCamera], row: Row) -> None:
    running, camera = stream
    running.posts["uvc"].fault(row.fault, True)
    seen = until(camera, row.captured[0])
    running.posts["uvc"].fault(row.fault, False)
    assert seen in row.captured
    assert until(camera, "captured") == "captured"


def until(camera: UvcCamera, wanted: str) -> str:
    """What the camera says, once it says this or after some patience."""
    end_s = time.monotonic() + 30.0
    said = ""
    while said != wanted and time.monotonic() < end_s:
        said = word(camera.read(2.5))
    return said


def test_a_black_picture_and_half_a_finger_are_the_judges_to_refuse() -> None:
    """Control: the driver hands them out as captured, and that is what the table says."""
    said = {(row.kind, row.fault): row.captured for row in rows()}
    for kind, fault in (("vc0706", Fault.CAMERA_BLACK), ("sfm5020", Fault.FINGER_LIFTED), ("topaz", Fault.PEN_STUCK)):
        assert said[kind, fault] == ("captured",)
