"""`ktpel deliver` and `ktpel receive`, as they are typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.config import default_text
from station.safekeeping.states import State
from tests.helpers.cli import RealTimeStation, ktpel, refused
from tests.helpers.s3_stand_in import RECEIVER, StandIn, stand_in


@pytest.fixture
def store() -> Iterator[StandIn]:
    with stand_in() as one:
        yield one


@pytest.fixture
def station(tmp_path: Path) -> RealTimeStation:
    station = RealTimeStation(tmp_path)
    station.record()
    return station


def account(folder: Path, name: str) -> Path:
    path = folder / f"{name}.toml"
    path.touch(mode=0o600)
    path.write_text(f'access_key = "{name}"\nsecret_key = "secret"\n', encoding="ascii")
    return path


def deliver(station: RealTimeStation, port: int) -> list[str | Path]:
    credentials = account(station.root, "balikpapan-1")
    text = default_text().replace('credentials_file = ""', f'credentials_file = "{credentials}"')
    if port:
        text = text.replace('endpoint = ""', f'endpoint = "http://127.0.0.1:{port}"')
    text = text.replace("keep_days = 30", "keep_days = 0")
    settings = station.root / "station.toml"
    settings.write_text(text, encoding="utf-8")
    return ["deliver", "--config", settings, "--data", station.folder, "--passphrase-file", station.passphrase]


def receive(station: RealTimeStation, *source: str | Path) -> list[str | Path]:
    return ["receive", "--authority", station.authority, "--store", station.root / "store", "--name", "r1", *source]


def from_store(station: RealTimeStation, store: StandIn) -> list[str | Path]:
    return receive(station, "--endpoint", f"http://127.0.0.1:{store.port}", "--credentials",
                   account(station.root, RECEIVER))  # fmt: skip


def test_there_and_back(station: RealTimeStation, store: StandIn) -> None:
    sent = ktpel(*deliver(station, store.port), "--json")
    assert sent.code == 0, sent.said
    assert (sent.json()["sent"], sent.json()["unanswered"]) == ([1, 2], 2)
    taken = ktpel(*from_store(station, store), "--open", station.root / "opened", "--json")
    assert taken.code == 0, taken.said
    assert (taken.json()["taken"], taken.json()["receipts"], taken.json()["chain"]) == (2, 2, [])
    assert len(list((station.root / "opened").glob("*/summary.txt"))) == 1
    done = ktpel(*deliver(station, store.port), "--json")
    assert (done.json()["receipted"], done.json()["removed"], done.json()["unanswered"]) == ([1, 2], [1], 0)
    vault = station.unlock()
    assert [entry.state for entry in vault.spool.entries()] == [State.PURGED, State.RECEIPTED]
    vault.close()


def test_people_read_sentences(station: RealTimeStation, store: StandIn) -> None:
    assert "2 sent" in ktpel(*deliver(station, store.port)).said
    assert "2 taken" in ktpel(*from_store(station, store)).said


def test_offline_is_no_failure(station: RealTimeStation) -> None:
    told = ktpel(*deliver(station, 9), "--json")
    assert (told.code, told.json()["trouble"], told.json()["waiting"]) == (0, "offline", 2)
    assert "cannot be reached" in told.said


def test_a_folder_is_received_from_and_gets_its_receipts(station: RealTimeStation, store: StandIn) -> None:
    ktpel(*deliver(station, store.port))
    stick = station.root / "stick"
    for key, versions in store.objects.items():
        (stick / key).parent.mkdir(parents=True, exist_ok=True)
        (stick / key).write_bytes(versions[-1])
    assert ktpel(*receive(station, "--folder", stick), "--json").json()["taken"] == 2
    assert len(list(stick.glob("ktpel/receipts/balikpapan-1/*.receipt"))) == 2


def test_training_is_rejected_and_both_sides_are_told(tmp_path: Path, store: StandIn) -> None:
    station = RealTimeStation(tmp_path)
    station.record(training=True)
    ktpel(*deliver(station, store.port))
    assert ktpel(*from_store(station, store), "--json").json()["rejected"] == 2
    told = ktpel(*deliver(station, store.port))
    assert told.code == 0
    assert "training" in told.said
    assert len(list(station.bundles.glob("*.ktpb"))) == 2


def test_refusals_say_what_to_do(station: RealTimeStation, tmp_path: Path) -> None:
    assert "[delivery]" in refused(*deliver(station, 0))
    arguments = deliver(station, 9)
    (station.root / "balikpapan-1.toml").chmod(0o644)
    assert "chmod 600" in refused(*arguments)
    assert "--folder" in refused(*receive(station))
    assert "2/4" in refused(*receive(station, "--folder", tmp_path, "--share", "5/4"))
    assert "--name" in refused(*receive(station, "--folder", tmp_path), "--name", "not a name")
    assert refused("receive", "--authority", tmp_path / "nowhere", "--store", tmp_path / "s", "--folder", tmp_path)
