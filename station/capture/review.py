"""The review: every item of the case in the order of the recording, and how to change it."""

from drivers.api import Role
from station.biometrics.model import CAPTURE_ORDER, CHIP_FINGERS, FingerPosition
from station.capture import records
from station.capture.context import Case
from station.capture.facts import ReviewItem
from station.capture.fingers import Round
from station.text import Message, msg

NOT_YET = msg("Not recorded yet")


def lines(case: Case, fingers: Round) -> tuple[ReviewItem, ...]:
    """Photo, ten fingers, both confirmations (none for a finger by exception) and signature."""
    confirmed = [position for position in CHIP_FINGERS if fingers.standings[position].exception is None]
    return (
        _line(case, "photo", records.PHOTO_LABEL, Role.CAMERA, None),
        *(_finger(case, position, confirming=False) for position in CAPTURE_ORDER),
        *(_finger(case, position, confirming=True) for position in confirmed),
        _line(case, "signature", records.SIGNATURE_LABEL, Role.SIGNATURE, None),
    )


def _finger(case: Case, position: FingerPosition, confirming: bool) -> ReviewItem:
    label = records.finger_label(position, confirming)
    return _line(case, records.finger_key(position, confirming), label, Role.FINGERPRINT, position)


def _line(case: Case, key: str, label: Message, change: Role, finger: FingerPosition | None) -> ReviewItem:
    sealed = case.sealed.get(key)
    approver = case.items[key]["approver"] if key in case.items else None
    return ReviewItem(
        label=label,
        detail=sealed.detail if sealed is not None else NOT_YET,
        missing=sealed is None,
        by_exception=sealed is not None and sealed.by_exception,
        change=change,
        finger=finger,
        approver=approver if isinstance(approver, str) else None,
    )
