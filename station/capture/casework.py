"""The case in hand: its steps in order, from the checklist to the sealed manifest."""

from drivers.api import Role
from station.biometrics.model import CAPTURE_ORDER, CHIP_FINGERS, OF_SIGNATURE, ExceptionKind, FingerPosition
from station.capture import records, review
from station.capture.context import Case, Context
from station.capture.facts import CaseFacts, DoneFacts, Step
from station.capture.fingers_step import FingersStep
from station.capture.listeners import Listeners
from station.capture.photo import PhotoStep
from station.capture.signature import SignatureStep
from station.capture.transitions import Event
from station.health.clearance import Mint
from station.health.gate import Blocked, Thermal
from station.health.hygiene import Hygiene
from station.health.model import Person
from station.registry.model import OfficerCard
from station.safekeeping.vault import Sealed
from station.text import Message, msg

BACK: dict[Step, Event] = {
    Step.PHOTO: Event.CLEARED,
    Step.PHOTO_APPROVAL: Event.BACK_TO_APPROVAL,
    Step.FINGERS: Event.BACK_TO_FINGERS,
    Step.CONFIRMATION: Event.BACK_TO_CONFIRMATION,
    Step.SIGNATURE: Event.BACK_TO_SIGNATURE,
    Step.REVIEW: Event.BACK_TO_REVIEW,
}
"""From the checklist to the step that was interrupted or comes next."""


class Casework:
    """Everything between BIODATA and DONE for one applicant. Main thread only."""

    def __init__(self, context: Context, case: Case, hygiene: Hygiene, mint: Mint, listeners: Listeners) -> None:
        self._context = context
        self.case = case
        self._hygiene = hygiene
        self._mint = mint
        self.photo = PhotoStep(context, case, listeners.show_frame)
        self.fingers = FingersStep(context, case, CAPTURE_ORDER, None)
        self.confirmation = FingersStep(context, case, CHIP_FINGERS, self.fingers.round)
        self.signature = SignatureStep(context, case, listeners.show_ink)
        self.done: DoneFacts | None = None
        self._manifest_asked = False
        self._touched = False
        self._suspended = False
        self._step = Step.CHECKLIST
        self._interrupted: Step | None = None

    def enter(self, step: Step, again: bool = False) -> None:
        """Open what a step needs, close what it does not; `again` goes on where a lock stopped it."""
        self._step = step
        if self._suspended:
            return
        self._close_all_but(step)
        match step:
            case Step.PHOTO:
                self.photo.open()
            case Step.FINGERS:
                self.fingers.open()
            case Step.CONFIRMATION:
                self._open_confirmation(again)
            case Step.SIGNATURE:
                self.signature.open(again)
            case Step.REVIEW:
                self.case.changing = False
            case Step.SEALING:
                self._close_case()
            case _:
                pass

    def suspend(self) -> None:
        """Nothing is captured until `unsuspend`; what is there stays."""
        self._suspended = True
        self._close_all_but(Step.HOME)

    def unsuspend(self) -> None:
        self._suspended = False
        self.enter(self._step, again=True)

    def start(self) -> Blocked | None:
        """Ask the gate; with its clearance the next open step begins. Returns what blocks, or None."""
        cleared = self.case.gate.clear(self._mint, self._context.devices.ready())
        if isinstance(cleared, Blocked):
            return cleared
        clearance, evidence = cleared
        self.case.permit = self._mint.redeem(clearance, self.case.number, self.case.officer_id)
        self.case.evidence = evidence
        self._touched = True
        item, now = records.gate_item(), self._context.clock.now()
        parts = records.gate_parts(self.case, now)
        self._context.safe.segment(
            self.case.handle, item.key, item.outcome(), lambda: parts, lambda sealed: self._gate_sealed(item, sealed)
        )
        return None

    def foreign(self, role: Role) -> None:
        """A device that was not wiped for this case: back to the checklist, with what is sealed kept."""
        self._hygiene.touched(role)
        self.interrupt(Event.CHECK_AGAIN)

    def interrupt(self, event: Event) -> None:
        """The permit ends; after the gate it goes on at this step."""
        self._mint.end()
        self.case.permit = None
        self._interrupted = self._step
        self._context.move(event)

    def hand_over(self, officer: OfficerCard, thermal: Thermal) -> None:
        """Another officer serves this applicant from now on."""
        case = self.case
        at = self._context.clock.now().isoformat()
        case.handovers.append({"from": case.officer_id, "to": officer.officer_id, "at": at})
        self._mint.end()
        case.permit = None
        case.officer_id, case.officer_name = officer.officer_id, officer.name
        case.gate.hand_over(officer.officer_id, thermal)

    def exception_hindered(self, step: Step, position: FingerPosition | None, kind: ExceptionKind) -> Message | None:
        """Why this cannot be recorded by exception now, in words; None when it can."""
        fingers = {Step.FINGERS: self.fingers, Step.CONFIRMATION: self.confirmation}.get(step)
        of_signature = kind in OF_SIGNATURE
        if fingers is not None and position in fingers.round.standings and not of_signature:
            return msg("A finger is being saved. Wait a moment, then press again.") if fingers.saving else None
        if step is Step.SIGNATURE and position is None and of_signature:
            return self.signature.hindered(kind)
        if step is Step.PHOTO_APPROVAL and position is None and self.photo.needs_exception and not of_signature:
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

    def keep(self) -> bool:
        """Leave a retake: what was there before stands. False when there is nothing to keep."""
        match self._step:
            case Step.PHOTO | Step.PHOTO_APPROVAL if self.photo.may_keep:
                self.photo.keep()
            case Step.SIGNATURE if self.signature.may_keep:
                self.signature.keep()
            case Step.FINGERS if self.fingers.may_keep:
                self.confirmation.round.keep()
                self._keep_finger(self.fingers)
            case Step.CONFIRMATION if self.confirmation.may_keep:
                self._keep_finger(self.confirmation)
            case _:
                return False
        return True

    def facts(self, measuring: Person | None) -> CaseFacts:
        case, person = self.case, self.case.biodata
        return CaseFacts(
            number=case.number,
            name=person.name,
            nik=person.nik,
            birth=f"{person.birth_place}, {person.birth_date:%d-%m-%Y}",
            address=", ".join((person.address, f"RT/RW {person.rt_rw}", person.village, person.district)),
            ground=case.ground,
            checklist=case.gate.checklist(measuring),
            photo=self.photo.facts(),
            fingers=self.fingers.facts(),
            confirmation=self.confirmation.facts(),
            signature=self.signature.facts(),
            sealed=tuple(case.sealed.values()),
            deferral=case.deferral,
            rest_until_s=case.gate.rest_until_s(),
            done=self.done,
            review=review.lines(case, self.fingers.round),
            lacking=self.lacking(),
            taken_up=case.taken_up is not None,
            bedside=case.bedside,
            companion=case.companion,
            sex=person.sex.value,
            blood_group=person.blood_group,
            religion=person.religion,
            marital_status=person.marital_status,
            occupation=person.occupation,
            citizenship=person.citizenship,
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

    def _keep_finger(self, step: FingersStep) -> None:
        changing = self.case.changing
        step.keep()
        if changing:
            step.close()
            self._context.move(Event.REVIEW_AGAIN)

    def _open_confirmation(self, again: bool) -> None:
        """A chip finger recorded by exception needs no confirmation, and an earlier one of it no longer counts."""
        if not again:
            self.confirmation.forget_kept()
        for position in CHIP_FINGERS:
            first = self.fingers.round.standings[position]
            if first.exception is not None and first.approver_id is not None:
                self.confirmation.round.except_(position, first.exception, first.approver_id)
                key = records.finger_key(position, confirming=True)
                self.case.items.pop(key, None)
                self.case.sealed.pop(key, None)
        self.confirmation.open()

    def _gate_sealed(self, item: records.Item, sealed: Sealed) -> None:
        self.case.items[item.key] = item.value(sealed)
        step, self._interrupted = self._interrupted or self._next_step(), None
        self._context.move(BACK[step])

    def _next_step(self) -> Step:
        """The first that is not done: of a new case the photo, of one taken up again what the power cut left open."""
        if "photo" not in self.case.sealed:
            return Step.PHOTO
        if not self.fingers.round.complete:
            return Step.FINGERS
        if any(not self.confirmation.round.standings[p].settled for p in CHIP_FINGERS):
            return Step.CONFIRMATION
        return Step.REVIEW if "signature" in self.case.sealed else Step.SIGNATURE

    def _close_all_but(self, step: Step) -> None:
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
        parts = records.biodata_parts(self.case)
        self._context.safe.manifest(self.case.handle, manifest, lambda: parts, self._case_sealed, self._refused)

    def _refused(self, why: Message) -> None:
        """The disk did not take the manifest: back to the review, where the officer presses again."""
        self._manifest_asked = False
        self._context.move(Event.SEAL_FAILED)
        self._context.refuse(why)

    def _case_sealed(self, sealed: Sealed) -> None:
        self.done = DoneFacts(self.case.number, len(self.case.items) + 1, receipt_ready=True)
        self.case.manifest_sha256 = sealed.sha256
        self._context.move(Event.SEALED)
