"""Puts a station together: the only place that names concrete drivers."""

import os
import random
import threading
from collections.abc import Callable
from pathlib import Path

from drivers import factory
from drivers.api import DeviceStatus, Drivers, Role
from station.biometrics.finger_worker import FingerWorker
from station.biometrics.model import FingerPosition
from station.biometrics.quality.portrait import PortraitJudge
from station.capture import parts
from station.capture.context import CounterSettings, FingerCoding
from station.capture.delivering import Delivering
from station.capture.desk import Desk
from station.capture.papers import Papers
from station.clock import Clock, SystemClock
from station.config import Config, Keys
from station.config_delivery import Delivery
from station.delivery.courier import Courier, DeliveryFacts
from station.delivery.outbox import Outbox
from station.delivery.paper import PaperSize
from station.delivery.store import BadCredentials, Credentials, ObjectStore, StorePlace
from station.registry.applications import ApplicationQueue
from station.registry.nik import load_regions
from station.registry.officers import Officers
from station.safekeeping.cases import CaseHandle
from station.safekeeping.events import EventKind
from station.safekeeping.token import TokenAccess
from station.safekeeping.vault import Vault, VaultRefused
from station.text import Message, msg
from station.workers import Post, Worker

OFFICERS_FILE = "officers.json"
QUEUE_FILE = "served.json"
PASSPHRASE_VARIABLE = "KTPEL_PASSPHRASE_FILE"


def passphrase(file: Path | None) -> str:
    """The station's passphrase: from `file`, else from the file that KTPEL_PASSPHRASE_FILE names; LookupError if none.

    A passphrase is never taken from the command line or an environment variable's text: both show in process lists.
    """
    named = file or (Path(os.environ[PASSPHRASE_VARIABLE]) if PASSPHRASE_VARIABLE in os.environ else None)
    if named is None:
        raise LookupError("no passphrase file was named")
    return named.read_text(encoding="utf-8").strip()


def token_access(keys: Keys, pin: str | None = None) -> TokenAccess | None:
    """The token that the settings name, None where the key is a file; raises LookupError without a PIN, OSError."""
    if keys.store == "file" or keys.module is None or keys.token_label is None:
        return None
    if keys.pin_file is not None:
        pin = Path(keys.pin_file).read_text(encoding="utf-8").strip()
    if pin is None:
        raise LookupError("no PIN file was named")
    return TokenAccess(Path(keys.module), keys.token_label, pin)


def station_token(keys: Keys) -> TokenAccess | None:
    """The same for a station that starts by itself; raises VaultRefused with what to do."""
    try:
        return token_access(keys)
    except (LookupError, OSError) as why:
        raise VaultRefused(msg("The token's PIN file is missing. The technician names it in the settings.")) from why


def build(config: Config, data: Path, secret: str, post: Post, clock: Clock | None = None) -> Desk:
    """A counter ready to serve. Raises VaultRefused when the data folder cannot be opened."""
    now = clock or SystemClock()
    token = station_token(config.keys)
    vault_worker = Worker("safekeeping", post)
    loading = threading.Thread(target=load_regions, name="regions")
    try:
        loading.start()  # beside the passphrase's slow hash, which leaves the processor's other half free
        vault = vault_worker.ask(lambda: Vault.unlock(data, secret, now, token=token))
    except Exception:
        vault_worker.stop()
        raise
    finally:
        loading.join()
    return Desk(
        parts.Parts(
            clock=now,
            post=post,
            settings=_settings(config),
            drivers=make_drivers(config),
            vault=vault,
            vault_worker=vault_worker,
            officers=Officers(data / OFFICERS_FILE, now, vouched=lambda: vault.keyring.roles()),
            finger_judge=FingerWorker(),
            portrait=PortraitJudge(),
            papers=make_papers(config, vault, vault_worker),
            queue=_queue(config, data, now),
            delivery=_delivery(config.delivery, vault, vault_worker, now),
        )
    )


def make_drivers(config: Config) -> Drivers:
    """The configured drivers, nothing opened; raises ValueError naming a device that the drivers do not know."""
    return factory.make_all(config.devices.settings())


def ask_devices(config: Config) -> dict[Role, DeviceStatus]:
    """Open each device once, ask it, and let it go: for a health report without a counter."""
    statuses: dict[Role, DeviceStatus] = {}
    drivers = make_drivers(config)
    for role in Role:
        driver = drivers.of(role)
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
        finger_coding=FingerCoding(config.records.finger == "jpeg2000", config.records.wsq_copy),
        lock_after_s=config.counter.lock_after_minutes * 60 or None,
        start_of_shift=config.counter.start_of_shift,
    )


def _queue(config: Config, data: Path, clock: Clock) -> ApplicationQueue | None:
    """Today's applicants, where the office has online services."""
    if not config.queue.folder:
        return None
    return ApplicationQueue(Path(config.queue.folder), config.queue.quota, clock, config.office.zone, data / QUEUE_FILE)


def _delivery(config: Delivery, vault: Vault, vault_worker: Worker, clock: Clock) -> parts.Delivery:
    """The courier to the object store, where one is set up; the vault is asked on its own thread."""
    if not config.endpoint:
        return parts.NoDelivery()

    def make(told: Callable[[DeliveryFacts], None]) -> Courier | Message:
        try:
            credentials = Credentials.read(Path(config.credentials_file))
        except BadCredentials as bad:
            return bad.message
        except OSError:
            return msg("The file with the store's credentials cannot be read. Call the technician.")
        store = ObjectStore(StorePlace(config.endpoint, config.bucket, config.region, config.ca_file), credentials)
        outbox = Outbox(vault, clock, keep_days=config.keep_days, resend_hours=config.resend_hours)
        kbit_s = config.bandwidth_kbit_s
        return Courier(outbox, vault_worker.ask, store, clock, random.Random(), bandwidth_kbit_s=kbit_s, on_change=told)

    return Delivering(make, clock)


def make_papers(config: Config, vault: Vault, vault_worker: Worker) -> Papers:
    """The office's papers; copies go into the audit log, and the promise counts the cases that the vault has."""
    office = config.office

    def reprinted(case: CaseHandle, copies: int) -> None:
        event = EventKind.PAPER_REPRINTED
        vault_worker.submit(lambda: vault.audit(event, case=case.case_id, number=copies), lambda _none: None)

    return Papers(
        office=office.name,
        zone=office.zone,
        week=office.hours.week(),
        holidays=office.holidays,
        promise_working_days=office.promise_working_days,
        collection_place=office.collection_place,
        size=PaperSize(config.receipt.paper),
        cards_a_day=office.cards_a_day,
        recorded_days=lambda: vault_worker.ask(lambda: vault.case_days(office.zone)),
        reprinted=reprinted,
    )
