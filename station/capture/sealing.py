"""Accepted captures on their way to the disk: one after the other, tried again until they are durable."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from station.safekeeping.cases import CaseHandle
from station.safekeeping.cbor import Value
from station.safekeeping.contents import Part
from station.safekeeping.vault import Sealed, SealRefused, Vault
from station.safekeeping.wiping import wipe
from station.text import Message
from station.workers import Worker

RETRY_EVERY_S = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    job: Callable[[], Sealed | SealRefused]
    parts: Sequence[Part]
    done: Callable[[Sealed], None]


class Sealing:
    """Main thread only; the vault itself lives on its worker. What is refused stays in memory and is tried again."""

    def __init__(self, worker: Worker, vault: Vault, training: Callable[[], bool], changed: Callable[[], None]) -> None:
        self._worker = worker
        self._vault = vault
        self._training = training
        self._changed = changed
        self._waiting: deque[_Wanted] = deque()
        self._running: _Wanted | None = None
        self._retry_at_s = 0.0
        self.problem: Message | None = None

    @property
    def busy(self) -> bool:
        """Whether something accepted is not durable yet."""
        return bool(self._waiting)

    def segment(self, case: CaseHandle, label: str, parts: Sequence[Part], done: Callable[[Sealed], None]) -> None:
        """Seal one accepted capture; `done` runs once it is durable."""
        self._want(lambda: self._vault.seal_segment(case, label, parts, self._training()), parts, done)

    def manifest(
        self,
        case: CaseHandle,
        manifest: dict[str, Value],
        parts: Sequence[Part],
        done: Callable[[Sealed], None],
    ) -> None:
        """Close the case with its signed manifest."""
        self._want(lambda: self._vault.close_case(case, manifest, parts, self._training()), parts, done)

    def drop(self) -> None:
        """Forget what waits: its case is given up. What is on its way to the disk just now may still be sealed."""
        for wanted in self._waiting:
            if wanted is not self._running:
                _wipe(wanted.parts)
        self._waiting.clear()
        self.problem = None

    def tick(self, now_s: float) -> None:
        """Try again what was refused, every few seconds."""
        if self.problem is not None and self._running is None and now_s >= self._retry_at_s:
            self._retry_at_s = now_s + RETRY_EVERY_S
            self._next()

    def _want(
        self, job: Callable[[], Sealed | SealRefused], parts: Sequence[Part], done: Callable[[Sealed], None]
    ) -> None:
        self._waiting.append(_Wanted(job, parts, done))
        if self._running is None:
            self._next()

    def _next(self) -> None:
        if self._waiting:
            wanted = self._running = self._waiting[0]
            self._worker.submit(wanted.job, lambda result: self._answered(wanted, result))

    def _answered(self, wanted: _Wanted, result: Sealed | SealRefused) -> None:
        self._running = None
        if wanted not in self._waiting:
            _wipe(wanted.parts)
        elif isinstance(result, SealRefused):
            self.problem = result.message
            self._changed()
            return
        else:
            self.problem = None
            self._waiting.popleft()
            _wipe(wanted.parts)
            wanted.done(result)
            self._changed()
        if self._running is None:
            self._next()


def _wipe(parts: Sequence[Part]) -> None:
    for part in parts:
        if not isinstance(part.data, bytes):
            wipe(part.data)
