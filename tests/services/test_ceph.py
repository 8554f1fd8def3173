"""Delivery against a real RADOS Gateway: who may do what, daemons killed, bad lines, receivers killed and doubled."""

import contextlib
import json
import random
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.try_ceph import Account, client
from station.delivery.courier import Courier
from station.delivery.store import StoreTrouble, Trouble
from station.receiver.opening import open_bundles
from station.receiver.receiving import Fate, Receiver
from station.receiver.shelf import Shelf
from station.receiver.sources import BucketSource
from station.receiver.verifying import verify
from station.safekeeping.disk import SystemDisk
from station.safekeeping.states import State
from tests.helpers.ceph import RECEIVER, CephStore
from tests.helpers.delivering import Delivering, here, seal_case
from tests.helpers.tcp_proxy import Fault, proxy

pytestmark = pytest.mark.services
KTPEL = Path(sys.executable).parent / "ktpel"


def trial_of(root: Path, name: str, cases: int = 2, size: int = 40_000) -> Delivering:
    trial = Delivering(root, name=name)
    for number in range(cases):
        seal_case(trial.vault, f"BPN-{number:04}", size)
    return trial


def receiver_of(trial: Delivering, shelf: str = "shelf") -> Receiver:
    keyring = trial.station.keyring()
    return Receiver(Shelf(trial.root / shelf, "r1", SystemDisk()), keyring, trial.key(), "r1", trial.clock)


def own(trial: Delivering) -> list[Path]:
    return sorted((trial.root / "shelf" / "ktpel" / trial.station.name).glob("*.ktpb"))


def check(trial: Delivering) -> None:
    """One copy of each on the shelf, and the authority's key opens them all."""
    kept = own(trial)
    hashes = sorted(entry.sha256.hex() for entry in trial.vault.spool.entries())
    assert sorted(path.stem.partition("-")[2] for path in kept) == hashes
    assert open_bundles(kept, trial.station.keyring(), trial.station.secret(), trial.root / "all-opened").complete


def test_whole_way_there_and_back(ceph: CephStore, tmp_path: Path) -> None:
    trial = trial_of(tmp_path, "station-1")
    courier = trial.courier(ceph.store("station-1"))
    assert courier.round().sent == (1, 2, 3, 4, 5, 6)
    receiver = receiver_of(trial)
    source = BucketSource(ceph.store(RECEIVER))
    assert receiver.round(source).fates[Fate.TAKEN] == 6
    assert courier.round().receipted == (1, 2, 3, 4, 5, 6)
    again = receiver.round(source)
    assert (again.fates[Fate.TAKEN], again.fates[Fate.HERE_ALREADY], again.bytes_read) == (0, 6, 0)
    seal_case(trial.vault, "BPN-0009")
    courier.round()
    quick = receiver.round(source, full=False)
    assert (quick.fates[Fate.TAKEN], quick.fates[Fate.HERE_ALREADY]) == (3, 0)
    check(trial)
    receiver.close()
    trial.vault.close()


def test_a_station_may_put_its_own_bundles_and_nothing_else(ceph: CephStore) -> None:
    door = ceph.store("station-2")
    door.put("ktpel/station-2/x", b"own")
    for call in (
        lambda: door.put("ktpel/station-3/x", b"another's"),
        lambda: door.put("ktpel/receipts/station-2/x", b"a receipt for itself"),
        lambda: door.get("ktpel/station-2/x", 10),
        lambda: list(door.names("ktpel/station-2/")),
    ):
        with pytest.raises(StoreTrouble) as caught:
            call()
        assert caught.value.trouble is Trouble.REFUSED
    raw = client(ceph.node.endpoint, ceph.accounts["station-2"])
    with pytest.raises(raw.exceptions.ClientError, match="AccessDenied"):
        raw.delete_object(Bucket=ceph.bucket, Key="ktpel/station-2/x")
    raw.close()


def test_what_was_put_once_survives_being_overwritten(ceph: CephStore) -> None:
    """Versions and the lock: a stolen station's credentials cannot destroy what was delivered."""
    door = ceph.store("station-2")
    door.put("ktpel/station-2/y", b"first")
    door.put("ktpel/station-2/y", b"second")
    owner = client(ceph.node.endpoint, ceph.accounts["owner"])
    versions = owner.list_object_versions(Bucket=ceph.bucket, Prefix="ktpel/station-2/y")["Versions"]
    assert len(versions) == 2
    with pytest.raises(owner.exceptions.ClientError, match="AccessDenied"):
        owner.delete_object(Bucket=ceph.bucket, Key="ktpel/station-2/y", VersionId=versions[-1]["VersionId"])
    owner.close()


def test_wrong_credentials_and_a_missing_bucket_are_understood(ceph: CephStore) -> None:
    stranger = Account("station-1", "AKNOBODY", "secret")
    for wrong, trouble in (
        (replace(ceph, accounts={"station-1": stranger}), Trouble.REFUSED),
        (replace(ceph, bucket="no-such-bucket"), Trouble.NO_BUCKET),
    ):
        with pytest.raises(StoreTrouble) as caught:
            wrong.store("station-1").put("ktpel/station-1/x", b"x")
        assert caught.value.trouble is trouble


@pytest.mark.parametrize("fault", [Fault.RESET_MID_WAY, Fault.FALSE_OK, Fault.LATE])
def test_a_bad_line_to_a_real_gateway(ceph: CephStore, tmp_path: Path, fault: Fault) -> None:
    trial = trial_of(tmp_path, "station-1", cases=1)
    source = BucketSource(ceph.store(RECEIVER))
    receiver = receiver_of(trial)
    with proxy(ceph.node.port) as cable:
        cable.faults.extend([fault, Fault.NONE, fault])
        for _ in range(10):
            door = ceph.store("station-1", cable.port, silence_s=2.0)
            trial.courier(door).round()
            door.close()
            receiver.round(source)
            cable.deliver_late()
            trial.clock.advance(86_401)
            if set(trial.states()) == {State.RECEIPTED}:
                break
    assert set(trial.states()) == {State.RECEIPTED}
    check(trial)
    receiver.close()
    trial.vault.close()


def command(trial: Delivering, ceph: CephStore, name: str) -> list[str | Path]:
    """A receiver as it is typed."""
    credentials = ceph.credentials(RECEIVER, trial.root)
    where: list[str | Path] = ["--endpoint", ceph.node.endpoint, "--bucket", ceph.bucket, "--credentials", credentials]
    return [KTPEL, "receive", "--authority", trial.station.authority, "--store", trial.root / "shelf", "--name", name,
            "--json", *where]  # fmt: skip


def test_receivers_killed_and_doubled_keep_one_copy_each(ceph: CephStore, tmp_path: Path) -> None:
    """Two receivers side by side are killed by the kernel amid their work; two more finish it."""
    trial = trial_of(tmp_path, "station-1", cases=5, size=100_000)
    trial.courier(ceph.store("station-1")).round()
    pair = [subprocess.Popen(command(trial, ceph, name), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            for name in ("a", "b")]  # fmt: skip
    pause = threading.Event()
    while not own(trial) and all(one.poll() is None for one in pair):
        pause.wait(0.02)
    for one in pair:
        one.send_signal(signal.SIGKILL)
        one.communicate()
    before = len(own(trial))
    assert all(report.accepted for report in verify(own(trial), trial.station.keyring()).bundles)
    second = [subprocess.Popen(command(trial, ceph, name), stdout=subprocess.PIPE) for name in ("a", "b")]
    told = [json.loads(one.communicate(timeout=240)[0]) for one in second]
    assert all(one["ok"] for one in told)
    assert before + sum(one["taken"] for one in told) == len(own(trial)) == 15
    trial.courier(ceph.store("station-1")).round()
    assert set(trial.states()) == {State.RECEIPTED}
    check(trial)
    trial.vault.close()


def test_daemons_killed_under_load_lose_nothing(ceph: CephStore, tmp_path: Path) -> None:
    """The gateway and the disk's daemon are killed between two uploads, several times."""
    trial = trial_of(tmp_path, "station-1", cases=4)
    door = ceph.store("station-1", silence_s=3.0)
    chance, kills = random.Random(3), 0

    class Unlucky(Courier):
        def _send(self, parcel):  # type: ignore[no-untyped-def]  # the parent's own shape
            nonlocal kills
            if kills < 3 and chance.random() < 0.4:
                kills += 1
                ceph.node.kill("osd" if kills == 2 else "rgw")
            return super()._send(parcel)

    for _ in range(12):
        Unlucky(trial.outbox, here, door, trial.clock, chance).round()
        for name, process in list(ceph.node.processes.items()):
            if process.poll() is not None:
                ceph.node.launch(name)
        ceph.node.wait()
        if not trial.vault.spool.entries(State.QUEUED, State.UPLOADING):
            break
    assert kills == 3
    receiver = receiver_of(trial)
    source = BucketSource(ceph.store(RECEIVER, silence_s=20.0))
    for _ in range(5):
        with contextlib.suppress(StoreTrouble):
            receiver.round(source)
            break
    Courier(trial.outbox, here, ceph.store("station-1"), trial.clock, chance).round()
    assert set(trial.states()) == {State.RECEIPTED}
    check(trial)
    receiver.close()
    trial.vault.close()
