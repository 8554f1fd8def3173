"""New signing keys while bundles of the old ones wait: nothing queued is lost; only whom the keyring names signs."""

import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from station.receiver import load_recipient, open_bundles, verify
from station.receiver.verifying import ChainFault, Rejection
from station.registry.model import RoleOfOfficer
from station.safekeeping import audit
from station.safekeeping.disk import SystemDisk
from station.safekeeping.events import EventKind
from station.safekeeping.issuing import (
    GRACE,
    AuthorityFolder,
    with_officers,
    with_revoked,
    with_station,
    without_officer,
)
from station.safekeeping.keyring import Keyring, KeyringRefusal, KeyringRefused
from station.safekeeping.recovery import KEYRING, VaultRefused
from station.safekeeping.rotation import (
    NEXT_KEY,
    Keeper,
    RequestRefused,
    finish,
    install,
    read_request,
    request_new_keys,
)
from station.safekeeping.token import TokenRefused, TokenSigner
from station.safekeeping.vault import SealRefused, Vault
from station.text import Language, Text
from tests.helpers.sealing import CHEAP, PASSPHRASE, FailingDisk, PowerCut, TrialStation, finger
from tests.helpers.softhsm import soft_token


@pytest.fixture
def station(tmp_path: Path) -> TrialStation:
    station = TrialStation(tmp_path)
    station.provision()
    return station


def keeper(station: TrialStation) -> Keeper:
    return Keeper(station.folder, PASSPHRASE, station.clock, cost=CHEAP)


def authority(station: TrialStation) -> AuthorityFolder:
    return AuthorityFolder(station.authority, None, SystemDisk(), os.urandom, CHEAP)


def issue(station: TrialStation, keyring: Keyring) -> bytes:
    return authority(station).issue(keyring, station.clock.now())[1]


def named(station: TrialStation, request: bytes) -> bytes:
    """The authority's next keyring, which names what was asked for."""
    asked = read_request(request, station.keyring())
    return issue(station, with_station(station.keyring(), asked.station, asked.key, station.clock.now()))


def seal(station: TrialStation, number: str, vault: Vault | None = None) -> None:
    vault = vault or station.unlock()
    case = vault.begin_case(number)
    assert not isinstance(vault.seal_segment(case, "finger 1", finger(1), False), SealRefused)
    assert not isinstance(vault.close_case(case, {}, [], False), SealRefused)
    vault.close()


def kinds(station: TrialStation) -> list[EventKind]:
    return [record.kind for record in audit.records(station.folder / "audit")]


def test_bundles_of_the_old_and_the_new_keys_verify_and_open_as_one_chain(
    station: TrialStation, tmp_path: Path
) -> None:
    seal(station, "BPN-1")
    request = request_new_keys(keeper(station))
    seal(station, "BPN-2")
    assert install(keeper(station), named(station, request)).rotated
    seal(station, "BPN-3")
    report = verify(station.bundles, station.keyring())
    assert report.accepted
    used = [one.envelope.core.key_id for one in report.bundles if one.envelope]
    assert len(used) == 6
    assert used[:4] == [used[0]] * 4
    assert used[4:] == [used[5]] * 2
    assert used[0] != used[5]
    opened = open_bundles(station.bundles, station.keyring(), load_recipient(station.authority), tmp_path / "out")
    assert opened.complete
    assert {EventKind.KEY_CHANGE_ASKED, EventKind.KEY_CHANGED, EventKind.KEYRING_ACCEPTED} <= set(kinds(station))


def test_a_bundle_taken_out_at_the_change_of_keys_is_a_gap(station: TrialStation) -> None:
    seal(station, "BPN-1")
    install(keeper(station), named(station, request_new_keys(keeper(station))))
    seal(station, "BPN-2")
    first_of_new = sorted(station.bundles.glob("*.ktpb"))[2]
    last_of_old = sorted(station.bundles.glob("*.ktpb"))[1]
    last_of_old.rename(station.root / "kept")
    (finding,) = verify(station.bundles, station.keyring()).chain
    assert (finding.sequence, finding.fault) == (int(first_of_new.name[:10]), ChainFault.GAP)


def test_an_open_case_goes_on_after_the_change_of_keys(station: TrialStation) -> None:
    vault = station.unlock()
    case = vault.begin_case("BPN-1")
    vault.seal_segment(case, "finger 1", finger(1), False)
    vault.close()
    install(keeper(station), named(station, request_new_keys(keeper(station))))
    again = station.unlock()
    assert [len(one.sealed) for one in again.open_cases()] == [1]
    case = again.resume("BPN-1")
    assert not isinstance(again.close_case(case, {}, [], False), SealRefused)
    again.close()
    assert verify(station.bundles, station.keyring()).accepted


def test_the_old_keys_sign_until_a_keyring_names_the_new_ones(station: TrialStation) -> None:
    old = station.keyring().stations[0].key.key_id
    request = request_new_keys(keeper(station))
    assert request_new_keys(keeper(station))[:100] == request[:100]
    assert not finish(keeper(station))
    assert not install(keeper(station), issue(station, station.keyring())).rotated
    vault = station.unlock()
    assert vault._signer.public.key_id == old
    vault.install_keyring(named(station, request))
    vault.close()
    assert finish(keeper(station))
    assert not (station.folder / NEXT_KEY).exists()
    assert not finish(keeper(station))
    vault = station.unlock()
    assert vault._signer.public.key_id != old
    vault.close()


def test_after_the_grace_the_old_key_counts_no_more(station: TrialStation, tmp_path: Path) -> None:
    thief = TrialStation(tmp_path / "stolen", station.clock)
    shutil.copytree(station.folder, thief.folder)
    install(keeper(station), named(station, request_new_keys(keeper(station))))
    seal(thief, "BPN-7")
    assert verify(thief.bundles, station.keyring()).accepted
    station.clock.advance((GRACE + timedelta(days=2)).total_seconds())
    seal(thief, "BPN-8")
    problems = [one.problem for one in verify(thief.bundles, station.keyring()).bundles]
    assert problems == [None, None, Rejection.OUT_OF_TIME, Rejection.OUT_OF_TIME]


def test_a_request_counts_only_from_a_station_the_keyring_knows(station: TrialStation, tmp_path: Path) -> None:
    request = request_new_keys(keeper(station))
    other = TrialStation(tmp_path / "elsewhere", station.clock)
    other.provision()
    revoked = with_revoked(station.keyring(), [station.keyring().stations[0].key.key_id])
    assert read_request(request, station.keyring()).station == station.name
    for keyring in (other.keyring(), revoked):
        with pytest.raises(RequestRefused):
            read_request(request, keyring)
    for place in range(0, len(request), 41):
        flipped = request[:place] + bytes([request[place] ^ 1]) + request[place + 1 :]
        with pytest.raises(RequestRefused):
            read_request(flipped, station.keyring())


def refused(station: TrialStation) -> str:
    with pytest.raises(VaultRefused) as why:
        station.unlock()
    return Text(Language.ENGLISH)(why.value.message)


def test_a_station_that_is_revoked_or_unknown_or_out_of_time_refuses_to_open(station: TrialStation) -> None:
    ring = station.keyring()
    entry = ring.stations[0]
    late = replace(ring, stations=(replace(entry, until=station.clock.now() - timedelta(days=2)),))
    for worse, sentence in (
        (with_revoked(ring, [entry.key.key_id]), "revoked"),
        (replace(ring, stations=()), "does not name this station"),
        (late, "run out"),
    ):
        (station.folder / KEYRING).write_bytes(issue(station, replace(worse, version=station.keyring().version)))
        assert sentence in refused(station)


def test_an_expired_keyring_is_cured_by_installing_the_next(station: TrialStation) -> None:
    station.clock.advance(timedelta(days=366).total_seconds())
    assert "expired" in refused(station)
    expired = (station.authority / KEYRING).read_bytes()
    fresh = issue(station, authority(station).keyring(station.clock.now()))
    install(keeper(station), fresh)
    station.unlock().close()
    for document, reason in ((expired, KeyringRefusal.ROLLBACK), (b"noise", KeyringRefusal.UNREADABLE)):
        with pytest.raises(KeyringRefused) as why:
            install(keeper(station), document)
        assert why.value.reason is reason
    assert (station.folder / KEYRING).read_bytes() == fresh
    station.unlock().close()


def test_a_running_program_keeps_the_keys_from_being_changed(station: TrialStation) -> None:
    vault = station.unlock()
    with pytest.raises(VaultRefused):
        request_new_keys(keeper(station))
    vault.close()


def test_a_new_epoch_is_sealed_for_and_the_old_one_still_opens(station: TrialStation, tmp_path: Path) -> None:
    seal(station, "BPN-1")
    install(keeper(station), issue(station, authority(station).with_new_epoch(station.keyring())))
    seal(station, "BPN-2")
    wraps = [
        {wrap.key_id for wrap in one.envelope.wraps}
        for one in verify(station.bundles, station.keyring()).bundles
        if one.envelope
    ]
    assert wraps[0] != wraps[-1]
    assert len(wraps[0] & wraps[-1]) == 1
    both = load_recipient(station.authority)
    assert len(both.epochs) == 2
    assert open_bundles(station.bundles, station.keyring(), both, tmp_path / "out").complete
    recovery = load_recipient(station.authority, recovery=True)
    assert open_bundles(station.bundles, station.keyring(), recovery, tmp_path / "out-2").complete


def test_officers_come_into_the_keyring_and_go(station: TrialStation) -> None:
    ring = with_officers(station.keyring(), [("hasan", RoleOfOfficer.SUPERVISOR), ("wulan", RoleOfOfficer.OFFICER)])
    raised = with_officers(ring, [("wulan", RoleOfOfficer.TECHNICIAN)])
    assert raised.roles() == {"hasan": RoleOfOfficer.SUPERVISOR, "wulan": RoleOfOfficer.TECHNICIAN}
    assert without_officer(ring, "wulan").roles() == {"hasan": RoleOfOfficer.SUPERVISOR}
    assert without_officer(without_officer(ring, "wulan"), "hasan").roles() == {}
    with pytest.raises(KeyError):
        without_officer(ring, "nobody")
    with pytest.raises(KeyError):
        with_revoked(ring, [bytes(8)])


@pytest.mark.services
def test_a_token_takes_the_keys_over_and_the_old_key_is_destroyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from station.safekeeping.provision import provision
    from station.safekeeping.recovery import open_secret

    token = soft_token(tmp_path, monkeypatch)
    station = TrialStation(tmp_path)
    provision(station.folder, station.authority, station.name, PASSPHRASE, station.clock, cost=CHEAP,
              token=token.access)  # fmt: skip
    with pytest.raises(VaultRefused):
        station.unlock()
    seal(station, "BPN-1", Vault.unlock(station.folder, PASSPHRASE, station.clock, token=token.access))
    old = open_secret(station.folder, PASSPHRASE)
    assert old.token is not None
    at_token = replace(keeper(station), token=token.access)
    assert install(at_token, named(station, request_new_keys(at_token))).rotated
    vault = Vault.unlock(station.folder, PASSPHRASE, station.clock, token=token.access)
    seal(station, "BPN-2", vault)
    assert verify(station.bundles, station.keyring()).accepted
    with pytest.raises(TokenRefused):
        TokenSigner(token.access, old.token, old.signing)


@pytest.mark.services
def test_a_token_pulled_out_while_sealing_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from station.safekeeping.provision import provision

    token = soft_token(tmp_path, monkeypatch)
    station = TrialStation(tmp_path)
    provision(station.folder, station.authority, station.name, PASSPHRASE, station.clock, cost=CHEAP,
              token=token.access)  # fmt: skip
    vault = Vault.unlock(station.folder, PASSPHRASE, station.clock, token=token.access)
    case = vault.begin_case("BPN-1")
    token.unplug()
    said = vault.seal_segment(case, "finger 1", finger(1), False)
    assert isinstance(said, SealRefused)
    assert "token" in Text(Language.ENGLISH)(said.message)
    assert not list(station.bundles.iterdir())
    token.plug()
    assert not isinstance(vault.seal_segment(case, "finger 1", finger(1), False), SealRefused)
    assert not isinstance(vault.close_case(case, {}, [], False), SealRefused)
    vault.close()
    assert verify(station.bundles, station.keyring()).accepted


@pytest.mark.parametrize("after", [False, True])
def test_a_power_cut_at_any_step_of_the_change_leaves_a_station_that_seals(
    station: TrialStation, tmp_path: Path, after: bool
) -> None:
    """Some disk call of request or installation is the last, undone or done; then the same steps are done again."""
    seal(station, "BPN-1")
    begun, outcomes = tmp_path / "begun", set()
    shutil.copytree(station.folder, begun)
    at, cut = int(after), True
    while cut:
        shutil.rmtree(station.folder)
        shutil.copytree(begun, station.folder)
        disk = FailingDisk(at, after=after)
        try:
            request = request_new_keys(replace(keeper(station), disk=disk))
            install(replace(keeper(station), disk=disk), named(station, request))
            cut = False
        except PowerCut:
            seal(station, "BPN-2")
            outcomes.add(done := finish(keeper(station)))
            if not done:
                install(keeper(station), named(station, request_new_keys(keeper(station))))
        seal(station, "BPN-3")
        assert verify(station.bundles, station.keyring()).accepted
        at += 2
    assert at > 15
    assert outcomes == {True, False}
