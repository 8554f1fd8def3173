"""A whole recording in the real window, by its real buttons: for drills, the manual's pictures and acceptance.

`python -m ui.demo --config FILE --data DIR --scenario FILE --out DIR [--control SOCKET] [--show]`
"""

import argparse
import logging
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication
from rich.console import Console
from rich.progress import Progress

from drivers.api import Busy, Ready
from station.capture.facts import DeskFacts, Step
from station.capture.scenario import Applicant, Scenario, load
from station.text import Language
from ui import app
from ui.gallery import SIZE_PX
from ui.main_thread import MainThread
from ui.presenters.intents import Place
from ui.robot import Robot
from ui.shell import Shell
from ui.theme import Theme, load_fonts

STEP_MS = 120
STEPS = (
    Step.LOGIN,
    Step.SHIFT,
    Step.HOME,
    Step.BIODATA,
    Step.CHECKLIST,
    Step.PHOTO,
    Step.PHOTO_APPROVAL,
    Step.FINGERS,
    Step.CONFIRMATION,
    Step.SIGNATURE,
    Step.REVIEW,
    Step.DONE,
)
MUCH_INK = 60


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was given."""

    config: Path | None
    data: Path | None
    passphrase_file: Path | None
    scenario: Path
    out: Path
    control: Path | None
    show: bool
    timeout_s: float


def read_options() -> Options:
    parser = argparse.ArgumentParser(prog="ui.demo", description=__doc__)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--passphrase-file", type=Path)
    parser.add_argument("--scenario", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--control", type=Path, help="control socket of the simulated devices")
    parser.add_argument("--show", action="store_true", help="on the real screen")
    parser.add_argument("--timeout", type=float, default=600.0, help="give up after this many seconds")
    given = parser.parse_args()
    return Options(
        given.config,
        given.data,
        given.passphrase_file,
        given.scenario,
        given.out,
        given.control,
        given.show,
        given.timeout,
    )


class Camera:
    """Saves the window in both languages whenever another screen is there."""

    def __init__(self, shell: Shell, out: Path, console: Console) -> None:
        self._shell, self._out, self._console = shell, out, console
        self._seen: set[str] = set()
        self.count = 0

    def look(self, name: str) -> None:
        if name in self._seen:
            return
        self._seen.add(name)
        self.count += 1
        for _ in range(2):
            language = self._shell.text.language.value
            QApplication.processEvents()
            self._shell.grab().save(str(self._out / f"{self.count:02d}_{name}.{language}.png"))
            self._shell.switch_language()
        self._console.print(f"  [dim]{self.count:02d}[/dim] {name}")


class Drill:
    """Every tick: at most one press, then a picture when the screen is another one."""

    def __init__(
        self, robot: Robot, camera: Camera, applicant: Applicant | None, bar: Progress, timeout_s: float
    ) -> None:
        self._robot, self._camera, self._applicant = robot, camera, applicant
        self._bar, self._task = bar, bar.add_task(STEPS[0].value, total=len(STEPS))
        self._shell = robot.shell
        self._give_up_s = time.monotonic() + timeout_s
        self.ended = ""
        self._troubles: list[str] = []
        self._timer = QTimer(self._shell)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        facts = self._shell.facts
        name = _name(facts, self._shell)
        self._camera.look(f"{name}_live" if facts.step is Step.PHOTO and self._robot.sees else name)
        if facts.step in STEPS:
            self._bar.update(self._task, completed=STEPS.index(facts.step) + 1, description=facts.step.value)
        if facts.step in (Step.DONE, Step.DEFERRED) or time.monotonic() > self._give_up_s:
            self._timer.stop()
            self.ended = facts.step.value
            QApplication.quit()
            return
        self._say_troubles(facts)
        if self._applicant is not None and not self._robot.excepts(facts):
            self._applicant.follow(facts)
        self._robot.act(facts)

    def _say_troubles(self, facts: DeskFacts) -> None:
        """What an officer would read: problems, and devices that are not well."""
        troubles = [self._shell.text(facts.problem)] if facts.problem is not None else []
        troubles += [
            self._shell.text(one.sentence) for one in facts.devices if not isinstance(one.status, Ready | Busy | None)
        ]
        if troubles != self._troubles:
            self._troubles = troubles
            for trouble in troubles:
                self._robot.say(f"     [yellow]{trouble}[/yellow]")


def _name(facts: DeskFacts, shell: Shell) -> str:
    """The screen's name in the pictures: step, page, and how far within it."""
    parts = [facts.step.value]
    if facts.step is Step.BIODATA:
        parts.append(str(shell.view.page))
    if shell.view.place is not Place.MAIN:
        parts.append(shell.view.place.value)
    case = facts.case
    if case is not None and facts.step in (Step.FINGERS, Step.CONFIRMATION):
        fingers = case.fingers if facts.step is Step.FINGERS else case.confirmation
        if fingers.current is not None:
            parts.append(fingers.current.name.lower())
        if fingers.rows_shown:
            parts.append("whole" if fingers.rows_shown == fingers.rows_total else "image")
    if facts.shift is not None:
        parts.append(str(sum(item.held for item in facts.shift.items)))
    if case is not None and facts.step is Step.CHECKLIST:
        parts.append(str(sum(item.held for item in case.checklist.items)))
    if case is not None and facts.step is Step.SIGNATURE and len(case.signature.points) > MUCH_INK:
        parts.append("ink" if case.signature.verdict is None else "judged")
    return "_".join(parts)


def _keep(paper: bytes, path: Path) -> None:
    path.write_bytes(paper)
    QApplication.quit()


def main() -> int:
    """Code 0 when the case is sealed."""
    options = read_options()
    logging.basicConfig(level=logging.WARNING)
    if not options.show:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    console = Console()
    application = QApplication(sys.argv[:1])
    load_fonts()
    screens = options.out / "screens"
    screens.mkdir(parents=True, exist_ok=True)
    scenario: Scenario = load(options.scenario)
    bridge = MainThread()
    given = app.Options(options.config, options.data, options.passphrase_file, window=True)
    config = app.read_settings(given)
    desk = app.open_desk(given, config, bridge.post)
    theme = Theme.for_screen(*SIZE_PX, config.screen.width_mm, config.screen.height_mm)
    shell = app.make_shell(desk, config, theme)
    app.catch_bugs(shell.say_bug)
    shell.resize(*SIZE_PX)
    shell.show()
    applicant = Applicant(options.control) if options.control is not None else None
    robot = Robot(shell, scenario, console.print)
    desk.on_frame(robot.saw)
    with Progress(console=console) as bar:
        drill = Drill(robot, Camera(shell, screens, console), applicant, bar, options.timeout_s)
        application.exec()
    if drill.ended in (Step.DONE.value, Step.DEFERRED.value):
        desk.receipt(Language.INDONESIAN, lambda pdf: _keep(pdf, options.out / "receipt.pdf"))
        application.exec()
    desk.close()
    if applicant is not None:
        applicant.close()
    console.print(f"ended at: {drill.ended}")
    return 0 if drill.ended == Step.DONE.value else 1


if __name__ == "__main__":
    sys.exit(main())
