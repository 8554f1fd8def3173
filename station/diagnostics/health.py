"""The readiness report: may this station record now, and if not, what to do first."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TypeAlias

from drivers.api import Busy, DeviceStatus, Disconnected, Faulted, Ready, Role
from station.config import Config
from station.diagnostics.sentences import cures, device_sentence
from station.safekeeping.keyring import KeyringRefusal
from station.text import Message, Text, msg

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

KEYRING_WARNING = timedelta(days=14)
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a device last said: `status` at `asked_at`; the last good answer and the last capture test, if any."""

    status: DeviceStatus | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    tested_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpoolCounts:
    """Sealed bundles by what they wait for; `rejected` is None while nobody can tell."""

    waiting: int
    quarantined: int
    rejected: int | None
    in_open_cases: int = 0


@dataclass(frozen=True, slots=True)
class KeyringFacts:
    """The authority's keyring in use; `verified` says whether its root is known to be this station's own.

    Without the station's passphrase the root is only what the document says: `root`, its fingerprint in hex.
    """

    version: int
    expires_at: datetime
    authority: str = ""
    root: str = ""
    verified: bool = False


class Standing(Enum):
    """One part of the station."""

    GOOD = "good"
    WARNING = "warning"
    BLOCKING = "blocking"


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """One device. Ages in seconds, None when never."""

    role: Role
    standing: Standing
    sentence: Message
    cures: tuple[Message, ...]
    kind: str
    port: str
    model: str
    serial: str
    firmware: str
    simulated: bool
    answer_age_s: float | None
    test_age_s: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part that is not a device."""

    part: str
    standing: Standing
    sentence: Message
    cure: Message | None


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The whole station at one moment; `ready` when nothing blocks a recording."""

    made_at: datetime
    station: str
    office: str
    ready: bool
    training: bool
    devices: tuple[DeviceHealth, ...]
    parts: tuple[PartHealth, ...]
    spool: SpoolCounts
    disk_free_bytes: int
    keyring: KeyringFacts | KeyringRefusal | None


def health(
    config: Config,
    now: datetime,
    asked: Mapping[Role, Asked],
    spool: SpoolCounts,
    disk_free_bytes: int,
    disk_needed_bytes: int,
    keyring: KeyringFacts | KeyringRefusal | None,
) -> HealthReport:
    """Weigh what was found. `disk_needed_bytes` is what the largest case could take."""
    devices = tuple(_device(config, now, role, asked.get(role, Asked())) for role in Role)
    parts = (_disk(disk_free_bytes, disk_needed_bytes), _keyring(now, keyring), _spool(spool))
    standings = [device.standing for device in devices] + [part.standing for part in parts]
    return HealthReport(
        made_at=now,
        station=config.station.name,
        office=config.office.name,
        ready=Standing.BLOCKING not in standings,
        training=any(device.simulated for device in devices),
        devices=devices,
        parts=parts,
        spool=spool,
        disk_free_bytes=disk_free_bytes,
        keyring=keyring,
    )


def to_json(report: HealthReport, say: Text) -> dict[str, Json]:
    """The report as plain values, its sentences in one language, times in ISO 8601."""
    return {field.name: _plain(getattr(report, field.name), say) for field in fields(report)}


def to_plain(value: object, say: Text) -> Json:
    """Any frozen fact, test or report as plain values."""
    return _plain(value, say)


def _device(config: Config, now: datetime, role: Role, asked: Asked) -> DeviceHealth:
    settings = config.devices.settings()[role]
    status = asked.status
    info = status.info if isinstance(status, Ready | Busy) else None
    return DeviceHealth(
        role=role,
        standing=Standing.GOOD if info is not None else Standing.BLOCKING,
        sentence=device_sentence(status, role)[0],
        cures=cures(status),
        kind=settings.kind,
        port=status.port if isinstance(status, Disconnected | Faulted) else settings.port,
        model=info.model if info else "",
        serial=info.serial if info else "",
        firmware=info.firmware if info else "",
        simulated=info is not None and info.simulated,
        answer_age_s=_age_s(now, asked.answered_at),
        test_age_s=_age_s(now, asked.tested_at),
        detail=status.detail if isinstance(status, Faulted) else "",
    )


def _disk(free_bytes: int, needed_bytes: int) -> PartHealth:
    free_mb = free_bytes // MEGABYTE
    if free_bytes < needed_bytes:
        return PartHealth(
            "disk",
            Standing.BLOCKING,
            msg("The disk is full: {free_mb} MB are left, too little for one more case.", free_mb=free_mb),
            msg("Deliver what waits, then free the disk."),
        )
    if free_bytes < 20 * needed_bytes:
        return PartHealth(
            "disk",
            Standing.WARNING,
            msg("The disk fills up: {free_mb} MB are left.", free_mb=free_mb),
            msg("Deliver what waits, then free the disk."),
        )
    return PartHealth("disk", Standing.GOOD, msg("The disk has room: {free_mb} MB.", free_mb=free_mb), None)


def _keyring(now: datetime, keyring: KeyringFacts | KeyringRefusal | None) -> PartHealth:
    cure = msg("Fetch a new keyring from the authority.")
    if keyring is None:
        return PartHealth("keyring", Standing.BLOCKING, msg("No keyring is here: nothing can be sealed."), cure)
    if isinstance(keyring, KeyringRefusal):
        return PartHealth("keyring", Standing.BLOCKING, msg("The keyring does not hold: nothing can be sealed."), cure)
    left = keyring.expires_at - now
    if left <= timedelta(0):
        return PartHealth("keyring", Standing.BLOCKING, msg("The keyring has run out: nothing can be sealed."), cure)
    if left < KEYRING_WARNING:
        return PartHealth(
            "keyring", Standing.WARNING, msg("The keyring runs out. Days left: {days}.", days=left.days), cure
        )
    return PartHealth("keyring", Standing.GOOD, msg("The keyring is valid. Days left: {days}.", days=left.days), None)


def _spool(spool: SpoolCounts) -> PartHealth:
    trouble = spool.quarantined + (spool.rejected or 0)
    if trouble:
        return PartHealth(
            "spool",
            Standing.WARNING,
            msg("Records put aside or refused: {count}.", count=trouble),
            msg("Call the technician; delete nothing."),
        )
    if spool.waiting:
        return PartHealth(
            "spool",
            Standing.GOOD,
            msg("Records waiting: {count}. They leave by themselves when the line is there.", count=spool.waiting),
            None,
        )
    return PartHealth("spool", Standing.GOOD, msg("Every record is delivered."), None)


def _age_s(now: datetime, then: datetime | None) -> float | None:
    return None if then is None else (now - then).total_seconds()


def _plain(value: object, say: Text) -> Json:
    match value:
        case None | str() | bool() | int() | float():
            return value
        case Message():
            return say(value)
        case Enum():
            return _plain(value.value, say)
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(item, say) for item in value]
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name), say) for field in fields(value)}
        case _:
            raise TypeError(f"a report holds no {type(value).__name__}")
