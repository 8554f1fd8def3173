"""Every screen in every state: sizes, places, clipping, names."""

from collections.abc import Callable

import pytest
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtWidgets import QLineEdit, QWidget

from station.text import Language, Text
from tests.ui.conftest import Bench, PaddedText
from ui.gallery import shots
from ui.shell import Shell
from ui.theme import GAP_MM, PRIMARY_MM, TARGET_MM
from ui.widgets.button import ActionButton
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


def test_the_primary_button_never_moves(bench: MakeBench) -> None:
    one = bench()
    places = set()
    for shot in shots():
        one.show(shot)
        assert one.shell.primary.isVisible(), shot.name
        where = place(one.shell.primary, one.shell)
        places.add((where.right(), where.bottom(), where.height()))
    assert len(places) == 1


def test_targets_are_fifteen_millimetres_and_the_primary_twenty(bench: MakeBench) -> None:
    one = bench()
    px = one.shell.theme.px
    for shot in shots():
        one.show(shot)
        for button in shown(one.shell, ActionButton):
            assert isinstance(button, ActionButton)
            least = px(PRIMARY_MM) if button is one.shell.primary else px(TARGET_MM)
            body = button.body()
            assert min(body.width(), body.height()) >= least, f"{shot.name}: {button.text()}"
        for line in shown(one.shell, QLineEdit):
            assert line.height() >= px(TARGET_MM), shot.name


def test_targets_lie_three_millimetres_apart(bench: MakeBench) -> None:
    one = bench()
    gap = one.shell.theme.px(GAP_MM)
    for shot in shots():
        one.show(shot)
        bodies = [
            button.body().translated(button.mapTo(one.shell, QPoint(0, 0)))
            for button in shown(one.shell, ActionButton)
            if isinstance(button, ActionButton)
        ]
        bodies += [place(line, one.shell) for line in shown(one.shell, QLineEdit)]
        for i, a in enumerate(bodies):
            for b in bodies[i + 1 :]:
                near = a.adjusted(-gap + 1, -gap + 1, gap - 1, gap - 1)
                assert not near.intersects(b), f"{shot.name}: {a} {b}"


def test_every_control_has_a_name(bench: MakeBench) -> None:
    one = bench()
    for shot in shots():
        one.show(shot)
        for control in shown(one.shell, ActionButton) + shown(one.shell, QLineEdit):
            assert control.accessibleName().strip(), f"{shot.name}: {control}"


def test_names_within_a_screen_differ(bench: MakeBench) -> None:
    one = bench()
    for shot in shots():
        one.show(shot)
        names = [button.accessibleName() for button in shown(one.shell, ActionButton)]
        assert len(names) == len(set(names)), f"{shot.name}: {sorted(names)}"


def test_the_training_banner_is_on_every_screen(bench: MakeBench) -> None:
    from ui.widgets.frame import TrainingBanner

    one = bench()
    for shot in shots():
        one.show(shot)
        assert shown(one.shell, TrainingBanner), shot.name
