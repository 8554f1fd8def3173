"""Officers, their PINs and roles. A guess is counted on the disk before it is checked, so a power cut forgives none.

After five wrong PINs in a row every further try waits twice as long as the last, on the monotonic clock; after a reboot
the whole delay starts again, for nobody knows how long the machine was off. This file keeps PINs and names; who is an
officer, and in which role, is the signed keyring's word (`vouched`), not the file's.
"""

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from station.clock import Clock
from station.registry.model import OfficerCard, RoleOfOfficer
from station.registry.rights import Action, objection, objection_to_second
from station.text import Message, msg

PIN_DIGITS = 6
FREE_TRIES = 5
FIRST_DELAY_S = 30.0
LONGEST_DELAY_S = 3600.0

Vouched = Callable[[], Mapping[str, RoleOfOfficer] | None]
"""The roles by officer's id that the keyring in use vouches for; None where it is older than that."""

_OFFICER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)
_NATIONAL_NUMBER = re.compile(r"\d(?:[._-]?\d){8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PinCost:
    """Argon2id's price: memory in KiB, passes, lanes."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The PIN was right."""

    card: OfficerCard


@dataclass(frozen=True, slots=True)
class WrongPin:
    """The PIN was wrong; `tries_left` before the waiting begins."""

    sentence: Message
    tries_left: int


@dataclass(frozen=True, slots=True)
class LockedOut:
    """No PIN is looked at before `retry_at_s` on the monotonic clock."""

    sentence: Message
    retry_at_s: float


@dataclass(frozen=True, slots=True)
class UnknownOfficer:
    """Nobody of that id is kept here, or the keyring does not vouch for it."""

    sentence: Message


Checked = LoggedIn | WrongPin | LockedOut | UnknownOfficer


@dataclass(frozen=True, slots=True)
class Approved:
    """A second person stands for it."""

    by: OfficerCard


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done, and in words why."""

    sentence: Message


class DamagedOfficers(Exception):
    """The officers' file cannot be read; taking it for an empty one would let anybody become the first."""


@dataclass(frozen=True, slots=True, repr=False)
class _Record:
    """One officer as kept: `failures` in a row, and until when of which boot nothing is looked at."""

    card: OfficerCard
    pin_phc: str
    failures: int = 0
    wait_until_s: float = 0.0
    wait_boot_id: str = ""

    def __repr__(self) -> str:
        return "_Record(...)"


class Officers:
    """The officers of one station, in one file. Any thread; two at once wait for each other, also across processes."""

    def __init__(self, path: Path, clock: Clock, cost: PinCost = PinCost(), vouched: Vouched = lambda: None) -> None:
        self._path = path
        self._clock = clock
        self._cost = cost
        self._vouched = vouched

    def cards(self) -> tuple[OfficerCard, ...]:
        """Everybody who may log in, by name, in the role that the keyring gives."""
        cards = (self._vouched_card(record) for record in self._load().values())
        return tuple(sorted((card for card in cards if card is not None), key=lambda card: card.name))

    @property
    def vouching(self) -> bool:
        """Whether the keyring says who is an officer; else this file alone does."""
        return self._vouched() is not None

    def strangers(self) -> tuple[OfficerCard, ...]:
        """Who is kept here and may not log in, because the keyring does not vouch for them."""
        return tuple(record.card for record in self._load().values() if self._vouched_card(record) is None)

    def add(self, card: OfficerCard, pin: str, by: str | None) -> OfficerCard | Refused:
        """Keep a new officer. `by` is the id of a logged-in supervisor; None only for the first one, a supervisor."""
        refused = _bad_id(card.officer_id) or _weak_pin(pin, card.officer_id) or self._unvouched(card)
        if refused is not None:
            return refused
        with self._exclusive():
            records, known = self._load(), self.cards()
            if card.officer_id in records:
                return Refused(msg("This officer is kept already."))
            if not known and card.role is not RoleOfOfficer.SUPERVISOR:
                return Refused(msg("The first officer must be a supervisor."))
            if known and (refused := self._may_not(Action.OFFICER_CHANGE, by)) is not None:
                return refused
            records[card.officer_id] = _Record(card, self._hash(pin))
            self._store(records)
        return card

    def remove(self, officer_id: str, by: str) -> OfficerCard | Refused:
        """A logged-in supervisor takes somebody else off the list; who may not log in any more goes the same way."""
        with self._exclusive():
            records = self._load()
            if officer_id not in records:
                return Refused(msg("This officer is not known here. Choose a name from the list."))
            if officer_id == by:
                return Refused(msg("Nobody removes themselves. Ask another supervisor."))
            refused = self._may_not(Action.OFFICER_CHANGE, by)
            if refused is not None:
                return refused
            gone = records.pop(officer_id)
            self._store(records)
        return gone.card

    def check(self, officer_id: str, pin: str) -> Checked:
        """Count the try, then look at the PIN (0.2 s; not for the main thread)."""
        with self._exclusive():
            records = self._load()
            record = records.get(officer_id)
            if record is None:
                return UnknownOfficer(msg("This officer is not known here. Choose a name from the list."))
            card = self._vouched_card(record)
            if card is None:
                return UnknownOfficer(msg("The authority's key list does not name this officer. Ask a supervisor."))
            waiting = self._waiting(records, record)
            if waiting is not None:
                return waiting
            counted = self._after_failure(record)
            self._store(records | {officer_id: counted})
            if _matches(pin, record.pin_phc):
                self._store(records | {officer_id: replace(record, failures=0, wait_until_s=0.0, wait_boot_id="")})
                return LoggedIn(card)
            if counted.failures >= FREE_TRIES:
                return self._locked(counted)
            left = FREE_TRIES - counted.failures
            return WrongPin(msg("The PIN is wrong. Tries left: {left}.", left=left), left)

    def admit(self, officer_id: str, pin: str, action: Action) -> Checked | Refused:
        """Check the PIN of who wants to do something, if the role may do it at all."""
        card = self._card(officer_id)
        refused = None if card is None else objection(action, card)
        return self.check(officer_id, pin) if refused is None else Refused(refused)

    def unlock(self, on_duty_id: str, officer_id: str, pin: str) -> Checked | Refused:
        """Lift the idle lock: the officer on duty by the PIN, somebody else by taking over, when the role may."""
        if officer_id == on_duty_id:
            return self.check(officer_id, pin)
        return self.admit(officer_id, pin, Action.TAKE_OVER)

    def approve(
        self, approver_id: str, pin: str, requester_id: str, action: Action = Action.EXCEPTION
    ) -> Approved | Refused:
        """A second person whose role may stands for `action` with a PIN; nobody for oneself."""
        card = self._card(approver_id)
        refused = None if card is None else objection_to_second(action, card, requester_id)
        if refused is not None:
            return Refused(refused)
        checked = self.check(approver_id, pin)
        return Approved(checked.card) if isinstance(checked, LoggedIn) else Refused(checked.sentence)

    def change_pin(self, officer_id: str, old_pin: str, new_pin: str) -> Checked | Refused:
        """Replace one's own PIN; the old one counts as a try."""
        refused = _weak_pin(new_pin, officer_id)
        if refused is not None:
            return refused
        checked = self.check(officer_id, old_pin)
        if isinstance(checked, LoggedIn):
            self._replace_pin(officer_id, new_pin)
        return checked

    def reset_pin(self, officer_id: str, new_pin: str, by: str) -> OfficerCard | Refused:
        """A logged-in supervisor gives somebody else, who forgot, a new PIN; the waiting ends."""
        if officer_id not in self._load():
            return Refused(msg("This officer is not known here. Choose a name from the list."))
        if by == officer_id or self._may_not(Action.PIN_RESET, by) is not None:
            return Refused(msg("Only another supervisor may do this."))
        refused = _weak_pin(new_pin, officer_id)
        if refused is not None:
            return refused
        return self._replace_pin(officer_id, new_pin)

    def _card(self, officer_id: str) -> OfficerCard | None:
        return next((card for card in self.cards() if card.officer_id == officer_id), None)

    def _vouched_card(self, record: _Record) -> OfficerCard | None:
        roles = self._vouched()
        if roles is None:
            return record.card
        role = roles.get(record.card.officer_id)
        return None if role is None else replace(record.card, role=role)

    def _unvouched(self, card: OfficerCard) -> Refused | None:
        roles = self._vouched()
        if roles is None or roles.get(card.officer_id) is card.role:
            return None
        if card.officer_id in roles:
            role = roles[card.officer_id].value
            return Refused(msg("The authority's key list names this officer as {role}. Use that role.", role=role))
        return Refused(
            msg("The authority's key list does not name {officer}. Load a new list first.", officer=card.officer_id)
        )

    def _may_not(self, action: Action, officer_id: str | None) -> Refused | None:
        card = None if officer_id is None else self._card(officer_id)
        why = msg("Only a supervisor may do this.") if card is None else objection(action, card)
        return None if why is None else Refused(why)

    def _replace_pin(self, officer_id: str, pin: str) -> OfficerCard:
        with self._exclusive():
            records = self._load()
            card = records[officer_id].card
            self._store(records | {officer_id: _Record(card, self._hash(pin))})
        return card

    def _waiting(self, records: dict[str, _Record], record: _Record) -> LockedOut | None:
        if record.failures < FREE_TRIES:
            return None
        if record.wait_boot_id != self._clock.boot_id:
            record = self._with_delay(record)
            self._store(records | {record.card.officer_id: record})
        return self._locked(record) if self._clock.monotonic_s() < record.wait_until_s else None

    def _after_failure(self, record: _Record) -> _Record:
        counted = replace(record, failures=record.failures + 1)
        return self._with_delay(counted) if counted.failures >= FREE_TRIES else counted

    def _with_delay(self, record: _Record) -> _Record:
        doublings = min(record.failures - FREE_TRIES, 20)
        delay_s = min(FIRST_DELAY_S * 2**doublings, LONGEST_DELAY_S)
        until_s = self._clock.monotonic_s() + delay_s
        return replace(record, wait_until_s=until_s, wait_boot_id=self._clock.boot_id)

    def _locked(self, record: _Record) -> LockedOut:
        wait_s = max(1, round(record.wait_until_s - self._clock.monotonic_s()))
        if wait_s > 120:
            sentence = msg(
                "Too many wrong PINs. Wait {minutes} minutes, or ask a supervisor for a new PIN.",
                minutes=ceil(wait_s / 60),
            )
        else:
            sentence = msg(
                "Too many wrong PINs. Wait {seconds} seconds, or ask a supervisor for a new PIN.", seconds=wait_s
            )
        return LockedOut(sentence, record.wait_until_s)

    def _hash(self, pin: str) -> str:
        cost = self._cost
        salted = Argon2id(
            salt=os.urandom(16), length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
        )
        return salted.derive_phc_encoded(pin.encode())

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _load(self) -> dict[str, _Record]:
        try:
            stored = json.loads(self._path.read_bytes())
            records = [_from_json(entry) for entry in stored["officers"]]
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError) as damage:
            raise DamagedOfficers(f"{self._path} cannot be read: {type(damage).__name__}") from None
        return {record.card.officer_id: record for record in records}

    def _store(self, records: dict[str, _Record]) -> None:
        content = json.dumps({"version": 1, "officers": [_to_json(record) for record in records.values()]}, indent=1)
        _write_durably(self._path, content.encode())


def _bad_id(officer_id: str) -> Refused | None:
    if not _OFFICER_ID.fullmatch(officer_id):
        return Refused(msg("Use 1 to 32 letters, digits, dots or dashes for the officer's id."))
    if _NATIONAL_NUMBER.search(officer_id):
        return Refused(msg("Use no NIK and no NIP as the officer's id: it is written into every record."))
    return None


def _weak_pin(pin: str, officer_id: str) -> Refused | None:
    if not (pin.isascii() and pin.isdigit() and len(pin) >= PIN_DIGITS):
        return Refused(msg("Use at least {digits} digits for the PIN.", digits=PIN_DIGITS))
    id_digits = "".join(letter for letter in officer_id if letter.isdigit())
    if pin in id_digits or pin[::-1] in id_digits:
        return Refused(msg("The PIN must not be the officer's id. Use other digits."))
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    repeats = any(pin == (pin[:size] * len(pin))[: len(pin)] for size in range(1, len(pin) // 2 + 1))
    if steps <= {1} or steps <= {9} or repeats:
        return Refused(msg("This PIN is too easy to guess. Use digits that neither repeat nor count up or down."))
    return None


def _matches(pin: str, pin_phc: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(pin.encode(), pin_phc)
    except InvalidKey:
        return False
    return True


def _to_json(record: _Record) -> dict[str, str | int | float]:
    return {
        "officer_id": record.card.officer_id,
        "name": record.card.name,
        "role": record.card.role.value,
        "pin": record.pin_phc,
        "failures": record.failures,
        "wait_until_s": record.wait_until_s,
        "wait_boot_id": record.wait_boot_id,
    }


def _from_json(entry: dict[str, str | int | float]) -> _Record:
    return _Record(
        OfficerCard(str(entry["officer_id"]), str(entry["name"]), RoleOfOfficer(entry["role"])),
        str(entry["pin"]),
        int(entry["failures"]),
        float(entry["wait_until_s"]),
        str(entry["wait_boot_id"]),
    )


def _write_durably(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
