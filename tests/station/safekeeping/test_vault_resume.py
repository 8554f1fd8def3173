"""What is sealed of an open case comes back after any end, proven, and without a key that opens a capture."""

import json
from pathlib import Path

import pytest

from station.biometrics.model import ExceptionKind
from station.receiver import Completeness, open_bundles
from station.safekeeping import audit, cbor
from station.safekeeping.bundle import Core, read_envelope
from station.safekeeping.contents import CaseTag
from station.safekeeping.events import EventKind
from station.safekeeping.notes import Note, Outcome, close_note, open_note
from station.safekeeping.vault import Sealed, SealedLabel, Vault
from tests.helpers.sealing import TrialStation, finger
from tests.vectors import second_reader

FROZEN = Path(__file__).parents[2] / "vectors" / "note-v1.json"
NUMBER, NIK = "BPN-0001", "6471014107990001"
THUMB = Outcome(score=78, tries=2)
RING = Outcome(tries=3, exception=ExceptionKind.BANDAGED, approver_id="p-2")


@pytest.fixture
def station(tmp_path: Path) -> TrialStation:
    """One open case with a gate, a thumb and an exception, sealed; nobody said goodbye."""
    station = TrialStation(tmp_path)
    station.provision()
    vault = station.unlock()
    case = vault.begin_case(NUMBER, NIK)
    for label, outcome in (("gate", None), ("finger-01", THUMB), ("finger-04", RING)):
        station.clock.advance(60)
        assert isinstance(vault.seal_segment(case, label, finger(1), False, outcome), Sealed)
    vault._open.close()
    return station


def sealed(vault: Vault) -> dict[str, SealedLabel]:
    (case,) = vault.open_cases()
    return {one.label: one for one in case.sealed}


def bundle(station: TrialStation, sequence: int) -> Path:
    (path,) = station.bundles.glob(f"{sequence:010}-*.ktpb")
    return path


def test_labels_outcomes_times_and_hashes_come_back(station: TrialStation) -> None:
    vault = station.unlock()
    found = sealed(vault)
    assert {label: one.outcome for label, one in found.items()} == {"gate": None, "finger-01": THUMB, "finger-04": RING}
    thumb = found["finger-01"]
    assert (thumb.sequence, thumb.bundle_id) == (2, bundle(station, 2).name[11:43])
    assert (thumb.sealed_at - found["gate"].sealed_at).total_seconds() == 60
    assert vault.spool.holds(vault.spool.entries()[1])
    assert vault.spool.entries()[1].sha256.hex() == thumb.sha256
    vault.close()


def test_the_case_goes_on_and_the_authority_finds_it_whole(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.resume(NUMBER)
    assert isinstance(vault.seal_segment(case, "finger-02", finger(2), False, Outcome(60)), Sealed)
    assert isinstance(vault.close_case(case, {}, [], False), Sealed)
    vault.close()
    assert open_bundles(station.bundles, station.keyring(), station.secret(), station.root / "out").complete


def test_the_same_person_is_told_from_another(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.resume(NUMBER)
    assert vault.same_applicant(case, NIK) is True
    assert vault.same_applicant(case, "6471014107990002") is False
    assert vault.same_applicant(vault.begin_case("BPN-0002"), NIK) is None
    vault.close()


def test_neither_score_nor_exception_nor_person_lies_in_clear(station: TrialStation) -> None:
    everything = b"".join(path.read_bytes() for path in station.folder.rglob("*") if path.is_file())
    assert NUMBER.encode() in everything
    for secret in (NIK.encode(), b"bandaged", cbor.encode(THUMB.value()), cbor.encode(RING.value())):
        assert secret not in everything


@pytest.mark.parametrize("where", [20, 4_000, -10])
def test_an_altered_bundle_of_an_open_case_is_put_aside_and_captured_again(station: TrialStation, where: int) -> None:
    path = bundle(station, 2)
    data = bytearray(path.read_bytes())
    data[where] ^= 1
    path.write_bytes(data)
    vault = station.unlock()
    assert set(sealed(vault)) == {"gate", "finger-04"}
    case = vault.resume(NUMBER)
    assert isinstance(vault.seal_segment(case, "finger-01", finger(1), False, THUMB), Sealed)
    assert isinstance(vault.close_case(case, {}, [], False), Sealed)
    vault.close()
    logged = [record.kind for record in audit.records(station.folder / "audit")]
    assert EventKind.BUNDLE_QUARANTINED in logged
    report = open_bundles(station.bundles, station.keyring(), station.secret(), station.root / "out")
    assert [case.state for case in report.cases] == [Completeness.COMPLETE]


def test_metadata_that_lies_about_a_capture_does_not_count(station: TrialStation) -> None:
    path = bundle(station, 2)
    meta = path.with_name(path.name + ".meta")
    meta.write_bytes(meta.read_bytes().replace(b"finger-01", b"finger-09"))
    vault = station.unlock()
    assert set(sealed(vault)) == {"gate", "finger-01", "finger-04"}
    vault.close()


def test_a_case_begun_by_an_earlier_version_is_taken_up_too(station: TrialStation) -> None:
    (path,) = (station.folder / "spool" / "cases").iterdir()
    fields = dict(cbor.Fields(cbor.decode(path.read_bytes()))._left)
    del fields["applicant"]
    path.write_bytes(cbor.encode(fields))
    vault = station.unlock()
    assert vault.same_applicant(vault.resume(NUMBER), NIK) is None
    vault.close()


def test_a_note_opens_for_its_case_and_bundle_alone_and_its_length_tells_nothing() -> None:
    case, other = CaseTag(b"c" * 16, NUMBER, b"s" * 32), CaseTag(b"c" * 16, NUMBER, b"t" * 32)
    note = Note("confirmation-10", Outcome(100, 3, ExceptionKind.CANNOT_SIGN, "supervisor-17"))
    closed = close_note(case, b"b" * 16, note)
    assert open_note(case, b"b" * 16, closed) == note
    assert open_note(case, b"x" * 16, closed) is None
    assert open_note(other, b"b" * 16, closed) is None
    assert open_note(case, b"b" * 16, b"") is None
    assert len(closed) == len(close_note(case, b"b" * 16, Note("gate"))) == 176


def test_a_reader_that_knows_no_notes_reads_the_header_all_the_same(station: TrialStation) -> None:
    data = bundle(station, 2).read_bytes()
    key = next(iter(station.keyring().stations)).key
    core = second_reader.check(data, key.p256, key.mldsa)
    with bundle(station, 2).open("rb") as stream:
        ours: Core = read_envelope(stream).core
    assert core["x-note"] == ours.note


def test_the_second_reader_opens_the_note_with_the_salt_of_the_open_case(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.resume(NUMBER)
    vault.close()
    key = next(iter(station.keyring().stations)).key
    core = second_reader.check(bundle(station, 3).read_bytes(), key.p256, key.mldsa)
    said = second_reader.note(core["x-note"], case.salt, case.case_id, core["id"])
    assert said == ["finger-04", [None, 3, "bandaged", "p-2"]]


def test_a_note_of_version_1_opens_always() -> None:
    frozen = {name: bytes.fromhex(text) for name, text in json.loads(FROZEN.read_text(encoding="ascii")).items()}
    case = CaseTag(frozen["case"], "TRIAL-0001", frozen["salt"])
    expected = Note("confirmation-02", Outcome(71, 3, ExceptionKind.UNREADABLE, "p-7"))
    assert open_note(case, frozen["bundle"], frozen["note"]) == expected
    assert close_note(case, frozen["bundle"], expected) == frozen["note"]
    said = second_reader.note(frozen["note"], frozen["salt"], frozen["case"], frozen["bundle"])
    assert said == ["confirmation-02", [71, 3, "unreadable", "p-7"]]
