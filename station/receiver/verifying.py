"""Verifying: structure, signatures, keyring, and that a station's bundles follow one another without gap or fork."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from station.safekeeping.bundle import BundleRefused, Core, Envelope, Refusal, read_envelope
from station.safekeeping.keyring import Keyring

SUFFIX = ".ktpb"
LAST_SECOND = 253_402_300_799
"""The end of the year 9999: a bundle may be signed with any number as its time."""


class Rejection(Enum):
    """Why a bundle whose form may be right is not taken."""

    UNKNOWN_STATION = "its station is not in the keyring"
    OTHER_STATION = "its station's name is not the one this key was given to"
    REVOKED = "its station's key was revoked"
    OUT_OF_TIME = "it was sealed outside its station key's time"
    TRAINING = "it was made with simulated devices or for training"
    UNREADABLE_FILE = "the file cannot be read"


class ChainFault(Enum):
    """What is wrong between the bundles of one station."""

    GAP = "bundles are missing before this one"
    FORK = "two different bundles have this number"
    BROKEN = "it does not name the bundle before it"
    AUDIT_WENT_BACK = "its audit log is shorter or other than one shown before"


@dataclass(frozen=True, slots=True)
class BundleReport:
    """One bundle: accepted when `problem` is None. `envelope` is None when not even its form holds."""

    path: Path
    envelope: Envelope | None
    problem: Refusal | Rejection | None

    @property
    def accepted(self) -> bool:
        return self.problem is None

    @property
    def training(self) -> bool:
        return self.envelope is not None and self.envelope.core.training


class Link(Protocol):
    """What the chain is made of: an envelope, or a stored bundle's header and hash."""

    @property
    def core(self) -> Core: ...
    @property
    def sha256(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """Something wrong in a station's chain, at this sequence number."""

    station: str
    sequence: int
    fault: ChainFault


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """All bundles in the order of their stations and numbers, and what is wrong between them."""

    bundles: tuple[BundleReport, ...]
    chain: tuple[ChainFinding, ...]

    @property
    def accepted(self) -> bool:
        """Whether every bundle holds and the chains have neither gap nor fork."""
        return not self.chain and all(bundle.accepted for bundle in self.bundles)


def verify(paths: Path | Iterable[Path], keyring: Keyring, *, training_ok: bool = False) -> VerifyReport:
    """Verify files, or every bundle in a folder. Needs no private key and decrypts nothing."""
    reports = [_verify_one(path, keyring, training_ok) for path in bundle_files(paths)]
    reports.sort(key=_order)
    signed = [report.envelope for report in reports if report.envelope is not None and _is_signed(report)]
    return VerifyReport(tuple(reports), tuple(_chain_findings(signed)))


def bundle_files(paths: Path | Iterable[Path]) -> list[Path]:
    """The files named, and for each folder the bundles in it and below it."""
    listed = [paths] if isinstance(paths, Path) else list(paths)
    return [file for path in listed for file in (sorted(path.rglob("*" + SUFFIX)) if path.is_dir() else [path])]


def _verify_one(path: Path, keyring: Keyring, training_ok: bool) -> BundleReport:
    try:
        with path.open("rb") as stream:
            envelope = read_envelope(stream)
    except BundleRefused as why:
        return BundleReport(path, None, why.reason)
    except OSError:
        return BundleReport(path, None, Rejection.UNREADABLE_FILE)
    return BundleReport(path, envelope, judge(envelope, keyring, training_ok=training_ok))


def judge(envelope: Envelope, keyring: Keyring, *, training_ok: bool) -> Refusal | Rejection | None:
    """Why a bundle of sound form is not taken; None when it is. It depends on the bundle and the keyring alone."""
    core = envelope.core
    station = keyring.station(core.key_id)
    if station is None:
        return Rejection.UNKNOWN_STATION
    try:
        envelope.check_signed_by(station.key)
    except BundleRefused as why:
        return why.reason
    if station.name != core.station:
        return Rejection.OTHER_STATION
    if core.key_id in keyring.revoked:
        return Rejection.REVOKED
    if not station.may_sign_at(_moment(core.created.unix_ms)):
        return Rejection.OUT_OF_TIME
    if core.training and not training_ok:
        return Rejection.TRAINING
    return None


def _moment(unix_ms: int) -> datetime:
    """A station may sign any number as its time."""
    return datetime.fromtimestamp(min(unix_ms // 1000, LAST_SECOND), UTC)


def _is_signed(report: BundleReport) -> bool:
    return report.problem in (None, Rejection.TRAINING, Rejection.REVOKED, Rejection.OUT_OF_TIME)


def _order(report: BundleReport) -> tuple[str, int, str]:
    core = None if report.envelope is None else report.envelope.core
    return ("", 0, str(report.path)) if core is None else (core.station, core.sequence, str(report.path))


def _chain_findings(envelopes: Sequence[Link]) -> list[ChainFinding]:
    findings: list[ChainFinding] = []
    last: dict[bytes, Link] = {}
    station = ""
    for envelope in envelopes:
        core = envelope.core
        if core.station != station:
            station, last = core.station, {}
        before = last.get(core.key_id) or _signed_with_the_key_before(core, last.values())
        if before is not None and (fault := fault_between(before, envelope)) is not None:
            findings.append(ChainFinding(core.station, core.sequence, fault))
        elif before is None and core.sequence == 1 and core.previous != bytes(32):
            findings.append(ChainFinding(core.station, 1, ChainFault.BROKEN))
        last[core.key_id] = envelope
    return findings


def _signed_with_the_key_before(core: Core, ends: Collection[Link]) -> Link | None:
    """What a new key's first bundle follows: the chain goes on through a change of keys; set up anew it begins at 1."""
    if core.sequence == 1:
        return None
    named = next((end for end in ends if end.sha256 == core.previous), None)
    return named or max(ends, key=lambda end: end.core.sequence, default=None)


def fault_between(before: Link, after: Link) -> ChainFault | None:
    """What is wrong between two neighbours of one station's chain, in the order of their numbers."""
    if after.sha256 == before.sha256:
        return None
    if after.core.sequence == before.core.sequence:
        return ChainFault.FORK
    if after.core.sequence != before.core.sequence + 1:
        return ChainFault.GAP
    if after.core.previous != before.sha256:
        return ChainFault.BROKEN
    earlier, later = before.core.checkpoint, after.core.checkpoint
    if later.count < earlier.count or (later.count == earlier.count and later.head != earlier.head):
        return ChainFault.AUDIT_WENT_BACK
    return None
