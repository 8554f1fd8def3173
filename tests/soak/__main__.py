"""A van for some days: `python -m tests.soak --seed N --days D --a-day K`; the same seed is the same plan."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from tests.soak import plan
from tests.soak.ledger import Held, Ledger
from tests.soak.van import Van


def main() -> int:
    """0 when nothing is lost and nothing is told."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--a-day", type=int, default=200)
    parser.add_argument("--times", type=float, default=5.0, help="how many times as fast as life")
    parser.add_argument("--harsh", action="store_true", help="much more goes wrong than in life")
    parser.add_argument("--steps", action="store_true", help="tell each step, with the seconds since the start")
    asked = parser.parse_args()
    console = Console(width=120, highlight=False)
    begun_s = time.monotonic()

    def told(words: str) -> None:
        if asked.steps:
            sys.stderr.write(f"{time.monotonic() - begun_s:8.1f} {words}\n")

    rates = plan.HARSH if asked.harsh else plan.USUAL
    with (
        tempfile.TemporaryDirectory() as folder,
        Van(Path(folder) / "van", Path(folder) / "workshop", asked.seed, rates, asked.times, on_step=told) as van,
    ):
        ledger = van.run(asked.days, asked.a_day)
        wrong = van.reckon()
    for line in report(ledger, (time.monotonic() - begun_s) / 60):
        console.print(line)
    for sentence in wrong:
        console.print(sentence)
    return 1 if wrong else 0


def report(ledger: Ledger, minutes: float) -> Iterator[str]:
    """The figures of a run, a line each."""
    counts = ledger.counts
    yield f"recordings {counts['done']}, deferrals {counts['deferred']}, given up {counts['discarded']}"
    yield f"exceptions {counts['exceptions']}, taken over {counts['taken over']}"
    yield f"faults survived {ledger.faults.total()} ({len(ledger.faults)} kinds), full disks {counts['full disks']}"
    yield f"power cuts {counts['power cuts']}, wrong clocks after them {counts['wrong clocks']}"
    yield f"restarts {counts['restarts']}"
    yield (
        f"captures shown as saved {len(ledger.saved)}; bundles delivered {counts['bundles on the shelf']}, "
        f"receipted {counts['receipts']}, rejected {counts['rejected']}"
    )
    yield f"cases opened complete {len(ledger.opened)} of {len(ledger.done)} shown as sealed"
    yield (
        f"personal data in {len(ledger.personal)} of {counts['files searched for persons']} files; control: found in "
        f"{counts['opened cases that name their applicant']} opened cases"
    )
    for process in ("station", "devices"):
        first, last = longest([one for one in ledger.memory if one.process == process])
        yield (
            f"{process}, from {first.when} to {last.when}: {first.resident_mb:.0f} MB to {last.resident_mb:.0f} MB, "
            f"descriptors {first.descriptors} to {last.descriptors}, threads {first.threads} to {last.threads}"
        )
    yield f"{minutes:.1f} minutes"


def longest(held: list[Held]) -> tuple[Held, Held]:
    """The first and the last weighing of the process that was weighed most often."""
    pids = [one.pid for one in held]
    pid = max(pids, key=pids.count)
    weighed = [one for one in held if one.pid == pid]
    return weighed[0], weighed[-1]


if __name__ == "__main__":
    sys.exit(main())
