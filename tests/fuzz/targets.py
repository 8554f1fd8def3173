"""All that reads bytes which others wrote, each with the only exceptions it may raise and bytes to begin with.

The short fuzz of the default tests and the long one of `python -m tests.fuzz` share this table.
"""

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from drivers.api import PadSize, PenPoint
from protocols import ef01, ef01_commands, ef01_replies, isdv4, mcu90615, pyrousb, recording, sfm, topaz, vc0706
from protocols.errors import BadFrame
from protocols.framing import FrameFinder
from protocols.masking import masked
from protocols.recording import Chunk, Direction
from protocols.words import frames, words
from station.biometrics.formats import ansi_nist, fac, fir, sdi
from station.biometrics.formats.blocks import QualityBlock
from station.biometrics.formats.errors import BadRecord
from station.biometrics.model import FingerPosition
from station.delivery import receipt_document
from station.safekeeping import cbor, keyring
from station.safekeeping.bundle import BundleRefused, read_core, read_envelope
from station.safekeeping.cbor import BadCbor
from station.safekeeping.keyring import KeyringRefused

F = TypeVar("F")

BUNDLE = Path(__file__).parents[1] / "vectors" / "bundle-v1.ktpb"
NOW = datetime(2026, 11, 24, 8, 5, 9, tzinfo=UTC)
SERIAL_KINDS = ("ef01-r307", "sfm5020", "vc0706", "topaz", "isdv4", "mcu90615", "pyrousb")


@dataclass(frozen=True, slots=True)
class Target:
    """`read` may raise `allowed` and nothing else, whatever it is given."""

    read: Callable[[bytes], object]
    allowed: tuple[type[Exception], ...] = ()
    seeds: tuple[bytes, ...] = field(default=())

    def __call__(self, data: bytes) -> None:
        with suppress(*self.allowed):
            self.read(data)


def in_portions(finder: Callable[[], FrameFinder[F]]) -> Callable[[bytes], object]:
    """Feed a stream whole and in portions: frames and garbage must be the same, and no byte may be held for ever."""

    def read(data: bytes) -> object:
        whole, split = finder(), finder()
        expected = whole.feed(data)
        size = 1 + (data[0] if data else 0) % 7
        found = [one for at in range(0, len(data), size) for one in split.feed(data[at : at + size])]
        assert found == expected
        assert split.garbage_bytes == whole.garbage_bytes
        assert whole.pending_bytes <= 300
        assert b"".join(piece for piece, _ in finder().pieces(data)) == data
        return expected

    return read


def _sfm(data: bytes) -> object:
    for stream in (sfm.reply_stream(), sfm.request_stream()):
        parts = stream.feed(data)
        assert sum(len(part.content) for part in parts if isinstance(part, sfm.Data)) <= len(data)
    return sfm.ImageHeader.unpack(data)


def _ef01_meaning(data: bytes) -> object:
    for packet in ef01.packet_finder().feed(data):
        with suppress(BadFrame):
            ef01_commands.decode_command(packet)
        with suppress(BadFrame):
            ack = ef01_replies.decode_ack(packet)
            for kind in ef01_replies.Reply.__subclasses__():
                with suppress(BadFrame):
                    kind.unpack(ack.extra)
    whole = ef01.Reassembly(256)
    for packet in ef01.packet_finder().feed(data):
        whole.add(packet)
    return whole


def _dialogue(data: bytes) -> object:
    """The first byte chooses the device and where the dialogue is cut."""
    kind = SERIAL_KINDS[(data[0] if data else 0) % len(SERIAL_KINDS)]
    size = 1 + (data[1] if len(data) > 1 else 0)
    ways = (Direction.SENT, Direction.RECEIVED, Direction.RECEIVED)
    body = data[2:]
    chunks = [
        Chunk(float(number), ways[number % 3], 9_600, body[at : at + size])
        for number, at in enumerate(range(0, len(body), size))
    ]
    clean = masked(kind, chunks)
    assert [len(one.data) for one in clean] == [len(one.data) for one in chunks]
    for one in chunks:
        cut = frames(kind, one.direction, one.data)
        assert b"".join(cut) == one.data
        assert all(words(kind, one.direction, piece) for piece in cut)
    return clean


def _finger(depth: int) -> fir.FingerRepresentation:
    pixels = (np.arange(60, dtype=np.uint8).reshape(6, 10) % 16 * 17).astype(np.uint8)
    quality = (QualityBlock(64),)
    return fir.FingerRepresentation(FingerPosition.RIGHT_THUMB, NOW, pixels, 508, 508, depth, quality)


def _case() -> bytes:
    photo = fac.FacePhoto(NOW, fac.photo_png(np.zeros((4, 3, 3), np.uint8)), 3, 4)
    return ansi_nist.encode(
        (
            ansi_nist.transaction("KTPEL", NOW, "DUKCAPIL", "640300", "A-17"),
            ansi_nist.person(0, [(4, "6403011112090001"), (3, "BUDI")]),
            ansi_nist.face(1, photo, "640300"),
            ansi_nist.finger(2, _finger(4), "640300"),
            ansi_nist.signature(4, INK, PAD),
        )
    )


def _bundle(data: bytes) -> object:
    with suppress(BundleRefused):
        read_core(io.BytesIO(data))
    return read_envelope(io.BytesIO(data))


def _keyring(data: bytes) -> object:
    with suppress(BadCbor):
        keyring.root_of(data)
    return keyring.signed_contents(data, None)


PAD = PadSize(110.0, 40.0, 16.14)
INK = (PenPoint(1.0, 2.0, 0.5, True, 500.0), PenPoint(1.5, 2.25, 1.0, True, 500.01), PenPoint(3, 2, 0, False, 500.5))
_HEX = bytes.fromhex
EF01_SEEDS = (
    _HEX("EF01FFFFFFFF0100071300000000001B"),
    _HEX("EF01FFFFFFFF07000300000A"),
    _HEX("EF01FFFFFFFF070013000004000000C80003FFFFFFFF0002000604ED"),
    ef01.data_packets(bytes(range(64)), 32)[0].encode() + ef01.data_packets(bytes(32), 32)[0].encode(),
)
SFM_SEEDS = (_HEX("4005299900000000000000070A"), sfm.Packet(0x15, 0, 32, 0x61).encode() + bytes(32) + b"\x0a")
TOPAZ_SEEDS = (_HEX("C152095B07DD00005804"),)
ISDV4_SEEDS = (_HEX("A1017A03747E030000"), isdv4.Capabilities(24_600, 18_400, 255).encode())
MCU_SEEDS = (_HEX("5A5A45040E3A094795"), _HEX("A545EA"))
MODBUS_SEEDS = (_HEX("010300120003A5CE"), _HEX("0110000800020400010002F2F4"))
VC0706_SEEDS = (_HEX("7600110000"), _HEX("760034000400001234"), vc0706.read_frame(0, 64, 10).encode())
RECORDING = recording.encode(
    recording.Recording(recording.Head("topaz", 19_200, "O"), (Chunk(0.5, Direction.RECEIVED, 19_200, b"\xc1"),))
).encode()
CBOR = cbor.encode({"format": "x", "version": 1, "list": [b"\0" * 16, "text", None, -5]})
KEYRING = cbor.encode([b"body", ["ed25519", b"\0" * 32], b"\0" * 64])
RECEIPT = cbor.encode({"format": "ktpel-receipt/1", "station": b"\0" * 16, "issued": 1_700_000_000})
BODY_ERRORS = (BadCbor, ValueError, OverflowError, OSError)

TARGETS: dict[str, Target] = {
    "ef01": Target(in_portions(ef01.packet_finder), (), EF01_SEEDS),
    "ef01-meaning": Target(_ef01_meaning, (BadFrame,), EF01_SEEDS),
    "sfm": Target(_sfm, (BadFrame,), SFM_SEEDS),
    "topaz": Target(in_portions(topaz.report_finder), (), TOPAZ_SEEDS),
    "isdv4": Target(in_portions(isdv4.report_finder), (), ISDV4_SEEDS),
    "mcu90615": Target(in_portions(mcu90615.reading_finder), (), MCU_SEEDS),
    "mcu90615-command": Target(in_portions(mcu90615.command_finder), (), MCU_SEEDS),
    "pyrousb": Target(in_portions(pyrousb.request_finder), (), MODBUS_SEEDS),
    "vc0706": Target(in_portions(vc0706.reply_finder), (), VC0706_SEEDS),
    "vc0706-request": Target(in_portions(vc0706.request_finder), (), VC0706_SEEDS),
    "dialogue": Target(_dialogue, (), tuple(b"\0\x20" + seed for seed in EF01_SEEDS + SFM_SEEDS + VC0706_SEEDS)),
    "recording": Target(
        lambda data: recording.decode(data.decode("utf-8", "replace")), (recording.BadRecording,), (RECORDING,)
    ),
    "bundle": Target(_bundle, (BundleRefused,), (BUNDLE.read_bytes(),)),
    "cbor": Target(cbor.decode, (BadCbor,), (CBOR,)),
    "keyring": Target(_keyring, (KeyringRefused,), (KEYRING, CBOR)),
    "keyring-contents": Target(keyring._contents, BODY_ERRORS, (CBOR,)),
    "receipt-contents": Target(receipt_document._contents, BODY_ERRORS, (RECEIPT,)),
    "fir": Target(fir.decode, (BadRecord,), tuple(fir.encode(fir.FingerRecord((_finger(d),))) for d in (4, 8))),
    "fac": Target(
        fac.decode,
        (BadRecord,),
        (fac.encode(fac.FaceRecord((fac.FacePhoto(NOW, fac.photo_png(np.zeros((4, 3, 3), np.uint8)), 3, 4),))),),
    ),
    "sdi": Target(sdi.decode, (BadRecord,), (sdi.encode(INK, PAD),)),
    "ansi-nist": Target(ansi_nist.decode, (BadRecord,), (_case(),)),
}
"""By name. What is signed is read behind its signature too: a signer may be wrong, and a fuzzer cannot sign."""
