"""When the office promises the card: counted in its own opening hours, holidays and the cards that are ahead."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil

ROUND_MINUTES = 30
_FARTHEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Calendar:
    """`week` is Monday to Sunday, opening and closing time or None; `holidays` are closed days besides."""

    week: Sequence[tuple[time, time] | None]
    holidays: Collection[date] = ()

    def hours(self, day: date) -> tuple[time, time] | None:
        """When the office opens and closes on a day; None when it stays closed."""
        return None if day in self.holidays else self.week[day.weekday()]

    def next_open(self, day: date) -> tuple[date, tuple[time, time]]:
        """The first open day after this one; raises ValueError when there is none for a year."""
        for ahead in range(1, _FARTHEST_DAYS + 1):
            later = day + timedelta(days=ahead)
            hours = self.hours(later)
            if hours is not None:
                return later, hours
        raise ValueError("the office is closed for a year")


def collection_time(
    now: datetime, calendar: Calendar, working_days: int = 1, ahead: int = 0, cards_a_day: int | None = None
) -> datetime:
    """The same time of day `working_days` open days on, to the next half hour, and later when cards are `ahead`.

    `now` is in the office's zone. After closing counts as the next open day's opening; a time that falls after closing
    moves to the next opening. Each full day's worth of cards ahead, at `cards_a_day`, is an open day more.
    """
    day, moment = now.date(), now.time()
    hours = calendar.hours(day)
    if hours is None or moment >= hours[1]:
        day, hours = calendar.next_open(day)
        moment = hours[0]
    for _ in range(working_days + (ahead // cards_a_day if cards_a_day else 0)):
        day, hours = calendar.next_open(day)
    opens, closes = hours
    ready = max(_rounded_up(moment), _since_midnight(opens))
    if ready >= _since_midnight(closes):
        day, (opens, _) = calendar.next_open(day)
        ready = _since_midnight(opens)
    return datetime.combine(day, time(), tzinfo=now.tzinfo) + ready


def cards_ahead(recorded: Iterable[date], today: date, calendar: Calendar, cards_a_day: int) -> int:
    """How many cards of earlier cases are not printed yet: `recorded` is a day for each finished case, today included.

    A day's cases are printed from the next open day on, `cards_a_day` of them each.
    """
    by_day = Counter(recorded)
    waiting = 0
    day = min(by_day, default=today)
    while day < today:
        waiting += by_day[day]
        day += timedelta(days=1)
        if calendar.hours(day) is not None:
            waiting = max(0, waiting - cards_a_day)
    return waiting + by_day[today]


def _rounded_up(moment: time) -> timedelta:
    minutes = moment.hour * 60 + moment.minute + (1 if moment.second or moment.microsecond else 0)
    return timedelta(minutes=ceil(minutes / ROUND_MINUTES) * ROUND_MINUTES)


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute)
