"""After a case is sealed none of its pictures is left in the station's memory; before, they are there to be found."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.dying import ROOT
from tests.helpers.remembering import found_in, needles

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may read the memory of a hardened process")
SEED = 20261124
MANY_FRAMES = 3 * 30


def remembered(tmp_path: Path, care: str, last: str = "DONE") -> dict[str, dict[str, int]]:
    """What a recording process's memory holds of its pictures, by the step at which it stands, as far as `last`."""
    wanted, held = needles(SEED), {}
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.helpers.remembering", str(tmp_path), str(SEED), care],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        for step in ("PHOTO_APPROVAL", "REVIEW", "DONE"):
            assert child.stdout.readline() == f"{step}\n"
            held[step] = found_in(child.pid, wanted)
            if step == last:
                break
            child.stdin.write("\n")
            child.stdin.flush()
    finally:
        child.kill()
        child.communicate(timeout=60)
    return held


def test_no_picture_is_left_in_memory_once_the_case_is_sealed(tmp_path: Path) -> None:
    held = remembered(tmp_path, "careful")
    assert held["PHOTO_APPROVAL"]["portrait"] > 0
    assert held["PHOTO_APPROVAL"]["camera"] < MANY_FRAMES
    assert held["REVIEW"]["fingers"] > 100
    assert held["DONE"] == {"fingers": 0, "packed fingers": 0, "camera": 0, "portrait": 0}


def test_control_without_overwriting_frames_that_were_freed_are_found(tmp_path: Path) -> None:
    held = remembered(tmp_path, "careless", last="PHOTO_APPROVAL")
    assert held["PHOTO_APPROVAL"]["camera"] > MANY_FRAMES
