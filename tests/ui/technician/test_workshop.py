"""The workshop before simulated devices: it hears, tests, keeps recordings without persons, and switches faults."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from drivers import factory
from drivers.api import Drivers, DriverSettings, Role
from hw_sim.control import ControlServer, Director
from hw_sim.faults import APPLIES
from protocols.recording import decode
from station import config as settings
from station.capture.devices import Devices
from station.clock import SystemClock
from station.config import Config
from station.text import Language, Text
from tests.hw_sim.benches import bench
from ui.main_thread import MainThread
from ui.presenters.technician_facts import WorkshopFacts
from ui.presenters.technician_intents import Bid, OpenRecording, RunTest, SaveTraffic, Sheet, SwitchFault, ToWorkshop
from ui.technician import samples
from ui.technician.workshop import Kit, LiveWorkshop

NAMES = {
    Role.FINGERPRINT: "ef01-r307",
    Role.CAMERA: "uvc",
    Role.SIGNATURE: "topaz",
    Role.TEMPERATURE: "mcu90615",
}
WAIT_MS = 20_000


class Live:
    """A workshop on four simulated devices."""

    def __init__(self, workshop: LiveWorkshop, devices: Devices, folder: Path, qtbot: QtBot) -> None:
        self.workshop, self.devices, self.folder, self._qtbot = workshop, devices, folder, qtbot

    def ask(self, wish: ToWorkshop) -> None:
        self.workshop.ask(wish, samples.TECHNICIAN)

    def until(self, holds: Callable[[WorkshopFacts], bool]) -> WorkshopFacts:
        self._qtbot.waitUntil(lambda: holds(self.workshop.facts), timeout=WAIT_MS)
        return self.workshop.facts


def configured(ports: dict[Role, str]) -> Config:
    """The default settings with the simulated devices in them."""
    import tomllib

    tables = tomllib.loads(settings.default_text())
    for role, name in NAMES.items():
        tables["devices"][role.value] = {"kind": name, "port": ports[role]}
    return Config.model_validate(tables)


@pytest.fixture
def live(qtbot: QtBot, tmp_path: Path) -> Iterator[Live]:
    with bench(*NAMES.values()) as running:
        control = ControlServer(Director(running), tmp_path / "control.sock")
        where = {role: running.posts[name].describe() for role, name in NAMES.items()}
        ports = {role: str(told.get("url") or told["port"]) for role, told in where.items()}
        drivers: Drivers = factory.make_all({role: DriverSettings(name, ports[role]) for role, name in NAMES.items()})
        bridge = MainThread()
        devices = Devices(drivers, bridge.post, lambda _role: None)
        devices.open_all()
        kit = Kit(configured(ports), devices, samples.desk, bridge.post, SystemClock(), tmp_path, control.path)
        workshop = LiveWorkshop(kit)
        yield Live(workshop, devices, tmp_path, qtbot)
        workshop.close()
        devices.close()
        control.close()
        for _ in range(3):
            QApplication.processEvents()


def test_lines_are_heard_saved_without_persons_and_shown_again(live: Live) -> None:
    live.workshop.look(Sheet.TRAFFIC)
    live.devices.check_all()
    heard = live.until(lambda facts: {Role.FINGERPRINT, Role.TEMPERATURE} <= {one.role for one in facts.traffic.lines})
    assert heard.histories.answers_ms is not None
    live.ask(SaveTraffic(Role.FINGERPRINT))
    saved = live.until(lambda facts: bool(facts.traffic.recordings))
    name = saved.traffic.recordings[0]
    assert decode((live.folder / "traces" / name).read_text(encoding="utf-8")).head.kind == "ef01-r307"
    live.ask(OpenRecording(name))
    shown = live.until(lambda facts: facts.traffic.replay == name)
    assert {one.role for one in shown.traffic.lines} == {Role.FINGERPRINT}
    live.workshop.look(None)
    assert not live.workshop.facts.traffic.lines
    assert getattr(live.devices.drivers.fingerprint, "trace").tap is None  # noqa: B009 - no attribute of the interface


def test_a_thermometer_is_tested_to_its_end_and_a_test_can_be_stopped(live: Live) -> None:
    live.workshop.look(Sheet.TESTS)
    live.ask(RunTest(Role.TEMPERATURE))
    live.until(lambda facts: facts.progress is not None)
    live.ask(Bid.CANCEL_TEST)
    stopped = live.until(lambda facts: facts.running is None)
    assert not stopped.tests[Role.TEMPERATURE].passed
    assert [step.label for step in stopped.tests[Role.TEMPERATURE].steps] == [
        label for _, label in stopped.steps[Role.TEMPERATURE]
    ]


def test_every_fault_of_the_simulators_has_a_switch_and_a_name(live: Live) -> None:
    from ui.presenters.technician_words import FAULT

    live.workshop.look(Sheet.FAULTS)
    told = live.until(lambda facts: facts.faults is not None).faults
    assert told is not None
    assert {one.role: set(one.known) for one in told.devices} == {
        role: {fault.value for fault in APPLIES[role.value]} for role in Role
    }
    assert {fault for one in told.devices for fault in one.known} <= set(FAULT)
    live.ask(SwitchFault("topaz", "pen_stuck", True))
    live.until(lambda facts: facts.faults is not None and any("pen_stuck" in one.on for one in facts.faults.devices))
    live.ask(Bid.CLEAR_FAULTS)
    live.until(lambda facts: facts.faults is not None and not any(one.on for one in facts.faults.devices))


def test_simulators_that_went_away_are_said_and_others_than_technicians_refused(live: Live) -> None:
    live.workshop.look(Sheet.FAULTS)
    live.until(lambda facts: facts.faults is not None)
    officer = samples.desk(technician=False).officer
    assert officer is not None
    live.workshop.ask(RunTest(Role.CAMERA), officer)
    problem = live.workshop.facts.problem
    assert problem is not None
    assert Text(Language.ENGLISH)(problem) == "Only a technician may do this."
    assert live.workshop.facts.running is None
    (live.folder / "control.sock").unlink()
    live.ask(SwitchFault("uvc", "silent", True))
    live.until(lambda facts: facts.problem is not None)
    (live.folder / "control.sock").touch()
