"""What is seldom needed within a case, one press away from every step."""

from station.capture.facts import DeskFacts, Step
from station.text import msg
from ui.presenters.common import Action, Bar, MenuState, no_words
from ui.presenters.intents import Do, Go, Place, SetBedside

PAUSABLE = (
    Step.PHOTO,
    Step.PHOTO_APPROVAL,
    Step.FINGERS,
    Step.CONFIRMATION,
    Step.SIGNATURE,
    Step.REVIEW,
)
MORE = Action(msg("More"), Go(Place.MORE))


def kept(may_keep: bool) -> tuple[Action, ...]:
    """The way out of a retake: what was there before stays."""
    return (Action(msg("Keep the one before"), Do.KEEP, back=True),) if may_keep else ()


def present(facts: DeskFacts) -> MenuState:
    """What fits this step; giving the case up stands last and is asked again."""
    entries = []
    if facts.step in PAUSABLE:
        entries.append(Action(msg("Pause the recording"), Do.PAUSE))
    if facts.step is Step.CHECKLIST and facts.case is not None:
        bedside = facts.case.bedside
        lying = Action(msg("Applicant lies in bed"), Go(Place.BEDSIDE))
        entries.append(Action(msg("Applicant can sit after all"), SetBedside(False)) if bedside else lying)
    entries += [
        Action(msg("Hand the counter over"), Go(Place.HANDOVER)),
        Action(msg("Lock the screen"), Do.LOCK),
        Action(msg("Show devices"), Go(Place.DEVICES)),
        Action(msg("Discard the case"), Go(Place.DISCARD), danger=True),
    ]
    return MenuState(
        bar=Bar(msg("What else?"), Action(msg("Back"), Go(), back=True)), what=no_words(), entries=tuple(entries)
    )
