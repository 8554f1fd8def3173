"""A real RADOS Gateway for tests, by the same starter that people use: deploy/try_ceph.py."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.try_ceph import Account, TryCeph, make_bucket
from station.delivery.store import Credentials, ObjectStore, StorePlace

RECEIVER = "receiver"


@dataclass(frozen=True)
class CephStore:
    """A bucket on a running node; `accounts` by the name of a station, "receiver" and "owner"."""

    node: TryCeph
    accounts: dict[str, Account]
    bucket: str

    def store(self, account: str, port: int | None = None, silence_s: float = 10.0) -> ObjectStore:
        """A door to the bucket, straight or through a proxy's port."""
        one = self.accounts[account]
        place = StorePlace(f"http://127.0.0.1:{port or self.node.port}", self.bucket)
        return ObjectStore(place, Credentials(one.access_key, one.secret_key), silence_s)

    def credentials(self, account: str, folder: Path) -> Path:
        return self.accounts[account].write(folder / f"{account}.toml")


def make_accounts(node: TryCeph, stations: list[str]) -> dict[str, Account]:
    """An account for the bucket's owner, the receiver and each station, made side by side: each takes a second."""
    names = ("owner", RECEIVER, *stations)
    with ThreadPoolExecutor() as pool:
        return dict(zip(names, pool.map(node.account, names), strict=True))


def with_bucket(node: TryCeph, accounts: dict[str, Account], bucket: str) -> CephStore:
    """A bucket of its own on a node that runs."""
    stations = {name: account for name, account in accounts.items() if name not in ("owner", RECEIVER)}
    make_bucket(node.endpoint, accounts["owner"], stations, [accounts[RECEIVER]], bucket)
    return CephStore(node, accounts, bucket)
