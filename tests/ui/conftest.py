"""A window without a screen: offscreen, scale 1, the shipped font."""

import os
import time
from collections.abc import Callable

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station.capture.facts import Step
from station.text import Language, Message, Text, plain
from ui import samples
from ui.gallery import SIZE_MM, SIZE_PX, ZONE, Shot, show
from ui.shell import Shell
from ui.sounds import Play, silence
from ui.still import StillCounter
from ui.theme import Theme, load_fonts

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_SCALE_FACTOR"] = "1"
os.environ["TZ"] = ZONE
time.tzset()


DATA = plain("").msgid


class PaddedText(Text):
    """Every sentence 40 % longer, as another language may be; data (a name, a number) stays as long as it is."""

    def __call__(self, message: Message) -> str:
        words = super().__call__(message)
        if message.msgid == DATA:
            return words
        extra = round(len(words) * 0.4)
        return words + (" panjang" * extra)[:extra]


@pytest.fixture(scope="session", autouse=True)
def _font(qapp: QApplication) -> None:  # noqa: ARG001 - fonts need the application
    load_fonts()


@pytest.fixture
def theme() -> Theme:
    return Theme.for_screen(*SIZE_PX, *SIZE_MM)


MakeText = Callable[[Language], Text]


class Bench:
    """A window on a counter that only writes down what it is asked."""

    def __init__(
        self, qtbot: QtBot, language: Language, make_text: Callable[[Language], Text], size: tuple[int, int], play: Play
    ) -> None:
        self.now_s = samples.NOW_S
        self.counter = StillCounter(samples.desk(Step.LOGIN))
        self.shell = Shell(
            self.counter, Theme.for_screen(*size, *SIZE_MM), language, lambda: self.now_s, make_text, play
        )
        self._qtbot = qtbot
        qtbot.addWidget(self.shell)
        self.shell.resize(*size)
        self.shell.show()
        self.shell.activateWindow()
        QApplication.processEvents()

    def show(self, shot: Shot) -> None:
        show(self.shell, self.counter, shot)
        for _ in range(2):
            QApplication.processEvents()


@pytest.fixture
def bench(qtbot: QtBot) -> Callable[..., Bench]:
    def make(
        language: Language = Language.INDONESIAN,
        make_text: Callable[[Language], Text] = Text,
        size: tuple[int, int] = SIZE_PX,
        play: Play = silence,
    ) -> Bench:
        return Bench(qtbot, language, make_text, size, play)

    return make
