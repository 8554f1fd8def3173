"""Every screen in every state: sizes, places, clipping, names."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtWidgets import QApplication, QLineEdit, QWidget

from station.capture.facts import Step
from station.text import Language, Text
from tests.ui.conftest import Bench, PaddedText
from ui import samples
from ui.gallery import SIZE_MM, SIZE_PX, shots, show
from ui.shell import Shell
from ui.still import StillCounter
from ui.theme import GAP_MM, PRIMARY_MM, TARGET_MM, Theme
from ui.widgets.button import ActionButton
from ui.widgets.frame import TrainingBanner
from ui.widgets.marks import Words

MakeBench = Callable[..., Bench]


def shown(shell: Shell, kind: type[QWidget]) -> list[QWidget]:
    return [widget for widget in shell.findChildren(kind) if widget.isVisibleTo(shell)]


def place(widget: QWidget, shell: Shell) -> QRect:
    return QRect(widget.mapTo(shell, QPoint(0, 0)), widget.size())


def clipped(shell: Shell) -> list[str]:
    """What does not fit where it stands, in words."""
    found = []
    for widget in shown(shell, Words):
        assert isinstance(widget, Words)
        if not widget.text():
            continue
        needed_h = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
        needed_w = 0 if widget.wordWrap() else widget.sizeHint().width()
        if needed_h > widget.height() + 1 or needed_w > widget.width() + 1:
            found.append(f"{widget.text()!r} needs {needed_w} x {needed_h}, has {widget.width()} x {widget.height()}")
    for widget in shown(shell, ActionButton):
        assert isinstance(widget, ActionButton)
        if not widget.text_fits():
            found.append(f"button {widget.text()!r} is {widget.width()} x {widget.height()}")
    for widget in shown(shell, QWidget):
        if widget.parentWidget() is not None and not shell.rect().contains(place(widget, shell)):
            found.append(f"{type(widget).__name__} {widget.accessibleName()!r} at {place(widget, shell)}")
    for control in shown(shell, ActionButton) + shown(shell, QLineEdit) + shown(shell, Words):
        parent = control.parentWidget()
        if parent is not None and not parent.rect().contains(control.geometry()):
            found.append(f"{control.accessibleName()!r} at {control.geometry()} leaves {parent.rect()}")
    layout = shell.layout()
    assert layout is not None
    layout.invalidate()  # heights that depend on widths are remembered from the screen before
    if layout.minimumHeightForWidth(shell.width()) > shell.height():
        found.append(f"all of it needs {layout.minimumHeightForWidth(shell.width())} of {shell.height()} pixels")
    return found


@pytest.mark.parametrize("language", Language, ids=lambda one: one.value)
@pytest.mark.parametrize("make_text", [Text, PaddedText], ids=["as written", "40 % longer"])
def test_nothing_is_clipped_on_any_screen(
    bench: MakeBench, language: Language, make_text: Callable[[Language], Text]
) -> None:
    one = bench(language, make_text)
    trouble = {}
    for shot in shots():
        one.show(shot)
        if found := clipped(one.shell):
            trouble[shot.name] = found
    assert not trouble, "\n".join(f"{name}: {line}" for name, lines in trouble.items() for line in lines)


def test_nothing_is_clipped_on_a_screen_of_768_lines(bench: MakeBench) -> None:
    one = bench(size=(1366, 768))
    trouble = {}
    for shot in shots():
        one.show(shot)
        if found := clipped(one.shell):
            trouble[shot.name] = found
    assert not trouble, "\n".join(f"{name}: {line}" for name, lines in trouble.items() for line in lines)


@dataclass(frozen=True)
class Control:
    """One button or field as it stands in the window: its name, and what of it can be hit."""

    name: str
    body: QRect
    primary: bool


@pytest.fixture(scope="module")
def screens(qapp: QApplication) -> dict[str, list[Control]]:  # noqa: ARG001 - widgets need the application
    """Every control of every screen; the training banner is looked for on the way."""
    counter = StillCounter(samples.desk(Step.LOGIN))
    shell = Shell(counter, Theme.for_screen(*SIZE_PX, *SIZE_MM), Language.INDONESIAN, lambda: samples.NOW_S)
    shell.resize(*SIZE_PX)
    shell.show()
    found = {}
    for shot in shots():
        show(shell, counter, shot)
        QApplication.processEvents()
        assert shown(shell, TrainingBanner), shot.name
        found[shot.name] = controls(shell)
    shell.close()
    shell.deleteLater()
    return found


def controls(shell: Shell) -> list[Control]:
    found = []
    for button in shown(shell, ActionButton):
        assert isinstance(button, ActionButton)
        body = button.body().translated(button.mapTo(shell, QPoint(0, 0)))
        found.append(Control(button.accessibleName(), body, button is shell.primary))
    return found + [Control(line.accessibleName(), place(line, shell), False) for line in shown(shell, QLineEdit)]


def test_the_primary_button_never_moves(screens: dict[str, list[Control]]) -> None:
    places = set()
    for name, found in screens.items():
        primaries = [one.body for one in found if one.primary]
        assert len(primaries) == 1, name
        places |= {(body.right(), body.bottom(), body.height()) for body in primaries}
    assert len(places) == 1


def test_targets_are_fifteen_millimetres_and_the_primary_twenty(
    screens: dict[str, list[Control]], theme: Theme
) -> None:
    for name, found in screens.items():
        for one in found:
            least = theme.px(PRIMARY_MM) if one.primary else theme.px(TARGET_MM)
            assert min(one.body.width(), one.body.height()) >= least, f"{name}: {one.name}"


def test_targets_lie_three_millimetres_apart(screens: dict[str, list[Control]], theme: Theme) -> None:
    gap = theme.px(GAP_MM)
    for name, found in screens.items():
        for i, one in enumerate(found):
            near = one.body.adjusted(-gap + 1, -gap + 1, gap - 1, gap - 1)
            for other in found[i + 1 :]:
                assert not near.intersects(other.body), f"{name}: {one.name}, {other.name}"


def test_every_control_has_a_name_and_no_two_the_same(screens: dict[str, list[Control]]) -> None:
    for name, found in screens.items():
        names = [one.name for one in found]
        assert all(each.strip() for each in names), name
        assert len(names) == len(set(names)), f"{name}: {sorted(names)}"
