"""The station of a van in compressed time, in a process of its own that may be killed at any moment.

Run as `python -m tests.helpers.soak_station JSON`; orders come as JSON lines on standard input, and what the screen has
shown leaves as JSON lines on standard output. Desk, drivers, vault, courier, judge and papers are the product's own,
put together by its wiring. Compressed: time; an impression seen before is not judged anew, its judgement is remembered
(where `judged` names no file, none is judged at all).
"""

import errno
import hashlib
import json
import os
import pickle
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.helpers.soak_time import quicken

if TYPE_CHECKING:
    from drivers.api import FingerImage
    from station.biometrics.finger_worker import FingerResult, FingerWorker
    from station.capture.desk import Desk
    from station.safekeeping.bundle import Buffer
    from station.workers import Pump
    from tests.helpers.soak_officer import Officers

TURN_S = 0.01


@dataclass(frozen=True, slots=True)
class Given:
    """How the station is started; `clock_s` is what its clock shows then, `full` is there while the disk is full."""

    config: str
    data: str
    passphrase: str
    control: str
    judged: str
    full: str
    times: float
    clock_s: float
    boot_id: str


class VanClock:
    """A clock that runs as the process does and begins where it is told."""

    def __init__(self, begins_s: float, boot_id: str) -> None:
        self.boot_id = boot_id
        self._begins = datetime.fromtimestamp(begins_s, UTC)
        self._begun_s = time.monotonic()

    def now(self) -> datetime:
        return self._begins + timedelta(seconds=time.monotonic() - self._begun_s)

    def monotonic_s(self) -> float:
        return time.monotonic()


def tell(**said: object) -> None:
    """One line to whoever runs the van."""
    os.write(1, json.dumps(said).encode() + b"\n")


class EasyJudge:
    """Takes every impression for a good one and compares none: for a run of seconds."""

    def submit(self, image: "FingerImage", threshold: int) -> "Future[FingerResult]":
        from station.biometrics.finger_worker import FingerResult
        from station.biometrics.model import Verdict
        from station.text import msg

        del image
        answer: Future[FingerResult] = Future()
        answer.set_result(FingerResult(Verdict(True, max(80, threshold), msg("Good"), None), None))
        return answer

    def warm(self) -> None:
        """There is nothing to load."""

    def close(self) -> None:
        """There is nothing to end."""


class RememberingJudge:
    """The real judge, asked once for each impression; what it said is kept in a file between starts."""

    def __init__(self, judge: "FingerWorker", kept: Path) -> None:
        self._judge, self._path = judge, kept
        self._known: dict[bytes, FingerResult] = dict(_kept(kept))
        self.asked = 0

    def submit(self, image: "FingerImage", threshold: int) -> "Future[FingerResult]":
        key = hashlib.sha256(image.pixels.tobytes() + bytes([threshold])).digest()
        known = self._known.get(key)
        answer: Future[FingerResult] = Future()
        if known is not None:
            answer.set_result(known)
            return answer
        self.asked += 1
        answer = self._judge.submit(image, threshold)
        answer.add_done_callback(lambda done: self._remember(key, done))
        return answer

    def warm(self) -> object:
        return self._judge.warm()

    def close(self) -> None:
        self._judge.close()

    def _remember(self, key: bytes, done: "Future[FingerResult]") -> None:
        if not done.cancelled() and done.exception() is None:
            self._known[key] = done.result()
            with self._path.open("ab") as file:
                file.write(pickle.dumps((key, done.result())))


def _judge(real: "type[FingerWorker]", kept: str) -> "RememberingJudge | EasyJudge":
    return RememberingJudge(real(), Path(kept)) if kept else EasyJudge()


def _kept(path: Path) -> "Iterator[tuple[bytes, FingerResult]]":
    """What earlier starts wrote; a last entry that a kill cut short is left out."""
    if path.exists():
        with path.open("rb") as file:
            while True:
                try:
                    yield pickle.load(file)
                except (EOFError, pickle.UnpicklingError):
                    return


@dataclass
class Shown:
    """Tells each thing that the screen shows, once."""

    desk: "Desk"
    step: str = ""
    sealed: set[tuple[str, str]] = field(default_factory=set)
    last: tuple[int, int] = (0, 0)

    def look(self) -> None:
        """Called after every turn."""
        facts = self.desk.facts
        delivery = (facts.delivery.waiting, facts.delivery.unanswered)
        work = self.desk._session.work
        if work is not None:
            for key in work.case.sealed:
                sha256 = str(work.case.items[key]["sha256"])
                if (key, sha256) not in self.sealed:
                    self.sealed.add((key, sha256))
                    exception = bool(work.case.items[key]["exception"])
                    tell(saved=sha256, number=work.case.number, item=key, exception=exception)
        if facts.step.value != self.step:
            self.step = facts.step.value
            tell(step=self.step, number=facts.case.number if facts.case else "")
        if delivery != self.last:
            self.last = delivery
            tell(waiting=delivery[0], unanswered=delivery[1])


def main() -> None:
    """Serve until told to end, or killed."""
    given = Given(**json.loads(sys.argv[1]))
    skip = quicken(given.times)
    orders: queue.SimpleQueue[dict[str, object]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    with serving(given, skip) as (desk, pump, officers):
        shown = Shown(desk)
        tell(ready=True)
        while True:
            while not orders.empty():
                order = orders.get()
                if "quit" in order:
                    tell(gone=True)
                    return
                _obey(order, desk, officers, skip)
            pump.run_one(TURN_S)
            desk.tick()
            officers._applicant.follow(desk.facts)
            officers.act(desk.facts)
            shown.look()


def _obey(order: dict[str, object], desk: "Desk", officers: "Officers", skip: Callable[[float], None]) -> None:
    if "skip" in order:
        skip(float(str(order["skip"])))
    if "shift" in order:
        officers.next_shift = str(order["shift"])
    if "why" in order:
        facts = desk.facts
        problem = facts.problem.msgid if facts.problem else ""
        tell(why=[facts.step.value, problem, *(one.sentence.msgid for one in facts.devices), desk._session.busy])
    if "wake" in order:
        desk._session.parts.delivery.wake()
    visit = order.get("visit")
    if isinstance(visit, dict):
        officers.serve(visit, str(order["number"]))


def _listen(orders: "queue.SimpleQueue[dict[str, object]]") -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))


@contextmanager
def serving(given: Given, skip: Callable[[float], None]) -> "Iterator[tuple[Desk, Pump, Officers]]":
    """The product's own station with a disk that can be full, a judge that remembers and a clock that is told."""
    from station import config, wiring
    from station.biometrics.finger_worker import FingerWorker
    from station.capture.scenario import Applicant
    from station.safekeeping import vault
    from station.safekeeping.disk import SystemDisk
    from station.workers import Pump
    from tests.helpers.soak_officer import Officers

    full = Path(given.full)

    class FillingDisk(SystemDisk):
        """Has no room while the file is there."""

        def create(self, path: Path) -> int:
            self._room()
            return super().create(path)

        def write(self, file: int, data: "Buffer") -> int:
            self._room()
            return super().write(file, data)

        def free_bytes(self, folder: Path) -> int:
            return 0 if full.exists() else super().free_bytes(folder)

        @staticmethod
        def _room() -> None:
            if full.exists():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    clock, pump = VanClock(given.clock_s, given.boot_id), Pump()
    with ExitStack() as stack:
        stack.enter_context(patch.object(vault, "SystemDisk", FillingDisk))
        stack.enter_context(patch.object(wiring, "FingerWorker", lambda: _judge(FingerWorker, given.judged)))
        secret = wiring.passphrase(Path(given.passphrase))
        desk = wiring.build(config.load(Path(given.config)), Path(given.data), secret, pump.post, clock)
        stack.callback(lambda: list(iter(lambda: pump.run_one(0.0), False)))
        stack.callback(desk.close)
        applicant = Applicant(Path(given.control))
        stack.callback(applicant.close)
        yield desk, pump, Officers(desk, applicant, clock.monotonic_s, skip, tell)


if __name__ == "__main__":
    main()
