"""The template library of a simulated SFM module."""

from hw_sim import ef01_templates as templates
from hw_sim.kept import Kept, KeptFile
from protocols.sfm import EnrollOption, Result

CAPACITY = 1900
PER_ID = 10


class Library:
    """Templates by user id, 1 to 2^32 - 1."""

    def __init__(self, memory: KeptFile) -> None:
        self._memory = memory
        self._templates: dict[int, list[bytes]] = {}
        kept = memory.load().get("templates", {})
        for number, held in kept.items() if isinstance(kept, dict) else ():
            self._templates[int(number)] = [bytes.fromhex(str(raw)) for raw in held] if isinstance(held, list) else []

    @property
    def count(self) -> int:
        return sum(len(held) for held in self._templates.values())

    def refusal(self, number: int, option: int) -> Result | None:
        """Why an enrolment under this id cannot be; None when it can."""
        if self.count >= CAPACITY:
            return Result.MEMORY_FULL
        if option == EnrollOption.AUTO_ID:
            return None
        if number == 0:
            return Result.INVALID_ID
        return Result.EXIST_ID if option == EnrollOption.CHECK_ID and number in self._templates else None

    def enroll(self, number: int, option: int, template: bytes) -> int:
        """Keep a template; the id it is kept under."""
        if option == EnrollOption.AUTO_ID:
            number = next(free for free in range(1, CAPACITY + 2) if free not in self._templates)
        if option not in (EnrollOption.ADD, EnrollOption.CONTINUE):
            self._templates[number] = []
        self.add(number, template)
        return number

    def add(self, number: int, template: bytes) -> None:
        """One more template of the same person; the oldest goes when there are ten."""
        self._templates[number] = [*self._templates.get(number, []), template][-PER_ID:]
        self._save()

    def of(self, number: int) -> list[bytes]:
        return self._templates.get(number, [])

    def find(self, template: bytes, number: int | None = None) -> tuple[int, int] | None:
        """(id, place among its templates) of the first of the same finger, under one id or any."""
        for candidate in [number] if number is not None else sorted(self._templates):
            for place, held in enumerate(self.of(candidate)):
                if templates.score(template, held):
                    return candidate, place
        return None

    def delete(self, number: int) -> bool:
        gone = self._templates.pop(number, None) is not None
        self._save()
        return gone

    def clear(self) -> None:
        self._templates.clear()
        self._save()

    def _save(self) -> None:
        held: dict[str, Kept] = {
            str(number): [raw.hex() for raw in templates] for number, templates in self._templates.items()
        }
        self._memory.store(self._memory.load() | {"templates": held})
