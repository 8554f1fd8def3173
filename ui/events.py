"""Mouse and keyboard events as Qt would bring them from the desktop."""

from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QApplication, QWidget

PLAIN = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
MOST_TABS = 80


def click(widget: QWidget) -> None:
    """Press and release the left button in the middle of a widget."""
    middle = QPointF(widget.rect().center())
    where = widget.mapToGlobal(middle)
    down = QMouseEvent(QEvent.Type.MouseButtonPress, middle, where, LEFT, LEFT, PLAIN)
    up = QMouseEvent(QEvent.Type.MouseButtonRelease, middle, where, LEFT, Qt.MouseButton.NoButton, PLAIN)
    for event in (down, up):
        QApplication.sendEvent(widget, event)


def press_key(widget: QWidget, key: int, text: str = "") -> None:
    """Press and release one key."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, PLAIN, text))


def walk_to(widget: QWidget) -> None:
    """Press Tab until the focus stands there; raises LookupError when it never does."""
    window = widget.window()
    if window is None:
        raise LookupError("the widget has no window")
    for _ in range(MOST_TABS):
        if window.focusWidget() is widget:
            return
        press_key(window.focusWidget() or window, Qt.Key.Key_Tab, "\t")
    raise LookupError(f"Tab never reaches {widget.accessibleName()!r}")


def press_by_keyboard(widget: QWidget) -> None:
    """Tab to a button, then Space."""
    walk_to(widget)
    press_key(widget, Qt.Key.Key_Space, " ")


def type_text(widget: QWidget, text: str) -> None:
    """Type characters, one after the other."""
    for letter in text:
        press_key(widget, ord(letter.upper()), letter)
