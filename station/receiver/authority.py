"""The authority's own keys and trust, read from its folder."""

from datetime import datetime
from pathlib import Path

from station.safekeeping import cbor
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.keyring import Keyring, read_keyring
from station.safekeeping.keys import unlock
from station.safekeeping.provision import (
    PASSPHRASE_FILE,
    RECEIPT_KEY,
    RECIPIENT_KEY,
    RECOVERY_KEY,
    ROOT_PUBLIC,
    load_root,
)
from station.safekeeping.recovery import KEYRING
from station.safekeeping.signing import SigningKey


def load_trust(folder: Path, now: datetime) -> Keyring:
    """The keyring in an authority's folder under its own root; raises KeyringRefused, BadCbor, OSError."""
    root = load_root(folder / ROOT_PUBLIC)
    return read_keyring((folder / KEYRING).read_bytes(), root.fingerprint, now)


def load_recipient(folder: Path, passphrase: str | None = None, *, recovery: bool = False) -> RecipientSecret:
    """The key that opens bundles, or the recovery key; raises WrongPassphrase, KeyFileBad, BadCbor, OSError."""
    name, purpose = (RECOVERY_KEY, "recovery") if recovery else (RECIPIENT_KEY, "recipient")
    return RecipientSecret(cbor.octets(unlock(folder / name, purpose, _passphrase(folder, passphrase)), purpose))


def load_receipt_key(folder: Path, passphrase: str | None = None) -> SigningKey:
    """The key that signs receipts; raises as load_recipient."""
    return SigningKey(cbor.octets(unlock(folder / RECEIPT_KEY, "receipt", _passphrase(folder, passphrase)), "receipt"))


def _passphrase(folder: Path, given: str | None) -> str:
    return given if given is not None else (folder / PASSPHRASE_FILE).read_text(encoding="ascii").strip()
