"""X-Wing recipients: whom a bundle's key is wrapped for (ML-KEM-768 with X25519, HPKE suite of RFC 9180)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

SEED_SIZE = 32
MLKEM_SIZE = 1184
PUBLIC_SIZE = MLKEM_SIZE + 32
KEY_ID_SIZE = 8
DEK_SIZE = 32
WRAPPED_SIZE = 1120 + DEK_SIZE + 16

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """A recipient's public key: ML-KEM-768 (1,184 bytes) followed by X25519 (32 bytes)."""

    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first 8 bytes of the SHA-256 of the public key."""
        return hashlib.sha256(self.public).digest()[:KEY_ID_SIZE]

    def wrap(self, dek: bytes | bytearray, info: bytes) -> bytes:
        """enc || ct of HPKE's single-shot base mode, 1,168 bytes; `info` binds it, the additional data stays empty."""
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.public[:MLKEM_SIZE]),
            X25519PublicKey.from_public_bytes(self.public[MLKEM_SIZE:]),
        )
        return _SUITE.encrypt(dek, key, info=info)

    def usable(self) -> bool:
        """Whether a bundle can be wrapped for this key at all."""
        try:
            self.wrap(bytes(DEK_SIZE), b"")
        except ValueError:
            return False
        return True


class RecipientSecret:
    """A recipient's private key, from its 32-byte seed (draft-connolly-cfrg-xwing-kem, 5.2: SHAKE-256 to 96 bytes).

    `older` are the same recipient's keys of earlier epochs, which still open what was sealed for them.
    """

    def __init__(self, seed: bytes, older: "Sequence[RecipientSecret]" = ()) -> None:
        if len(seed) != SEED_SIZE:
            raise ValueError("an X-Wing seed has 32 bytes")
        expanded = hashlib.shake_256(seed).digest(96)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
        self._key = hpke.MLKEM768X25519PrivateKey(mlkem, x25519)
        self.epochs: tuple[RecipientSecret, ...] = (self, *older)
        self.public = RecipientKey(mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw())

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes | None:
        """The wrapped key, or None when it was not wrapped for this recipient and this `info`."""
        try:
            return _SUITE.decrypt(wrapped, self._key, info=info)
        except (InvalidTag, ValueError):
            return None

    def __repr__(self) -> str:
        return "RecipientSecret(...)"
