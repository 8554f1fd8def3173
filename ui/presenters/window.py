"""Which screen the window shows: the counter's step, unless the officer went elsewhere within it."""

from station.capture.facts import CaseFacts, DeskFacts, Step
from ui.presenters import (
    biodata,
    checklist,
    exception,
    fingers,
    home,
    login,
    pauses,
    photo,
    review,
    signature,
)
from ui.presenters.intents import Place
from ui.presenters.view import View

ScreenState = (
    login.LoginState
    | home.HomeState
    | home.DevicesState
    | biodata.BiodataState
    | checklist.ChecklistState
    | pauses.RestingState
    | pauses.NoticeState
    | photo.PhotoState
    | photo.ApprovalState
    | fingers.FingersState
    | exception.ReasonState
    | exception.ApproverState
    | signature.SignatureState
    | review.ReviewState
)


def present(facts: DeskFacts, view: View) -> ScreenState:
    """Facts and view in, the state of exactly one screen out."""
    if view.place is Place.DEVICES:
        return home.present_devices(facts)
    if view.place is Place.DISCARD:
        return pauses.discard(facts)
    if facts.step is Step.LOGIN:
        return login.present(facts, view)
    if facts.step is Step.BIODATA:
        return biodata.present(facts, view)
    if facts.step is Step.HOME or facts.case is None:
        return home.present(facts)
    if view.place is Place.REASON:
        return exception.present_reason(facts, facts.case)
    if view.place is Place.APPROVER:
        return exception.present_approver(facts, facts.case, view)
    return _of_case(facts, facts.case, view)


def _of_case(facts: DeskFacts, case: CaseFacts, view: View) -> ScreenState:
    match facts.step:
        case Step.CHECKLIST:
            return checklist.present(facts, case, view)
        case Step.RESTING:
            return pauses.resting(facts, case, view)
        case Step.DEFERRED:
            return pauses.deferred(case)
        case Step.PHOTO:
            return photo.present(case)
        case Step.PHOTO_APPROVAL:
            return photo.present_approval(case)
        case Step.FINGERS:
            return fingers.present(case, confirming=False)
        case Step.CONFIRMATION:
            return fingers.present(case, confirming=True)
        case Step.SIGNATURE:
            return signature.present(case)
        case Step.REVIEW:
            return review.present(case)
        case Step.SEALING:
            return pauses.sealing(case)
        case Step.DONE:
            return pauses.done(facts, case)
        case Step.LOGIN | Step.HOME | Step.BIODATA:
            raise AssertionError(f"{facts.step} has no case")
