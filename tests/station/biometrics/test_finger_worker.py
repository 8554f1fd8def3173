"""The worker process: the same answer as in this process, and nothing of it left on disk."""

import multiprocessing
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest

from drivers.api import DeviceInfo, FingerImage, Role
from hw_sim.subjects import person
from hw_sim.subjects.fingers import impression
from station.biometrics.finger_worker import FingerWorker, work

INFO = DeviceInfo(Role.FINGERPRINT, "test", "test")
FINGER = FingerImage(impression(person(0).finger(2), width=192, height=192, ppi=508, rng=Random(1)), 508, 8, INFO)


@pytest.fixture(scope="module")
def worker() -> Iterator[FingerWorker]:
    worker = FingerWorker()
    yield worker
    worker.close()


def test_the_worker_answers_as_this_process_would(
    worker: FingerWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    worker.warm()
    assert worker.submit(FINGER, 40).result(timeout=60) == work(FINGER, 40)
    assert list(tmp_path.rglob("*")) == []


def test_an_empty_reader_has_a_verdict_and_no_template(worker: FingerWorker) -> None:
    result = worker.submit(FingerImage(np.full((192, 192), 255, np.uint8), 508, 8, INFO), 40).result(timeout=60)
    assert not result.verdict.accepted
    assert result.template is None


def test_a_bug_in_the_worker_comes_back_to_who_waits_and_does_not_end_it(worker: FingerWorker) -> None:
    broken = FingerImage(np.zeros((4, 4, 4, 4), np.uint8), 508, 8, INFO)
    with pytest.raises(ValueError, match="unpack"):
        worker.submit(broken, 40).result(timeout=60)
    assert worker.submit(FingerImage(np.full((64, 64), 255, np.uint8), 500, 8, INFO), 40).result(timeout=60)


def test_a_worker_that_dies_is_started_again_and_the_impression_is_not_lost(worker: FingerWorker) -> None:
    worker.warm().result(timeout=60)
    (process,) = multiprocessing.active_children()
    answer = worker.submit(FINGER, 40)
    process.kill()
    assert answer.result(timeout=60) == work(FINGER, 40)


def test_what_waits_when_the_worker_closes_is_cancelled() -> None:
    worker = FingerWorker()
    answers = [worker.submit(FINGER, 40) for _ in range(4)]
    worker.close()
    assert answers[-1].cancelled()


STATION = """
import os, sys
from station.biometrics.finger_worker import FingerWorker
if __name__ == "__main__":
    import multiprocessing
    worker = FingerWorker()
    worker.warm().result()
    print(multiprocessing.active_children()[0].pid, flush=True)
    sys.stdin.readline()
"""


def test_the_worker_ends_when_the_station_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "station_script.py"
    script.write_text(STATION, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as station:
        assert station.stdout is not None
        pid = int(station.stdout.readline())
        descriptor = os.pidfd_open(pid)
        station.kill()
        ended, _, _ = select.select([descriptor], [], [], 20)
        os.close(descriptor)
    assert ended
