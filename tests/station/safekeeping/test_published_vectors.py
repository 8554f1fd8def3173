"""The primitives against published vectors; their sources stand in tests/vectors/published.json."""

import base64
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.cobblestone import Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from station.safekeeping.bundle import padme, sealed_length
from station.safekeeping.hpke_keys import RecipientSecret
from tests.vectors import second_reader

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "published.json").read_text())
HPKE = VECTORS["hpke_xwing"]


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def test_an_xwing_seed_gives_the_published_public_key() -> None:
    assert RecipientSecret(octets(HPKE["skRm"])).public.public == octets(HPKE["pkRm"])


def test_the_second_reader_follows_the_published_hpke_vector() -> None:
    shared, _ = second_reader.xwing_decapsulate(octets(HPKE["skRm"]), octets(HPKE["enc"]))
    assert shared == octets(HPKE["shared_secret"])
    key, nonce = second_reader.hpke_key(shared, octets(HPKE["info"]), HPKE["aead_id"], 32)
    assert (key, nonce) == (octets(HPKE["key"]), octets(HPKE["base_nonce"]))
    sealed = HPKE["encryption"]
    assert octets(sealed["nonce"]) == nonce
    opened = ChaCha20Poly1305(key).decrypt(nonce, octets(sealed["ct"]), octets(sealed["aad"]))
    assert opened == octets(sealed["pt"])


@pytest.mark.parametrize("case", VECTORS["cobblestone256"], ids=lambda case: str(case["name"]))
def test_the_second_reader_follows_the_published_chunked_encryption_vectors(case: dict[str, str]) -> None:
    sealed = zlib.decompress(base64.b64decode(case["ciphertext_deflated"]))
    key, context = octets(case["key"]), case["context"].encode()
    if case["expect"] == "success":
        plain = second_reader.cobblestone256(key, context, sealed, "sha256")
        assert hashlib.sha256(plain).hexdigest() == case["payload_sha256"]
    else:
        with pytest.raises((second_reader.Unreadable, InvalidTag, ValueError)):
            second_reader.cobblestone256(key, context, sealed, "sha256")


@pytest.mark.parametrize("length", [0, 1, 16383, 16384, 16385, 49152, 70001])
def test_the_library_and_the_second_reader_agree_on_cobblestone_256(length: int) -> None:
    encryptor = Cobblestone256Encryptor(b"k" * 32, b"context")
    sealed = encryptor.update(b"x" * length) + encryptor.finalize()
    assert len(sealed) == sealed_length(length)
    assert second_reader.cobblestone256(b"k" * 32, b"context", sealed) == b"x" * length


def test_ml_dsa_65_follows_the_published_vector() -> None:
    case = VECTORS["mldsa65"]
    public = MLDSA65PrivateKey.from_seed_bytes(octets(case["xi"])).public_key()
    assert public.public_bytes_raw() == octets(case["pk"])
    public.verify(octets(case["signature"]), octets(case["msg"]), octets(case["ctx"]))


def test_padme_gives_the_lengths_of_its_definition() -> None:
    assert [padme(n) for n in (0, 1, 2, 7, 8, 9, 16, 17, 100, 1000, 65537)] == [
        0, 1, 2, 7, 8, 10, 16, 18, 104, 1024, 67584,
    ]  # fmt: skip
    for length in (*range(3000), 10**6 + 1, 10**9 + 7):
        assert padme(length) == second_reader.padme(length) == padme(padme(length))
        assert length <= padme(length) <= length * 1.12
