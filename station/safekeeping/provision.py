"""Setting a station up: its own keys, and a keyring of the authority that names station and officers."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from station.clock import Clock
from station.registry.model import RoleOfOfficer
from station.safekeeping import cbor
from station.safekeeping.disk import Disk, SystemDisk, make_folder, write_over
from station.safekeeping.issuing import (
    MIN_PASSPHRASE,
    PASSPHRASE_FILE,
    RECEIPT_KEY,
    RECIPIENT_KEY,
    RECOVERY_KEY,
    ROOT_KEY,
    ROOT_PUBLIC,
    AuthorityFolder,
    Entropy,
    WeakPassphrase,
    with_officers,
    with_station,
)
from station.safekeeping.keys import STATION_PURPOSE, Cost, StationSecret, lock
from station.safekeeping.recovery import KEYRING, STATION_KEY
from station.safekeeping.signing import MLDSA_SEED_SIZE, VerifyKey, new_secret
from station.safekeeping.token import TokenAccess, make_key

__all__ = [
    "PASSPHRASE_FILE",
    "RECEIPT_KEY",
    "RECIPIENT_KEY",
    "RECOVERY_KEY",
    "ROOT_KEY",
    "ROOT_PUBLIC",
    "WeakPassphrase",
]


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
    recovery_seed: bytes | None = field(default=None, repr=False)


def provision(folder: Path, authority_folder: Path, station_name: str, passphrase: str, clock: Clock, *,
              authority_passphrase: str | None = None, disk: Disk | None = None, entropy: Entropy = os.urandom,
              cost: Cost | None = None, token: TokenAccess | None = None,
              officers: Sequence[tuple[str, RoleOfOfficer]] = (), recovery_on_paper: bool = False
              ) -> ProvisionReport:  # fmt: skip
    """Make the station's keys, and the authority's where there are none yet, and a keyring that names both.

    With a `token` the station's P-256 key is made there. `officers` are vouched for; with none the keyring does not say
    who is one. `recovery_on_paper` takes a new authority's recovery key off the disk and returns it. Raises
    WeakPassphrase, FileExistsError (this station has keys already), WrongPassphrase, TokenRefused, KeyringRefused,
    OSError.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise WeakPassphrase
    make_folder(folder)
    make_folder(authority_folder)
    if (folder / STATION_KEY).exists():
        raise FileExistsError(folder / STATION_KEY)
    disk, cost = disk or SystemDisk(), cost or Cost()
    authority = AuthorityFolder(authority_folder, authority_passphrase, disk, entropy, cost)
    secret = new_station_secret(station_name, authority.root.public.fingerprint, entropy, token)
    public = secret.public
    now = clock.now()
    keyring = with_station(authority.keyring(now), station_name, public, now)
    if officers:
        keyring = with_officers(keyring, officers)
    keyring, document = authority.issue(keyring, now)
    write_over(disk, folder / KEYRING, document)
    lock(folder / STATION_KEY, STATION_PURPOSE, secret.value(), passphrase, disk, entropy, cost)
    return ProvisionReport(
        station_name,
        public.key_id.hex(),
        authority.root.public.fingerprint.hex(),
        keyring.version,
        folder / KEYRING,
        authority.passphrase_file,
        authority.is_new,
        authority.take_recovery_seed() if recovery_on_paper and authority.is_new else None,
    )


def new_station_secret(name: str, root: bytes, entropy: Entropy, token: TokenAccess | None) -> StationSecret:
    """Fresh signing keys: both halves in the secret, or P-256 in the token; raises TokenRefused."""
    if token is None:
        return StationSecret(name, new_secret(entropy), root)
    return StationSecret(name, entropy(MLDSA_SEED_SIZE), root, make_key(token, name, entropy(16)))


def load_root(path: Path) -> VerifyKey:
    """The authority's root from its root.pub; raises BadCbor, OSError."""
    return VerifyKey.from_value(cbor.decode(path.read_bytes()))
