"""Which screen the window shows: the counter's step, unless the officer went elsewhere within it."""

from collections.abc import Callable

from station.capture.facts import CaseFacts, DeskFacts, Step
from ui.presenters import (
    applicant,
    bedside,
    biodata,
    checklist,
    common,
    exception,
    fingers,
    home,
    lock,
    login,
    mending,
    more,
    pauses,
    photo,
    queue,
    review,
    shift,
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
    | common.MenuState
    | exception.ApproverState
    | signature.SignatureState
    | review.ReviewState
    | applicant.ApplicantState
    | shift.ShiftState
    | queue.QueueState
    | queue.OpenCasesState
    | lock.LockState
    | bedside.BedsideState
)


def present(facts: DeskFacts, view: View) -> ScreenState:
    """Facts and view in, the state of exactly one screen out."""
    if facts.locked is not None:
        return lock.present(facts.locked, view)
    if facts.step is Step.LOGIN:
        return home.present_devices(facts) if view.place is Place.DEVICES else login.present(facts, view)
    elsewhere = OF_PLACE.get(view.place)
    if elsewhere is not None:
        return elsewhere(facts, view)
    if facts.step is Step.SHIFT:
        return shift.present(facts, view)
    if facts.step is Step.BIODATA:
        return biodata.present(facts, view)
    if facts.step is Step.HOME or facts.case is None:
        return home.present(facts)
    if view.place is Place.REASON:
        return exception.present_reason(facts, facts.case)
    if view.place is Place.APPROVER:
        return exception.present_approver(facts, facts.case, view)
    return OF_CASE[facts.step](facts, facts.case, view)


OF_PLACE: dict[Place, Callable[[DeskFacts, View], ScreenState]] = {
    Place.DEVICES: lambda facts, _view: home.present_devices(facts),
    Place.DISCARD: lambda facts, _view: pauses.discard(facts),
    Place.APPLICANT: applicant.present,
    Place.MORE: lambda facts, _view: more.present(facts),
    Place.QUEUE: queue.present,
    Place.WAITING: lambda facts, _view: mending.files_waiting(facts),
    Place.OPEN_CASES: lambda facts, _view: queue.open_cases(facts),
    Place.GIVE_UP: lambda _facts, view: queue.give_up(view),
    Place.HANDOVER: lock.handover,
    Place.BEDSIDE: lambda _facts, view: bedside.present(view),
}
OF_CASE: dict[Step, Callable[[DeskFacts, CaseFacts, View], ScreenState]] = {
    Step.CHECKLIST: checklist.present,
    Step.RESTING: pauses.resting,
    Step.PAUSED: lambda _facts, case, _view: pauses.paused(case),
    Step.DEFERRED: lambda _facts, case, _view: pauses.deferred(case),
    Step.PHOTO: lambda _facts, case, _view: photo.present(case),
    Step.PHOTO_APPROVAL: lambda _facts, case, _view: photo.present_approval(case),
    Step.FINGERS: lambda _facts, case, _view: fingers.present(case, confirming=False),
    Step.CONFIRMATION: lambda _facts, case, _view: fingers.present(case, confirming=True),
    Step.SIGNATURE: lambda _facts, case, _view: signature.present(case),
    Step.REVIEW: lambda facts, case, _view: review.present(facts, case),
    Step.SEALING: lambda _facts, case, _view: pauses.sealing(case),
    Step.DONE: lambda facts, case, _view: pauses.done(facts, case),
}
