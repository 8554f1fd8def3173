"""The exported log: whole, readable, and every change of it noticed without the station."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from station.receiver import open_bundles, verify
from station.receiver.authority import load_recipient, load_support
from station.safekeeping.audit_export import DOMAIN, ExportFault, check
from station.safekeeping.bundle import Kind
from station.safekeeping.cbor import decode, items, octets
from station.safekeeping.events import EventKind
from station.safekeeping.issuing import with_revoked
from station.safekeeping.states import State
from station.safekeeping.vault import Part, Sealed, SealRefused, Vault
from tests.helpers.sealing import MARKER, PASSPHRASE, FailingDisk, TrialStation, finger
from tests.station.safekeeping.test_rotation import authority, issue

Change = Callable[[list[bytes]], list[bytes]]


@pytest.fixture
def station(tmp_path: Path) -> TrialStation:
    station = TrialStation(tmp_path)
    station.provision()
    return station


@pytest.fixture
def exported(station: TrialStation) -> bytes:
    vault = station.unlock()
    vault.officer = "wulan"
    case = vault.begin_case("BPN-1")
    vault.seal_segment(case, "finger 1", finger(1), False)
    vault.close_case(case, {}, [], False)
    data = vault.export_audit()
    vault.close()
    return data


def root(station: TrialStation) -> bytes:
    return authority(station).root.public.fingerprint


def test_an_export_holds_and_says_in_words_what_was_logged(station: TrialStation, exported: bytes) -> None:
    report = check(exported, root(station))
    assert (report.fault, report.station, report.root) == (None, "balikpapan-1", root(station).hex())
    lines = [json.loads(line) for line in exported.splitlines()]
    assert lines[0]["records"] == report.records == len(lines) - 2
    assert [line["event"] for line in lines[1:-1]][-1] == EventKind.LOG_EXPORTED.value
    sealed = next(line for line in lines[1:-1] if line["event"] == "bundle_sealed")
    assert sealed["fields"]["officer"] == "wulan"
    assert sealed["at"].startswith("2026-11-24T01:00")
    assert MARKER not in exported


def test_a_reader_of_its_own_checks_chain_and_signature(station: TrialStation, exported: bytes) -> None:
    """What a foreign program would do, with hashlib, json and the bare ML-DSA primitive."""
    *lines, last = exported.splitlines(keepends=True)
    head = bytes(32)
    for number, line in enumerate(lines[1:]):
        body = base64.b64decode(json.loads(line)["bytes"])
        index, previous, *_rest = items(decode(body), "record", 5)
        assert (index, previous) == (number, head)
        head = hashlib.sha256(body).digest()
    assert json.loads(lines[0])["head"] == head.hex()
    _p256, mldsa = items(decode(base64.b64decode(json.loads(last)["signatures"])), "signatures", 2)
    public = MLDSA65PublicKey.from_public_bytes(station.keyring().stations[0].key.mldsa)
    public.verify(octets(mldsa, "mldsa"), DOMAIN + hashlib.sha512(b"".join(lines)).digest(), b"ktpb/1")


def test_every_changed_byte_is_noticed(station: TrialStation, exported: bytes) -> None:
    pinned = root(station)
    for place in range(0, len(exported), 97):
        flipped = exported[:place] + bytes([exported[place] ^ 1]) + exported[place + 1 :]
        assert check(flipped, pinned).fault is not None
    for length in (0, 1, 1000, len(exported) - 1):
        assert check(exported[:length], pinned).fault is not None


def resigned(station: TrialStation, exported: bytes, change: Change) -> bytes:
    """An export changed by whoever holds the station's signing key."""
    from station.safekeeping.recovery import open_secret

    lines = exported.splitlines(keepends=True)
    body = b"".join(change(lines[:-1]))
    signer = open_secret(station.folder, PASSPHRASE).signer()
    last = json.loads(lines[-1])
    signatures = signer.sign(DOMAIN + hashlib.sha512(body).digest()).encode()
    last["signatures"] = base64.b64encode(signatures).decode()
    return body + json.dumps(last).encode() + b"\n"


CHANGES: list[tuple[Change, ExportFault, int]] = [
    (lambda lines: [*lines[:3], lines[3].replace(b"T01:00", b"T02:00"), *lines[4:]], ExportFault.RECORD, 2),
    (lambda lines: [*lines[:3], *lines[4:]], ExportFault.RECORD, 2),
    (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], ExportFault.RECORD, 2),
    (lambda lines: lines[:-1], ExportFault.COUNT, 6),
]


@pytest.mark.parametrize(("change", "fault", "record"), CHANGES)
def test_even_the_station_itself_cannot_change_a_word_or_drop_a_record(
    station: TrialStation,
    exported: bytes,
    change: Change,
    fault: ExportFault,
    record: int,
) -> None:
    assert check(resigned(station, exported, lambda lines: lines), root(station)).fault is None
    report = check(resigned(station, exported, change), root(station))
    assert report.fault is fault
    assert report.record == (record if fault is ExportFault.RECORD else check(exported, None).records - 1)


def test_another_authoritys_export_and_a_revoked_stations_are_refused(
    station: TrialStation, exported: bytes, tmp_path: Path
) -> None:
    other = TrialStation(tmp_path / "elsewhere", station.clock)
    other.provision()
    assert check(exported, root(other)).fault is ExportFault.KEYRING
    assert check(exported, None).fault is None
    revoked = issue(station, with_revoked(station.keyring(), [station.keyring().stations[0].key.key_id]))

    def swap(lines: list[bytes]) -> list[bytes]:
        first = {**json.loads(lines[0]), "keyring": base64.b64encode(revoked).decode()}
        return [json.dumps(first).encode() + b"\n", *lines[1:]]

    assert check(resigned(station, exported, swap), root(station)).fault is ExportFault.STATION


def test_the_sealed_log_is_delivered_and_opened_by_the_authority(station: TrialStation, tmp_path: Path) -> None:
    vault = station.unlock()
    sealed = vault.seal_audit(False)
    assert isinstance(sealed, Sealed)
    (entry,) = vault.spool.entries()
    assert (entry.kind, entry.case_id, entry.state, vault.waiting()) == (Kind.AUDIT, None, State.QUEUED, 1)
    vault.close()
    again = station.unlock()
    assert [one.state for one in again.spool.entries()] == [State.QUEUED]
    again.close()
    assert verify(station.bundles, station.keyring()).accepted
    opened = open_bundles(station.bundles, station.keyring(), load_recipient(station.authority), tmp_path / "out")
    assert opened.complete
    (log,) = (tmp_path / "out").rglob("audit.jsonl")
    assert check(log.read_bytes(), root(station)).fault is None


def diagnostic(vault: Vault) -> Sealed | SealRefused:
    return vault.seal_diagnostic([Part("health.json", "application/json", b"{}")], True)


def test_diagnostics_open_for_support_alone_and_keep_the_chain_whole(station: TrialStation, tmp_path: Path) -> None:
    ring = authority(station).with_support(station.keyring())
    vault = station.unlock()
    vault.install_keyring(issue(station, replace(ring)))
    assert isinstance(diagnostic(vault), Sealed)
    case = vault.begin_case("BPN-1")
    vault.seal_segment(case, "finger 1", finger(1), True)
    vault.close_case(case, {}, [], True)
    vault.close()
    assert verify(station.bundles, station.keyring(), training_ok=True).accepted
    first = min(station.bundles.glob("*.ktpb"))
    support, cases = load_support(station.authority), load_recipient(station.authority)
    assert open_bundles(first, station.keyring(), support, tmp_path / "a", training_ok=True).complete
    assert open_bundles(first, station.keyring(), cases, tmp_path / "b", training_ok=True).refused
    rest = sorted(station.bundles.glob("*.ktpb"))[1:]
    assert len(open_bundles(rest, station.keyring(), support, tmp_path / "c", training_ok=True).refused) == 2


def test_a_report_that_the_disk_refuses_is_a_value_and_logged(station: TrialStation) -> None:
    disk = FailingDisk(failure=lambda: OSError(28, "full"), once=True)
    vault = station.unlock(disk)
    disk.arm(0)
    assert isinstance(diagnostic(vault), SealRefused)
    assert isinstance(diagnostic(vault), Sealed)
    exported = vault.export_audit()
    vault.close()
    assert b'"event": "report_refused"' in exported
