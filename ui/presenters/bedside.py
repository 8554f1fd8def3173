"""The applicant lies in bed: who is beside, and what is different then."""

from dataclasses import dataclass

from station.text import Message, msg
from ui.presenters.biodata import FieldState, Kind
from ui.presenters.common import Action, Bar
from ui.presenters.intents import Go, SetBedside
from ui.presenters.view import View


@dataclass(frozen=True, slots=True)
class BedsideState:
    """One field, and what changes."""

    bar: Bar
    companion: FieldState
    lines: tuple[Message, ...]


def present(view: View) -> BedsideState:
    """The name may stay empty: somebody may be alone."""
    return BedsideState(
        bar=Bar(
            heading=msg("Who is beside the bed?"),
            primary=Action(msg("Record at the bedside"), SetBedside(True, view.companion)),
            secondary=(Action(msg("Back"), Go(), back=True),),
        ),
        companion=FieldState("companion", msg("Name of the companion"), Kind.TEXT, view.companion),
        lines=(
            msg("The photo may be taken lying down."),
            msg("Every step has more time."),
            msg("The name is sealed with the case and stands nowhere else."),
        ),
    )
