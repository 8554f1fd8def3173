"""A station process leaves no core dump, cannot be traced by its own user, and overwrites what it frees."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CARE = "from station.safekeeping.hardening import harden; harden()"
CRASH = """
import os, resource
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
{care}
os.abort()
"""
FREED = """
import ctypes
{care}
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.malloc.argtypes = [ctypes.c_size_t]
library.free.argtypes = [ctypes.c_void_p]
places = [library.malloc(60_000) for _ in range(9)]
for place in places:
    ctypes.memset(place, 0x33, 60_000)
library.free(places[4])
left = ctypes.string_at(places[4] + 64, 50_000).count(0x33)
print("left" if left > 10_000 else "gone")
"""
FACTS = """
import ctypes, os, resource
{care}
dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
print(resource.getrlimit(resource.RLIMIT_CORE), dumpable, os.environ.get("MALLOC_PERTURB_"))
"""


def run(script: str, care: str, folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", script.format(care=care)]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )


def test_the_limit_the_flag_and_the_inheritance_are_set() -> None:
    assert run(FACTS, CARE).stdout.split("\n")[0] == "(0, 0) 0 165"
    assert " 1 None" in run(FACTS, "").stdout


def test_what_is_freed_is_overwritten_and_without_it_is_left() -> None:
    assert run(FREED, CARE).stdout == "gone\n"
    assert run(FREED, "").stdout == "left\n"


def test_a_crash_leaves_no_core_dump(tmp_path: Path) -> None:
    assert run(CRASH, CARE, tmp_path).returncode == -6
    assert list(tmp_path.iterdir()) == []


def test_control_a_careless_crash_leaves_one(tmp_path: Path) -> None:
    if Path("/proc/sys/kernel/core_pattern").read_text(encoding="ascii").strip() != "core":
        pytest.skip("core dumps do not go into the working folder here")
    assert run(CRASH, "", tmp_path).returncode == -6
    assert [path.name.split(".")[0] for path in tmp_path.iterdir()] == ["core"]


@pytest.mark.parametrize("entry", ["station.cli", "ui.app", "station.biometrics.finger_worker"])
def test_every_process_of_the_station_begins_with_it(entry: str) -> None:
    text = (ROOT / f"{entry.replace('.', '/')}.py").read_text(encoding="utf-8")
    assert "\n    harden()\n" in text
