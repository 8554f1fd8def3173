"""Who is recorded, on what ground, and by whom."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Sex(Enum):
    """As on the card: LAKI-LAKI, PEREMPUAN."""

    MALE = "L"
    FEMALE = "P"


class Ground(Enum):
    """The urgent grounds of letter 443.1/2978/Dukcapil; OTHER needs a reason and who approved it."""

    SCHOOL = "school"
    ARMY_POLICE = "army_police"
    HOSPITAL = "hospital"
    BPJS = "bpjs"
    OTHER = "other"


class RoleOfOfficer(Enum):
    """What an officer may do; enforced in station."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    TECHNICIAN = "technician"


@dataclass(frozen=True, slots=True)
class OfficerCard:
    """An officer as others may know one: no PIN, no hash. `officer_id` appears in audit records."""

    officer_id: str
    name: str
    role: RoleOfOfficer


@dataclass(frozen=True, slots=True, repr=False)
class Biodata:
    """The card's biodata. Its repr shows nothing, so that it cannot reach a log or a traceback."""

    nik: str
    name: str
    birth_place: str
    birth_date: date
    sex: Sex
    blood_group: str
    address: str
    rt_rw: str
    village: str
    district: str
    religion: str
    marital_status: str
    occupation: str
    citizenship: str = "WNI"

    def __repr__(self) -> str:
        return "Biodata(...)"
