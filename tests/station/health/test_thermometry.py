import pytest

from station.health.model import Measurement, Person
from station.health.thermometry import Collecting, Series
from tests.helpers.gate import OFFICER, Bench


def series_of(bench: Bench) -> Series:
    return Series(Person.APPLICANT, OFFICER, bench.limits, bench.clock)


def test_five_readings_that_agree_give_their_median() -> None:
    bench = Bench()
    series = series_of(bench)
    results = [series.add(bench.sample(value)) for value in (36.4, 36.5, 36.3, 36.4, 36.6)]
    assert [isinstance(result, Measurement) for result in results] == [False] * 4 + [True]
    measured = results[-1]
    assert isinstance(measured, Measurement)
    assert measured.median_c == 36.4
    assert measured.raw_c == (36.4, 36.5, 36.3, 36.4, 36.6)


@pytest.mark.parametrize(
    ("object_c", "ambient_c", "age_s"),
    [(29.9, 27.0, 0.0), (27.0, 27.0, 0.0), (43.1, 27.0, 0.0), (36.4, 15.9, 0.0), (36.4, 40.1, 0.0),
     (36.4, 36.5, 0.0), (36.4, 27.0, 1.1)],
)  # fmt: skip
def test_what_cannot_be_a_forehead_now_starts_the_row_again(object_c: float, ambient_c: float, age_s: float) -> None:
    bench = Bench()
    series = series_of(bench)
    for _reading in range(4):
        series.add(bench.sample(36.4))
    result = series.add(bench.sample(object_c, ambient_c, age_s))
    assert isinstance(result, Collecting)
    assert result.count == 0
    assert result.problem is not None
    after = [series.add(bench.sample(36.4)) for _reading in range(4)]
    assert not any(isinstance(one, Measurement) for one in after)


def test_readings_that_wander_do_not_count() -> None:
    bench = Bench()
    series = series_of(bench)
    for step in range(40):
        assert isinstance(series.add(bench.sample(35.0 + 0.1 * step)), Collecting)


def test_a_low_reading_is_not_a_person_rather_than_a_cool_one() -> None:
    bench = Bench()
    result = series_of(bench).add(bench.sample(28.0))
    assert isinstance(result, Collecting)
    assert result.problem is not None
    assert "forehead" in result.problem.msgid
