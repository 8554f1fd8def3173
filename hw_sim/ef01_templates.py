"""Templates of the simulated modules: bytes that carry which finger they are of, so that matching never errs.

A real module's template format is secret and its matcher errs; nothing here says anything about accuracy.
"""

from hashlib import shake_128

_MARK = b"\x03\x01KTPELSIM"
_IDENTITY = slice(len(_MARK), len(_MARK) + 16)
_TOUCH = slice(len(_MARK) + 16, len(_MARK) + 32)


def make(identity: bytes, touch: bytes, length: int) -> bytes:
    """The template of one touch of one finger."""
    head = _MARK + shake_128(identity).digest(16) + shake_128(touch).digest(16)
    return head + shake_128(head).digest(length - len(head))


def merge(templates: list[bytes]) -> bytes | None:
    """One template of several of the same finger; None when they are of different ones."""
    if len({template[_IDENTITY] for template in templates}) != 1:
        return None
    head = templates[0][: _IDENTITY.stop] + shake_128(b"".join(t[_TOUCH] for t in templates)).digest(16)
    return head + shake_128(head).digest(len(templates[0]) - len(head))


def score(one: bytes, other: bytes) -> int:
    """0 for different fingers, else 60..199; the same for the same two templates."""
    if len(one) < _TOUCH.stop or one[: _IDENTITY.stop] != other[: _IDENTITY.stop]:
        return 0
    mixed = bytes(a ^ b for a, b in zip(one[_TOUCH], other[_TOUCH], strict=True))
    return 60 + int.from_bytes(shake_128(mixed).digest(2), "big") % 140
