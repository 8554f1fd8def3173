"""The courier at the counter: what it says of waiting, sent and unreachable, and that closing ends it."""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from station.capture.delivering import Delivering, Told
from station.delivery.courier import Courier
from station.delivery.outbox import Outbox
from station.delivery.store import Gate, StoreTrouble, Trouble
from station.safekeeping.vault import Sealed, Vault
from station.text import msg
from station.workers import Worker
from tests.helpers.counter import said
from tests.helpers.sealing import TrialStation, finger

PATIENCE_S = 60.0


@dataclass
class Store:
    """An object store in memory; `trouble` makes it refuse."""

    trouble: Trouble | None = None
    kept: dict[str, bytes] = field(default_factory=dict)

    def put_file(self, key: str, path: Path, md5: bytes, gate: Gate) -> None:
        del md5, gate
        if self.trouble is not None:
            raise StoreTrouble(self.trouble)
        self.kept[key] = path.read_bytes()

    def get(self, key: str, limit: int, *, hidden_is_absent: bool = False) -> bytes | None:
        del key, limit, hidden_is_absent
        return None


@pytest.fixture
def station(tmp_path: Path) -> TrialStation:
    station = TrialStation(tmp_path)
    station.provision()
    return station


@pytest.fixture
def worker(station: TrialStation) -> Iterator[tuple[Worker, Vault]]:
    worker = Worker("safekeeping", lambda call: call())
    vault = worker.ask(station.unlock)
    yield worker, vault
    worker.ask(vault.close)
    worker.stop()


def seal_a_case(vault: Vault) -> None:
    case = vault.begin_case("BPN-0001")
    assert isinstance(vault.seal_segment(case, "finger-02", finger(2), True), Sealed)
    assert isinstance(vault.close_case(case, {}, [], True), Sealed)


def until(delivering: Delivering, held: Callable[[], bool], told: threading.Event) -> None:
    for _ in range(100):
        if held():
            return
        assert told.wait(PATIENCE_S), said(delivering.facts().sentence)
        told.clear()
    raise AssertionError(said(delivering.facts().sentence))


def begun(station: TrialStation, worker: Worker, vault: Vault, store: Store) -> tuple[Delivering, threading.Event]:
    def make(told: Told) -> Courier:
        outbox = Outbox(vault, station.clock, keep_days=30, resend_hours=24.0)
        return Courier(outbox, worker.ask, store, station.clock, random.Random(1), on_change=told)

    told = threading.Event()
    delivering = Delivering(make, station.clock)
    delivering.start(told.set)
    return delivering, told


def test_what_waits_is_sent_and_what_is_sealed_later_too(station: TrialStation, worker: tuple[Worker, Vault]) -> None:
    safe, vault = worker
    safe.ask(lambda: seal_a_case(vault))
    store = Store()
    delivering, told = begun(station, safe, vault, store)
    until(delivering, lambda: delivering.facts().unanswered == 2 and delivering.facts().next_try_s is not None, told)
    facts = delivering.facts()
    assert (facts.waiting, said(facts.sentence)) == (0, "Everything is sent.")
    assert len(store.kept) == 2
    delivering.close()
    assert "delivery" not in {thread.name for thread in threading.enumerate()}


def test_offline_is_said_with_the_next_try_and_goes_on_when_woken(
    station: TrialStation, worker: tuple[Worker, Vault]
) -> None:
    safe, vault = worker
    safe.ask(lambda: seal_a_case(vault))
    store = Store(Trouble.OFFLINE)
    delivering, told = begun(station, safe, vault, store)
    until(delivering, lambda: delivering.facts().next_try_s is not None, told)
    facts = delivering.facts()
    assert facts.offline
    assert facts.waiting == 2
    assert "cannot be reached" in said(facts.sentence)
    assert facts.next_try_s is not None
    assert facts.next_try_s > station.clock.monotonic_s()
    store.trouble = None
    delivering.wake()
    until(delivering, lambda: delivering.facts().waiting == 0, told)
    delivering.close()


def test_without_credentials_it_says_so_and_nothing_runs(station: TrialStation) -> None:
    told = threading.Event()
    delivering = Delivering(lambda _told: msg("The credentials cannot be read."), station.clock)
    delivering.start(told.set)
    assert told.wait(PATIENCE_S)
    assert "credentials" in said(delivering.facts().sentence)
    delivering.close()
