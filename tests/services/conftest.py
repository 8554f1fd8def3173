"""One Ceph node a session, and a bucket of its own for every test that asks for one."""

from collections.abc import Iterator
from itertools import count

import pytest

from deploy.try_ceph import Account, TryCeph, missing_programs, running_node
from tests.helpers.ceph import CephStore, make_accounts, with_bucket

STATIONS = [f"station-{number}" for number in range(1, 4)]
_NUMBERS = count(1)

Node = tuple[TryCeph, dict[str, Account]]


@pytest.fixture(scope="session")
def ceph_node() -> Iterator[Node]:
    if missing := missing_programs():
        pytest.skip("Ceph is not installed: " + ", ".join(missing))
    with running_node() as node:
        yield node, make_accounts(node, STATIONS)


@pytest.fixture
def ceph(ceph_node: Node) -> CephStore:
    node, accounts = ceph_node
    return with_bucket(node, accounts, f"ktpel-{next(_NUMBERS)}")
