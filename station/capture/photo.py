"""The portrait: live preview with one correction, the best frame of a burst, the applicant's approval."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Cancel

import numpy as np
import numpy.typing as npt

from drivers.api import Cancelled, Frame, NotCaptured, Role
from station.biometrics.model import Background, ExceptionKind, Verdict
from station.biometrics.quality.portrait import PortraitVerdict, crop
from station.capture import records
from station.capture.context import Case, Context
from station.capture.devices import PAUSE_AFTER_TROUBLE_S
from station.capture.facts import LiveFrame, PhotoFacts
from station.capture.transitions import Event
from station.safekeeping.events import EventKind
from station.safekeeping.vault import Sealed
from station.safekeeping.wiping import wipe
from station.text import Message, msg

BURST = 5
READ_S = 1.0
BACKGROUND_WORDS: dict[Background, Message] = {
    Background.RED: msg("Red background"),
    Background.BLUE: msg("Blue background"),
    Background.ORANGE: msg("Orange background"),
}
Judged = tuple[Frame, PortraitVerdict]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was there before a retake; nothing when the portrait was sealed before a power cut."""

    taken: Judged | None
    picture: npt.NDArray[np.uint8] | None
    verdict: Verdict | None

    @property
    def score(self) -> tuple[bool, int]:
        return (self.verdict.accepted, self.verdict.score) if self.taken and self.verdict else (False, -1)

    def wipe(self) -> None:
        if self.picture is not None:
            wipe(self.picture)
        if self.taken is not None:
            wipe(self.taken[0].pixels)


class PhotoStep:
    """One case's portrait. Main thread only; frames are read and judged on the camera's thread."""

    def __init__(self, context: Context, case: Case, show: Callable[[LiveFrame], None]) -> None:
        self._context = context
        self._case = case
        self._show = show
        self._live = False
        self._burst: list[Judged] | None = None
        self._taken: Judged | None = None
        self._verdict: Verdict | None = None
        self._picture: npt.NDArray[np.uint8] | None = None
        self._kept: _Kept | None = None
        self._number = 0
        self._tries = 0
        self._approving = False

    def open(self) -> None:
        """Start the preview; what was taken before can still be kept. Raises NotClearedError without a permit."""
        self._case.require_permit()
        self._keep_for_later()
        self._live = True
        self._picture = None
        self._taken = None
        self._burst = None
        self._approving = False
        self._context.devices.stream(Role.CAMERA, self._read, self._frame)

    def close(self) -> None:
        self._live = False
        self._context.devices.cancel(Role.CAMERA)

    def take(self) -> None:
        """Judge the next few frames and keep the best of them."""
        if self._live and self._burst is None:
            self._burst = []
            self._tries += 1
            self._context.changed()

    def approve(self, exception: ExceptionKind | None = None, approver_id: str | None = None) -> None:
        """Seal the portrait; the step is over once it is durable."""
        if self._taken is None or self._picture is None or self._approving:
            return
        self._approving = True
        frame, judged = self._taken
        self._case.require(frame.info)
        item = records.photo_item(judged.verdict, self._tries, exception, approver_id)
        picture, sex, now = self._picture, self._case.biodata.sex, self._context.clock.now()
        self._context.safe.segment(
            self._case.handle,
            "photo",
            item.outcome(),
            lambda: records.photo_parts(picture, judged.verdict, sex, now),
            lambda sealed: self._sealed(sealed, item),
        )
        self._context.changed()

    def keep(self) -> None:
        """What was taken before stands: back to its approval, or to the review when it is sealed already."""
        if not self.may_keep or self._kept is None:
            return
        self.close()
        self._now().wipe()
        self._taken, self._picture, self._verdict = self._kept.taken, self._kept.picture, self._kept.verdict
        self._kept = None
        self._context.move(Event.REVIEW_AGAIN if self._case.changing else Event.PHOTO_KEPT)

    @property
    def may_keep(self) -> bool:
        """Whether this is a retake of something that can stand."""
        if self._kept is None or self._approving:
            return False
        return self._case.changing or (self._live and self._kept.taken is not None)

    def wipe(self) -> None:
        """Zero the pictures that are still in memory: the case is over."""
        self._now().wipe()
        self._forget_kept()
        self._picture = None
        self._taken = None

    def _now(self) -> "_Kept":
        return _Kept(self._taken, self._picture, self._verdict)

    def _keep_for_later(self) -> None:
        """What is sealed, else the better of two that are not."""
        now, kept = self._now(), self._kept
        if kept is not None and (self._case.changing or now.score < kept.score):
            now.wipe()
        elif self._case.changing or now.taken is not None:
            self._forget_kept()
            self._kept = now

    def _forget_kept(self) -> None:
        if self._kept is not None:
            self._kept.wipe()
        self._kept = None

    def facts(self) -> PhotoFacts:
        return PhotoFacts(
            live=self._live and self._taken is None,
            picture=self._picture,
            verdict=self._verdict,
            background=BACKGROUND_WORDS[self._case.background],
            tries=self._tries,
            may_keep=self.may_keep,
        )

    def _read(self, cancel: Cancel) -> Judged | NotCaptured:
        frame = self._context.devices.drivers.camera.read(READ_S, cancel)
        if not isinstance(frame, Frame):
            if not isinstance(frame, Cancelled):
                cancel.wait(PAUSE_AFTER_TROUBLE_S)
            return frame
        judge = self._context.portrait.judge_lying if self._case.bedside else self._context.portrait.judge
        return frame, judge(frame.pixels, self._case.background)

    def _frame(self, result: Judged | NotCaptured) -> bool:
        if not isinstance(result, tuple):
            self._context.devices.note(Role.CAMERA, result)
            return self._live
        frame, judged = result
        self._context.devices.well(frame.info)
        if not self._case.covers(frame.info):
            self._context.foreign(Role.CAMERA)
            return False
        self._number += 1
        self._show(LiveFrame(frame.pixels, judged.face, judged.verdict, self._number))
        if self._burst is not None:
            self._burst.append(result)
            if len(self._burst) == BURST:
                self._choose(self._burst)
        return self._live

    def _choose(self, burst: list[Judged]) -> None:
        self._burst = None
        frame, judged = max(burst, key=lambda judgement: (judgement[1].verdict.accepted, judgement[1].verdict.score))
        self._verdict = judged.verdict
        may_be_kept = judged.verdict.accepted or self._tries >= self._context.settings.tries_limit
        self._context.audit(EventKind.PHOTO_TAKEN, case=self._case.handle.case_id, score=judged.verdict.score)
        if not may_be_kept:
            self._context.changed()
            return
        self._taken = (frame, judged)
        self._picture = crop(frame.pixels, judged, records.PHOTO_WIDTH_PX, records.PHOTO_HEIGHT_PX)
        self.close()
        self._context.move(Event.PHOTO_TAKEN)

    @property
    def needs_exception(self) -> bool:
        """The best portrait is still below the rules: only a second person's approval lets it stand."""
        return self._taken is not None and not self._taken[1].verdict.accepted

    def _sealed(self, sealed: Sealed, item: records.Item) -> None:
        item.note_in(self._case, sealed)
        self._context.audit(EventKind.PHOTO_APPROVED, case=self._case.handle.case_id, tries=self._tries)
        self._tries = 0
        self._approving = False
        self._forget_kept()
        self._context.move(Event.REVIEW_AGAIN if self._case.changing else Event.PHOTO_SEALED)
