"""The case in hand: its steps in order, from the checklist to the sealed manifest."""

from collections.abc import Callable

from drivers.api import PenPoint, Role
from station.biometrics.model import CAPTURE_ORDER, CHIP_FINGERS, ExceptionKind, FingerPosition
from station.capture import records
from station.capture.checklist import ChecklistStep
from station.capture.context import Case, Context
from station.capture.facts import CaseFacts, DoneFacts, LiveFrame, Step
from station.capture.fingers_step import FingersStep
from station.capture.photo import PhotoStep
from station.capture.signature import SignatureStep
from station.capture.transitions import Event
from station.health.clearance import Mint
from station.health.gate import Blocked
from station.health.hygiene import Hygiene
from station.safekeeping.vault import Sealed
from station.text import Message, msg


class Casework:
    """Everything between BIODATA and DONE for one applicant. Main thread only."""

    def __init__(
        self,
        context: Context,
        case: Case,
        hygiene: Hygiene,
        mint: Mint,
        show_frame: Callable[[LiveFrame], None],
        show_ink: Callable[[tuple[PenPoint, ...]], None],
    ) -> None:
        self._context = context
        self.case = case
        self._hygiene = hygiene
        self._mint = mint
        self.checklist = ChecklistStep(context, case.gate, case.officer_id)
        self.photo = PhotoStep(context, case, show_frame)
        self.fingers = FingersStep(context, case, CAPTURE_ORDER, None)
        self.confirmation = FingersStep(context, case, CHIP_FINGERS, self.fingers.round)
        self.signature = SignatureStep(context, case, show_ink)
        self.done: DoneFacts | None = None
        self._manifest_asked = False
        self._touched = False
        self._step = Step.CHECKLIST
        self._interrupted: Step | None = None

    def enter(self, step: Step) -> None:
        """Open what a step needs, close what it does not."""
        self._close_all_but(step)
        self._step = step
        match step:
            case Step.CHECKLIST | Step.RESTING:
                self.checklist.open()
            case Step.PHOTO:
                self.photo.open()
            case Step.FINGERS:
                self.fingers.open()
            case Step.CONFIRMATION:
                self._open_confirmation()
            case Step.SIGNATURE:
                self.signature.open()
            case Step.REVIEW:
                self.case.changing = False
            case Step.SEALING:
                self._close_case()
            case _:
                pass

    def start(self) -> Blocked | None:
        """Ask the gate; with its clearance the next open step begins. Returns what blocks, or None."""
        cleared = self.case.gate.clear(self._mint, self._context.devices.ready())
        if isinstance(cleared, Blocked):
            return cleared
        clearance, evidence = cleared
        self.case.permit = self._mint.redeem(clearance, self.case.number, self.case.officer_id)
        self.case.evidence = evidence
        self._touched = True
        parts = records.gate_parts(self.case, self._context.clock.now())
        self._context.safe.segment(self.case.handle, "gate", parts, self._gate_sealed)
        return None

    def foreign(self, role: Role) -> None:
        """A device that was not wiped for this case: back to the checklist, with what is sealed kept."""
        self._mint.end()
        self.case.permit = None
        self._hygiene.touched(role)
        self._interrupted = self._step
        self._context.move(Event.CHECK_AGAIN)

    def exception_hindered(self, step: Step, position: FingerPosition | None, kind: ExceptionKind) -> Message | None:
        """Why this cannot be recorded by exception now, in words; None when it can."""
        fingers = {Step.FINGERS: self.fingers, Step.CONFIRMATION: self.confirmation}.get(step)
        cannot_sign = kind is ExceptionKind.CANNOT_SIGN
        if fingers is not None and position in fingers.round.standings and not cannot_sign:
            return msg("A finger is being saved. Wait a moment, then press again.") if fingers.saving else None
        if step is Step.SIGNATURE and position is None and cannot_sign:
            return None
        if step is Step.PHOTO_APPROVAL and position is None and self.photo.needs_exception and not cannot_sign:
            return None
        return msg("There is nothing to record by exception here.")

    def record_exception(
        self, step: Step, position: FingerPosition | None, kind: ExceptionKind, approver_id: str
    ) -> None:
        """An approved exception for the step that is open."""
        match step:
            case Step.FINGERS if position is not None:
                self.fingers.except_(position, kind, approver_id)
            case Step.CONFIRMATION if position is not None:
                self.confirmation.except_(position, kind, approver_id)
            case Step.SIGNATURE:
                self.signature.except_(kind, approver_id)
            case Step.PHOTO_APPROVAL:
                self.photo.approve(kind, approver_id)
            case _:
                pass

    def lacking(self) -> Message | None:
        """What the case still lacks before it can be sealed, or None when it is whole."""
        if "photo" not in self.case.sealed:
            return msg("The photo is missing.")
        for step in (self.fingers, self.confirmation):
            position = step.round.current
            if position is not None:
                return msg("{finger} is missing.", finger=records.FINGER_WORDS[position])
        if "signature" not in self.case.sealed:
            return msg("The signature is missing.")
        return None

    def change_fingers(self, position: FingerPosition | None = None) -> None:
        """From the review: take a finger again, and confirm it again when it is a chip finger."""
        self.case.changing = True
        chosen = position or CAPTURE_ORDER[0]
        self.fingers.round.again(chosen)
        if chosen in CHIP_FINGERS:
            self.confirmation.round.again(chosen)

    def facts(self) -> CaseFacts:
        case = self.case
        return CaseFacts(
            number=case.number,
            name=case.biodata.name,
            nik=case.biodata.nik,
            birth=f"{case.biodata.birth_place}, {case.biodata.birth_date:%d-%m-%Y}",
            address=f"{case.biodata.address}, RT/RW {case.biodata.rt_rw}, {case.biodata.village}",
            ground=case.ground,
            checklist=self.checklist.checklist(),
            photo=self.photo.facts(),
            fingers=self.fingers.facts(),
            confirmation=self.confirmation.facts(),
            signature=self.signature.facts(),
            sealed=tuple(case.sealed.values()),
            deferral=case.deferral,
            rest_until_s=case.gate.rest_until_s(),
            done=self.done,
        )

    def end(self) -> None:
        """The applicant leaves: the permit dies, devices stop, images are zeroed."""
        self._mint.end()
        self.case.permit = None
        self._close_all_but(Step.HOME)
        if self._touched:
            for role in Role:
                self._hygiene.touched(role)
        self.fingers.wipe()
        self.confirmation.wipe()
        self.signature.wipe()
        self.photo.wipe()

    def _open_confirmation(self) -> None:
        """A chip finger recorded by exception needs no confirmation, and an earlier one of it no longer counts."""
        for position in CHIP_FINGERS:
            first = self.fingers.round.standings[position]
            if first.exception is not None and first.approver_id is not None:
                self.confirmation.round.except_(position, first.exception, first.approver_id)
                key = records.finger_key(position, confirming=True)
                self.case.items.pop(key, None)
                self.case.sealed.pop(key, None)
        self.confirmation.open()

    def _gate_sealed(self, sealed: Sealed) -> None:
        self.case.items["gate"] = records.gate_item().value(sealed)
        self._context.move(self._next_event())

    def _next_event(self) -> Event:
        """To the step that another device interrupted, else to the photo."""
        match self._interrupted:
            case Step.FINGERS:
                return Event.BACK_TO_FINGERS
            case Step.CONFIRMATION:
                return Event.BACK_TO_CONFIRMATION
            case Step.SIGNATURE:
                return Event.BACK_TO_SIGNATURE
            case _:
                return Event.CLEARED

    def _close_all_but(self, step: Step) -> None:
        if step not in (Step.CHECKLIST, Step.RESTING):
            self.checklist.close()
        if step is not Step.PHOTO:
            self.photo.close()
        if step is not Step.FINGERS:
            self.fingers.close()
        if step is not Step.CONFIRMATION:
            self.confirmation.close()
        if step is not Step.SIGNATURE:
            self.signature.close()

    def _close_case(self) -> None:
        if self._manifest_asked:
            return
        self._manifest_asked = True
        manifest = records.manifest(self.case, self._context.settings, self._context.clock.now())
        self._context.safe.manifest(self.case.handle, manifest, records.biodata_parts(self.case), self._case_sealed)

    def _case_sealed(self, sealed: Sealed) -> None:
        self.done = DoneFacts(self.case.number, len(self.case.items) + 1, receipt_ready=True)
        self.case.manifest_sha256 = sealed.sha256
        self._context.move(Event.SEALED)
