"""The long fuzz, guided by coverage: `python -m tests.fuzz NAME... [--seconds 120]`, or all, one after the other.

A target that raises what it may not, hangs for ten seconds or takes more than a gigabyte ends with code 1; the bytes
that did it are printed and lie beside the call as `crash-...`.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["protocols", "station"]):
    from tests.fuzz.targets import TARGETS

HANG_S = 10
MEMORY_MB = 1024
LONGEST_BYTES = 4096
ONE = "--here"
"""This process is the one target's own: the fuzzer ends its process."""


def fuzz(name: str, seconds: int) -> None:
    """Never returns."""
    target = TARGETS[name]
    longest = max(LONGEST_BYTES, 2 * max(map(len, target.seeds)))
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(target.seeds):
            (Path(folder) / str(number)).write_bytes(seed)
        limits = [f"-timeout={HANG_S}", f"-rss_limit_mb={MEMORY_MB}", f"-max_len={longest}"]
        atheris.Setup([name, f"-max_total_time={seconds}", "-verbosity=0", *limits, folder], target)
        atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument(ONE, action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in TARGETS]
    if unknown:
        parser.error(f"there is no {unknown[0]}; there are {', '.join(TARGETS)}")
    if asked.here:
        fuzz(asked.names[0], asked.seconds)
    bad = []
    for name in asked.names or TARGETS:
        command = [sys.executable, "-m", "tests.fuzz", name, "--seconds", str(asked.seconds), ONE]
        done = subprocess.run(command, check=False)
        sys.stdout.write(f"{name}: {'well' if done.returncode == 0 else 'BROKEN'}\n")
        sys.stdout.flush()
        if done.returncode:
            bad.append(name)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
