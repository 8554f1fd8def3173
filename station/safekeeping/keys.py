"""Private keys at rest: encrypted under a passphrase with Argon2id (RFC 9106) and AES-256-GCM, never in plain, 0600."""

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from station.safekeeping import cbor
from station.safekeeping.cbor import BadCbor, Fields
from station.safekeeping.disk import Disk, write_new
from station.safekeeping.signing import MLDSA_SEED_SIZE, P256_PUBLIC_SIZE, SECRET_SIZE, SigningKey, VerifyKey

FORMAT = "ktpel-secret/1"
MAX_MEMORY_KIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess of the passphrase costs."""

    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 4


class WrongPassphrase(Exception):
    """The passphrase does not open this file, or the file was altered: the two cannot be told apart."""


class KeyFileBad(Exception):
    """The file is not an encrypted secret of the expected purpose, or others on the machine may read it."""


def lock(path: Path, purpose: str, secret: cbor.Value, passphrase: str, disk: Disk, entropy: Callable[[int], bytes],
         cost: Cost = Cost()) -> None:  # fmt: skip
    """Write `secret` encrypted; refuses to replace a file. `purpose` is bound, so files cannot stand in for another."""
    salt, nonce = entropy(16), entropy(12)
    head: dict[str, cbor.Value] = {
        "format": FORMAT,
        "purpose": purpose,
        "argon2id": [cost.memory_kib, cost.passes, cost.lanes, salt],
        "nonce": nonce,
    }
    sealed = AESGCM(_derive(passphrase, salt, cost)).encrypt(nonce, cbor.encode(secret), cbor.encode(head))
    write_new(disk, path, cbor.encode({**head, "sealed": sealed}))


def unlock(path: Path, purpose: str, passphrase: str) -> cbor.Value:
    """The secret in `path`; raises WrongPassphrase, KeyFileBad, or OSError."""
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileBad("others may read this file")
    try:
        fields = Fields(cbor.decode(path.read_bytes()))
        head: dict[str, cbor.Value] = {name: fields.value(name) for name in ("format", "purpose", "argon2id", "nonce")}
        sealed = fields.octets("sealed")
        fields.done()
        memory, passes, lanes, salt = cbor.items(head["argon2id"], "argon2id", 4)
        cost = Cost(cbor.number(memory, "memory"), cbor.number(passes, "passes"), cbor.number(lanes, "lanes"))
        nonce = cbor.octets(head["nonce"], "nonce", 12)
        salt = cbor.octets(salt, "salt", 16)
    except BadCbor as why:
        raise KeyFileBad("not an encrypted secret") from why
    within = 8 * cost.lanes <= cost.memory_kib <= MAX_MEMORY_KIB and 1 <= cost.passes <= 16 and 1 <= cost.lanes <= 8
    if head["format"] != FORMAT or head["purpose"] != purpose or not within:
        raise KeyFileBad("an encrypted secret for something else")
    try:
        return cbor.decode(AESGCM(_derive(passphrase, salt, cost)).decrypt(nonce, sealed, cbor.encode(head)))
    except InvalidTag as why:
        raise WrongPassphrase from why


def _derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    kdf = Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    return kdf.derive(passphrase.encode())


STATION_PURPOSE = "station"


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A P-256 key that lies in a token: the id it is found by there, and its public point (65 bytes)."""

    key_id: bytes
    point: bytes


@dataclass(frozen=True, slots=True, repr=False)
class StationSecret:
    """What a station keeps under its passphrase: its name, its signing secret, and the root it was given to trust.

    `signing` is the P-256 scalar and the ML-DSA seed (64 bytes), or the seed alone (32) beside a `token`. `retired` are
    the public keys this station signed with before; `memory` keys what it hashes for itself, and outlives `signing`.
    """

    name: str
    signing: bytes
    root_fingerprint: bytes
    token: TokenKey | None = None
    retired: tuple[VerifyKey, ...] = ()
    memory: bytes = b""

    def value(self) -> cbor.Value:
        value: dict[str, cbor.Value] = {"name": self.name, "signing": self.signing, "root": self.root_fingerprint}
        if self.token is not None:
            value["token"] = [self.token.key_id, self.token.point]
        if self.retired:
            value["retired"] = [key.value() for key in self.retired]
        if self.memory:
            value["memory"] = self.memory
        return value

    @classmethod
    def from_value(cls, value: cbor.Value) -> "StationSecret":
        """Raises BadCbor."""
        fields = Fields(value)
        token = None
        if fields.has("token"):
            key_id, point = cbor.items(fields.value("token"), "token", 2)
            token = TokenKey(cbor.octets(key_id, "key id"), cbor.octets(point, "point", P256_PUBLIC_SIZE))
        secret = cls(
            name=fields.text("name"),
            signing=fields.octets("signing", SECRET_SIZE if token is None else MLDSA_SEED_SIZE),
            root_fingerprint=fields.octets("root", 32),
            token=token,
            retired=tuple(VerifyKey.from_value(entry) for entry in fields.items("retired"))
            if fields.has("retired")
            else (),
            memory=fields.octets("memory") if fields.has("memory") else b"",
        )
        fields.done()
        return secret

    @property
    def public(self) -> VerifyKey:
        """The public half of what signs, wherever the private one lies."""
        if self.token is None:
            return SigningKey(self.signing).public
        return VerifyKey(
            self.token.point, MLDSA65PrivateKey.from_seed_bytes(self.signing).public_key().public_bytes_raw()
        )

    @property
    def memory_key(self) -> bytes:
        """What keyed hashes on this station use; it stays when the signing keys change."""
        return self.memory or self.signing

    def signer(self) -> SigningKey:
        """The signing key where it is a file; a ValueError where a token holds half of it."""
        return SigningKey(self.signing)

    def __repr__(self) -> str:
        return "StationSecret(...)"
