"""Deterministic CBOR against RFC 8949's own examples and the second reader's parser."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.safekeeping.cbor import BadCbor, Fields, UnknownKey, decode, encode
from tests.vectors import second_reader

RFC_8949_APPENDIX_A = [
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (1000000, "1a000f4240"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-1000, "3903e7"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (1.5, "f93e00"),
    (1.1, "fb3ff199999999999a"),
    (100000.0, "fa47c35000"),
    (False, "f4"),
    (None, "f6"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("ü", "62c3bc"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    ({"a": "A", "b": "B"}, "a2616161416162 6142"),
]

REFUSED = {
    "a longer form of 1": "1801",
    "a longer length of text": "780161",
    "an indefinite list": "9f01ff",
    "an indefinite byte string": "5f4101ff",
    "keys in the wrong order": "a2616201616101",
    "a key twice": "a2616101616102",
    "a key that is a number": "a10102",
    "a tag": "c11a514b67b0",
    "a bignum": "c249010000000000000000",
    "a shared reference": "d81c80",
    "undefined": "f7",
    "a simple value": "f0",
    "a longer form of 1.5": "fa3fc00000",
    "text that is not UTF-8": "62fffe",
    "a byte after the end": "0000",
    "nothing": "",
    "a list of 2^64-1": "9bffffffffffffffff01",
    "a byte string of 2^63": "5b8000000000000000",
    "a map of 2^62": "bb4000000000000000",
    "seventeen levels": "81" * 17 + "00",
    "sixty thousand levels": "81" * 60000 + "00",
    "a lone break": "ff",
    "a cut list": "8201",
}


@pytest.mark.parametrize(("value", "octets"), RFC_8949_APPENDIX_A)
def test_the_examples_of_the_rfc_are_written_and_read(value: object, octets: str) -> None:
    data = bytes.fromhex(octets)
    assert encode(value) == data  # type: ignore[arg-type]  # the table mixes every allowed type
    assert decode(data) == value


@pytest.mark.parametrize("octets", REFUSED.values(), ids=REFUSED.keys())
def test_every_other_encoding_is_refused(octets: str) -> None:
    with pytest.raises(BadCbor):
        decode(bytes.fromhex(octets))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.binary(max_size=300)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=30), inner, max_size=5),
    max_leaves=12,
)


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_another_parser_reads_the_same_value(value: object) -> None:
    data = encode(value)  # type: ignore[arg-type]  # hypothesis makes every allowed type
    assert second_reader.cbor(data) == decode(data)


def test_two_parsers_agree_on_which_altered_bytes_are_refused() -> None:
    chance = random.Random(7)
    whole = encode({"id": b"x" * 30, "list": [1, 500, "text", None, True, 1.5], "map": {"a": -70000, "bb": b""}})
    refused = 0
    for _ in range(3000):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            ours: object = decode(bytes(data))
        except BadCbor:
            ours = BadCbor
        try:
            theirs: object = second_reader.cbor(bytes(data))
        except (second_reader.Unreadable, UnicodeDecodeError):
            theirs = BadCbor
        assert repr(ours) == repr(theirs)
        refused += ours is BadCbor
    assert 500 < refused < 2500


def test_values_outside_the_agreed_types_are_not_written() -> None:
    for value in ({1: 2}, 2**64, object(), [set()]):
        with pytest.raises(BadCbor):
            encode(value)  # type: ignore[arg-type]  # that is the point


def test_a_map_taken_apart_refuses_wrong_types_and_left_over_keys() -> None:
    fields = Fields({"a": True, "b": -1, "x-c": 1})
    for take in (lambda: fields.number("a"), lambda: fields.number("b"), lambda: fields.text("missing")):
        with pytest.raises(BadCbor):
            take()
    Fields({"x-c": 1}).done("x-")
    with pytest.raises(UnknownKey):
        Fields({"x-c": 1}).done()
