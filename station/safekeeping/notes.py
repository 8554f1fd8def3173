"""What the station must know of its own open cases after a power cut, and cannot read back from what it sealed.

A note rides in the signed header under a key made from the case's salt: the station opens it while the case is open and
forgets the salt with the case, the authority finds the salt among the contents, and nobody else can.
"""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from station.biometrics.model import ExceptionKind
from station.safekeeping import cbor
from station.safekeeping.cbor import BadCbor
from station.safekeeping.contents import CaseTag

NOTE_STEP = 160
_NONCE = bytes(12)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a capture came out: quality 0..100, tries, and the exception with the officer who approved it."""

    score: int | None = None
    tries: int = 1
    exception: ExceptionKind | None = None
    approver_id: str | None = None

    def value(self) -> cbor.Value:
        return [self.score, self.tries, self.exception.value if self.exception else None, self.approver_id]

    @classmethod
    def from_value(cls, value: cbor.Value) -> "Outcome":
        """Raises BadCbor."""
        score, tries, exception, approver = cbor.items(value, "outcome", 4)
        try:
            kind = None if exception is None else ExceptionKind(exception)
        except ValueError as why:
            raise BadCbor("the exception is not known") from why
        return cls(
            None if score is None else cbor.number(score, "score"),
            cbor.number(tries, "tries"),
            kind,
            None if approver is None else cbor.text(approver, "approver"),
        )


@dataclass(frozen=True, slots=True)
class Note:
    """What was captured and how it came out."""

    label: str
    outcome: Outcome | None = None


def close_note(case: CaseTag, bundle_id: bytes, note: Note) -> bytes:
    """The note for one bundle's header: its length is a step of 160 bytes, so it tells nothing of what it says."""
    body = cbor.encode([note.label, note.outcome.value() if note.outcome else None])
    plain = len(body).to_bytes(2, "big") + body
    return _cipher(case, bundle_id).encrypt(_NONCE, plain + bytes(-len(plain) % NOTE_STEP), None)


def open_note(case: CaseTag, bundle_id: bytes, closed: bytes) -> Note | None:
    """None when it is not this case's or not a note."""
    try:
        plain = _cipher(case, bundle_id).decrypt(_NONCE, closed, None)
        label, outcome = cbor.items(cbor.decode(plain[2 : 2 + int.from_bytes(plain[:2], "big")]), "note", 2)
        return Note(cbor.text(label, "label"), None if outcome is None else Outcome.from_value(outcome))
    except (InvalidTag, BadCbor):
        return None


def _cipher(case: CaseTag, bundle_id: bytes) -> AESGCM:
    """A key for this one bundle, so that the nonce may stand still."""
    return AESGCM(HKDF(SHA256(), 32, salt=case.salt, info=b"ktpb/1/note\0" + bundle_id).derive(case.case_id))


def applicant_tag(secret: bytes, case: CaseTag, applicant: str) -> bytes:
    """What proves later that the same person stands here: whoever has the disk alone cannot try people against it."""
    key = hashlib.sha256(b"ktpel/applicant\0" + secret).digest()
    return hmac.digest(key, case.case_id + case.salt + applicant.encode(), "sha256")
