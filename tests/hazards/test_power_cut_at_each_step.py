"""The counter's process is killed in each step of a case; it starts again, and the case goes on where it stood."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from station.capture.facts import Step
from station.receiver import open_bundles
from station.safekeeping.vault import OpenCase
from tests.helpers.clock import FakeClock
from tests.helpers.counter import DRAFT, Served, by_hand
from tests.station.capture.test_desk_recording import KEYS

ROOT = Path(__file__).parents[2]
SERVER = """
import json, os, signal, sys
from pathlib import Path
from station.capture.facts import Step
from tests.helpers.counter import by_hand

for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        with by_hand(Path(order["root"])) as (counter, _hands):
            counter.play(Step(order["step"]))
            counter.until(lambda: len(counter.case.sealed) >= order["sealed"])
            shown = {"number": counter.case.number, "sealed": len(counter.case.sealed)}
            os.write(1, (json.dumps(shown) + "\\n").encode())
            os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.write(1, f"{os.waitstatus_to_exitcode(status)}\\n".encode())
"""
CUTS = [
    (Step.CHECKLIST, 0),
    (Step.PHOTO, 0),
    (Step.PHOTO_APPROVAL, 0),
    (Step.FINGERS, 1),
    (Step.FINGERS, 5),
    (Step.CONFIRMATION, 11),
    (Step.CONFIRMATION, 12),
    (Step.SIGNATURE, 13),
    (Step.REVIEW, 14),
]
"""In which step, and after how many captures shown as saved."""


@dataclass
class Counters:
    """Forks counters that record up to a step and are killed there."""

    server: "subprocess.Popen[str]"

    def die(self, root: Path, step: Step, sealed: int) -> dict[str, int | str]:
        """What the screen had shown when the process ended."""
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(json.dumps({"root": str(root), "step": step.value, "sealed": sealed}) + "\n")
        self.server.stdin.flush()
        shown: dict[str, int | str] = json.loads(self.server.stdout.readline())
        assert self.server.stdout.readline().strip() == "-9"
        return shown


@pytest.fixture(scope="module")
def counters() -> Iterator[Counters]:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield Counters(server)
    server.communicate(timeout=30)


def later() -> FakeClock:
    """The machine starts again after an hour; its count of seconds begins anew."""
    clock = FakeClock()
    clock.advance(3600)
    clock.boot_id = "00000000-0000-4000-8000-000000000002"
    return clock


def at_home(counter: Served) -> None:
    counter.play(Step.HOME)
    counter.until(lambda: bool(counter.facts.open_cases))


def taken_up(counter: Served, number: str) -> None:
    counter.desk.take_up_case(number)
    counter.until(lambda: counter.facts.taking_up == number)
    counter.script._asked.add("case")


@pytest.mark.parametrize(("step", "sealed"), CUTS, ids=[f"{step.value}-{sealed}" for step, sealed in CUTS])
def test_the_case_goes_on_and_opens_whole(tmp_path: Path, counters: Counters, step: Step, sealed: int) -> None:
    shown = counters.die(tmp_path, step, sealed)
    number = str(shown["number"])
    with by_hand(tmp_path, clock=later()) as (counter, _hands):
        at_home(counter)
        (found,) = counter.facts.open_cases
        before = counter.ask_vault(lambda vault: vault.open_cases())[0]
        assert found.number == number
        assert len(found.sealed) >= int(shown["sealed"])
        taken_up(counter, number)
        counter.play(Step.DONE)
        assert counter.case.number == number
        assert counter.case.taken_up
        assert not counter.case.review or not any(item.missing for item in counter.case.review)
        assert "case_resumed" in counter.logged()
    check_nothing_lost_or_doubled(counter.opened(tmp_path / "out"), before)


def check_nothing_lost_or_doubled(folder: Path, before: OpenCase) -> None:
    """Each capture of before is there; only chip fingers that were never confirmed were taken a second time."""
    opened = json.loads((folder / "manifest.json").read_text())
    manifest = opened["case"]
    assert sorted(item["item"] for item in manifest["items"]) == KEYS
    times = Counter(bundle["label"] for bundle in opened["bundles"])
    hashes = {bundle["sha256"] for bundle in opened["bundles"]}
    kept = {one.label for one in before.sealed}
    assert {one.sha256 for one in before.sealed} <= hashes
    doubled = {label for label, count in times.items() if count > 1} - {"gate"}
    unconfirmed = {f"finger-{n:02d}" for n in (2, 7) if f"confirmation-{n:02d}" not in kept}
    assert doubled == unconfirmed & kept
    fingers = {int(label[-2:]) for label in kept if label.startswith("finger-")}
    again = {int(label[-2:]) for label in doubled}
    assert sorted(manifest["taken_up"]["not_compared"]) == sorted(fingers - again)
    assert manifest["taken_up"]["proven"] is True


def test_another_persons_biodata_does_not_go_on_with_it(tmp_path: Path, counters: Counters) -> None:
    number = str(counters.die(tmp_path, Step.FINGERS, 3)["number"])
    with by_hand(tmp_path, clock=later()) as (counter, _hands):
        at_home(counter)
        taken_up(counter, number)
        counter.desk.enter_case(replace(DRAFT, nik="6472035708090002"))
        counter.until(lambda: bool(counter.facts.field_problems))
        assert "not the applicant" in counter.problem()
        assert counter.at(Step.BIODATA)
        counter.desk.discard()
        at_home(counter)
        assert [case.number for case in counter.facts.open_cases] == [number]


def test_a_case_given_up_is_no_longer_open_and_the_log_says_so(tmp_path: Path, counters: Counters) -> None:
    number = str(counters.die(tmp_path, Step.FINGERS, 3)["number"])
    with by_hand(tmp_path, clock=later()) as (counter, _hands):
        at_home(counter)
        counter.desk.give_up_case(number)
        counter.desk.give_up_case(number)
        assert counter.facts.open_cases == ()
        assert counter.ask_vault(lambda vault: vault.open_cases()) == ()
        assert counter.logged().count("case_discarded") == 1


def test_control_begun_anew_instead_the_first_part_stays_without_manifest(tmp_path: Path, counters: Counters) -> None:
    counters.die(tmp_path, Step.FINGERS, 3)
    with by_hand(tmp_path, clock=later()) as (counter, _hands):
        counter.play(Step.DONE)
        station = counter.station
    report = open_bundles(station.bundles, station.keyring(), station.secret(), tmp_path / "out", training_ok=True)
    assert not report.complete
    assert len(report.cases) == 2
