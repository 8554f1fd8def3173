"""The biodata form before it is checked."""

from dataclasses import dataclass

from station.registry.model import Ground


@dataclass(frozen=True, slots=True, repr=False)
class CaseDraft:
    """The biodata form as typed or imported: every field text, dates as DD-MM-YYYY; its repr shows nothing.

    `ground_reason` and `approver_id`/`approver_pin` are needed for Ground.OTHER; `nik_reason` answers NIK warnings.
    """

    nik: str = ""
    name: str = ""
    birth_place: str = ""
    birth_date: str = ""
    sex: str = ""
    blood_group: str = ""
    address: str = ""
    rt_rw: str = ""
    village: str = ""
    district: str = ""
    religion: str = ""
    marital_status: str = ""
    occupation: str = ""
    citizenship: str = "WNI"
    ground: Ground | None = None
    ground_reason: str = ""
    approver_id: str = ""
    approver_pin: str = ""
    nik_reason: str = ""

    def __repr__(self) -> str:
        return "CaseDraft(...)"
