"""The promised day and hour: opening hours, Friday, holidays, closing time, a long queue."""

from datetime import date, datetime, time, timedelta, timezone

import pytest

from station.delivery.promise import Calendar, cards_ahead, collection_time

WITA = timezone(timedelta(hours=8), "WITA")
WEEKDAY, FRIDAY = (time(8), time(15, 30)), (time(8), time(11, 30))
WEEK = (WEEKDAY, WEEKDAY, WEEKDAY, WEEKDAY, FRIDAY, None, None)
OFFICE = Calendar(WEEK)
TUESDAY, THURSDAY, FRIDAY_27, SATURDAY, MONDAY = (date(2026, 11, day) for day in (24, 26, 27, 28, 30))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=WITA)


@pytest.mark.parametrize(
    ("now", "promised"),
    [
        (at(24, 9, 12), at(25, 9, 30)),
        (at(24, 9, 30), at(25, 9, 30)),
        (at(24, 7), at(25, 8)),
        (at(24, 15, 29), at(26, 8)),
        (at(24, 16), at(26, 8)),
        (at(26, 9), at(27, 9)),
        (at(26, 14), at(30, 8)),
        (at(27, 9), at(30, 9)),
        (at(28, 9), at(30, 8) + timedelta(days=1)),
        (at(24, 23, 59), at(26, 8)),
    ],
    ids=str,
)
def test_the_card_is_promised_for_the_next_working_day(now: datetime, promised: datetime) -> None:
    assert collection_time(now, OFFICE) == promised


def test_holidays_do_not_count() -> None:
    assert collection_time(at(24, 9), Calendar(WEEK, (date(2026, 11, 25), date(2026, 11, 26)))) == at(27, 9)
    assert collection_time(at(24, 9), Calendar(WEEK, (TUESDAY,))) == at(26, 8)


def test_a_week_of_holidays_around_a_weekend_is_passed_over() -> None:
    leave = tuple(date(2026, 11, day) for day in range(25, 31))
    assert collection_time(at(24, 9), Calendar(WEEK, leave)) == datetime(2026, 12, 1, 9, tzinfo=WITA)


def test_two_working_days_are_two() -> None:
    assert collection_time(at(24, 9), OFFICE, working_days=2) == at(26, 9)


def test_an_office_closed_for_ever_promises_nothing() -> None:
    with pytest.raises(ValueError, match="closed"):
        collection_time(at(24, 9), Calendar((None,) * 7))


@pytest.mark.parametrize(
    ("ahead", "promised"),
    [
        (0, at(25, 9)),
        (59, at(25, 9)),
        (60, at(26, 9)),
        (119, at(26, 9)),
        (180, at(30, 9)),
        (300, at(30, 9) + timedelta(days=2)),
    ],
)
def test_each_full_day_of_cards_ahead_is_an_open_day_more(ahead: int, promised: datetime) -> None:
    assert collection_time(at(24, 9), OFFICE, ahead=ahead, cards_a_day=60) == promised


def test_a_long_queue_without_a_daily_capacity_changes_nothing() -> None:
    assert collection_time(at(24, 9), OFFICE, ahead=1000) == at(25, 9)


def test_the_promise_never_lies_outside_opening_hours_nor_before_the_working_days() -> None:
    calendar = Calendar(WEEK, (date(2026, 12, 25), date(2027, 1, 1)))
    for step in range(0, 60 * 24 * 50, 47):
        now = at(24, 0) + timedelta(minutes=step)
        promised = collection_time(now, calendar, ahead=step % 200, cards_a_day=60)
        hours = calendar.hours(promised.date())
        assert hours is not None
        assert hours[0] <= promised.time() < hours[1]
        assert promised.minute % 30 == 0
        assert promised.date() > now.date()


def test_todays_cases_are_ahead_and_earlier_ones_as_far_as_they_exceed_what_was_printed() -> None:
    assert cards_ahead([], TUESDAY, OFFICE, 60) == 0
    assert cards_ahead([TUESDAY] * 7, TUESDAY, OFFICE, 60) == 7
    assert cards_ahead([date(2026, 11, 23)] * 60 + [TUESDAY] * 5, TUESDAY, OFFICE, 60) == 5
    assert cards_ahead([date(2026, 11, 23)] * 100 + [TUESDAY] * 5, TUESDAY, OFFICE, 60) == 45


def test_nothing_is_printed_while_the_office_is_closed() -> None:
    recorded = [THURSDAY] * 130
    assert cards_ahead(recorded, FRIDAY_27, OFFICE, 60) == 70
    assert cards_ahead(recorded, SATURDAY, OFFICE, 60) == 70
    assert cards_ahead(recorded, MONDAY, OFFICE, 60) == 10
    assert cards_ahead(recorded, MONDAY, Calendar(WEEK, (MONDAY,)), 60) == 70
