"""What every screen is: a page that draws a state and says what was pressed."""

from typing import Generic, TypeVar

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QWidget

from station.text import Text
from ui.theme import Theme

S = TypeVar("S")


class Page(QWidget):
    """The Qt half: a signal for intents, and the theme."""

    asked = pyqtSignal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def take_key(self, event: QKeyEvent) -> bool:  # noqa: ARG002 - screens with keys of their own use it
        """Keys that nothing else wanted; true when the screen used this one."""
        return False

    def first_focus(self) -> QWidget | None:
        """Where the focus starts; None for the primary button."""
        return None


class Screen(Page, Generic[S]):
    """The drawing half: `draw` shows one state in one language, and may be called at any time."""

    def draw(self, state: S, text: Text) -> None:
        raise NotImplementedError
