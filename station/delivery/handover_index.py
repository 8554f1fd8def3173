"""The signed list of what one handover holds: whoever receives the stick sees at once what is missing or foreign."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from station.delivery.layout import BundleName, station_prefix
from station.safekeeping import cbor
from station.safekeeping.cbor import BadCbor, Fields
from station.safekeeping.keyring import Keyring
from station.safekeeping.signing import KEY_ID_SIZE, Signatures

FORMAT = "ktpel-index/1"
DOMAIN = b"ktpb/1/index\0"
SUFFIX = ".index"
MAX_SIZE = 64 << 20


class BadIndex(Exception):
    """This document is not a list that the station signed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One bundle of a handover."""

    name: BundleName
    size: int


@dataclass(frozen=True, slots=True)
class HandoverIndex:
    """What a station hands over, in sequence, and when it says it did (UTC, whole seconds)."""

    station: str
    time: datetime
    bundles: tuple[Listed, ...]

    @property
    def total_bytes(self) -> int:
        return sum(one.size for one in self.bundles)

    def encode(self) -> bytes:
        return cbor.encode(
            {
                "format": FORMAT,
                "station": self.station,
                "time": int(self.time.timestamp()),
                "bundles": [[one.name.file_name, one.name.sequence, one.name.sha256, one.size] for one in self.bundles],
            }
        )

    def key(self, document: bytes) -> str:
        """Where the signed document lies below the stick's folder: in order of time, one name for one content."""
        mark = hashlib.sha256(document).hexdigest()[:16]
        return str(PurePosixPath(station_prefix(self.station)) / f"{self.time:%Y%m%dT%H%M%SZ}-{mark}{SUFFIX}")


def signed_document(body: bytes, key_id: bytes, signatures: Signatures) -> bytes:
    """CBOR [contents, key id, signatures over DOMAIN || contents]."""
    return cbor.encode([body, key_id, signatures.encode()])


def read_index(document: bytes, keyring: Keyring) -> HandoverIndex:
    """A list signed by the station that it names, a key of `keyring` that is not revoked; raises BadIndex."""
    try:
        if len(document) > MAX_SIZE:
            raise BadIndex("too long for a list")
        raw_body, raw_key, raw_signatures = cbor.items(cbor.decode(document), "index", 3)
        body, key_id = cbor.octets(raw_body, "contents"), cbor.octets(raw_key, "key id", KEY_ID_SIZE)
        entry = keyring.station(key_id)
        if entry is None or key_id in keyring.revoked:
            raise BadIndex("signed by no station of the keyring")
        if not entry.key.verifies(DOMAIN + body, Signatures.decode(cbor.octets(raw_signatures, "signatures"))):
            raise BadIndex("the signature does not verify")
        index = _contents(body)
    except (BadCbor, ValueError, OverflowError) as why:
        raise BadIndex("not readable as a list") from why
    if index.station != entry.name:
        raise BadIndex("it names another station than its key belongs to")
    return index


def _contents(body: bytes) -> HandoverIndex:
    fields = Fields(cbor.decode(body))
    if fields.text("format") != FORMAT:
        raise BadCbor("another format")
    station, time = fields.text("station"), datetime.fromtimestamp(fields.number("time"), UTC)
    index = HandoverIndex(station, time, tuple(_listed(station, one) for one in fields.items("bundles")))
    fields.done()
    return index


def _listed(station: str, value: cbor.Value) -> Listed:
    file_name, sequence, sha256, size = cbor.items(value, "bundle", 4)
    name = BundleName(station, cbor.number(sequence, "sequence"), cbor.octets(sha256, "sha256", 32))
    if name.file_name != cbor.text(file_name, "name"):
        raise BadCbor("a name does not fit its number and hash")
    return Listed(name, cbor.number(size, "size"))
