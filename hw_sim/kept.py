"""What a device keeps without power: one JSON file, or nothing beyond the program's end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Kept: TypeAlias = "str | int | bool | list[Kept] | dict[str, Kept]"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """Keeps one set of named values at `path`; without a path it keeps nothing."""

    path: Path | None = None

    def load(self) -> dict[str, Kept]:
        """What was stored last; empty at first."""
        if self.path is None or not self.path.exists():
            return {}
        kept: dict[str, Kept] = json.loads(self.path.read_text(encoding="ascii"))
        return kept

    def store(self, values: Mapping[str, Kept]) -> None:
        if self.path is None:
            return
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(values), encoding="ascii")
        fresh.replace(self.path)

    def numbers(self, name: str) -> dict[int, int]:
        """A table of numbers that was stored under `name`; empty when it was not."""
        table = self.load().get(name, {})
        return {int(key): int(str(value)) for key, value in table.items()} if isinstance(table, dict) else {}


def table(values: Mapping[int, int]) -> dict[str, Kept]:
    """A table of numbers as it is stored."""
    return {str(key): int(value) for key, value in values.items()}
