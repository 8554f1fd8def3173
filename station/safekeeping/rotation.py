"""Changing a station's signing keys without losing what waits: request, keyring, and only then the new keys.

The new keys wait in a file of their own until a keyring names them; the old ones sign until that moment, and the public
halves of the old ones stay with the station, which so still knows its own bundles. Every step can be done again.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from station.clock import Clock
from station.registry.rights import Action
from station.safekeeping import cbor, recovery
from station.safekeeping.audit import AuditLog
from station.safekeeping.bundle import Instant
from station.safekeeping.cbor import BadCbor, Fields
from station.safekeeping.disk import Disk, SystemDisk, write_over
from station.safekeeping.events import EventKind
from station.safekeeping.issuing import Entropy
from station.safekeeping.keyring import Keyring, KeyringRefused, read_keyring, signed_contents
from station.safekeeping.keys import STATION_PURPOSE, Cost, StationSecret, lock, unlock
from station.safekeeping.provision import new_station_secret
from station.safekeeping.recovery import KEYRING, STATION_KEY
from station.safekeeping.signing import Signatures, VerifyKey
from station.safekeeping.token import TokenAccess, destroy_key, open_signer
from station.safekeeping.vault import instant

NEXT_KEY = "station-next.key"
FORMAT = "ktpel-rotation/1"
DOMAIN = b"ktpb/1/rotation\0"


class RequestRefused(Exception):
    """The request is not a known station's, or its signatures do not hold."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a station asks the authority to name: its new public key."""

    station: str
    key: VerifyKey


@dataclass(frozen=True, slots=True)
class Installed:
    """A keyring now in use, and whether the station signs with new keys since."""

    keyring: Keyring
    rotated: bool


@dataclass(frozen=True, slots=True)
class Approval:
    """Who changes the keys, and the second person who stands for it."""

    by: str
    approver: str


@dataclass(frozen=True, slots=True, repr=False)
class Keeper:
    """A station's folder with what opens its keys; an `approval` is written into the log before anything is done."""

    folder: Path
    passphrase: str
    clock: Clock
    token: TokenAccess | None = None
    approval: Approval | None = None
    disk: Disk = field(default_factory=SystemDisk)
    entropy: Entropy = os.urandom
    cost: Cost = field(default_factory=Cost)

    def __repr__(self) -> str:
        return "Keeper(...)"


def request_new_keys(keeper: Keeper) -> bytes:
    """Make the next keys, or take those already made, and ask for them: signed by the old keys and the new.

    Raises VaultRefused, TokenRefused, OSError.
    """
    with _opened(keeper) as (secret, log, when):
        if not (keeper.folder / NEXT_KEY).exists():
            fresh = new_station_secret(secret.name, secret.root_fingerprint, keeper.entropy, keeper.token)
            fresh = replace(fresh, retired=(secret.public, *secret.retired), memory=secret.memory_key)
            lock(keeper.folder / NEXT_KEY, STATION_PURPOSE, fresh.value(), keeper.passphrase, keeper.disk,
                 keeper.entropy, keeper.cost)  # fmt: skip
        new = _next(keeper)
        body = cbor.encode({"format": FORMAT, "station": secret.name, "old": secret.public.key_id,
                            "new": new.public.value()})  # fmt: skip
        document = cbor.encode([body, *(_signed(each, keeper.token, body) for each in (secret, new))])
        log.append(EventKind.KEY_CHANGE_ASKED, when, {"new_key": new.public.key_id})
    return document


def read_request(document: bytes, keyring: Keyring) -> NewKey:
    """What a station that the keyring knows asks for; raises RequestRefused."""
    try:
        raw_body, raw_old, raw_new = cbor.items(cbor.decode(document), "request", 3)
        body = cbor.octets(raw_body, "contents")
        by_old, by_new = (Signatures.decode(cbor.octets(raw, "signatures")) for raw in (raw_old, raw_new))
        fields = Fields(cbor.decode(body))
        name, old_id = fields.text("station"), fields.octets("old", 8)
        new, format_is = VerifyKey.from_value(fields.value("new")), fields.text("format")
        fields.done()
    except BadCbor as why:
        raise RequestRefused("it is not a request for new keys") from why
    old = keyring.station(old_id)
    if format_is != FORMAT or old is None or old.name != name or old_id in keyring.revoked:
        raise RequestRefused("the key list names no such station, or its key was revoked")
    if not (old.key.verifies(DOMAIN + body, by_old) and new.verifies(DOMAIN + body, by_new)):
        raise RequestRefused("its signatures do not hold")
    return NewKey(name, new)


def install(keeper: Keeper, document: bytes) -> Installed:
    """Take a newer keyring, also in the place of an expired or damaged one, and the keys it names if they wait.

    Raises KeyringRefused and keeps the last good one, VaultRefused, TokenRefused, OSError.
    """
    with _opened(keeper) as (secret, log, when):
        try:
            floor = _floor(keeper.folder, secret, log)
            keyring = read_keyring(document, secret.root_fingerprint, keeper.clock.now(), floor)
        except KeyringRefused as why:
            log.append(EventKind.KEYRING_REFUSED, when, {"reason": why.reason})
            raise
        write_over(keeper.disk, keeper.folder / KEYRING, document)
        log.append(EventKind.KEYRING_ACCEPTED, when, {"keyring_version": keyring.version})
        return Installed(keyring, _take_next(keeper, secret, keyring, log, when))


def finish(keeper: Keeper) -> bool:
    """Take the waiting keys if the keyring in use names them by now; raises VaultRefused, TokenRefused, OSError."""
    with _opened(keeper) as (secret, log, when):
        try:
            keyring = signed_contents((keeper.folder / KEYRING).read_bytes(), secret.root_fingerprint)
        except (KeyringRefused, FileNotFoundError):
            return False
        return _take_next(keeper, secret, keyring, log, when)


def _take_next(keeper: Keeper, secret: StationSecret, keyring: Keyring, log: AuditLog, when: Instant) -> bool:
    if not (keeper.folder / NEXT_KEY).exists():
        return False
    following = _next(keeper)
    public = following.public
    if keyring.station(public.key_id) is None or public.key_id in keyring.revoked:
        return False
    keeper.disk.replace(keeper.folder / NEXT_KEY, keeper.folder / STATION_KEY)
    keeper.disk.fsync_folder(keeper.folder)
    log.append(EventKind.KEY_CHANGED, when, {"new_key": public.key_id, "old_key": following.retired[0].key_id})
    if secret.token is not None and keeper.token is not None:
        destroy_key(keeper.token, secret.token)
    return True


def _signed(secret: StationSecret, token: TokenAccess | None, body: bytes) -> bytes:
    signer = open_signer(secret, token)
    try:
        return signer.sign(DOMAIN + body).encode()
    finally:
        signer.close()


def _next(keeper: Keeper) -> StationSecret:
    return StationSecret.from_value(unlock(keeper.folder / NEXT_KEY, STATION_PURPOSE, keeper.passphrase))


def _floor(folder: Path, secret: StationSecret, log: AuditLog) -> int:
    """The version a keyring must have: above the one in use where it holds, and never below one the log knows."""
    logged = [
        cbor.number(record.fields["keyring_version"], "keyring_version")
        for record in log.recent
        if record.kind in (EventKind.STATION_UNLOCKED, EventKind.KEYRING_ACCEPTED)
    ]
    try:
        in_use = signed_contents((folder / KEYRING).read_bytes(), secret.root_fingerprint).version + 1
    except (KeyringRefused, FileNotFoundError):
        in_use = 0
    return max([in_use, *logged])


@contextmanager
def _opened(keeper: Keeper) -> Iterator[tuple[StationSecret, AuditLog, Instant]]:
    """The station's secret and its log, with every other process kept out."""
    secret = recovery.open_secret(keeper.folder, keeper.passphrase)
    descriptor = recovery.lock_folder(keeper.folder)
    when = instant(keeper.clock)
    try:
        log = AuditLog.open(keeper.folder / "audit", keeper.disk, when)
        try:
            if keeper.approval is not None:
                people = {"officer": keeper.approval.by, "approver": keeper.approval.approver}
                log.append(EventKind.APPROVED, when, {"action": Action.KEY_CHANGE, **people})
            yield secret, log, when
        finally:
            log.close()
    finally:
        os.close(descriptor)
