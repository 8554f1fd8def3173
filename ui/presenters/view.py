"""What the window itself remembers between two pictures: where it stands, what is half typed."""

from dataclasses import dataclass, field, replace
from typing import assert_never

from station.biometrics.model import ExceptionKind
from station.capture.counter import CaseDraft
from station.capture.facts import DeskFacts, FieldProblem
from station.health.model import Item
from ui.presenters.intents import Choose, ChooseReason, Edit, EnterPin, Go, NameCompanion, Place, ToWindow
from ui.presenters.technician_view import TechnicianView

PAGE_OF_FIELD: dict[str, int] = {
    "ground": 0,
    "ground_reason": 0,
    "approver_id": 1,
    "approver_pin": 1,
    "nik": 2,
    "name": 2,
    "birth_place": 2,
    "birth_date": 2,
    "sex": 2,
    "blood_group": 2,
    "nik_reason": 2,
    "address": 3,
    "rt_rw": 3,
    "village": 3,
    "district": 3,
    "religion": 4,
    "marital_status": 4,
    "occupation": 4,
    "citizenship": 4,
}


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """Place and page; the card, reason and PIN chosen so far; the form. `start_asked` after a press on Start.

    `number` is the case that the place is about, `companion` the name typed for a bedside recording.

    `now_s` is the monotonic clock, for the screens that count down.
    """

    place: Place = Place.MAIN
    page: int = 0
    focus: Item | None = None
    officer_id: str = ""
    pin: str = ""
    kind: ExceptionKind | None = None
    draft: CaseDraft = field(default_factory=CaseDraft)
    start_asked: bool = False
    now_s: float = 0.0
    number: str = ""
    companion: str = ""
    technician: TechnicianView = field(default_factory=TechnicianView)

    def __repr__(self) -> str:
        return f"View({self.place.value}, {self.page})"


def moved(view: View, intent: ToWindow) -> View:
    """The view after something was pressed that concerns the window alone."""
    match intent:
        case Go(place, page, focus, number):
            leaving = place is not view.place
            pin = "" if leaving else view.pin
            return replace(view, place=place, page=page, focus=focus, number=number, pin=pin, start_asked=False)
        case Choose(officer_id):
            return replace(view, officer_id=officer_id, pin="")
        case ChooseReason(kind):
            return replace(view, kind=kind, place=Place.APPROVER, pin="")
        case EnterPin(pin):
            return replace(view, pin=pin)
        case Edit(draft):
            return replace(view, draft=draft)
        case NameCompanion(name):
            return replace(view, companion=name)
        case _:
            assert_never(intent)


def followed(view: View, before: DeskFacts, after: DeskFacts) -> View:
    """The view after the counter moved: a new step or finger starts plain, a refused form opens where it is wrong."""
    if (before.locked is None) is not (after.locked is None):
        view = replace(view, officer_id="", pin="")
    if before.step is not after.step:
        return View(now_s=view.now_s, draft=after.draft or CaseDraft())
    if after.draft is not None and after.draft is not before.draft:
        return replace(view, place=Place.MAIN, page=0, draft=after.draft)
    if before.officer != after.officer or _bedside(before) is not _bedside(after):
        return View(now_s=view.now_s, draft=view.draft)
    if _captures(before) != _captures(after) and view.place in (Place.REASON, Place.APPROVER):
        return View(now_s=view.now_s)
    if after.field_problems and after.field_problems != before.field_problems:
        return replace(view, page=page_of(after.field_problems))
    if _refusal(after) is not None and _refusal(after) != _refusal(before):
        return replace(view, pin="")
    return view


def page_of(problems: tuple[FieldProblem, ...]) -> int:
    """The first page of the form with something wrong on it."""
    return min((PAGE_OF_FIELD.get(problem.field, 2) for problem in problems), default=2)


def _refusal(facts: DeskFacts) -> object:
    locked = facts.locked.refused if facts.locked is not None else None
    return facts.problem or facts.login.refused or locked


def _bedside(facts: DeskFacts) -> bool:
    return facts.case is not None and facts.case.bedside


def _captures(facts: DeskFacts) -> tuple[object, ...]:
    """What makes an open question about an exception out of date."""
    if facts.case is None:
        return ()
    case = facts.case
    taken = tuple(finger.exception for finger in case.fingers.fingers + case.confirmation.fingers)
    return (case.fingers.current, case.confirmation.current, taken, case.signature.by_exception)
