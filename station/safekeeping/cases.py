"""Open cases as metadata: number, id and salt lie here from the first capture to the manifest, and then are gone."""

import contextlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from station.safekeeping import cbor
from station.safekeeping.cbor import BadCbor, Fields
from station.safekeeping.contents import CaseTag
from station.safekeeping.disk import Disk, make_folder, write_new
from station.safekeeping.notes import Outcome

_LIKE_A_NIK = re.compile(r"\d(?:\W?\d){15}")
MAX_NUMBER, MAX_LABEL = 40, 60


@dataclass(frozen=True, slots=True, repr=False)
class CaseHandle:
    """A case in hand. `applicant` proves later that the same person stands here, see notes.applicant_tag."""

    case_id: bytes
    number: str
    salt: bytes
    applicant: bytes | None = None

    def tag(self) -> CaseTag:
        return CaseTag(self.case_id, self.number, self.salt)

    def __repr__(self) -> str:
        return f"CaseHandle({self.case_id.hex()})"


@dataclass(frozen=True, slots=True)
class SealedLabel:
    """What is sealed of a case, proven by the station's own signature: which capture, when (UTC) and how it came out.

    `bundle_id` and `sha256` in hex. `outcome` is None where the desk gave none, and in cases of earlier versions.
    """

    label: str
    sequence: int
    sealed_at: datetime
    bundle_id: str
    sha256: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case begun and not closed, as it can be shown and gone on with after a power cut; `sealed` in sequence."""

    number: str
    begun_at: datetime
    sealed: tuple[SealedLabel, ...]


def check_metadata(text: str, limit: int) -> None:
    """Raises BadCbor for what must not lie in clear: long or unprintable text, and anything as long as a NIK."""
    if not 0 < len(text) <= limit or not text.isprintable() or _LIKE_A_NIK.search(text):
        raise BadCbor("not fit for metadata")


class CaseStore:
    """One small file a case; a case is open as long as its file is there.

    What the disk refuses to write or remove is kept in memory and tried again by `settle`, which comes before every
    seal: so a case is on the disk before anything of it is shown as saved.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder, self._disk = folder, disk
        make_folder(folder)
        for part in folder.glob("*.part"):
            disk.unlink(part)
        self._open: dict[bytes, tuple[CaseHandle, int]] = {}
        self._unwritten: dict[Path, bytes] = {}
        self._ended: set[Path] = set()
        for path in sorted(folder.glob("*.case")):
            try:
                handle, begun_ms = _decode(path.read_bytes())
            except BadCbor:
                disk.replace(path, path.with_suffix(".damaged"))
                continue
            self._open[handle.case_id] = handle, begun_ms

    def begin(self, case: CaseHandle, begun_ms: int) -> None:
        """Open a case and write it down; raises BadCbor for a number that is not fit for metadata."""
        check_metadata(case.number, MAX_NUMBER)
        body = cbor.encode(
            {
                "case": case.case_id,
                "number": case.number,
                "salt": case.salt,
                "begun_ms": begun_ms,
                **({} if case.applicant is None else {"applicant": case.applicant}),
            }
        )
        self._open[case.case_id] = case, begun_ms
        self._unwritten[self._path(case)] = body
        self._try_to_settle()

    def end(self, case: CaseHandle) -> None:
        """Forget a case and its salt."""
        del self._open[case.case_id]
        self._unwritten.pop(self._path(case), None)
        self._ended.add(self._path(case))
        self._try_to_settle()

    def settle(self) -> None:
        """Bring the disk in line with memory; raises OSError."""
        for path, body in list(self._unwritten.items()):
            if path.exists():
                self._disk.unlink(path)
            write_new(self._disk, path, body)
            del self._unwritten[path]
        for path in list(self._ended):
            if path.exists():
                self._disk.unlink(path)
            self._disk.fsync_folder(self._folder)
            self._ended.discard(path)

    def _try_to_settle(self) -> None:
        with contextlib.suppress(OSError):  # tried again before the next seal, which refuses if it fails again
            self.settle()

    def all(self) -> tuple[tuple[CaseHandle, int], ...]:
        """The open cases and when each was begun (Unix milliseconds), oldest first."""
        return tuple(sorted(self._open.values(), key=lambda stored: stored[1]))

    def find(self, number: str) -> CaseHandle | None:
        return next((case for case, _ in self._open.values() if case.number == number), None)

    def _path(self, case: CaseHandle) -> Path:
        return self._folder / f"{case.case_id.hex()}.case"


def _decode(data: bytes) -> tuple[CaseHandle, int]:
    fields = Fields(cbor.decode(data))
    applicant = fields.octets("applicant", 32) if fields.has("applicant") else None
    handle = CaseHandle(fields.octets("case", 16), fields.text("number"), fields.octets("salt", 32), applicant)
    begun_ms = fields.number("begun_ms")
    fields.done()
    return handle, begun_ms
