"""The audit log as one file for an inspector: readable lines beside the original bytes, signed, and enough to check it.

A text file of JSON lines. The first says whose log it is and carries the authority's signed keyring; then a line for
each record with its bytes; the last holds the station's two signatures over everything before it.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from station.safekeeping import cbor
from station.safekeeping.audit import GENESIS, Record, decode_record
from station.safekeeping.bundle import Instant
from station.safekeeping.cbor import BadCbor
from station.safekeeping.keyring import Keyring, KeyringRefused, root_of, signed_contents
from station.safekeeping.signing import Signatures, Signer

FORMAT = "ktpel-audit-export/1"
DOMAIN = b"ktpb/1/audit-export\0"


class ExportFault(Enum):
    """What is wrong with an export."""

    UNREADABLE = "it is not an exported audit log"
    KEYRING = "the key list in it is not the authority's"
    STATION = "the key list in it does not name the station that signed it, or has revoked it"
    SIGNATURE = "its signatures do not hold"
    RECORD = "a record does not hold"
    COUNT = "records are missing at its end"


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What a check found. `root` is the fingerprint of the authority that vouches for it, `record` the first bad."""

    station: str
    records: int
    root: str
    fault: ExportFault | None = None
    record: int | None = None


class _Bad(Exception):
    def __init__(self, fault: ExportFault, record: int | None = None) -> None:
        super().__init__(fault.value)
        self.fault, self.record = fault, record


def export(records: Iterable[Record], station: str, keyring_document: bytes, when: Instant, signer: Signer) -> bytes:
    """The whole file; may raise SignerSilent."""
    lines, count, head = [], 0, GENESIS
    for record in records:
        lines.append(_line(record))
        count, head = record.index + 1, record.digest
    first = {
        "format": FORMAT,
        "station": station,
        "exported": _time(when.unix_ms),
        "records": count,
        "head": head.hex(),
        "keyring": _text(keyring_document),
    }
    body = "".join(f"{line}\n" for line in (json.dumps(first), *lines)).encode()
    signatures = signer.sign(_signed(body))
    last = {"key_id": signer.public.key_id.hex(), "signatures": _text(signatures.encode())}
    return body + json.dumps(last).encode() + b"\n"


def check(data: bytes, root_fingerprint: bytes | None) -> ExportReport:
    """Check a file offline. Without a root the keyring's own is taken, to be compared by a person."""
    station, count, root = "", 0, ""
    try:
        body, first, lines, last = _parts(data)
        station, document = str(first["station"]), _octets(first["keyring"])
        keyring, root = _keyring(document, root_fingerprint)
        _check_signature(body, station, keyring, bytes.fromhex(str(last["key_id"])), _octets(last["signatures"]))
        head = GENESIS
        for line in lines:
            record = _record(line, count, head)
            count, head = count + 1, record.digest
        if (first["records"], first["head"]) != (count, head.hex()):
            raise _Bad(ExportFault.COUNT, count)
    except _Bad as bad:
        return ExportReport(station, count, root, bad.fault, bad.record)
    except (KeyError, ValueError, TypeError, BadCbor):
        return ExportReport(station, count, root, ExportFault.UNREADABLE)
    return ExportReport(station, count, root)


def _parts(data: bytes) -> tuple[bytes, dict[str, object], list[str], dict[str, object]]:
    """What was signed, and the first, middle and last lines; raises ValueError."""
    lines = data.decode("ascii").split("\n")
    if len(lines) < 3 or lines[-1]:
        raise ValueError("no whole lines")
    first, last = json.loads(lines[0]), json.loads(lines[-2])
    if not isinstance(first, dict) or not isinstance(last, dict) or first["format"] != FORMAT:
        raise ValueError("another format")
    return data[: len(data) - len(lines[-2]) - 1], first, lines[1:-2], last


def _keyring(document: bytes, root_fingerprint: bytes | None) -> tuple[Keyring, str]:
    try:
        return signed_contents(document, root_fingerprint), root_of(document).fingerprint.hex()
    except KeyringRefused as why:
        raise _Bad(ExportFault.KEYRING) from why


def _check_signature(body: bytes, station: str, keyring: Keyring, key_id: bytes, signatures: bytes) -> None:
    entry = keyring.station(key_id)
    if entry is None or entry.name != station or key_id in keyring.revoked:
        raise _Bad(ExportFault.STATION)
    if not entry.key.verifies(_signed(body), Signatures.decode(signatures)):
        raise _Bad(ExportFault.SIGNATURE)


def _record(line: str, index: int, head: bytes) -> Record:
    """The record of a line, which must say in words exactly what its bytes say."""
    try:
        record, previous = decode_record(_octets(json.loads(line)["bytes"]))
    except (BadCbor, ValueError, KeyError, TypeError):
        raise _Bad(ExportFault.RECORD, index) from None
    if record.index != index or previous != head or _line(record) != line:
        raise _Bad(ExportFault.RECORD, index)
    return record


def _line(record: Record) -> str:
    value = {
        "record": record.index,
        "at": _time(record.when.unix_ms),
        "event": record.kind.value,
        "boot": record.when.boot_id,
        "since_boot_ms": record.when.monotonic_ms,
        "fields": {name: _readable(field) for name, field in sorted(record.fields.items())},
        "bytes": _text(record.body),
    }
    return json.dumps(value)


def _readable(field: cbor.Value) -> object:
    return field.hex() if isinstance(field, bytes) else field


def _time(unix_ms: int) -> str:
    seconds = min(unix_ms // 1000, 253_402_300_799)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _signed(body: bytes) -> bytes:
    return DOMAIN + hashlib.sha512(body).digest()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _octets(text: object) -> bytes:
    try:
        return base64.b64decode(str(text).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as why:
        raise ValueError("not base64") from why
