"""The authority's side: what it takes, what it refuses and names, and what it publishes."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from station.receiver import (
    ChainFault,
    Completeness,
    Rejection,
    inspect,
    load_receipt_key,
    open_bundles,
    verify,
)
from station.safekeeping import cbor
from station.safekeeping.bundle import Refusal
from station.safekeeping.events import EventKind
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.keys import WrongPassphrase
from station.safekeeping.recovery import STATION_KEY
from station.safekeeping.vault import Part, Sealed
from tests.helpers.sealing import TrialStation, finger

NUMBER = "BPN-0001"


def record(station: TrialStation, number: str = NUMBER, *, training: bool = False) -> list[Path]:
    """Seal a case of two fingers and a manifest; its bundles' paths."""
    vault = station.unlock()
    case = vault.begin_case(number)
    sealed = [vault.seal_segment(case, f"finger {n}", finger(n, 40_000), training) for n in (1, 2)]
    manifest: dict[str, cbor.Value] = {"nik": "6471014107990001", "checks": [36.6, True, None], "image": b"\x01"}
    sealed.append(vault.close_case(case, manifest, [Part("slip.txt", "text/plain", b"slip")], training))
    vault.close()
    return [one.path for one in sealed if isinstance(one, Sealed)]


@pytest.fixture
def station(tmp_path: Path) -> TrialStation:
    station = TrialStation(tmp_path)
    station.provision()
    return station


def test_a_case_is_verified_opened_and_written_out(station: TrialStation) -> None:
    paths = record(station)
    report = open_bundles(station.bundles, station.keyring(), station.secret(), station.root / "out")
    assert report.complete
    (case,) = report.cases
    assert (case.number, case.bundles) == (NUMBER, 3)
    assert case.folder is not None
    first = case.folder / "0000000001-segment" / "finger" / "01.fir"
    assert first.read_bytes() == bytes(finger(1, 40_000)[0].data)
    assert (case.folder / "0000000003-manifest" / "slip.txt").read_bytes() == b"slip"
    told = json.loads((case.folder / "manifest.json").read_text())
    assert told["case"] == {"nik": "6471014107990001", "checks": [36.6, True, None], "image": "01"}
    assert [one["sha256"] for one in told["bundles"]] == [
        hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    ]
    assert first.stat().st_mode & 0o077 == 0


def test_the_recovery_key_opens_the_same(station: TrialStation) -> None:
    record(station)
    recovered = station.secret(recovery=True)
    assert open_bundles(station.bundles, station.keyring(), recovered, station.root / "out").complete


def test_a_strangers_key_opens_nothing_and_leaves_nothing(station: TrialStation) -> None:
    record(station)
    report = open_bundles(station.bundles, station.keyring(), RecipientSecret(bytes(32)), station.root / "out")
    assert [one.problem for one in report.refused] == [Refusal.NOT_ADDRESSED] * 3
    assert list((station.root / "out").iterdir()) == []


def test_a_training_bundle_is_refused_as_real_unless_asked_for(station: TrialStation) -> None:
    record(station, training=True)
    keyring, secret = station.keyring(), station.secret()
    refused = verify(station.bundles, keyring)
    assert [one.problem for one in refused.bundles] == [Rejection.TRAINING] * 3
    assert not open_bundles(station.bundles, keyring, secret, station.root / "real").cases
    assert verify(station.bundles, keyring, training_ok=True).accepted
    opened = open_bundles(station.bundles, keyring, secret, station.root / "out", training_ok=True)
    assert opened.complete
    assert all(one.training for one in opened.verified.bundles)


def test_a_gap_is_told(station: TrialStation) -> None:
    paths = record(station)
    report = verify([paths[0], paths[2]], station.keyring())
    assert [(one.sequence, one.fault) for one in report.chain] == [(3, ChainFault.GAP)]
    assert all(one.accepted for one in report.bundles)
    assert not report.accepted


def test_two_histories_of_one_station_are_told(station: TrialStation) -> None:
    """A disk copied back to an older state seals other bundles under the same numbers."""
    record(station)
    twin = TrialStation(station.root / "copy", station.clock)
    shutil.copytree(station.folder, twin.folder)
    ours, theirs = record(station, "BPN-0002"), record(twin, "BPN-0003")
    report = verify([*ours, *theirs], station.keyring())
    assert {one.fault for one in report.chain} == {ChainFault.FORK, ChainFault.BROKEN}
    assert report.chain[0].sequence == 4
    assert verify(ours, station.keyring()).accepted


def test_the_same_bundle_twice_is_no_fork(station: TrialStation, tmp_path: Path) -> None:
    paths = record(station)
    again = tmp_path / "again.ktpb"
    again.write_bytes(paths[1].read_bytes())
    assert verify([*paths, again], station.keyring()).accepted
    assert open_bundles([*paths, again], station.keyring(), station.secret(), tmp_path / "out").complete


def test_an_unknown_and_a_revoked_station_are_refused_by_name(station: TrialStation, tmp_path: Path) -> None:
    paths = record(station)
    keyring = station.keyring()
    unknown, revoked = (
        replace(keyring, stations=()),
        replace(keyring, revoked=frozenset({keyring.stations[0].key.key_id})),
    )
    renamed = replace(keyring, stations=(replace(keyring.stations[0], name="samarinda-9"),))
    assert verify(paths, unknown).bundles[0].problem is Rejection.UNKNOWN_STATION
    assert verify(paths, revoked).bundles[0].problem is Rejection.REVOKED
    assert verify(paths, renamed).bundles[0].problem is Rejection.OTHER_STATION
    assert verify(tmp_path / "nowhere.ktpb", keyring).bundles[0].problem is Rejection.UNREADABLE_FILE


def test_a_damaged_bundle_is_refused_and_the_case_is_not_published(station: TrialStation) -> None:
    paths = record(station)
    data = bytearray(paths[1].read_bytes())
    data[20_000] ^= 1
    paths[1].write_bytes(data)
    report = open_bundles(station.bundles, station.keyring(), station.secret(), station.root / "out")
    assert [one.problem for one in report.refused] == [Refusal.SIGNATURE]
    assert [case.state for case in report.cases] == [Completeness.SEGMENT_MISSING]
    assert list((station.root / "out").iterdir()) == []


def test_a_case_without_manifest_is_published_only_when_asked_for(station: TrialStation) -> None:
    paths = record(station)
    keyring, secret = station.keyring(), station.secret()
    report = open_bundles(paths[:2], keyring, secret, station.root / "out")
    assert [(case.state, case.folder) for case in report.cases] == [(Completeness.NO_MANIFEST, None)]
    asked = open_bundles(paths[:2], keyring, secret, station.root / "out", incomplete_ok=True)
    assert asked.cases[0].folder is not None
    assert not asked.complete


@pytest.mark.parametrize("change", [{"label": "left thumb"}, {"sha256": bytes(32)}, {"sequence": 7}])
def test_a_manifest_that_lists_a_segment_otherwise_is_not_published(
    station: TrialStation, change: dict[str, object]
) -> None:
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    assert isinstance(vault.seal_segment(case, "right thumb", finger(1), False), Sealed)
    (entry,) = vault.spool.entries()
    vault.spool._entries[entry.id] = replace(entry, **change)  # type: ignore[arg-type]  # one lie at a time
    assert isinstance(vault.close_case(case, {}, [], False), Sealed)
    vault.close()
    report = open_bundles(station.bundles, station.keyring(), station.secret(), station.root / "out")
    assert [(one.state, one.folder) for one in report.cases] == [(Completeness.SEGMENT_DIFFERS, None)]


def test_a_segment_that_the_manifest_does_not_list_is_told(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    assert isinstance(vault.seal_segment(case, "right thumb", finger(1), False), Sealed)
    (entry,) = vault.spool.entries()
    vault.spool._entries[entry.id] = replace(entry, case_id=None)
    assert isinstance(vault.close_case(case, {}, [], False), Sealed)
    vault.close()
    report = open_bundles(station.bundles, station.keyring(), station.secret(), station.root / "out")
    assert [one.state for one in report.cases] == [Completeness.SEGMENT_UNLISTED]


def test_an_audit_log_that_was_thrown_away_is_told_from_the_checkpoints(station: TrialStation) -> None:
    vault = station.unlock()
    for _ in range(20):
        vault.audit(EventKind.DIAGNOSTICS_SAVED)
    vault.close()
    record(station)
    shutil.rmtree(station.folder / "audit")
    record(station, "BPN-0002")
    report = verify(station.bundles, station.keyring())
    assert [(one.sequence, one.fault) for one in report.chain] == [(4, ChainFault.AUDIT_WENT_BACK)]


def test_a_published_case_is_never_written_over(station: TrialStation) -> None:
    record(station)
    keyring, secret, out = station.keyring(), station.secret(), station.root / "out"
    folder = open_bundles(station.bundles, keyring, secret, out).cases[0].folder
    assert folder is not None
    before = (folder / "manifest.json").stat().st_mtime_ns
    with pytest.raises(FileExistsError):
        open_bundles(station.bundles, keyring, secret, out)
    assert (folder / "manifest.json").stat().st_mtime_ns == before
    assert [path.name for path in out.iterdir()] == [folder.name]


def test_inspecting_needs_no_key_and_shows_nothing_personal(station: TrialStation) -> None:
    paths = record(station)
    shown = inspect(paths[2])
    assert shown.problem is None
    assert (shown.facts["kind"], shown.facts["sequence"], shown.facts["station"]) == ("manifest", 3, "balikpapan-1")
    assert shown.facts["sha256"] == hashlib.sha256(paths[2].read_bytes()).hexdigest()
    text = json.dumps(shown.facts)
    assert NUMBER not in text
    assert "6471014107990001" not in text
    (station.root / "noise").write_bytes(b"noise")
    assert inspect(station.root / "noise").problem is Refusal.NOT_A_BUNDLE


def test_sizes_are_padded_so_that_near_captures_look_alike(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    sizes = set()
    for size in (40_000, 40_100, 40_200, 40_300):
        sealed = vault.seal_segment(case, "finger", finger(1, size), False)
        assert isinstance(sealed, Sealed)
        sizes.add(sealed.path.stat().st_size)
    vault.close()
    assert len(sizes) == 1


def test_the_station_holds_no_key_that_opens(station: TrialStation) -> None:
    """Every secret file in the station's folder: a signing key alone, and no file of the authority's."""
    assert [path.name for path in station.folder.glob("*.key")] == [STATION_KEY]
    private = {path.read_bytes() for path in station.authority.glob("*.key")}
    assert private.isdisjoint(path.read_bytes() for path in station.folder.rglob("*") if path.is_file())


def test_receipt_keys_open_with_the_authoritys_passphrase_alone(station: TrialStation) -> None:
    key = load_receipt_key(station.authority)
    assert station.keyring().receipt_key(key.public.key_id) == key.public
    with pytest.raises(WrongPassphrase):
        load_receipt_key(station.authority, "wrong passphrase")
