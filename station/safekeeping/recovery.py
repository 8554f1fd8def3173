"""Opening a safekeeping folder after any kind of end: what was shown as saved is there, what was half done is gone."""

import fcntl
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from station.safekeeping import audit, cbor
from station.safekeeping.audit import AuditLog
from station.safekeeping.bundle import BundleRefused, Checkpoint, Core, Kind, read_envelope
from station.safekeeping.cases import CaseStore
from station.safekeeping.cbor import BadCbor
from station.safekeeping.events import EventKind
from station.safekeeping.keyring import Keyring, KeyringRefusal, KeyringRefused, read_keyring
from station.safekeeping.keys import STATION_PURPOSE, KeyFileBad, StationSecret, WrongPassphrase, unlock
from station.safekeeping.signing import VerifyKey
from station.safekeeping.spool import Spool
from station.safekeeping.states import State
from station.text import Message, msg

STATION_KEY = "station.key"
KEYRING = "keyring.ktpk"
CLOCK_TOLERANCE = timedelta(minutes=5)

Log = Callable[..., None]


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


def lock_folder(folder: Path) -> int:
    """A descriptor that keeps every other process out until it is closed; raises VaultRefused, OSError."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as why:
        os.close(descriptor)
        raise VaultRefused(msg("The program is open twice. Close the other window.")) from why
    return descriptor


def open_keyring(folder: Path, root_fingerprint: bytes, now: datetime, log: AuditLog) -> Keyring:
    """The station's keyring, not older than any the log knows; a clock that was turned back revives none.

    Raises VaultRefused, OSError.
    """
    floor, latest_ms = 0, 0
    for record in log.recent:
        if record.kind in (EventKind.STATION_UNLOCKED, EventKind.KEYRING_ACCEPTED):
            floor = max(floor, cbor.number(record.fields["keyring_version"], "keyring_version"))
        if record.kind is not EventKind.CLOCK_WENT_BACK:
            latest_ms = max(latest_ms, record.when.unix_ms)
    now = max(now, datetime.fromtimestamp(latest_ms / 1000, UTC))
    try:
        return read_keyring((folder / KEYRING).read_bytes(), root_fingerprint, now, floor)
    except FileNotFoundError as why:
        raise VaultRefused(msg("The key list is missing. Load it from the authority's stick.")) from why
    except KeyringRefused as why:
        if why.reason is KeyringRefusal.EXPIRED:
            text = msg("The key list has expired. Load the new one from the authority's stick.")
        elif why.reason is KeyringRefusal.NOT_YET:
            text = msg("The clock is behind the key list. Set the date and time.")
        else:
            text = msg("The key list does not hold. Load it again from the authority's stick.")
        raise VaultRefused(text) from why


def recover(log: AuditLog, spool: Spool, cases: CaseStore, audit_folder: Path, key: VerifyKey, record: Log) -> None:
    """Bring spool, cases and log in line with the files, and write down what was found. Raises OSError."""
    logged = {
        cbor.number(event.fields["sequence"], "sequence"): cbor.octets(event.fields["sha256"], "sha256", 32)
        for event in log.recent
        if event.kind is EventKind.BUNDLE_SEALED
    }
    aside = spool.recover(logged, {case.case_id for case, _ in cases.all()})
    closed = {entry.case_id for entry in spool.entries() if entry.kind is Kind.MANIFEST}
    for case, _ in cases.all():
        if case.case_id in closed:
            spool.queue_case(case.case_id)
            cases.end(case)
    damage = audit.verify(audit_folder, signed_checkpoint(spool, key)).bad
    if damage is not None:
        record(EventKind.LOG_DAMAGED, record=damage.index)
    for one in aside:
        record(EventKind.BUNDLE_QUARANTINED, sequence=one.sequence, cause=one.cause)
    for entry in spool.entries():
        if entry.sequence > max(logged, default=0):
            record(EventKind.BUNDLE_SEALED, bundle=entry.id, sequence=entry.sequence, sha256=entry.sha256)
    if spool.rebuilt:
        record(EventKind.DATABASE_REBUILT, bundles=len(spool.entries()))


def signed_checkpoint(spool: Spool, key: VerifyKey) -> Checkpoint | None:
    """The audit checkpoint in the newest bundle that is still here and whose signatures are this station's."""
    for entry in reversed(spool.entries()):
        if entry.state in (State.PURGED, State.QUARANTINED):
            continue
        core = _signed_core(spool.path(entry), key)
        if core is not None:
            return core.checkpoint
    return None


def _signed_core(path: Path, key: VerifyKey) -> Core | None:
    try:
        with path.open("rb") as stream:
            envelope = read_envelope(stream)
        envelope.check_signed_by(key)
    except (BundleRefused, OSError):
        return None
    return envelope.core


def clock_behind(log: AuditLog, now: datetime) -> timedelta | None:
    """How far the wall clock stands behind the last record, when that is more than five minutes."""
    if not log.recent:
        return None
    behind = datetime.fromtimestamp(log.recent[-1].when.unix_ms / 1000, UTC) - now
    return behind if behind > CLOCK_TOLERANCE else None
