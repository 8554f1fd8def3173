"""The technician's workshop before anybody opened it: nothing of it is loaded, so that a start costs nothing more."""

from collections.abc import Callable
from typing import Protocol

from station.registry.model import OfficerCard
from ui.presenters.technician_facts import Workshop, WorkshopFacts
from ui.presenters.technician_intents import Sheet, ToWorkshop


class OpenWorkshop(Workshop, Protocol):
    """A workshop with threads to end."""

    def close(self) -> None: ...


class LazyWorkshop:
    """Makes the workshop when its window is first looked at."""

    def __init__(self, make: Callable[[], OpenWorkshop]) -> None:
        self._make = make
        self._made: OpenWorkshop | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def facts(self) -> WorkshopFacts:
        return WorkshopFacts(offered=frozenset({Sheet.DEVICES})) if self._made is None else self._made.facts

    def subscribe(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def look(self, sheet: Sheet | None) -> None:
        if self._made is None:
            self._made = self._make()
            for listener in self._listeners:
                self._made.subscribe(listener)
        self._made.look(sheet)

    def ask(self, wish: ToWorkshop, officer: OfficerCard) -> None:
        if self._made is not None:
            self._made.ask(wish, officer)

    def close(self) -> None:
        if self._made is not None:
            self._made.close()
