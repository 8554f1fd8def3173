"""The courier against a store's stand-in and a cable that misbehaves: every bundle arrives once, none goes early."""

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from station.delivery.courier import FIRST_PAUSE_S, LONGEST_PAUSE_S, Courier, DeliveryFacts, Pace, Round
from station.delivery.outbox import Outcome
from station.delivery.receipt_document import Reason, sign_receipt
from station.delivery.store import StoreTrouble, Trouble
from station.receiver.opening import open_bundles
from station.receiver.receiving import Fate
from station.receiver.sources import BucketSource
from station.receiver.verifying import verify
from station.safekeeping.states import State
from station.workers import Pump, Worker
from tests.helpers.clock import FakeClock
from tests.helpers.delivering import Delivering, seal_case
from tests.helpers.s3_stand_in import RECEIVER, StandIn, stand_in
from tests.helpers.tcp_proxy import Fault, Proxy, proxy

NAME = "balikpapan-1"
T = TypeVar("T")


@pytest.fixture
def store() -> Iterator[StandIn]:
    with stand_in() as one:
        yield one


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Delivering]:
    trial = Delivering(tmp_path)
    seal_case(trial.vault)
    yield trial
    trial.vault.close()


def receive(trial: Delivering, store: StandIn) -> int:
    """A round of a new receiver; how many it took."""
    door = store.store(RECEIVER)
    receiver = trial.receiver(f"receiver-{random.Random(len(store.requests)).random()}")
    taken = receiver.round(BucketSource(door)).fates[Fate.TAKEN]
    receiver.close()
    door.close()
    return taken


def test_bundles_go_up_and_receipts_come_back(trial: Delivering, store: StandIn) -> None:
    door = store.store(NAME)
    courier = trial.courier(door)
    assert courier.round().sent == (1, 2, 3)
    assert trial.states() == [State.SENT] * 3
    assert receive(trial, store) == 3
    assert courier.round().receipted == (1, 2, 3)
    assert (courier.facts.waiting, courier.facts.unanswered, courier.facts.trouble) == (0, 0, None)
    assert courier.facts.last_success == trial.clock.now()
    door.close()


def test_names_are_the_contents_own(trial: Delivering, store: StandIn) -> None:
    door = store.store(NAME)
    trial.courier(door).round()
    expected = [
        f"ktpel/{NAME}/{entry.sequence:010d}-{entry.sha256.hex()}.ktpb" for entry in trial.vault.spool.entries()
    ]
    assert store.keys(".ktpb") == expected
    door.close()


def test_a_bundle_of_an_open_case_stays(trial: Delivering, store: StandIn) -> None:
    case = trial.vault.begin_case("BPN-0002")
    trial.vault.seal_segment(case, "finger", [], False)
    door = store.store(NAME)
    assert trial.courier(door).round().sent == (1, 2, 3)
    door.close()


def test_offline_is_told_and_nothing_changes(trial: Delivering, store: StandIn) -> None:
    with proxy(store.port) as cable:
        cable.faults.append(Fault.DROP)
        door = store.store(NAME, cable.port)
        courier = trial.courier(door)
        assert courier.round().trouble is Trouble.OFFLINE
        assert courier.facts.offline
        assert trial.states() == [State.QUEUED] * 3
        assert courier.round().sent == (1, 2, 3)
        door.close()


@pytest.mark.parametrize(
    ("code", "status", "trouble"),
    [
        ("RequestTimeTooSkewed", 403, Trouble.CLOCK),
        ("InvalidAccessKeyId", 403, Trouble.REFUSED),
        ("NoSuchBucket", 404, Trouble.NO_BUCKET),
        ("SlowDown", 503, Trouble.BUSY),
        ("InternalError", 500, Trouble.BUSY),
    ],
)
def test_a_store_that_refuses_is_understood(
    trial: Delivering, store: StandIn, code: str, status: int, trouble: Trouble
) -> None:
    store.refuse = (code, status)
    door = store.store(NAME)
    assert trial.courier(door).round().trouble is trouble
    assert trial.states() == [State.QUEUED] * 3
    door.close()


def test_the_wrong_account_is_refused_and_told(trial: Delivering, store: StandIn) -> None:
    door = store.store("balikpapan-2")
    assert trial.courier(door).round().trouble is Trouble.REFUSED
    assert store.objects == {}
    door.close()


BREAKS = [Fault.DROP, Fault.RESET_MID_WAY, Fault.STALL, Fault.CUT_ANSWER, Fault.FALSE_OK, Fault.PORTAL,
          Fault.TWICE, Fault.LATE, Fault.DRIBBLE]  # fmt: skip


@pytest.mark.parametrize("fault", BREAKS)
def test_whatever_the_line_does_each_bundle_is_kept_once_and_none_goes_early(
    trial: Delivering, store: StandIn, fault: Fault
) -> None:
    with proxy(store.port) as cable:
        cable.faults.extend([fault, Fault.NONE, fault])
        converge(trial, store, cable, silence_s=0.15)
        assert cable.seen[0] is fault
    check(trial)


def test_a_bad_day_of_every_fault_in_any_order(trial: Delivering, store: StandIn) -> None:
    seal_case(trial.vault, "BPN-0002")
    chance = random.Random(20)
    with proxy(store.port) as cable:
        cable.faults.extend(chance.choice(BREAKS) for _ in range(7))
        converge(trial, store, cable, silence_s=0.15)
    check(trial)


def converge(trial: Delivering, store: StandIn, cable: Proxy, silence_s: float) -> None:
    """Rounds of courier and receiver until every bundle has its receipt; a day between two."""
    for _ in range(30):
        door = store.store(NAME, cable.port, silence_s)
        trial.courier(door).round()
        door.close()
        for entry in trial.vault.spool.entries():
            kept = any(entry.sha256.hex() in path.name for path in trial.shelved())
            assert kept or trial.vault.spool.path(entry).exists()
        receive(trial, store)
        cable.deliver_late()
        trial.clock.advance(86_401)
        if set(trial.states()) <= {State.RECEIPTED, State.PURGED}:
            return
    pytest.fail(f"not everything was delivered: {trial.states()}")


def check(trial: Delivering) -> None:
    """One stored copy of each, every one readable with the authority's key."""
    shelved = trial.shelved()
    hashes = {entry.sha256.hex() for entry in trial.vault.spool.entries()}
    assert sorted(path.stem.partition("-")[2] for path in shelved) == sorted(hashes)
    keyring = trial.station.keyring()
    assert verify(shelved, keyring).accepted
    assert open_bundles(shelved, keyring, trial.station.secret(), trial.root / "opened").complete


def test_control_without_a_second_sending_a_lying_200_would_lose_the_bundle(trial: Delivering, store: StandIn) -> None:
    """The same lie, and nobody who waits for a receipt: nothing is stored, and the station believes it was sent."""
    with proxy(store.port) as cable:
        cable.faults.extend([Fault.FALSE_OK] * 3)
        door = store.store(NAME, cable.port)
        assert trial.courier(door).round().sent == (1, 2, 3)
        assert (receive(trial, store), trial.states()) == (0, [State.SENT] * 3)
        door.close()


def test_what_has_no_receipt_after_a_day_is_sent_again_even_after_a_restart(trial: Delivering, store: StandIn) -> None:
    door = store.store(NAME)
    trial.courier(door).round()
    assert trial.courier(door).round().sent == ()
    trial.restart()
    trial.clock.advance(86_401)
    assert trial.courier(door).round().sent == (1, 2, 3)
    assert all(len(versions) == 2 for versions in store.objects.values())
    assert receive(trial, store) == 3
    door.close()


def test_what_has_its_receipt_by_now_is_not_sent_again(trial: Delivering, store: StandIn) -> None:
    """A van that was away for a week: receipts are looked for before anything goes up."""
    door = store.store(NAME)
    trial.courier(door).round()
    receive(trial, store)
    trial.clock.advance(7 * 86_400)
    done = trial.courier(door).round()
    assert (done.receipted, done.sent) == ((1, 2, 3), ())
    door.close()


def test_an_upload_cut_by_a_crash_goes_on_after_the_restart(trial: Delivering, store: StandIn) -> None:
    (parcel, *_) = trial.outbox.to_send()
    trial.outbox.sending(parcel)
    trial.restart()
    assert trial.states() == [State.UPLOADING, State.QUEUED, State.QUEUED]
    door = store.store(NAME)
    assert trial.courier(door).round().sent == (1, 2, 3)
    door.close()


def test_a_file_that_is_not_what_was_sealed_is_put_aside_and_never_sent(trial: Delivering, store: StandIn) -> None:
    path = trial.vault.spool.path(trial.entry(2))
    data = bytearray(path.read_bytes())
    data[9000] ^= 1
    path.write_bytes(data)
    door = store.store(NAME)
    assert trial.courier(door).round().sent == (1, 3)
    assert trial.entry(2).state is State.QUARANTINED
    door.close()


def test_damage_in_the_store_is_told_by_receipt_and_mended_by_sending_again(trial: Delivering, store: StandIn) -> None:
    door = store.store(NAME)
    trial.courier(door).round()
    key = store.keys(".ktpb")[1]
    store.objects[key].append(store.objects[key][-1][:-1] + b"?")
    assert receive(trial, store) == 2
    done = trial.courier(door).round()
    assert [(one.outcome, one.sequence, one.receipt.reason) for one in done.rejected] == [
        (Outcome.SENT_AGAIN, 2, Reason.DAMAGED)
    ]
    assert done.sent == (2,)
    assert receive(trial, store) == 1
    assert trial.courier(door).round().receipted == (2,)
    check(trial)
    door.close()


def test_a_forged_receipt_in_the_store_changes_nothing(trial: Delivering, store: StandIn) -> None:
    door = store.store(NAME)
    courier = trial.courier(door)
    courier.round()
    foreign = Delivering(trial.root / "elsewhere")
    for sequence in (1, 2, 3):
        forged = sign_receipt(trial.receipt(sequence), foreign.key())
        store.objects[f"ktpel/receipts/{NAME}/{trial.entry(sequence).sha256.hex()}.receipt"] = [forged]
    foreign.vault.close()
    done = courier.round()
    assert (len(done.not_taken), trial.states()) == (3, [State.SENT] * 3)
    door.close()


def test_training_bundles_come_back_refused_with_the_reason(trial: Delivering, store: StandIn) -> None:
    seal_case(trial.vault, "BPN-0002", training=True)
    door = store.store(NAME)
    trial.courier(door).round()
    receive(trial, store)
    done = trial.courier(door).round()
    assert [(one.sequence, one.receipt.reason) for one in done.rejected] == [(n, Reason.TRAINING) for n in (4, 5, 6)]
    assert trial.states()[3:] == [State.REJECTED] * 3
    door.close()


def test_pauses_double_and_scatter(trial: Delivering, store: StandIn) -> None:
    door = store.store(NAME)
    courier = trial.courier(door)
    failed = Round(trouble=Trouble.OFFLINE)
    pauses = [courier.pause_s(failed) for _ in range(12)]
    for number, pause in enumerate(pauses):
        longest = min(FIRST_PAUSE_S * 2**number, LONGEST_PAUSE_S)
        assert longest / 2 <= pause <= longest
    assert len(set(pauses)) == len(pauses)
    courier.pause_s(Round())
    assert courier.pause_s(failed) <= FIRST_PAUSE_S
    door.close()


def test_uploads_keep_to_their_share_of_the_line() -> None:
    clock, waited = FakeClock(), list[float]()

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout or 0.0)
            clock.advance(timeout or 0.0)
            return False

    pace = Pace(800, clock, Stop())
    pace.begin(1_000_000)
    for _ in range(100):
        pace(10_000)
    assert sum(waited) == pytest.approx(9.9, abs=0.11)


def test_an_upload_that_crawls_or_is_told_to_stop_breaks_off() -> None:
    clock, stop = FakeClock(), threading.Event()
    pace = Pace(0, clock, stop)
    pace.begin(1000)
    clock.advance(62)
    with pytest.raises(InterruptedError):
        pace(1)
    pace.begin(1000)
    pace(1)
    stop.set()
    with pytest.raises(InterruptedError):
        pace(1)


def test_a_broken_off_upload_leaves_no_half_bundle_in_the_store(trial: Delivering, store: StandIn) -> None:
    door = store.store(NAME)
    courier = trial.courier(door)
    parcels = trial.outbox.to_send()

    def gate(_size: int) -> None:
        raise InterruptedError

    with pytest.raises((StoreTrouble, OSError)):
        door.put_file(parcels[0].name.key, parcels[0].path, bytes(16), gate)
    assert store.objects == {}
    assert courier.round().sent == (1, 2, 3)
    door.close()


def test_the_courier_runs_on_a_worker_while_the_vault_stays_on_its_own_thread(tmp_path: Path, store: StandIn) -> None:
    """Every change of state runs where the vault lives, or the vault would refuse it."""
    trial = Delivering(tmp_path)
    seal_case(trial.vault)
    pump, facts = Pump(), list[DeliveryFacts]()
    door = store.store(NAME)

    def on_vault(job: Callable[[], T], /) -> T:
        done, answer = threading.Event(), list[T]()

        def run() -> None:
            answer.append(job())
            done.set()

        pump.post(run)
        assert done.wait(60)
        return answer[0]

    courier = Courier(trial.outbox, on_vault, door, trial.clock, random.Random(1), on_change=facts.append)
    worker = Worker("courier", pump.post)
    ended = threading.Event()
    worker.submit(courier.run, lambda _: ended.set())
    while trial.vault.spool.entries(State.QUEUED, State.UPLOADING):
        assert pump.run_one(10)
    courier.close()
    while not ended.is_set():
        assert pump.run_one(10)
    worker.stop()
    assert trial.states() == [State.SENT] * 3
    assert {one.sending for one in facts} >= {1, 2, 3}
    trial.vault.close()
    door.close()
