"""The short fuzz: noise, and sound bytes that were damaged; only the typed exceptions may come out."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, Target


@st.composite
def damaged(draw: st.DrawFn, target: Target) -> bytes:
    """A seed with a few stretches overwritten, cut out or put in, or noise."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.binary(max_size=300))
    data = bytearray(draw(st.sampled_from(target.seeds)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 8))
        data[at : at + length] = draw(st.binary(max_size=8))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_read_or_refused_by_name(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(damaged(target))
    def run(data: bytes) -> None:
        target(data)

    run()


@pytest.mark.parametrize("name", TARGETS)
def test_each_seed_is_worth_beginning_with(name: str) -> None:
    target = TARGETS[name]
    assert target.seeds
    for seed in target.seeds:
        target(seed)


def test_an_exception_of_another_sort_is_not_swallowed() -> None:
    """The control."""

    def crash(data: bytes) -> object:
        return data[10]

    with pytest.raises(IndexError):
        Target(crash, (ValueError,))(b"")
