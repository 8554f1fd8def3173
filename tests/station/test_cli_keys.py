"""Key lists, keys and officers at the command line, as typed by authority, technician and supervisor."""

import shutil
from pathlib import Path

import pytest

from station.config import default_text
from station.registry.model import OfficerCard, RoleOfOfficer
from station.registry.officers import Officers, PinCost
from station.safekeeping import audit
from station.safekeeping.events import EventKind
from station.safekeeping.vault import Part, Sealed
from tests.helpers.cli import RealTimeStation, ktpel, refused
from tests.helpers.clock import FakeClock

HASAN, HASAN_PIN, RUDI, RUDI_PIN, WULAN_PIN = "hasan", "739206", "rudi", "615837", "482915"
ROLES = ["--officer", "hasan=supervisor", "--officer", "rudi=technician", "--officer", "wulan=officer"]
Arguments = list[str | Path]


@pytest.fixture
def station(tmp_path: Path) -> RealTimeStation:
    """A station whose keyring does not say who is an officer, as one from before; two people are kept in its file."""
    station = RealTimeStation(tmp_path)
    officers = Officers(station.folder / "officers.json", FakeClock(), PinCost(memory_kib=64, passes=1, lanes=1))
    officers.add(OfficerCard(HASAN, "Hasan", RoleOfOfficer.SUPERVISOR), HASAN_PIN, None)
    officers.add(OfficerCard(RUDI, "Rudi", RoleOfOfficer.TECHNICIAN), RUDI_PIN, HASAN)
    (tmp_path / "station.toml").write_text(default_text(), encoding="utf-8")
    return station


@pytest.fixture
def here(station: RealTimeStation) -> Arguments:
    return ["--data", station.folder, "--passphrase-file", station.passphrase,
            "--config", station.root / "station.toml"]  # fmt: skip


def issue(station: RealTimeStation, *changes: str | Path) -> Path:
    told = ktpel("keyring", "issue", "--authority", station.authority, "--out", station.root / "new.ktpk", *changes)
    assert told.code == 0, told.said
    return station.root / "new.ktpk"


def kinds(station: RealTimeStation) -> list[EventKind]:
    return [record.kind for record in audit.records(station.folder / "audit")]


def test_a_key_list_is_issued_shown_and_taken_into_use(station: RealTimeStation, here: Arguments) -> None:
    new = issue(station, *ROLES, "--new-epoch", "--support", "--days", "30")
    shown = ktpel("keyring", "show", new, "--json").json()
    assert (shown["version"], shown["verified"]) == (2, False)
    assert shown["officers"] == {"hasan": "supervisor", "rudi": "technician", "wulan": "officer"}
    assert isinstance(shown["recipients"], list)
    assert [(one["use"], one["epoch"]) for one in shown["recipients"]] == [
        ("authority", 1), ("recovery", 1), ("authority", 2), ("support", 1),
    ]  # fmt: skip
    assert ktpel("keyring", "install", new, *here, "--json").json()["version"] == 2
    mine = ktpel("keyring", "show", *here, "--json").json()
    assert (mine["version"], mine["verified"], mine["ends_soon"]) == (2, True, False)
    assert "hasan  supervisor" in ktpel("keyring", "show", *here).said
    station.unlock().close()


def test_older_foreign_and_broken_key_lists_are_refused(
    station: RealTimeStation, here: Arguments, tmp_path: Path
) -> None:
    before = (station.folder / "keyring.ktpk").read_bytes()
    (tmp_path / "other").mkdir()
    other = RealTimeStation(tmp_path / "other")
    assert "another authority" in refused("keyring", "install", other.folder / "keyring.ktpk", *here)
    assert "newer one" in refused("keyring", "install", station.folder / "keyring.ktpk", *here)
    (tmp_path / "noise").write_bytes(b"noise")
    assert "not a keyring" in refused("keyring", "install", tmp_path / "noise", *here)
    assert str(tmp_path / "nowhere") in refused("keyring", "install", tmp_path / "nowhere", *here)
    assert (station.folder / "keyring.ktpk").read_bytes() == before
    assert EventKind.KEYRING_REFUSED in kinds(station)


def test_a_revoked_station_stops_and_its_bundles_are_refused(station: RealTimeStation, here: Arguments) -> None:
    station.record()
    told = ktpel("keyring", "revoke", "--authority", station.authority, "--station", "balikpapan-1", "--json")
    assert told.code == 0, told.said
    assert "revoked" in ktpel("verify", station.bundles, "--authority", station.authority).said
    ktpel("keyring", "install", station.authority / "keyring.ktpk", *here)
    assert "revoked" in refused("officer", "remove", RUDI, "--by", HASAN, *here)
    for unknown in (["--station", "nowhere"], ["--key", "00" * 8], ["--key", "no"], ["--officer", "nobody"]):
        assert unknown[1] in refused("keyring", "revoke", "--authority", station.authority, *unknown)
    assert "Say what" in refused("keyring", "revoke", "--authority", station.authority)


def test_keys_are_changed_by_request_while_bundles_wait(
    station: RealTimeStation, here: Arguments, tmp_path: Path
) -> None:
    station.record("BPN-1")
    people: Arguments = ["keys", "rotate", "--by", RUDI, "--approved-by", HASAN, *here]
    pins = f"{RUDI_PIN}\n{HASAN_PIN}\n"
    assert "--out" in refused(*people, typed=pins)
    asked = ktpel(*people, "--out", tmp_path / "request", typed=pins)
    assert asked.code == 0, asked.said
    assert RUDI_PIN not in asked.said
    station.record("BPN-2")
    new = issue(station, "--request", tmp_path / "request")
    installed = ktpel("keyring", "install", new, *here, "--json")
    assert installed.json()["rotated"] is True
    station.record("BPN-3")
    assert ktpel("verify", station.bundles, "--authority", station.authority).code == 0
    assert {EventKind.APPROVED, EventKind.KEY_CHANGED} <= set(kinds(station))
    assert "does not hold" not in ktpel("audit", "verify", "--data", station.folder).said


def test_with_a_trial_authority_at_hand_keys_are_changed_at_once(station: RealTimeStation, here: Arguments) -> None:
    station.record("BPN-1")
    arguments: Arguments = ["keys", "rotate", "--authority", station.authority, *here]
    told = ktpel(*arguments, "--by", RUDI, "--approved-by", HASAN, "--json", typed=f"{RUDI_PIN}\n{HASAN_PIN}\n")
    assert told.json()["rotated"] is True
    station.record("BPN-2")
    assert ktpel("verify", station.bundles, "--authority", station.authority).code == 0


def test_nobody_changes_keys_alone_or_by_a_guess(here: Arguments, tmp_path: Path) -> None:
    arguments: Arguments = ["keys", "rotate", "--out", tmp_path / "request", *here]
    own = refused(*arguments, "--by", HASAN, "--approved-by", HASAN, typed=f"{HASAN_PIN}\n{HASAN_PIN}\n")
    assert "Nobody approves their own" in own
    wrong = ktpel(*arguments, "--by", RUDI, "--approved-by", HASAN, typed=f"{RUDI_PIN}\n111119\n")
    assert wrong.code == 1
    assert "Tries left: 4" in wrong.said
    assert "supervisor" in refused(*arguments, "--by", HASAN, "--approved-by", RUDI, typed=f"{HASAN_PIN}\n{RUDI_PIN}\n")
    assert not (tmp_path / "request").exists()


def test_an_old_folder_is_told_how_to_have_its_officers_vouched_for(station: RealTimeStation, here: Arguments) -> None:
    assert ktpel("officer", "list", *here, "--json").json()["signed"] is False
    assert "--officer hasan=supervisor --officer rudi=technician" in ktpel("officer", "list", *here).said
    ktpel("keyring", "install", issue(station, *ROLES[:2]), *here)
    told = ktpel("officer", "list", *here, "--json").json()
    assert told["signed"] is True
    assert told["officers"] == [{"officer": "hasan", "name": "Hasan", "role": "supervisor"}]
    assert told["refused"] == [{"officer": "rudi", "name": "Rudi", "role": "technician"}]
    assert "rudi: the key list does not name" in ktpel("officer", "list", *here).said


def test_officers_are_added_changed_and_removed(station: RealTimeStation, here: Arguments) -> None:
    ktpel("keyring", "install", issue(station, *ROLES), *here)
    add: Arguments = ["officer", "add", "wulan", "--name", "Wulan Sari", "--by", HASAN, *here]
    typed = f"{HASAN_PIN}\n{WULAN_PIN}\n{WULAN_PIN}\n"
    assert "names this officer as officer" in refused(*add, "--role", "supervisor", typed=typed)
    assert ktpel(*add, "--json", typed=typed).json() == {
        "ok": True, "officer": "wulan", "name": "Wulan Sari", "role": "officer",
    }  # fmt: skip
    assert "does not name evil" in refused("officer", "add", "evil", "--name", "E", "--by", HASAN, *here, typed=typed)
    pin: Arguments = ["officer", "pin", "wulan", *here]
    assert "too easy" in refused(*pin, typed=f"{WULAN_PIN}\n123456\n123456\n")
    assert ktpel(*pin, typed=f"{WULAN_PIN}\n507318\n507318\n").code == 0
    assert ktpel(*pin, "--by", HASAN, typed=f"{HASAN_PIN}\n640281\n640281\n").code == 0
    assert "Only a supervisor" in refused("officer", "remove", "wulan", "--by", RUDI, *here, typed=f"{RUDI_PIN}\n")
    assert ktpel("officer", "remove", "wulan", "--by", HASAN, *here, typed=f"{HASAN_PIN}\n").code == 0
    assert {EventKind.OFFICER_ADDED, EventKind.PIN_CHANGED, EventKind.OFFICER_REMOVED} <= set(kinds(station))


def test_a_damaged_officers_file_is_a_sentence(station: RealTimeStation, here: Arguments) -> None:
    (station.folder / "officers.json").write_text("{}", encoding="utf-8")
    assert "officers' file is damaged" in refused("officer", "list", *here)


def test_the_log_is_exported_for_an_inspector_and_checked_without_the_station(
    station: RealTimeStation, here: Arguments, tmp_path: Path
) -> None:
    station.record()
    out = tmp_path / "audit.jsonl"
    arguments: Arguments = ["audit", "export", "--out", out, "--by", RUDI, "--approved-by", HASAN, *here]
    pins = f"{RUDI_PIN}\n{HASAN_PIN}\n"
    assert ktpel(*arguments, typed=pins).code == 0
    assert "is there already" in refused(*arguments, typed=pins)
    shutil.rmtree(station.folder)
    told = ktpel("audit", "verify", "--file", out, "--root", station.authority / "root.pub", "--json").json()
    assert (told["ok"], told["root_checked"], told["station"]) == (True, True, "balikpapan-1")
    assert "by voice" in ktpel("audit", "verify", "--file", out).said
    out.write_bytes(out.read_bytes().replace(b"case_begun", b"case_ended"))
    assert "signatures do not hold" in refused("audit", "verify", "--file", out)
    assert str(tmp_path / "nowhere") in refused("audit", "verify", "--file", tmp_path / "nowhere")
    assert "root.pub" in refused("audit", "verify", "--file", out, "--root", out)


def test_a_damaged_log_is_not_exported(station: RealTimeStation, here: Arguments, tmp_path: Path) -> None:
    station.record()
    (log,) = (station.folder / "audit").glob("*.log")
    data = log.read_bytes()
    log.write_bytes(data.replace(b"case_begun", b"case_close", 1))
    arguments: Arguments = ["audit", "export", "--out", tmp_path / "a", "--by", RUDI, "--approved-by", HASAN, *here]
    assert "Change nothing" in refused(*arguments, typed=f"{RUDI_PIN}\n{HASAN_PIN}\n")
    assert not (tmp_path / "a").exists()


def test_support_opens_diagnostics_and_nothing_else(station: RealTimeStation, here: Arguments, tmp_path: Path) -> None:
    ktpel("keyring", "install", issue(station, "--support"), *here)
    vault = station.unlock()
    assert isinstance(vault.seal_diagnostic([Part("health.json", "application/json", b"{}")], False), Sealed)
    vault.close()
    (report,) = station.bundles.glob("*.ktpb")
    arguments: Arguments = ["open", report, "--authority", station.authority, "--out"]
    assert ktpel(*arguments, tmp_path / "a", "--support").code == 0
    assert [path.read_bytes() for path in (tmp_path / "a").rglob("health.json")] == [b"{}"]
    assert ktpel(*arguments, tmp_path / "b").code == 1
