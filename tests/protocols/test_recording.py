"""The recording's file: what is written is read, and what is no whole recording is refused by line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.recording import BadRecording, Chunk, Direction, Head, Recording, decode, encode

WHOLE = """\
{"format":"ktpel-trace","version":1,"kind":"topaz","baud":19200,"parity":"O","model":"Topaz","firmware":"",\
"made_at":"2026-11-24T08:00:00+00:00","program":"x","outcome":"points"}
{"t":0.5,"way":"received","baud":19200,"hex":"c152095b07"}
{"t":0.75,"way":"sent","baud":19200,"hex":"00"}
{"end":2}
"""


def test_a_file_is_read_as_its_description_says() -> None:
    head = Head("topaz", 19_200, "O", "Topaz", "", "2026-11-24T08:00:00+00:00", "x", "points")
    chunks = (
        Chunk(0.5, Direction.RECEIVED, 19_200, bytes.fromhex("c152095b07")),
        Chunk(0.75, Direction.SENT, 19_200, b"\0"),
    )
    assert decode(WHOLE) == Recording(head, chunks)
    assert encode(decode(WHOLE)) == WHOLE


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ("ktpel-trace", "other", "line 1: this is no recording"),
        ('"version":1', '"version":2', "line 1: version 2"),
        ('"kind":"topaz",', "", "line 1: fields are missing"),
        ('"baud":19200,"parity"', '"baud":true,"parity"', "line 1: no speed"),
        ('"parity":"O"', '"parity":"X"', "line 1: a field"),
        ('"model":"Topaz"', '"model":7', "line 1: a field"),
        ('"t":0.5', '"t":0.8', "line 3: time runs backwards"),
        ('"t":0.5', '"t":NaN', "line 2: no time"),
        ('"t":0.5', '"t":1e9', "line 2: no time"),
        ('"sent"', '"up"', "line 3: way"),
        ("c152", "c1zz", "line 2: no bytes"),
        ('"00"', '""', "line 3: no bytes"),
        ('{"end":2}', '{"end":3}', "was cut"),
        ('{"end":2}\n', "", "was cut"),
        ('{"end":2}\n', '{"end":2}', "no end"),
        ('{"t":0.75', '["t",0.75', "line 3: no JSON"),
    ],
)
def test_what_does_not_fit_is_named(was: str, becomes: str, why: str) -> None:
    assert was in WHOLE
    with pytest.raises(BadRecording, match=why):
        decode(WHOLE.replace(was, becomes, 1))


@settings(deadline=None)
@given(st.integers(0, len(WHOLE) - 1))
def test_every_cut_is_noticed(length: int) -> None:
    with pytest.raises(BadRecording):
        decode(WHOLE[:length])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["t", "way", "baud", "hex"]), inner),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.lists(json_values, max_size=4))
def test_any_records_are_read_or_refused(records: list[object]) -> None:
    text = WHOLE.splitlines()[0] + "\n" + "".join(json.dumps(one) + "\n" for one in records)
    try:
        decode(text)
    except BadRecording:
        return


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(BadRecording):
        decode(text)
