"""The portrait: live with one correction at a time, then approved by the applicant."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from station.capture.facts import CaseFacts, LiveFrame
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Mark, Tone, verdict_mark
from ui.presenters.intents import Do, Go, Place
from ui.presenters.more import MORE, kept

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PhotoState:
    """The live screen, without its frames."""

    bar: Bar
    background: Message
    tries: Message


@dataclass(frozen=True, slots=True)
class GuideState:
    """What is written beside one live frame: one correction, or that it is good."""

    mark: Mark
    correction: Message
    score: int


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """The picture taken, as the applicant sees it. `picture` is (h, w, 3) uint8 BGR."""

    bar: Bar
    picture: Picture | None = field(compare=False)
    mark: Mark
    reason: Message
    cure: Message | None
    score: int


def present(case: CaseFacts) -> PhotoState:
    """Taking is always possible; the picture is judged afterwards."""
    return PhotoState(
        bar=Bar(
            heading=msg("Mask and glasses off, look at the camera"),
            primary=Action(msg("Take photo"), Do.TAKE_PHOTO),
            secondary=(MORE, *kept(case.photo.may_keep)),
        ),
        background=case.photo.background,
        tries=msg("Photos taken: {count}", count=case.photo.tries),
    )


def guide(frame: LiveFrame | None) -> GuideState:
    """One correction at a time."""
    if frame is None:
        return GuideState(Mark(msg("Waiting for the camera"), Tone.PLAIN), msg("Hold still"), 0)
    verdict = frame.verdict
    if verdict.accepted:
        return GuideState(Mark(msg("Good"), Tone.GOOD), msg("Hold still"), verdict.score)
    return GuideState(Mark(msg("Not yet"), Tone.WARN), verdict.cure or verdict.reason, verdict.score)


def present_approval(case: CaseFacts) -> ApprovalState:
    """The applicant decides; a poor picture is said to be one."""
    photo = case.photo
    verdict = photo.verdict
    if verdict is None or verdict.accepted:
        bar = Bar(
            heading=msg("Applicant: is this photo good?"),
            primary=Action(msg("Approve photo"), Do.APPROVE_PHOTO),
            secondary=(MORE, Action(msg("Take again"), Do.RETAKE_PHOTO), *kept(photo.may_keep)),
        )
    else:
        bar = Bar(
            heading=msg("This photo is below the rules"),
            primary=Action(msg("Take again"), Do.RETAKE_PHOTO),
            secondary=(MORE, Action(msg("Record exception"), Go(Place.REASON)), *kept(photo.may_keep)),
        )
    return ApprovalState(
        bar=bar,
        picture=photo.picture,
        mark=verdict_mark(verdict, msg("Taken")),
        reason=verdict.reason if verdict is not None else plain(""),
        cure=verdict.cure if verdict is not None else None,
        score=verdict.score if verdict is not None else 0,
    )
