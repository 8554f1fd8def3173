"""What a desk is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from drivers.api import Drivers
from station.biometrics.quality.portrait import PortraitJudge
from station.capture.context import CounterSettings, FingerJudge
from station.capture.facts import NO_DELIVERY, DeliveryFacts
from station.capture.papers import Papers
from station.clock import Clock
from station.registry.applications import ApplicationQueue
from station.registry.officers import Officers
from station.safekeeping.vault import Vault
from station.workers import Post, Worker


class Delivery(Protocol):
    """Brings closed cases to the authority, on a thread of its own, where `changed` is called; nothing here waits."""

    def facts(self) -> DeliveryFacts: ...
    def start(self, changed: Callable[[], None]) -> None: ...
    def wake(self) -> None: ...
    def close(self) -> None: ...


class NoDelivery:
    """An office without an object store: everything goes by stick."""

    def facts(self) -> DeliveryFacts:
        return NO_DELIVERY

    def start(self, changed: Callable[[], None]) -> None:
        """There is nothing to start."""

    def wake(self) -> None:
        """There is nothing to wake."""

    def close(self) -> None:
        """There is nothing to close."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a desk is made of; wiring brings them."""

    clock: Clock
    post: Post
    settings: CounterSettings
    drivers: Drivers
    vault: Vault
    vault_worker: Worker
    officers: Officers
    finger_judge: FingerJudge
    portrait: PortraitJudge
    papers: Papers
    queue: ApplicationQueue | None = None
    delivery: Delivery = field(default_factory=NoDelivery)
