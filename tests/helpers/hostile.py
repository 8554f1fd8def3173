"""Headers that somebody made to hurt a reader: each must be refused at once and in little memory."""

from station.safekeeping import cbor
from station.safekeeping.bundle import (
    MAGIC,
    MAX_HEADER,
    PREAMBLE,
    Checkpoint,
    Core,
    Instant,
    Kind,
    Refusal,
)
from station.safekeeping.hpke_keys import WRAPPED_SIZE

CORE = Core(bytes(16), Kind.SEGMENT, "s", bytes(8), 1, bytes(32), None, 1, Instant(0, "", 0),
            Checkpoint(0, bytes(32)), 64, False)  # fmt: skip
WRAPS: list[cbor.Value] = [[bytes(8), bytes(WRAPPED_SIZE)]]


def preamble(length: int) -> bytes:
    return PREAMBLE.pack(MAGIC, 1, 0, 1, length)


def with_body(body: bytes) -> bytes:
    return preamble(len(body)) + body


def with_core(core: bytes) -> bytes:
    return with_body(cbor.encode([core, WRAPS]))


def long_core(length: int) -> bytes:
    """A well-formed header that promises a payload of this length."""
    fields = cbor.Fields(cbor.decode(CORE.encode()))._left
    return with_core(cbor.encode({**fields, "padded_length": length}))


def filled(one: bytes, head: bytes = b"") -> bytes:
    """As many of `one` as a header may hold, behind `head`."""
    return with_body(head + one * ((MAX_HEADER - len(head)) // len(one)))


def cases() -> dict[str, tuple[bytes, Refusal]]:
    """Bytes and the reason for which they must be refused, by name."""
    core = CORE.encode()
    twice = bytes([core[0] + 1]) + core[1:] + cbor.encode("id") + cbor.encode(bytes(16))
    longer = core.replace(cbor.encode("training") + b"\xf4", cbor.encode("training") + b"\xf8\x14")
    numbers = b"\x9a\x00\x00\xff\xfb"
    return {
        "a header of 4 GiB": (preamble(0xFFFFFFFF), Refusal.HEADER_TOO_LONG),
        "a header one byte too long": (preamble(MAX_HEADER + 1) + bytes(MAX_HEADER + 1), Refusal.HEADER_TOO_LONG),
        "a payload of 2^63": (long_core(1 << 63), Refusal.TRUNCATED),
        "a payload of 2^64 - 1": (long_core((1 << 64) - 1), Refusal.TRUNCATED),
        "sixty-five thousand levels of lists": (filled(b"\x81"), Refusal.HEADER),
        "sixty-five thousand levels of maps": (filled(b"\xa1"), Refusal.HEADER),
        "a list of 2^64 - 1": (with_body(b"\x9b" + b"\xff" * 8 + bytes(100)), Refusal.HEADER),
        "a byte string of 2^63": (with_body(b"\x5b\x7f" + b"\xff" * 7 + bytes(100)), Refusal.HEADER),
        "a text of 2^63": (with_body(b"\x7b\x7f" + b"\xff" * 7 + bytes(100)), Refusal.HEADER),
        "a map of 2^62": (with_body(b"\xbb\x40" + bytes(107)), Refusal.HEADER),
        "sixty-five thousand numbers": (filled(b"\x00", numbers), Refusal.HEADER),
        "sixty-five thousand empty lists": (filled(b"\x80", numbers), Refusal.HEADER),
        "thirty-two thousand keys, all the same": (filled(b"\x60\x00", b"\xb9\x7f\xfd"), Refusal.HEADER),
        "tags all the way": (filled(b"\xc0"), Refusal.HEADER),
        "a shared value that holds itself": (with_body(b"\xd8\x1c\x81\xd8\x1d\x00"), Refusal.HEADER),
        "a number of 60,000 digits": (with_body(b"\xc2\x59\xf0\x00" + b"\xff" * 0xF000), Refusal.HEADER),
        "a key twice": (with_core(twice), Refusal.HEADER),
        "true in two bytes": (with_core(longer), Refusal.HEADER),
        "an unknown key": (with_core(core.replace(b"\x68training", b"\x68tralning")), Refusal.HEADER),
        "thirty-three recipients": (
            with_body(cbor.encode([core, [[bytes([n]) * 8, bytes(WRAPPED_SIZE)] for n in range(33)]])),
            Refusal.HEADER,
        ),
        "one recipient twice": (with_body(cbor.encode([core, WRAPS * 2])), Refusal.HEADER),
    }  # fmt: skip
