"""The biodata form: all problems at once, each with its field."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from station.capture.counter import CaseDraft
from station.capture.facts import FieldProblem
from station.registry.biodata import check
from station.registry.model import Biodata, Ground, Sex

TODAY = date(2026, 11, 24)
GOOD = CaseDraft(
    nik="6472015708900001",
    name="  siti  aminah binti m. nur ",
    birth_place="Samarinda",
    birth_date="17-08-1990",
    sex="p",
    blood_group="o",
    address="Jl. Pahlawan No. 5",
    rt_rw="3/12",
    village="Dadi Mulya",
    district="Samarinda Ulu",
    religion="islam",
    marital_status="kawin",
    occupation="Wiraswasta",
    ground=Ground.HOSPITAL,
)


def problems(draft: CaseDraft) -> tuple[FieldProblem, ...]:
    result = check(draft, TODAY)
    assert isinstance(result, tuple)
    return result


def fields(draft: CaseDraft) -> list[str]:
    return [problem.field for problem in problems(draft)]


def test_a_good_form_becomes_biodata_in_capitals() -> None:
    assert check(GOOD, TODAY) == Biodata(
        "6472015708900001", "SITI AMINAH BINTI M. NUR", "SAMARINDA", date(1990, 8, 17), Sex.FEMALE, "O",
        "JL. PAHLAWAN NO. 5", "003/012", "DADI MULYA", "SAMARINDA ULU", "ISLAM", "KAWIN", "WIRASWASTA", "WNI",
    )  # fmt: skip


def test_an_empty_form_names_every_field_once() -> None:
    assert sorted(fields(CaseDraft())) == sorted(
        [
            "nik", "name", "birth_place", "birth_date", "sex", "address", "rt_rw", "village", "district", "religion",
            "marital_status", "occupation", "ground",
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nik", "647201570890000"),
        ("name", "S1TI"),
        ("name", "田中"),
        ("name", "SITI\x00AMINAH"),
        ("name", "..."),
        ("name", "A" * 101),
        ("birth_date", "17/08/1990"),
        ("birth_date", "31-02-1990"),
        ("birth_date", "17-08-2027"),
        ("birth_date", "17-08-1890"),
        ("sex", "X"),
        ("blood_group", "C"),
        ("rt_rw", "003"),
        ("rt_rw", "0003/012"),
        ("religion", "LAIN"),
        ("marital_status", "JANDA"),
        ("citizenship", "WNX"),
        ("address", " "),
    ],
)
def test_a_bad_value_blocks_and_is_named(field: str, value: str) -> None:
    change: dict[str, Any] = {field: value}
    found = problems(replace(GOOD, **change))
    assert [problem.field for problem in found if problem.blocking] == [field]


def test_a_disagreement_with_the_nik_needs_a_reason_and_then_passes() -> None:
    corrected = replace(GOOD, birth_date="18-08-1990", sex="L")
    assert [(problem.field, problem.blocking) for problem in problems(corrected)] == [("nik", False), ("nik", False)]
    answered = check(replace(corrected, nik_reason="Tanggal lahir dibetulkan, akta 12/2001"), TODAY)
    assert isinstance(answered, Biodata)


def test_a_reason_does_not_excuse_a_malformed_nik() -> None:
    assert fields(replace(GOOD, nik="6472015708900000", nik_reason="entah")) == ["nik"]


def test_recording_is_allowed_from_the_sixteenth_birthday() -> None:
    young = replace(GOOD, marital_status="BELUM KAWIN")
    assert isinstance(check(replace(young, nik="6472016411100001", birth_date="24-11-2010"), TODAY), Biodata)
    assert "birth_date" in fields(replace(young, nik="6472016511100001", birth_date="25-11-2010"))


def test_who_was_married_younger_may_be_recorded() -> None:
    assert isinstance(check(replace(GOOD, nik="6472016511100001", birth_date="25-11-2010"), TODAY), Biodata)


def test_another_ground_needs_a_reason_and_an_approver() -> None:
    assert fields(replace(GOOD, ground=Ground.OTHER)) == ["ground_reason", "approver_id", "approver_pin"]
    answered = replace(GOOD, ground=Ground.OTHER, ground_reason="Umrah", approver_id="spv", approver_pin="864209")
    assert isinstance(check(answered, TODAY), Biodata)


def test_an_unknown_blood_group_is_a_dash() -> None:
    biodata = check(replace(GOOD, blood_group=""), TODAY)
    assert isinstance(biodata, Biodata)
    assert biodata.blood_group == "-"


@pytest.mark.parametrize("name", ["M. NUR'AINI", "JOSÉ D’ARC", "R.A. KARTINI, S.H."])
def test_real_names_pass(name: str) -> None:
    biodata = check(replace(GOOD, name=name), TODAY)
    assert isinstance(biodata, Biodata)
    assert biodata.name == name


def test_no_problem_repeats_what_was_typed() -> None:
    draft = replace(GOOD, nik="9999991708900001", name="S1TI RAHASIA", rt_rw="x")
    assert "RAHASIA" not in repr(problems(draft))
    assert "999999" not in repr(problems(draft))
