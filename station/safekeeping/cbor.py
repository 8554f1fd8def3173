"""Deterministic CBOR (RFC 8949, 4.2): one value has one encoding, and every other encoding is refused."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import cbor2

Value: TypeAlias = "int | float | bytes | str | bool | Sequence[Value] | Mapping[str, Value] | None"
MAX_DEPTH = 16
MAX_VALUES = 1 << 17
_WORD = 1 << 64


class BadCbor(ValueError):
    """The bytes are not the one encoding of an allowed value, or the value has not the shape that was agreed."""


def encode(value: Value) -> bytes:
    """The one encoding of `value`; a value outside the agreed types is a caller's bug and raises BadCbor."""
    plain = _checked(value, MAX_DEPTH, [MAX_VALUES])
    return cbor2.dumps(plain, canonical=True)


def decode(data: bytes, most: int = MAX_VALUES) -> Value:
    """The value of exactly these bytes: no trailing byte, tag, duplicate key, indefinite length or longer form.

    `most` bounds how many values it may be made of, so that a hostile one is refused quickly.
    """
    try:
        raw: object = cbor2.loads(
            data, max_depth=MAX_DEPTH, allow_indefinite=False, allow_duplicate_keys=False, strict_hashable_types=True
        )
        value = _checked(raw, MAX_DEPTH, [most])
    except (cbor2.CBORDecodeError, ValueError, OverflowError) as why:
        raise BadCbor("not readable as CBOR of the agreed types") from why
    if cbor2.dumps(value, canonical=True) != data:
        raise BadCbor("not the canonical encoding")
    return value


def _checked(value: object, depth: int, left: list[int]) -> Value:
    """The same value in plain types; `left` counts down how many more there may be."""
    left[0] -= 1
    if depth == 0 or left[0] < 0:
        raise BadCbor("nested too deep or made of too many values")
    match value:
        case None | bool() | bytes() | str() | float():
            return value
        case int() if -_WORD <= value < _WORD:
            return value
        case list() | tuple():
            return [_checked(item, depth - 1, left) for item in value]
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise BadCbor("a map key is not text")
            return {key: _checked(item, depth - 1, left) for key, item in value.items()}
        case _:
            raise BadCbor(f"{type(value).__name__} is not an agreed type")


class Fields:
    """Takes a map apart, key by key and type by type; `done` refuses what nobody asked for."""

    def __init__(self, value: Value) -> None:
        if not isinstance(value, Mapping):
            raise BadCbor("not a map")
        self._left = dict(value)

    def octets(self, name: str, size: int | None = None) -> bytes:
        value = self._take(name)
        if not isinstance(value, bytes) or (size is not None and len(value) != size):
            raise BadCbor(f"{name} is not a byte string of the agreed length")
        return value

    def number(self, name: str) -> int:
        return number(self._take(name), name)

    def text(self, name: str) -> str:
        value = self._take(name)
        if not isinstance(value, str):
            raise BadCbor(f"{name} is not text")
        return value

    def flag(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise BadCbor(f"{name} is not true or false")
        return value

    def items(self, name: str) -> list[Value]:
        return items(self._take(name), name)

    def has(self, name: str) -> bool:
        """Whether a key that need not be there is there and not taken yet."""
        return name in self._left

    def value(self, name: str) -> Value:
        return self._take(name)

    def done(self, optional_prefix: str = "") -> None:
        """Every key left over is refused, but those that begin with `optional_prefix`."""
        for name in self._left:
            if not (optional_prefix and name.startswith(optional_prefix)):
                raise UnknownKey(name)

    def _take(self, name: str) -> Value:
        if name not in self._left:
            raise BadCbor(f"{name} is missing")
        return self._left.pop(name)


class UnknownKey(BadCbor):
    """A map holds a key that this version does not know and may not pass over."""


def number(value: Value, name: str) -> int:
    """An unsigned whole number of at most 64 bits."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadCbor(f"{name} is not a whole number")
    return value


def items(value: Value, name: str, count: int | None = None) -> list[Value]:
    """A list, of `count` items where given."""
    if not isinstance(value, list) or (count is not None and len(value) != count):
        raise BadCbor(f"{name} is not a list of the agreed length")
    return value


def octets(value: Value, name: str, size: int | None = None) -> bytes:
    """A byte string, of `size` bytes where given."""
    if not isinstance(value, bytes) or (size is not None and len(value) != size):
        raise BadCbor(f"{name} is not a byte string of the agreed length")
    return value


def text(value: Value, name: str) -> str:
    """A text string."""
    if not isinstance(value, str):
        raise BadCbor(f"{name} is not text")
    return value
