"""Fixed-layout records: bytes follow from a struct format and back."""

import struct
from dataclasses import dataclass, fields
from typing import ClassVar, Self

from protocols.errors import BadCommand, BadFrame


@dataclass(frozen=True, slots=True)
class Layout:
    """A record whose bytes follow from `LAYOUT`."""

    LAYOUT: ClassVar[str] = ">"

    def pack(self) -> bytes:
        """The fields' bytes; BadCommand when a value does not fit its field exactly."""
        values = tuple(getattr(self, field.name) for field in fields(self))
        try:
            packed = struct.pack(self.LAYOUT, *values)
        except struct.error as wrong:
            raise BadCommand(f"{type(self).__name__}: {wrong}") from wrong
        if struct.unpack(self.LAYOUT, packed) != values:
            raise BadCommand(f"{type(self).__name__}: wrong length")
        return packed

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """The record in `data`; BadFrame unless its length is exactly right."""
        if len(data) != struct.calcsize(cls.LAYOUT):
            raise BadFrame(f"{cls.__name__}: {len(data)} bytes")
        return cls(*struct.unpack(cls.LAYOUT, data))


def padded(text: str, length: int) -> bytes:
    """ASCII text in a field of `length` bytes."""
    raw = text.encode("ascii", errors="replace")
    if len(raw) > length:
        raise BadCommand(f"{len(raw)} bytes in a field of {length}")
    return raw.ljust(length, b"\0")


def unpadded(raw: bytes) -> str:
    """The printable ASCII text of a field."""
    text = raw.split(b"\0", 1)[0].decode("ascii", errors="replace")
    return "".join(sign for sign in text if sign.isprintable()).strip()
