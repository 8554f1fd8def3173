"""The authority's folder: its own keys, made where they lack, and the keyrings its root signs, version after version.

A trial keeps everything in one folder; a real authority keeps root, recovery and receipt keys apart and offline.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from station.registry.model import RoleOfOfficer
from station.safekeeping import cbor
from station.safekeeping.disk import Disk, write_new, write_over
from station.safekeeping.hpke_keys import SEED_SIZE, RecipientSecret
from station.safekeeping.keyring import (
    Keyring,
    OfficerEntry,
    Recipient,
    StationEntry,
    Use,
    sign_keyring,
    signed_contents,
)
from station.safekeeping.keys import Cost, lock, unlock
from station.safekeeping.recovery import KEYRING
from station.safekeeping.signing import SigningKey, VerifyKey, new_secret

ROOT_KEY, RECIPIENT_KEY, RECOVERY_KEY, RECEIPT_KEY = "root.key", "recipient-1.key", "recovery.key", "receipt.key"
SUPPORT_KEY = "support.key"
ROOT_PUBLIC = "root.pub"
PASSPHRASE_FILE = "passphrase.txt"
LIFETIME = timedelta(days=365)
GRACE = timedelta(days=30)
"""How long an old station key may still sign after the keyring that names the new one."""
MIN_PASSPHRASE = 8

Entropy = Callable[[int], bytes]


class WeakPassphrase(ValueError):
    """The passphrase is shorter than 8 characters."""


class AuthorityFolder:
    """An authority's keys in one folder. Raises WrongPassphrase, KeyFileBad, WeakPassphrase, OSError.

    Without a passphrase one is made up and left in passphrase.txt beside the keys, or read from there.
    """

    def __init__(self, folder: Path, passphrase: str | None, disk: Disk, entropy: Entropy, cost: Cost) -> None:
        self.folder, self._disk, self._entropy, self._cost = folder, disk, entropy, cost
        self.is_new = not (folder / ROOT_KEY).exists()
        self.passphrase_file = None if passphrase is not None else folder / PASSPHRASE_FILE
        self._passphrase = self._given(passphrase)
        self.root = self.signing_key(ROOT_KEY, "root")
        if self.is_new:
            write_over(disk, folder / ROOT_PUBLIC, cbor.encode(self.root.public.value()))

    def keyring(self, now: datetime) -> Keyring:
        """The last keyring issued, expired or not, or what the first one begins with; raises KeyringRefused."""
        path = self.folder / KEYRING
        if path.exists():
            return signed_contents(path.read_bytes(), self.root.public.fingerprint)
        return Keyring(
            authority="trial authority",
            version=0,
            issued=now,
            expires=now + LIFETIME,
            recipients=(
                Recipient(Use.AUTHORITY, 1, self.recipient(RECIPIENT_KEY, "recipient").public),
                Recipient(Use.RECOVERY, 1, self.recipient(RECOVERY_KEY, "recovery").public),
            ),
            receipt_keys=(self.signing_key(RECEIPT_KEY, "receipt").public,),
            stations=(),
        )

    def issue(self, keyring: Keyring, now: datetime, lifetime: timedelta = LIFETIME) -> tuple[Keyring, bytes]:
        """Sign the next version, keep it in the folder, and return it with its document."""
        following = replace(keyring, version=keyring.version + 1, issued=now, expires=now + lifetime)
        document = sign_keyring(following, self.root)
        write_over(self._disk, self.folder / KEYRING, document)
        return following, document

    def with_new_epoch(self, keyring: Keyring) -> Keyring:
        """A fresh key to seal for; the old ones stay, for what was sealed for them."""
        epoch = 1 + max((one.epoch for one in keyring.recipients if one.use is Use.AUTHORITY), default=0)
        key = self.recipient(f"recipient-{epoch}.key", "recipient").public
        return replace(keyring, recipients=(*keyring.recipients, Recipient(Use.AUTHORITY, epoch, key)))

    def with_support(self, keyring: Keyring) -> Keyring:
        """A key of its own for diagnostics, so that who reads them opens no case."""
        key = self.recipient(SUPPORT_KEY, "support").public
        if any(one.key == key for one in keyring.recipients):
            return keyring
        return replace(keyring, recipients=(*keyring.recipients, Recipient(Use.SUPPORT, 1, key)))

    def signing_key(self, name: str, purpose: str) -> SigningKey:
        return SigningKey(self._secret(name, purpose, lambda: new_secret(self._entropy)))

    def recipient(self, name: str, purpose: str) -> RecipientSecret:
        return RecipientSecret(self._secret(name, purpose, lambda: self._entropy(SEED_SIZE)))

    def take_recovery_seed(self) -> bytes:
        """The recovery key for paper; its file goes, so that it lies nowhere else."""
        seed = cbor.octets(unlock(self.folder / RECOVERY_KEY, "recovery", self._passphrase), "recovery", SEED_SIZE)
        self._disk.unlink(self.folder / RECOVERY_KEY)
        self._disk.fsync_folder(self.folder)
        return seed

    def _given(self, passphrase: str | None) -> str:
        if passphrase is not None:
            if len(passphrase) < MIN_PASSPHRASE:
                raise WeakPassphrase
            return passphrase
        path = self.folder / PASSPHRASE_FILE
        if not path.exists():
            write_new(self._disk, path, secrets.token_urlsafe(24).encode() + b"\n")
        return path.read_text(encoding="ascii").strip()

    def _secret(self, name: str, purpose: str, fresh: Callable[[], bytes]) -> bytes:
        path = self.folder / name
        if not path.exists():
            lock(path, purpose, fresh(), self._passphrase, self._disk, self._entropy, self._cost)
        return cbor.octets(unlock(path, purpose, self._passphrase), purpose)


def with_station(keyring: Keyring, name: str, key: VerifyKey, now: datetime) -> Keyring:
    """A station's new key from now on; what it signed with before counts until the grace is over, and then no more."""
    if keyring.station(key.key_id) is not None:
        return keyring
    kept = tuple(
        replace(one, until=min(one.until or now + GRACE, now + GRACE)) if one.name == name else one
        for one in keyring.stations
    )
    return replace(keyring, stations=(*kept, StationEntry(name, key, since=now)))


def with_officers(keyring: Keyring, officers: Sequence[tuple[str, RoleOfOfficer]]) -> Keyring:
    """These officers in these roles, besides who is named already; from now on only who is named may serve."""
    roles = {**(keyring.roles() or {}), **dict(officers)}
    return replace(keyring, officers=tuple(OfficerEntry(officer, role) for officer, role in sorted(roles.items())))


def without_officer(keyring: Keyring, officer_id: str) -> Keyring:
    """Everybody but this officer; raises KeyError when the keyring names none of this id."""
    if officer_id not in (keyring.roles() or {}):
        raise KeyError(officer_id)
    left = tuple(one for one in keyring.officers or () if one.officer_id != officer_id)
    return replace(keyring, officers=left)


def with_revoked(keyring: Keyring, key_ids: Sequence[bytes]) -> Keyring:
    """These keys count no more, whatever they signed; raises KeyError for one that the keyring does not name."""
    known = {one.key.key_id for one in keyring.recipients} | {one.key.key_id for one in keyring.stations}
    known |= {key.key_id for key in keyring.receipt_keys}
    for key_id in key_ids:
        if key_id not in known:
            raise KeyError(key_id.hex())
    return replace(keyring, revoked=keyring.revoked | set(key_ids))
