"""A province against a real store: nothing is lost, doubled or removed early, whoever is offline when."""

from pathlib import Path

import pytest

from station.receiver.verifying import verify
from tests.helpers.ceph import RECEIVER, with_bucket
from tests.services.conftest import Node
from tests.services.province import ALL, Figures, Province

pytestmark = pytest.mark.services


def run(root: Path, ceph_node: Node, stations: int, days: int, size: int, seed: int) -> Figures:
    """Days of a province, then two on which everybody is online; every day the books must balance."""
    node, accounts = ceph_node
    shared = {"owner": accounts["owner"], RECEIVER: accounts[RECEIVER], ALL: node.account(f"province-{seed}")}
    ceph = with_bucket(node, shared, f"province-{seed}")
    province = Province(root, ceph, stations, seed, size=size)
    for day in range(days):
        balance = province.day(day)
        assert balance.holds, balance
    for day in (days, days + 1):
        balance = province.day(day, last=True)
    assert balance.receipted == balance.accepted == province.figures.sealed
    for station in province.stations:
        report = verify(root / "shelf" / "ktpel" / station.name, station.keyring())
        assert report.accepted
    province.close()
    return province.figures


def test_a_few_stations_over_a_few_days_lose_nothing(ceph_node: Node, tmp_path: Path) -> None:
    figures = run(tmp_path, ceph_node, stations=4, days=4, size=5_000, seed=7)
    assert figures.taken == figures.sealed > 0
    assert figures.by_stick > 0
    assert figures.offline_rounds > 0


@pytest.mark.long
def test_a_province_over_two_weeks_loses_nothing_and_the_receivers_memory_stays(
    ceph_node: Node, tmp_path: Path
) -> None:
    figures = run(tmp_path, ceph_node, stations=200, days=14, size=20_000, seed=64)
    assert figures.taken == figures.sealed > 5_000
    assert max(figures.resident_kb) < 1.5 * figures.resident_kb[2]
