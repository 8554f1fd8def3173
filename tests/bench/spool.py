"""A spool grown for years: open, list, rebuild, beside the files alone: `python -m tests.bench.spool [bundles]`.

The bundles are tiny files with honest metadata: what is measured is their number. 20,000 by default (a busy office
makes some 3,000 a week); with 100,000 the folder alone takes minutes to make.
"""

import hashlib
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from station.safekeeping.bundle import Kind
from station.safekeeping.disk import SystemDisk
from station.safekeeping.spool import Entry, Spool
from station.safekeeping.states import State
from tests.bench.figure import Figure, main
from tests.bench.seal import peak_mb

BUNDLES = 20_000
BODY = b"a bundle's place is taken by this line"


def seconds(work: Callable[[], object]) -> float:
    start_s = time.perf_counter()
    work()
    return time.perf_counter() - start_s


def entry(sequence: int) -> Entry:
    bundle_id = hashlib.sha256(b"bundle %d" % sequence).digest()[:16]
    digest = hashlib.sha256(BODY).digest()
    case = hashlib.sha256(b"case %d" % (sequence // 15)).digest()[:16]
    return Entry(bundle_id, Kind.SEGMENT, sequence, digest, len(BODY), case, "finger-01", sequence, False)


def fill(folder: Path, count: int) -> None:
    """As so many seals would leave it, without waiting for the platter."""
    bundles = folder / "bundles"
    bundles.mkdir(parents=True)
    for sequence in range(1, count + 1):
        one = entry(sequence)
        (bundles / one.file_name).write_bytes(BODY)
        (bundles / f"{one.file_name}.meta").write_bytes(one.encode())


def opened(folder: Path, known: dict[int, bytes]) -> Spool:
    spool = Spool(folder, SystemDisk())
    spool.recover(known, set(), lambda _path: None)
    return spool


def read_all(folder: Path) -> int:
    """What any program pays that looks at every file and reads the metadata."""
    total = 0
    with os.scandir(folder / "bundles") as found:
        for item in found:
            total += item.stat().st_size
            if item.name.endswith(".meta"):
                total += len(Path(item.path).read_bytes())
    return total


def rows_alone(path: Path, count: int) -> None:
    """The same ids and states into SQLite, nothing else."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE bundle (id BLOB PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID")
        rows = ((entry(sequence).id, State.QUEUED.value) for sequence in range(1, count + 1))
        connection.executemany("INSERT INTO bundle VALUES (?, ?)", rows)
    connection.close()


def figures() -> Iterator[Figure]:
    count = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else BUNDLES
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
        folder = Path(place) / "spool"
        fill(folder, count)
        known = {sequence: entry(sequence).sha256 for sequence in range(count - 200, count + 1)}
        alone_s = seconds(lambda: read_all(folder))
        spools: list[Spool] = []
        took_mb = peak_mb(lambda: spools.append(opened(folder, known)))
        spools.pop().close()
        (folder / "spool.db").unlink()
        name = f"{count:,} bundles"
        yield Figure(
            f"rebuild, {name}", seconds(lambda: spools.append(opened(folder, known))), "s", "scandir and read", alone_s
        )
        spools.pop().close()
        yield Figure(
            f"open, {name}", seconds(lambda: spools.append(opened(folder, known))), "s", "scandir and read", alone_s
        )
        spool = spools.pop()
        rows_s = seconds(lambda: rows_alone(Path(place) / "alone.db", count))
        moved, case = spool.entries()[-1].id, entry(7).case_id or b""
        yield Figure(f"list what waits, {name}", 1000 * seconds(spool.waiting), "ms", "limit for a screen", 100.0)
        yield Figure(
            f"one case's bundles, {name}",
            1000 * seconds(lambda: spool.of_case(case)),
            "ms",
            "limit for a screen",
            100.0,
        )
        yield Figure(f"move one on, {name}", 1000 * seconds(lambda: spool.advance(moved, State.UPLOADING)), "ms",
                     "all rows into SQLite alone", 1000 * rows_s)  # fmt: skip
        yield Figure(f"memory of an open spool, {name}", took_mb, "MB", "limit", 1024.0)
        spool.close()


if __name__ == "__main__":
    main(figures)
