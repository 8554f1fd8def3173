"""Fingers at the reader: wait, transfer, judge, compare, seal; then the next. Also the chip fingers' confirmation."""

from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import replace
from threading import Event as Cancel

from drivers.api import Cancelled, FingerImage, Frame, Gray, NotCaptured, Progress, Role, TimedOut
from station.biometrics import matching
from station.biometrics.matching import Template
from station.biometrics.model import OF_HAND, ExceptionKind, FingerPosition
from station.capture import records
from station.capture.context import Case, Context
from station.capture.devices import PAUSE_AFTER_TROUBLE_S
from station.capture.facts import FingersFacts
from station.capture.fingers import Impression, Outcome, Round, Standing
from station.capture.latest import Latest
from station.capture.transitions import Event
from station.safekeeping.events import EventKind
from station.safekeeping.vault import Sealed
from station.safekeeping.wiping import wipe
from station.text import Message, msg

LIFT_WAIT_S = 2.0
LOOK_EVERY_S = 0.1
HAND_WAIT_S = 1.0
HAND_FRAMES = 3

PLACE = msg("Place this finger on the reader")
HOLD = msg("Hold still")
JUDGING = msg("Checking the impression")
SAVING = msg("Saving")
HAND = msg("Hold the hand before the camera")


class FingersStep:
    """One round of fingers. Main thread only; `first` is the earlier round when this one confirms it 1:1."""

    def __init__(
        self, context: Context, case: Case, positions: tuple[FingerPosition, ...], first: Round | None
    ) -> None:
        self._context = context
        self._case = case
        self._first = first
        self.round = Round(positions, context.settings.tries_limit)
        self._open = False
        self._busy = False
        self._saving = False
        self._excepted: Callable[[Frame | None], None] | None = None
        self._turn = 0
        self._message: Message = PLACE
        self._image: Gray | None = None
        self._rows = (0, 0)
        self._progress: Latest[Progress] = Latest(context.post, self._arriving)

    def open(self) -> None:
        """Begin with the first finger that is not settled; over at once when all are. Raises NotClearedError."""
        self._case.require_permit()
        self._open = True
        self._hand_seen(None)  # where an interruption ended the camera's look
        if not self._saving and not self._finished():
            self.capture()

    def close(self) -> None:
        self._open = False
        self._busy = False
        self._turn += 1
        self._context.devices.cancel(Role.FINGERPRINT)
        self._forget_image()

    def capture(self) -> None:
        """Wait for the current finger; asked again while one is being judged or saved, it does nothing."""
        position = self.round.current
        if not self._open or self._busy or self._saving or position is None:
            return
        self._forget_image()
        self._message = PLACE
        self._context.devices.stream(Role.FINGERPRINT, self._read, lambda result: self._captured(position, result))
        self._context.changed()

    def retake(self, position: FingerPosition) -> None:
        if self._busy or self._saving:
            return
        self._drop_retake()
        self.round.again(position)
        self.capture()

    def keep(self) -> None:
        """The finger asked for again stays as it was; go on with the others."""
        if self.round.kept is None or self._saving:
            return
        self._turn += 1
        self._busy = False
        self._drop_retake()
        if self._open and not self._case.changing and not self._finished():
            self.capture()

    def forget_kept(self) -> None:
        """What was there before a retake can no longer stand."""
        kept = self.round.kept
        if kept is not None and kept.best is not None:
            wipe(kept.best.image.pixels)
        self.round.kept = None

    @property
    def may_keep(self) -> bool:
        return self.round.kept is not None and not self._saving

    @property
    def saving(self) -> bool:
        """Whether a finger is on its way to the disk."""
        return self._saving

    def except_(self, position: FingerPosition, kind: ExceptionKind, approver_id: str) -> None:
        """Seal the exception (with the best impression, if there is one) and go on; a try being judged is dropped."""
        if self._saving or not self._open:
            return
        self._turn += 1
        self._context.devices.cancel(Role.FINGERPRINT)
        standing = self.round.standings[position]
        if kind not in OF_HAND or self._first is not None:
            self._seal(position, standing.best if kind is ExceptionKind.UNREADABLE else None, kind, approver_id)
            return
        self._busy = self._saving = True
        self._message = HAND
        self._excepted = lambda hand: self._seal(position, None, kind, approver_id, hand)
        self._context.devices.run(Role.CAMERA, self._look_at_hand, self._hand_seen)
        self._context.changed()

    def _hand_seen(self, hand: Frame | None) -> None:
        """With or without its picture, an approved exception is sealed."""
        seal, self._excepted = self._excepted, None
        if seal is not None:
            seal(hand)

    def facts(self) -> FingersFacts:
        return FingersFacts(
            fingers=self.round.facts(),
            current=self.round.current,
            tries_limit=self.round.tries_limit,
            message=self._message,
            busy=self._busy,
            image=self._image,
            rows_shown=self._rows[0],
            rows_total=self._rows[1],
            may_keep=self.may_keep,
        )

    def _read(self, cancel: Cancel) -> FingerImage | NotCaptured:
        reader = self._context.devices.drivers.fingerprint
        looks = int(LIFT_WAIT_S / LOOK_EVERY_S)
        for _look in range(looks):
            if reader.finger_present() is not True or cancel.wait(LOOK_EVERY_S):
                break
        wait_s = self._case.slowly(self._context.settings.finger_wait_s)
        result = reader.capture(wait_s, cancel, self._progress.put)
        if not isinstance(result, FingerImage | TimedOut | Cancelled):
            cancel.wait(PAUSE_AFTER_TROUBLE_S)
        return result

    def _look_at_hand(self, cancel: Cancel) -> Frame | None:
        """A picture of the hand; none where the camera fails: the exception counts without it."""
        camera = self._context.devices.drivers.camera
        frames = (camera.read(HAND_WAIT_S, cancel) for _ in range(HAND_FRAMES))
        seen = [frame for frame in frames if isinstance(frame, Frame) and self._case.covers(frame.info)]
        for frame in seen[:-1]:
            wipe(frame.pixels)
        return seen[-1] if seen else None

    def _arriving(self, progress: Progress) -> None:
        if self._open and not self._busy:
            self._message = HOLD
            self._image = progress.pixels
            self._rows = (progress.pixels.shape[0], progress.rows_total)
            self._context.changed()

    def _captured(self, position: FingerPosition, result: FingerImage | NotCaptured) -> bool:
        if not isinstance(result, FingerImage):
            self._context.devices.note(Role.FINGERPRINT, result)
            return self._open
        self._context.devices.well(result.info)
        self._context.alive()
        if not self._case.covers(result.info):
            self._context.foreign(Role.FINGERPRINT)
            return False
        self._case.require(result.info)
        self._busy = True
        self._message = JUDGING
        self._image = result.pixels
        self._rows = (result.pixels.shape[0], result.pixels.shape[0])
        self._turn += 1
        turn = self._turn
        self._context.judging.submit(
            self._judge(position, result), lambda impression: self._judged(turn, position, impression)
        )
        self._context.changed()
        return False

    def _judge(self, position: FingerPosition, image: FingerImage) -> Callable[[], Impression | None]:
        threshold = self._context.settings.thresholds[position]
        others = self._templates(self.round, without=position)
        own = self._templates(self._first, without=None).get(position) if self._first else None
        future = self._context.finger_judge.submit(image, threshold)

        def judge() -> Impression | None:
            try:
                result = future.result()
            except CancelledError:
                return None  # the station closes
            impression = Impression(image, result.verdict, result.template)
            if result.template is None:
                return impression
            same_as = _equal(result.template, others)
            confirmed = own is None or matching.score(result.template, own) >= matching.SAME_FINGER
            return replace(impression, same_as=same_as, confirmed=confirmed)

        return judge

    def _templates(self, fingers: Round | None, without: FingerPosition | None) -> dict[FingerPosition, Template]:
        if fingers is None:
            return {}
        return {
            position: standing.best.template
            for position, standing in fingers.standings.items()
            if standing.accepted and standing.best and standing.best.template is not None and position is not without
        }

    def _judged(self, turn: int, position: FingerPosition, impression: Impression | None) -> None:
        if impression is None:
            return
        if turn != self._turn:
            wipe(impression.image.pixels)
            return
        self._audit_taken(position, impression)
        kept = self.round.standings[position].best
        outcome = self.round.take(position, impression)
        best = self.round.standings[position].best
        if kept is not None and best is not kept:
            wipe(kept.image.pixels)
        match outcome:
            case Outcome.ACCEPTED:
                self._seal(position, best, None, None)
            case Outcome.AGAIN:
                self._again(impression.verdict.cure or PLACE)
            case Outcome.WRONG_FINGER:
                self._again(self._wrong_finger(impression))
            case Outcome.EXHAUSTED:
                self._busy = False
                self._message = msg("Best impression kept. Try again or record an exception.")
                self._context.changed()

    def _audit_taken(self, position: FingerPosition, impression: Impression) -> None:
        case = self._case.handle.case_id
        if self._first is None:
            score = impression.verdict.score
            self._context.audit(EventKind.FINGER_TAKEN, case=case, finger=position, score=score)
        else:
            matched = int(impression.confirmed)
            self._context.audit(EventKind.FINGER_CONFIRMED, case=case, finger=position, matched=matched)

    def _wrong_finger(self, impression: Impression) -> Message:
        if impression.same_as is not None:
            return msg(
                "This is the finger already recorded as {finger}. Place the finger shown.",
                finger=records.FINGER_WORDS[impression.same_as],
            )
        return msg("This is not the finger recorded before. Place the finger shown.")

    def _again(self, message: Message) -> None:
        self._busy = False
        position = self.round.current
        if position is None:
            return
        self._message = message
        self._context.devices.stream(Role.FINGERPRINT, self._read, lambda result: self._captured(position, result))
        self._context.changed()

    def _seal(
        self,
        position: FingerPosition,
        impression: Impression | None,
        exception: ExceptionKind | None,
        approver_id: str | None,
        hand: Frame | None = None,
    ) -> None:
        self._busy = True
        self._saving = True
        self._message = SAVING
        confirming = self._first is not None
        key = records.finger_key(position, confirming)
        standing = self.round.standings[position]
        item = records.finger_item(standing, impression, exception, approver_id, confirming)
        now, before = self._context.clock.now(), self.round.kept
        coding = self._context.settings.finger_coding

        def sealed(done: Sealed) -> None:
            item.note_in(self._case, done)
            if before is not None and before.best is not None and before.best is not standing.best:
                wipe(before.best.image.pixels)
            if hand is not None:
                wipe(hand.pixels)
            if exception is not None and approver_id is not None:
                self.round.except_(position, exception, approver_id)
            else:
                self.round.accept(position)
                self._audit_accepted(position, standing)
            self._busy = False
            self._saving = False
            if self._open and not self._finished():
                self.capture()

        self._context.safe.segment(
            self._case.handle,
            key,
            item.outcome(),
            lambda: records.finger_parts(
                position, impression, exception, now, confirming, coding, None if hand is None else hand.pixels
            ),
            sealed,
        )
        self._context.changed()

    def _audit_accepted(self, position: FingerPosition, standing: Standing) -> None:
        if self._first is None and standing.best is not None:
            self._context.audit(
                EventKind.FINGER_ACCEPTED,
                case=self._case.handle.case_id,
                finger=position,
                score=standing.best.verdict.score,
                tries=standing.tries,
            )

    def _finished(self) -> bool:
        if not self.round.complete:
            return False
        self.close()
        if self._case.changing and self._first is not None:
            self._context.move(Event.REVIEW_AGAIN)
        else:
            self._context.move(Event.FINGERS_COMPLETE if self._first is None else Event.CONFIRMED)
        return True

    def _drop_retake(self) -> None:
        """Zero what was taken of a finger whose earlier standing comes back."""
        kept = self.round.kept
        if kept is not None:
            begun = self.round.standings[kept.position].best
            if begun is not None:
                wipe(begun.image.pixels)
            self.round.keep()

    def _forget_image(self) -> None:
        self._image = None
        self._rows = (0, 0)

    def wipe(self) -> None:
        """Zero every image and template that is still in memory: the case is over."""
        self._excepted = None
        self._drop_retake()
        for standing in self.round.standings.values():
            if standing.best is not None:
                wipe(standing.best.image.pixels)
                standing.best = None
        self._forget_image()


def _equal(template: Template, others: Mapping[FingerPosition, Template]) -> FingerPosition | None:
    """The recorded finger that this template matches best, when it matches one at all."""
    scores = {position: matching.score(template, other) for position, other in others.items()}
    if not scores:
        return None
    best = max(scores, key=lambda position: scores[position])
    return best if scores[best] >= matching.SAME_FINGER else None
