"""A second reader of bundles, written from docs/bundle.md and the specifications it names; it imports nothing of ours.

From `cryptography` it takes only primitives (ML-KEM, X25519, AES-GCM, ECDSA, ML-DSA); CBOR, HKDF, X-Wing, HPKE and
Cobblestone are done here by hand.
"""

import hashlib
import hmac
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, mldsa, mlkem, x25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Unreadable(Exception):
    """The document says to refuse this."""


def need(holds: bool) -> None:
    if not holds:
        raise Unreadable


def cbor(data: bytes) -> Any:
    """The value of exactly these bytes, deterministic CBOR only."""
    value, end = _item(data, 0, 16)
    need(end == len(data))
    return value


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    need(at < len(data) and depth > 0)
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        need(low in (20, 21, 22, 25, 26, 27))
        if low >= 25:
            return _floating(data, at, 1 << (low - 24))
        return {20: False, 21: True, 22: None}[low], at
    number, at = _argument(data, at, low)
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        need(number <= len(data) - at)
        raw = data[at : at + number]
        return (raw if major == 2 else raw.decode("utf-8", "strict")), at + number
    need(major in (4, 5) and number <= len(data) - at)
    if major == 4:
        listed = []
        for _ in range(number):
            one, at = _item(data, at, depth - 1)
            listed.append(one)
        return listed, at
    mapped, last = {}, b""
    for _ in range(number):
        start = at
        key, at = _item(data, at, depth - 1)
        need(isinstance(key, str) and data[start:at] > last)
        last = data[start:at]
        mapped[key], at = _item(data, at, depth - 1)
    return mapped, at


def _argument(data: bytes, at: int, low: int) -> tuple[int, int]:
    if low < 24:
        return low, at
    need(low <= 27)
    size = 1 << (low - 24)
    need(at + size <= len(data))
    number = int.from_bytes(data[at : at + size], "big")
    need(number >= {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}[size])
    return number, at + size


def _floating(data: bytes, at: int, size: int) -> tuple[float, int]:
    import struct

    need(at + size <= len(data))
    return struct.unpack({2: ">e", 4: ">f", 8: ">d"}[size], data[at : at + size])[0], at + size


def xwing_decapsulate(seed: bytes, enc: bytes) -> tuple[bytes, bytes]:
    """(shared secret, public key): draft-connolly-cfrg-xwing-kem, sections 5.2 to 5.5."""
    expanded = hashlib.shake_256(seed).digest(96)
    kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    public_x = curve.public_key().public_bytes_raw()
    secret_x = curve.exchange(x25519.X25519PublicKey.from_public_bytes(enc[1088:]))
    joined = kem.decapsulate(enc[:1088]) + secret_x + enc[1088:] + public_x + b"\\.//^\\"
    return hashlib.sha3_256(joined).digest(), kem.public_key().public_bytes_raw() + public_x


def hpke_key(shared: bytes, info: bytes, aead_id: int, key_size: int) -> tuple[bytes, bytes]:
    """(key, base nonce) of RFC 9180, 5.1, mode base, KEM 0x647A, KDF HKDF-SHA256."""
    suite = b"HPKE" + (0x647A).to_bytes(2, "big") + (1).to_bytes(2, "big") + aead_id.to_bytes(2, "big")

    def extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")

    def expand(secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
        return hkdf_expand(secret, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context, length, "sha256")

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return expand(secret, b"key", context, key_size), expand(secret, b"base_nonce", context, 12)


def hkdf_expand(secret: bytes, info: bytes, length: int, algorithm: str) -> bytes:
    out, block, count = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(secret, block + info + bytes([count]), algorithm)
        out, count = out + block, count + 1
    return out[:length]


def note(closed: bytes, salt: bytes, case_id: bytes, bundle_id: bytes) -> Any:
    """What a bundle's `x-note` says, for whoever knows the case's salt."""
    need(len(closed) % 160 == 16)
    key = hkdf_expand(hmac.digest(salt, case_id, "sha256"), b"ktpb/1/note\0" + bundle_id, 32, "sha256")
    plain = AESGCM(key).decrypt(bytes(12), closed, None)
    end = 2 + int.from_bytes(plain[:2], "big")
    need(not any(plain[end:]))
    return cbor(plain[2:end])


def cobblestone256(key: bytes, context: bytes, sealed: bytes, algorithm: str = "sha512") -> bytes:
    """C2SP chunked-encryption v1 with AES-256-GCM; Cobblestone-256 takes SHA-512, the published vectors SHA-256."""
    need(len(key) == 32)
    salt, commitment, sealed = sealed[:24], sealed[24:56], sealed[56:]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    derived = hkdf_expand(key, info, 32 + 12 + 32, algorithm)
    need(hmac.compare_digest(derived[44:], commitment))
    cipher, base, plain, number = AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big"), b"", 0
    while True:
        chunk, sealed = sealed[:16400], sealed[16400:]
        plain += cipher.decrypt((base ^ number).to_bytes(12, "big"), chunk, None)
        if len(chunk) < 16400:
            need(not sealed)
            return plain
        number += 1


def padme(length: int) -> int:
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    step = 1 << max(exponent - exponent.bit_length(), 0)
    return -(-length // step) * step


def check(data: bytes, p256: bytes, mldsa65: bytes) -> dict[str, Any]:
    """The core of a bundle that is well formed and signed by this station."""
    need(data[:12] == bytes.fromhex("894b54500d0a1a0a 01 00 0001") and data[-4:] == b"KTPE")
    header_length = int.from_bytes(data[12:16], "big")
    need(header_length <= 65536)
    core_bytes, recipients = cbor(data[16 : 16 + header_length])
    core: dict[str, Any] = cbor(core_bytes)
    need(1 <= len(recipients) <= 32 and len({bytes(r[0]) for r in recipients}) == len(recipients))
    known = {"id", "kind", "station", "key_id", "sequence", "previous", "case_commitment", "keyring_version", "created"}
    need({key for key in core if not key.startswith("x-")} == known | {"audit_checkpoint", "padded_length", "training"})
    padded = core["padded_length"]
    end = 16 + header_length + padded + 56 + 16 * (padded // 16384 + 1)
    length = int.from_bytes(data[-8:-4], "big")
    need(end + length + 8 == len(data))
    one, two = cbor(data[end:-8])
    message = b"ktpb/1/signature\0" + hashlib.sha512(data[:end]).digest()
    r, s = int.from_bytes(one[:32], "big"), int.from_bytes(one[32:], "big")
    need(len(one) == 64 and s <= P256_ORDER // 2 and hashlib.sha256(p256 + mldsa65).digest()[:8] == core["key_id"])
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256)
    point.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    mldsa.MLDSA65PublicKey.from_public_bytes(mldsa65).verify(two, message, b"ktpb/1")
    return core


def read(data: bytes, seed: bytes, p256: bytes, mldsa65: bytes) -> tuple[dict[str, Any], dict[str, Any], list[bytes]]:
    """(core, list, parts) of a bundle addressed to this seed."""
    core = check(data, p256, mldsa65)
    header_length = int.from_bytes(data[12:16], "big")
    header = data[: 16 + header_length]
    core_bytes, recipients = cbor(header[16:])
    _, public = xwing_decapsulate(seed, recipients[0][1][:1120])
    (wrapped,) = [wrap for key_id, wrap in recipients if key_id == hashlib.sha256(public).digest()[:8]]
    shared, _ = xwing_decapsulate(seed, wrapped[:1120])
    info = b"ktpb/1/dek\0" + hashlib.sha512(data[:12] + core_bytes).digest() + hashlib.sha256(public).digest()
    key, nonce = hpke_key(shared, info, 2, 32)
    dek = AESGCM(key).decrypt(nonce, wrapped[1120:], None)
    padded = core["padded_length"]
    sealed = data[len(header) : len(header) + padded + 56 + 16 * (padded // 16384 + 1)]
    plain = cobblestone256(dek, b"ktpb/1/payload\0" + hashlib.sha512(header).digest(), sealed)
    at = 4 + int.from_bytes(plain[:4], "big")
    listed: dict[str, Any] = cbor(plain[4:at])
    parts = []
    for _, _, length, digest in listed["parts"]:
        parts.append(plain[at : at + length])
        need(hashlib.sha256(parts[-1]).digest() == digest)
        at += length
    need(not any(plain[at:]) and padme(at) == padded == len(plain))
    if listed["case"] is None:
        need(core["case_commitment"] is None)
    else:
        case_id, number, salt = listed["case"]
        encoded = b"\xa2\x64case\x50" + case_id + b"\x66number" + _text(number)
        need(hashlib.sha256(salt + encoded).digest() == core["case_commitment"])
    return core, listed, parts


def _text(text: str) -> bytes:
    raw = text.encode()
    return (bytes([0x60 + len(raw)]) if len(raw) < 24 else bytes([0x78, len(raw)])) + raw
