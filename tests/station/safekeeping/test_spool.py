"""The spool's files are the truth: a lost or broken database, a lost or altered bundle, every step of the table."""

import random
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from station.receiver import Completeness, open_bundles, verify
from station.safekeeping import audit
from station.safekeeping.events import EventKind
from station.safekeeping.spool import Entry, Spool
from station.safekeeping.states import NEXT, IllegalTransition, State, check_step
from station.safekeeping.vault import Sealed, Vault
from tests.helpers.sealing import TrialStation, finger

NUMBER = "BPN-0001"


@pytest.fixture
def station(tmp_path: Path) -> TrialStation:
    """A station with a closed case of two segments, all queued, and an open one of one segment."""
    station = TrialStation(tmp_path)
    station.provision()
    vault = station.unlock()
    case = vault.begin_case(NUMBER)
    for number in (1, 2):
        assert isinstance(vault.seal_segment(case, f"finger {number}", finger(number), False), Sealed)
    assert isinstance(vault.close_case(case, {}, [], False), Sealed)
    assert isinstance(vault.seal_segment(vault.begin_case("BPN-0002"), "photo", finger(3), False), Sealed)
    vault.close()
    return station


def entry(vault: Vault, sequence: int) -> Entry:
    return next(one for one in vault.spool.entries() if one.sequence == sequence)


def states(vault: Vault) -> list[State]:
    return [one.state for one in vault.spool.entries()]


def database(station: TrialStation) -> Path:
    return station.folder / "spool" / "spool.db"


def logged(station: TrialStation) -> list[audit.Record]:
    return list(audit.records(station.folder / "audit"))


EXPECTED = [State.QUEUED, State.QUEUED, State.QUEUED, State.SEALED]


def test_states_survive_a_restart(station: TrialStation) -> None:
    vault = station.unlock()
    assert states(vault) == EXPECTED
    vault.spool.advance(entry(vault, 1).id, State.ON_USB)
    vault.close()
    again = station.unlock()
    assert states(again) == [State.ON_USB, *EXPECTED[1:]]
    again.close()


@pytest.mark.parametrize("damage", ["deleted", "empty", "noise", "half", "another table", "a folder's worth of zeros"])
def test_a_lost_or_broken_database_is_rebuilt_from_the_files(station: TrialStation, damage: str) -> None:
    path = database(station)
    whole = path.read_bytes()
    path.unlink()
    match damage:
        case "empty":
            path.write_bytes(b"")
        case "noise":
            path.write_bytes(b"not a database, not at all" * 100)
        case "half":
            path.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) // 2))
        case "a folder's worth of zeros":
            path.write_bytes(bytes(8192))
        case "another table":
            connection = sqlite3.connect(path)
            connection.execute("CREATE TABLE bundle (x)")
            connection.commit()
            connection.close()
    vault = station.unlock()
    assert states(vault) == EXPECTED
    assert vault.waiting() == 3
    vault.close()
    again = station.unlock()
    assert states(again) == EXPECTED
    again.close()


def test_the_database_holds_ids_and_states_alone(station: TrialStation) -> None:
    connection = sqlite3.connect(database(station))
    rows = connection.execute("SELECT * FROM bundle").fetchall()
    connection.close()
    assert {len(row[0]) for row in rows} == {16}
    assert {row[1] for row in rows} == {State.QUEUED.value}


def test_a_database_that_breaks_while_open_loses_nothing(station: TrialStation) -> None:
    vault = station.unlock()
    database(station).write_bytes(b"overwritten by something else" * 300)
    vault.spool.advance(entry(vault, 1).id, State.ON_USB)
    vault.close()
    again = station.unlock()
    assert states(again)[1:] == EXPECTED[1:]
    again.close()


def test_a_bundle_that_vanished_keeps_its_number_and_is_written_down_once(station: TrialStation) -> None:
    (last,) = station.bundles.glob("0000000004-*.ktpb")
    last.unlink()
    vault = station.unlock()
    assert states(vault) == [*EXPECTED[:3], State.QUARANTINED]
    sealed = vault.seal_segment(vault.resume("BPN-0002"), "photo again", finger(3), False)
    assert isinstance(sealed, Sealed)
    assert sealed.sequence == 5
    vault.close()
    station.unlock().close()
    causes = [record.fields["cause"] for record in logged(station) if record.kind is EventKind.BUNDLE_QUARANTINED]
    assert causes == ["MISSING"]


def test_metadata_and_bundle_vanished_together_still_keep_their_number(station: TrialStation) -> None:
    for path in station.bundles.glob("0000000004-*"):
        path.unlink()
    vault = station.unlock()
    sealed = vault.seal_segment(vault.resume("BPN-0002"), "photo again", finger(3), False)
    assert isinstance(sealed, Sealed)
    assert sealed.sequence == 5
    vault.close()


def test_a_bundle_of_another_length_is_put_aside(station: TrialStation) -> None:
    (path,) = station.bundles.glob("0000000002-*.ktpb")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    vault = station.unlock()
    assert [one.sequence for one in vault.spool.entries()] == [1, 3, 4]
    vault.close()
    assert len(list((station.folder / "spool" / "quarantine").glob("0000000002-*"))) == 2


def test_a_bundle_with_a_changed_byte_is_found_before_it_leaves(station: TrialStation) -> None:
    (path,) = station.bundles.glob("0000000002-*.ktpb")
    data = bytearray(path.read_bytes())
    data[3000] ^= 1
    path.write_bytes(data)
    vault = station.unlock()
    second = entry(vault, 2)
    assert not vault.spool.holds(second)
    assert vault.spool.holds(entry(vault, 1))
    assert vault.spool.put_aside(second.id).state is State.QUARANTINED
    assert not path.exists()
    vault.close()


def test_a_stranger_among_the_bundles_is_put_aside(station: TrialStation) -> None:
    (station.bundles / "0000000009-stranger.ktpb").write_bytes(b"who knows")
    (station.bundles / "0000000008-stranger.ktpb.meta").write_bytes(b"who knows")
    vault = station.unlock()
    assert states(vault) == EXPECTED
    vault.close()
    assert len(list((station.folder / "spool" / "quarantine").glob("*stranger*"))) == 2


def test_metadata_of_a_closed_case_that_vanished_is_remade_from_the_header(station: TrialStation) -> None:
    (meta,) = station.bundles.glob("0000000002-*.meta")
    before = Entry.decode(meta.read_bytes())
    meta.unlink()
    vault = station.unlock()
    assert states(vault) == EXPECTED
    assert entry(vault, 2) == replace(before, case_id=None, label="label lost", state=State.QUEUED)
    vault.close()
    station.unlock().close()
    remade = [record.fields["sequence"] for record in logged(station) if record.kind is EventKind.METADATA_REMADE]
    assert remade == [2]
    assert verify(station.bundles, station.keyring()).accepted


@pytest.mark.parametrize("damage", ["gone", "noise", "another's"])
def test_metadata_of_an_open_case_comes_back_whole_and_the_case_goes_on(station: TrialStation, damage: str) -> None:
    (meta,) = station.bundles.glob("0000000004-*.meta")
    before = Entry.decode(meta.read_bytes())
    (other,) = station.bundles.glob("0000000001-*.meta")
    match damage:
        case "gone":
            meta.unlink()
        case "noise":
            meta.write_bytes(b"who knows")
        case "another's":
            meta.write_bytes(other.read_bytes())
    vault = station.unlock()
    assert entry(vault, 4) == replace(before, state=State.SEALED)
    assert [one.label for one in vault.open_cases()[0].sealed] == ["photo"]
    assert isinstance(vault.close_case(vault.resume("BPN-0002"), {}, [], False), Sealed)
    vault.close()
    assert open_bundles(station.bundles, station.keyring(), station.secret(), station.root / "out").complete


def test_every_metadata_file_and_the_database_gone_at_once_loses_no_bundle(station: TrialStation) -> None:
    for path in (*station.bundles.glob("*.meta"), database(station)):
        path.unlink()
    vault = station.unlock()
    assert states(vault) == EXPECTED
    vault.close()
    report = open_bundles(station.bundles, station.keyring(), station.secret(), station.root / "out")
    assert [case.state for case in report.cases] == [Completeness.COMPLETE, Completeness.NO_MANIFEST]


def test_control_a_bundle_of_another_station_without_metadata_is_not_taken_for_ours(station: TrialStation) -> None:
    other = TrialStation(station.root, station.clock, "balikpapan-2")
    other.provision()
    vault = other.unlock()
    for number in range(5):
        vault.seal_segment(vault.begin_case(f"BPN-1{number}"), "photo", finger(3), False)
    vault.close()
    (path,) = other.bundles.glob("0000000005-*.ktpb")
    shutil.copy2(path, station.bundles)
    vault = station.unlock()
    assert states(vault) == EXPECTED
    vault.close()
    assert (station.folder / "spool" / "quarantine" / path.name).exists()


def test_a_database_with_any_byte_changed_loses_nothing(station: TrialStation) -> None:
    whole, chance = database(station).read_bytes(), random.Random(4)
    for _ in range(12):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        database(station).write_bytes(damaged)
        vault = station.unlock()
        assert states(vault) == EXPECTED
        vault.close()


def test_a_bundle_goes_only_after_its_receipt_is_on_the_disk_and_stays_purged(station: TrialStation) -> None:
    vault = station.unlock()
    first = entry(vault, 1)
    with pytest.raises(IllegalTransition):
        vault.spool.purge(first.id, b"receipt")
    vault.spool.advance(first.id, State.RECEIPTED)
    assert vault.spool.purge(first.id, b"receipt").state is State.PURGED
    assert not vault.spool.path(first).exists()
    vault.close()
    database(station).unlink()
    again = station.unlock()
    assert states(again) == [State.PURGED, *EXPECTED[1:]]
    assert again.spool.receipt_path(first).read_bytes() == b"receipt"
    again.close()


def test_a_refused_seal_that_comes_back_after_a_power_cut_does_not_displace_the_one_that_was_saved(
    station: TrialStation, tmp_path: Path
) -> None:
    """The first try got a name and an error, the second the same number and the green tick; both are on the disk."""
    twin = TrialStation(tmp_path / "twin", station.clock)
    shutil.copytree(station.folder, twin.folder)
    outcomes = []
    for each in (station, twin):
        vault = each.unlock()
        outcomes.append(vault.seal_segment(vault.resume("BPN-0002"), "thumb", finger(5), False))
        vault.close()
    saved, ghost = outcomes
    assert isinstance(saved, Sealed)
    assert isinstance(ghost, Sealed)
    assert saved.sequence == ghost.sequence
    for path in twin.bundles.glob(f"*{ghost.bundle_id}*"):
        shutil.copy2(path, station.bundles)
    vault = station.unlock()
    assert [one.id.hex() for one in vault.spool.entries() if one.sequence == saved.sequence] == [saved.bundle_id]
    assert vault.spool.last == (saved.sequence, bytes.fromhex(saved.sha256))
    vault.close()
    assert verify(station.bundles, station.keyring()).accepted
    assert len(list((station.folder / "spool" / "quarantine").glob(f"*{ghost.bundle_id}*"))) == 2


def test_the_table_knows_every_state_and_refuses_every_other_step() -> None:
    assert set(NEXT) == set(State)
    for now in State:
        for then in State:
            if then in NEXT[now]:
                check_step(now, then)
            else:
                with pytest.raises(IllegalTransition):
                    check_step(now, then)
    before = {State.SENT, State.ON_USB, State.QUEUED, State.UPLOADING, State.REJECTED}
    assert {now for now in State if State.RECEIPTED in NEXT[now]} == before
    assert {now for now in State if State.PURGED in NEXT[now]} == {State.RECEIPTED}


def test_an_illegal_step_changes_nothing(station: TrialStation) -> None:
    vault = station.unlock()
    with pytest.raises(IllegalTransition):
        vault.spool.advance(entry(vault, 1).id, State.PURGED)
    assert states(vault) == EXPECTED
    vault.close()
    assert isinstance(vault.spool, Spool)
