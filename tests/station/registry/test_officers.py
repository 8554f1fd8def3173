"""PINs, lock-outs and approvals: what a thief with the station, or a hurried officer, would try."""

import json
import stat
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from station.registry.model import OfficerCard, RoleOfOfficer
from station.registry.officers import (
    FIRST_DELAY_S,
    FREE_TRIES,
    LONGEST_DELAY_S,
    Approved,
    DamagedOfficers,
    LockedOut,
    LoggedIn,
    Officers,
    PinCost,
    Refused,
    UnknownOfficer,
    WrongPin,
)
from station.registry.rights import Action
from station.text import Language, Text
from tests.helpers.clock import FakeClock

CHEAP = PinCost(memory_kib=8, passes=1, lanes=1)
SUPERVISOR = OfficerCard("spv-1", "Rina", RoleOfOfficer.SUPERVISOR)
OFFICER = OfficerCard("ptg-1", "Budi", RoleOfOfficer.OFFICER)
REFERENCE_HASH = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
SUPERVISOR_PIN, OFFICER_PIN, WRONG = "864209", "571836", "111119"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry" / "officers.json"


@pytest.fixture
def officers(path: Path, clock: FakeClock) -> Officers:
    officers = Officers(path, clock, CHEAP)
    assert officers.add(SUPERVISOR, SUPERVISOR_PIN, by=None) == SUPERVISOR
    assert officers.add(OFFICER, OFFICER_PIN, by="spv-1") == OFFICER
    return officers


def fail(officers: Officers, times: int) -> None:
    for _ in range(times):
        assert not isinstance(officers.check("ptg-1", WRONG), LoggedIn)


def test_the_right_pin_logs_in_and_a_wrong_one_says_how_many_tries_are_left(officers: Officers) -> None:
    assert officers.check("ptg-1", OFFICER_PIN) == LoggedIn(OFFICER)
    wrong = officers.check("ptg-1", WRONG)
    assert isinstance(wrong, WrongPin)
    assert wrong.tries_left == FREE_TRIES - 1
    assert "4" in Text(Language.ENGLISH)(wrong.sentence)
    assert isinstance(officers.check("nobody", OFFICER_PIN), UnknownOfficer)


def test_the_fifth_wrong_pin_locks_and_even_the_right_one_waits(officers: Officers, clock: FakeClock) -> None:
    fail(officers, FREE_TRIES)
    locked = officers.check("ptg-1", OFFICER_PIN)
    assert isinstance(locked, LockedOut)
    assert locked.retry_at_s == clock.monotonic_s() + FIRST_DELAY_S
    clock.advance(FIRST_DELAY_S - 0.1)
    assert isinstance(officers.check("ptg-1", OFFICER_PIN), LockedOut)
    clock.advance(0.1)
    assert officers.check("ptg-1", OFFICER_PIN) == LoggedIn(OFFICER)
    assert isinstance(officers.check("ptg-1", WRONG), WrongPin)


def test_every_further_wrong_pin_doubles_the_wait_up_to_an_hour(officers: Officers, clock: FakeClock) -> None:
    fail(officers, FREE_TRIES - 1)
    delays = []
    for _ in range(9):
        locked = officers.check("ptg-1", WRONG)
        assert isinstance(locked, LockedOut)
        delays.append(locked.retry_at_s - clock.monotonic_s())
        said = Text(Language.ENGLISH)(locked.sentence)
        assert (f"{delays[-1]:.0f} seconds" if delays[-1] <= 120 else f"{delays[-1] / 60:.0f} minutes") in said
        clock.advance(delays[-1])
    assert delays == [30, 60, 120, 240, 480, 960, 1920, LONGEST_DELAY_S, LONGEST_DELAY_S]


def test_one_officers_lock_does_not_lock_another(officers: Officers) -> None:
    fail(officers, FREE_TRIES)
    assert officers.check("spv-1", SUPERVISOR_PIN) == LoggedIn(SUPERVISOR)


def test_a_power_cycle_starts_the_whole_delay_again(path: Path, officers: Officers, clock: FakeClock) -> None:
    fail(officers, FREE_TRIES + 0)
    clock.advance(FIRST_DELAY_S)
    rebooted = FakeClock()
    rebooted.boot_id = "00000000-0000-4000-8000-000000000002"
    rebooted.advance(100_000)
    again = Officers(path, rebooted, CHEAP)
    locked = again.check("ptg-1", OFFICER_PIN)
    assert isinstance(locked, LockedOut)
    assert locked.retry_at_s == rebooted.monotonic_s() + FIRST_DELAY_S
    rebooted.advance(FIRST_DELAY_S)
    assert again.check("ptg-1", OFFICER_PIN) == LoggedIn(OFFICER)


def test_a_try_is_on_the_disk_before_the_pin_is_looked_at(
    path: Path, officers: Officers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(_pin: str, _phc: str) -> bool:
        raise SystemExit

    monkeypatch.setattr("station.registry.officers._matches", power_cut)
    for _ in range(FREE_TRIES):
        with pytest.raises(SystemExit):
            officers.check("ptg-1", OFFICER_PIN)
    monkeypatch.undo()
    assert isinstance(Officers(path, FakeClock(), CHEAP).check("ptg-1", OFFICER_PIN), LockedOut)


def test_the_file_holds_no_pin_and_nobody_else_may_read_it(path: Path, officers: Officers) -> None:
    fail(officers, 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert not any(pin in text for pin in (SUPERVISOR_PIN, OFFICER_PIN, WRONG))
    assert "$argon2id$v=19$m=8,t=1,p=1$" in text
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["officers.json", "officers.lock"]


def test_the_price_of_a_guess_is_64_mib_and_three_passes(path: Path) -> None:
    officers = Officers(path, FakeClock())
    officers.add(SUPERVISOR, SUPERVISOR_PIN, by=None)
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in path.read_text(encoding="utf-8")
    assert officers.check("spv-1", SUPERVISOR_PIN) == LoggedIn(SUPERVISOR)


@pytest.mark.parametrize(
    "pin",
    ["", "57183", "57183a", "٥٧١٨٣٦", "000000", "123456", "456789", "890123", "654321", "121212", "123123", "1231231"],
)
def test_easy_pins_are_refused(officers: Officers, pin: str) -> None:
    assert isinstance(officers.add(OfficerCard("ptg-2", "Ani", RoleOfOfficer.OFFICER), pin, by="spv-1"), Refused)
    assert len(officers.cards()) == 2


@pytest.mark.parametrize("officer_id", ["", "a b", "../x", "6472011708900001", "199008172015031002", "x" * 33])
def test_an_id_that_names_a_person_or_a_path_is_refused(officers: Officers, officer_id: str) -> None:
    assert isinstance(
        officers.add(OfficerCard(officer_id, "Ani", RoleOfOfficer.OFFICER), "507318", by="spv-1"), Refused
    )


def test_only_a_supervisor_adds_and_the_first_is_a_supervisor(path: Path, clock: FakeClock) -> None:
    officers = Officers(path, clock, CHEAP)
    assert isinstance(officers.add(OFFICER, OFFICER_PIN, by=None), Refused)
    officers.add(SUPERVISOR, SUPERVISOR_PIN, by=None)
    assert isinstance(officers.add(OFFICER, OFFICER_PIN, by=None), Refused)
    officers.add(OFFICER, OFFICER_PIN, by="spv-1")
    assert isinstance(officers.add(OfficerCard("x", "X", RoleOfOfficer.SUPERVISOR), "507318", by="ptg-1"), Refused)
    assert isinstance(officers.add(OFFICER, "507318", by="spv-1"), Refused)


def test_nobody_approves_their_own_not_even_a_supervisor(officers: Officers) -> None:
    assert isinstance(officers.approve("spv-1", SUPERVISOR_PIN, "spv-1"), Refused)
    assert officers.approve("spv-1", SUPERVISOR_PIN, "ptg-1") == Approved(SUPERVISOR)


def test_an_officer_approves_nothing_that_needs_a_supervisor(officers: Officers) -> None:
    for action in Action:
        assert isinstance(officers.approve("ptg-1", OFFICER_PIN, "spv-1", action), Refused)
    assert officers.approve("spv-1", SUPERVISOR_PIN, "ptg-1", Action.KEY_CHANGE) == Approved(SUPERVISOR)
    assert isinstance(officers.approve("nobody", SUPERVISOR_PIN, "ptg-1"), Refused)


def test_guessing_through_approvals_locks_as_well(officers: Officers) -> None:
    for _ in range(FREE_TRIES):
        assert isinstance(officers.approve("spv-1", WRONG, "ptg-1"), Refused)
    assert isinstance(officers.check("spv-1", SUPERVISOR_PIN), LockedOut)


def test_changing_a_pin_needs_the_old_one(officers: Officers) -> None:
    assert isinstance(officers.change_pin("ptg-1", WRONG, "507318"), WrongPin)
    assert isinstance(officers.change_pin("ptg-1", OFFICER_PIN, "123456"), Refused)
    assert officers.change_pin("ptg-1", OFFICER_PIN, "507318") == LoggedIn(OFFICER)
    assert isinstance(officers.check("ptg-1", OFFICER_PIN), WrongPin)
    assert officers.check("ptg-1", "507318") == LoggedIn(OFFICER)


def test_a_supervisor_frees_who_forgot_but_not_oneself(officers: Officers) -> None:
    fail(officers, FREE_TRIES)
    assert isinstance(officers.reset_pin("spv-1", "507318", by="spv-1"), Refused)
    assert isinstance(officers.reset_pin("ptg-1", "507318", by="ptg-1"), Refused)
    assert officers.reset_pin("ptg-1", "507318", by="spv-1") == OFFICER
    assert officers.check("ptg-1", "507318") == LoggedIn(OFFICER)


def test_guessing_from_many_sides_at_once_wins_no_extra_guess(path: Path, officers: Officers) -> None:
    answers = []

    def guess() -> None:
        answers.append(Officers(path, FakeClock(), CHEAP).check("ptg-1", WRONG))

    guessers = [Thread(target=guess) for _ in range(12)]
    for guesser in guessers:
        guesser.start()
    for guesser in guessers:
        guesser.join()
    assert sorted(answer.tries_left for answer in answers if isinstance(answer, WrongPin)) == [1, 2, 3, 4]
    assert sum(isinstance(answer, LockedOut) for answer in answers) == 8
    assert isinstance(officers.check("ptg-1", OFFICER_PIN), LockedOut)


def test_a_hash_made_by_the_reference_argon2_is_understood(path: Path, officers: Officers) -> None:
    """The Argon2id vector of the reference implementation's own test (version 0x13, 64 MiB, t=2, p=1)."""
    stored = json.loads(path.read_bytes())
    stored["officers"][1]["pin"] = REFERENCE_HASH
    path.write_text(json.dumps(stored), encoding="utf-8")
    assert officers.check("ptg-1", "password") == LoggedIn(OFFICER)
    assert isinstance(officers.check("ptg-1", OFFICER_PIN), WrongPin)


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"officers": [{"officer_id": "x"}]}', '{"officers": 5}'])
def test_a_damaged_file_is_said_and_never_taken_for_an_empty_one(path: Path, officers: Officers, damage: str) -> None:
    path.write_text(damage, encoding="utf-8")
    with pytest.raises(DamagedOfficers):
        officers.cards()
    with pytest.raises(DamagedOfficers):
        officers.add(OfficerCard("evil", "Evil", RoleOfOfficer.SUPERVISOR), "507318", by=None)


def test_failures_survive_a_new_process(path: Path, officers: Officers, clock: FakeClock) -> None:
    fail(officers, 3)
    wrong = Officers(path, clock, CHEAP).check("ptg-1", WRONG)
    assert isinstance(wrong, WrongPin)
    assert wrong.tries_left == 1
    assert {entry["officer_id"]: entry["failures"] for entry in json.loads(path.read_bytes())["officers"]} == {
        "spv-1": 0,
        "ptg-1": 4,
    }


def test_a_technician_is_not_admitted_to_record_but_to_the_diagnosis(officers: Officers) -> None:
    technician = OfficerCard("tek-1", "Rudi", RoleOfOfficer.TECHNICIAN)
    officers.add(technician, "615837", by="spv-1")
    assert isinstance(officers.admit("tek-1", "615837", Action.RECORD), Refused)
    assert officers.admit("tek-1", "615837", Action.DIAGNOSE) == LoggedIn(technician)
    assert isinstance(officers.admit("tek-1", WRONG, Action.DIAGNOSE), WrongPin)
    assert isinstance(officers.admit("nobody", WRONG, Action.DIAGNOSE), UnknownOfficer)


def test_the_idle_lock_opens_for_who_is_on_duty_or_who_may_take_over(officers: Officers) -> None:
    officers.add(OfficerCard("tek-1", "Rudi", RoleOfOfficer.TECHNICIAN), "615837", by="spv-1")
    assert officers.unlock("ptg-1", "ptg-1", OFFICER_PIN) == LoggedIn(OFFICER)
    assert isinstance(officers.unlock("ptg-1", "ptg-1", WRONG), WrongPin)
    assert officers.unlock("ptg-1", "spv-1", SUPERVISOR_PIN) == LoggedIn(SUPERVISOR)
    assert isinstance(officers.unlock("ptg-1", "tek-1", "615837"), Refused)


def test_guessing_at_the_idle_lock_locks_as_well(officers: Officers) -> None:
    for _ in range(FREE_TRIES):
        officers.unlock("ptg-1", "ptg-1", WRONG)
    assert isinstance(officers.unlock("ptg-1", "ptg-1", OFFICER_PIN), LockedOut)


def test_a_wall_clock_that_is_set_shortens_no_wait(officers: Officers, clock: FakeClock) -> None:
    fail(officers, FREE_TRIES)
    for days in (-400, 800):
        clock._now += timedelta(days=days)
        assert isinstance(officers.check("ptg-1", OFFICER_PIN), LockedOut)
    clock.advance(FIRST_DELAY_S)
    assert officers.check("ptg-1", OFFICER_PIN) == LoggedIn(OFFICER)


@pytest.mark.parametrize("pin", ["739206", "602937"])
def test_a_pin_that_is_the_id_is_refused(officers: Officers, pin: str) -> None:
    card = OfficerCard("p-739206", "Ani", RoleOfOfficer.OFFICER)
    assert isinstance(officers.add(card, pin, by="spv-1"), Refused)
    assert officers.add(card, "507318", by="spv-1") == card
    assert isinstance(officers.change_pin(card.officer_id, "507318", pin), Refused)


def test_a_supervisor_removes_somebody_else(officers: Officers) -> None:
    assert isinstance(officers.remove("spv-1", by="ptg-1"), Refused)
    assert isinstance(officers.remove("spv-1", by="spv-1"), Refused)
    assert isinstance(officers.remove("nobody", by="spv-1"), Refused)
    assert officers.remove("ptg-1", by="spv-1") == OFFICER
    assert isinstance(officers.check("ptg-1", OFFICER_PIN), UnknownOfficer)


def edited(path: Path, **changes: str) -> None:
    """Edit the officer's entry in the file, as somebody with the disk could."""
    stored = json.loads(path.read_bytes())
    next(entry for entry in stored["officers"] if entry["officer_id"] == "ptg-1").update(changes)
    path.write_text(json.dumps(stored), encoding="utf-8")


@pytest.mark.parametrize("signed", [True, False])
def test_an_edited_file_raises_nobody_where_the_keyring_names_the_officers(
    path: Path, officers: Officers, clock: FakeClock, signed: bool
) -> None:
    """Control: without a signed list the edit does raise the officer to a supervisor."""
    roles = {"spv-1": RoleOfOfficer.SUPERVISOR, "ptg-1": RoleOfOfficer.OFFICER}
    edited(path, role="supervisor")
    officers = Officers(path, clock, CHEAP, lambda: roles if signed else None)
    raised = isinstance(officers.approve("ptg-1", OFFICER_PIN, "spv-1"), Approved)
    assert raised is not signed
    added = officers.add(OfficerCard("tek-1", "R", RoleOfOfficer.TECHNICIAN), "615837", by="ptg-1")
    assert isinstance(added, Refused) is signed


@pytest.mark.parametrize("signed", [True, False])
def test_an_edited_file_creates_nobody_where_the_keyring_names_the_officers(
    path: Path, officers: Officers, clock: FakeClock, signed: bool
) -> None:
    roles = {"spv-1": RoleOfOfficer.SUPERVISOR, "ptg-1": RoleOfOfficer.OFFICER}
    edited(path, officer_id="evil", role="supervisor")
    officers = Officers(path, clock, CHEAP, lambda: roles if signed else None)
    assert isinstance(officers.check("evil", OFFICER_PIN), UnknownOfficer if signed else LoggedIn)
    assert [card.officer_id for card in officers.strangers()] == (["evil"] if signed else [])
    assert ("evil" in {card.officer_id for card in officers.cards()}) is not signed


def test_who_leaves_the_keyring_is_refused_from_then_on(path: Path, officers: Officers, clock: FakeClock) -> None:
    roles = {"spv-1": RoleOfOfficer.SUPERVISOR, "ptg-1": RoleOfOfficer.OFFICER}
    officers = Officers(path, clock, CHEAP, lambda: roles)
    assert officers.check("ptg-1", OFFICER_PIN) == LoggedIn(OFFICER)
    del roles["ptg-1"]
    assert isinstance(officers.check("ptg-1", OFFICER_PIN), UnknownOfficer)
    assert isinstance(officers.unlock("ptg-1", "ptg-1", OFFICER_PIN), UnknownOfficer)
    assert isinstance(officers.reset_pin("spv-1", "507318", by="ptg-1"), Refused)


def test_only_whom_the_keyring_names_is_added_and_in_that_role(path: Path, clock: FakeClock) -> None:
    roles = {"spv-1": RoleOfOfficer.SUPERVISOR, "ptg-1": RoleOfOfficer.OFFICER}
    officers = Officers(path, clock, CHEAP, lambda: roles)
    assert isinstance(officers.add(OfficerCard("evil", "E", RoleOfOfficer.SUPERVISOR), "507318", by=None), Refused)
    assert officers.add(SUPERVISOR, SUPERVISOR_PIN, by=None) == SUPERVISOR
    raised = OfficerCard("ptg-1", "Budi", RoleOfOfficer.SUPERVISOR)
    assert isinstance(officers.add(raised, OFFICER_PIN, by="spv-1"), Refused)
    assert officers.add(OFFICER, OFFICER_PIN, by="spv-1") == OFFICER
