"""The authority's signed word on one bundle: taken, or not and why. A station lets go of a bundle on nothing less."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from station.safekeeping import cbor
from station.safekeeping.bundle import Checkpoint
from station.safekeeping.cbor import BadCbor, Fields
from station.safekeeping.keyring import Keyring
from station.safekeeping.signing import KEY_ID_SIZE, Signatures, Signer
from station.text import Message, msg

FORMAT = "ktpel-receipt/1"
DOMAIN = b"ktpb/1/receipt\0"
MAX_SIZE = 16_384
MAX_RECEIVER = 64


class Reason(Enum):
    """Why the authority does not take a bundle."""

    DAMAGED = "damaged"
    NOT_A_BUNDLE = "not_a_bundle"
    SIGNATURE = "signature"
    UNKNOWN_STATION = "unknown_station"
    OTHER_STATION = "other_station"
    REVOKED = "revoked"
    OUT_OF_TIME = "out_of_time"
    TRAINING = "training"

    @property
    def mends_itself(self) -> bool:
        """Whether sending the same bundle once more is the cure."""
        return self is Reason.DAMAGED


TO_DO: Mapping[Reason, Message] = {
    Reason.DAMAGED: msg("The file was damaged on its way. It is sent again by itself."),
    Reason.NOT_A_BUNDLE: msg("The authority cannot read this file. Call the technician; the file stays here."),
    Reason.SIGNATURE: msg("The signature of this file does not hold. Call the technician; the file stays here."),
    Reason.UNKNOWN_STATION: msg(
        "The authority does not know this station's key. Ask it to enter the station; the file is taken afterwards."
    ),
    Reason.OTHER_STATION: msg(
        "The file names another station than its key belongs to. Call the authority; the file stays here."
    ),
    Reason.REVOKED: msg("This station's key was revoked. Call the authority; the file stays here."),
    Reason.OUT_OF_TIME: msg(
        "The file was sealed outside the time of this station's key. Check date and time, and call the authority."
    ),
    Reason.TRAINING: msg("The file was recorded in training and does not count. The file stays here."),
}
"""What a person at the station does about it."""


class ReceiptRefusal(Enum):
    """Why a document is not taken as a receipt."""

    UNREADABLE = "it is not a receipt"
    UNKNOWN_KEY = "its key is not one that may sign receipts, or was revoked"
    SIGNATURE = "its signature does not verify"
    OTHER_STATION = "it is for another station"
    NO_SUCH_BUNDLE = "there is no such bundle here"
    DIFFERS = "it does not describe the bundle that it names"
    STALE = "it was signed by an older key list than the bundle was sealed with"


class ReceiptRefused(Exception):
    """This document is not taken as a receipt; nothing changes."""

    def __init__(self, reason: ReceiptRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Receipt:
    """`reason` is None when the bundle was taken. `checkpoint` is the audit checkpoint in the bundle's header, None
    when the authority could not read it; `keyring_version` the one the receiver judged by; `time` the receiver's."""

    bundle: bytes
    station: str
    sequence: int
    reason: Reason | None
    time: datetime
    checkpoint: Checkpoint | None
    keyring_version: int
    receiver: str

    @property
    def accepted(self) -> bool:
        return self.reason is None

    def encode(self) -> bytes:
        point = self.checkpoint
        return cbor.encode(
            {
                "format": FORMAT,
                "bundle": self.bundle,
                "station": self.station,
                "sequence": self.sequence,
                "verdict": "accepted" if self.reason is None else "rejected",
                "reason": None if self.reason is None else self.reason.value,
                "time": int(self.time.timestamp()),
                "audit_checkpoint": None if point is None else [point.count, point.head],
                "keyring_version": self.keyring_version,
                "receiver": self.receiver,
            }
        )


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt whose signatures verified, and the key that made them."""

    receipt: Receipt
    key_id: bytes


def sign_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """The signed document: CBOR [contents, key id, signatures]."""
    body = receipt.encode()
    return cbor.encode([body, signer.public.key_id, signer.sign(DOMAIN + body).encode()])


def read_receipt(document: bytes, keyring: Keyring) -> SignedReceipt:
    """A receipt signed by a receipt key of `keyring` that is not revoked; raises ReceiptRefused.

    It says nothing about whether the station has such a bundle: see station.delivery.receipts_in.
    """
    try:
        if len(document) > MAX_SIZE:
            raise BadCbor("too long for a receipt")
        raw_body, raw_key, raw_signatures = cbor.items(cbor.decode(document), "receipt", 3)
        body, key_id = cbor.octets(raw_body, "contents"), cbor.octets(raw_key, "key id", KEY_ID_SIZE)
        signatures = Signatures.decode(cbor.octets(raw_signatures, "signatures"))
    except BadCbor as why:
        raise ReceiptRefused(ReceiptRefusal.UNREADABLE) from why
    key = keyring.receipt_key(key_id)
    if key is None:
        raise ReceiptRefused(ReceiptRefusal.UNKNOWN_KEY)
    if not key.verifies(DOMAIN + body, signatures):
        raise ReceiptRefused(ReceiptRefusal.SIGNATURE)
    try:
        return SignedReceipt(_contents(body), key_id)
    except (BadCbor, ValueError, OverflowError, OSError) as why:
        raise ReceiptRefused(ReceiptRefusal.UNREADABLE) from why


def _contents(body: bytes) -> Receipt:
    fields = Fields(cbor.decode(body))
    if fields.text("format") != FORMAT:
        raise BadCbor("another format")
    verdict, reason, point = fields.text("verdict"), fields.value("reason"), fields.value("audit_checkpoint")
    receipt = Receipt(
        bundle=fields.octets("bundle", 32),
        station=fields.text("station"),
        sequence=fields.number("sequence"),
        reason=None if reason is None else Reason(cbor.text(reason, "reason")),
        time=datetime.fromtimestamp(fields.number("time"), UTC),
        checkpoint=None if point is None else _checkpoint(point),
        keyring_version=fields.number("keyring_version"),
        receiver=fields.text("receiver"),
    )
    fields.done()
    if verdict != ("accepted" if receipt.accepted else "rejected") or len(receipt.receiver) > MAX_RECEIVER:
        raise BadCbor("verdict and reason contradict each other")
    if receipt.accepted and receipt.checkpoint is None:
        raise BadCbor("an accepted bundle has a checkpoint")
    return receipt


def _checkpoint(value: cbor.Value) -> Checkpoint:
    count, head = cbor.items(value, "audit_checkpoint", 2)
    return Checkpoint(cbor.number(count, "count"), cbor.octets(head, "head", 32))
