"""The `ktpel-station` command: settings, desk, window; and what happens when one of them cannot be had."""

import argparse
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from station import config as settings
from station import wiring
from station.capture.desk import Desk
from station.clock import SystemClock
from station.config import Config
from station.config_problems import BadConfig
from station.safekeeping.hardening import harden
from station.safekeeping.vault import VaultRefused
from station.text import Language, Message, catalogue, msg
from station.workers import Post
from ui.lazy_workshop import LazyWorkshop, OpenWorkshop
from ui.main_thread import MainThread
from ui.presenters.technician_facts import Workshop
from ui.refusal import Refusal
from ui.second_screen import Beside
from ui.shell import Shell
from ui.sounds import Play, Speaker, silence
from ui.theme import FRAME_MM, Theme, load_fonts

CONTROL_VARIABLE = "KTPEL_SIM_CONTROL"
"""Names the control socket of simulated devices, for the technician's page of faults."""
TICK_MS = 500
SWITCH_S = 0.001  # how long a busy device thread may keep the main thread waiting; Python's own is five times that
log = logging.getLogger("ui")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was given."""

    config: Path | None
    data: Path | None
    passphrase_file: Path | None
    window: bool


class Refused(Exception):
    """The station cannot start; the sentences say why."""

    def __init__(self, *reasons: Message) -> None:
        super().__init__("the station cannot start")
        self.reasons = reasons


def read_options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="ktpel-station", description="The recording counter's window.")
    parser.add_argument("--config", type=Path, help="the settings file")
    parser.add_argument("--data", type=Path, help="the station's data folder")
    parser.add_argument("--passphrase-file", type=Path, help="holds the passphrase; else KTPEL_PASSPHRASE_FILE")
    parser.add_argument("--window", action="store_true", help="a window instead of the whole screen")
    given = parser.parse_args(arguments)
    return Options(given.config, given.data, given.passphrase_file, given.window)


def read_settings(options: Options) -> Config:
    """The settings file; raises Refused with every problem in it."""
    try:
        return settings.load(options.config or settings.places().config_file)
    except BadConfig as bad:
        raise Refused(*(problem.sentence for problem in bad.problems)) from bad


def open_desk(options: Options, config: Config, post: Post) -> Desk:
    """The counter behind the window; raises Refused."""
    try:
        secret = wiring.passphrase(options.passphrase_file)
    except (LookupError, OSError) as why:
        raise Refused(msg("The passphrase file is missing. The technician brings it.")) from why
    try:
        return wiring.build(config, options.data or settings.places().data, secret, post)
    except VaultRefused as why:
        raise Refused(why.message) from why


def catch_bugs(say: Callable[[], None]) -> None:
    """A bug in a slot is logged and said; the window stays. Qt would end the process otherwise."""

    def hook(kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.critical("a bug reached the window", exc_info=(kind, bug, trace))
        say()

    sys.excepthook = hook


def make_theme(application: QApplication, config: Config | None) -> Theme:
    """Millimetres from the configured screen; without settings, from nothing but the pixels."""
    screen = application.primaryScreen()
    size = screen.size() if screen is not None else None
    width, height = (size.width(), size.height()) if size is not None else (1366, 768)
    width_mm, height_mm = (config.screen.width_mm, config.screen.height_mm) if config is not None else FRAME_MM
    return Theme.for_screen(width, height, width_mm, height_mm)


def make_shell(
    desk: Desk, config: Config, theme: Theme, play: Play = silence, workshop: Workshop | None = None
) -> Shell:
    """The window, and the half seconds the desk lives by."""
    shell = Shell(
        desk, theme, Language(config.station.language), SystemClock().monotonic_s, play=play, workshop=workshop
    )
    tick = QTimer(shell)
    tick.setInterval(TICK_MS)
    tick.timeout.connect(desk.tick)
    tick.start()
    return shell


def alone(desk: Desk) -> None:
    """Nobody but the officer has to do with the desk."""


def make_workshop(options: Options, config: Config, desk: Desk, post: Post) -> LazyWorkshop:
    """What stands behind the technician's window: loaded when that is first opened."""
    control = os.environ.get(CONTROL_VARIABLE)

    def make() -> OpenWorkshop:
        from ui.technician.workshop import Kit, LiveWorkshop

        data = options.data or settings.places().data
        socket = Path(control) if control else None
        return LiveWorkshop(Kit(config, desk.devices, lambda: desk.facts, post, SystemClock(), data, socket))

    return LazyWorkshop(make)


def main(arguments: Sequence[str] | None = None, attend: Callable[[Desk], None] = alone) -> int:
    """Run the window until it is closed; 2 when the station could not start. `attend` gets the desk first."""
    harden()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    sys.setswitchinterval(SWITCH_S)
    options = read_options(sys.argv[1:] if arguments is None else arguments)
    shells: list[Shell] = []

    def say_bug() -> None:
        for shell in shells:
            shell.say_bug()

    catch_bugs(say_bug)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("ktpel-station")
    load_fonts()
    config: Config | None = None
    bridge = MainThread()
    try:
        config = read_settings(options)
        words = threading.Thread(target=catalogue, args=(config.station.first_language,), name="catalogue")
        words.start()  # read beside the passphrase's slow hash
        desk = open_desk(options, config, bridge.post)
        words.join()
    except Refused as refused:
        language = Language(config.station.language) if config is not None else Language.INDONESIAN
        window = Refusal(make_theme(application, config), language, refused.reasons, application.quit)
        window.showMaximized()
        application.exec()
        return 2
    attend(desk)
    speaker = Speaker(config.sounds, application)
    workshop = make_workshop(options, config, desk, bridge.post)
    shell = make_shell(desk, config, make_theme(application, config), speaker.play, workshop)
    shells.append(shell)
    beside = Beside(application, shell.set_second)
    if options.window:
        shell.showMaximized()
    else:
        screen = application.primaryScreen()
        if screen is not None:
            shell.setGeometry(screen.geometry())  # a kiosk without a window manager ignores the wish for a full screen
        shell.showFullScreen()
    gc.freeze()  # what is here now stays: the collector need not look through it while somebody waits
    code = application.exec()
    shells.clear()
    workshop.close()
    beside.close()
    speaker.close()
    desk.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
