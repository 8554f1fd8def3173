"""Every kind of audit event, declared once.

A field is an id, a member of an enum or a number, so that names and NIKs do not fit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from drivers.api import Absence, Fault, Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.health.model import Item, Person
from station.registry.model import Ground, RoleOfOfficer
from station.registry.rights import Action
from station.safekeeping import cbor
from station.safekeeping.cbor import BadCbor
from station.safekeeping.keyring import KeyringRefusal

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_LONG_NUMBER = re.compile(r"\d(?:[._-]?\d){8}")


class SealTrouble(Enum):
    """Why something could not be sealed."""

    DISK_FULL = "disk_full"
    DISK_ERROR = "disk_error"
    NOT_OPEN = "not_open"
    TOKEN_SILENT = "token_silent"


class QuarantineCause(Enum):
    """Why a file was put aside."""

    WRONG_HASH = "wrong_hash"
    NOT_READABLE = "not_readable"
    NOT_OURS = "not_ours"
    SECOND_WITH_NUMBER = "second_with_number"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Octets:
    """An id or a hash of exactly `size` bytes."""

    size: int

    def encode(self, value: object) -> cbor.Value:
        if not isinstance(value, bytes) or len(value) != self.size:
            raise BadCbor(f"not {self.size} bytes")
        return value


@dataclass(frozen=True, slots=True)
class Token:
    """An id given by people: 32 letters, digits, dots and dashes at most, and no number as long as a NIK."""

    def encode(self, value: object) -> cbor.Value:
        if not isinstance(value, str) or not _TOKEN.fullmatch(value) or _LONG_NUMBER.search(value):
            raise BadCbor("not an id")
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number of at most `limit`; anything as long as a NIK is refused."""

    limit: int = 999_999_999

    def encode(self, value: object) -> cbor.Value:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= self.limit:
            raise BadCbor("not a number in range")
        return int(value)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A member of an enum, by its name."""

    kind: type[Enum]

    def encode(self, value: object) -> cbor.Value:
        if not isinstance(value, self.kind):
            raise BadCbor(f"not a {self.kind.__name__}")
        return value.name

    def allows(self, name: object) -> bool:
        return name in self.kind.__members__


Field = Octets | Token | Number | OneOf
CASE, BUNDLE, HASH, KEY = Octets(16), Octets(16), Octets(32), Octets(8)
SEQUENCE, COUNT, SCORE, TENTHS_C = Number(), Number(), Number(100), Number(1000)
PERSON_ID, DEVICE = Token(), OneOf(Role)
COMMON: Mapping[str, Field] = {"officer": PERSON_ID, "device": DEVICE}


class EventKind(Enum):
    """What can stand in the audit log; DECLARED says with which fields."""

    LOG_STARTED = "log_started"
    LOG_MENDED = "log_mended"
    LOG_DAMAGED = "log_damaged"
    STATION_UNLOCKED = "station_unlocked"
    STATION_CLOSED = "station_closed"
    CLOCK_WENT_BACK = "clock_went_back"
    CLOCK_WENT_AHEAD = "clock_went_ahead"
    KEYRING_ACCEPTED = "keyring_accepted"
    KEYRING_REFUSED = "keyring_refused"
    KEY_CHANGE_ASKED = "key_change_asked"
    KEY_CHANGED = "key_changed"
    APPROVED = "approved"
    LOG_EXPORTED = "log_exported"
    OFFICER_LOGGED_IN = "officer_logged_in"
    OFFICER_LOGGED_OUT = "officer_logged_out"
    LOGIN_REFUSED = "login_refused"
    OFFICER_ADDED = "officer_added"
    OFFICER_REMOVED = "officer_removed"
    PIN_CHANGED = "pin_changed"
    APPLICATIONS_IMPORTED = "applications_imported"
    DEVICE_READY = "device_ready"
    DEVICE_LOST = "device_lost"
    DEVICE_FAULTED = "device_faulted"
    DEVICE_TESTED = "device_tested"
    SHIFT_BEGUN = "shift_begun"
    COUNTER_LOCKED = "counter_locked"
    COUNTER_UNLOCKED = "counter_unlocked"
    TAKEN_OVER = "taken_over"
    CASE_BEGUN = "case_begun"
    CASE_RESUMED = "case_resumed"
    CASE_PAUSED = "case_paused"
    CASE_UNPAUSED = "case_unpaused"
    BEDSIDE_SET = "bedside_set"
    CASE_DISCARDED = "case_discarded"
    CASE_CLOSED = "case_closed"
    TEMPERATURE_MEASURED = "temperature_measured"
    ITEM_CONFIRMED = "item_confirmed"
    GATE_OPENED = "gate_opened"
    GATE_REFUSED = "gate_refused"
    CASE_DEFERRED = "case_deferred"
    NIK_WARNING_OVERRIDDEN = "nik_warning_overridden"
    GROUND_APPROVED = "ground_approved"
    PHOTO_TAKEN = "photo_taken"
    PHOTO_APPROVED = "photo_approved"
    FINGER_TAKEN = "finger_taken"
    FINGER_ACCEPTED = "finger_accepted"
    FINGER_CONFIRMED = "finger_confirmed"
    SIGNATURE_ACCEPTED = "signature_accepted"
    EXCEPTION_RECORDED = "exception_recorded"
    SEAL_REFUSED = "seal_refused"
    REPORT_REFUSED = "report_refused"
    BUNDLE_SEALED = "bundle_sealed"
    BUNDLE_QUARANTINED = "bundle_quarantined"
    BUNDLE_UPLOADED = "bundle_uploaded"
    BUNDLE_ON_USB = "bundle_on_usb"
    HANDED_OVER = "handed_over"
    PAPER_REPRINTED = "paper_reprinted"
    RECEIPT_ACCEPTED = "receipt_accepted"
    RECEIPT_REFUSED = "receipt_refused"
    BUNDLE_REJECTED = "bundle_rejected"
    BUNDLE_PURGED = "bundle_purged"
    DATABASE_REBUILT = "database_rebuilt"
    METADATA_REMADE = "metadata_remade"
    DIAGNOSTICS_SAVED = "diagnostics_saved"


K = EventKind
_BUNDLE: Mapping[str, Field] = {"bundle": BUNDLE, "sequence": SEQUENCE}
DECLARED: Mapping[EventKind, Mapping[str, Field]] = {
    K.LOG_STARTED: {},
    K.LOG_MENDED: {"dropped_bytes": COUNT},
    K.LOG_DAMAGED: {"record": COUNT},
    K.STATION_UNLOCKED: {"keyring_version": COUNT},
    K.STATION_CLOSED: {},
    K.CLOCK_WENT_BACK: {"seconds": COUNT},
    K.CLOCK_WENT_AHEAD: {"seconds": COUNT},
    K.KEYRING_ACCEPTED: {"keyring_version": COUNT},
    K.KEYRING_REFUSED: {"reason": OneOf(KeyringRefusal)},
    K.KEY_CHANGE_ASKED: {"new_key": KEY},
    K.KEY_CHANGED: {"new_key": KEY, "old_key": KEY},
    K.APPROVED: {"action": OneOf(Action), "approver": PERSON_ID},
    K.LOG_EXPORTED: {"records": COUNT},
    K.OFFICER_LOGGED_IN: {"role": OneOf(RoleOfOfficer)},
    K.OFFICER_LOGGED_OUT: {},
    K.LOGIN_REFUSED: {"tries": COUNT},
    K.OFFICER_ADDED: {"subject": PERSON_ID, "role": OneOf(RoleOfOfficer), "approver": PERSON_ID},
    K.OFFICER_REMOVED: {"subject": PERSON_ID, "approver": PERSON_ID},
    K.PIN_CHANGED: {"subject": PERSON_ID},
    K.APPLICATIONS_IMPORTED: {"count": COUNT},
    K.DEVICE_READY: {},
    K.DEVICE_LOST: {"why": OneOf(Absence)},
    K.DEVICE_FAULTED: {"fault": OneOf(Fault)},
    K.DEVICE_TESTED: {"passed": Number(1)},
    K.SHIFT_BEGUN: {"failed": COUNT},
    K.COUNTER_LOCKED: {},
    K.COUNTER_UNLOCKED: {},
    K.TAKEN_OVER: {"previous": PERSON_ID},
    K.CASE_BEGUN: {"case": CASE},
    K.CASE_RESUMED: {"case": CASE, "segments": COUNT},
    K.CASE_PAUSED: {"case": CASE},
    K.CASE_UNPAUSED: {"case": CASE},
    K.BEDSIDE_SET: {"case": CASE, "on": Number(1)},
    K.CASE_DISCARDED: {"case": CASE, "segments": COUNT},
    K.CASE_CLOSED: {"case": CASE, "segments": COUNT},
    K.TEMPERATURE_MEASURED: {"person": OneOf(Person), "tenths_c": TENTHS_C},
    K.ITEM_CONFIRMED: {"item": OneOf(Item), "held": Number(1)},
    K.GATE_OPENED: {},
    K.GATE_REFUSED: {"item": OneOf(Item)},
    K.CASE_DEFERRED: {"item": OneOf(Item)},
    K.NIK_WARNING_OVERRIDDEN: {"case": CASE},
    K.GROUND_APPROVED: {"case": CASE, "ground": OneOf(Ground), "approver": PERSON_ID},
    K.PHOTO_TAKEN: {"case": CASE, "score": SCORE},
    K.PHOTO_APPROVED: {"case": CASE, "tries": COUNT},
    K.FINGER_TAKEN: {"case": CASE, "finger": OneOf(FingerPosition), "score": SCORE},
    K.FINGER_ACCEPTED: {"case": CASE, "finger": OneOf(FingerPosition), "score": SCORE, "tries": COUNT},
    K.FINGER_CONFIRMED: {"case": CASE, "finger": OneOf(FingerPosition), "matched": Number(1)},
    K.SIGNATURE_ACCEPTED: {"case": CASE, "tries": COUNT},
    K.EXCEPTION_RECORDED: {"case": CASE, "kind": OneOf(ExceptionKind), "number": Number(10), "approver": PERSON_ID},
    K.SEAL_REFUSED: {"case": CASE, "cause": OneOf(SealTrouble)},
    K.REPORT_REFUSED: {"cause": OneOf(SealTrouble)},
    K.BUNDLE_SEALED: {**_BUNDLE, "sha256": HASH},
    K.BUNDLE_QUARANTINED: {"sequence": SEQUENCE, "cause": OneOf(QuarantineCause)},
    K.BUNDLE_UPLOADED: _BUNDLE,
    K.BUNDLE_ON_USB: _BUNDLE,
    K.HANDED_OVER: {"bundles": COUNT, "sha256": HASH, "approver": PERSON_ID},
    K.PAPER_REPRINTED: {"case": CASE, "number": COUNT},
    K.RECEIPT_ACCEPTED: {**_BUNDLE, "receipt_key": KEY},
    K.RECEIPT_REFUSED: _BUNDLE,
    K.BUNDLE_REJECTED: _BUNDLE,
    K.BUNDLE_PURGED: _BUNDLE,
    K.DATABASE_REBUILT: {"bundles": COUNT},
    K.METADATA_REMADE: {"sequence": SEQUENCE},
    K.DIAGNOSTICS_SAVED: {},
}


def encode_fields(kind: EventKind, fields: Mapping[str, object]) -> dict[str, cbor.Value]:
    """The fields as they stand in a record; one missing, unknown or ill-typed is a bug and raises BadCbor."""
    declared = DECLARED[kind]
    allowed = {**COMMON, **declared}
    if missing := declared.keys() - fields.keys():
        raise BadCbor(f"{kind.value} lacks {', '.join(sorted(missing))}")
    if unknown := fields.keys() - allowed.keys():
        raise BadCbor(f"{kind.value} has no {', '.join(sorted(unknown))}")
    return {name: allowed[name].encode(value) for name, value in fields.items()}


def check_fields(kind: EventKind, fields: Mapping[str, cbor.Value]) -> None:
    """Raises BadCbor when a record read back does not fit the table."""
    declared = DECLARED[kind]
    allowed = {**COMMON, **declared}
    if declared.keys() - fields.keys() or fields.keys() - allowed.keys():
        raise BadCbor("the fields are not the declared ones")
    for name, value in fields.items():
        field = allowed[name]
        if isinstance(field, OneOf):
            if not field.allows(value):
                raise BadCbor(f"{name} is not declared")
        else:
            field.encode(value)
