"""The biodata form: every problem at once, each with its field; text becomes capitals, as on the card.

Values are those of the card and of form F-1.02. Eligible is who is 16 or older, or is or was married (UU 24/2013
article 63; recording is allowed from 16).
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from station.capture.counter import CaseDraft
from station.capture.facts import FieldProblem
from station.registry import nik as niks
from station.registry.model import Biodata, Ground, Sex
from station.text import Message, msg

RELIGIONS = ("ISLAM", "KRISTEN", "KATOLIK", "HINDU", "BUDDHA", "KHONGHUCU", "KEPERCAYAAN TERHADAP TUHAN YME")
BLOOD_GROUPS = ("A", "B", "AB", "O", "A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-", "-")
UNMARRIED = "BELUM KAWIN"
MARITAL_STATUSES = (UNMARRIED, "KAWIN", "CERAI HIDUP", "CERAI MATI")
CITIZENSHIPS = ("WNI", "WNA")
SEXES: Mapping[str, Sex] = {"L": Sex.MALE, "LAKI-LAKI": Sex.MALE, "P": Sex.FEMALE, "PEREMPUAN": Sex.FEMALE}

_LONGEST = 100
_OLD_SPELLINGS = {"BUDHA": "BUDDHA", "KONGHUCU": "KHONGHUCU", "KEPERCAYAAN": "KEPERCAYAAN TERHADAP TUHAN YME"}
_DATE = re.compile(r"(\d{2})-(\d{2})-(\d{4})", re.ASCII)
_RT_RW = re.compile(r"(\d{1,3})\s*/\s*(\d{1,3})", re.ASCII)
_LETTERS_ONLY = ("name", "birth_place", "occupation")


def check(draft: CaseDraft, today: date) -> Biodata | tuple[FieldProblem, ...]:
    """The biodata as the card shows it, or everything that is wrong with the draft.

    A problem that is not blocking needs `nik_reason`. Whether the approver's PIN is right is asked elsewhere.
    """
    return _Form(draft, today).result()


def capitals(text: str) -> str:
    """Text as the card prints it: composed, single blanks, capitals."""
    return " ".join(unicodedata.normalize("NFC", text).upper().split())


class _Form:
    """One reading of a draft; collects the problems on the way."""

    def __init__(self, draft: CaseDraft, today: date) -> None:
        self._draft = draft
        self._today = today
        self._problems: list[FieldProblem] = []

    def result(self) -> Biodata | tuple[FieldProblem, ...]:
        """Read every field; only a form without a problem becomes biodata."""
        draft = self._draft
        nik = self._nik()
        birth_date = self._birth_date()
        sex = self._sex()
        marital_status = self._choice("marital_status", draft.marital_status, MARITAL_STATUSES)
        if birth_date is not None:
            self._eligible(birth_date, marital_status)
        biodata_text = {
            "name": self._text("name", draft.name),
            "birth_place": self._text("birth_place", draft.birth_place),
            "blood_group": self._choice("blood_group", draft.blood_group or "-", BLOOD_GROUPS),
            "address": self._text("address", draft.address),
            "rt_rw": self._rt_rw(),
            "village": self._text("village", draft.village),
            "district": self._text("district", draft.district),
            "religion": self._choice("religion", draft.religion, RELIGIONS),
            "marital_status": marital_status,
            "occupation": self._text("occupation", draft.occupation),
            "citizenship": self._choice("citizenship", draft.citizenship, CITIZENSHIPS),
        }
        self._ground()
        if nik is not None and birth_date is not None and sex is not None:
            self._agreement(nik, birth_date, sex)
        if self._problems or nik is None or birth_date is None or sex is None:
            return tuple(self._problems)
        return Biodata(nik=nik.text, birth_date=birth_date, sex=sex, **biodata_text)

    def _problem(self, field: str, sentence: Message, blocking: bool = True) -> None:
        self._problems.append(FieldProblem(field, sentence, blocking))

    def _nik(self) -> niks.Nik | None:
        if not self._draft.nik.strip():
            self._problem("nik", msg("Fill in the NIK."))
            return None
        read = niks.parse(self._draft.nik, self._today)
        if isinstance(read, niks.NikRefused):
            self._problem("nik", read.sentence)
            return None
        return read

    def _birth_date(self) -> date | None:
        written = _DATE.fullmatch(self._draft.birth_date.strip())
        if written is None:
            self._problem("birth_date", msg("Write the birth date as day-month-year, for example 17-08-1990."))
            return None
        day, month, year = (int(part) for part in written.groups())
        try:
            born = date(year, month, day)
        except ValueError:
            self._problem("birth_date", msg("This day does not exist. Write the birth date again."))
            return None
        if born > self._today:
            self._problem("birth_date", msg("The birth date lies ahead of today. Write it again."))
            return None
        return born

    def _eligible(self, birth_date: date, marital_status: str) -> None:
        age = niks.age_years(birth_date, self._today)
        if age >= niks.OLDEST_YEARS:
            self._problem("birth_date", msg("This date makes the applicant {age} years old. Write it again.", age=age))
        elif age < niks.YOUNGEST_YEARS and marital_status in ("", UNMARRIED):
            self._problem(
                "birth_date",
                msg(
                    "The applicant is {age}. Recording is allowed from {youngest}, or once married.",
                    age=age,
                    youngest=niks.YOUNGEST_YEARS,
                ),
            )

    def _sex(self) -> Sex | None:
        sex = SEXES.get(capitals(self._draft.sex))
        if sex is None:
            self._problem("sex", msg("Choose L (man) or P (woman)."))
        return sex

    def _choice(self, field: str, text: str, allowed: tuple[str, ...]) -> str:
        value = capitals(text)
        value = _OLD_SPELLINGS.get(value, value)
        if value in allowed:
            return value
        self._problem(field, msg("Choose one of: {allowed}.", allowed=", ".join(allowed)))
        return ""

    def _text(self, field: str, text: str) -> str:
        value = capitals(text)
        if not value:
            self._problem(field, msg("Fill in this field."))
        elif len(value) > _LONGEST:
            self._problem(field, msg("This is too long. Use at most {longest} letters.", longest=_LONGEST))
        elif any(not _printable_latin(letter) for letter in value):
            self._problem(field, msg("Use Latin letters only, as on the card."))
        elif field in _LETTERS_ONLY and any(letter.isdigit() for letter in value):
            self._problem(field, msg("This field holds no digits. Write it again."))
        elif not any(letter.isalnum() for letter in value):
            self._problem(field, msg("Fill in this field."))
        return value

    def _rt_rw(self) -> str:
        written = _RT_RW.fullmatch(self._draft.rt_rw.strip())
        if written is None:
            self._problem("rt_rw", msg("Write RT/RW as two numbers, for example 003/012."))
            return ""
        rt, rw = (int(number) for number in written.groups())
        return f"{rt:03d}/{rw:03d}"

    def _ground(self) -> None:
        draft = self._draft
        if draft.ground is None:
            self._problem("ground", msg("Choose why the recording is urgent."))
        if draft.ground is not Ground.OTHER:
            return
        if not draft.ground_reason.strip():
            self._problem("ground_reason", msg("Write why the recording is urgent."))
        if not draft.approver_id:
            self._problem("approver_id", msg("Choose the supervisor who approves this ground."))
        if not draft.approver_pin:
            self._problem("approver_pin", msg("The supervisor types a PIN to approve this ground."))

    def _agreement(self, nik: niks.Nik, birth_date: date, sex: Sex) -> None:
        if self._draft.nik_reason.strip():
            return
        for warning in niks.compare(nik, birth_date, sex):
            self._problem("nik", warning.sentence, blocking=False)


def _printable_latin(letter: str) -> bool:
    if letter.isascii():
        return letter.isprintable()
    return letter == "’" or unicodedata.name(letter, "").startswith("LATIN ")
