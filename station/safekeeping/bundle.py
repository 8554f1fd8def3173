"""The bundle, version 1: what `docs/bundle.md` says, written and read strictly. Nothing in it opens what it sealed."""

import hashlib
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from cryptography.cobblestone import Cobblestone256Encryptor

from station.safekeeping import cbor
from station.safekeeping.cbor import BadCbor, Fields, UnknownKey
from station.safekeeping.hpke_keys import DEK_SIZE, KEY_ID_SIZE, WRAPPED_SIZE, RecipientKey
from station.safekeeping.signing import Signatures, Signer, VerifyKey
from station.safekeeping.wiping import wipe

MAGIC = b"\x89KTP\r\n\x1a\n"
END = b"KTPE"
MAJOR, MINOR, SUITE = 1, 0, 1
PREAMBLE = struct.Struct(">8sBBHI")
TRAILER = struct.Struct(">I4s")
MAX_HEADER = 65_536
MAX_SIGNATURES = 4_096
MAX_RECIPIENTS = 32
MAX_HEADER_VALUES = 256
OPTIONAL_PREFIX = "x-"
NOTE = "x-note"
PIECE = 1 << 16

Buffer = bytes | bytearray | memoryview
Entropy = Callable[[int], bytes]


class Kind(Enum):
    """What a bundle holds."""

    SEGMENT = "segment"
    MANIFEST = "manifest"
    AUDIT = "audit"
    DIAGNOSTIC = "diagnostic"


class Refusal(Enum):
    """Why bytes are not an acceptable bundle."""

    NOT_A_BUNDLE = "the first bytes are not a bundle's"
    DAMAGED_IN_TRANSFER = "line ends or high bits were changed on the way"
    UNKNOWN_VERSION = "the version is not known"
    UNKNOWN_SUITE = "the cryptographic suite is not known"
    UNKNOWN_KEY = "the header has a key that is not known"
    HEADER_TOO_LONG = "the header is longer than allowed"
    HEADER = "the header is not canonical or not complete"
    TRUNCATED = "bytes are missing"
    TRAILING = "there are bytes after the end"
    TRAILER = "the signatures are not where they should be"
    SIGNATURE = "a signature does not verify"
    NOT_ADDRESSED = "it is not addressed to this key"
    PAYLOAD = "the contents do not decrypt"
    CONTENTS = "the contents are not what the header or their list says"


class BundleRefused(Exception):
    """These bytes are not an acceptable bundle; `reason` says which rule they break."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Instant:
    """When, by the station's clock: Unix milliseconds, the boot and the milliseconds since then."""

    unix_ms: int
    boot_id: str
    monotonic_ms: int

    def value(self) -> list[cbor.Value]:
        return [self.unix_ms, self.boot_id, self.monotonic_ms]

    @classmethod
    def from_value(cls, value: cbor.Value) -> "Instant":
        """Raises BadCbor."""
        unix_ms, boot_id, monotonic_ms = cbor.items(value, "instant", 3)
        return cls(
            cbor.number(unix_ms, "unix_ms"), cbor.text(boot_id, "boot id"), cbor.number(monotonic_ms, "monotonic_ms")
        )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The audit log as it stood: how many records, and the hash of the last (32 zero bytes before the first)."""

    count: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Core:
    """What a bundle says in clear and signs: nothing personal. `case_commitment` is None outside a case.

    `note` is for the station itself while the case is open, see notes.py.
    """

    id: bytes
    kind: Kind
    station: str
    key_id: bytes
    sequence: int
    previous: bytes
    case_commitment: bytes | None
    keyring_version: int
    created: Instant
    checkpoint: Checkpoint
    padded_length: int
    training: bool
    note: bytes | None = None

    def encode(self) -> bytes:
        return cbor.encode(
            {
                "id": self.id,
                "kind": self.kind.value,
                "station": self.station,
                "key_id": self.key_id,
                "sequence": self.sequence,
                "previous": self.previous,
                "case_commitment": self.case_commitment,
                "keyring_version": self.keyring_version,
                "created": self.created.value(),
                "audit_checkpoint": [self.checkpoint.count, self.checkpoint.head],
                "padded_length": self.padded_length,
                "training": self.training,
                **({} if self.note is None else {NOTE: self.note}),
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> "Core":
        """Raises BadCbor; UnknownKey for a key that may not be passed over."""
        fields = Fields(cbor.decode(data, MAX_HEADER_VALUES))
        commitment = fields.value("case_commitment")
        count, head = cbor.items(fields.value("audit_checkpoint"), "audit_checkpoint", 2)
        try:
            kind = Kind(fields.text("kind"))
        except ValueError as why:
            raise BadCbor("kind is not known") from why
        core = cls(
            id=fields.octets("id", 16),
            kind=kind,
            station=fields.text("station"),
            key_id=fields.octets("key_id", KEY_ID_SIZE),
            sequence=fields.number("sequence"),
            previous=fields.octets("previous", 32),
            case_commitment=None if commitment is None else cbor.octets(commitment, "case_commitment", 32),
            keyring_version=fields.number("keyring_version"),
            created=Instant.from_value(fields.value("created")),
            checkpoint=Checkpoint(cbor.number(count, "count"), cbor.octets(head, "head", 32)),
            padded_length=fields.number("padded_length"),
            training=fields.flag("training"),
            note=fields.octets(NOTE) if fields.has(NOTE) else None,
        )
        fields.done(OPTIONAL_PREFIX)
        return core


@dataclass(frozen=True, slots=True)
class Wrap:
    """The bundle's key, wrapped for one recipient."""

    key_id: bytes
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A bundle whose structure holds: what its header says, where its payload lies, what its signatures cover.

    `header` is bytes 0..16+H; `signed` the message under both signatures; `sha256` the hash of the whole file.
    """

    core: Core
    core_bytes: bytes
    wraps: tuple[Wrap, ...]
    header: bytes
    payload_length: int
    signatures: Signatures
    signed: bytes
    sha256: bytes
    size: int

    def check_signed_by(self, key: VerifyKey) -> None:
        """Raises BundleRefused unless both signatures are this station key's."""
        if key.key_id != self.core.key_id or not key.verifies(self.signed, self.signatures):
            raise BundleRefused(Refusal.SIGNATURE)


def padme(length: int) -> int:
    """`length` rounded up so that it tells at most O(log log) bits (Nikitin et al., PURBs, algorithm 1)."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << free_bits) - 1
    return (length + mask) & ~mask


def sealed_length(padded_length: int) -> int:
    """How long Cobblestone-256 makes it: salt 24 and commitment 32 in front, a 16-byte tag on each 16 KiB chunk."""
    return padded_length + 56 + 16 * (padded_length // 16_384 + 1)


def wrap_info(preamble: bytes, core: bytes, recipient_public: bytes) -> bytes:
    """HPKE's info: binds a wrapped key to this header and this recipient. `preamble` is bytes 0..12."""
    return b"ktpb/1/dek\0" + hashlib.sha512(preamble + core).digest() + hashlib.sha256(recipient_public).digest()


def payload_context(header: bytes) -> bytes:
    """Cobblestone's context: binds the payload to bytes 0..16+H, so to every recipient named there."""
    return b"ktpb/1/payload\0" + hashlib.sha512(header).digest()


def write_bundle(
    core: Core,
    content: Sequence[Buffer],
    recipients: Sequence[RecipientKey],
    signer: Signer,
    write: Callable[[bytes], object],
    entropy: Entropy,
) -> bytes:
    """Sign and encrypt `content` piece by piece through `write`; returns the SHA-256 of all that was written.

    `core.padded_length` is padme of the content's length. Memory stays flat: 64 KiB at a time.
    """
    if sum(map(len, content)) > core.padded_length or core.key_id != signer.public.key_id or not recipients:
        raise ValueError("the header does not describe this bundle")
    dek = bytearray(entropy(DEK_SIZE))
    try:
        header = _header(core.encode(), dek, recipients)
        encryptor = Cobblestone256Encryptor(dek, payload_context(header))
    finally:
        wipe(dek)
    file_hash, signed_hash = hashlib.sha256(), hashlib.sha512()

    def put(data: bytes) -> None:
        file_hash.update(data)
        signed_hash.update(data)
        write(data)

    put(header)
    for piece in _padded(content, core.padded_length):
        if sealed := encryptor.update(piece):
            put(sealed)
    put(encryptor.finalize())
    signatures = signer.sign(b"ktpb/1/signature\0" + signed_hash.digest()).encode()
    end = signatures + TRAILER.pack(len(signatures), END)
    file_hash.update(end)
    write(end)
    return file_hash.digest()


def _header(core: bytes, dek: bytearray, recipients: Sequence[RecipientKey]) -> bytes:
    preamble = PREAMBLE.pack(MAGIC, MAJOR, MINOR, SUITE, 0)[:12]
    wraps = [[key.key_id, key.wrap(dek, wrap_info(preamble, core, key.public))] for key in recipients]
    body = cbor.encode([core, wraps])
    if len(body) > MAX_HEADER or len(wraps) > MAX_RECIPIENTS:
        raise ValueError("the header is too long: too many recipients")
    return preamble + struct.pack(">I", len(body)) + body


def _padded(content: Sequence[Buffer], padded_length: int) -> Iterator[memoryview]:
    left = padded_length
    for data in content:
        view = memoryview(data).cast("B")
        left -= len(view)
        for start in range(0, len(view), PIECE):
            yield view[start : start + PIECE]
    zeros = memoryview(bytes(PIECE))
    while left:
        yield zeros[: min(left, PIECE)]
        left -= min(left, PIECE)


def read_envelope(stream: BinaryIO) -> Envelope:
    """Check a bundle's whole structure without any key, hashing it on the way; raises BundleRefused.

    Signatures are read, not verified: see Envelope.check_signed_by.
    """
    preamble = stream.read(PREAMBLE.size)
    header_length = _check_preamble(preamble)
    body = stream.read(header_length)
    if len(body) < header_length:
        raise BundleRefused(Refusal.TRUNCATED)
    core_bytes, core, wraps = _read_header(body)
    header = preamble + body
    file_hash, signed_hash = hashlib.sha256(header), hashlib.sha512(header)
    payload_length = left = sealed_length(core.padded_length)
    while left:
        piece = stream.read(min(left, PIECE))
        if not piece:
            raise BundleRefused(Refusal.TRUNCATED)
        file_hash.update(piece)
        signed_hash.update(piece)
        left -= len(piece)
    end = stream.read(MAX_SIGNATURES + TRAILER.size)
    file_hash.update(end)
    signatures = _read_trailer(end, stream)
    return Envelope(
        core,
        core_bytes,
        wraps,
        header,
        payload_length,
        signatures,
        b"ktpb/1/signature\0" + signed_hash.digest(),
        file_hash.digest(),
        len(header) + payload_length + len(end),
    )


def read_core(stream: BinaryIO) -> Core:
    """What the header alone says, of a bundle that was verified before; raises BundleRefused."""
    body = stream.read(_check_preamble(stream.read(PREAMBLE.size)))
    return _read_header(body)[1]


def _check_preamble(preamble: bytes) -> int:
    if preamble[:8] != MAGIC[: len(preamble)]:
        changed = preamble[:4] in (b"\x09KTP", MAGIC[:4])
        raise BundleRefused(Refusal.DAMAGED_IN_TRANSFER if changed else Refusal.NOT_A_BUNDLE)
    if len(preamble) < PREAMBLE.size:
        raise BundleRefused(Refusal.TRUNCATED if preamble else Refusal.NOT_A_BUNDLE)
    _, major, _, suite, header_length = PREAMBLE.unpack(preamble)
    if major != MAJOR:
        raise BundleRefused(Refusal.UNKNOWN_VERSION)
    if suite != SUITE:
        raise BundleRefused(Refusal.UNKNOWN_SUITE)
    if header_length > MAX_HEADER:
        raise BundleRefused(Refusal.HEADER_TOO_LONG)
    return int(header_length)


def _read_header(body: bytes) -> tuple[bytes, Core, tuple[Wrap, ...]]:
    try:
        first, second = cbor.items(cbor.decode(body, MAX_HEADER_VALUES), "header", 2)
        core_bytes = cbor.octets(first, "core")
        core = Core.decode(core_bytes)
        wraps = []
        for entry in cbor.items(second, "recipients"):
            key_id, wrapped = cbor.items(entry, "recipient", 2)
            wraps.append(
                Wrap(cbor.octets(key_id, "key id", KEY_ID_SIZE), cbor.octets(wrapped, "wrapped", WRAPPED_SIZE))
            )
    except UnknownKey as why:
        raise BundleRefused(Refusal.UNKNOWN_KEY) from why
    except BadCbor as why:
        raise BundleRefused(Refusal.HEADER) from why
    if not wraps or len(wraps) > MAX_RECIPIENTS or len({wrap.key_id for wrap in wraps}) != len(wraps):
        raise BundleRefused(Refusal.HEADER)
    return core_bytes, core, tuple(wraps)


def _read_trailer(end: bytes, stream: BinaryIO) -> Signatures:
    marker = end.find(END)
    if stream.read(1) or (end[-4:] != END and marker >= 0 and _well_ended(end[: marker + 4])):
        raise BundleRefused(Refusal.TRAILING)
    if not _well_ended(end):
        raise BundleRefused(Refusal.TRUNCATED if END not in end else Refusal.TRAILER)
    try:
        return Signatures.decode(end[: -TRAILER.size])
    except BadCbor as why:
        raise BundleRefused(Refusal.TRAILER) from why


def _well_ended(end: bytes) -> bool:
    if len(end) < TRAILER.size:
        return False
    length, marker = TRAILER.unpack(end[-TRAILER.size :])
    return bool(marker == END and length == len(end) - TRAILER.size)
