"""Judging and extracting in another process, so that the counter stays quick while it works."""

import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from drivers.api import DeviceInfo, FingerImage, Role
from station.biometrics.matching import Template, extract
from station.biometrics.model import Verdict
from station.biometrics.quality.finger import judge


@dataclass(frozen=True, slots=True)
class FingerResult:
    """One impression judged; `template` is None when there is nothing to compare."""

    verdict: Verdict
    template: Template | None


class FingerWorker:
    """One worker process. Images and templates go through its pipe and nowhere else; any thread may submit."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn"))

    def warm(self) -> Future[None]:
        """Start the process and load the networks ahead of the first finger; about two seconds, not waited for."""
        return self._pool.submit(_warm)

    def submit(self, image: FingerImage, threshold: int) -> "Future[FingerResult]":
        """Judge one impression and extract its minutiae: half a second to two."""
        return self._pool.submit(work, image, threshold)

    def close(self) -> None:
        """Drop what waits, let the impression in hand finish, end the process."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def work(image: FingerImage, threshold: int) -> FingerResult:
    """What the worker does with one impression."""
    verdict = judge(image, threshold)
    template = extract(image.pixels, image.resolution_ppi)
    return FingerResult(verdict, template if len(template) else None)


def _warm() -> None:
    blank = FingerImage(np.full((64, 64), 255, np.uint8), 500, 8, DeviceInfo(Role.FINGERPRINT, "", ""))
    work(blank, 0)
