"""How long the window's main thread keeps an event waiting during a whole recording: `python -m tests.bench.window`.

Four simulated devices at line rate in another process, the real desk, the real screens, a robot that presses the real
buttons; every capture is sealed meanwhile. A watchdog thread posts an event every few milliseconds and notes how late
it runs. Memory through many recordings is measured before stand-in devices, MANY of them; growth is told per hundred.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QWidget

from station.capture.facts import Step
from station.capture.scenario import Applicant, load
from station.text import Language
from tests.bench.figure import Figure, main
from tests.bench.startup import MEMORY_LIMIT_MB, ROOT, Place, station
from tests.helpers.counter import SCENARIO, by_hand
from tests.ui.test_recording import Room
from ui import app
from ui.gallery import SIZE_MM, SIZE_PX
from ui.main_thread import MainThread
from ui.robot import Robot
from ui.shell import Shell
from ui.theme import Theme, load_fonts
from ui.widgets import button

EVERY_S = 0.004
LATE_LIMIT_MS = 50.0
PRESS_EVERY_MS = 120
GIVE_UP_S = 420.0
MANY = 20


class Watchdog:
    """A thread that asks the main thread for an answer, again and again.

    `late_ms` is what an officer feels, and grows when other programs use the processors; `busy_ms` is the main thread's
    own processor time between two answers, which they cannot change.
    """

    def __init__(self, bridge: MainThread) -> None:
        self._bridge, self._end = bridge, threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
        self.late_ms: list[float] = []
        self.busy_ms: list[float] = []
        self._used_s = time.thread_time()

    def __enter__(self) -> "Watchdog":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(EVERY_S):
            answered = threading.Event()
            asked_s = time.monotonic()

            def answer(asked_s: float = asked_s, answered: threading.Event = answered) -> None:
                self.late_ms.append(1000 * (time.monotonic() - asked_s))
                used_s = time.thread_time()
                self.busy_ms.append(1000 * (used_s - self._used_s))
                self._used_s = used_s
                answered.set()

            self._bridge.post(answer)
            while not answered.wait(0.5) and not self._end.is_set():
                continue


def memory_mb() -> float:
    """What this process holds in memory now."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1000


def recording(place: Place) -> Watchdog:
    """A whole recording under the watchdog; raises RuntimeError when it did not come to its end."""
    sys.setswitchinterval(app.SWITCH_S)
    bridge = MainThread()
    given = app.Options(place.config, place.data, place.passphrase, window=True)
    config = app.read_settings(given)
    desk = app.open_desk(given, config, bridge.post)
    shell = app.make_shell(desk, config, Theme.for_screen(*SIZE_PX, *SIZE_MM))
    shell.resize(*SIZE_PX)
    shell.show()
    scenario = load(ROOT / "deploy" / "demo_scenario.toml")
    robot = Robot(shell, scenario, lambda _words: None)
    desk.on_frame(robot.saw)
    applicant = Applicant(place.control)
    give_up_s = time.monotonic() + GIVE_UP_S

    def press() -> None:
        facts = shell.facts
        if facts.step is Step.DONE or time.monotonic() > give_up_s:
            QApplication.quit()
            return
        applicant.follow(facts)
        robot.act(facts)

    timer = QTimer()
    timer.setInterval(PRESS_EVERY_MS)
    timer.timeout.connect(press)
    timer.start()
    with Watchdog(bridge) as watchdog:
        QApplication.exec()
    timer.stop()
    step = shell.facts.step
    shell.close()
    desk.close()
    applicant.close()
    if step is not Step.DONE:
        raise RuntimeError(f"the recording stayed at {step.value}")
    return watchdog


def recordings(folder: Path, count: int) -> tuple[float, float]:
    """Megabytes after the first recording, and after so many, in one process."""
    with by_hand(folder) as (served, _hands):
        now_s = served.clock.monotonic_s
        shell = Shell(served.desk, Theme.for_screen(*SIZE_PX, *SIZE_MM), Language.INDONESIAN, now_s)
        shell.resize(*SIZE_PX)
        shell.show()
        robot = Robot(shell, SCENARIO, lambda _words: None, press_at_once, now_s, pace_s=0.0)
        served.desk.on_frame(robot.saw)
        room = Room(served, shell, robot)
        held = []
        for _ in range(count):
            room.record()
            served.desk.finish()
            served.until(lambda: served.step is Step.HOME)
            held.append(memory_mb())
        shell.close()
    return held[1], held[-1]


def press_at_once(widget: QWidget) -> None:
    """Without the pause that tells two presses apart."""
    if isinstance(widget, button.ActionButton):
        widget.asked.emit(widget.intent)


def figures() -> Iterable[Figure]:
    """One recording under the watchdog, then memory through many."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    load_fonts()
    with tempfile.TemporaryDirectory() as folder, station(Path(folder)) as place:
        dog = recording(place)
    yield Figure("main thread late, p99", float(np.percentile(dog.late_ms, 99)), "ms", "limit", LATE_LIMIT_MS)
    yield Figure("main thread late, worst", max(dog.late_ms), "ms", "limit", LATE_LIMIT_MS)
    busy_p99 = float(np.percentile(dog.busy_ms, 99))
    yield Figure("main thread busy at a stretch, p99", busy_p99, "ms", "limit", LATE_LIMIT_MS)
    yield Figure("main thread busy at a stretch, worst", max(dog.busy_ms), "ms", "limit", LATE_LIMIT_MS)
    yield Figure("memory after a recording", memory_mb(), "MB", "limit", MEMORY_LIMIT_MB)
    with tempfile.TemporaryDirectory() as folder:
        first_mb, last_mb = recordings(Path(folder), MANY)
    hundred_mb = last_mb + (last_mb - first_mb) / (MANY - 2) * (100 - MANY)
    yield Figure(f"memory after {MANY} recordings", last_mb, "MB", "limit", MEMORY_LIMIT_MB)
    yield Figure("memory after a hundred, drawn on", hundred_mb, "MB", "limit", MEMORY_LIMIT_MB)
    del application


if __name__ == "__main__":
    main(figures)
