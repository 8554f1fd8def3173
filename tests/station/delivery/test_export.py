"""Export to a stick: what lies there, what is signed, what is marked, and that a second one goes on."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from station.delivery.export import Exported, ExportStopped, NothingWaits, Progress, export
from station.delivery.handover_index import DOMAIN, BadIndex, HandoverIndex, read_index, signed_document
from station.delivery.layout import BundleName
from station.delivery.stick import StickTrouble, SystemStick
from station.receiver.verifying import verify
from station.safekeeping import audit, cbor
from station.safekeeping.events import EventKind
from station.safekeeping.states import State
from station.workers import Pump, Worker
from tests.helpers.sticks import Carrier


@pytest.fixture
def carrier(tmp_path: Path) -> Carrier:
    return Carrier(tmp_path)


def exported(outcome: object) -> Exported:
    assert isinstance(outcome, Exported), outcome
    return outcome


def test_every_waiting_bundle_lies_on_the_stick_by_number_and_hash(carrier: Carrier) -> None:
    outcome = exported(carrier.export())
    assert carrier.on_stick() == carrier.here()
    assert (outcome.written, outcome.left, outcome.damaged) == (4, 0, ())
    assert carrier.states() == [State.ON_USB] * 4
    assert not list(carrier.stick.rglob("*.part"))


def test_what_lies_on_the_stick_is_what_the_authority_verifies(carrier: Carrier) -> None:
    carrier.export()
    assert verify([carrier.place], carrier.trial.keyring()).accepted


def test_the_list_is_signed_and_names_every_bundle(carrier: Carrier) -> None:
    outcome = exported(carrier.export())
    document = outcome.index_path.read_bytes()
    assert hashlib.sha256(document).digest() == outcome.index_sha256
    index = read_index(document, carrier.trial.keyring())
    assert index == outcome.index
    assert [(one.name.sequence, one.name.sha256, one.size) for one in index.bundles] == [
        (entry.sequence, entry.sha256, entry.size) for entry in carrier.entries()
    ]


def test_a_list_with_one_bit_turned_or_of_another_station_is_not_believed(carrier: Carrier, tmp_path: Path) -> None:
    document = exported(carrier.export()).index_path.read_bytes()
    for at in range(0, len(document), 97):
        spoiled = bytearray(document)
        spoiled[at] ^= 1
        with pytest.raises(BadIndex):
            read_index(bytes(spoiled), carrier.trial.keyring())
    foreign = Carrier(tmp_path / "other")
    with pytest.raises(BadIndex):
        read_index(document, foreign.trial.keyring())


def test_a_list_that_names_another_station_than_its_key_is_refused(carrier: Carrier) -> None:
    body = HandoverIndex("samarinda-9", carrier.trial.clock.now(), ()).encode()
    document = signed_document(body, *carrier.vault.sign(DOMAIN + body))
    with pytest.raises(BadIndex, match="another station"):
        read_index(document, carrier.trial.keyring())


def test_a_revoked_stations_list_is_refused(carrier: Carrier) -> None:
    document = exported(carrier.export()).index_path.read_bytes()
    keyring = carrier.trial.keyring()
    revoking = replace(keyring, revoked=frozenset({keyring.stations[0].key.key_id}))
    with pytest.raises(BadIndex, match="no station"):
        read_index(document, revoking)


def test_a_list_of_another_shape_is_refused(carrier: Carrier) -> None:
    keyring = carrier.trial.keyring()
    name = BundleName(carrier.trial.name, 1, bytes(32))
    shapes: list[list[list[cbor.Value]]] = [
        [["x", 1, bytes(32), 5]],
        [[name.file_name, 2, bytes(32), 5]],
        [[name.file_name, 1, bytes(32)]],
    ]
    for listed in shapes:
        body = cbor.encode({"format": "ktpel-index/1", "station": carrier.trial.name, "time": 0, "bundles": listed})
        with pytest.raises(BadIndex):
            read_index(signed_document(body, *carrier.vault.sign(DOMAIN + body)), keyring)


def test_the_audit_log_says_what_was_handed_over_and_who_stood_for_it(carrier: Carrier) -> None:
    outcome = exported(carrier.export())
    *bundles, handover = list(audit.records(carrier.trial.folder / "audit"))[-5:]
    assert [record.kind for record in bundles] == [EventKind.BUNDLE_ON_USB] * 4
    assert [record.fields["sequence"] for record in bundles] == [1, 2, 3, 4]
    assert handover.kind is EventKind.HANDED_OVER
    assert handover.fields == {"bundles": 4, "sha256": outcome.index_sha256, "approver": "hasan"}


def test_many_bundles_are_marked_a_few_at_a_time(tmp_path: Path) -> None:
    """So that the counter can seal in between; the records of one export name one list and add up."""
    carrier = Carrier(tmp_path, cases=14)
    outcome = exported(carrier.export())
    handed = [one for one in audit.records(carrier.trial.folder / "audit") if one.kind is EventKind.HANDED_OVER]
    assert [one.fields["bundles"] for one in handed] == [25, 3]
    assert {one.fields["sha256"] for one in handed} == {outcome.index_sha256}
    assert carrier.states() == [State.ON_USB] * 28


def test_a_second_export_takes_only_what_is_new(carrier: Carrier) -> None:
    exported(carrier.export())
    assert carrier.export() == NothingWaits()
    carrier.record(3)
    carrier.trial.clock.advance(60)
    second = exported(carrier.export())
    assert [one.name.sequence for one in second.index.bundles] == [5, 6]
    assert len(list(carrier.place.glob("*.index"))) == 2


def test_again_fills_another_stick_and_leaves_good_files_as_they_are(carrier: Carrier, tmp_path: Path) -> None:
    exported(carrier.export())
    before = {path: path.stat().st_mtime_ns for path in carrier.place.glob("*.ktpb")}
    assert exported(carrier.export(again=True)).written == 0
    assert {path: path.stat().st_mtime_ns for path in carrier.place.glob("*.ktpb")} == before
    other = tmp_path / "other stick"
    other.mkdir()
    assert exported(carrier.export(folder=other, again=True)).written == 4


def test_a_spoiled_copy_on_the_stick_is_written_anew(carrier: Carrier) -> None:
    exported(carrier.export())
    victim = sorted(carrier.place.glob("*.ktpb"))[1]
    victim.write_bytes(b"spoiled")
    assert exported(carrier.export(again=True)).written == 1
    assert carrier.on_stick() == carrier.here()


def test_a_file_spoiled_on_the_stations_own_disk_is_named_and_not_handed_over(carrier: Carrier) -> None:
    victim = carrier.entries()[1]
    path = carrier.vault.spool.path(victim)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    outcome = exported(carrier.export())
    assert outcome.damaged == (victim.sequence,)
    assert carrier.states() == [State.ON_USB, State.QUEUED, State.ON_USB, State.ON_USB]
    assert len(carrier.on_stick()) == 3


def test_progress_runs_from_nothing_to_all_and_never_back(carrier: Carrier) -> None:
    seen: list[Progress] = []
    export(carrier.vault, lambda job: job(), carrier.stick, carrier.trial.clock.now(), "hasan", progress=seen.append)
    assert [one.done_bytes for one in seen] == sorted({one.done_bytes for one in seen})
    assert seen[-1].done_bytes == seen[-1].total_bytes == 2 * sum(entry.size for entry in carrier.entries())


@pytest.mark.parametrize("after", [0, 1, 3, 6])
def test_stopped_on_the_way_nothing_counts_as_handed_over(carrier: Carrier, after: int) -> None:
    asked = iter([False] * after + [True] * 100)
    outcome = export(
        carrier.vault, lambda job: job(), carrier.stick, carrier.trial.clock.now(), "hasan",
        cancelled=lambda: next(asked),
    )  # fmt: skip
    assert outcome == ExportStopped(StickTrouble.CANCELLED)
    assert carrier.states() == [State.QUEUED] * 4
    assert exported(carrier.export()).left == 0


def test_the_stick_is_written_on_another_thread_than_the_vaults(carrier: Carrier) -> None:
    """As the window does it; the vault raises when anything but a job on its own thread touches it."""
    carrier.vault.close()
    safekeeping = Worker("safekeeping", Pump().post)
    vault = safekeeping.ask(carrier.trial.unlock)
    try:
        outcome = export(vault, safekeeping.ask, carrier.stick, carrier.trial.clock.now(), "hasan")
        assert exported(outcome).written == 4
        with pytest.raises(RuntimeError, match="thread"):
            vault.outgoing()
    finally:
        safekeeping.ask(vault.close)
        safekeeping.stop()


def test_the_medium_is_asked_past_the_machines_memory(tmp_path: Path) -> None:
    """The digest must hold for every length around the reading's chunk, with and without direct reading."""
    disk = SystemStick()
    for size in (0, 1, 511, 4096, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) + 7):
        data = os.urandom(size)
        (tmp_path / "file").write_bytes(data)
        assert disk.digest(tmp_path / "file") == hashlib.sha256(data).digest()
