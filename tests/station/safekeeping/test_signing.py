"""Both signatures must verify: the P-256 half against NIST's published signatures, good and bad."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from station.safekeeping.signing import MLDSA_CONTEXT, Signatures, SigningKey, VerifyKey, low_s

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "p256_sigver.json").read_text())
MLDSA = MLDSA65PrivateKey.from_seed_bytes(bytes(range(32)))
KEY = SigningKey(bytes(range(1, 65)))


def key_with(point: bytes) -> VerifyKey:
    return VerifyKey(point, MLDSA.public_key().public_bytes_raw())


@pytest.mark.parametrize("case", PUBLISHED["cases"], ids=lambda case: str(case["result"]))
def test_p256_takes_what_nist_says_is_valid_and_nothing_else(case: dict[str, str]) -> None:
    message, raw = bytes.fromhex(case["msg"]), bytes.fromhex(case["r"] + case["s"])
    key, mldsa = key_with(bytes.fromhex(case["point"])), MLDSA.sign(bytes.fromhex(case["msg"]), MLDSA_CONTEXT)
    valid = case["result"].startswith("P")
    assert key.verifies(message, Signatures(low_s(raw), mldsa)) is valid
    assert key.verifies(message, Signatures(raw, mldsa)) is (valid and low_s(raw) == raw)


def test_of_every_signature_one_form_alone_is_taken() -> None:
    good = KEY.sign(b"bundle")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    other = (order - int.from_bytes(good.p256[32:], "big")).to_bytes(32, "big")
    assert KEY.public.verifies(b"bundle", good)
    assert not KEY.public.verifies(b"bundle", Signatures(good.p256[:32] + other, good.mldsa))


def test_one_good_signature_is_not_enough() -> None:
    good, another = KEY.sign(b"bundle"), KEY.sign(b"another")
    for mixed in (Signatures(good.p256, another.mldsa), Signatures(another.p256, good.mldsa)):
        assert not KEY.public.verifies(b"bundle", mixed)
    zero = Signatures(bytes(64), good.mldsa)
    assert not KEY.public.verifies(b"bundle", zero)
