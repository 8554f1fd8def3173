"""What the screen has shown, and what the authority has: nothing that was shown as saved may be missing."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from station.delivery.layout import BundleName
from station.receiver.opening import Completeness
from tests.soak.plan import MARKERS

NIK = re.compile(rb"647203\d{10}")


@dataclass
class Ledger:
    """Kept outside the station, from what it had shown before it was killed."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    saved: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    opened: dict[str, Completeness] = field(default_factory=dict)
    personal: list[str] = field(default_factory=list)
    memory: list["Held"] = field(default_factory=list)

    def lost(self, here: Iterable[str]) -> list[str]:
        """The bundles shown as saved that are in none of these places, by hash."""
        return sorted(self.saved.keys() - set(here))

    def not_whole(self) -> list[str]:
        """Cases shown as sealed that the authority could not open complete."""
        return sorted(one for one in self.done if self.opened.get(one) is not Completeness.COMPLETE)


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds, at one moment of the van's days."""

    process: str
    pid: int
    when: str
    resident_mb: float
    descriptors: int
    threads: int


def held(process: str, pid: int, when: str) -> Held:
    """Read of a running process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    descriptors = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return Held(process, pid, when, int(fields["VmRSS"].split()[0]) / 1000, descriptors, int(fields["Threads"]))


def hashes(folder: Path) -> set[str]:
    """The hashes of all bundles whose files lie anywhere below a folder, by their names."""
    names = (BundleName.of_file(path.parent.name, path.name) for path in folder.rglob("*.ktpb"))
    return {name.sha256.hex() for name in names if name is not None}


def personal(paths: Iterable[Path], root: Path) -> Iterator[str]:
    """Where a name, an address or a NIK of an applicant stands in clear, in a file or in its name."""
    for path in paths:
        place = str(path.relative_to(root))
        if shows(place.encode()):
            yield f"the name of {place}"
        if path.is_file() and shows(path.read_bytes()):
            yield place


def shows(data: bytes) -> bool:
    """Whether these bytes tell of an applicant."""
    lower = data.lower()
    return any(marker.encode() in lower for marker in MARKERS) or NIK.search(data) is not None
