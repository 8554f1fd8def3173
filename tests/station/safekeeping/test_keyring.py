"""Only the root's newest unexpired document is the keyring."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from station.registry.model import RoleOfOfficer
from station.safekeeping import cbor
from station.safekeeping.hpke_keys import RecipientKey, RecipientSecret
from station.safekeeping.keyring import (
    DOMAIN,
    Keyring,
    KeyringRefusal,
    KeyringRefused,
    OfficerEntry,
    Recipient,
    StationEntry,
    Use,
    read_keyring,
    root_of,
    sign_keyring,
)
from station.safekeeping.signing import SigningKey

ROOT, OTHER, STATION, RECEIPT = (SigningKey(bytes(range(n, n + 64))) for n in range(1, 5))
KEYS = [RecipientSecret(bytes([n]) * 32).public for n in range(4)]
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
RING = Keyring(
    authority="trial",
    version=5,
    issued=NOW,
    expires=NOW + timedelta(days=100),
    recipients=(
        Recipient(Use.AUTHORITY, 1, KEYS[0]),
        Recipient(Use.AUTHORITY, 2, KEYS[1]),
        Recipient(Use.AUTHORITY, 3, KEYS[2]),
        Recipient(Use.RECOVERY, 1, KEYS[3]),
    ),
    receipt_keys=(RECEIPT.public,),
    stations=(StationEntry("balikpapan-1", STATION.public),),
    officers=(OfficerEntry("p-1", RoleOfOfficer.SUPERVISOR),),
)


def refusal(document: bytes, now: datetime = NOW, at_least: int = 0) -> KeyringRefusal | None:
    try:
        read_keyring(document, ROOT.public.fingerprint, now, at_least)
    except KeyringRefused as why:
        return why.reason
    return None


def test_a_good_keyring_reads_back_as_it_was_signed() -> None:
    assert read_keyring(sign_keyring(RING, ROOT), ROOT.public.fingerprint, NOW) == RING
    assert root_of(sign_keyring(RING, ROOT)) == ROOT.public


def test_another_root_is_refused_even_when_it_names_the_right_one() -> None:
    assert refusal(sign_keyring(RING, OTHER)) is KeyringRefusal.WRONG_ROOT
    body, _, signatures = cbor.items(cbor.decode(sign_keyring(RING, OTHER)), "keyring")
    forged = cbor.encode([body, ROOT.public.value(), signatures])
    assert refusal(forged) is KeyringRefusal.SIGNATURE


def test_an_older_version_is_refused() -> None:
    document = sign_keyring(RING, ROOT)
    assert refusal(document, at_least=5) is None
    assert refusal(document, at_least=6) is KeyringRefusal.ROLLBACK


def test_an_expired_keyring_is_refused_and_so_is_one_from_the_future() -> None:
    document = sign_keyring(RING, ROOT)
    assert refusal(document, NOW + timedelta(days=99)) is None
    assert refusal(document, NOW + timedelta(days=100)) is KeyringRefusal.EXPIRED
    assert refusal(document, NOW - timedelta(days=2)) is KeyringRefusal.NOT_YET


def test_a_warning_comes_two_weeks_before_the_end() -> None:
    assert not RING.ends_soon(NOW + timedelta(days=85))
    assert RING.ends_soon(NOW + timedelta(days=87))


def test_every_flipped_byte_is_refused() -> None:
    document = sign_keyring(RING, ROOT)
    for place in range(0, len(document), 37):
        flipped = document[:place] + bytes([document[place] ^ 4]) + document[place + 1 :]
        assert refusal(flipped) is not None
    for length in (0, 1, 100, len(document) - 1):
        assert refusal(document[:length]) is KeyringRefusal.UNREADABLE
    assert refusal(document + b"\0") is KeyringRefusal.UNREADABLE


def test_bundles_are_sealed_for_the_newest_epoch_and_the_recovery_key() -> None:
    assert RING.current_recipients() == (KEYS[2], KEYS[3])
    assert replace(RING, revoked=frozenset({KEYS[2].key_id})).current_recipients() == (KEYS[1], KEYS[3])
    assert replace(RING, revoked=frozenset({KEYS[3].key_id})).current_recipients() == (KEYS[2],)


def test_a_keyring_that_names_nobody_is_refused() -> None:
    nobody = replace(RING, revoked=frozenset(key.key_id for key in KEYS))
    assert refusal(sign_keyring(nobody, ROOT)) is KeyringRefusal.NO_RECIPIENT


def test_a_recipient_key_that_is_no_key_or_stands_twice_is_refused() -> None:
    broken = replace(RING, recipients=(*RING.recipients, Recipient(Use.RECOVERY, 2, RecipientKey(b"\xff" * 1216))))
    twice = replace(RING, recipients=RING.recipients * 2)
    for ring in (broken, twice):
        assert refusal(sign_keyring(ring, ROOT)) is KeyringRefusal.UNREADABLE


def test_a_revoked_receipt_key_counts_no_more() -> None:
    key_id = RECEIPT.public.key_id
    assert RING.receipt_key(key_id) == RECEIPT.public
    assert replace(RING, revoked=frozenset({key_id})).receipt_key(key_id) is None


def first_format(ring: Keyring) -> bytes:
    """The same contents as stations wrote them before keys had their time."""
    body = cbor.decode(ring.encode())
    assert isinstance(body, dict)
    body["format"] = "ktpel-keyring/1"
    body["stations"] = [[entry.name, entry.key.value()] for entry in ring.stations]
    body["officers"] = [[entry.officer_id, entry.role.value] for entry in ring.officers or ()]
    encoded = cbor.encode(body)
    return cbor.encode([encoded, ROOT.public.value(), ROOT.sign(DOMAIN + encoded).encode()])


def test_a_keyring_of_the_first_format_is_still_read_and_says_nothing_of_officers() -> None:
    old = replace(RING, officers=None)
    read = read_keyring(first_format(old), ROOT.public.fingerprint, NOW)
    assert read == old
    assert read.roles() is None
    assert read_keyring(first_format(RING), ROOT.public.fingerprint, NOW) == RING


def test_a_keyring_that_names_no_officer_vouches_for_none() -> None:
    nobody = read_keyring(sign_keyring(replace(RING, officers=()), ROOT), ROOT.public.fingerprint, NOW)
    assert nobody.roles() == {}
    silent = read_keyring(sign_keyring(replace(RING, officers=None), ROOT), ROOT.public.fingerprint, NOW)
    assert silent.roles() is None
    assert RING.roles() == {"p-1": RoleOfOfficer.SUPERVISOR}


def test_an_officer_who_stands_twice_is_refused() -> None:
    twice = replace(RING, officers=(OfficerEntry("p-1", RoleOfOfficer.OFFICER), *(RING.officers or ())))
    assert refusal(sign_keyring(twice, ROOT)) is KeyringRefusal.UNREADABLE


def test_a_station_key_may_sign_in_its_time_give_or_take_a_day() -> None:
    entry = StationEntry("balikpapan-1", STATION.public, NOW, NOW + timedelta(days=30))
    ring = read_keyring(sign_keyring(replace(RING, stations=(entry,)), ROOT), ROOT.public.fingerprint, NOW)
    assert ring.station(STATION.public.key_id) == entry
    days = (-2, -1, 0, 30, 31, 32)
    assert [entry.may_sign_at(NOW + timedelta(days=day)) for day in days] == [False, True, True, True, True, False]
    assert StationEntry("balikpapan-1", STATION.public).may_sign_at(NOW + timedelta(days=10_000))


def test_diagnostics_are_sealed_for_support_where_there_is_one() -> None:
    support = Recipient(Use.SUPPORT, 3, RecipientSecret(b"s" * 32).public)
    ring = replace(RING, recipients=(*RING.recipients, support))
    assert RING.support_recipients() == RING.current_recipients()
    assert ring.support_recipients() == (support.key,)
    assert ring.current_recipients() == RING.current_recipients()
    assert replace(ring, revoked=frozenset({support.key.key_id})).support_recipients() == RING.current_recipients()
