"""A clock ten years off, dead, or set back during a case: sealing goes on in order, and the officer is told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.receiver import open_bundles
from station.safekeeping import audit
from station.safekeeping.bundle import Core, read_envelope
from station.safekeeping.events import EventKind
from station.safekeeping.vault import Sealed, Vault, VaultRefused
from tests.helpers.sealing import TrialStation, finger

NUMBER = "BPN-0001"
YEAR_S = 365 * 86_400
DEAD = datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)


@pytest.fixture
def station(tmp_path: Path) -> TrialStation:
    """A station that has served before."""
    station = TrialStation(tmp_path)
    station.provision()
    station.unlock().close()
    station.clock.advance(3600)
    return station


def seal(vault: Vault, number: int) -> None:
    case = next((vault.resume(case.number) for case in vault.open_cases()), None) or vault.begin_case(NUMBER)
    assert isinstance(vault.seal_segment(case, f"finger {number}", finger(number), False), Sealed)


def cores(station: TrialStation) -> list[Core]:
    found = []
    for path in sorted(station.bundles.glob("*.ktpb")):
        with path.open("rb") as stream:
            found.append(read_envelope(stream).core)
    return found


def close_and_open(station: TrialStation, vault: Vault) -> None:
    """The case is closed; the authority finds it whole, in order of the numbers."""
    assert isinstance(vault.close_case(vault.resume(NUMBER), {}, [], False), Sealed)
    assert vault.verify_audit().whole
    vault.close()
    assert [core.sequence for core in cores(station)] == list(range(1, len(cores(station)) + 1))
    assert open_bundles(station.bundles, station.keyring(), station.secret(), station.root / "out").complete


def logged(station: TrialStation) -> list[EventKind]:
    return [record.kind for record in audit.records(station.folder / "audit")]


def told(vault: Vault) -> str:
    trouble = vault.clock_trouble()
    return trouble.msgid if trouble else ""


@pytest.mark.parametrize(("leap_s", "word", "kind"), [
    (-10 * YEAR_S, "before the last record", EventKind.CLOCK_WENT_BACK),
    (-7200, "before the last record", EventKind.CLOCK_WENT_BACK),
    (10 * YEAR_S, "leapt ahead", EventKind.CLOCK_WENT_AHEAD),
])  # fmt: skip
def test_a_clock_set_during_a_case_stops_nothing_and_is_told(
    station: TrialStation, leap_s: float, word: str, kind: EventKind
) -> None:
    vault = station.unlock()
    seal(vault, 1)
    assert told(vault) == ""
    station.clock.leap(leap_s)
    seal(vault, 2)
    assert word in told(vault)
    station.clock.advance(5)
    seal(vault, 3)
    moments = [(core.created.monotonic_ms, core.created.unix_ms) for core in cores(station)]
    assert moments == sorted(moments)
    assert moments[2][1] - moments[0][1] == 5_000
    station.clock.leap(-leap_s)
    assert told(vault) == ""
    close_and_open(station, vault)
    assert kind in logged(station)


def test_a_clock_that_stood_ten_years_ahead_for_a_while_does_not_lock_the_station_out(station: TrialStation) -> None:
    vault = station.unlock()
    station.clock.leap(10 * YEAR_S)
    seal(vault, 1)
    vault._open.close()
    station.clock.leap(-10 * YEAR_S)
    again = station.unlock()
    assert told(again) == ""
    close_and_open(station, again)


def test_a_dead_clock_locks_nobody_out_and_is_told(station: TrialStation) -> None:
    now = station.clock.now()
    station.clock.boot(DEAD)
    vault = station.unlock()
    assert "before the last record" in told(vault)
    seal(vault, 1)
    station.clock.boot(now)
    vault.close()
    again = station.unlock()
    assert told(again) == ""
    close_and_open(station, again)
    assert EventKind.CLOCK_WENT_BACK in logged(station)


def test_a_dead_clock_on_a_station_that_has_never_served_is_refused_with_what_to_do(tmp_path: Path) -> None:
    fresh = TrialStation(tmp_path)
    fresh.provision()
    fresh.clock.boot(DEAD)
    with pytest.raises(VaultRefused) as caught:
        fresh.unlock()
    assert "Set the date and time" in caught.value.message.msgid


def test_control_a_dead_clock_does_not_revive_a_key_list_that_has_expired(station: TrialStation) -> None:
    station.clock.advance(366 * 86_400)
    with pytest.raises(VaultRefused):
        station.unlock()
    station.clock.boot(DEAD)
    with pytest.raises(VaultRefused) as caught:
        station.unlock()
    assert "expired" in caught.value.message.msgid


def test_a_clock_ten_years_ahead_at_the_start_says_to_check_the_date(station: TrialStation) -> None:
    station.clock.boot(datetime(2036, 11, 24, tzinfo=UTC))
    with pytest.raises(VaultRefused) as caught:
        station.unlock()
    assert "Check the date" in caught.value.message.msgid
