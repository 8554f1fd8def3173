"""An export to a folder beside the machine's own cp and sync of the same files, and its memory for a large bundle."""

import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path

from station.delivery.export import Exported
from tests.bench.figure import Figure, main
from tests.helpers.sticks import Carrier

CASES, FINGER_BYTES, LARGE_BYTES = 50, 60_000, 40_000_000


def figures() -> Iterable[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        carrier = Carrier(root, cases=CASES, size=FINGER_BYTES)
        size_mb = sum(len(data) for data in carrier.here().values()) / 1e6
        copied_s = timed(lambda: copied(carrier.vault.spool.bundles, root / "copy"))
        exported_s = timed(lambda: exported(carrier))
        yield Figure(f"export of {2 * CASES} bundles", size_mb / exported_s, "MB/s", "cp and sync", size_mb / copied_s)
    with tempfile.TemporaryDirectory() as folder:
        carrier = Carrier(Path(folder), cases=1, size=LARGE_BYTES)
        tracemalloc.start()
        exported(carrier)
        peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        yield Figure("memory while a large bundle is exported", peak_mb, "MB", "the bundle", LARGE_BYTES / 1e6)


def exported(carrier: Carrier) -> None:
    assert isinstance(carrier.export(), Exported)


def copied(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-r", str(source), str(target)], check=True)
    subprocess.run(["sync", "-f", str(target)], check=True)


def timed(work: Callable[[], None]) -> float:
    begun_s = time.perf_counter()
    work()
    return time.perf_counter() - begun_s


if __name__ == "__main__":
    main(figures)
