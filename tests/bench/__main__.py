"""Every benchmark in one table, with the machine described: `python -m tests.bench [--json] [NAME ...]`."""

import importlib
import json
import os
import pkgutil
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

import tests.bench
from tests.bench.figure import Figure, table


def names() -> list[str]:
    """The modules of this folder that measure."""
    found = (module.name for module in pkgutil.iter_modules(tests.bench.__path__))
    return sorted(name for name in found if name not in ("__main__", "figure"))


def measured(wanted: list[str]) -> Iterator[tuple[str, tuple[Figure, ...]]]:
    """Each module's figures, one module after the other."""
    for name in wanted:
        sys.stderr.write(f"measuring {name} ...\n")
        yield name, tuple(importlib.import_module(f"tests.bench.{name}").figures())


def machine() -> str:
    """What the figures were measured on."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in cpus if line.startswith("model name")), platform.machine())
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    python = f"Python {platform.python_version()}, Linux {platform.release()}"
    return f"{model}, {os.cpu_count()} cores, {memory_gb:.0f} GB, {python}"


def main() -> None:
    """Print a table a module, or one JSON document."""
    asked = [word for word in sys.argv[1:] if not word.startswith("-")]
    unknown = sorted(set(asked) - set(names()))
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(names())}")
    wanted = asked or names()
    sys.argv = sys.argv[:1]
    if "--json" in sys.orig_argv:
        found = {name: [asdict(one) | {"ratio": one.ratio} for one in figures] for name, figures in measured(wanted)}
        sys.stdout.write(json.dumps({"machine": machine(), "figures": found}, indent=1) + "\n")
        return
    console = Console(width=130)
    console.print(machine())
    for name, figures in measured(wanted):
        console.print(table(figures, name))


if __name__ == "__main__":
    main()
