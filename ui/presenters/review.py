"""Everything that is about to be sealed, exceptions too, each with a way back."""

from dataclasses import dataclass

from station.capture.facts import CaseFacts, DeskFacts, ReviewItem
from station.text import Message, msg
from ui.presenters.common import Action, Bar, Mark, Tone
from ui.presenters.intents import Change, Do
from ui.presenters.more import MORE
from ui.presenters.words import GROUND


@dataclass(frozen=True, slots=True)
class ItemState:
    """One item: what it is, how it stands, the button that changes it."""

    label: Message
    mark: Mark
    change: Action | None


@dataclass(frozen=True, slots=True)
class ReviewState:
    """The whole case on one screen; `lacking` names what keeps it from being sealed."""

    bar: Bar
    items: tuple[ItemState, ...]
    about: tuple[Message, ...]
    lacking: Message | None


def present(facts: DeskFacts, case: CaseFacts) -> ReviewState:
    """In the order of the recording."""
    about = [GROUND[case.ground]]
    if case.bedside:
        about.append(msg("At the bedside"))
    if case.taken_up:
        about.append(msg("Begun before the power cut"))
    names = {one.officer_id: one.name for one in facts.login.officers}
    approvers = sorted({names.get(item.approver, item.approver) for item in case.review if item.approver is not None})
    about += [msg("Exceptions approved by {name}", name=name) for name in approvers]
    return ReviewState(
        bar=Bar(
            heading=msg("Look through everything, then seal"),
            primary=Action(msg("Seal the file"), Do.SEAL),
            secondary=(MORE,),
        ),
        items=tuple(_item(item) for item in case.review),
        about=tuple(about),
        lacking=case.lacking,
    )


def _item(item: ReviewItem) -> ItemState:
    tone = Tone.BAD if item.missing else Tone.WARN if item.by_exception else Tone.GOOD
    change = None
    if item.change is not None:
        change = Action(msg("Change"), Change(item.change, item.finger))
    return ItemState(item.label, Mark(item.detail, tone), change)
