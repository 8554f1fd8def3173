"""One finder for all protocols: any split gives the same frames, and garbage never holds a good frame back for ever."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import ef01, isdv4, mcu90615, topaz
from protocols.framing import FrameFinder

VFY_PWD = bytes.fromhex("EF01FFFFFFFF 01 0007 13 00000000 001B")
READING = bytes.fromhex("5A5A45040E3A094795")
ONE_READING = bytes.fromhex("A515BA")
PEN = bytes.fromhex("C152095B07")
ISDV4_PEN = bytes.fromhex("A1017A03747E030000")

FINDERS: dict[str, tuple[Callable[[], FrameFinder[Any]], bytes]] = {
    "ef01": (ef01.packet_finder, VFY_PWD),
    "reading": (mcu90615.reading_finder, READING),
    "command": (mcu90615.command_finder, ONE_READING),
    "isdv4": (isdv4.report_finder, ISDV4_PEN),
    "topaz": (topaz.report_finder, PEN),
}


def fed(finder: FrameFinder[Any], pieces: Sequence[bytes]) -> list[object]:
    return [frame for piece in pieces for frame in finder.feed(piece)]


@pytest.mark.parametrize("name", FINDERS)
@given(data=st.data())
def test_any_split_of_a_noisy_stream_gives_the_same_frames(name: str, data: st.DataObject) -> None:
    make, frame = FINDERS[name]
    parts = st.one_of(st.just(frame), st.binary(max_size=20), st.integers(0, len(frame)).map(lambda n: frame[:n]))
    stream = b"".join(data.draw(st.lists(parts, max_size=8)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    whole, split = make(), make()
    assert fed(split, pieces) == whole.feed(stream)
    assert split.garbage_bytes == whole.garbage_bytes
    assert split.pending_bytes == whole.pending_bytes


@pytest.mark.parametrize("name", FINDERS)
@given(noise=st.binary(max_size=600))
def test_good_frames_are_found_again_after_any_noise(name: str, noise: bytes) -> None:
    make, frame = FINDERS[name]
    finder = make()
    alone = make().feed(frame)
    assert len(alone) == 1
    enough = 2 + 270 // len(frame)
    assert finder.feed(noise + frame * enough)[-1:] == alone


@pytest.mark.parametrize("name", FINDERS)
def test_every_byte_is_a_frames_or_garbage_or_pending(name: str) -> None:
    make, frame = FINDERS[name]
    finder = make()
    stream = random.Random(7).randbytes(5_000) + frame + b"\x55\x00" + frame[:-1]
    frames = fed(finder, [stream[at : at + 33] for at in range(0, len(stream), 33)])
    assert len(frames) >= 1
    assert len(frames) * len(frame) + finder.garbage_bytes + finder.pending_bytes == len(stream)


@pytest.mark.parametrize("name", FINDERS)
def test_memory_stays_within_one_frame_whatever_arrives(name: str) -> None:
    make, frame = FINDERS[name]
    finder = make()
    chance = random.Random(3)
    for _ in range(2_000):
        finder.feed(chance.randbytes(40) + frame[: chance.randrange(len(frame))])
        assert finder.pending_bytes <= ef01.MAX_CONTENT + ef01.OVERHEAD


def test_a_boot_byte_before_an_acknowledge_is_one_byte_of_garbage() -> None:
    finder = ef01.packet_finder()
    packets = finder.feed(bytes.fromhex("55 EF01FFFFFFFF 07 0003 00 000A"))
    assert [packet.content for packet in packets] == [b"\x00"]
    assert finder.garbage_bytes == 1


def test_reset_drops_an_unfinished_frame_as_garbage() -> None:
    finder = ef01.packet_finder()
    assert finder.feed(VFY_PWD[:7]) == []
    finder.reset()
    assert (finder.pending_bytes, finder.garbage_bytes) == (0, 7)
    assert len(finder.feed(VFY_PWD)) == 1
