"""One Ceph node with a RADOS Gateway on this machine, without systemd: for trials and tests, never for real records.

`python deploy/try_ceph.py` starts it, prints where it is, and stops and removes everything at Ctrl-C.
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from rich.console import Console

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import DefaultRetentionTypeDef

PROGRAMS = ("setpriv", "ceph", "ceph-mon", "ceph-mgr", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool")
BUCKET = "ktpel"
REGION = "default"
KEYS = ("mon.", "client.admin", "client.rgw", "mgr.a", "osd.0")
WHAT_AN_UPLOADER_COULD = ["s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObject", "s3:DeleteObjectVersion",
                          "s3:PutObjectAcl", "s3:BypassGovernanceRetention", "s3:PutObjectRetention"]  # fmt: skip
"""Whoever puts an object owns it, unless told otherwise."""
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
OSD_BYTES = 8 << 30
LOCK_DAYS = 1
START_S = 60.0
console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Account:
    """One of the store's users."""

    name: str
    access_key: str
    secret_key: str

    def write(self, path: Path) -> Path:
        """As the credentials file that `[delivery]` names; 0600."""
        path.touch(mode=0o600)
        path.write_text(f'access_key = "{self.access_key}"\nsecret_key = "{self.secret_key}"\n', encoding="ascii")
        return path


class CephFailed(Exception):
    """The trial node did not come up; the text is the daemons' last words."""


def missing_programs() -> list[str]:
    """Which of Ceph's programs this machine lacks."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def free_port() -> int:
    """A port of the loopback that nobody holds now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TryCeph:
    """Monitor, manager, one OSD in a sparse file and a gateway, all on the loopback, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._conf = folder / "ceph.conf"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Make the node and wait until the gateway answers; raises CephFailed."""
        for name in ("mon", "mgr", "osd", "log"):
            (self.folder / name).mkdir(parents=True)
        fsid, mon = str(uuid.uuid4()), f"127.0.0.1:{free_port()}"
        self._conf.write_text(_conf(self.folder, fsid, mon, self.port), encoding="ascii")
        monmap = self.folder / "monmap"
        self._run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v2:{mon}]", str(monmap))
        keyring = self.folder / "keyring"
        keyring.touch(mode=0o600)
        keyring.write_text("".join(_key_entry(name) for name in KEYS), encoding="ascii")
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", str(monmap), "--keyring", str(keyring))
        self.launch("mon")
        self._run("ceph", "osd", "new", str(uuid.uuid4()))
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", self._osd_uuid())
        for name in ("mgr", "osd", "rgw"):
            self.launch(name)
        self.wait()

    def launch(self, name: str) -> None:
        """Start one daemon, or start it again after it was killed."""
        command = {
            "mon": ["ceph-mon", "-f", "-i", "a"],
            "mgr": ["ceph-mgr", "-f", "-i", "a"],
            "osd": ["ceph-osd", "-f", "-i", "0"],
            "rgw": ["radosgw", "-f", "-n", "client.rgw"],
        }[name]
        with (self.folder / "log" / f"{name}.out").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*DIES_WITH_US, *command, "-c", str(self._conf)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def kill(self, name: str) -> None:
        """As a power cut would: no farewell."""
        self.processes[name].kill()
        self.processes[name].wait()

    def wait(self) -> None:
        """Until the gateway answers; raises CephFailed."""
        pause, end_s = threading.Event(), time.monotonic() + START_S
        while time.monotonic() < end_s:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise CephFailed(f"{name} ended: {self._last_words(name)}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
                return
            pause.wait(0.1)
        raise CephFailed("the gateway does not answer: " + self._last_words("rgw"))

    def account(self, name: str) -> Account:
        """A new user of the store."""
        one = Account(name, secrets.token_hex(10), secrets.token_hex(20))
        self._run("radosgw-admin", "user", "create", f"--uid={name}", f"--display-name={name}",
                  f"--access-key={one.access_key}", f"--secret-key={one.secret_key}")  # fmt: skip
        return one

    def stop(self) -> None:
        """End every daemon, the gateway first."""
        for name in reversed(list(self.processes)):
            self.processes[name].kill()
        for process in self.processes.values():
            process.wait()
        self.processes.clear()

    def _osd_uuid(self) -> str:
        return str(json.loads(self._run("ceph", "osd", "dump", "--format=json"))["osds"][0]["uuid"])

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run([program, *arguments, "-c", str(self._conf)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CephFailed(f"{program} {arguments[0]}: {done.stderr[-2000:]}")
        return done.stdout

    def _last_words(self, name: str) -> str:
        return (self.folder / "log" / f"{name}.out").read_text(errors="replace")[-2000:]


def make_bucket(endpoint: str, owner: Account, stations: Mapping[str, Account], receivers: Sequence[Account],
                bucket: str = BUCKET) -> None:  # fmt: skip
    """The bucket as docs/delivery.md asks for it: versioned, locked, each station may only put its own bundles."""
    store = client(endpoint, owner)
    store.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    retention: DefaultRetentionTypeDef = {"Mode": "GOVERNANCE", "Days": LOCK_DAYS}
    store.put_object_lock_configuration(
        Bucket=bucket,
        ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}},
    )
    store.put_bucket_policy(Bucket=bucket, Policy=json.dumps(bucket_policy(stations, receivers, bucket)))


def bucket_policy(stations: Mapping[str, Account], receivers: Sequence[Account], name: str) -> dict[str, object]:
    """Who may do what: a station writes its bundles and reads its receipts; a receiver reads all, writes receipts."""
    bucket = f"arn:aws:s3:::{name}"
    statements = []
    for station, account in stations.items():
        statements.append(_allow([account], ["s3:PutObject"], f"{bucket}/ktpel/{station}/*"))
        statements.append(_allow([account], ["s3:GetObject"], f"{bucket}/ktpel/receipts/{station}/*"))
        statements.append(_allow([account], WHAT_AN_UPLOADER_COULD, f"{bucket}/ktpel/{station}/*") | {"Effect": "Deny"})
    if receivers:
        statements.append(_allow(receivers, ["s3:ListBucket"], bucket))
        statements.append(_allow(receivers, ["s3:GetObject"], f"{bucket}/ktpel/*"))
        statements.append(_allow(receivers, ["s3:PutObject"], f"{bucket}/ktpel/receipts/*"))
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(accounts: Sequence[Account], actions: list[str], resource: str) -> dict[str, object]:
    who = [f"arn:aws:iam:::user/{account.name}" for account in accounts]
    return {"Effect": "Allow", "Principal": {"AWS": who}, "Action": actions, "Resource": [resource]}


def client(endpoint: str, account: Account) -> S3Client:
    """The account's own door to the store."""
    settings = Config(
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id=account.access_key, aws_secret_access_key=account.secret_key,
        region_name=REGION, config=settings,
    )  # fmt: skip


def _key_entry(name: str) -> str:
    """One of Ceph's own keys: AES, when it was made, 16 random bytes."""
    key = struct.pack("<HIIH", 1, int(time.time()), 0, 16) + secrets.token_bytes(16)
    mgr = "" if name == "mon." else 'caps mgr = "allow *"\n'
    caps = f'caps mon = "allow *"\n{mgr}caps osd = "allow *"\n'
    return f"[{name}]\nkey = {base64.b64encode(key).decode()}\n{caps}"


def _conf(folder: Path, fsid: str, mon: str, port: int) -> str:
    return f"""[global]
fsid = {fsid}
mon host = [v2:{mon}]
ms bind msgr1 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = {folder}/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon warn on pool no redundancy = false
mon allow pool size one = true
run dir = {folder}
log file =
log to stderr = true
err to stderr = true
debug ms = 0
[mon]
mon data = {folder}/mon
mon initial members = a
mon data avail crit = 1
mon data avail warn = 1
[mgr]
mgr data = {folder}/mgr
mgr initial modules =
[osd]
osd data = {folder}/osd
osd objectstore = bluestore
bluestore block size = {OSD_BYTES}
bluestore block create = true
osd memory target = 1073741824
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw data = {folder}/rgw
rgw enable usage log = false
rgw enable apis = s3
rgw dynamic resharding = false
"""


@contextlib.contextmanager
def running_node() -> Iterator[TryCeph]:
    """A node in a temporary folder that is stopped and removed whatever happens."""
    with tempfile.TemporaryDirectory(prefix="ktpel-ceph-") as folder:
        node = TryCeph(Path(folder))
        try:
            node.start()
            yield node
        finally:
            node.stop()


def main() -> int:
    """Start, print, wait for Ctrl-C, stop."""
    if missing := missing_programs():
        console.print("Install Ceph first:", " ".join(missing))
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with running_node() as node:
            owner, station, receiver = (node.account(name) for name in ("owner", "station-1", "receiver"))
            make_bucket(node.endpoint, owner, {"station-1": station}, [receiver])
            console.print(f"gateway {node.endpoint}, bucket {BUCKET}")
            for account in (station, receiver):
                console.print(f"credentials of {account.name}: {account.write(node.folder / (account.name + '.toml'))}")
            console.print("Ctrl-C stops and removes everything.")
            signal.pause()
    except KeyboardInterrupt:
        console.print("Stopped and removed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
