"""The authority's own keys and trust, read from its folder."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from station.safekeeping import cbor
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.issuing import (
    PASSPHRASE_FILE,
    RECEIPT_KEY,
    RECIPIENT_KEY,
    RECOVERY_KEY,
    ROOT_PUBLIC,
    SUPPORT_KEY,
)
from station.safekeeping.keyring import Keyring, read_keyring
from station.safekeeping.keys import unlock
from station.safekeeping.provision import load_root
from station.safekeeping.recovery import KEYRING
from station.safekeeping.signing import SigningKey


def load_trust(folder: Path, now: datetime) -> Keyring:
    """The keyring in an authority's folder under its own root; raises KeyringRefused, BadCbor, OSError."""
    root = load_root(folder / ROOT_PUBLIC)
    return read_keyring((folder / KEYRING).read_bytes(), root.fingerprint, now)


def load_recipient(folder: Path, passphrase: str | None = None, *, recovery: bool = False) -> RecipientSecret:
    """The keys that open bundles, of every epoch, or the recovery key; raises WrongPassphrase, KeyFileBad, BadCbor,
    OSError."""
    secret = _passphrase(folder, passphrase)
    if recovery:
        return _recipient(folder / RECOVERY_KEY, "recovery", secret)
    older = [
        _recipient(path, "recipient", secret)
        for path in sorted(folder.glob("recipient-*.key"), key=lambda path: int(path.stem.partition("-")[2]))
        if path.name != RECIPIENT_KEY
    ]
    return _recipient(folder / RECIPIENT_KEY, "recipient", secret, older)


def load_support(folder: Path, passphrase: str | None = None) -> RecipientSecret:
    """The key that opens diagnostics and nothing else; raises as load_recipient."""
    return _recipient(folder / SUPPORT_KEY, "support", _passphrase(folder, passphrase))


def load_receipt_key(folder: Path, passphrase: str | None = None) -> SigningKey:
    """The key that signs receipts; raises as load_recipient."""
    return SigningKey(cbor.octets(unlock(folder / RECEIPT_KEY, "receipt", _passphrase(folder, passphrase)), "receipt"))


def _recipient(path: Path, purpose: str, passphrase: str, older: Sequence[RecipientSecret] = ()) -> RecipientSecret:
    return RecipientSecret(cbor.octets(unlock(path, purpose, passphrase), purpose), older)


def _passphrase(folder: Path, given: str | None) -> str:
    return given if given is not None else (folder / PASSPHRASE_FILE).read_text(encoding="ascii").strip()
