"""Taking bundles in: once, durably, with a receipt; killed anywhere, side by side, over and over."""

import hashlib
import os
import shutil
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from station.delivery.layout import BundleName
from station.delivery.receipt_document import Reason, Receipt, read_receipt
from station.receiver.case_work import open_pending
from station.receiver.receiving import Fate, Receiver, Seen, Share, Tally
from station.receiver.shelf import Shelf, ShelfBusy
from station.receiver.sources import FolderSource, Found, Source
from station.receiver.verifying import ChainFault, verify
from station.safekeeping.bundle import Buffer, Envelope
from station.safekeeping.disk import SystemDisk
from tests.helpers.delivering import Delivering, seal_case
from tests.helpers.sealing import FailingDisk, PowerCut


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Delivering]:
    trial = Delivering(tmp_path)
    seal_case(trial.vault)
    yield trial
    trial.vault.close()


def stick(trial: Delivering, name: str = "stick") -> Path:
    """Everything that waits, in the layout of a stick."""
    folder = trial.root / name
    for parcel in trial.outbox.to_send():
        path = folder / parcel.name.key
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(parcel.path, path)
    return folder


def source(folder: Path, owner: str = "receiver-1") -> FolderSource:
    return FolderSource(folder, SystemDisk(), owner)


def receipts(trial: Delivering, folder: Path) -> list[Receipt]:
    files = sorted(folder.glob("ktpel/receipts/*/*.receipt"))
    return sorted(
        (read_receipt(path.read_bytes(), trial.station.keyring()).receipt for path in files),
        key=lambda receipt: receipt.sequence,
    )


def test_bundles_are_kept_and_receipted_once(trial: Delivering) -> None:
    folder, receiver = stick(trial), trial.receiver()
    tally = receiver.round(source(folder))
    assert (tally.fates[Fate.TAKEN], tally.receipts, tally.chain) == (3, 3, [])
    assert [one.accepted for one in receipts(trial, folder)] == [True] * 3
    assert verify(trial.shelved(), trial.station.keyring()).accepted
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.receipt")}
    again = receiver.round(source(folder))
    assert (again.fates[Fate.TAKEN], again.fates[Fate.HERE_ALREADY], again.receipts, again.bytes_read) == (0, 3, 0, 0)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.receipt")} == before
    receiver.close()


def test_the_receipt_names_the_audit_checkpoint_that_was_seen(trial: Delivering) -> None:
    folder, receiver = stick(trial), trial.receiver()
    receiver.round(source(folder))
    assert receipts(trial, folder) == [trial.receipt(n) for n in (1, 2, 3)]
    receiver.close()


@pytest.mark.parametrize("after", [False, True])
def test_a_receiver_killed_at_any_call_leaves_one_copy_each_and_no_receipt_without_copy(
    tmp_path: Path, after: bool
) -> None:
    trial = Delivering(tmp_path)
    seal_case(trial.vault, size=2_000)
    folder, at, cuts = stick(trial), 0, 0
    while True:
        for left in (folder / "ktpel" / "receipts", trial.root / "shelf"):
            shutil.rmtree(left, ignore_errors=True)
        disk = FailingDisk(at, PowerCut, after=after)
        receiver = trial.receiver(disk=disk)
        try:
            receiver.round(FolderSource(folder, disk, "receiver-1"))
        except PowerCut:
            cuts += 1
        else:
            break
        finally:
            receiver.close()
        kept = {path.stem.partition("-")[2] for path in trial.shelved()}
        assert all(report.accepted for report in verify(trial.shelved(), trial.station.keyring()).bundles)
        assert {one.bundle.hex() for one in receipts(trial, folder)} <= kept
        restarted = trial.receiver()
        restarted.round(source(folder))
        restarted.close()
        assert (len(trial.shelved()), [one.accepted for one in receipts(trial, folder)]) == (3, [True] * 3)
        assert len(list((trial.root / "shelf").rglob("*.part"))) == 0
        at += 3
    assert cuts > 15
    trial.vault.close()


class ReceiptFirst(Receiver):
    """The control: signs before it keeps."""

    def _look(self, source: Source, found: Found, stored: bool, tally: Tally) -> Seen:
        assert not stored
        with source.open(found) as stream:
            arrival = self._shelf.receive(stream)
        assert isinstance(arrival.envelope, Envelope)
        self._give(source, self._receipt(found.name, None, arrival.envelope.core.checkpoint), found.name, tally)
        self._shelf.keep(arrival, found.name)
        return Seen(found.name, Fate.TAKEN)


def test_control_a_receiver_that_signs_first_would_be_caught(trial: Delivering) -> None:
    folder, caught = stick(trial), False
    for at in range(60):
        for left in (folder / "ktpel" / "receipts", trial.root / "shelf"):
            shutil.rmtree(left, ignore_errors=True)
        disk = FailingDisk(at, PowerCut)
        shelf = Shelf(trial.root / "shelf", "receiver-1", disk)
        receiver = ReceiptFirst(shelf, trial.station.keyring(), trial.key(), "receiver-1", trial.clock)
        try:
            receiver.round(FolderSource(folder, disk, "receiver-1"))
        except PowerCut:
            kept = {path.stem.partition("-")[2] for path in trial.shelved()}
            caught = caught or not {one.bundle.hex() for one in receipts(trial, folder)} <= kept
        finally:
            receiver.close()
    assert caught


def test_receivers_side_by_side_need_no_lock(tmp_path: Path) -> None:
    trial = Delivering(tmp_path)
    for number in range(4):
        seal_case(trial.vault, f"BPN-{number:04}", size=4_000)
    folder = stick(trial)
    receivers = [trial.receiver(f"receiver-{n}") for n in (1, 2, 3)]
    bugs: list[BaseException] = []

    def work(number: int) -> None:
        try:
            receivers[number].round(source(folder, f"receiver-{number}"))
        except BaseException as bug:  # noqa: BLE001 - carried to the test
            bugs.append(bug)

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in receivers:
        one.close()
    assert bugs == []
    assert len(trial.shelved()) == 12
    assert [(one.sequence, one.accepted) for one in receipts(trial, folder)] == [(n, True) for n in range(1, 13)]
    trial.vault.close()


def test_two_receivers_of_one_name_are_refused(trial: Delivering) -> None:
    first = trial.receiver()
    with pytest.raises(ShelfBusy):
        trial.receiver()
    first.close()


def test_shares_cover_every_station_once() -> None:
    shares = [Share(number, 4) for number in (1, 2, 3, 4)]
    for number in range(200):
        assert sum(share.holds(f"station-{number}") for share in shares) == 1


def test_gaps_are_told_and_closed_when_the_missing_one_comes(trial: Delivering) -> None:
    folder, receiver = stick(trial), trial.receiver()
    second = next(folder.glob("ktpel/*/0000000002-*"))
    aside = second.rename(trial.root / "aside")
    tally = receiver.round(source(folder))
    assert [(one.sequence, one.fault) for one in tally.chain] == [(3, ChainFault.GAP)]
    aside.rename(second)
    tally = receiver.round(source(folder), full=False)
    assert (tally.fates[Fate.TAKEN], tally.chain) == (1, [])
    receiver.close()


def test_a_quick_round_does_not_look_below_what_was_complete(trial: Delivering) -> None:
    folder, receiver = stick(trial), trial.receiver()
    receiver.round(source(folder))
    seal_case(trial.vault, "BPN-0002")
    stick(trial)
    tally = receiver.round(source(folder), full=False)
    assert (tally.fates[Fate.TAKEN], tally.fates[Fate.HERE_ALREADY]) == (3, 0)
    receiver.close()


def test_two_histories_of_one_station_are_told(trial: Delivering) -> None:
    """A disk copied back to an older state: both are kept, and the fork is named."""
    trial.vault.close()
    shutil.copytree(trial.station.folder, trial.root / "copy" / trial.station.name)
    trial.vault = trial.station.unlock()
    trial.restart()
    seal_case(trial.vault, "BPN-0002")
    folder = stick(trial)
    original, trial.station.root = trial.station.root, trial.root / "copy"
    trial.restart()
    seal_case(trial.vault, "BPN-0003")
    stick(trial)
    trial.station.root = original
    receiver = trial.receiver()
    tally = receiver.round(source(folder))
    assert tally.fates[Fate.TAKEN] == 9
    assert ChainFault.FORK in {one.fault for one in tally.chain}
    receiver.close()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[:-1] + b"?", Reason.DAMAGED),
        (lambda data: data[:-100], Reason.DAMAGED),
        (lambda data: data + b"more", Reason.DAMAGED),
        (lambda _: b"", Reason.DAMAGED),
    ],
)
def test_other_bytes_under_a_bundles_name_are_damage(
    trial: Delivering, change: Callable[[bytes], bytes], reason: Reason
) -> None:
    folder, receiver = stick(trial), trial.receiver()
    second = next(folder.glob("ktpel/*/0000000002-*"))
    second.write_bytes(change(second.read_bytes()))
    tally = receiver.round(source(folder))
    assert (tally.fates[Fate.TAKEN], tally.fates[Fate.REJECTED]) == (2, 1)
    assert [one.reason for one in receipts(trial, folder)] == [None, reason, None]
    assert receiver.round(source(folder)).bytes_read == 0
    stick(trial)
    os.utime(second, (1, 1))
    receiver.round(source(folder))
    assert [one.reason for one in receipts(trial, folder)] == [None] * 3
    receiver.close()


def test_what_is_no_bundle_is_rejected_by_name(trial: Delivering) -> None:
    folder, receiver = trial.root / "stick", trial.receiver()
    data = b"a shopping list"
    name = BundleName("balikpapan-1", 7, hashlib.sha256(data).digest())
    (folder / name.key).parent.mkdir(parents=True)
    (folder / name.key).write_bytes(data)
    receiver.round(source(folder))
    assert [one.reason for one in receipts(trial, folder)] == [Reason.NOT_A_BUNDLE]
    receiver.close()


def test_a_station_unknown_today_is_taken_when_the_keyring_knows_it(trial: Delivering) -> None:
    folder, keyring = stick(trial), trial.station.keyring()
    shelf = Shelf(trial.root / "shelf", "receiver-1", SystemDisk())
    receiver = Receiver(shelf, replace(keyring, stations=()), trial.key(), "receiver-1", trial.clock)
    receiver.round(source(folder))
    assert {one.reason for one in receipts(trial, folder)} == {Reason.UNKNOWN_STATION}
    assert receiver.round(source(folder)).bytes_read == 0
    receiver.use(replace(keyring, version=keyring.version + 1))
    assert receiver.round(source(folder)).fates[Fate.TAKEN] == 3
    assert {one.reason for one in receipts(trial, folder)} == {None}
    receiver.close()


def test_training_is_refused_as_real_unless_asked_for(trial: Delivering) -> None:
    seal_case(trial.vault, "BPN-0002", training=True)
    folder = stick(trial)
    strict = trial.receiver()
    assert strict.round(source(folder)).fates[Fate.REJECTED] == 3
    strict.close()
    lenient = trial.receiver(training_ok=True)
    assert lenient.round(source(folder)).fates[Fate.TAKEN] == 3
    lenient.close()


def test_a_revoked_station_is_refused_and_what_was_accepted_stays_accepted(trial: Delivering) -> None:
    folder, receiver = stick(trial), trial.receiver()
    receiver.round(source(folder))
    seal_case(trial.vault, "BPN-0002")
    stick(trial)
    keyring = trial.station.keyring()
    receiver.use(replace(keyring, version=2, revoked=frozenset({keyring.stations[0].key.key_id})))
    receiver.round(source(folder))
    assert [one.reason for one in receipts(trial, folder)] == [None] * 3 + [Reason.REVOKED] * 3
    receiver.close()


def test_a_bundle_sealed_under_a_newer_keyring_is_held_without_a_word(trial: Delivering) -> None:
    folder = stick(trial)
    shelf = Shelf(trial.root / "shelf", "receiver-1", SystemDisk())
    receiver = Receiver(shelf, replace(trial.station.keyring(), version=0), trial.key(), "receiver-1", trial.clock)
    assert receiver.round(source(folder)).fates[Fate.HELD] == 3
    assert receipts(trial, folder) == []
    receiver.close()


def test_a_bundle_under_another_stations_name_is_rejected(trial: Delivering) -> None:
    folder, receiver = stick(trial), trial.receiver()
    (folder / "ktpel" / "balikpapan-1").rename(folder / "ktpel" / "balikpapan-2")
    receiver.round(source(folder))
    assert {(one.station, one.reason) for one in receipts(trial, folder)} == {("balikpapan-2", Reason.OTHER_STATION)}
    receiver.close()


def test_receipts_of_a_revoked_key_are_given_anew_when_asked_for(trial: Delivering) -> None:
    folder, receiver = stick(trial), trial.receiver()
    receiver.round(source(folder))
    for path in folder.rglob("*.receipt"):
        path.write_bytes(b"by a key that counts no more")
    assert receiver.round(source(folder)).receipts == 0
    assert receiver.round(source(folder), again=True).receipts == 3
    assert [one.accepted for one in receipts(trial, folder)] == [True] * 3
    receiver.close()


def test_links_and_strange_names_on_a_stick_are_passed_over(trial: Delivering) -> None:
    folder, receiver = stick(trial), trial.receiver()
    station = folder / "ktpel" / "balikpapan-1"
    name = BundleName("balikpapan-1", 9, bytes(32))
    (station / name.file_name).symlink_to(trial.station.authority / "root.key")
    (station / "notes.txt").write_text("mine")
    (station / f"0000000009-{'0' * 64}.ktpb.part").write_bytes(b"half")
    (folder / "ktpel" / "elsewhere").symlink_to(trial.station.authority)
    tally = receiver.round(source(folder))
    assert (tally.fates[Fate.TAKEN], sum(tally.fates.values())) == (3, 3)
    receiver.close()


def test_a_full_disk_takes_nothing_and_signs_nothing(trial: Delivering) -> None:
    class Full(SystemDisk):
        def write(self, file: int, data: Buffer) -> int:
            raise OSError(28, f"No space left on device for {len(data)} bytes of {file}")

    folder = stick(trial)
    receiver = trial.receiver(disk=Full())
    with pytest.raises(OSError, match="No space"):
        receiver.round(source(folder))
    receiver.close()
    assert (trial.shelved(), receipts(trial, folder)) == ([], [])


def test_memory_does_not_grow_with_what_is_received(tmp_path: Path) -> None:
    """Ten times the bytes, the same memory but for names: under 1 MB more for 9 MB more of bundles."""
    peaks = []
    for size in (50_000, 1_500_000):
        trial = Delivering(tmp_path / str(size))
        for number in range(3):
            seal_case(trial.vault, f"BPN-{number:04}", size=size)
        folder, receiver = stick(trial), trial.receiver()
        tracemalloc.start()
        receiver.round(source(folder))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        receiver.close()
        trial.vault.close()
    assert peaks[1] - peaks[0] < 1_000_000


def test_cases_are_opened_when_their_last_segment_has_come(trial: Delivering) -> None:
    folder, receiver = stick(trial), trial.receiver()
    second = next(folder.glob("ktpel/*/0000000002-*"))
    aside = second.rename(trial.root / "aside")
    receiver.round(source(folder))
    out, keyring, secret = trial.root / "out", trial.station.keyring(), trial.station.secret()
    (work,) = open_pending(receiver._shelf, keyring, secret, out)
    assert (work.case, work.missing) == (None, 1)
    aside.rename(second)
    receiver.round(source(folder))
    (work,) = open_pending(receiver._shelf, keyring, secret, out)
    assert work.case is not None
    assert work.case.folder is not None
    assert (work.case.folder / "summary.json").exists()
    assert list(open_pending(receiver._shelf, keyring, secret, out)) == []
    receiver.close()


def test_a_case_half_opened_when_the_receiver_died_is_opened_anew(trial: Delivering) -> None:
    folder, receiver = stick(trial), trial.receiver()
    receiver.round(source(folder))
    out = trial.root / "out"
    (out / ".opening" / "0").mkdir(parents=True)
    (out / ".opening" / "0" / "finger-01.fir").write_bytes(b"half")
    (work,) = open_pending(receiver._shelf, trial.station.keyring(), trial.station.secret(), out)
    assert work.case is not None
    assert work.case.folder is not None
    assert sorted(path.name for path in out.iterdir()) == sorted([".lock", work.case.folder.name])
    receiver.close()
