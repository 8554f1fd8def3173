"""Puts a station together: the only place that names concrete drivers."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from drivers import factory
from drivers.api import DeviceStatus, Role
from station.biometrics.finger_worker import FingerWorker
from station.biometrics.model import FingerPosition
from station.biometrics.quality.portrait import PortraitJudge
from station.capture.context import CounterSettings
from station.capture.desk import Desk
from station.capture.papers import Papers
from station.capture.parts import Parts
from station.clock import Clock, SystemClock
from station.config import Config
from station.delivery.paper import PaperSize
from station.registry.officers import Officers
from station.safekeeping.vault import Vault
from station.workers import Post, Worker

OFFICERS_FILE = "officers.json"
PASSPHRASE_VARIABLE = "KTPEL_PASSPHRASE_FILE"


def passphrase(file: Path | None) -> str:
    """The station's passphrase: from `file`, else from the file that KTPEL_PASSPHRASE_FILE names; LookupError if none.

    A passphrase is never taken from the command line or an environment variable's text: both show in process lists.
    """
    named = file or (Path(os.environ[PASSPHRASE_VARIABLE]) if PASSPHRASE_VARIABLE in os.environ else None)
    if named is None:
        raise LookupError("no passphrase file was named")
    return named.read_text(encoding="utf-8").strip()


def build(config: Config, data: Path, secret: str, post: Post, clock: Clock | None = None) -> Desk:
    """A counter ready to serve. Raises VaultRefused when the data folder cannot be opened."""
    now = clock or SystemClock()
    vault_worker = Worker("safekeeping", post)
    vault = _on(vault_worker, lambda: Vault.unlock(data, secret, now))
    return Desk(
        Parts(
            clock=now,
            post=post,
            settings=_settings(config),
            drivers=factory.make_all(config.devices.settings()),
            vault=vault,
            vault_worker=vault_worker,
            officers=Officers(data / OFFICERS_FILE, now),
            finger_judge=FingerWorker(),
            portrait=PortraitJudge(),
            papers=_papers(config),
        )
    )


def check_devices(config: Config) -> None:
    """Raises ValueError naming a device whose kind or options the drivers do not know; opens nothing."""
    factory.make_all(config.devices.settings())


def ask_devices(config: Config) -> dict[Role, DeviceStatus]:
    """Open each device once, ask it, and let it go: for a health report without a counter."""
    statuses: dict[Role, DeviceStatus] = {}
    drivers = factory.make_all(config.devices.settings())
    for role in Role:
        driver = getattr(drivers, role.value)
        statuses[role] = driver.open()
        driver.close()
    return statuses


def _settings(config: Config) -> CounterSettings:
    return CounterSettings(
        station=config.station.name,
        office=config.office.name,
        limits=config.gate.limits(),
        thresholds={position: config.fingers.threshold(position) for position in FingerPosition},
        tries_limit=config.fingers.tries,
        zone=config.office.zone,
    )


def _papers(config: Config) -> Papers:
    office = config.office
    return Papers(
        office=office.name,
        zone=office.zone,
        week=office.hours.week(),
        holidays=office.holidays,
        promise_working_days=office.promise_working_days,
        collection_place=office.collection_place,
        size=PaperSize(config.receipt.paper),
    )


def _on(worker: Worker, job: Callable[[], Vault]) -> Vault:
    """Run a job on a worker and wait for it: at start-up, before there is anything else to do."""
    answers: list[Vault | Exception] = []
    answered = threading.Event()

    def run() -> None:
        try:
            answers.append(job())
        except Exception as refused:  # noqa: BLE001 - raised again on the caller's thread
            answers.append(refused)
        answered.set()

    worker.submit(run, lambda _none: None)
    answered.wait()
    answer = answers[0]
    if isinstance(answer, Exception):
        worker.stop()
        raise answer
    return answer
