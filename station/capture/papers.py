"""The paper that ends a case: a receipt after sealing, a slip when the gate refused; a second one is marked as a copy.

Nothing of a paper is kept on the disk. The last one's facts stay in memory until the next case's, so that a copy says
what the first said; each copy is told to `reprinted`, which writes it into the audit log.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timezone

from station.capture.context import Case
from station.delivery.paper import PaperSize
from station.delivery.promise import Calendar, cards_ahead, collection_time
from station.delivery.receipts import DeferralFacts, ReceiptFacts, Reprint, citizen_receipt, deferral_slip, initials
from station.safekeeping.cases import CaseHandle
from station.text import Language, Message


@dataclass(slots=True)
class _Printed:
    """The last case's first paper and how many copies followed."""

    number: str = ""
    facts: ReceiptFacts | DeferralFacts | None = None
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Papers:
    """The office as its papers name it. `week` is Monday to Sunday, opening and closing time or None.

    `cards_a_day` is how many cards the office prints, None for as many as come; `recorded_days` gives the day of each
    finished case. Both callbacks run on the thread that draws, and one paper is drawn at a time.
    """

    office: str
    zone: timezone
    week: tuple[tuple[time, time] | None, ...]
    holidays: Collection[date]
    promise_working_days: int
    collection_place: str
    size: PaperSize
    cards_a_day: int | None = None
    recorded_days: Callable[[], Iterable[date]] = tuple
    reprinted: Callable[[CaseHandle, int], None] = lambda _case, _copies: None
    _last: _Printed = field(default_factory=_Printed, repr=False, compare=False)

    def of(self, case: Case, training: bool, now: datetime, language: Language) -> Callable[[], bytes]:
        """The job that draws this case's paper as PDF; facts are taken now, drawing is for another thread."""
        here = now.astimezone(self.zone)
        handle = case.handle
        if case.deferral is not None:
            facts: ReceiptFacts | DeferralFacts = self._slip(case, case.deferral, training, here)
        else:
            facts = self._receipt(case, training, here)

        def draw() -> bytes:
            shown = self._first_or_copy(handle, facts, here)
            if isinstance(shown, DeferralFacts):
                return deferral_slip(shown, language, self.size)
            return citizen_receipt(shown, language, self.size)

        return draw

    def _first_or_copy(
        self, handle: CaseHandle, facts: ReceiptFacts | DeferralFacts, here: datetime
    ) -> ReceiptFacts | DeferralFacts:
        last = self._last
        if last.facts is None or last.number != facts.case_number:
            if isinstance(facts, ReceiptFacts):
                facts = replace(facts, collect_at=self._promise(here))
            last.number, last.facts, last.copies = facts.case_number, facts, 0
            return facts
        last.copies += 1
        self.reprinted(handle, last.copies)
        return replace(last.facts, reprint=Reprint(last.copies, here))

    def _promise(self, here: datetime) -> datetime:
        calendar = Calendar(self.week, self.holidays)
        ahead = 0
        if self.cards_a_day is not None:
            ahead = max(0, cards_ahead(self.recorded_days(), here.date(), calendar, self.cards_a_day) - 1)
        return collection_time(here, calendar, self.promise_working_days, ahead, self.cards_a_day)

    def _slip(self, case: Case, reason: Message, training: bool, here: datetime) -> DeferralFacts:
        return DeferralFacts(
            case_number=case.number,
            initials=initials(case.biodata.name),
            deferred_at=here,
            reason=reason,
            come_back_at=collection_time(here, Calendar(self.week, self.holidays)),
            served_by=case.officer_name,
            office=self.office,
            training=training,
        )

    def _receipt(self, case: Case, training: bool, here: datetime) -> ReceiptFacts:
        return ReceiptFacts(
            case_number=case.number,
            bundle_hash=case.manifest_sha256,
            initials=initials(case.biodata.name),
            recorded_at=here,
            recorded=tuple(case.sealed.values()),
            served_by=case.officer_name,
            office=self.office,
            collect_at=here,
            collection_place=self.collection_place,
            training=training,
        )
