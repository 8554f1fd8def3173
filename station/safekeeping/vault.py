"""The one door to safekeeping for the counter: seal each accepted capture at once, close the case with a manifest.

A Vault belongs to the thread that unlocked it. Whatever is refused is a value and loses nothing: the caller still holds
the capture and may call again.
"""

import errno
import hmac
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

from station.clock import Clock
from station.safekeeping import audit, audit_export, cbor, recovery
from station.safekeeping.audit import AuditLog, AuditReport
from station.safekeeping.bundle import Buffer, Core, Instant, Kind, padme, write_bundle
from station.safekeeping.cases import MAX_LABEL, CaseHandle, CaseStore, OpenCase, SealedLabel, check_metadata
from station.safekeeping.cbor import BadCbor
from station.safekeeping.clock_watch import ClockWatch, latest_known_ms, note_clock
from station.safekeeping.contents import MANIFEST_PART, MANIFEST_TYPE, Part, index_of
from station.safekeeping.disk import Disk, SystemDisk, write_over
from station.safekeeping.events import EventKind, SealTrouble
from station.safekeeping.hpke_keys import RecipientKey
from station.safekeeping.keyring import Keyring, KeyringRefused, read_keyring
from station.safekeeping.keys import StationSecret
from station.safekeeping.notes import Note, Outcome, applicant_tag, close_note
from station.safekeeping.recovery import KEYRING, VaultRefused
from station.safekeeping.signing import Signatures, Signer, SignerSilent
from station.safekeeping.spool import Entry, Spool
from station.safekeeping.states import ON_THE_WAY, State
from station.safekeeping.token import TokenAccess
from station.text import Message, msg

__all__ = [
    "CaseHandle",
    "OpenCase",
    "Outcome",
    "Part",
    "SealRefused",
    "Sealed",
    "SealedLabel",
    "Vault",
    "VaultRefused",
]

LARGEST_CASE_BYTES = 64 << 20
MANIFEST_FORMAT = "ktpel-manifest/1"
MANIFEST_LABEL = "manifest"

Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A bundle that survives a power cut; `bundle_id` and `sha256` in hex."""

    bundle_id: str
    sequence: int
    sha256: str
    path: Path
    sealed_at: datetime
    label: str


@dataclass(frozen=True, slots=True)
class SealRefused:
    """Nothing was sealed and nothing is lost: keep the capture, do what `message` says, and call again."""

    message: Message
    cause: SealTrouble


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A bundle that may leave, and its file, which never changes."""

    entry: Entry
    path: Path


class Vault:
    """An unlocked safekeeping folder. `officer` is named in every audit record while someone is logged in."""

    def __init__(self, folder: Path, secret: StationSecret, signer: Signer, keyring: Keyring, clock: Clock, disk: Disk,
                 entropy: Entropy, largest_case_bytes: int, log: AuditLog, spool: Spool,
                 cases: CaseStore, watch: ClockWatch) -> None:  # fmt: skip
        self._thread = threading.get_ident()
        self._folder, self._clock, self._disk, self._entropy = folder, clock, disk, entropy
        self._largest_case_bytes = largest_case_bytes
        self.station, self._root, self._signer = secret.name, secret.root_fingerprint, signer
        self._own_keys = (signer.public, *secret.retired)
        self._applicants = secret.memory_key
        self.officer: str | None = None
        self.keyring, self.spool, self._log, self._cases = keyring, spool, log, cases
        self._watch = watch
        self._open = ExitStack()

    @classmethod
    def unlock(cls, folder: Path, passphrase: str, clock: Clock, *, disk: Disk | None = None,
               entropy: Entropy = os.urandom, largest_case_bytes: int = LARGEST_CASE_BYTES,
               token: TokenAccess | None = None) -> "Vault":  # fmt: skip
        """Open the folder on the calling thread, which alone may use the vault; raises VaultRefused.

        `token` is where the settings say the signing key lies; a key file that says otherwise is refused.
        """
        disk = disk or SystemDisk()
        with ExitStack() as stack:
            try:
                secret = recovery.open_secret(folder, passphrase)
                stack.callback(os.close, recovery.lock_folder(folder))
                signer = recovery.take_signer(secret, token)
                stack.callback(signer.close)
                when = instant(clock)
                log = AuditLog.open(folder / "audit", disk, when)
                stack.callback(log.close)
                spool = Spool(folder / "spool", disk)
                stack.callback(spool.close)
                cases = CaseStore(folder / "spool" / "cases", disk)
                note_clock(log, when)
                newest = recovery.recover(log, spool, cases, (signer.public, *secret.retired), when)
                keyring = recovery.open_keyring(folder, secret.root_fingerprint, when, log, newest)
                latest_ms = latest_known_ms(log, newest)
                recovery.check_vouched(keyring, signer.public, when, latest_ms)
                watch = ClockWatch(lambda: instant(clock), log, latest_ms)
                vault = cls(folder, secret, signer, keyring, clock, disk, entropy, largest_case_bytes, log, spool,
                            cases, watch)  # fmt: skip
            except OSError as why:
                text = msg("The data folder cannot be used. Check the disk, then start again.")
                raise VaultRefused(text) from why
            vault.audit(EventKind.STATION_UNLOCKED, keyring_version=keyring.version)
            vault._open = stack.pop_all()
        return vault

    def clock_trouble(self) -> Message | None:
        """What to tell the officer when the clock cannot be right; recording goes on, in the order of the numbers."""
        self._assert_thread()
        return self._watch.trouble()

    def keyring_ends_soon(self) -> bool:
        """Whether to warn that the key list ends within 14 days."""
        return self.keyring.ends_soon(self._clock.now())

    def begin_case(self, number: str, applicant: str | None = None) -> CaseHandle:
        """Open a case; it is on the disk at the latest when its first capture is shown as saved.

        `applicant` is what proves the person when the case is taken up again (the NIK): only a keyed hash of it is
        kept. Raises BadCbor for a number that is open already or not fit for metadata.
        """
        self._assert_thread()
        if self._cases.find(number):
            raise BadCbor("this case number is open already")
        case = CaseHandle(self._entropy(16), number, self._entropy(32))
        if applicant is not None:
            case = replace(case, applicant=applicant_tag(self._applicants, case.tag(), applicant))
        self._cases.begin(case, instant(self._clock).unix_ms)
        self.audit(EventKind.CASE_BEGUN, case=case.case_id)
        return case

    def seal_segment(self, case: CaseHandle, label: str, parts: Sequence[Part], training: bool,
                     outcome: Outcome | None = None) -> Sealed | SealRefused:  # fmt: skip
        """Seal one accepted capture; when it returns Sealed it survives a power cut.

        `label` is metadata in clear: what was captured, nothing about whom. `outcome` comes back from `open_cases`.
        """
        self._assert_thread()
        return self._seal(Kind.SEGMENT, case, Note(label, outcome), parts, training)

    def close_case(self, case: CaseHandle, manifest: Mapping[str, cbor.Value], parts: Sequence[Part],
                   training: bool) -> Sealed | SealRefused:  # fmt: skip
        """Seal the manifest, which lists the case's segments by id, sequence, hash and label; the case is closed."""
        self._assert_thread()
        segments = [
            entry
            for entry in self.spool.of_case(case.case_id)
            if entry.kind is Kind.SEGMENT and entry.state is not State.QUARANTINED
        ]
        listed: list[cbor.Value] = [[entry.id, entry.sequence, entry.sha256, entry.label] for entry in segments]
        body = cbor.encode({"format": MANIFEST_FORMAT, "segments": listed, "case": manifest})
        everything = [Part(MANIFEST_PART, MANIFEST_TYPE, body), *parts]
        sealed = self._seal(Kind.MANIFEST, case, Note(MANIFEST_LABEL), everything, training)
        if isinstance(sealed, Sealed):
            self.audit(EventKind.CASE_CLOSED, case=case.case_id, segments=len(segments))
            self._end_case(case)
        return sealed

    def open_cases(self) -> tuple[OpenCase, ...]:
        """Cases begun and not closed, with what is sealed of them, oldest first; no key that opens captures is needed.

        Only what this station signed counts: a file that was altered is not listed, so it is captured again.
        """
        self._assert_thread()
        return tuple(
            OpenCase(case.number, _moment(begun_ms), recovery.sealed_of(self.spool, case, self._own_keys))
            for case, begun_ms in self._cases.all()
        )

    def same_applicant(self, case: CaseHandle, applicant: str) -> bool | None:
        """Whether the case was begun for this person; None when it was begun without saying for whom."""
        if case.applicant is None:
            return None
        return hmac.compare_digest(case.applicant, applicant_tag(self._applicants, case.tag(), applicant))

    def resume(self, number: str) -> CaseHandle:
        """Take up an open case after a power cut; KeyError when no case of this number is open."""
        self._assert_thread()
        case = self._cases.find(number)
        if case is None:
            raise KeyError(number)
        self.audit(EventKind.CASE_RESUMED, case=case.case_id, segments=len(self.spool.of_case(case.case_id)))
        return case

    def discard_case(self, case: CaseHandle) -> None:
        """Give a case up: its segments stay and are delivered without a manifest, and the log says so."""
        self._assert_thread()
        self.audit(EventKind.CASE_DISCARDED, case=case.case_id, segments=len(self.spool.of_case(case.case_id)))
        self._end_case(case)

    def audit(self, kind: EventKind, /, **fields: object) -> None:
        """Log an event; what the disk refuses waits in memory and is written before the next one."""
        self._assert_thread()
        if self.officer is not None:
            fields.setdefault("officer", self.officer)
        self._log.append(kind, self._watch.now(), fields)

    def waiting(self) -> int:
        """How many bundles of closed cases have no receipt yet."""
        self._assert_thread()
        return self.spool.waiting()

    def closed_cases(self, since: datetime) -> tuple[int, int]:
        """How many closed cases have no receipt yet, and how many were closed since a moment."""
        self._assert_thread()
        manifests = [entry for entry in self.spool.entries() if entry.kind is Kind.MANIFEST]
        waiting = sum(entry.state in ON_THE_WAY for entry in manifests)
        return waiting, sum(_moment(entry.sealed_ms) >= since for entry in manifests)

    def room_for_case(self) -> bool:
        """Whether the disk could hold the largest case, and half as much again for log and metadata."""
        self._assert_thread()
        try:
            return self._disk.free_bytes(self._folder) >= self._largest_case_bytes * 3 // 2
        except OSError:
            return False

    def case_days(self, zone: tzinfo) -> tuple[date, ...]:
        """The day of each finished case, in `zone`, delivered or not."""
        self._assert_thread()
        manifests = [entry for entry in self.spool.entries() if entry.kind is Kind.MANIFEST]
        return tuple(_moment(entry.sealed_ms).astimezone(zone).date() for entry in manifests)

    def outgoing(self, *, again: bool = False) -> tuple[Outgoing, ...]:
        """Bundles that wait to be handed over; with `again` also those sent or handed over and without receipt."""
        self._assert_thread()
        states = (State.QUEUED, State.ON_USB, State.SENT) if again else (State.QUEUED,)
        return tuple(Outgoing(entry, self.spool.path(entry)) for entry in self.spool.entries(*states))

    def sign(self, message: bytes) -> tuple[bytes, Signatures]:
        """The station's key id and signatures over a message, which begins with the domain of its kind."""
        self._assert_thread()
        return self._signer.public.key_id, self._signer.sign(message)

    def handed_over(self, bundle_ids: Sequence[bytes], index_sha256: bytes, approver: str) -> None:
        """These bundles lie on a stick, read back, listed in the index of this hash; `approver` stands for it."""
        self._assert_thread()
        now_s = self._clock.now().timestamp()
        for entry in self.spool.hand_over(bundle_ids):
            with suppress(OSError):  # the file's time says since when a receipt is awaited
                os.utime(self.spool.path(entry), (now_s, now_s))
            self.audit(EventKind.BUNDLE_ON_USB, bundle=entry.id, sequence=entry.sequence)
        self.audit(EventKind.HANDED_OVER, bundles=len(bundle_ids), sha256=index_sha256, approver=approver)

    def verify_audit(self) -> AuditReport:
        """Walk the whole log and hold it against the signed checkpoint in the newest bundle."""
        self._assert_thread()
        self._log.flush()
        newest = recovery.newest_signed(self.spool, self._own_keys)
        return audit.verify(self._folder / "audit", newest.checkpoint if newest else None)

    def export_audit(self) -> bytes:
        """The whole log as one signed file, see audit_export.py; verify it first. Raises SignerSilent, OSError."""
        self._assert_thread()
        self.audit(EventKind.LOG_EXPORTED, records=self._log.checkpoint.count)
        document = (self._folder / KEYRING).read_bytes()
        log = audit.records(self._folder / "audit")
        return audit_export.export(log, self.station, document, instant(self._clock), self._signer)

    def seal_audit(self, training: bool) -> Sealed | SealRefused:
        """Seal the exported log for the authority; it waits for delivery at once."""
        part = Part("audit.jsonl", "application/jsonl", self.export_audit())
        return self._seal_report(Kind.AUDIT, [part], self.keyring.current_recipients(), training)

    def seal_diagnostic(self, parts: Sequence[Part], training: bool) -> Sealed | SealRefused:
        """Seal facts about devices and station, nothing personal, for support alone where the keyring names it."""
        self._assert_thread()
        return self._seal_report(Kind.DIAGNOSTIC, parts, self.keyring.support_recipients(), training)

    def install_keyring(self, document: bytes) -> Keyring:
        """Take a newer keyring; raises KeyringRefused and keeps the last good one, or OSError."""
        self._assert_thread()
        try:
            keyring = read_keyring(document, self._root, self._clock.now(), self.keyring.version + 1)
        except KeyringRefused as why:
            self.audit(EventKind.KEYRING_REFUSED, reason=why.reason)
            raise
        write_over(self._disk, self._folder / KEYRING, document)
        self.keyring = keyring
        self.audit(EventKind.KEYRING_ACCEPTED, keyring_version=keyring.version)
        return keyring

    def close(self) -> None:
        """Write what waits and let go of the folder."""
        self.audit(EventKind.STATION_CLOSED)
        self._open.close()

    def _seal(self, kind: Kind, case: CaseHandle, note: Note, parts: Sequence[Part],
              training: bool) -> Sealed | SealRefused:  # fmt: skip
        if self._cases.find(case.number) != case:
            return SealRefused(msg("This case is closed. Begin a new one."), SealTrouble.NOT_OPEN)
        check_metadata(note.label, MAX_LABEL)
        content = [index_of(case.tag(), note.label, parts).encode(), *(part.data for part in parts)]
        core = self._core(kind, case, note, sum(memoryview(data).nbytes for data in content), training)
        sealed = self._store(core, case, note.label, content, self.keyring.current_recipients())
        if isinstance(sealed, SealRefused):
            self.audit(EventKind.SEAL_REFUSED, case=case.case_id, cause=sealed.cause)
        return sealed

    def _seal_report(self, kind: Kind, parts: Sequence[Part], recipients: Sequence[RecipientKey],
                     training: bool) -> Sealed | SealRefused:  # fmt: skip
        content = [index_of(None, kind.value, parts).encode(), *(part.data for part in parts)]
        core = self._core(kind, None, None, sum(memoryview(data).nbytes for data in content), training)
        sealed = self._store(core, None, kind.value, content, recipients)
        if isinstance(sealed, SealRefused):
            self.audit(EventKind.REPORT_REFUSED, cause=sealed.cause)
        else:
            for state in (State.CASE_CLOSED, State.QUEUED):
                self.spool.advance(core.id, state)
        return sealed

    def _store(self, core: Core, case: CaseHandle | None, label: str, content: Sequence[Buffer],
               recipients: Sequence[RecipientKey]) -> Sealed | SealRefused:  # fmt: skip
        case_id, at_ms = case.case_id if case else None, core.created.unix_ms
        draft = Entry(core.id, core.kind, core.sequence, bytes(32), 0, case_id, label, at_ms, core.training)
        try:
            self._cases.settle()
            entry = self.spool.store(
                draft, lambda write: write_bundle(core, content, recipients, self._signer, write, self._entropy)
            )
        except OSError as why:
            return SealRefused(_disk_message(why), _trouble(why))
        self.audit(EventKind.BUNDLE_SEALED, **entry.logged())
        path, moment = self.spool.path(entry), _moment(entry.sealed_ms)
        return Sealed(entry.id.hex(), entry.sequence, entry.sha256.hex(), path, moment, label)

    def _core(self, kind: Kind, case: CaseHandle | None, note: Note | None, length: int, training: bool) -> Core:
        sequence, previous = self.spool.last
        bundle_id = self._entropy(16)
        return Core(
            id=bundle_id,
            kind=kind,
            station=self.station,
            key_id=self._signer.public.key_id,
            sequence=sequence + 1,
            previous=previous,
            case_commitment=case.tag().commitment() if case else None,
            keyring_version=self.keyring.version,
            created=self._watch.believed(),
            checkpoint=self._log.checkpoint,
            padded_length=padme(length),
            training=training,
            note=close_note(case.tag(), bundle_id, note) if case and note else None,
        )

    def _end_case(self, case: CaseHandle) -> None:
        self.spool.queue_case(case.case_id)
        self._cases.end(case)

    def _assert_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise RuntimeError("a vault belongs to the thread that unlocked it")


def instant(clock: Clock) -> Instant:
    """Now, as headers and audit records say it."""
    unix_ms, monotonic_ms = int(clock.now().timestamp() * 1000), int(clock.monotonic_s() * 1000)
    return Instant(max(unix_ms, 0), clock.boot_id, max(monotonic_ms, 0))


def _is_full(why: OSError) -> bool:
    return why.errno in (errno.ENOSPC, errno.EDQUOT)


def _trouble(why: OSError) -> SealTrouble:
    if isinstance(why, SignerSilent):
        return SealTrouble.TOKEN_SILENT
    return SealTrouble.DISK_FULL if _is_full(why) else SealTrouble.DISK_ERROR


def _disk_message(why: OSError) -> Message:
    if isinstance(why, SignerSilent):
        return msg("The token that signs does not answer. Plug it in, then press again; the capture is kept.")
    if _is_full(why):
        return msg("The disk is full. Deliver waiting files, then press again; the capture is kept.")
    return msg("The disk does not take the file. Press again; the capture is kept.")


def _moment(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(unix_ms / 1000, UTC)
