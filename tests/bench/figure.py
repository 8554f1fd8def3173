"""What a benchmark prints: a measured number beside a limit or a peer from the same run, and their ratio.

Every module of this folder that measures has `figures() -> Iterable[Figure]` and ends in `main(figures)`;
`python -m tests.bench` runs them all.
"""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `beside` says what `beside_value` is: a limit, the wire's floor, or a peer measured here."""

    name: str
    value: float
    unit: str
    beside: str
    beside_value: float

    @property
    def ratio(self) -> float:
        """The value over what it is held against."""
        return self.value / self.beside_value if self.beside_value else float("inf")


def table(figures: Iterable[Figure], title: str) -> Table:
    """The figures as people read them."""
    drawn = Table("what", "measured", "beside", "value", "ratio", title=title, title_justify="left")
    for one in figures:
        value, other = f"{one.value:.4g} {one.unit}", f"{one.beside_value:.4g} {one.unit}"
        drawn.add_row(one.name, value, one.beside, other, f"{one.ratio:.3f}")
    return drawn


def main(figures: Callable[[], Iterable[Figure]]) -> None:
    """Measure and print; `--json` prints a list of objects instead of the table."""
    found = tuple(figures())
    if "--json" in sys.argv[1:]:
        sys.stdout.write(json.dumps([asdict(one) | {"ratio": one.ratio} for one in found], indent=1) + "\n")
    else:
        Console(width=130).print(table(found, sys.argv[0].rsplit("/", 1)[-1]))
