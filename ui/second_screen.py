"""The applicant's own screen, where a second one is plugged in."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QPalette, QScreen
from PyQt6.QtWidgets import QLayout, QVBoxLayout, QWidget

from station.text import Text
from ui.presenters.applicant import ApplicantState
from ui.screens.applicant import ApplicantScreen
from ui.theme import COLOURS, FRAME_MM, Theme
from ui.widgets.frame import TrainingBanner


class SecondScreen(QWidget):
    """Nothing on it can be pressed; it never takes the focus from the officer's window."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(COLOURS.page))
        self.setPalette(palette)
        self._banner = TrainingBanner(theme, self)
        self.screen_of_applicant = ApplicantScreen(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.addWidget(self._banner)
        room = QVBoxLayout()
        side = theme.px(9)
        room.setContentsMargins(side, side, side, side)
        room.addWidget(self.screen_of_applicant)
        column.addLayout(room, 1)

    def draw(self, state: ApplicantState, training: bool, text: Text) -> None:
        """The same state as the turned screen shows."""
        self.setWindowTitle(text(state.words))
        self._banner.setVisible(training)
        self._banner.draw(text)
        self.screen_of_applicant.draw(state, text)


class Beside(QObject):
    """Watches the screens: opens the applicant's window on the second one, closes it when that is unplugged."""

    def __init__(self, application: QGuiApplication, give: Callable[[SecondScreen | None], None]) -> None:
        super().__init__(application)
        self._application, self._give = application, give
        self.window: SecondScreen | None = None
        application.screenAdded.connect(self.look)
        application.screenRemoved.connect(self.look)
        self.look()

    def look(self) -> None:
        """Compare the screens that are there with the window that is open."""
        others = [screen for screen in self._application.screens() if screen is not self._application.primaryScreen()]
        if others and self.window is None:
            self._open(others[0])
        elif not others and self.window is not None:
            self._shut()

    def close(self) -> None:
        """The officer's window is closed."""
        self._application.screenAdded.disconnect(self.look)
        self._application.screenRemoved.disconnect(self.look)
        if self.window is not None:
            self._shut()

    def _open(self, screen: QScreen) -> None:
        room = screen.geometry()
        self.window = SecondScreen(Theme.for_screen(room.width(), room.height(), *FRAME_MM))
        self.window.setGeometry(room)
        self._give(self.window)
        self.window.showFullScreen()

    def _shut(self) -> None:
        window, self.window = self.window, None
        self._give(None)
        if window is not None:
            window.close()
            window.deleteLater()
