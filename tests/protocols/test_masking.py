"""Whatever came over a line, masking keeps its lengths and times, and raises nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from protocols import ef01, sfm, vc0706
from protocols.ef01_commands import UpImage
from protocols.masking import masked
from protocols.recording import Chunk, Direction
from protocols.vc0706 import Command, Reply
from protocols.words import frames, words

KINDS = ("ef01-r307", "sfm5020", "vc0706", "topaz", "isdv4", "mcu90615", "pyrousb")
UPLOAD = UpImage().packet().encode()
pieces = st.one_of(
    st.binary(min_size=1, max_size=60),
    st.sampled_from(
        [
            UPLOAD,
            bytes.fromhex("4015000000000000000000550a"),
            bytes.fromhex("40150000000020000000611 60a".replace(" ", "").ljust(26, "0")),
            bytes.fromhex("56003200"),
            bytes.fromhex("7600320000"),
            bytes.fromhex("c152095b07"),
            bytes.fromhex("a101 7a03747e030000".replace(" ", "")),
        ]
    ),
)
dialogues = st.lists(st.tuples(st.sampled_from(Direction), pieces), max_size=12)


@settings(deadline=None)
@given(st.sampled_from(KINDS), dialogues)
def test_lengths_and_directions_stay(kind: str, dialogue: list[tuple[Direction, bytes]]) -> None:
    chunks = [Chunk(float(at), way, 57_600, data) for at, (way, data) in enumerate(dialogue)]
    clean = masked(kind, chunks)
    assert [(one.time_s, one.direction, one.baud, len(one.data)) for one in clean] == [
        (one.time_s, one.direction, one.baud, len(one.data)) for one in chunks
    ]


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.sampled_from(Direction), pieces)
def test_frames_are_the_whole_stretch_and_each_has_words(kind: str, way: Direction, data: bytes) -> None:
    cut = frames(kind, way, data)
    assert b"".join(cut) == data
    assert all(words(kind, way, one) for one in cut)
    assert words(kind, way, data, 3)


def test_what_looks_like_a_reply_within_a_spoiled_picture_is_blanked() -> None:
    face = bytes(range(0x80, 0xA0))
    inside = Reply(Command.VERSION, data=face).encode() + Reply(Command.READ_FRAME, data=face).encode()
    asked = Chunk(0.0, Direction.SENT, 115_200, vc0706.read_frame(0, 200, 10).encode())
    late = Chunk(0.2, Direction.SENT, 115_200, vc0706.Request(Command.VERSION).encode())
    for head in (b"", b"\x76\0\x32\0"):
        spoiled = Chunk(0.1, Direction.RECEIVED, 115_200, head + inside)
        rest = Chunk(0.3, Direction.RECEIVED, 115_200, inside)
        clean = masked("vc0706", (asked, spoiled, late, rest))
        assert not any(face[:8] in one.data for one in clean)
    answer = Chunk(0.3, Direction.RECEIVED, 115_200, Reply(Command.VERSION, data=b"VC0703 1.00").encode())
    assert masked("vc0706", (asked, spoiled, late, answer))[-1] == answer


def test_what_looks_like_a_packet_among_the_pixels_of_a_broken_image_is_blanked() -> None:
    lookalike = sfm.Packet(0x04, 0x5A5B5C5D, 0x5E5F6061, 0x61).encode()
    chunks = (
        Chunk(0.0, Direction.SENT, 115_200, sfm.Packet(sfm.Command.SCAN_IMAGE).encode()),
        Chunk(0.1, Direction.RECEIVED, 115_200, b"\x99" * 20 + lookalike + b"\x98" * 20),
    )
    assert masked("sfm5020", chunks)[1].data == bytes(20 + len(lookalike) + 20)


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=256).filter(lambda data: len(data) in ef01.PAYLOADS), st.data())
def test_a_split_or_spoiled_image_leaves_nothing_of_itself(image: bytes, draw: st.DataObject) -> None:
    packet = ef01.Packet(ef01.PacketId.DATA, image).encode()
    cut = draw.draw(st.integers(1, len(packet) - 1))
    spoiled = bytearray(packet)
    if draw.draw(st.booleans()):
        spoiled[draw.draw(st.integers(0, len(packet) - 1))] ^= 0x55
    chunks = [
        Chunk(0.0, Direction.SENT, 57_600, UPLOAD),
        Chunk(0.1, Direction.RECEIVED, 57_600, bytes(spoiled[:cut])),
        Chunk(0.2, Direction.RECEIVED, 57_600, bytes(spoiled[cut:])),
    ]
    clean = b"".join(one.data for one in masked("ef01-r307", chunks)[1:])
    marks = [image[at : at + 6] for at in range(len(image) - 6) if len(set(image[at : at + 6])) == 6]
    assert not any(mark in clean for mark in marks if set(mark) - {0, 0x88})
