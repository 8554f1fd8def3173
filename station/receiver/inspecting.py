"""Looking at a bundle without any key: everything that is not secret."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from station.safekeeping.bundle import MAJOR, MINOR, SUITE, BundleRefused, Refusal, read_envelope


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a bundle says in clear, unverified; ids and hashes in hex, `problem` says why it is no bundle."""

    path: Path
    problem: Refusal | None
    facts: dict[str, object]


def inspect(path: Path) -> Inspection:
    """Everything readable without a key; the signatures are not verified. Raises OSError."""
    try:
        with path.open("rb") as stream:
            envelope = read_envelope(stream)
    except BundleRefused as why:
        return Inspection(path, why.reason, {})
    core = envelope.core
    facts: dict[str, object] = {
        "format": f"{MAJOR}.{MINOR}",
        "suite": SUITE,
        "id": core.id.hex(),
        "kind": core.kind.value,
        "station": core.station,
        "station_key_id": core.key_id.hex(),
        "sequence": core.sequence,
        "previous": core.previous.hex(),
        "case_commitment": None if core.case_commitment is None else core.case_commitment.hex(),
        "keyring_version": core.keyring_version,
        "created": _date(core.created.unix_ms),
        "boot_id": core.created.boot_id,
        "audit_records": core.checkpoint.count,
        "audit_head": core.checkpoint.head.hex(),
        "padded_length": core.padded_length,
        "training": core.training,
        "note_bytes": 0 if core.note is None else len(core.note),
        "recipients": [wrap.key_id.hex() for wrap in envelope.wraps],
        "size": envelope.size,
        "sha256": envelope.sha256.hex(),
    }
    return Inspection(path, None, facts)


def _date(unix_ms: int) -> str:
    """ISO 8601, or nothing for a moment that no calendar has."""
    try:
        return datetime.fromtimestamp(unix_ms / 1000, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
