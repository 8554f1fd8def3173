"""Judging and extracting in another process, so that the counter stays quick while it works.

Images and templates go through the process's pipe and nowhere else. The process ends with the station, however the
station ends; when it dies by itself it is started anew and the impression in hand is worked on again.
"""

import multiprocessing
import os
import signal
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait
from threading import Lock, Thread

import numpy as np

from drivers.api import DeviceInfo, FingerImage, Role
from station.biometrics.matching import Template, extract
from station.biometrics.model import Verdict
from station.biometrics.quality.finger import judge
from station.safekeeping.hardening import harden

_TRIES = 3
_NICE = 5


@dataclass(frozen=True, slots=True)
class FingerResult:
    """One impression judged; `template` is None when there is nothing to compare."""

    verdict: Verdict
    template: Template | None


class FingerWorker:
    """One worker process; any thread may submit."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._closed = False
        self._pool = _new_pool()

    def warm(self) -> "Future[FingerResult]":
        """Start the process and load the networks ahead of the first finger; about two seconds, not waited for."""
        blank = np.full((64, 64), 255, np.uint8)
        return self.submit(FingerImage(blank, 500, 8, DeviceInfo(Role.FINGERPRINT, "", "")), 0)

    def submit(self, image: FingerImage, threshold: int) -> "Future[FingerResult]":
        """Judge one impression and extract its minutiae: half a second to two."""
        answer: Future[FingerResult] = Future()
        self._try(image, threshold, answer, _TRIES)
        return answer

    def close(self) -> None:
        """Drop what waits, let the impression in hand finish, end the process."""
        with self._lock:
            self._closed = True
            pool = self._pool
        pool.shutdown(wait=True, cancel_futures=True)

    def _try(self, image: FingerImage, threshold: int, answer: "Future[FingerResult]", tries: int) -> None:
        with self._lock:
            try:
                work_ = self._pool.submit(work, image, threshold)
            except BrokenProcessPool:
                self._pool = _new_pool()
                work_ = self._pool.submit(work, image, threshold)

        def done(finished: "Future[FingerResult]") -> None:
            error = None if finished.cancelled() else finished.exception()
            broken = isinstance(error, BrokenProcessPool)
            if finished.cancelled() or (broken and self._closed):
                answer.cancel()
            elif broken and tries > 1:
                self._try(image, threshold, answer, tries - 1)
            elif error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(finished.result())

        work_.add_done_callback(done)


def work(image: FingerImage, threshold: int) -> FingerResult:
    """What the worker does with one impression."""
    verdict = judge(image, threshold)
    template = extract(image.pixels, image.resolution_ppi)
    return FingerResult(verdict, template if len(template) else None)


def _new_pool() -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=_settle)


def _settle() -> None:
    """Leave no dump, step behind the window, leave the interrupt key to the station, and end when the station ends."""
    harden()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent.sentinel,), name="end-with-station", daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
