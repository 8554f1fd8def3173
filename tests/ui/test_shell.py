"""The window under hands: keyboard, double presses, languages, bugs, and what it leaves behind."""

import gc
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from drivers.api import Role
from station.capture.facts import FieldProblem, Step
from station.health.model import Item, Person
from station.text import Language, msg
from tests.ui.conftest import Bench
from ui import app, samples
from ui.events import click, press_key, type_text
from ui.gallery import Shot, shots
from ui.presenters.intents import Place
from ui.widgets.button import ActionButton
from ui.widgets.marks import Words

MakeBench = Callable[..., Bench]
RETURN, SPACE, ESCAPE = int(Qt.Key.Key_Return), int(Qt.Key.Key_Space), int(Qt.Key.Key_Escape)


def shot(name: str) -> Shot:
    return next(one for one in shots() if one.name == name)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def named(one: Bench, name: str) -> ActionButton:
    """The visible button with this name."""
    return next(b for b in one.shell.findChildren(ActionButton) if b.isVisible() and b.accessibleName() == name)


def words_on(one: Bench) -> list[str]:
    return [label.text() for label in one.shell.findChildren(Words) if label.isVisible()]


@pytest.mark.parametrize("key", [RETURN, SPACE], ids=["return", "space"])
def test_a_focused_button_is_pressed_by(bench: MakeBench, key: int) -> None:
    one = bench()
    one.show(shot("home"))
    one.shell.secondary[0].setFocus()
    press_key(focused(), key)
    assert one.counter.asked == [("log_out",)]


def test_return_in_a_field_presses_the_primary_button(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("rest_of_card"))
    line = next(w for w in one.shell.findChildren(QWidget) if w.isVisible() and type(w).__name__ == "QLineEdit")
    line.setFocus()
    press_key(line, RETURN)
    assert [asked[0] for asked in one.counter.asked] == ["enter_case"]


def test_escape_goes_back_and_never_discards_at_once(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("finger_approver"))
    seen = []
    for _ in range(3):
        press_key(focused(), ESCAPE)
        seen.append(one.shell.view.place)
    assert seen == [Place.REASON, Place.MAIN, Place.MAIN]
    assert one.counter.asked == []


def test_a_double_press_does_one_thing(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("photo_good"))
    click(one.shell.primary)
    one.show(shot("photo_approval"))
    click(one.shell.primary)
    assert one.counter.asked == [("take_photo",)]


def test_two_presses_apart_do_two_things(theme: object, qtbot: QtBot) -> None:
    from ui.presenters.common import Action
    from ui.presenters.intents import Do
    from ui.theme import Theme
    from ui.widgets.button import GUARD_S, Look

    assert isinstance(theme, Theme)
    now_s = [10.0]
    button = ActionButton(theme, Look.PRIMARY, now_s=lambda: now_s[0])
    qtbot.addWidget(button)
    seen: list[object] = []
    button.asked.connect(seen.append)
    from station.text import Text

    button.set_action(Action(msg("Next"), Do.SEAL), Text(Language.ENGLISH))
    for step_s in (0.0, GUARD_S * 0.9, GUARD_S * 1.1):
        now_s[0] += step_s
        button.click()
    assert seen == [Do.SEAL, Do.SEAL]


def test_a_pin_can_be_typed_quickly_on_the_keys_and_on_the_keyboard(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("login"))
    click(next(b for b in one.shell.findChildren(ActionButton) if b.isVisible() and b.text() == "Rahmawati"))
    for key in "1122":
        click(next(b for b in one.shell.findChildren(ActionButton) if b.isVisible() and b.text() == key))
    type_text(focused(), "33")
    press_key(one.shell, RETURN)
    assert one.counter.asked == [("log_in", "p-01", "112233")]


def test_the_pin_is_nowhere_on_the_screen(bench: MakeBench) -> None:
    one = bench()
    one.show(replace(shot("login"), view=replace(shot("login").view, officer_id="p-01", pin="975310")))
    assert not any("975310" in words for words in words_on(one))
    assert "975310" not in repr(one.shell.view)


def test_tab_goes_in_reading_order_and_comes_round(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    one.show(shot("checklist"))
    one.shell.header.language.setFocus()
    order = []
    for _ in range(14):
        press_key(focused(), int(Qt.Key.Key_Tab), "\t")
        order.append(focused().accessibleName())
    assert order[:3] == ["Measure, Officer", "Measure, Applicant", "Fingerprint reader wiped"]
    assert order[9:12] == ["More", "Postpone", "Start recording"]
    assert order[12:14] == ["For applicant", "Bahasa Indonesia"]


def test_the_whole_checklist_by_keyboard(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("checklist"))
    for _ in range(9):
        press_key(focused(), SPACE)
        press_key(focused(), int(Qt.Key.Key_Tab), "\t")
    asked = one.counter.asked
    assert asked[:2] == [("measure", Person.OFFICER), ("measure", Person.APPLICANT)]
    assert {call[1] for call in asked[2:]} == set(Item) - {Item.OFFICER_TEMPERATURE, Item.APPLICANT_TEMPERATURE}
    assert all(call[0] == "confirm" and call[2] is True for call in asked[2:])


def test_a_refused_start_lists_what_blocks_and_leads_to_the_fix(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    refused = shot("checklist_blocked")
    one.show(replace(refused, view=shot("checklist").view))
    click(one.shell.primary)
    assert ("start",) in one.counter.asked
    go = next(b for b in one.shell.findChildren(ActionButton) if b.accessibleName() == "Go there, Thermometer wiped")
    assert go.isVisible()
    click(go)
    assert not go.isVisible()
    assert focused().accessibleName() == "Thermometer wiped"


def test_a_ring_of_three_pixels_shows_the_focus(bench: MakeBench) -> None:
    from ui.theme import COLOURS

    one = bench()
    one.show(shot("home"))
    button = one.shell.secondary[0]
    button.setFocus()
    QApplication.processEvents()
    image = button.grab().toImage()
    row = [image.pixelColor(x, button.height() // 2).name().upper() for x in range(6)]
    assert row[:3] == [COLOURS.focus] * 3
    one.shell.secondary[1].setFocus()
    QApplication.processEvents()
    image = button.grab().toImage()
    assert image.pixelColor(1, button.height() // 2).name().upper() != COLOURS.focus


def test_the_language_switches_live_on_every_screen(bench: MakeBench) -> None:
    one = bench(Language.INDONESIAN)
    for each in shots():
        one.show(each)
        before = (one.shell.windowTitle(), one.shell.primary.text())
        one.shell.switch_language()
        between = (one.shell.windowTitle(), one.shell.primary.text())
        one.shell.switch_language()
        assert between != before, each.name
        assert (one.shell.windowTitle(), one.shell.primary.text()) == before


def test_a_refused_form_opens_where_it_is_wrong(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("rest_of_card"))
    problem = FieldProblem("rt_rw", msg("Fill this in"), True)
    one.counter.tell(replace(one.counter.facts, field_problems=(problem,)))
    assert one.shell.view.page == 3
    assert "Isi bagian ini" in focused().accessibleName()


def test_typing_into_one_field_keeps_the_others(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("person"))
    name = next(w for w in one.shell.findChildren(QWidget) if w.isVisible() and w.accessibleName() == "Nama lengkap")
    name.setFocus()
    press_key(name, int(Qt.Key.Key_End))
    type_text(name, " LAGI")
    assert one.shell.view.draft.name == "CONTOH BUKAN ORANG LAGI"
    assert one.shell.view.draft.nik == "6472014107059999"


def test_unplugged_keeps_the_screen_and_says_which_cable(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("finger_growing"))
    title = one.shell.windowTitle()
    one.counter.tell(replace(one.counter.facts, problem=msg("The cable of the fingerprint reader is out")))
    assert one.shell.windowTitle() == title
    assert "Kabel pembaca sidik jari lepas" in words_on(one)


def test_nothing_accepted_is_ever_lost_is_said_once_something_is_sealed(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("checklist"))
    assert not any("tersegel" in words for words in words_on(one))
    one.show(shot("finger_good"))
    assert "7 tersegel. Yang sudah diterima tidak akan hilang." in words_on(one)


@pytest.mark.parametrize(
    ("label", "call"),
    [("Ubah, Foto", ("review_change", Role.CAMERA)), ("Ubah, Tanda tangan", ("review_change", Role.SIGNATURE))],
)
def test_review_leads_back_to(bench: MakeBench, label: str, call: tuple[object, ...]) -> None:
    one = bench()
    one.show(shot("review"))
    click(next(b for b in one.shell.findChildren(ActionButton) if b.accessibleName() == label))
    assert one.counter.asked == [call]


def test_discard_is_asked_twice(bench: MakeBench) -> None:
    one = bench(Language.ENGLISH)
    one.show(shot("finger_first"))
    click(next(b for b in one.shell.secondary if b.text() == "More"))
    assert one.counter.asked == []
    click(named(one, "Discard the case"))
    assert one.counter.asked == []
    assert focused() is one.shell.primary
    one.now_s += 1
    click(next(b for b in one.shell.secondary if b.text() == "Discard the case"))
    assert one.counter.asked == [("discard",)]


def test_an_unfit_printer_is_said(bench: MakeBench, qtbot: QtBot) -> None:
    from ui.printing import Printer

    said: list[tuple[object, bool]] = []
    printer = Printer(lambda words, well: said.append((words, well)), bench().shell, program="/nonexistent/lp")
    printer.send(b"%PDF-")
    qtbot.waitUntil(lambda: bool(said))
    assert said == [(msg("No printer is set up. Call the technician."), False)]


def test_a_bug_in_a_slot_is_said_and_the_window_lives(
    bench: MakeBench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = bench()
    one.show(shot("home"))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    app.catch_bugs(one.shell.say_bug)
    monkeypatch.setattr(one.counter, "new_case", lambda: 1 / 0)
    click(one.shell.primary)
    assert any(words.startswith("Ada kesalahan di aplikasi") for words in words_on(one))
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()


def test_posts_from_any_thread_run_on_the_main_thread_in_order(qtbot: QtBot) -> None:
    from ui.main_thread import MainThread

    bridge = MainThread()
    seen: list[tuple[int, bool]] = []

    def note(number: int) -> Callable[[], None]:
        return lambda: seen.append((number, threading.current_thread() is threading.main_thread()))

    def work() -> None:
        for number in range(20):
            bridge.post(note(number))

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    bridge.post(note(20))
    assert seen == []
    qtbot.waitUntil(lambda: len(seen) == 21)
    assert seen == [(number, True) for number in range(21)]


def test_an_idle_window_has_no_timer_running(bench: MakeBench) -> None:
    one = bench()
    for each in shots():
        one.show(each)
        counts_down = each.name in ("resting", "login_locked", "locked_refused", "applicant_resting")
        running = [timer for timer in one.shell.findChildren(QTimer) if timer.isActive()]
        assert bool(running) is counts_down, each.name


def test_the_countdown_counts_and_stops(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("resting"))
    assert "4:31" in words_on(one)
    one.now_s += 200
    one.shell.draw()
    assert "1:11" in words_on(one)
    assert not one.shell.primary.active
    one.now_s += 72
    one.shell.draw()
    assert one.shell.primary.active


def test_going_through_all_screens_again_and_again_makes_no_new_widget(bench: MakeBench) -> None:
    one = bench()

    def count() -> int:
        for each in shots():
            one.show(each)
        gc.collect()
        return len(one.shell.findChildren(QWidget))

    first = count()
    assert count() == first
    assert len(QApplication.topLevelWidgets()) == 1 or all(
        not widget.isVisible() for widget in QApplication.topLevelWidgets() if widget is not one.shell
    )


def test_ink_shows_while_it_is_written_and_stays_when_the_language_switches(bench: MakeBench) -> None:
    from ui.widgets.ink import InkPad

    one = bench()
    one.show(shot("signature"))
    pad = one.shell.findChild(InkPad)
    assert pad is not None
    assert pad.count == 0
    case = one.counter.facts.case
    assert case is not None
    ink = samples.drawn_ink()
    for length in (20, 60):
        inked = replace(case, signature=replace(case.signature, points=ink[:length]))
        one.counter.send_ink(replace(one.counter.facts, case=inked))
        assert pad.count == length
    one.shell.switch_language()
    assert pad.count == 60
    one.counter.tell(replace(one.counter.facts, case=case))
    assert pad.count == 0


def test_the_last_applicant_is_forgotten(bench: MakeBench) -> None:
    one = bench()
    one.show(shot("photo_good"))
    one.counter.tell(samples.desk(Step.HOME))
    assert not any("CONTOH" in words for words in words_on(one))
    assert one.shell.view.draft.name == ""
