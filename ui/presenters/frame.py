"""The frame around every screen: who it is about, how far, what is safe, what went wrong."""

from dataclasses import dataclass

from drivers.api import Disconnected, Faulted, Role
from station.capture.facts import CaseFacts, DeskFacts, Step
from station.text import Message, msg, plain
from ui.presenters.common import Action, no_words
from ui.presenters.intents import Go, Place

ORDER: dict[Step, int] = {
    Step.BIODATA: 1,
    Step.CHECKLIST: 2,
    Step.RESTING: 2,
    Step.PAUSED: 2,
    Step.DEFERRED: 2,
    Step.PHOTO: 3,
    Step.PHOTO_APPROVAL: 3,
    Step.FINGERS: 4,
    Step.CONFIRMATION: 5,
    Step.SIGNATURE: 6,
    Step.REVIEW: 7,
    Step.SEALING: 7,
    Step.DONE: 7,
}
STEPS = 7
NEEDED: dict[Step, Role] = {
    Step.CHECKLIST: Role.TEMPERATURE,
    Step.RESTING: Role.TEMPERATURE,
    Step.SHIFT: Role.TEMPERATURE,
    Step.PHOTO: Role.CAMERA,
    Step.FINGERS: Role.FINGERPRINT,
    Step.CONFIRMATION: Role.FINGERPRINT,
    Step.SIGNATURE: Role.SIGNATURE,
}


@dataclass(frozen=True, slots=True)
class FrameState:
    """Header, banner and the line above the buttons. `well`: the problem is none, but good news."""

    who: Message
    detail: Message
    progress: Message
    step: int
    waiting: Message
    training: bool
    problem: Message | None
    safe: Message | None
    well: bool = False
    turn: Action | None = None


def present(facts: DeskFacts, turnable: bool = True) -> FrameState:
    """Header: the applicant or else the officer. `turnable` without a second screen, unless turned."""
    case = facts.case
    if facts.locked is not None:
        return _locked(facts)
    if case is not None and case.name:
        who, detail = plain(case.name), _about(case)
    elif facts.officer is not None:
        who, detail = plain(facts.officer.name), msg("On duty")
    else:
        who, detail = msg("KTP-el emergency recording"), no_words()
    step = ORDER.get(facts.step, 0)
    sealed = len(case.sealed) if case is not None else 0
    listed = facts.step is Step.REVIEW
    safe = msg("{count} sealed. Nothing accepted is ever lost.", count=sealed) if sealed and not listed else None
    return FrameState(
        who=who,
        detail=detail,
        progress=msg("Step {step} of {steps}", step=step, steps=STEPS) if step else no_words(),
        step=step,
        waiting=msg("{count} files waiting", count=facts.waiting) if facts.waiting else no_words(),
        training=facts.training,
        problem=facts.problem or cable(facts) or _clock(facts),
        safe=safe,
        turn=Action(msg("For applicant"), Go(Place.APPLICANT)) if turnable and can_turn(facts) else None,
    )


def _about(case: CaseFacts) -> Message:
    nik = spaced(case.nik)
    return msg("NIK {nik}, in bed", nik=nik) if case.bedside else msg("NIK {nik}", nik=nik)


def _locked(facts: DeskFacts) -> FrameState:
    """Nobody's name while the screen is locked."""
    who = msg("KTP-el emergency recording")
    return FrameState(who, no_words(), no_words(), 0, no_words(), facts.training, None, None)


TURNED = (Step.CHECKLIST, Step.PHOTO, Step.PHOTO_APPROVAL, Step.FINGERS, Step.CONFIRMATION, Step.SIGNATURE)


def can_turn(facts: DeskFacts) -> bool:
    """Whether there is something for the applicant to see now."""
    return facts.case is not None and facts.step in TURNED


def cable(facts: DeskFacts) -> Message | None:
    """What is wrong with the device that this step waits for; the step goes on by itself when it is back."""
    needed = NEEDED.get(facts.step)
    for device in facts.devices:
        if device.role is needed and isinstance(device.status, Disconnected | Faulted):
            if device.cure is None:
                return device.sentence
            return msg("{trouble} {cure}", trouble=device.sentence, cure=device.cure)
    return None


def _clock(facts: DeskFacts) -> Message | None:
    """A wrong date holds nobody up: it is told where there is time for it."""
    return facts.clock if facts.step in (Step.SHIFT, Step.HOME) else None


def waiting(count: int) -> Message:
    """Sealed files that are not delivered yet; offline is normal."""
    if count == 0:
        return msg("No files waiting")
    return msg("{count} files waiting for delivery", count=count)


def spaced(nik: str) -> str:
    """A NIK in groups that can be read aloud: region, birth date, serial."""
    return f"{nik[:6]} {nik[6:12]} {nik[12:]}" if len(nik) == 16 else nik
