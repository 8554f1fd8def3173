"""What a desk is made of."""

from dataclasses import dataclass

from drivers.api import Drivers
from station.biometrics.quality.portrait import PortraitJudge
from station.capture.context import CounterSettings, FingerJudge
from station.capture.papers import Papers
from station.clock import Clock
from station.registry.officers import Officers
from station.safekeeping.vault import Vault
from station.workers import Post, Worker


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
