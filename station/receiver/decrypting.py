"""Decrypting one bundle whose signatures have been checked, piece by piece, into files that are not published yet."""

import hashlib
from collections.abc import Callable
from typing import BinaryIO

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag

from station.safekeeping.bundle import PIECE, BundleRefused, Envelope, Refusal, padme, payload_context, wrap_info
from station.safekeeping.cbor import BadCbor
from station.safekeeping.contents import MAX_INDEX, Index, PartHead
from station.safekeeping.hpke_keys import RecipientSecret

Sink = Callable[[PartHead], BinaryIO]


def decrypt(envelope: Envelope, stream: BinaryIO, secret: RecipientSecret, sink: Sink) -> Index:
    """Write every part into the file that `sink` opens for it; returns the list once the end is authenticated.

    Raises BundleRefused; whatever was written until then must not be used.
    """
    stream.seek(len(envelope.header))
    payload = _Payload(envelope, stream, _unwrap(envelope, secret))
    index = _read_index(payload)
    if envelope.core.padded_length != padme(payload.taken + sum(part.length for part in index.parts)):
        raise BundleRefused(Refusal.CONTENTS)
    for part in index.parts:
        digest, left = hashlib.sha256(), part.length
        with sink(part) as file:
            while left:
                piece = payload.take(min(left, PIECE))
                digest.update(piece)
                file.write(piece)
                left -= len(piece)
        if digest.digest() != part.sha256:
            raise BundleRefused(Refusal.CONTENTS)
    payload.finish()
    commitment = None if index.case is None else index.case.commitment()
    if commitment != envelope.core.case_commitment:
        raise BundleRefused(Refusal.CONTENTS)
    return index


def _unwrap(envelope: Envelope, secret: RecipientSecret) -> bytes:
    for one in secret.epochs:
        info = wrap_info(envelope.header[:12], envelope.core_bytes, one.public.public)
        for wrap in envelope.wraps:
            if wrap.key_id == one.public.key_id:
                dek = one.unwrap(wrap.wrapped, info)
                if dek is None:
                    raise BundleRefused(Refusal.PAYLOAD)
                return dek
    raise BundleRefused(Refusal.NOT_ADDRESSED)


def _read_index(payload: "_Payload") -> Index:
    length = int.from_bytes(payload.take(4), "big")
    if length > MAX_INDEX:
        raise BundleRefused(Refusal.CONTENTS)
    try:
        return Index.decode(payload.take(length))
    except BadCbor as why:
        raise BundleRefused(Refusal.CONTENTS) from why


class _Payload:
    """The plaintext as a stream: `take` what is wanted, then `finish`, which checks the padding and the end."""

    def __init__(self, envelope: Envelope, stream: BinaryIO, dek: bytes) -> None:
        self._decryptor = Cobblestone256Decryptor(dek, payload_context(envelope.header))
        self._stream, self._left = stream, envelope.payload_length
        self._buffer = bytearray()
        self._ended = False
        self.taken = 0

    def take(self, count: int) -> bytes:
        """Exactly `count` bytes; raises BundleRefused when there are not so many."""
        while len(self._buffer) < count and self._more():
            pass
        if len(self._buffer) < count:
            raise BundleRefused(Refusal.CONTENTS)
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        self.taken += count
        return taken

    def finish(self) -> None:
        """Everything left must be zero and the end authentic."""
        zero = not any(self._buffer)
        self._buffer.clear()
        while zero and self._more():
            zero = not any(self._buffer)
            self._buffer.clear()
        if not zero:
            raise BundleRefused(Refusal.CONTENTS)

    def _more(self) -> bool:
        if self._ended:
            return False
        try:
            if self._left:
                piece = self._stream.read(min(self._left, PIECE))
                if not piece:
                    raise BundleRefused(Refusal.TRUNCATED)
                self._left -= len(piece)
                self._buffer += self._decryptor.update(piece)
            else:
                self._buffer += self._decryptor.finalize()
                self._ended = True
        except (InvalidTag, ValueError) as why:
            raise BundleRefused(Refusal.PAYLOAD) from why
        return True
