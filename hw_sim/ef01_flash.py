"""What an EF01 module keeps without power."""

from dataclasses import dataclass, field

from hw_sim.kept import Kept, KeptFile
from protocols.ef01 import BAUD_UNIT, DEFAULT_ADDRESS, DEFAULT_PASSWORD, PAYLOADS


@dataclass(slots=True)
class Flash:
    """Parameters, notepad and template library; stored after each change."""

    memory: KeptFile = field(default_factory=KeptFile)
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
        numbers: dict[str, Kept] = {name: getattr(self, name) for name in _NUMBERS}
        texts: dict[str, Kept] = {
            name: {str(page): raw.hex() for page, raw in getattr(self, name).items()} for name in _PAGES
        }
        self.memory.store(numbers | texts)


_NUMBERS = ("address", "password", "baud_factor", "security", "packet_code")
_PAGES = ("notepad", "templates")


def load(memory: KeptFile) -> Flash:
    """What is kept there, or a factory-fresh flash."""
    flash = Flash(memory)
    kept = memory.load()
    for name in _NUMBERS:
        setattr(flash, name, int(str(kept.get(name, getattr(flash, name)))))
    for name in _PAGES:
        pages = kept.get(name, {})
        if isinstance(pages, dict):
            setattr(flash, name, {int(page): bytes.fromhex(str(raw)) for page, raw in pages.items()})
    return flash
