"""Accepted captures on their way to the disk: one after the other, tried again until they are durable."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from station.safekeeping.cases import CaseHandle
from station.safekeeping.cbor import Value
from station.safekeeping.contents import Part
from station.safekeeping.vault import Outcome, Sealed, SealRefused, Vault
from station.safekeeping.wiping import wipe
from station.text import Message
from station.workers import Worker

RETRY_EVERY_S = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """`make` draws the parts up once, on the vault's thread; `refused` takes a refusal instead of another try."""

    make: Callable[[], Sequence[Part]]
    seal: Callable[[Sequence[Part]], Sealed | SealRefused]
    done: Callable[[Sealed], None]
    refused: Callable[[Message], None] | None = None
    made: list[Sequence[Part]] = field(default_factory=list)

    def job(self) -> Sealed | SealRefused:
        if not self.made:
            self.made.append(self.make())
        return self.seal(self.made[0])

    def wipe(self) -> None:
        for part in self.made[0] if self.made else ():
            if not isinstance(part.data, bytes):
                wipe(part.data)


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

    def segment(
        self,
        case: CaseHandle,
        label: str,
        outcome: Outcome | None,
        make: Callable[[], Sequence[Part]],
        done: Callable[[Sealed], None],
    ) -> None:
        """Seal one accepted capture; `done` runs once it is durable. `make` runs on the vault's thread."""

        def seal(parts: Sequence[Part]) -> Sealed | SealRefused:
            return self._vault.seal_segment(case, label, parts, self._training(), outcome)

        self._want(_Wanted(make, seal, done))

    def manifest(
        self,
        case: CaseHandle,
        manifest: dict[str, Value],
        make: Callable[[], Sequence[Part]],
        done: Callable[[Sealed], None],
        refused: Callable[[Message], None],
    ) -> None:
        """Close the case with its signed manifest; a disk that does not take it is not asked again by itself."""

        def seal(parts: Sequence[Part]) -> Sealed | SealRefused:
            return self._vault.close_case(case, manifest, parts, self._training())

        self._want(_Wanted(make, seal, done, refused))

    def drop(self) -> None:
        """Forget what waits: its case is given up. What is on its way to the disk just now may still be sealed."""
        for wanted in self._waiting:
            if wanted is not self._running:
                wanted.wipe()
        self._waiting.clear()
        self.problem = None

    def tick(self, now_s: float) -> None:
        """Try again what was refused, every few seconds."""
        if self.problem is not None and self._running is None and now_s >= self._retry_at_s:
            self._retry_at_s = now_s + RETRY_EVERY_S
            self._next()

    def _want(self, wanted: _Wanted) -> None:
        self._waiting.append(wanted)
        if self._running is None:
            self._next()

    def _next(self) -> None:
        if self._waiting:
            wanted = self._running = self._waiting[0]
            self._worker.submit(wanted.job, lambda result: self._answered(wanted, result))

    def _answered(self, wanted: _Wanted, result: Sealed | SealRefused) -> None:
        self._running = None
        if wanted not in self._waiting:
            wanted.wipe()
        elif isinstance(result, SealRefused) and wanted.refused is not None:
            self._waiting.popleft()
            wanted.wipe()
            wanted.refused(result.message)
        elif isinstance(result, SealRefused):
            self.problem = result.message
            self._changed()
            return
        else:
            self.problem = None
            self._waiting.popleft()
            wanted.wipe()
            wanted.done(result)
            self._changed()
        if self._running is None:
            self._next()
