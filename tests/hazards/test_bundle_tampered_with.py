"""Nobody can alter, cut, splice, re-sign or re-address a sealed bundle unnoticed."""

import hashlib
import io
import random
from collections.abc import Iterable

import pytest

from station.receiver.decrypting import decrypt
from station.safekeeping import cbor
from station.safekeeping.bundle import (
    BundleRefused,
    Checkpoint,
    Core,
    Instant,
    Kind,
    Refusal,
    padme,
    read_envelope,
    wrap_info,
    write_bundle,
)
from station.safekeeping.contents import CaseTag, PartHead, index_of
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.signing import SigningKey
from tests.helpers.sealing import finger

SIGNER, OTHER = SigningKey(bytes(range(64))), SigningKey(bytes(range(1, 65)))
SECRET, STRANGER = RecipientSecret(bytes(32)), RecipientSecret(b"\1" * 32)
TAG = CaseTag(b"c" * 16, "BPN-0001", b"s" * 32)


def seal(number: int, signer: SigningKey = SIGNER, size: int = 300, **changes: object) -> bytes:
    parts = finger(number, size)
    content = [index_of(TAG, f"finger {number}", parts).encode(), *(part.data for part in parts)]
    fields: dict[str, object] = {
        "id": bytes([number]) * 16, "kind": Kind.SEGMENT, "station": "s", "key_id": signer.public.key_id,
        "sequence": number, "previous": bytes(32), "case_commitment": TAG.commitment(), "keyring_version": 1,
        "created": Instant(0, "boot", 0), "checkpoint": Checkpoint(0, bytes(32)),
        "padded_length": padme(sum(map(len, content))), "training": False,
    }  # fmt: skip
    core = Core(**{**fields, **changes})  # type: ignore[arg-type]  # one table for many altered headers
    out = io.BytesIO()
    write_bundle(core, content, [SECRET.public], signer, out.write, random.randbytes)
    return out.getvalue()


GOOD = seal(1)


def outcome(data: bytes, secret: RecipientSecret = SECRET) -> Refusal | list[bytes]:
    """What an honest receiver makes of these bytes: the parts, or why not."""
    kept: list[io.BytesIO] = []

    class Sink(io.BytesIO):
        def close(self) -> None:
            """Stay readable."""

    def sink(_: PartHead) -> io.BytesIO:
        kept.append(Sink())
        return kept[-1]

    stream = io.BytesIO(data)
    try:
        envelope = read_envelope(stream)
        envelope.check_signed_by(SIGNER.public)
        decrypt(envelope, stream, secret, sink)
    except BundleRefused as why:
        return why.reason
    return [each.getvalue() for each in kept]


def resigned(data: bytes, signer: SigningKey) -> bytes:
    """The same bytes with fresh signatures: what a thief with a station's key could do."""
    body = data[: -8 - int.from_bytes(data[-8:-4], "big")]
    signatures = signer.sign(b"ktpb/1/signature\0" + hashlib.sha512(body).digest()).encode()
    return body + signatures + len(signatures).to_bytes(4, "big") + b"KTPE"


def split(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Header (with its preamble), payload, end."""
    header = 16 + int.from_bytes(data[12:16], "big")
    end = len(data) - 8 - int.from_bytes(data[-8:-4], "big")
    return data[:header], data[header:end], data[end:]


def test_the_bundle_as_sealed_opens() -> None:
    assert outcome(GOOD) == [bytes(finger(1)[0].data)]
    assert outcome(resigned(GOOD, SIGNER)) == [bytes(finger(1)[0].data)]


def test_every_truncation_is_refused() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(BundleRefused):
            read_envelope(io.BytesIO(GOOD[:length]))


def accepted_flips(data: bytes, places: Iterable[int]) -> list[int]:
    """Which of these bits can be flipped without an honest receiver seeing it."""
    return [place for place in places if not isinstance(outcome(flipped(data, place)), Refusal)]


def flipped(data: bytes, place: int) -> bytes:
    altered = bytearray(data)
    altered[place // 8] ^= 1 << place % 8
    return bytes(altered)


def test_two_thousand_flipped_bits_are_all_refused() -> None:
    chance = random.Random(20261124)
    places = {chance.randrange(len(GOOD) * 8) for _ in range(1_700)} | set(range(48 * 8))
    assert accepted_flips(GOOD, places) == []


@pytest.mark.long
def test_every_bit_of_a_bundle_of_more_than_a_hundred_thousand_is_refused_when_flipped() -> None:
    large = seal(1, size=8_000)
    assert len(large) * 8 > 100_000
    assert accepted_flips(large, range(len(large) * 8)) == []


def test_control_a_reader_that_checks_no_signatures_accepts_flips_that_decryption_alone_does_not_see() -> None:
    """A bit of the signatures themselves, and the minor version that nothing else covers."""
    end = len(GOOD) - 100
    assert isinstance(read_envelope(io.BytesIO(flipped(GOOD, end * 8))).sha256, bytes)
    assert isinstance(read_envelope(io.BytesIO(flipped(GOOD, 9 * 8))).sha256, bytes)
    assert outcome(flipped(GOOD, end * 8)) is Refusal.SIGNATURE


def test_a_changed_minor_version_is_read_past_but_still_signed() -> None:
    assert outcome(GOOD[:9] + b"\x01" + GOOD[10:]) is Refusal.SIGNATURE


def test_bytes_put_in_or_taken_out_are_refused() -> None:
    chance = random.Random(5)
    for _ in range(400):
        at, size = chance.randrange(len(GOOD)), chance.randrange(1, 40)
        assert isinstance(outcome(GOOD[:at] + chance.randbytes(size) + GOOD[at:]), Refusal)
        assert isinstance(outcome(GOOD[:at] + GOOD[at + size :]), Refusal)


def test_parts_of_two_bundles_do_not_splice_even_with_the_stations_key() -> None:
    one, two = split(GOOD), split(seal(2))
    for spliced in ((one[0], two[1], one[2]), (two[0], one[1], one[2]), (one[0], one[1], two[2])):
        assert outcome(b"".join(spliced)) is Refusal.SIGNATURE
    assert outcome(resigned(b"".join((one[0], two[1], one[2])), SIGNER)) is Refusal.PAYLOAD


def test_a_bundle_signed_again_by_another_key_is_refused() -> None:
    assert outcome(resigned(GOOD, OTHER)) is Refusal.SIGNATURE
    assert outcome(seal(1, OTHER)) is Refusal.SIGNATURE
    claimed = GOOD.replace(SIGNER.public.key_id, OTHER.public.key_id)
    assert outcome(resigned(claimed, OTHER)) is Refusal.SIGNATURE


def test_a_bundle_cannot_be_addressed_to_someone_else_even_with_the_stations_key() -> None:
    header, payload, end = split(GOOD)
    core, wraps = cbor.items(cbor.decode(header[16:]), "header", 2)
    core_bytes, wrap = cbor.octets(core, "core"), cbor.items(cbor.items(wraps, "wraps")[0], "wrap")
    dek = SECRET.unwrap(cbor.octets(wrap[1], "wrapped"), wrap_info(header[:12], core_bytes, SECRET.public.public))
    assert dek is not None
    extra = STRANGER.public.wrap(dek, wrap_info(header[:12], core_bytes, STRANGER.public.public))
    stranger: list[cbor.Value] = [STRANGER.public.key_id, extra]
    addressed: list[list[cbor.Value]] = [[wrap, stranger], [stranger]]
    for listed in addressed:
        body = cbor.encode([core_bytes, listed])
        forged = resigned(header[:12] + len(body).to_bytes(4, "big") + body + payload + end, SIGNER)
        assert outcome(forged, STRANGER) is Refusal.PAYLOAD
    assert outcome(GOOD, STRANGER) is Refusal.NOT_ADDRESSED


def test_a_header_that_lies_about_its_contents_is_refused_though_the_station_signed_it() -> None:
    assert outcome(seal(1, case_commitment=bytes(32))) is Refusal.CONTENTS
    assert outcome(seal(1, case_commitment=None)) is Refusal.CONTENTS
    assert outcome(seal(1, padded_length=1000)) is Refusal.CONTENTS


def test_contents_that_lie_about_themselves_are_refused_though_the_station_signed_them() -> None:
    parts = finger(1)
    index = index_of(TAG, "x", parts).encode()
    digest = hashlib.sha256(parts[0].data).digest()
    wrong_hash = index.replace(digest, bytes(32))
    unknown = cbor.encode({"case": None, "label": "x", "parts": [], "more": 1})
    variants: list[list[bytes | bytearray | memoryview]] = [
        [wrong_hash, parts[0].data],
        [index, parts[0].data, b"not zero"],
        [len(unknown).to_bytes(4, "big") + unknown],
        [b"\xff\xff\xff\xff"],
        [b"\0\0\xff\xff"],
    ]
    for content in variants:
        length = padme(sum(map(len, content)))
        core = Core(bytes(16), Kind.SEGMENT, "s", SIGNER.public.key_id, 1, bytes(32), TAG.commitment(), 1,
                    Instant(0, "", 0), Checkpoint(0, bytes(32)), length, False)  # fmt: skip
        out = io.BytesIO()
        write_bundle(core, content, [SECRET.public], SIGNER, out.write, random.randbytes)
        assert outcome(out.getvalue()) is Refusal.CONTENTS


def test_a_bad_last_chunk_refuses_the_whole() -> None:
    large = finger(1, 60_000)
    content = [index_of(TAG, "x", large).encode(), large[0].data]
    core = Core(bytes(16), Kind.SEGMENT, "s", SIGNER.public.key_id, 1, bytes(32), TAG.commitment(), 1,
                Instant(0, "", 0), Checkpoint(0, bytes(32)), padme(sum(map(len, content))), False)  # fmt: skip
    out = io.BytesIO()
    write_bundle(core, content, [SECRET.public], SIGNER, out.write, random.randbytes)
    header, payload, end = split(out.getvalue())
    broken = resigned(header + payload[:-1] + bytes([payload[-1] ^ 1]) + end, SIGNER)
    assert outcome(broken) is Refusal.PAYLOAD
