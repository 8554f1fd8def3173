"""Delivery against a real RADOS Gateway: courier and receiver beside the bare requests that they rest on."""

import hashlib
import tempfile
import time
import tracemalloc
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path

from deploy.try_ceph import client, missing_programs, running_node
from station.delivery.receipt_document import read_receipt
from station.receiver.receiving import Receiver
from station.receiver.shelf import Shelf
from station.receiver.sources import BucketSource
from station.safekeeping.disk import SystemDisk
from tests.bench.figure import Figure, main
from tests.helpers.ceph import RECEIVER, CephStore, make_accounts, with_bucket
from tests.helpers.delivering import Delivering, seal_case

STATION = "station-1"
CASES, PART_BYTES = 8, 2_000_000


def figures() -> Iterable[Figure]:
    """Nothing where Ceph is not installed."""
    if missing_programs():
        return
    with running_node() as node, tempfile.TemporaryDirectory() as folder:
        ceph = with_bucket(node, make_accounts(node, [STATION]), "bench")
        trial = Delivering(Path(folder), name=STATION)
        for number in range(CASES):
            seal_case(trial.vault, f"B-{number:04}", PART_BYTES)
        yield from _rates(trial, ceph)
        yield _verifying(trial)
        trial.vault.close()


def _rates(trial: Delivering, ceph: CephStore) -> Iterable[Figure]:
    files = [one.path.read_bytes() for one in trial.outbox.to_send()]
    mb = sum(map(len, files)) / 1e6
    raw = client(ceph.node.endpoint, ceph.accounts["owner"])

    def put_all() -> None:
        for number, data in enumerate(files):
            digest = hashlib.md5(data, usedforsecurity=False).digest()
            raw.put_object(Bucket=ceph.bucket, Key=f"raw/{number}", Body=data, ContentMD5=_base64(digest))

    def get_all() -> None:
        for number in range(len(files)):
            hashlib.sha256(raw.get_object(Bucket=ceph.bucket, Key=f"raw/{number}")["Body"].read()).digest()

    bare_put_s = _seconds(put_all)
    courier = trial.courier(ceph.store(STATION))
    cpu_s = time.process_time()
    seconds = _seconds(courier.round)
    cpu_s = time.process_time() - cpu_s
    yield Figure("courier: upload", mb / seconds, "MB/s", "bare PUT of the same bytes", mb / bare_put_s)
    yield Figure("courier: processor time a bundle", cpu_s / len(files) * 1000, "ms", "its two hashes alone",
                 _hashing_s(files) / len(files) * 1000)  # fmt: skip
    bare_get_s = _seconds(get_all)
    keyring = trial.station.keyring()
    shelf = Shelf(trial.root / "shelf", "bench", SystemDisk())
    receiver = Receiver(shelf, keyring, trial.key(), "bench", trial.clock)
    source = BucketSource(ceph.store(RECEIVER))
    cpu_s = time.process_time()
    seconds = _seconds(lambda: receiver.round(source))
    cpu_s = time.process_time() - cpu_s
    count = len(files)
    yield Figure("receiver: processor time a bundle", cpu_s / count * 1000, "ms", "its two hashes alone",
                 _hashing_s(files) / count * 1000)  # fmt: skip
    yield Figure("receiver: fetch, verify, fsync, receipt", count / seconds, "bundles/s", "bare GET and SHA-256",
                 count / bare_get_s)  # fmt: skip
    yield Figure("receiver: a round with nothing new", _seconds(lambda: receiver.round(source)) * 1000, "ms",
                 "the round that took them", seconds * 1000)  # fmt: skip
    receiver.close()
    yield _memory(trial, source)
    receipts_s = _seconds(courier.round)
    yield Figure("courier: receipts", count / receipts_s, "receipts/s", "its uploads in this run", count / bare_put_s)
    raw.close()


def _memory(trial: Delivering, source: BucketSource) -> Figure:
    """Traced memory of taking everything once more, beside one bundle's size."""
    shelf = Shelf(trial.root / "second-shelf", "bench", SystemDisk())
    receiver = Receiver(shelf, trial.station.keyring(), trial.key(), "bench", trial.clock)
    tracemalloc.start()
    receiver.round(source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    receiver.close()
    return Figure("receiver: memory beyond the start", peak / 1e6, "MB", "one bundle", PART_BYTES / 1e6)


def _verifying(trial: Delivering) -> Figure:
    document, keyring = trial.signed(1), trial.vault.keyring
    body = b"x" * 300
    signatures = trial.key().sign(body)
    key = trial.key().public
    rounds = 200
    ours = _seconds(lambda: [read_receipt(document, keyring) for _ in range(rounds)])
    bare = _seconds(lambda: [key.verifies(body, signatures) for _ in range(rounds)])
    return Figure("reading a receipt", ours / rounds * 1000, "ms", "its two signatures alone", bare / rounds * 1000)


def _hashing_s(files: list[bytes]) -> float:
    """Processor time of SHA-256 and SHA-512 over all of them: what verifying cannot do without."""
    begun = time.process_time()
    for data in files:
        hashlib.sha256(data).digest()
        hashlib.sha512(data).digest()
    return time.process_time() - begun


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(figures)
