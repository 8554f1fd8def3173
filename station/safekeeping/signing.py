"""Two signatures over the same bytes, ECDSA P-256 and ML-DSA-65; both must verify: one broken scheme forges nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from station.safekeeping.cbor import Value, decode, encode, items, octets

MLDSA_CONTEXT = b"ktpb/1"
P256_PUBLIC_SIZE = 65
MLDSA_PUBLIC_SIZE = 1952
P256_SIGNATURE_SIZE = 64
MLDSA_SIGNATURE_SIZE = 3309
KEY_ID_SIZE = 8
SECRET_SIZE = 64
MLDSA_SEED_SIZE = 32
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Signatures:
    """P-256 as raw r || s with the smaller s (64 bytes), and ML-DSA-65 (3,309 bytes)."""

    p256: bytes
    mldsa: bytes

    def encode(self) -> bytes:
        return encode([self.p256, self.mldsa])

    @classmethod
    def decode(cls, data: bytes) -> "Signatures":
        """Raises BadCbor."""
        p256, mldsa = items(decode(data), "signatures", 2)
        return cls(octets(p256, "p256", P256_SIGNATURE_SIZE), octets(mldsa, "mldsa65", MLDSA_SIGNATURE_SIZE))


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """A signer's public half: the uncompressed P-256 point (65 bytes) and the ML-DSA-65 key (1,952 bytes)."""

    p256: bytes
    mldsa: bytes

    @property
    def key_id(self) -> bytes:
        """The first 8 bytes of the SHA-256 of both keys, one after the other."""
        return self.fingerprint[:KEY_ID_SIZE]

    @property
    def fingerprint(self) -> bytes:
        return hashlib.sha256(self.p256 + self.mldsa).digest()

    def verifies(self, message: bytes, signatures: Signatures) -> bool:
        """Whether both signatures are this signer's over `message`; the larger s of ECDSA is refused (malleable)."""
        r = int.from_bytes(signatures.p256[:32], "big")
        s = int.from_bytes(signatures.p256[32:], "big")
        if s > _ORDER // 2:
            return False
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.p256)
            point.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
            MLDSA65PublicKey.from_public_bytes(self.mldsa).verify(signatures.mldsa, message, MLDSA_CONTEXT)
        except (InvalidSignature, ValueError):
            return False
        return True

    def value(self) -> Value:
        """As it stands in a keyring."""
        return [self.p256, self.mldsa]

    @classmethod
    def from_value(cls, value: Value) -> "VerifyKey":
        """Raises BadCbor."""
        p256, mldsa = items(value, "verify key", 2)
        return cls(octets(p256, "p256", P256_PUBLIC_SIZE), octets(mldsa, "mldsa65", MLDSA_PUBLIC_SIZE))


class SignerSilent(OSError):
    """The token does not answer: nothing was signed, and the same can be tried again."""


class Signer(Protocol):
    """Whatever can sign: a key in memory, or a token's P-256 beside an ML-DSA file. `sign` may raise SignerSilent."""

    @property
    def public(self) -> VerifyKey: ...
    def sign(self, message: bytes) -> Signatures: ...
    def close(self) -> None: ...


class SigningKey:
    """A signer's private half in memory; `secret` is the P-256 scalar (32 bytes) and the ML-DSA seed (32 bytes)."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_SIZE:
            raise ValueError("a signing secret has 64 bytes")
        self._p256 = ec.derive_private_key(int.from_bytes(secret[:32], "big"), ec.SECP256R1())
        self._mldsa = MLDSA65PrivateKey.from_seed_bytes(secret[32:])
        point = self._p256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = VerifyKey(point, self._mldsa.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> Signatures:
        r, s = decode_dss_signature(self._p256.sign(message, ec.ECDSA(SHA256())))
        raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return Signatures(low_s(raw), self._mldsa.sign(message, MLDSA_CONTEXT))

    def close(self) -> None:
        """Nothing to let go of: the key is in memory as long as this object."""

    def __repr__(self) -> str:
        return "SigningKey(...)"


def low_s(raw: bytes) -> bytes:
    """A raw P-256 signature (r || s, 64 bytes) with the smaller of its two valid s."""
    s = int.from_bytes(raw[32:], "big")
    return raw[:32] + min(s, _ORDER - s).to_bytes(32, "big")


def new_secret(entropy: Callable[[int], bytes]) -> bytes:
    """Fresh bytes for a SigningKey; the scalar lies in 1..n-1."""
    while True:
        scalar = entropy(32)
        if 0 < int.from_bytes(scalar, "big") < _ORDER:
            return scalar + entropy(32)
