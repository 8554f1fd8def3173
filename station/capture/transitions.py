"""The session as a table: in which step which event is legal, and where it leads."""

from enum import Enum

from station.capture.facts import Step


class Event(Enum):
    """What happens to a counter."""

    LOGGED_IN = "logged_in"
    LOGGED_IN_TO_HELP = "logged_in_to_help"
    SHIFT_BEGUN = "shift_begun"
    TAKEN_OVER = "taken_over"
    LOGGED_OUT = "logged_out"
    CASE_OPENED = "case_opened"
    BIODATA_ACCEPTED = "biodata_accepted"
    APPLICANT_HOT = "applicant_hot"
    RESTED = "rested"
    DEFERRED = "deferred"
    CLEARED = "cleared"
    CHECK_AGAIN = "check_again"
    PAUSED = "paused"
    RESUMED = "resumed"
    BACK_TO_APPROVAL = "back_to_approval"
    BACK_TO_FINGERS = "back_to_fingers"
    BACK_TO_CONFIRMATION = "back_to_confirmation"
    BACK_TO_SIGNATURE = "back_to_signature"
    BACK_TO_REVIEW = "back_to_review"
    PHOTO_TAKEN = "photo_taken"
    PHOTO_REJECTED = "photo_rejected"
    PHOTO_KEPT = "photo_kept"
    PHOTO_SEALED = "photo_sealed"
    FINGERS_COMPLETE = "fingers_complete"
    CONFIRMED = "confirmed"
    SIGNED = "signed"
    REVIEW_AGAIN = "review_again"
    CHANGE_PHOTO = "change_photo"
    CHANGE_FINGERS = "change_fingers"
    CHANGE_SIGNATURE = "change_signature"
    SEAL_ASKED = "seal_asked"
    SEAL_FAILED = "seal_failed"
    SEALED = "sealed"
    FINISHED = "finished"
    DISCARDED = "discarded"


class IllegalEventError(RuntimeError):
    """An event that the table does not have for the step: a bug, and nothing has changed."""


TABLE: dict[tuple[Step, Event], Step] = {
    (Step.LOGIN, Event.LOGGED_IN): Step.SHIFT,
    (Step.LOGIN, Event.LOGGED_IN_TO_HELP): Step.HOME,
    (Step.SHIFT, Event.SHIFT_BEGUN): Step.HOME,
    (Step.SHIFT, Event.TAKEN_OVER): Step.SHIFT,
    (Step.SHIFT, Event.LOGGED_OUT): Step.LOGIN,
    (Step.HOME, Event.TAKEN_OVER): Step.SHIFT,
    (Step.HOME, Event.LOGGED_OUT): Step.LOGIN,
    (Step.HOME, Event.CASE_OPENED): Step.BIODATA,
    (Step.BIODATA, Event.BIODATA_ACCEPTED): Step.CHECKLIST,
    (Step.BIODATA, Event.DISCARDED): Step.HOME,
    (Step.CHECKLIST, Event.APPLICANT_HOT): Step.RESTING,
    (Step.CHECKLIST, Event.DEFERRED): Step.DEFERRED,
    (Step.CHECKLIST, Event.CLEARED): Step.PHOTO,
    (Step.CHECKLIST, Event.BACK_TO_APPROVAL): Step.PHOTO_APPROVAL,
    (Step.CHECKLIST, Event.BACK_TO_FINGERS): Step.FINGERS,
    (Step.CHECKLIST, Event.BACK_TO_CONFIRMATION): Step.CONFIRMATION,
    (Step.CHECKLIST, Event.BACK_TO_SIGNATURE): Step.SIGNATURE,
    (Step.CHECKLIST, Event.BACK_TO_REVIEW): Step.REVIEW,
    (Step.CHECKLIST, Event.DISCARDED): Step.HOME,
    (Step.RESTING, Event.RESTED): Step.CHECKLIST,
    (Step.RESTING, Event.DEFERRED): Step.DEFERRED,
    (Step.RESTING, Event.DISCARDED): Step.HOME,
    (Step.PAUSED, Event.RESUMED): Step.CHECKLIST,
    (Step.PAUSED, Event.DISCARDED): Step.HOME,
    (Step.DEFERRED, Event.FINISHED): Step.HOME,
    (Step.PHOTO, Event.PHOTO_TAKEN): Step.PHOTO_APPROVAL,
    (Step.PHOTO, Event.PHOTO_KEPT): Step.PHOTO_APPROVAL,
    (Step.PHOTO, Event.REVIEW_AGAIN): Step.REVIEW,
    (Step.PHOTO, Event.CHECK_AGAIN): Step.CHECKLIST,
    (Step.PHOTO, Event.PAUSED): Step.PAUSED,
    (Step.PHOTO, Event.DISCARDED): Step.HOME,
    (Step.PHOTO_APPROVAL, Event.PHOTO_REJECTED): Step.PHOTO,
    (Step.PHOTO_APPROVAL, Event.PHOTO_SEALED): Step.FINGERS,
    (Step.PHOTO_APPROVAL, Event.REVIEW_AGAIN): Step.REVIEW,
    (Step.PHOTO_APPROVAL, Event.CHECK_AGAIN): Step.CHECKLIST,
    (Step.PHOTO_APPROVAL, Event.PAUSED): Step.PAUSED,
    (Step.PHOTO_APPROVAL, Event.DISCARDED): Step.HOME,
    (Step.FINGERS, Event.FINGERS_COMPLETE): Step.CONFIRMATION,
    (Step.FINGERS, Event.REVIEW_AGAIN): Step.REVIEW,
    (Step.FINGERS, Event.CHECK_AGAIN): Step.CHECKLIST,
    (Step.FINGERS, Event.PAUSED): Step.PAUSED,
    (Step.FINGERS, Event.DISCARDED): Step.HOME,
    (Step.CONFIRMATION, Event.CONFIRMED): Step.SIGNATURE,
    (Step.CONFIRMATION, Event.REVIEW_AGAIN): Step.REVIEW,
    (Step.CONFIRMATION, Event.CHANGE_FINGERS): Step.FINGERS,
    (Step.CONFIRMATION, Event.CHECK_AGAIN): Step.CHECKLIST,
    (Step.CONFIRMATION, Event.PAUSED): Step.PAUSED,
    (Step.CONFIRMATION, Event.DISCARDED): Step.HOME,
    (Step.SIGNATURE, Event.SIGNED): Step.REVIEW,
    (Step.SIGNATURE, Event.REVIEW_AGAIN): Step.REVIEW,
    (Step.SIGNATURE, Event.CHECK_AGAIN): Step.CHECKLIST,
    (Step.SIGNATURE, Event.PAUSED): Step.PAUSED,
    (Step.SIGNATURE, Event.DISCARDED): Step.HOME,
    (Step.REVIEW, Event.CHANGE_PHOTO): Step.PHOTO,
    (Step.REVIEW, Event.CHANGE_FINGERS): Step.FINGERS,
    (Step.REVIEW, Event.CHANGE_SIGNATURE): Step.SIGNATURE,
    (Step.REVIEW, Event.CHECK_AGAIN): Step.CHECKLIST,
    (Step.REVIEW, Event.PAUSED): Step.PAUSED,
    (Step.REVIEW, Event.SEAL_ASKED): Step.SEALING,
    (Step.REVIEW, Event.DISCARDED): Step.HOME,
    (Step.SEALING, Event.SEALED): Step.DONE,
    (Step.SEALING, Event.SEAL_FAILED): Step.REVIEW,
    (Step.DONE, Event.FINISHED): Step.HOME,
}


def after(step: Step, event: Event) -> Step:
    """The next step. Raises IllegalEventError, changing nothing, when the table has no such row."""
    try:
        return TABLE[step, event]
    except KeyError:
        raise IllegalEventError(f"{event.value} in step {step.value}") from None


def legal(step: Step, event: Event) -> bool:
    """Whether the table has a row for this event now."""
    return (step, event) in TABLE


def diagram() -> str:
    """The table as a Mermaid state diagram, for the README."""
    rows = [f"    {step.value} --> {target.value}: {event.value}" for (step, event), target in TABLE.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {Step.LOGIN.value}", *rows])
