"""What a station's data folder says of itself, read without its lock, so that a running station is not disturbed.

Needs no passphrase: metadata and public documents alone. Nothing is created, changed or deleted.
"""

import sqlite3
from pathlib import Path

from station.diagnostics.health import KeyringFacts, SpoolCounts
from station.safekeeping.cbor import BadCbor
from station.safekeeping.keyring import KeyringRefusal, KeyringRefused, root_of, signed_contents
from station.safekeeping.recovery import KEYRING
from station.safekeeping.spool import Entry
from station.safekeeping.states import State


def keyring_facts(folder: Path, root_fingerprint: bytes | None = None) -> KeyringFacts | KeyringRefusal | None:
    """The keyring in the data folder, None where there is none; raises OSError.

    With `root_fingerprint` it is held against the station's own root; without, it only has to agree with itself.
    """
    try:
        document = (folder / KEYRING).read_bytes()
    except FileNotFoundError:
        return None
    try:
        keyring = signed_contents(document, root_fingerprint)
    except KeyringRefused as why:
        return why.reason
    root = root_of(document).fingerprint.hex()
    return KeyringFacts(keyring.version, keyring.expires, keyring.authority, root, root_fingerprint is not None)


def spool_counts(folder: Path) -> SpoolCounts:
    """Bundles by what they wait for; the files are the truth, the database only knows what was rejected."""
    bundles, aside = folder / "spool" / "bundles", folder / "spool" / "quarantine"
    states = _states(folder / "spool" / "spool.db")
    open_cases = {path.stem for path in (folder / "spool" / "cases").glob("*.case")}
    quarantined = {path.name.partition(".ktpb")[0] for path in aside.glob("*.ktpb*")}
    waiting = unfinished = 0
    for meta in bundles.glob("*.meta"):
        entry = _entry(meta)
        if entry is None:
            quarantined.add(meta.name.partition(".ktpb")[0])
        elif (bundles / (entry.file_name + ".receipt")).exists():
            continue
        elif not (bundles / entry.file_name).exists():
            quarantined.add(entry.file_name.partition(".ktpb")[0])
        elif entry.case_id is not None and entry.case_id.hex() in open_cases:
            unfinished += 1
        elif (states or {}).get(entry.id) is not State.REJECTED:
            waiting += 1
    rejected = None if states is None else sum(1 for state in states.values() if state is State.REJECTED)
    return SpoolCounts(waiting, len(quarantined), rejected, unfinished)


def _entry(meta: Path) -> Entry | None:
    try:
        return Entry.decode(meta.read_bytes())
    except (BadCbor, FileNotFoundError):
        return None


def _states(path: Path) -> dict[bytes, State] | None:
    """How far each bundle is known to have come; None when the database cannot be read just now.

    `immutable` reads past the lock that a running station holds; a torn read shows as damage or as an old state.
    """
    if not path.exists():
        return {}
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            rows = connection.execute("SELECT id, state FROM bundle").fetchall()
        finally:
            connection.close()
        return {bytes(row[0]): State(row[1]) for row in rows}
    except (sqlite3.Error, ValueError, TypeError):
        return None
