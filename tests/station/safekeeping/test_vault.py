"""The vault as the counter uses it."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from station.receiver import load_trust
from station.safekeeping import recovery
from station.safekeeping.cbor import BadCbor
from station.safekeeping.disk import SystemDisk
from station.safekeeping.events import EventKind, SealTrouble
from station.safekeeping.keyring import KeyringRefusal, KeyringRefused, sign_keyring
from station.safekeeping.keys import unlock
from station.safekeeping.provision import PASSPHRASE_FILE, ROOT_KEY, WeakPassphrase, provision
from station.safekeeping.signing import SigningKey
from station.safekeeping.vault import Sealed, SealRefused, Vault, VaultRefused
from station.safekeeping.wiping import wipe
from station.text import Message
from tests.helpers.sealing import CHEAP, PASSPHRASE, FailingDisk, TrialStation, finger

NUMBER = "BPN-0001"


@pytest.fixture
def station(tmp_path: Path) -> TrialStation:
    station = TrialStation(tmp_path)
    station.provision()
    return station


def refused(station: TrialStation, passphrase: str = PASSPHRASE) -> str:
    """The sentence with which the vault refuses to open."""
    with pytest.raises(VaultRefused) as caught:
        Vault.unlock(station.folder, passphrase, station.clock)
    assert isinstance(caught.value.message, Message)
    return caught.value.message.msgid


def logged(station: TrialStation) -> list[EventKind]:
    from station.safekeeping import audit

    return [record.kind for record in audit.records(station.folder / "audit")]


def root(station: TrialStation) -> SigningKey:
    secret = unlock(station.authority / ROOT_KEY, "root", (station.authority / PASSPHRASE_FILE).read_text().strip())
    assert isinstance(secret, bytes)
    return SigningKey(secret)


def test_sequence_and_previous_run_through_cases_and_restarts(station: TrialStation) -> None:
    hashes = []
    for number in range(3):
        vault = station.unlock()
        case = vault.begin_case(f"BPN-000{number}")
        sealed = vault.seal_segment(case, "photo", finger(number), False)
        assert isinstance(sealed, Sealed)
        assert sealed.sequence == 2 * number + 1
        closed = vault.close_case(case, {}, [], False)
        assert isinstance(closed, Sealed)
        hashes += [sealed.sha256, closed.sha256]
        vault.close()
    assert len(set(hashes)) == 6


def test_waiting_counts_only_bundles_of_closed_cases(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    vault.seal_segment(case, "finger 1", finger(1), False)
    assert vault.waiting() == 0
    vault.close_case(case, {}, [], False)
    assert vault.waiting() == 2
    vault.close()


def test_a_closed_case_takes_no_more_and_its_salt_is_gone(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    vault.close_case(case, {}, [], False)
    outcome = vault.seal_segment(case, "late", finger(1), False)
    assert isinstance(outcome, SealRefused)
    assert outcome.cause is SealTrouble.NOT_OPEN
    with pytest.raises(KeyError):
        vault.resume(NUMBER)
    vault.close()
    assert all(case.salt not in path.read_bytes() for path in station.folder.rglob("*") if path.is_file())
    assert all(NUMBER.encode() not in path.read_bytes() for path in station.folder.rglob("*") if path.is_file())


def test_a_case_is_resumed_with_the_same_commitment_after_a_restart(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    vault.close()
    again = station.unlock()
    assert again.resume(NUMBER) == case
    with pytest.raises(BadCbor):
        again.begin_case(NUMBER)
    again.close()


def test_a_damaged_case_file_is_put_aside_and_what_was_sealed_is_delivered(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    vault.seal_segment(case, "finger 1", finger(1), False)
    vault.close()
    (path,) = (station.folder / "spool" / "cases").iterdir()
    path.write_bytes(b"\xa1")
    again = station.unlock()
    assert (again.open_cases(), again.waiting()) == ((), 1)
    again.close()
    assert path.with_suffix(".damaged").exists()


def test_a_folder_that_cannot_be_used_is_refused_with_what_to_do(station: TrialStation) -> None:
    disk = FailingDisk(0, lambda: OSError(5, "no"))
    with pytest.raises(VaultRefused) as caught:
        station.unlock(disk)
    assert "data folder" in caught.value.message.msgid
    station.unlock().close()


def test_a_discarded_case_keeps_its_segments_for_delivery(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    vault.seal_segment(case, "finger 1", finger(1), False)
    vault.discard_case(case)
    assert (vault.open_cases(), vault.waiting()) == ((), 1)
    vault.close()
    assert EventKind.CASE_DISCARDED in logged(station)


@pytest.mark.parametrize("label", ["", "x" * 61, "two\nlines", "NIK 6471014107990001", "6471 0141 0799 0001"])
def test_a_label_that_could_be_personal_is_refused(station: TrialStation, label: str) -> None:
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    with pytest.raises(BadCbor):
        vault.seal_segment(case, label, finger(1), False)
    with pytest.raises(BadCbor):
        vault.begin_case(label)
    vault.close()


def test_the_vault_belongs_to_one_thread(station: TrialStation) -> None:
    vault = station.unlock()
    caught: list[BaseException] = []

    def elsewhere() -> None:
        try:
            vault.waiting()
        except RuntimeError as why:
            caught.append(why)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(caught) == 1
    vault.close()


def test_every_refusal_to_open_says_what_to_do(station: TrialStation, tmp_path: Path) -> None:
    assert "passphrase" in refused(station, "not it at all")
    assert "Set the station up" in refused(TrialStation(tmp_path / "empty"))
    vault = station.unlock()
    assert "open twice" in refused(station)
    vault.close()
    (station.folder / recovery.KEYRING).rename(station.folder / "gone")
    assert "key list is missing" in refused(station)
    (station.folder / "gone").rename(station.folder / recovery.KEYRING)
    (station.folder / recovery.STATION_KEY).chmod(0o644)
    assert "technician" in refused(station)
    (station.folder / recovery.STATION_KEY).chmod(0o600)
    station.unlock().close()


def test_an_expired_keyring_is_refused_even_when_the_clock_is_turned_back(station: TrialStation) -> None:
    station.clock.advance(364 * 86400)
    vault = station.unlock()
    assert vault.keyring_ends_soon()
    vault.close()
    station.clock.advance(2 * 86400)
    assert "expired" in refused(station)
    station.clock.advance(-300 * 86400)
    assert "expired" in refused(station)


def test_a_clock_that_once_stood_in_the_future_is_cured_by_a_newer_keyring(station: TrialStation) -> None:
    station.clock.advance(70 * 365 * 86400)
    assert "expired" in refused(station)
    station.clock.advance(-70 * 365 * 86400)
    station.unlock().close()
    station.clock.advance(70 * 365 * 86400)
    assert "expired" in refused(station)
    station.clock.advance(-70 * 365 * 86400)
    assert "expired" in refused(station)
    ring = load_trust(station.authority, station.clock.now())
    (station.folder / recovery.KEYRING).write_bytes(sign_keyring(replace(ring, version=2), root(station)))
    station.unlock().close()


def test_a_newer_keyring_is_taken_and_the_older_never_again(station: TrialStation) -> None:
    old = (station.folder / recovery.KEYRING).read_bytes()
    ring = load_trust(station.authority, station.clock.now())
    newer = sign_keyring(replace(ring, version=2), root(station))
    vault = station.unlock()
    assert vault.install_keyring(newer).version == 2
    with pytest.raises(KeyringRefused) as caught:
        vault.install_keyring(old)
    assert caught.value.reason is KeyringRefusal.ROLLBACK
    assert vault.keyring.version == 2
    vault.close()
    (station.folder / recovery.KEYRING).write_bytes(old)
    assert "does not hold" in refused(station)
    (station.folder / recovery.KEYRING).write_bytes(newer)
    station.unlock().close()
    assert {EventKind.KEYRING_ACCEPTED, EventKind.KEYRING_REFUSED} <= set(logged(station))


def test_a_keyring_of_another_authority_is_refused(station: TrialStation, tmp_path: Path) -> None:
    other = TrialStation(tmp_path / "elsewhere", station.clock)
    other.provision()
    (station.folder / recovery.KEYRING).write_bytes((other.folder / recovery.KEYRING).read_bytes())
    assert "does not hold" in refused(station)


def test_a_clock_that_went_back_is_written_down(station: TrialStation) -> None:
    station.unlock().close()
    station.clock.advance(-3600)
    station.unlock().close()
    assert EventKind.CLOCK_WENT_BACK in logged(station)


def test_the_logged_in_officer_stands_in_every_record(station: TrialStation) -> None:
    from station.safekeeping import audit

    vault = station.unlock()
    vault.officer = "p-7"
    vault.begin_case(NUMBER)
    vault.close()
    last = list(audit.records(station.folder / "audit"))[-2:]
    assert [record.fields["officer"] for record in last] == ["p-7", "p-7"]


def test_a_log_cut_back_to_an_older_state_is_shown_by_the_newest_bundle(station: TrialStation) -> None:
    vault = station.unlock()
    log = station.folder / "audit" / "000001.log"
    early = log.read_bytes()
    case = vault.begin_case(NUMBER)
    vault.seal_segment(case, "finger 1", finger(1), False)
    vault.seal_segment(case, "finger 2", finger(2), False)
    vault.close()
    log.write_bytes(early)
    again = station.unlock()
    assert EventKind.LOG_DAMAGED in logged(station)
    assert not again.verify_audit().whole
    again.close()


def test_a_second_station_joins_the_same_authority(station: TrialStation) -> None:
    second = TrialStation(station.root, station.clock, "balikpapan-2")
    report = second.provision()
    assert (report.authority_is_new, report.keyring_version) == (False, 2)
    assert len(load_trust(station.authority, station.clock.now()).stations) == 2
    with pytest.raises(FileExistsError):
        second.provision()


def test_a_weak_passphrase_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    station = TrialStation(tmp_path)
    with pytest.raises(WeakPassphrase):
        provision(station.folder, station.authority, "s", "short", station.clock, cost=CHEAP)
    assert not list(tmp_path.iterdir())


def test_an_authority_with_its_own_passphrase_leaves_none_on_the_disk(tmp_path: Path) -> None:
    station = TrialStation(tmp_path)
    report = provision(
        station.folder, station.authority, "s", PASSPHRASE, station.clock, authority_passphrase="a long one", cost=CHEAP
    )
    assert report.authority_passphrase_file is None
    assert not (station.authority / PASSPHRASE_FILE).exists()


def test_every_file_is_private(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    vault.seal_segment(case, "finger 1", finger(1), False)
    for path in (*station.folder.rglob("*"), *station.authority.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    vault.close()


def test_a_capture_is_zeroed_in_place() -> None:
    buffer, image = bytearray(b"ridge" * 9), np.full((4, 5), 200, np.uint8)
    whole = np.full((6, 6), 9, np.float64)
    wipe(buffer)
    wipe(memoryview(buffer))
    wipe(image)
    wipe(whole[::2, ::2])
    assert not any(buffer)
    assert not image.any()
    assert whole.sum() == 27 * 9
    with pytest.raises((TypeError, ValueError)):
        wipe(memoryview(b"fixed"))


def test_room_is_measured_on_the_disk_that_holds_the_folder(station: TrialStation) -> None:
    free = SystemDisk().free_bytes(station.folder)
    vault = Vault.unlock(station.folder, PASSPHRASE, station.clock, largest_case_bytes=free)
    assert not vault.room_for_case()
    vault.close()


def test_time_until_the_warning_is_two_weeks(station: TrialStation) -> None:
    vault = station.unlock()
    assert vault.keyring.expires - station.clock.now() == timedelta(days=365)
    assert not vault.keyring_ends_soon()
    vault.close()
