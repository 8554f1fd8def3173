"""A header made to hurt its reader is refused for the right reason, in little memory; speed stands in tests/bench."""

import io
import tracemalloc

import pytest

from station.safekeeping.bundle import BundleRefused, Refusal, read_envelope
from tests.helpers import hostile

CASES = hostile.cases()
MEMORY_LIMIT = 16 << 20


def refused(data: bytes) -> Refusal:
    with pytest.raises(BundleRefused) as caught:
        read_envelope(io.BytesIO(data))
    return caught.value.reason


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_header_is_refused_in_little_memory(name: str) -> None:
    data, reason = CASES[name]
    tracemalloc.start()
    try:
        assert refused(data) is reason
        assert tracemalloc.get_traced_memory()[1] < MEMORY_LIMIT
    finally:
        tracemalloc.stop()


def test_control_the_same_header_untouched_is_read_as_far_as_its_missing_payload() -> None:
    assert refused(hostile.with_core(hostile.CORE.encode())) is Refusal.TRUNCATED
