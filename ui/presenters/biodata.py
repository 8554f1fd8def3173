"""The new case: ground, who approves it (only for another ground), the person, the home, the rest of the card."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from station.capture.counter import CaseDraft
from station.capture.facts import DeskFacts, FieldProblem
from station.registry.biodata import CITIZENSHIPS, MARITAL_STATUSES, RELIGIONS
from station.registry.model import Ground
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, no_words
from ui.presenters.intents import Do, Edit, EnterCase, Go, Place
from ui.presenters.login import CardState, PinState, approvers
from ui.presenters.view import View
from ui.presenters.words import GROUND, OFFICER


class Kind(Enum):
    """How a field is filled in."""

    TEXT = "text"
    DIGITS = "digits"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class FieldState:
    """One field: what is in it, what may be, what is wrong with it."""

    name: str
    label: Message
    kind: Kind
    value: str
    choices: tuple[tuple[str, Message], ...] = ()
    problem: Message | None = None
    blocking: bool = False
    hint: Message | None = None


@dataclass(frozen=True, slots=True)
class ChoiceState:
    """One of a few large buttons."""

    label: Message
    chosen: bool
    intent: Edit


@dataclass(frozen=True, slots=True)
class BiodataState:
    """One page of the form. `pin` is set on the approver's page alone."""

    bar: Bar
    page: int
    grounds: tuple[ChoiceState, ...]
    fields: tuple[FieldState, ...]
    pin: PinState | None
    draft: CaseDraft


def _as_written(values: tuple[str, ...]) -> tuple[tuple[str, Message], ...]:
    """Values of the card, shown by their first words: the long one is known by its first."""
    return tuple((value, plain(value if len(value) < LONG else value.split()[0])) for value in values)


LONG = 20
SEX = (("L", msg("Male")), ("P", msg("Female")))
BLOOD = (*_as_written(("A", "B", "AB", "O")), ("-", msg("Blank")))
FAITH = _as_written(RELIGIONS)
MARITAL = _as_written(MARITAL_STATUSES)
CITIZEN = _as_written(CITIZENSHIPS)

LAST_PAGE = 4
Row = tuple[str, Message, Kind, tuple[tuple[str, Message], ...], Message | None]
PERSON_ROWS: tuple[Row, ...] = (
    ("nik", msg("NIK, 16 digits"), Kind.DIGITS, (), None),
    ("name", msg("Full name"), Kind.TEXT, (), None),
    ("birth_place", msg("Place of birth"), Kind.TEXT, (), None),
    ("birth_date", msg("Date of birth"), Kind.DATE, (), msg("DD-MM-YYYY")),
    ("sex", msg("Sex"), Kind.CHOICE, SEX, None),
    ("blood_group", msg("Blood group"), Kind.CHOICE, BLOOD, None),
)
HOME_ROWS: tuple[Row, ...] = (
    ("address", msg("Address"), Kind.TEXT, (), None),
    ("rt_rw", msg("RT/RW"), Kind.TEXT, (), msg("001/002")),
    ("village", msg("Village"), Kind.TEXT, (), None),
    ("district", msg("District"), Kind.TEXT, (), None),
)
REST_ROWS: tuple[Row, ...] = (
    ("religion", msg("Religion"), Kind.CHOICE, FAITH, None),
    ("marital_status", msg("Marital status"), Kind.CHOICE, MARITAL, None),
    ("occupation", msg("Occupation"), Kind.TEXT, (), None),
    ("citizenship", msg("Citizenship"), Kind.CHOICE, CITIZEN, None),
)
REASON_ROW: Row = ("nik_reason", msg("Why the NIK is right all the same"), Kind.TEXT, (), None)
GROUND_ROW: Row = ("ground_reason", msg("What makes it urgent"), Kind.TEXT, (), None)


def present(facts: DeskFacts, view: View) -> BiodataState:
    """The page the view stands on; the approver's page exists only for another ground."""
    draft, page = view.draft, view.page
    other = draft.ground is Ground.OTHER
    if page == 1 and not other:
        page = 2
    rows: tuple[Row, ...] = ()
    if page == 0 and other:
        rows = (GROUND_ROW,)
    elif page == 2:
        rows = PERSON_ROWS + ((REASON_ROW,) if _needs_reason(facts, draft) else ())
    elif page == 3:
        rows = HOME_ROWS
    elif page == LAST_PAGE:
        rows = REST_ROWS
    return BiodataState(
        bar=_bar(facts, draft, page, other),
        page=page,
        grounds=tuple(
            ChoiceState(GROUND[ground], draft.ground is ground, Edit(replace(draft, ground=ground)))
            for ground in Ground
        ),
        fields=tuple(_field(row, draft, facts.field_problems) for row in rows),
        pin=_approver(facts, draft) if page == 1 else None,
        draft=draft,
    )


def with_value(draft: CaseDraft, name: str, value: str) -> CaseDraft:
    """The form with one of its text fields changed."""
    change: dict[str, Any] = {name: value}
    return replace(draft, **change)


def _bar(facts: DeskFacts, draft: CaseDraft, page: int, other: bool) -> Bar:
    headings = (
        msg("Why is it urgent?"),
        msg("Who approves this reason?"),
        msg("Who is the applicant?"),
        msg("Where does the applicant live?"),
        msg("What else is on the card?"),
    )
    discard = Action(msg("Discard"), Go(Place.DISCARD), danger=True)
    if page == LAST_PAGE:
        primary = Action(msg("Check the data"), EnterCase(draft))
    else:
        following = 2 if page == 0 and not other else page + 1
        ready = page != 0 or draft.ground is not None
        primary = Action(msg("Next"), Go(Place.MAIN, following), enabled=ready)
    if page == 0:
        back = Action(msg("Back"), Do.DISCARD, back=True)
        heading = headings[0]
        if facts.taking_up is not None:
            heading = msg("Who was it? Case {number}", number=facts.taking_up)
        pick = (Action(msg("From today's queue"), Go(Place.QUEUE)),) if facts.queue.entries else ()
        return Bar(heading, primary, (back, *pick))
    previous = 0 if page == 2 and not other else page - 1
    earlier = Action(msg("Back"), Go(Place.MAIN, previous), back=True)
    imported = facts.draft is not None and page in (2, 3)
    early = (Action(msg("Check the data"), EnterCase(draft)),) if imported else ()
    return Bar(headings[page], primary, (earlier, discard, *early))


def _needs_reason(facts: DeskFacts, draft: CaseDraft) -> bool:
    return bool(draft.nik_reason) or any(not problem.blocking for problem in facts.field_problems)


def _field(row: Row, draft: CaseDraft, problems: tuple[FieldProblem, ...]) -> FieldState:
    name, label, kind, choices, hint = row
    value: str = getattr(draft, name)
    found = next((problem for problem in problems if problem.field == name), None)
    return FieldState(
        name,
        label,
        kind,
        value,
        choices,
        found.sentence if found else None,
        found.blocking if found else False,
        hint,
    )


def _approver(facts: DeskFacts, draft: CaseDraft) -> PinState:
    cards = tuple(
        CardState(
            plain(one.name),
            OFFICER[one.role],
            one.officer_id == draft.approver_id,
            Edit(replace(draft, approver_id=one.officer_id, approver_pin="")),
        )
        for one in approvers(facts)
    )
    found = next((p for p in facts.field_problems if p.field in ("approver_id", "approver_pin")), None)
    line = found.sentence if found is not None else no_words()
    if found is None:
        line = msg("Choose who approves") if not draft.approver_id else msg("The approver types the PIN")
    if not cards:
        line = msg("No other supervisor is known here")
    return PinState(cards, draft.approver_pin, False, line, found is not None)
