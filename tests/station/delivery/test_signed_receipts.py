"""A signed receipt: read back as it was, and every lie changes nothing at the station."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from station.delivery.outbox import Outcome
from station.delivery.receipt_document import (
    DOMAIN,
    Reason,
    ReceiptRefusal,
    ReceiptRefused,
    read_receipt,
    sign_receipt,
)
from station.safekeeping import cbor
from station.safekeeping.bundle import Checkpoint
from station.safekeeping.events import EventKind
from station.safekeeping.signing import SigningKey, new_secret
from station.safekeeping.states import State
from tests.helpers.delivering import Delivering, seal_case


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Delivering]:
    trial = Delivering(tmp_path)
    seal_case(trial.vault)
    yield trial
    trial.vault.close()


def refusal(trial: Delivering, document: bytes) -> ReceiptRefusal:
    """Why the station does not take it; nothing may change."""
    before = trial.states()
    with pytest.raises(ReceiptRefused) as caught:
        trial.outbox.take(document)
    assert trial.states() == before
    return caught.value.reason


def test_a_receipt_says_what_was_signed(trial: Delivering) -> None:
    receipt = trial.receipt(2, reason=Reason.DAMAGED, checkpoint=None)
    signed = read_receipt(sign_receipt(receipt, trial.key()), trial.vault.keyring)
    assert (signed.receipt, signed.key_id) == (receipt, trial.key().public.key_id)


def test_the_format_is_the_documented_one(trial: Delivering) -> None:
    """Built by hand from docs/delivery.md, not by the code under test."""
    entry, key = trial.entry(1), trial.key()
    receipt = trial.receipt(1)
    assert receipt.checkpoint is not None
    body = cbor.encode(
        {
            "format": "ktpel-receipt/1", "bundle": entry.sha256, "station": "balikpapan-1", "sequence": 1,
            "verdict": "accepted", "reason": None, "time": int(trial.clock.now().timestamp()),
            "audit_checkpoint": [receipt.checkpoint.count, receipt.checkpoint.head], "keyring_version": 1,
            "receiver": "receiver-1",
        }
    )  # fmt: skip
    document = cbor.encode([body, key.public.key_id, key.sign(b"ktpb/1/receipt\0" + body).encode()])
    assert read_receipt(document, trial.vault.keyring).receipt == receipt


def test_an_honest_receipt_counts_and_is_kept(trial: Delivering) -> None:
    taken = trial.outbox.take(trial.signed(1))
    assert (taken.outcome, trial.entry(1).state) == (Outcome.RECEIPTED, State.RECEIPTED)
    assert trial.vault.spool.receipt_path(trial.entry(1)).exists()
    trial.restart()
    assert trial.entry(1).state is State.RECEIPTED


def test_every_changed_bit_is_refused(trial: Delivering) -> None:
    document = trial.signed(1)
    for place in range(0, len(document), 37):
        damaged = bytearray(document)
        damaged[place] ^= 1 << (place % 8)
        assert refusal(trial, bytes(damaged)) in (
            ReceiptRefusal.UNREADABLE, ReceiptRefusal.UNKNOWN_KEY, ReceiptRefusal.SIGNATURE
        )  # fmt: skip
    for size in range(0, len(document), 101):
        assert refusal(trial, document[:size]) is ReceiptRefusal.UNREADABLE
    assert refusal(trial, document + b"\0") is ReceiptRefusal.UNREADABLE


def test_a_receipt_by_a_stranger_or_by_a_revoked_key_is_refused(trial: Delivering) -> None:
    stranger = SigningKey(new_secret(lambda size: bytes(range(size))))
    assert refusal(trial, sign_receipt(trial.receipt(1), stranger)) is ReceiptRefusal.UNKNOWN_KEY
    body = trial.receipt(1).encode()
    claims = cbor.encode([body, trial.key().public.key_id, stranger.sign(DOMAIN + body).encode()])
    assert refusal(trial, claims) is ReceiptRefusal.SIGNATURE
    document = trial.signed(1)
    trial.vault.keyring = replace(trial.vault.keyring, revoked=frozenset({trial.key().public.key_id}))
    assert refusal(trial, document) is ReceiptRefusal.UNKNOWN_KEY


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ({"station": "balikpapan-2"}, ReceiptRefusal.OTHER_STATION),
        ({"bundle": bytes(32)}, ReceiptRefusal.NO_SUCH_BUNDLE),
        ({"sequence": 2}, ReceiptRefusal.DIFFERS),
        ({"checkpoint": Checkpoint(1, bytes(32))}, ReceiptRefusal.DIFFERS),
        ({"keyring_version": 0}, ReceiptRefusal.STALE),
    ],
)
def test_a_receipt_that_does_not_fit_its_bundle_is_refused(
    trial: Delivering, lie: dict[str, object], why: ReceiptRefusal
) -> None:
    assert refusal(trial, trial.signed(1, **lie)) is why


def test_a_bundle_of_an_open_case_takes_no_receipt(trial: Delivering) -> None:
    case = trial.vault.begin_case("BPN-0002")
    trial.vault.seal_segment(case, "finger", [], False)
    assert refusal(trial, trial.signed(4)) is ReceiptRefusal.NO_SUCH_BUNDLE


def test_a_replayed_receipt_does_nothing(trial: Delivering) -> None:
    document = trial.signed(1)
    rejection = trial.signed(1, reason=Reason.REVOKED)
    trial.outbox.take(document)
    records = trial.vault.verify_audit().records
    assert trial.outbox.take(document).outcome is Outcome.UNCHANGED
    assert trial.outbox.take(rejection).outcome is Outcome.UNCHANGED
    assert (trial.entry(1).state, trial.vault.verify_audit().records) == (State.RECEIPTED, records)


def test_a_refused_bundle_stays_here_and_may_be_taken_later(trial: Delivering) -> None:
    taken = trial.outbox.take(trial.signed(1, reason=Reason.UNKNOWN_STATION))
    assert (taken.outcome, trial.entry(1).state) == (Outcome.REJECTED, State.REJECTED)
    assert trial.vault.spool.path(trial.entry(1)).exists()
    assert trial.outbox.take(trial.signed(1)).outcome is Outcome.RECEIPTED


def test_a_bundle_damaged_on_the_way_is_sent_once_more_and_not_for_each_replay(trial: Delivering) -> None:
    (parcel, *_) = trial.outbox.to_send()
    rejection = trial.signed(1, reason=Reason.DAMAGED)
    for expected in (Outcome.SENT_AGAIN, Outcome.UNCHANGED):
        trial.outbox.sending(parcel)
        trial.outbox.sent(parcel)
        assert trial.entry(1).state is State.SENT
        assert trial.outbox.take(rejection).outcome is expected


def test_nothing_is_removed_before_its_time_whatever_the_stations_clock_says(trial: Delivering) -> None:
    trial.outbox.take(trial.signed(1))
    trial.clock.advance(3600 * 24 * 300)
    assert trial.outbox.purge().removed == ()
    later = trial.clock.now() - timedelta(days=300 - 6)
    trial.outbox.take(trial.signed(2, time=later))
    assert trial.outbox.purge().removed == ()
    trial.outbox.take(trial.signed(3, time=later + timedelta(days=2)))
    assert trial.outbox.purge().removed == (1,)
    assert not trial.vault.spool.path(trial.entry(1)).exists()
    assert trial.states() == [State.PURGED, State.RECEIPTED, State.RECEIPTED]


def test_a_station_clock_that_is_behind_keeps_everything(trial: Delivering) -> None:
    ahead = trial.clock.now() + timedelta(days=30)
    trial.outbox.take(trial.signed(1, time=ahead - timedelta(days=20)))
    trial.outbox.take(trial.signed(2, time=ahead))
    assert trial.outbox.purge().removed == ()


def test_the_newest_bundle_always_stays(tmp_path: Path) -> None:
    trial = Delivering(tmp_path, keep_days=0)
    seal_case(trial.vault)
    for sequence in (1, 2, 3):
        trial.outbox.take(trial.signed(sequence))
    assert trial.outbox.purge().removed == (1, 2)
    trial.restart()
    assert trial.vault.verify_audit().whole
    trial.vault.close()


def test_a_receipt_is_verified_once_more_before_its_bundle_is_removed(tmp_path: Path) -> None:
    """The receipt's key was revoked meanwhile: the bundle stays, and is delivered again."""
    trial = Delivering(tmp_path, keep_days=0)
    seal_case(trial.vault)
    trial.outbox.take(trial.signed(1))
    trial.vault.keyring = replace(trial.vault.keyring, revoked=frozenset({trial.key().public.key_id}))
    purged = trial.outbox.purge()
    assert (purged.removed, purged.doubted) == ((), (1,))
    assert trial.entry(1).state is State.QUEUED
    assert trial.vault.spool.path(trial.entry(1)).exists()
    trial.vault.close()


@pytest.mark.parametrize("forged", [b"", b"a receipt, honestly"])
def test_a_file_laid_beside_a_bundle_is_no_receipt(tmp_path: Path, forged: bytes) -> None:
    trial = Delivering(tmp_path, keep_days=0)
    seal_case(trial.vault)
    trial.vault.spool.receipt_path(trial.entry(1)).write_bytes(forged)
    trial.restart()
    assert trial.entry(1).state is State.RECEIPTED
    assert trial.outbox.purge().doubted == (1,)
    assert [one.name.sequence for one in trial.outbox.to_send()] == [1, 2, 3]
    trial.vault.close()


def test_what_becomes_of_a_bundle_stands_in_the_audit_log(tmp_path: Path) -> None:
    trial = Delivering(tmp_path, keep_days=0)
    seal_case(trial.vault)
    for parcel in trial.outbox.to_send():
        trial.outbox.sending(parcel)
        trial.outbox.sent(parcel)
    trial.outbox.take(trial.signed(1))
    trial.outbox.take(trial.signed(2, reason=Reason.REVOKED))
    trial.outbox.purge()
    with pytest.raises(ReceiptRefused):
        trial.outbox.take(trial.signed(3, sequence=1))
    trial.restart()
    logged = [record.kind for record in trial.vault._log.recent]
    for kind in (EventKind.BUNDLE_UPLOADED, EventKind.RECEIPT_ACCEPTED, EventKind.BUNDLE_REJECTED,
                 EventKind.BUNDLE_PURGED, EventKind.RECEIPT_REFUSED):  # fmt: skip
        assert kind in logged
    trial.vault.close()


def test_a_long_list_is_removed_in_small_jobs(tmp_path: Path) -> None:
    trial = Delivering(tmp_path, keep_days=0)
    for number in range(5):
        seal_case(trial.vault, f"BPN-{number:04}", size=1_000)
    for sequence in range(1, 16):
        trial.outbox.take(trial.signed(sequence))
    first, second = trial.outbox.purge(), trial.outbox.purge()
    assert (first.removed, first.more) == (tuple(range(1, 11)), True)
    assert (second.removed, second.more) == (tuple(range(11, 15)), False)
    trial.vault.close()
