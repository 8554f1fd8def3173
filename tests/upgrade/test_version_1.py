"""What the first version left on a disk opens, verifies, is taken up and delivered by this one."""

import tarfile
from datetime import timedelta
from pathlib import Path

import pytest

from station import config
from station.receiver import open_bundles, verify
from station.receiver.receiving import Fate
from station.receiver.sources import BucketSource
from station.registry.officers import LoggedIn, Officers, PinCost, WrongPin
from station.safekeeping.recovery import KEYRING
from station.safekeeping.states import State
from station.safekeeping.vault import Outcome, Sealed, VaultRefused
from tests.helpers.clock import FakeClock
from tests.helpers.delivering import Delivering
from tests.helpers.s3_stand_in import RECEIVER, stand_in
from tests.helpers.sealing import TrialStation, finger
from tests.upgrade.make_v1 import FROZEN, NIK, OFFICERS, OPEN

LATER = timedelta(hours=1)


def unpack(root: Path) -> None:
    """The frozen files, for their owner alone as they were."""
    with tarfile.open(FROZEN) as archive:
        for member in archive:
            path, data = root / member.name, archive.extractfile(member)
            if data is None:
                path.mkdir(mode=0o700)
            else:
                path.write_bytes(data.read())
                path.chmod(0o600)


class Upgraded(Delivering):
    """The frozen folder on a machine that was started again an hour later, with this version's program."""

    def __init__(self, root: Path) -> None:
        unpack(root)
        clock = FakeClock()
        clock.boot(clock.now() + LATER)
        self.station, self.root, self.clock, self.keep_days = TrialStation(root, clock), root, clock, 7
        self.vault = self.station.unlock()
        self.outbox = self._outbox()


@pytest.fixture
def upgraded(tmp_path: Path) -> Upgraded:
    return Upgraded(tmp_path)


def test_the_folder_opens_and_everything_in_it_verifies(upgraded: Upgraded) -> None:
    assert upgraded.vault.verify_audit().whole
    assert verify(upgraded.station.bundles, upgraded.station.keyring()).accepted
    states = upgraded.states()
    assert [states.count(state) for state in (State.RECEIPTED, State.QUEUED)] == [3, 3]
    assert len(states) == 7
    upgraded.vault.close()


def test_the_spools_database_may_be_gone_as_in_version_1(tmp_path: Path) -> None:
    first = Upgraded(tmp_path)
    before = first.states()
    first.vault.close()
    for path in (first.station.folder / "spool").glob("spool.db*"):
        path.unlink()
    first.vault = first.station.unlock()
    assert first.states() == before
    first.vault.close()


def test_the_open_case_goes_on_for_the_same_person_and_opens_complete(upgraded: Upgraded, tmp_path: Path) -> None:
    (case,) = upgraded.vault.open_cases()
    assert case.number == OPEN
    assert [(one.label, one.outcome) for one in case.sealed] == [("finger-01", Outcome(62, 1, None, None))]
    handle = upgraded.vault.resume(OPEN)
    assert upgraded.vault.same_applicant(handle, NIK) is True
    assert upgraded.vault.same_applicant(handle, NIK[:-1] + "2") is False
    assert isinstance(upgraded.vault.seal_segment(handle, "finger-02", finger(2), False), Sealed)
    assert isinstance(upgraded.vault.close_case(handle, {}, [], False), Sealed)
    upgraded.vault.close()
    station = upgraded.station
    report = open_bundles(station.bundles, station.keyring(), station.secret(), tmp_path / "opened")
    assert report.complete
    assert len(report.cases) == 3


def test_what_waits_is_delivered_receipted_and_known_to_the_authority(upgraded: Upgraded) -> None:
    with stand_in() as store:
        courier = upgraded.courier(store.store(upgraded.station.name))
        assert len(courier.round().sent) == 3
        receiver = upgraded.receiver()
        tally = receiver.round(BucketSource(store.store(RECEIVER)))
        receiver.close()
        assert tally.fates[Fate.TAKEN] == 3
        assert tally.fates[Fate.REJECTED] == 0
        assert len(courier.round().receipted) == 3
    assert upgraded.states().count(State.RECEIPTED) == 6
    upgraded.vault.close()


def test_the_officers_log_in_and_a_wrong_pin_does_not(upgraded: Upgraded) -> None:
    upgraded.vault.close()
    officers = Officers(
        upgraded.station.folder / "officers.json", upgraded.clock, PinCost(memory_kib=64, passes=1, lanes=1)
    )
    for officer_id, pin, role in OFFICERS:
        checked = officers.check(officer_id, pin)
        assert isinstance(checked, LoggedIn)
        assert checked.card.role is role
    assert isinstance(officers.check("wulan", "482916"), WrongPin)


def test_the_first_settings_file_loads_with_todays_defaults_for_what_it_does_not_know() -> None:
    read = config.load(Path(__file__).with_name("station-v1.toml"))
    assert read.delivery.endpoint == ""
    assert read.gate.limit_c == 37.3


def test_control_a_changed_byte_in_the_frozen_keyring_is_refused(tmp_path: Path) -> None:
    first = Upgraded(tmp_path)
    first.vault.close()
    path = first.station.folder / KEYRING
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(VaultRefused):
        first.station.unlock()
