"""Opening a safekeeping folder after any kind of end: what was shown as saved is there, what was half done is gone."""

import fcntl
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from station.safekeeping import cbor
from station.safekeeping.audit import AuditLog
from station.safekeeping.bundle import BundleRefused, Core, Envelope, Instant, Kind, read_envelope
from station.safekeeping.cases import CaseHandle, CaseStore, SealedLabel
from station.safekeeping.cbor import BadCbor
from station.safekeeping.clock_watch import latest_known_ms
from station.safekeeping.events import EventKind, QuarantineCause
from station.safekeeping.keyring import Keyring, KeyringRefusal, KeyringRefused, read_keyring
from station.safekeeping.keys import STATION_PURPOSE, KeyFileBad, StationSecret, WrongPassphrase, unlock
from station.safekeeping.notes import open_note
from station.safekeeping.signing import Signer, VerifyKey
from station.safekeeping.spool import Entry, Quarantined, Spool
from station.safekeeping.states import State
from station.safekeeping.token import TokenAccess, TokenRefused, open_signer
from station.text import Message, msg

STATION_KEY = "station.key"
KEYRING = "keyring.ktpk"
LABEL_LOST = "label lost"


class VaultRefused(Exception):
    """The vault cannot be opened; `message` says what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.msgid)
        self.message = message


def open_secret(folder: Path, passphrase: str) -> StationSecret:
    """The station's keys; raises VaultRefused."""
    try:
        return StationSecret.from_value(unlock(folder / STATION_KEY, STATION_PURPOSE, passphrase))
    except FileNotFoundError as why:
        raise VaultRefused(msg("This station has no keys yet. Set the station up first.")) from why
    except WrongPassphrase as why:
        raise VaultRefused(msg("The passphrase does not open the station's keys. Type it again.")) from why
    except (KeyFileBad, BadCbor) as why:
        text = msg("The station's key file was changed or others can read it. Call the technician.")
        raise VaultRefused(text) from why


def take_signer(secret: StationSecret, token: TokenAccess | None) -> Signer:
    """What signs for this station; raises VaultRefused."""
    try:
        return open_signer(secret, token)
    except TokenRefused as why:
        raise VaultRefused(why.message) from why


def lock_folder(folder: Path) -> int:
    """A descriptor that keeps every other process out until it is closed; raises VaultRefused, OSError."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as why:
        os.close(descriptor)
        raise VaultRefused(msg("The program is open twice. Close the other window.")) from why
    return descriptor


def open_keyring(folder: Path, root_fingerprint: bytes, when: Instant, log: AuditLog, newest: Core | None) -> Keyring:
    """The station's keyring, not older than any the log or the newest bundle knows; raises VaultRefused, OSError.

    A clock that was turned back does not revive the one in use: the log's latest time counts. It does not count for a
    newer keyring, so that a clock that once stood in the future is cured by loading one. A clock that is dead and
    begins in 1970 locks nobody out: then too the log's latest time counts.
    """
    floor = newest.keyring_version if newest else 0
    latest_ms = latest_known_ms(log, newest)
    for record in log.recent:
        if record.kind in (EventKind.STATION_UNLOCKED, EventKind.KEYRING_ACCEPTED):
            floor = max(floor, cbor.number(record.fields["keyring_version"], "keyring_version"))
    try:
        document = (folder / KEYRING).read_bytes()
        keyring = _read_keyring(document, root_fingerprint, when.unix_ms, latest_ms, floor)
        if keyring.version == floor and keyring.expires <= _moment(latest_ms):
            raise KeyringRefused(KeyringRefusal.EXPIRED)
    except FileNotFoundError as why:
        raise VaultRefused(msg("The key list is missing. Load it from the authority's stick.")) from why
    except KeyringRefused as why:
        log.append(EventKind.KEYRING_REFUSED, when, {"reason": why.reason})
        raise VaultRefused(_keyring_message(why.reason)) from why
    return keyring


def _read_keyring(document: bytes, root_fingerprint: bytes, wall_ms: int, latest_ms: int, floor: int) -> Keyring:
    """By the clock on the wall; by the latest known time when the wall's stands before the keyring was made."""
    try:
        return read_keyring(document, root_fingerprint, _moment(wall_ms), floor)
    except KeyringRefused as why:
        if why.reason is not KeyringRefusal.NOT_YET or latest_ms <= wall_ms:
            raise
        return read_keyring(document, root_fingerprint, _moment(latest_ms), floor)


def check_vouched(keyring: Keyring, key: VerifyKey, when: Instant, latest_ms: int) -> None:
    """Raises VaultRefused when the authority would not take what this key signs: revoked, unknown, out of its time."""
    moments = {_moment(when.unix_ms), _moment(max(when.unix_ms, latest_ms))}
    entry = keyring.station(key.key_id)
    if key.key_id in keyring.revoked:
        raise VaultRefused(msg("The authority has revoked this station's key. Call the authority."))
    if entry is None:
        raise VaultRefused(msg("The key list does not name this station. Ask the authority for one that does."))
    if not any(entry.may_sign_at(moment) for moment in moments):
        raise VaultRefused(msg("This station's signing key has run out. Finish the change: ktpel keys rotate."))


def _keyring_message(reason: KeyringRefusal) -> Message:
    match reason:
        case KeyringRefusal.EXPIRED:
            return msg("The key list has expired. Check the date, then load the new list from the authority's stick.")
        case KeyringRefusal.NOT_YET:
            return msg("The clock is behind the key list. Set the date and time.")
        case _:
            return msg("The key list does not hold. Load it again from the authority's stick.")


def _moment(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(unix_ms / 1000, UTC)


def recover(log: AuditLog, spool: Spool, cases: CaseStore, keys: Sequence[VerifyKey], when: Instant) -> Core | None:
    """Bring spool, cases and log in line with the files, and write down what was found; returns the newest bundle's
    header. Raises OSError."""
    logged = {
        cbor.number(event.fields["sequence"], "sequence"): cbor.octets(event.fields["sha256"], "sha256", 32)
        for event in log.recent
        if event.kind is EventKind.BUNDLE_SEALED
    }
    handles = [case for case, _ in cases.all()]
    aside = spool.recover(
        logged, {case.case_id for case in handles}, lambda path: _entry_from_header(path, keys, handles)
    )
    closed = {entry.case_id for entry in spool.entries() if entry.kind is Kind.MANIFEST}
    for case in handles:
        if case.case_id in closed:
            spool.queue_case(case.case_id)
            cases.end(case)
    aside += _put_altered_aside(spool, keys)
    newest = newest_signed(spool, keys)
    if newest is not None and log.contradicts(newest.checkpoint):
        log.append(EventKind.LOG_DAMAGED, when, {"record": log.checkpoint.count})
    for one in aside:
        log.append(EventKind.BUNDLE_QUARANTINED, when, {"sequence": one.sequence, "cause": one.cause})
    newest_logged = max(logged, default=0)
    for entry in spool.entries():
        if entry.sequence > newest_logged:
            log.append(EventKind.BUNDLE_SEALED, when, entry.logged())
    for sequence in spool.remade:
        log.append(EventKind.METADATA_REMADE, when, {"sequence": sequence})
    if spool.rebuilt:
        log.append(EventKind.DATABASE_REBUILT, when, {"bundles": len(spool.entries())})
    return newest


def _entry_from_header(path: Path, keys: Sequence[VerifyKey], handles: Sequence[CaseHandle]) -> Entry | None:
    """What a bundle's metadata must have said: all of it while its case is open, all but case and label afterwards."""
    envelope = _signed(path, keys)
    if envelope is None:
        return None
    core = envelope.core
    case = next((one for one in handles if one.tag().commitment() == core.case_commitment), None)
    note = open_note(case.tag(), core.id, core.note) if case and core.note else None
    return Entry(
        id=core.id,
        kind=core.kind,
        sequence=core.sequence,
        sha256=envelope.sha256,
        size=envelope.size,
        case_id=case.case_id if case else None,
        label=note.label if note else LABEL_LOST,
        sealed_ms=core.created.unix_ms,
        training=core.training,
    )


def _put_altered_aside(spool: Spool, keys: Sequence[VerifyKey]) -> list[Quarantined]:
    """Bundles of open cases that this station did not sign like that: they are captured again."""
    altered = [entry for entry in spool.entries(State.SEALED) if _signed(spool.path(entry), keys) is None]
    for entry in altered:
        spool.put_aside(entry.id)
    return [Quarantined(entry.sequence, QuarantineCause.WRONG_HASH) for entry in altered]


def sealed_of(spool: Spool, case: CaseHandle, keys: Sequence[VerifyKey]) -> tuple[SealedLabel, ...]:
    """What is sealed of an open case, in sequence: only files that hold and that this station signed."""
    found = []
    for entry in spool.of_case(case.case_id):
        envelope = None if entry.state is State.QUARANTINED else _signed(spool.path(entry), keys)
        if envelope is None or envelope.core.case_commitment != case.tag().commitment():
            continue
        core, sha256 = envelope.core, envelope.sha256.hex()
        note = open_note(case.tag(), core.id, core.note) if core.note else None
        label, outcome = (note.label, note.outcome) if note else (entry.label, None)
        found.append(SealedLabel(label, core.sequence, _moment(core.created.unix_ms), core.id.hex(), sha256, outcome))
    return tuple(found)


def newest_signed(spool: Spool, keys: Sequence[VerifyKey]) -> Core | None:
    """The header of the newest bundle that is still here and whose signatures are this station's."""
    for entry in reversed(spool.entries()):
        if entry.state not in (State.PURGED, State.QUARANTINED):
            envelope = _signed(spool.path(entry), keys)
            if envelope is not None:
                return envelope.core
    return None


def _signed(path: Path, keys: Sequence[VerifyKey]) -> Envelope | None:
    try:
        with path.open("rb") as stream:
            envelope = read_envelope(stream)
        key = next((one for one in keys if one.key_id == envelope.core.key_id), keys[0])
        envelope.check_signed_by(key)
    except (BundleRefused, OSError):
        return None
    return envelope
