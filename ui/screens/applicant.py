"""What the applicant sees: a picture, a few large words, and what has to be looked at."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.capture.facts import LiveFrame, SignatureFacts
from station.text import Text
from ui.presenters.applicant import ApplicantState, Scene
from ui.screens.base import Screen
from ui.theme import COLOURS, Letter, Theme
from ui.widgets.biodata import BiodataList
from ui.widgets.hands import Hands
from ui.widgets.ink import InkPad
from ui.widgets.marks import Words
from ui.widgets.pictograms import Pictogram
from ui.widgets.pictures import CameraView, Picture


class ApplicantScreen(Screen[ApplicantState]):
    """On the left what to look at: camera, photo, hands or data; on the right what to do."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._words = Words(theme, Letter.FIGURE, bold=True, parent=self)
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self._detail = Words(theme, Letter.INSTRUCTION, COLOURS.ink_soft, parent=self)
        self._detail.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self.scene = Pictogram(theme, self)
        self._camera = CameraView(theme, self)
        self._photo = Picture(theme, self)
        self._hands = Hands(theme, self)
        self._rows = BiodataList(theme, Letter.STRONG, self)
        self.pad = InkPad(theme, self)
        self._seen = False
        middle = QHBoxLayout()
        middle.setSpacing(theme.px(8))
        for widget in (self._camera, self._photo, self._hands, self._rows):
            middle.addWidget(widget, 3)
        action = QVBoxLayout()
        action.addWidget(self.scene, 1)
        action.addWidget(self.pad, 1)
        middle.addLayout(action, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(3))
        column.addLayout(middle, 1)
        column.addWidget(self._words)
        column.addWidget(self._detail)

    def draw(self, state: ApplicantState, text: Text) -> None:
        if state.scene is not Scene.FACE and self._seen:
            self._seen = False
            self._camera.clear()
        self._words.say(state.words, text)
        self._detail.say(state.detail, text)
        self._detail.setVisible(bool(self._detail.text()))
        self.scene.show_scene(state.scene, state.tone)
        self.scene.setVisible(state.ink is None)
        self._camera.setVisible(state.scene is Scene.FACE and self._seen)
        self._photo.setVisible(state.scene is Scene.PHOTO)
        self._photo.show_pixels(state.picture)
        self._hands.setVisible(bool(state.hands))
        self._hands.show_standings(state.hands, text)
        self._rows.setVisible(bool(state.rows))
        self._rows.show_rows(state.rows, text)
        self.pad.setVisible(state.ink is not None)
        self.show_ink(state.ink)

    def show_frame(self, frame: LiveFrame) -> None:
        """One preview picture, mirrored, beside the scene."""
        self._seen = True
        self._camera.setVisible(True)
        self._camera.show_frame(frame.pixels, frame.verdict.accepted)

    def show_ink(self, facts: SignatureFacts | None) -> None:
        """Ink alone, as often as it comes; None takes it away."""
        if facts is not None:
            self.pad.show_points(facts.points, facts.size)
        else:
            self.pad.forget()
