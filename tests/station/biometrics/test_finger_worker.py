"""The worker process: the same answer as in this process, and nothing of it left on disk."""

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
    image = FingerImage(impression(person(0).finger(2), width=192, height=192, ppi=508, rng=Random(1)), 508, 8, INFO)
    worker.warm()
    assert worker.submit(image, 40).result(timeout=60) == work(image, 40)
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
