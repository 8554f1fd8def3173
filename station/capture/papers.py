"""The paper that ends a case: a receipt after sealing, a slip when the gate refused."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timezone

from station.capture.context import Case
from station.delivery.paper import PaperSize
from station.delivery.receipts import (
    DeferralFacts,
    ReceiptFacts,
    citizen_receipt,
    collection_time,
    deferral_slip,
    initials,
)
from station.text import Language


@dataclass(frozen=True, slots=True)
class Papers:
    """The office as its papers name it. `week` is Monday to Sunday, opening and closing time or None."""

    office: str
    zone: timezone
    week: tuple[tuple[time, time] | None, ...]
    holidays: Collection[date]
    promise_working_days: int
    collection_place: str
    size: PaperSize

    def of(self, case: Case, training: bool, now: datetime, language: Language) -> Callable[[], bytes]:
        """The job that draws this case's paper as PDF; facts are taken now, drawing is for another thread."""
        here = now.astimezone(self.zone)
        if case.deferral is not None:
            slip = DeferralFacts(
                case_number=case.number,
                initials=initials(case.biodata.name),
                deferred_at=here,
                reason=case.deferral,
                come_back_at=collection_time(here, self.week, self.holidays, 1),
                served_by=case.officer_name,
                office=self.office,
                training=training,
            )
            return lambda: deferral_slip(slip, language, self.size)
        facts = ReceiptFacts(
            case_number=case.number,
            bundle_hash=case.manifest_sha256,
            initials=initials(case.biodata.name),
            recorded_at=here,
            recorded=tuple(case.sealed.values()),
            served_by=case.officer_name,
            office=self.office,
            collect_at=collection_time(here, self.week, self.holidays, self.promise_working_days),
            collection_place=self.collection_place,
            training=training,
        )
        return lambda: citizen_receipt(facts, language, self.size)
