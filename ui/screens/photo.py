"""The live portrait, and its approval."""

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.capture.facts import LiveFrame
from station.text import Text, plain
from ui.presenters.photo import ApprovalState, PhotoState, guide
from ui.screens.base import Screen
from ui.theme import COLOURS, GAP_MM, Letter, Theme
from ui.widgets.marks import Words
from ui.widgets.pictures import CameraView, Picture
from ui.widgets.verdict import VerdictPanel


class PhotoScreen(Screen[PhotoState]):
    """The camera on the left, one correction on the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._text: Text | None = None
        self._frame: LiveFrame | None = None
        self.camera = CameraView(theme, self)
        self._verdict = VerdictPanel(theme, self)
        self._background = Words(theme, Letter.BODY, parent=self)
        self._tries = Words(theme, Letter.BODY, COLOURS.ink_soft, parent=self)
        side = QVBoxLayout()
        side.setSpacing(theme.px(GAP_MM))
        side.addWidget(self._verdict, 1)
        side.addWidget(self._background)
        side.addWidget(self._tries)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(7))
        row.addWidget(self.camera, 3)
        row.addLayout(side, 2)

    def draw(self, state: PhotoState, text: Text) -> None:
        if self._text is None or self._text.language is not text.language:
            self._text = text
            self._guide(self._frame)
        self._background.say(state.background, text)
        self._tries.say(state.tries, text)

    def show_frame(self, frame: LiveFrame) -> None:
        """One preview picture and its correction."""
        self._frame = frame
        self.camera.show_frame(frame.pixels, frame.verdict.accepted)
        self._guide(frame)

    def forget(self) -> None:
        """Drop the last picture: the next applicant never sees it."""
        self._frame = None
        self.camera.clear()
        self._guide(None)

    def _guide(self, frame: LiveFrame | None) -> None:
        if self._text is not None:
            state = guide(frame)
            score = state.score if frame is not None else None
            self._verdict.show_verdict(state.mark, score, plain(""), state.correction, self._text)


class ApprovalScreen(Screen[ApprovalState]):
    """The picture as large as it goes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._picture = Picture(theme, self)
        self._verdict = VerdictPanel(theme, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(7))
        row.addWidget(self._picture, 3)
        row.addWidget(self._verdict, 2)

    def draw(self, state: ApprovalState, text: Text) -> None:
        self._picture.show_pixels(state.picture)
        self._verdict.show_verdict(state.mark, state.score, state.reason, state.cure, text)
