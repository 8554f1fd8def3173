"""Only the root's newest unexpired document is the keyring."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from station.registry.model import RoleOfOfficer
from station.safekeeping import cbor
from station.safekeeping.hpke_keys import RecipientKey, RecipientSecret
from station.safekeeping.keyring import (
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
