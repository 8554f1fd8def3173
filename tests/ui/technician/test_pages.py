"""Every page of the technician's window: sizes, names, clipping, both languages, keys; and what a press asks for."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from drivers.api import Role
from station.text import Language, Text
from tests.ui.conftest import PaddedText
from tests.ui.test_layout import clipped, shown
from ui.events import click, press_key, type_text
from ui.gallery import SIZE_MM, SIZE_PX
from ui.presenters.intents import Go, Place
from ui.presenters.technician_intents import Bid, RunTest, Sheet, SwitchFault
from ui.presenters.technician_traffic import ROWS
from ui.shell import Shell
from ui.still import StillCounter
from ui.technician import samples
from ui.technician.gallery import TechnicianShot, shots, show
from ui.theme import TARGET_MM, Theme
from ui.widgets.button import ActionButton


class Window:
    """A shell on still facts."""

    def __init__(self, language: Language, make_text: Callable[[Language], Text]) -> None:
        self.counter, self.workshop = StillCounter(samples.desk()), samples.StillWorkshop(samples.workshop())
        theme = Theme.for_screen(*SIZE_PX, *SIZE_MM)
        now_s = iter(range(1_000, 1_000_000))
        self.shell = Shell(self.counter, theme, language, lambda: float(next(now_s)), make_text, workshop=self.workshop)
        self.shell.resize(*SIZE_PX)
        self.shell.show()
        QApplication.processEvents()

    def show(self, shot: TechnicianShot) -> None:
        show(self.shell, self.counter, self.workshop, shot)
        for _ in range(2):
            QApplication.processEvents()

    def button(self, name: str) -> ActionButton:
        found = [one for one in shown(self.shell, ActionButton) if one.accessibleName().split(",")[0] == name]
        assert isinstance(found[0], ActionButton)
        return found[0]


MakeWindow = Callable[..., Window]


@pytest.fixture
def window(qtbot: QtBot) -> MakeWindow:
    def make(language: Language = Language.ENGLISH, make_text: Callable[[Language], Text] = Text) -> Window:
        one = Window(language, make_text)
        qtbot.addWidget(one.shell)
        return one

    return make


def shot(name: str) -> TechnicianShot:
    return next(one for one in shots() if one.name == f"technician_{name}")


@pytest.mark.parametrize("make_text", [Text, PaddedText], ids=["as written", "40 % longer"])
def test_no_page_is_clipped_nor_its_targets_small_nor_a_control_nameless(
    window: MakeWindow, make_text: Callable[[Language], Text]
) -> None:
    one = window(make_text=make_text)
    trouble: list[str] = []
    for each in shots():
        one.show(each)
        trouble += [f"{each.name}: {line}" for line in clipped(one.shell)]
        for button in shown(one.shell, ActionButton):
            assert isinstance(button, ActionButton)
            if min(button.body().width(), button.body().height()) < one.shell.theme.px(TARGET_MM):
                trouble.append(f"{each.name}: {button.text()} is small")
        for control in shown(one.shell, ActionButton) + shown(one.shell, QLineEdit):
            if not control.accessibleName().strip():
                trouble.append(f"{each.name}: {control} has no name")
        assert one.shell.primary.isVisible(), each.name
    assert not trouble, "\n".join(trouble)


def test_it_opens_from_home_and_escape_leads_back(window: MakeWindow) -> None:
    one = window()
    one.counter.tell(samples.desk())
    click(one.button("Open the workshop"))
    places = [one.shell.view.place]
    press_key(one.shell, int(Qt.Key.Key_Escape))
    places.append(one.shell.view.place)
    assert places == [Place.TECHNICIAN, Place.MAIN]
    assert one.workshop.looked == [Sheet.DEVICES, None]


def test_an_officer_may_look_and_start_nothing(window: MakeWindow) -> None:
    one = window()
    for each in shots():
        one.show(replace(each, facts=samples.desk(technician=False)))
        wishes = [
            button.intent
            for button in shown(one.shell, ActionButton)
            if isinstance(button, ActionButton) and button.active
        ]
        assert not [wish for wish in wishes if isinstance(wish, RunTest | SwitchFault | Bid)], each.name


def test_a_test_is_started_and_a_fault_switched_by_the_keyboard(window: MakeWindow) -> None:
    one = window()
    one.show(shot("tests"))
    press_key(one.shell, int(Qt.Key.Key_Return))
    one.show(shot("faults"))
    one.button("No answer").setFocus()
    press_key(one.button("No answer"), int(Qt.Key.Key_Space))
    asked = [wish for wish, by in one.workshop.asked if by == samples.TECHNICIAN.officer_id]
    assert asked == [RunTest(Role.FINGERPRINT), SwitchFault("ef01-r307", "silent", True)]


def test_what_is_typed_filters_the_lines(window: MakeWindow) -> None:
    one = window()
    one.show(shot("traffic"))
    line = next(widget for widget in shown(one.shell, QLineEdit) if isinstance(widget, QLineEdit))
    type_text(line, "ambient")
    assert one.shell.view.technician.text == "ambient"
    one.shell.take(Go(Place.TECHNICIAN))
    assert len(one.workshop.facts.traffic.lines) > ROWS


def test_a_counter_that_only_records_never_loads_the_charts() -> None:
    code = (
        "import sys; import ui.app, ui.shell; from ui.screens import table;"
        "print([name for name in ('pyqtgraph', 'ui.technician', 'station.diagnostics.testing') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.strip() == "[]"
