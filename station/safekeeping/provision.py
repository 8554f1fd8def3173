"""Setting a station up with an authority of its own, for trials and training; a real authority keeps its keys apart."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from station.clock import Clock
from station.safekeeping import cbor
from station.safekeeping.disk import Disk, SystemDisk, make_folder, write_new, write_over
from station.safekeeping.hpke_keys import SEED_SIZE, RecipientSecret
from station.safekeeping.keyring import Keyring, Recipient, StationEntry, Use, read_keyring, sign_keyring
from station.safekeeping.keys import STATION_PURPOSE, Cost, StationSecret, lock, unlock
from station.safekeeping.recovery import KEYRING, STATION_KEY
from station.safekeeping.signing import SigningKey, VerifyKey, new_secret

ROOT_KEY, RECIPIENT_KEY, RECOVERY_KEY, RECEIPT_KEY = "root.key", "recipient-1.key", "recovery.key", "receipt.key"
ROOT_PUBLIC = "root.pub"
PASSPHRASE_FILE = "passphrase.txt"
LIFETIME = timedelta(days=365)
MIN_PASSPHRASE = 8

Entropy = Callable[[int], bytes]


class WeakPassphrase(ValueError):
    """The passphrase is shorter than 8 characters."""


@dataclass(frozen=True, slots=True)
class ProvisionReport:
    """What was made: key ids and the root's fingerprint in hex, for a person to compare."""

    station: str
    station_key_id: str
    root_fingerprint: str
    keyring_version: int
    keyring_path: Path
    authority_passphrase_file: Path | None
    authority_is_new: bool


def provision(folder: Path, authority_folder: Path, station_name: str, passphrase: str, clock: Clock, *,
              authority_passphrase: str | None = None, disk: Disk | None = None, entropy: Entropy = os.urandom,
              cost: Cost | None = None) -> ProvisionReport:  # fmt: skip
    """Make the station's keys, and the authority's where there are none yet, and a keyring that names both.

    Without `authority_passphrase` one is made up and left in passphrase.txt beside the authority's keys, or read from
    there. Raises WeakPassphrase, FileExistsError (this station has keys already), WrongPassphrase, OSError.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise WeakPassphrase
    make_folder(folder)
    make_folder(authority_folder)
    if (folder / STATION_KEY).exists():
        raise FileExistsError(folder / STATION_KEY)
    maker = _Maker(authority_folder, disk or SystemDisk(), entropy, cost or Cost())
    authority_is_new = not (authority_folder / ROOT_KEY).exists()
    secret, passphrase_file = maker.passphrase(authority_passphrase)
    root = maker.signing_key(ROOT_KEY, "root", secret)
    station_secret = StationSecret(station_name, new_secret(entropy), root.public.fingerprint)
    station_key = station_secret.signer().public
    keyring = maker.keyring(root, secret, clock, StationEntry(station_name, station_key))
    document = sign_keyring(keyring, root)
    write_over(maker.disk, authority_folder / KEYRING, document)
    write_over(maker.disk, folder / KEYRING, document)
    lock(folder / STATION_KEY, STATION_PURPOSE, station_secret.value(), passphrase, maker.disk, entropy, maker.cost)
    return ProvisionReport(
        station_name,
        station_key.key_id.hex(),
        root.public.fingerprint.hex(),
        keyring.version,
        folder / KEYRING,
        passphrase_file,
        authority_is_new,
    )


class _Maker:
    """Makes what an authority lacks, and opens what it has."""

    def __init__(self, folder: Path, disk: Disk, entropy: Entropy, cost: Cost) -> None:
        self.folder, self.disk, self._entropy, self.cost = folder, disk, entropy, cost

    def passphrase(self, given: str | None) -> tuple[str, Path | None]:
        path = self.folder / PASSPHRASE_FILE
        if given is not None:
            if len(given) < MIN_PASSPHRASE:
                raise WeakPassphrase
            return given, None
        if not path.exists():
            write_new(self.disk, path, secrets.token_urlsafe(24).encode() + b"\n")
        return path.read_text(encoding="ascii").strip(), path

    def secret(self, name: str, purpose: str, passphrase: str, fresh: Callable[[], bytes]) -> bytes:
        path = self.folder / name
        if not path.exists():
            lock(path, purpose, fresh(), passphrase, self.disk, self._entropy, self.cost)
        return cbor.octets(unlock(path, purpose, passphrase), purpose)

    def signing_key(self, name: str, purpose: str, passphrase: str) -> SigningKey:
        key = SigningKey(self.secret(name, purpose, passphrase, lambda: new_secret(self._entropy)))
        if name == ROOT_KEY:
            write_over(self.disk, self.folder / ROOT_PUBLIC, cbor.encode(key.public.value()))
        return key

    def recipient(self, name: str, purpose: str, passphrase: str) -> RecipientSecret:
        return RecipientSecret(self.secret(name, purpose, passphrase, lambda: self._entropy(SEED_SIZE)))

    def keyring(self, root: SigningKey, passphrase: str, clock: Clock, station: StationEntry) -> Keyring:
        """The next version: the old one with this station added, or the first."""
        now, path = clock.now(), self.folder / KEYRING
        if path.exists():
            old = read_keyring(path.read_bytes(), root.public.fingerprint, now)
            kept = tuple(entry for entry in old.stations if entry.name != station.name)
            return replace(old, version=old.version + 1, issued=now, expires=now + LIFETIME, stations=(*kept, station))
        return Keyring(
            authority="trial authority",
            version=1,
            issued=now,
            expires=now + LIFETIME,
            recipients=(
                Recipient(Use.AUTHORITY, 1, self.recipient(RECIPIENT_KEY, "recipient", passphrase).public),
                Recipient(Use.RECOVERY, 1, self.recipient(RECOVERY_KEY, "recovery", passphrase).public),
            ),
            receipt_keys=(self.signing_key(RECEIPT_KEY, "receipt", passphrase).public,),
            stations=(station,),
        )


def load_root(path: Path) -> VerifyKey:
    """The authority's root from its root.pub; raises BadCbor, OSError."""
    return VerifyKey.from_value(cbor.decode(path.read_bytes()))
