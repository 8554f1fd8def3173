"""Delivery's two ends: `deliver` at the station, `receive` on the authority's machine."""

import random
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from station import config as settings
from station.cli_authority import KEY_TROUBLES, AuthorityFolder, TrainingOk, authority_trouble
from station.cli_counter import AsJson, ConfigFile, DataFolder, PassphraseFile, read_config, read_passphrase
from station.cli_output import Output, of_disk
from station.clock import SystemClock
from station.config_delivery import Delivery
from station.delivery.courier import Courier, DeliveryFacts, Round
from station.delivery.layout import is_station
from station.delivery.outbox import Outbox, Outcome
from station.delivery.receipt_document import TO_DO
from station.delivery.store import SENTENCES, BadCredentials, Credentials, ObjectStore, StorePlace, StoreTrouble
from station.receiver.authority import load_receipt_key, load_recipient, load_trust
from station.receiver.case_work import CaseWork, open_pending
from station.receiver.receiving import Fate, Receiver, Seen, Share, Tally
from station.receiver.shelf import Shelf, ShelfBusy
from station.receiver.sources import BucketSource, FolderSource, Source
from station.receiver.verifying import ChainFinding
from station.safekeeping.disk import SystemDisk
from station.safekeeping.vault import Vault, VaultRefused
from station.text import msg
from station.wiring import station_token

Watch = Annotated[bool, typer.Option("--watch", help="Go on until stopped.")]
FULL_EVERY = 60
T = TypeVar("T")


def deliver(
    config: ConfigFile = None,
    data: DataFolder = None,
    passphrase_file: PassphraseFile = None,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Upload what waits, fetch receipts, remove what the authority has had long enough. Offline is no failure."""
    output = Output(as_json)
    read = read_config(config, output)
    delivery = read.delivery
    store = _station_store(delivery, output)
    clock = SystemClock()
    try:
        secret = read_passphrase(passphrase_file, output)
        vault = Vault.unlock(data or settings.places().data, secret, clock, token=station_token(read.keys))
    except VaultRefused as refused:
        raise output.refuse(refused.message) from None
    outbox = Outbox(vault, clock, keep_days=delivery.keep_days, resend_hours=delivery.resend_hours)
    try:
        with _progress(output) as draw:
            courier = Courier(outbox, _here, store, clock, random.Random(),
                              bandwidth_kbit_s=delivery.bandwidth_kbit_s, on_change=draw)  # fmt: skip
            with _stopped_by_signal(courier.close) as stop:
                done = _deliver_rounds(courier, output, watch, stop)
    except OSError as why:
        raise output.refuse(of_disk(why)) from None
    finally:
        vault.close()
    facts = courier.facts
    output.result({"ok": True, **_round_value(done), "waiting": facts.waiting, "unanswered": facts.unanswered,
                   "refused": facts.refused})  # fmt: skip


def _deliver_rounds(courier: Courier, output: Output, watch: bool, stop: threading.Event) -> Round:
    while True:
        done = courier.round()
        _tell_round(done, courier.facts, output)
        if not watch or stop.wait(courier.pause_s(done)):
            return done


def _tell_round(done: Round, facts: DeliveryFacts, output: Output) -> None:
    output.line(msg("{sent} sent, {receipted} receipted, {purged} removed; {waiting} wait, {unanswered} unanswered.",
                    sent=len(done.sent), receipted=len(done.receipted), purged=len(done.purged.removed),
                    waiting=facts.waiting, unanswered=facts.unanswered))  # fmt: skip
    for taken in done.rejected:
        if taken.receipt.reason is not None:
            output.line(
                msg("File {sequence}: {what}", sequence=taken.sequence, what=TO_DO[taken.receipt.reason]), "red"
            )
    for why in done.not_taken:
        output.line(msg("A receipt is not taken: {why}. Nothing was changed.", why=why.value), "red")
    if done.trouble is not None:
        output.line(SENTENCES[done.trouble], "yellow")


def _round_value(done: Round) -> dict[str, object]:
    return {
        "sent": list(done.sent),
        "receipted": list(done.receipted),
        "rejected": [
            {"sequence": one.sequence, "reason": one.receipt.reason and one.receipt.reason.value,
             "sent_again": one.outcome is Outcome.SENT_AGAIN}
            for one in done.rejected
        ],
        "not_taken": [why.name.lower() for why in done.not_taken],
        "removed": list(done.purged.removed),
        "trouble": done.trouble.value if done.trouble else None,
    }  # fmt: skip


def _station_store(delivery: Delivery, output: Output) -> ObjectStore:
    if not delivery.endpoint:
        raise output.refuse(
            msg("No store is set up. Write its address into [delivery] of the settings, or export to a stick.")
        )
    return _store(delivery.endpoint, delivery.bucket, delivery.region, delivery.ca_file,
                  Path(delivery.credentials_file), output)  # fmt: skip


def _store(endpoint: str, bucket: str, region: str, ca_file: str, credentials: Path, output: Output) -> ObjectStore:
    try:
        return ObjectStore(StorePlace(endpoint, bucket, region, ca_file), Credentials.read(credentials))
    except BadCredentials as bad:
        raise output.refuse(bad.message) from None
    except OSError as why:
        raise output.refuse(of_disk(why)) from None


def receive(
    authority: AuthorityFolder,
    store: Annotated[Path, typer.Option("--store", help="Where taken bundles are kept.")],
    folder: Annotated[Path | None, typer.Option("--folder", help="Take from a stick or folder.")] = None,
    endpoint: Annotated[str, typer.Option("--endpoint", help="Take from the object store at this address.")] = "",
    bucket: Annotated[str, typer.Option("--bucket")] = "ktpel",
    region: Annotated[str, typer.Option("--region")] = "default",
    ca_file: Annotated[str, typer.Option("--ca", help="The store's certificate authority.")] = "",
    credentials: Annotated[Path, typer.Option("--credentials", help="TOML with access_key and secret_key.")] = Path(),
    open_to: Annotated[Path | None, typer.Option("--open", help="Open complete cases into this folder.")] = None,
    training_ok: TrainingOk = False,
    reissue: Annotated[bool, typer.Option("--reissue", help="Give receipts anew where old ones fail.")] = False,
    share: Annotated[str, typer.Option("--share", help="Take every N-th station alone, as 2/4.")] = "1/1",
    name: Annotated[str, typer.Option("--name", help="This receiver's own name.")] = "",
    watch: Watch = False,
    pause_s: Annotated[float, typer.Option("--pause", min=0.1, help="Seconds between rounds.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Take bundles from a bucket or a folder: read again, verify, store once, sign receipts, and open cases."""
    output = Output(as_json)
    if (folder is None) == (not endpoint):
        raise output.refuse(msg("Name one source: --folder, or --endpoint with --credentials."))
    shared = _share(share, output)
    called = name or socket.gethostname()
    if not is_station(called):
        raise output.refuse(msg("Give this receiver a short --name of letters and digits."))
    try:
        source: Source = (
            FolderSource(folder, SystemDisk(), called)
            if folder is not None
            else BucketSource(_store(endpoint, bucket, region, ca_file, credentials, output))
        )
        desk = _Desk(authority, store, called, shared, training_ok, output)
    except ShelfBusy:
        raise output.refuse(msg("A receiver called {name} is at work here. Give this one another --name.",
                                name=called)) from None  # fmt: skip
    except KEY_TROUBLES as why:
        raise output.refuse(authority_trouble(why)) from None
    try:
        with _stopped_by_signal(lambda: None) as stop:
            value = desk.work(source, open_to, reissue, stop, pause_s if watch else None)
    except KEY_TROUBLES as why:
        raise output.refuse(authority_trouble(why)) from None
    finally:
        desk.close()
    output.result({"ok": True, **value})


class _Desk:
    """The authority's rounds: keyring read anew each time, bundles taken, cases opened, all of it told."""

    def __init__(
        self, authority: Path, store: Path, name: str, share: Share, training_ok: bool, output: Output
    ) -> None:
        self._authority, self._training_ok, self._output, self._clock = authority, training_ok, output, SystemClock()
        keyring, key = load_trust(authority, self._clock.now()), load_receipt_key(authority)
        self._shelf = Shelf(store, name, SystemDisk())
        self._receiver = Receiver(self._shelf, keyring, key, name, self._clock, training_ok=training_ok, share=share,
                                  on_seen=self._tell)  # fmt: skip

    def close(self) -> None:
        self._receiver.close()

    def work(self, source: Source, open_to: Path | None, again: bool, stop: threading.Event,
             pause_s: float | None) -> dict[str, object]:  # fmt: skip
        """One round, or rounds until `stop`; raises what keys and disks raise."""
        number = 0
        while True:
            value = self._once(source, open_to, again and number == 0, full=number % FULL_EVERY == 0)
            number += 1
            if pause_s is None or stop.wait(pause_s):
                return value
            self._receiver.use(load_trust(self._authority, self._clock.now()))

    def _once(self, source: Source, open_to: Path | None, again: bool, full: bool) -> dict[str, object]:
        trouble = None
        try:
            tally = self._receiver.round(source, full=full, again=again)
        except StoreTrouble as why:
            tally, trouble = Tally(), why.trouble
            self._output.line(SENTENCES[why.trouble], "yellow")
        else:
            fates = tally.fates
            self._output.line(
                msg("{taken} taken, {here} were here, {rejected} rejected, {held} held; {receipts} receipts.",
                    taken=fates[Fate.TAKEN], here=fates[Fate.HERE_ALREADY], rejected=fates[Fate.REJECTED],
                    held=fates[Fate.HELD], receipts=tally.receipts)
            )  # fmt: skip
        for finding in tally.chain:
            self._output.line(f"{finding.station}, {finding.sequence}: {finding.fault.value}", "red")
        cases = [] if open_to is None else [self._case(one) for one in self._open(open_to)]
        return {
            **{fate.value: count for fate, count in tally.fates.items()},
            "receipts": tally.receipts,
            "bytes": tally.bytes_read,
            "chain": [_finding(one) for one in tally.chain],
            "cases": cases,
            "trouble": trouble.value if trouble else None,
        }

    def _open(self, out: Path) -> Iterator[CaseWork]:
        keyring, secret = load_trust(self._authority, self._clock.now()), load_recipient(self._authority)
        return open_pending(self._shelf, keyring, secret, out, training_ok=self._training_ok,
                            language=self._output.say.language)  # fmt: skip

    def _case(self, work: CaseWork) -> dict[str, object]:
        case = work.case
        if case is None:
            self._output.line(msg("{station}, {sequence}: the case waits for {missing} more.",
                                  station=work.manifest.station, sequence=work.manifest.sequence,
                                  missing=work.missing))  # fmt: skip
        else:
            self._output.line(f"{case.number}: {case.state.value} -> {case.folder}")
        return {"station": work.manifest.station, "sequence": work.manifest.sequence, "missing": work.missing,
                "number": case.number if case else None,
                "folder": str(case.folder) if case else None}  # fmt: skip

    def _tell(self, seen: Seen) -> None:
        name = seen.name
        if seen.fate is Fate.REJECTED and seen.reason is not None:
            self._output.line(f"{name.station}, {name.sequence}: {seen.reason.value}", "red")
        elif seen.fate is Fate.HELD:
            self._output.line(msg("{station}, {sequence}: held. Bring the newest keyring into the authority's folder.",
                                  station=name.station, sequence=name.sequence), "yellow")  # fmt: skip


def _finding(one: ChainFinding) -> dict[str, object]:
    return {"station": one.station, "sequence": one.sequence, "fault": one.fault.name.lower()}


def _share(text: str, output: Output) -> Share:
    number, _, of = text.partition("/")
    if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
        return Share(int(number), int(of))
    raise output.refuse(msg("Write --share as 2/4: the second of four receivers."))


def _here(job: Callable[[], T], /) -> T:
    """The command's one thread owns the vault."""
    return job()


@contextmanager
def _progress(output: Output) -> Iterator[Callable[[DeliveryFacts], None]]:
    """A bar of the bytes of this round, for people at a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=output.console, transient=True, disable=output.as_json) as bar:
        task = bar.add_task("", total=None)

        def draw(facts: DeliveryFacts) -> None:
            about = output.say(msg("{waiting} wait", waiting=facts.waiting))
            bar.update(task, total=facts.total_bytes or None, completed=facts.sent_bytes, description=about)

        yield draw


@contextmanager
def _stopped_by_signal(also: Callable[[], None]) -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM end the work between two steps, with nothing half done."""
    stop = threading.Event()

    def handle(_number: int, _frame: object) -> None:
        stop.set()
        also()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
