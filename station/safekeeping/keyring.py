"""The keyring: whom to seal for and whose signatures count, signed by the authority's root, versioned, with an end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from station.registry.model import RoleOfOfficer
from station.safekeeping import cbor
from station.safekeeping.cbor import BadCbor, Fields
from station.safekeeping.hpke_keys import KEY_ID_SIZE, PUBLIC_SIZE, RecipientKey
from station.safekeeping.signing import Signatures, Signer, VerifyKey

FORMAT, FIRST_FORMAT = "ktpel-keyring/2", "ktpel-keyring/1"
DOMAIN = b"ktpb/1/keyring\0"
WARN_BEFORE = timedelta(days=14)
CLOCK_TOLERANCE = timedelta(days=1)
MAX_SIZE = 64 << 20


class Use(Enum):
    """What a recipient key is for; RECOVERY lies offline and is in every case's bundles, SUPPORT opens diagnostics."""

    AUTHORITY = "authority"
    RECOVERY = "recovery"
    SUPPORT = "support"


class KeyringRefusal(Enum):
    """Why a document is not taken as the keyring."""

    UNREADABLE = "it is not a keyring"
    WRONG_ROOT = "it is signed by another authority"
    SIGNATURE = "its signature does not verify"
    ROLLBACK = "a newer one was already in use"
    EXPIRED = "its time has ended"
    NOT_YET = "it is from the future, or the clock is wrong"
    NO_RECIPIENT = "it names nobody to seal for"


class KeyringRefused(Exception):
    """This document is not taken as the keyring; the last good one stays in use."""

    def __init__(self, reason: KeyringRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Recipient:
    """A key to seal for, in its epoch."""

    use: Use
    epoch: int
    key: RecipientKey


@dataclass(frozen=True, slots=True)
class StationEntry:
    """A station the authority vouches for, and when its key may sign; None is without an end on that side."""

    name: str
    key: VerifyKey
    since: datetime | None = None
    until: datetime | None = None

    def may_sign_at(self, moment: datetime) -> bool:
        """Whether a bundle of this moment, on the station's clock, lies in the key's time, give or take a day."""
        early = self.since is not None and self.since - moment > CLOCK_TOLERANCE
        late = self.until is not None and moment - self.until > CLOCK_TOLERANCE
        return not early and not late


@dataclass(frozen=True, slots=True)
class OfficerEntry:
    """An officer the authority vouches for: a number and a role, no name and no PIN."""

    officer_id: str
    role: RoleOfOfficer


@dataclass(frozen=True, slots=True)
class Keyring:
    """The document's contents; `revoked` holds key ids of recipients, stations and receipt keys.

    `officers` is everybody who may serve, so leaving the list is being revoked; None in a keyring older than this rule.
    """

    authority: str
    version: int
    issued: datetime
    expires: datetime
    recipients: tuple[Recipient, ...]
    receipt_keys: tuple[VerifyKey, ...]
    stations: tuple[StationEntry, ...]
    officers: tuple[OfficerEntry, ...] | None = None
    revoked: frozenset[bytes] = frozenset()

    def current_recipients(self) -> tuple[RecipientKey, ...]:
        """The newest epoch's keys and every recovery key, without the revoked."""
        good = [entry for entry in self.recipients if entry.key.key_id not in self.revoked]
        newest = max((entry.epoch for entry in good if entry.use is Use.AUTHORITY), default=None)
        now = (Use.AUTHORITY, newest)
        return tuple(entry.key for entry in good if entry.use is Use.RECOVERY or (entry.use, entry.epoch) == now)

    def support_recipients(self) -> tuple[RecipientKey, ...]:
        """Whom diagnostics are sealed for: the newest support key, else as everything."""
        good = [entry for entry in self.recipients if entry.key.key_id not in self.revoked and entry.use is Use.SUPPORT]
        return (max(good, key=lambda entry: entry.epoch).key,) if good else self.current_recipients()

    def roles(self) -> Mapping[str, RoleOfOfficer] | None:
        """Each officer's role by id; None when this keyring does not say who is one."""
        return None if self.officers is None else {entry.officer_id: entry.role for entry in self.officers}

    def station(self, key_id: bytes) -> StationEntry | None:
        """The station that signs with this key, revoked or not."""
        return next((entry for entry in self.stations if entry.key.key_id == key_id), None)

    def receipt_key(self, key_id: bytes) -> VerifyKey | None:
        """A key that may sign receipts, unless revoked."""
        return next((key for key in self.receipt_keys if key.key_id == key_id and key_id not in self.revoked), None)

    def ends_soon(self, now: datetime) -> bool:
        """Whether to warn: less than 14 days are left."""
        return self.expires - now < WARN_BEFORE

    def encode(self) -> bytes:
        return cbor.encode(
            {
                "format": FORMAT,
                "authority": self.authority,
                "version": self.version,
                "issued": _seconds(self.issued),
                "expires": _seconds(self.expires),
                "recipients": [[entry.use.value, entry.epoch, entry.key.public] for entry in self.recipients],
                "receipt_keys": [key.value() for key in self.receipt_keys],
                "stations": [
                    [entry.name, entry.key.value(), _maybe_seconds(entry.since), _maybe_seconds(entry.until)]
                    for entry in self.stations
                ],
                "officers": None
                if self.officers is None
                else [[entry.officer_id, entry.role.value] for entry in self.officers],
                "revoked": sorted(self.revoked),
            }
        )


def sign_keyring(keyring: Keyring, root: Signer) -> bytes:
    """The signed document: CBOR [contents, root's public keys, signatures]."""
    body = keyring.encode()
    return cbor.encode([body, root.public.value(), root.sign(DOMAIN + body).encode()])


def read_keyring(document: bytes, root_fingerprint: bytes, now: datetime, at_least: int = 0) -> Keyring:
    """The contents of a document that `root_fingerprint` signed, not expired and of version `at_least`.

    Raises KeyringRefused. Root, signature, version and time are checked in this order.
    """
    keyring = signed_contents(document, root_fingerprint)
    if keyring.version < at_least:
        raise KeyringRefused(KeyringRefusal.ROLLBACK)
    if keyring.issued - now > CLOCK_TOLERANCE:
        raise KeyringRefused(KeyringRefusal.NOT_YET)
    if keyring.expires <= now:
        raise KeyringRefused(KeyringRefusal.EXPIRED)
    if not keyring.current_recipients():
        raise KeyringRefused(KeyringRefusal.NO_RECIPIENT)
    return keyring


def signed_contents(document: bytes, root_fingerprint: bytes | None) -> Keyring:
    """The contents of a document that `root_fingerprint` signed, whatever its time and version; raises KeyringRefused.

    With None the document's own word is taken for who signed it: enough to show what it says, never to seal by it.
    """
    try:
        raw_body, raw_root, raw_signatures = cbor.items(_decode(document), "keyring", 3)
        body, root = cbor.octets(raw_body, "contents"), VerifyKey.from_value(raw_root)
        signatures = Signatures.decode(cbor.octets(raw_signatures, "signatures"))
    except BadCbor as why:
        raise KeyringRefused(KeyringRefusal.UNREADABLE) from why
    if root_fingerprint not in (None, root.fingerprint):
        raise KeyringRefused(KeyringRefusal.WRONG_ROOT)
    if not root.verifies(DOMAIN + body, signatures):
        raise KeyringRefused(KeyringRefusal.SIGNATURE)
    try:
        return _contents(body)
    except (BadCbor, ValueError, OverflowError) as why:
        raise KeyringRefused(KeyringRefusal.UNREADABLE) from why


def root_of(document: bytes) -> VerifyKey:
    """The root a document says it is from, unverified: for showing a fingerprint to a person. Raises BadCbor."""
    _, raw_root, _ = cbor.items(_decode(document), "keyring", 3)
    return VerifyKey.from_value(raw_root)


def _decode(document: bytes) -> cbor.Value:
    if len(document) > MAX_SIZE:
        raise BadCbor("too long for a keyring")
    return cbor.decode(document)


def _contents(body: bytes) -> Keyring:
    fields = Fields(cbor.decode(body))
    version = fields.text("format")
    if version not in (FORMAT, FIRST_FORMAT):
        raise BadCbor("another format")
    keyring = Keyring(
        authority=fields.text("authority"),
        version=fields.number("version"),
        issued=_moment(fields.number("issued")),
        expires=_moment(fields.number("expires")),
        recipients=tuple(_recipient(entry) for entry in fields.items("recipients")),
        receipt_keys=tuple(VerifyKey.from_value(entry) for entry in fields.items("receipt_keys")),
        stations=tuple(_station(entry, version) for entry in fields.items("stations")),
        officers=_officers(fields.value("officers"), version),
        revoked=frozenset(cbor.octets(entry, "revoked", KEY_ID_SIZE) for entry in fields.items("revoked")),
    )
    fields.done()
    _unique([entry.key.key_id for entry in keyring.recipients])
    _unique([entry.key.key_id for entry in keyring.stations])
    _unique([entry.officer_id for entry in keyring.officers or ()])
    if not all(entry.key.usable() for entry in keyring.recipients):
        raise BadCbor("a recipient's key is not one")
    return keyring


def _recipient(entry: cbor.Value) -> Recipient:
    use, epoch, public = cbor.items(entry, "recipient", 3)
    key = RecipientKey(cbor.octets(public, "public key", PUBLIC_SIZE))
    return Recipient(Use(cbor.text(use, "use")), cbor.number(epoch, "epoch"), key)


def _station(entry: cbor.Value, version: str) -> StationEntry:
    if version == FIRST_FORMAT:
        name, key = cbor.items(entry, "station", 2)
        return StationEntry(cbor.text(name, "name"), VerifyKey.from_value(key))
    name, key, since, until = cbor.items(entry, "station", 4)
    return StationEntry(cbor.text(name, "name"), VerifyKey.from_value(key), _maybe_moment(since), _maybe_moment(until))


def _officers(value: cbor.Value, version: str) -> tuple[OfficerEntry, ...] | None:
    """The first format wrote an empty list when it meant to say nothing."""
    if value is None and version != FIRST_FORMAT:
        return None
    listed = tuple(_officer(entry) for entry in cbor.items(value, "officers"))
    return None if version == FIRST_FORMAT and not listed else listed


def _officer(entry: cbor.Value) -> OfficerEntry:
    officer_id, role = cbor.items(entry, "officer", 2)
    return OfficerEntry(cbor.text(officer_id, "officer"), RoleOfOfficer(cbor.text(role, "role")))


def _unique(names: Sequence[bytes | str]) -> None:
    if len(set(names)) != len(names):
        raise BadCbor("a key or an officer is named twice")


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _maybe_seconds(moment: datetime | None) -> int | None:
    return None if moment is None else _seconds(moment)


def _maybe_moment(value: cbor.Value) -> datetime | None:
    return None if value is None else _moment(cbor.number(value, "moment"))
