"""The signature that approves the biodata: ink as it flows, judged when accepted, or an exception."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Cancel

from drivers.api import Cancelled, DeviceStatus, NotCaptured, PadSize, PenPoint, Ready, Role, TimedOut
from station.biometrics.model import ExceptionKind, FingerPosition, Verdict
from station.biometrics.quality import signature as quality
from station.capture import records
from station.capture.context import Case, Context
from station.capture.devices import PAUSE_AFTER_TROUBLE_S
from station.capture.facts import SignatureFacts
from station.capture.transitions import Event
from station.safekeeping.events import EventKind
from station.safekeeping.vault import Sealed
from station.text import Message, msg

READ_S = 0.25
DRAIN_S = 0.02
FEW_POINTS = 20
REDRAW_EVERY_S = 0.2
THUMBS = (FingerPosition.RIGHT_THUMB, FingerPosition.LEFT_THUMB)
NO_PAD = PadSize(1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, repr=False)
class _Kept:
    """The sealed signature while another is made; without ink when it was sealed before a power cut."""

    points: tuple[PenPoint, ...]
    verdict: Verdict | None
    accepted: bool
    exception: ExceptionKind | None


class SignatureStep:
    """One case's signature. Main thread only; the pad is read on its own thread."""

    def __init__(self, context: Context, case: Case, show: Callable[[tuple[PenPoint, ...]], None]) -> None:
        self._context = context
        self._case = case
        self._show = show
        self._points: list[PenPoint] = []
        self._size = NO_PAD
        self._verdict: Verdict | None = None
        self._open = False
        self._saving = False
        self._accepted = False
        self._exception: ExceptionKind | None = None
        self._drawn_s = 0.0
        self._tries = 0
        self._ask_first = False
        self._kept: _Kept | None = None

    def open(self, again: bool = False) -> None:
        """Wait for the pen; `again` goes on with the ink that is there. Raises NotClearedError without a permit."""
        self._case.require_permit()
        self._open = True
        if self._saving:
            return
        if not again:
            if self._kept is None and "signature" in self._case.sealed:
                self._kept = _Kept(tuple(self._points), self._verdict, self._accepted, self._exception)
            self.clear()
        self._context.devices.run(Role.SIGNATURE, self._drain, self._drained)

    def close(self) -> None:
        self._open = False
        self._context.devices.cancel(Role.SIGNATURE)

    def clear(self) -> None:
        if not self._saving:
            self._points.clear()
            self._verdict = None
            self._context.changed()

    def accept(self) -> None:
        """Judge the ink; a good signature is sealed, another says what is wrong."""
        if not self._open or self._saving:
            return
        self._tries += 1
        self._verdict = quality.judge(self._points, self._size)
        if self._verdict.accepted:
            self._seal(None, None)
        self._context.changed()

    def hindered(self, kind: ExceptionKind) -> Message | None:
        """What this exception lacks, in words: a line must be drawn, a thumb recorded."""
        if kind is ExceptionKind.LINE_INSTEAD and not any(point.down for point in self._points):
            return msg("There is no line yet. Let the applicant draw one on the pad.")
        if kind is ExceptionKind.THUMBPRINT_INSTEAD and self._thumb() is None:
            return msg("No thumb is recorded in this case. Choose another reason.")
        return None

    def except_(self, kind: ExceptionKind, approver_id: str) -> None:
        """Record that the applicant cannot sign: with whatever line was drawn, or by the thumb's impression."""
        if self._open and not self._saving:
            self._seal(kind, approver_id)

    def facts(self) -> SignatureFacts:
        return SignatureFacts(
            points=tuple(self._points),
            size=self._size,
            verdict=self._verdict,
            accepted=self._accepted,
            by_exception=self._exception is not None,
            may_keep=self.may_keep,
        )

    @property
    def may_keep(self) -> bool:
        return self._open and not self._saving and self._case.changing and self._kept is not None

    def keep(self) -> None:
        """The signature that is sealed stands: back to the review."""
        if not self.may_keep or self._kept is None:
            return
        self.close()
        kept, self._kept = self._kept, None
        self._points = list(kept.points)
        self._verdict, self._accepted, self._exception = kept.verdict, kept.accepted, kept.exception
        self._context.move(Event.REVIEW_AGAIN)

    def wipe(self) -> None:
        """Forget the ink: the case is over."""
        self._points.clear()
        self._kept = None

    def _drain(self, cancel: Cancel) -> PadSize:
        """Throw away ink that came before the step began: the pad sends whether anybody reads or not."""
        pad = self._context.devices.drivers.signature
        while isinstance(points := pad.read(DRAIN_S, cancel), tuple) and len(points) > FEW_POINTS:
            pass
        return pad.size()

    def _drained(self, size: PadSize) -> None:
        self._size = size
        self._context.devices.stream(Role.SIGNATURE, self._read, self._ink)

    def _read(self, cancel: Cancel) -> tuple[PadSize, tuple[PenPoint, ...]] | DeviceStatus | NotCaptured:
        """Points do not say whose they are: a pad that is not known to be there is asked before it is read."""
        pad = self._context.devices.drivers.signature
        result = pad.check() if self._ask_first else pad.read(READ_S, cancel)
        if isinstance(result, tuple):
            return pad.size(), result
        if not isinstance(result, Ready | TimedOut | Cancelled):
            cancel.wait(PAUSE_AFTER_TROUBLE_S)
        return result

    def _ink(self, result: tuple[PadSize, tuple[PenPoint, ...]] | DeviceStatus | NotCaptured) -> bool:
        devices = self._context.devices
        if isinstance(result, Ready):
            devices.well(result.info)
        elif not isinstance(result, tuple):
            devices.note(Role.SIGNATURE, result)
        info = devices.ready().get(Role.SIGNATURE)
        self._ask_first = info is None
        if info is not None and not self._case.covers(info):
            self._context.foreign(Role.SIGNATURE)
            return False
        if info is not None and isinstance(result, tuple):
            self._case.require(info)
            self._size, points = result
            self._points.extend(points)
            self._show(points)
            self._context.alive()
            self._redraw()
        return self._open

    def _redraw(self) -> None:
        """The ink itself goes to its listeners at once; the facts follow a few times a second."""
        now_s = self._context.clock.monotonic_s()
        if now_s - self._drawn_s >= REDRAW_EVERY_S:
            self._drawn_s = now_s
            self._context.changed()

    def _thumb(self) -> FingerPosition | None:
        """The thumb whose impression is recorded in this case, the right one first."""
        items = {position: self._case.items.get(records.finger_key(position, confirming=False)) for position in THUMBS}
        return next((position for position, item in items.items() if item and item["score"] is not None), None)

    def _seal(self, exception: ExceptionKind | None, approver_id: str | None) -> None:
        self._saving = True
        self._context.devices.cancel(Role.SIGNATURE)
        item = records.signature_item(self._verdict, exception, approver_id)
        points, size, now = tuple(self._points), self._size, self._context.clock.now()
        thumb = self._thumb() if exception is ExceptionKind.THUMBPRINT_INSTEAD else None

        def sealed(done: Sealed) -> None:
            item.note_in(self._case, done)
            self._saving = False
            self._kept = None
            self._accepted = exception is None
            self._exception = exception
            if exception is None:
                self._context.audit(EventKind.SIGNATURE_ACCEPTED, case=self._case.handle.case_id, tries=self._tries)
            self.close()
            self._context.move(Event.SIGNED)

        self._context.safe.segment(
            self._case.handle,
            "signature",
            item.outcome(),
            lambda: records.signature_parts(points, size, now, thumb),
            sealed,
        )
        self._context.changed()
