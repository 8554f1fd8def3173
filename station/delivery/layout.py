"""Where bundles and receipts lie, the same in a bucket, on a stick and at the authority: one place for their names.

ktpel/<station>/<sequence:010d>-<sha256>.ktpb
ktpel/receipts/<station>/<sha256>.receipt
"""

import re
from dataclasses import dataclass

ROOT = "ktpel"
RECEIPTS = "receipts"
BUNDLE_SUFFIX, RECEIPT_SUFFIX = ".ktpb", ".receipt"
_STATION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,31}", re.ASCII)
_BUNDLE = re.compile(r"(\d{10,20})-([0-9a-f]{64})\.ktpb", re.ASCII)
_RECEIPT = re.compile(r"([0-9a-f]{64})\.receipt", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class BundleName:
    """What a bundle's place says of it, unverified: whose, which number, and which bytes it should hold."""

    station: str
    sequence: int
    sha256: bytes

    @property
    def file_name(self) -> str:
        return f"{self.sequence:010d}-{self.sha256.hex()}{BUNDLE_SUFFIX}"

    @property
    def key(self) -> str:
        """Its path below the stick's folder, and its key in the bucket."""
        return f"{station_prefix(self.station)}{self.file_name}"

    @property
    def receipt_key(self) -> str:
        return f"{receipts_prefix(self.station)}{self.sha256.hex()}{RECEIPT_SUFFIX}"

    @classmethod
    def of_file(cls, station: str, file_name: str) -> "BundleName | None":
        """None for whatever is not named as a bundle, and for a second spelling of a name."""
        found = _BUNDLE.fullmatch(file_name)
        if found is None:
            return None
        name = cls(station, int(found[1]), bytes.fromhex(found[2]))
        return name if name.file_name == file_name else None


def is_station(name: str) -> bool:
    """Whether a name may stand for a station's folder: it cannot leave its place, and is not the receipts' own."""
    return name != RECEIPTS and _STATION.fullmatch(name) is not None


def station_prefix(station: str) -> str:
    """Raises ValueError for a name that cannot stand for a folder."""
    if not is_station(station):
        raise ValueError(f"a station cannot be called {station!r} on a stick or in a bucket")
    return f"{ROOT}/{station}/"


def receipts_prefix(station: str) -> str:
    """Raises ValueError as `station_prefix`."""
    station_prefix(station)
    return f"{ROOT}/{RECEIPTS}/{station}/"


def receipted_hash(file_name: str) -> bytes | None:
    """The SHA-256 that a receipt's file name names; None for whatever is not named as a receipt."""
    found = _RECEIPT.fullmatch(file_name)
    return None if found is None else bytes.fromhex(found[1])
