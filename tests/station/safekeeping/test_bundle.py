"""The bundle: it reads back, in another reader too, and every rule of docs/bundle.md is kept by its name."""

import io
import json
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from station.safekeeping import cbor
from station.safekeeping.bundle import (
    MAGIC,
    BundleRefused,
    Checkpoint,
    Core,
    Instant,
    Kind,
    Refusal,
    padme,
    read_envelope,
    write_bundle,
)
from station.safekeeping.contents import CaseTag, Part, check_names, index_of
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.signing import SigningKey, VerifyKey
from tests.vectors import second_reader
from tests.vectors.make_bundle_v1 import SEEDS, SIGNING, make

VECTORS = Path(__file__).parents[2] / "vectors"
FROZEN = (VECTORS / "bundle-v1.ktpb").read_bytes()
FACTS = json.loads((VECTORS / "bundle-v1.json").read_text())
KEY = VerifyKey(bytes.fromhex(FACTS["p256"]), bytes.fromhex(FACTS["mldsa65"]))


def refusal(data: bytes) -> Refusal | None:
    try:
        read_envelope(io.BytesIO(data)).check_signed_by(KEY)
    except BundleRefused as why:
        return why.reason
    return None


def with_core(change: Callable[[dict[str, cbor.Value]], object]) -> bytes:
    """The frozen bundle with another core, everything after it left as it was."""
    length = int.from_bytes(FROZEN[12:16], "big")
    raw_core, wraps = cbor.items(cbor.decode(FROZEN[16 : 16 + length]), "header", 2)
    decoded = cbor.decode(cbor.octets(raw_core, "core"))
    assert isinstance(decoded, Mapping)
    core = dict(decoded)
    change(core)
    return with_header(cbor.encode([cbor.encode(core), wraps]))


def with_header(header: bytes) -> bytes:
    length = int.from_bytes(FROZEN[12:16], "big")
    return FROZEN[:12] + len(header).to_bytes(4, "big") + header + FROZEN[16 + length :]


def test_the_frozen_bundle_still_reads() -> None:
    envelope = read_envelope(io.BytesIO(FROZEN))
    envelope.check_signed_by(KEY)
    assert (envelope.core.kind, envelope.core.sequence, envelope.core.training) == (Kind.SEGMENT, 2, True)
    assert envelope.size == len(FROZEN)


@pytest.mark.parametrize("seed", FACTS["recipient_seeds"])
def test_the_second_reader_opens_the_frozen_bundle_with_either_key(seed: str) -> None:
    core, listed, parts = second_reader.read(FROZEN, bytes.fromhex(seed), KEY.p256, KEY.mldsa)
    assert core["station"] == "balikpapan-1"
    assert listed["label"] == "right index, quality 78"
    assert parts == [bytes(range(256)) * 70, b"frozen"]


def test_the_second_reader_opens_what_is_written_today() -> None:
    _, _, parts = second_reader.read(make(), SEEDS[1], KEY.p256, KEY.mldsa)
    assert parts[1] == b"frozen"


def test_the_core_of_the_frozen_bundle_is_written_as_it_was_frozen() -> None:
    old, new = read_envelope(io.BytesIO(FROZEN)), read_envelope(io.BytesIO(make()))
    assert old.core_bytes == new.core_bytes == old.core.encode()


def test_two_seals_of_the_same_thing_share_no_ciphertext() -> None:
    assert make()[-9000:-4000] != make()[-9000:-4000]


def test_damage_by_line_ends_and_seven_bits_is_told_apart() -> None:
    assert refusal(FROZEN.replace(b"\r\n", b"\n")) is Refusal.DAMAGED_IN_TRANSFER
    assert refusal(bytes(byte & 127 for byte in FROZEN)) is Refusal.DAMAGED_IN_TRANSFER
    assert refusal(b"%PDF-1.7 and more") is Refusal.NOT_A_BUNDLE
    assert refusal(b"") is Refusal.NOT_A_BUNDLE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (MAGIC + b"\x02" + FROZEN[9:], Refusal.UNKNOWN_VERSION),
        (FROZEN[:10] + b"\x00\x02" + FROZEN[12:], Refusal.UNKNOWN_SUITE),
        (FROZEN[:12] + b"\x00\x01\x00\x01" + FROZEN[16:], Refusal.HEADER_TOO_LONG),
        (FROZEN[:12] + b"\xff\xff\xff\xff" + FROZEN[16:], Refusal.HEADER_TOO_LONG),
        (FROZEN + b"\0", Refusal.TRAILING),
        (FROZEN + FROZEN, Refusal.TRAILING),
        (FROZEN[:-4] + b"KTPF", Refusal.TRUNCATED),
        (FROZEN[:-8] + b"\0\0\0\x01KTPE", Refusal.TRAILER),
        (with_header(b"\x82" + b"\x40" + b"\x80"), Refusal.HEADER),
        (with_header(b"\x80"), Refusal.HEADER),
        (with_core(lambda core: core.update({"colour": 1})), Refusal.UNKNOWN_KEY),
        (with_core(lambda core: core.pop("station")), Refusal.HEADER),
        (with_core(lambda core: core.update({"kind": "poem"})), Refusal.HEADER),
        (with_core(lambda core: core.update({"sequence": -1})), Refusal.HEADER),
        (with_core(lambda core: core.update({"training": 1})), Refusal.HEADER),
        (with_core(lambda core: core.update({"padded_length": 2**64 - 1})), Refusal.TRUNCATED),
        (with_core(lambda core: core.update({"x-colour": 1})), Refusal.SIGNATURE),
        (with_core(lambda core: core.update({"training": False})), Refusal.SIGNATURE),
    ],
)
def test_each_broken_rule_is_refused_by_its_name(data: bytes, reason: Refusal) -> None:
    assert refusal(data) is reason


def test_a_header_that_is_not_canonical_is_refused() -> None:
    length = int.from_bytes(FROZEN[12:16], "big")
    body = FROZEN[16 : 16 + length]
    assert body[0] == 0x82
    assert refusal(with_header(b"\x98\x02" + body[1:])) is Refusal.HEADER
    assert refusal(with_header(b"\x9f" + body[1:] + b"\xff")) is Refusal.HEADER
    assert refusal(with_header(body + b"\0")) is Refusal.HEADER


def test_the_larger_s_of_ecdsa_is_refused() -> None:
    at = len(FROZEN) - 8 - 3379 + 3
    assert FROZEN[at - 3 : at] == b"\x82\x58\x40"
    s = int.from_bytes(FROZEN[at + 32 : at + 64], "big")
    other = (second_reader.P256_ORDER - s).to_bytes(32, "big")
    assert refusal(FROZEN[: at + 32] + other + FROZEN[at + 64 :]) is Refusal.SIGNATURE


def test_either_signature_alone_is_not_enough() -> None:
    envelope, other = read_envelope(io.BytesIO(FROZEN)), SigningKey(bytes(range(1, 65)))
    forged = other.sign(envelope.signed)
    for signatures in (
        replace(envelope.signatures, p256=forged.p256),
        replace(envelope.signatures, mldsa=forged.mldsa),
    ):
        assert not KEY.verifies(envelope.signed, signatures)
    assert KEY.verifies(envelope.signed, envelope.signatures)


def test_unsafe_and_doubled_part_names_are_refused() -> None:
    for names in (["../x"], ["/etc/x"], ["a//b"], ["a/.."], [".x"], ["A"], ["a\\b"], ["a\0"], ["a" * 101], ["a", "a"],
                  ["a", "a/b"], [""], ["a/"]):  # fmt: skip
        with pytest.raises(cbor.BadCbor):
            check_names(names)
    check_names(["finger/02.fir", "finger/03.fir", "photo.jpg"])


def test_sealing_a_large_capture_keeps_memory_flat() -> None:
    signer, recipient = SigningKey(SIGNING), RecipientSecret(SEEDS[0]).public
    data = bytearray(48 << 20)
    tag = CaseTag(bytes(16), "T", bytes(32))
    content: list[bytes | bytearray | memoryview] = [index_of(tag, "large", [Part("x", "a/b", data)]).encode(), data]
    core = Core(bytes(16), Kind.SEGMENT, "s", signer.public.key_id, 1, bytes(32), None, 1, Instant(0, "", 0),
                Checkpoint(0, bytes(32)), padme(sum(map(len, content))), False)  # fmt: skip
    tracemalloc.start()
    try:
        write_bundle(core, content, [recipient], signer, lambda _: None, lambda n: b"\1" * n)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 << 20
