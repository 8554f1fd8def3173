"""What an EF01 module keeps without power."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from protocols.ef01 import BAUD_UNIT, DEFAULT_ADDRESS, DEFAULT_PASSWORD, PAYLOADS


@dataclass(slots=True)
class Flash:
    """Parameters, notepad and template library; written to `path` after each change when there is one."""

    path: Path | None = None
    address: int = DEFAULT_ADDRESS
    password: int = DEFAULT_PASSWORD
    baud_factor: int = 6
    security: int = 3
    packet_code: int = 2
    notepad: dict[int, bytes] = field(default_factory=dict)
    templates: dict[int, bytes] = field(default_factory=dict)

    @property
    def baud(self) -> int:
        return self.baud_factor * BAUD_UNIT

    @property
    def payload(self) -> int:
        return PAYLOADS[self.packet_code]

    def save(self) -> None:
        if self.path is None:
            return
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        texts = {name: {str(page): raw.hex() for page, raw in getattr(self, name).items()} for name in _PAGES}
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(numbers | texts), encoding="ascii")
        fresh.replace(self.path)


_NUMBERS = ("address", "password", "baud_factor", "security", "packet_code")
_PAGES = ("notepad", "templates")


def load(path: Path | None) -> Flash:
    """The flash kept at `path`, or a factory-fresh one."""
    flash = Flash(path)
    if path is None or not path.exists():
        return flash
    kept = json.loads(path.read_text(encoding="ascii"))
    for name in _NUMBERS:
        setattr(flash, name, int(kept[name]))
    for name in _PAGES:
        setattr(flash, name, {int(page): bytes.fromhex(raw) for page, raw in kept[name].items()})
    return flash
