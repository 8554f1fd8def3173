"""Applications from online services: good rows taken, bad ones explained by row and field, nothing personal written."""

import csv
import io
import json
import re
from dataclasses import asdict
from datetime import UTC, date, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.registry.application_rows import COLUMN_OF, GoodRow, parse_applications, read_applications
from station.registry.applications import ApplicationQueue
from station.registry.biodata import check
from station.registry.model import Biodata, Ground
from station.text import Language, Text
from tests.helpers.clock import FakeClock

WITA = timezone(timedelta(hours=8), "WITA")
TODAY = date(2026, 11, 24)
SITI = {
    "nomor": "A-0001",
    "nik": "6472015708900001",
    "nama": "Siti Aminah",
    "tempat_lahir": "Samarinda",
    "tanggal_lahir": "17-08-1990",
    "jenis_kelamin": "P",
    "alamat": "Jl. Pahlawan No. 5",
    "rt_rw": "003/012",
    "kel_desa": "Dadi Mulya",
    "kecamatan": "Samarinda Ulu",
    "agama": "Islam",
    "status_perkawinan": "Kawin",
    "pekerjaan": "Guru",
    "alasan": "RUMAH SAKIT",
    "keterangan": "",
}
say = Text(Language.ENGLISH)


def person(serial: int, **changed: str) -> dict[str, str]:
    return SITI | {"nik": f"647201570890{serial:04d}", "nomor": f"A-{serial:04d}"} | changed


def as_csv(*rows: dict[str, str], separator: str = ",", headings: bool = True) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=separator, lineterminator="\r\n")
    if headings:
        writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def rows(text: str | bytes, name: str = "list.csv") -> tuple[GoodRow, ...]:
    content = text.encode() if isinstance(text, str) else text
    reading = parse_applications(name, content, TODAY)
    assert reading.problems == ()
    return reading.rows


def refusals(text: str | bytes, name: str = "list.csv") -> list[tuple[int | None, str, str]]:
    content = text.encode() if isinstance(text, str) else text
    problems = parse_applications(name, content, TODAY).problems
    assert problems
    return [(one.row, one.field, say(one.sentence)) for one in problems]


class Office:
    """A watched folder and the queue over it."""

    def __init__(self, root: Path, quota: int = 50) -> None:
        self.clock = FakeClock()
        self.folder, self.memory, self.quota = root / "antrean", root / "served.json", quota
        self.folder.mkdir()
        self.queue = self.opened()

    def opened(self) -> ApplicationQueue:
        return ApplicationQueue(self.folder, self.quota, self.clock, WITA, self.memory)

    def put(self, name: str, *people: dict[str, str]) -> None:
        (self.folder / name).write_text(as_csv(*people), encoding="utf-8")
        self.queue.refresh()

    def niks(self) -> list[str]:
        return [one.draft.nik[-4:] for one in self.queue.entries]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_good_row_becomes_a_draft_that_the_form_accepts() -> None:
    (row,) = rows(as_csv(SITI))
    assert isinstance(check(row.draft, TODAY), Biodata)
    assert (row.draft.ground, row.number, row.row, row.doubts) == (Ground.HOSPITAL, "A-0001", 2, ())


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_separator_and_encoding_of_spreadsheets_is_read(separator: str, encoding: str) -> None:
    text = as_csv(SITI | {"nama": "Renée Siahaan", "alamat": "Jl. A, No. 5; blok B"}, separator=separator)
    (row,) = rows(text.encode(encoding))
    assert (row.draft.name, row.draft.address) == ("Renée Siahaan", "Jl. A, No. 5; blok B")


def test_excels_first_line_naming_the_separator_is_obeyed_and_counted() -> None:
    text = "sep=;\r\n" + as_csv(SITI, SITI | {"nik": "12"}, separator=";")
    assert [row for row, *_ in refusals(text)] == [4]


@pytest.mark.parametrize(
    "headings",
    [
        {"nik": "NIK", "tempat_lahir": "Tempat Lahir", "kel_desa": "Kel/Desa", "rt_rw": "RT/RW", "nama": " NAMA "},
        {"nik": "No. NIK", "tanggal_lahir": "Tgl. Lahir", "kel_desa": "Kelurahan", "nama": "name"},
    ],
)
def test_headings_may_be_written_as_people_write_them(headings: dict[str, str]) -> None:
    assert len(rows(as_csv({headings.get(name, name): value for name, value in SITI.items()}))) == 1


def test_rt_and_rw_may_stand_in_two_columns() -> None:
    split = {name: value for name, value in SITI.items() if name != "rt_rw"} | {"RT": "3", "RW": "'012"}
    (row,) = rows(as_csv(split))
    assert row.draft.rt_rw == "3/012"


@pytest.mark.parametrize("written", ["17-08-1990", "17/08/1990", "17/8/1990", "1990-08-17", "1990-08-17T00:00:00"])
def test_a_day_is_read_as_indonesia_and_programs_write_it(written: str) -> None:
    (row,) = rows(as_csv(SITI | {"tanggal_lahir": written}))
    assert row.draft.birth_date == "17-08-1990"


@pytest.mark.parametrize("written", ["'6472015708900001", '="6472015708900001"', " 6472 0157 0890 0001 "])
def test_marks_that_keep_a_nik_as_text_are_taken_off(written: str) -> None:
    (row,) = rows(as_csv(SITI | {"nik": written}))
    assert row.draft.nik == SITI["nik"]


@pytest.mark.parametrize(
    ("column", "field", "written", "words"),
    [
        ("nik", "nik", "6.4720157089E+15", "rounded the NIK"),
        ("nik", "nik", "6,47202E+15", "rounded the NIK"),
        ("nik", "nik", "6472015708900001.0", "took the NIK for a number"),
        ("nik", "nik", "647201570890001", "has 15 digits of 16"),
        ("nik", "nik", "6472015708900000", "ends in 0000"),
        ("nik", "nik", "", "Fill in the NIK"),
        ("tanggal_lahir", "birth_date", "33102", "count of days"),
        ("tanggal_lahir", "birth_date", "8/17/1990", "for example 17-08-1990"),
        ("tanggal_lahir", "birth_date", "17/08/90", "for example 17-08-1990"),
        ("rt_rw", "rt_rw", "03-Des", "took RT/RW for a date"),
        ("alasan", "ground", "penting", "SEKOLAH"),
        ("agama", "religion", "?", "Choose one of"),
        ("nama", "name", "Siti 2", "no digits"),
        ("nomor", "number", "A\u202e1", "letters, digits, dots"),
        ("nomor", "number", "A" * 41, "at most 40"),
        ("keterangan", "ground_reason", "x" * 201, "at most 200"),
    ],
)
def test_a_bad_cell_is_told_by_row_and_field_and_what_to_write(
    column: str, field: str, written: str, words: str
) -> None:
    told = refusals(as_csv(person(2), SITI | {column: written}, person(3)))
    assert [(row, where) for row, where, _ in told] == [(3, field)]
    assert words in told[0][2]


def test_a_bad_row_does_not_keep_the_good_ones_out() -> None:
    reading = parse_applications("list.csv", as_csv(person(1), person(2, agama=""), person(3)).encode(), TODAY)
    assert [row.row for row in reading.rows] == [2, 4]


def test_a_file_whose_niks_all_end_in_zero_is_not_believed() -> None:
    spoiled = as_csv(*(person(serial) for serial in (10, 20, 30)))
    assert [(row, field) for row, field, _ in refusals(spoiled)] == [(2, "nik"), (3, "nik"), (4, "nik")]
    assert len(rows(as_csv(*(person(serial) for serial in (10, 20, 31))))) == 3


def test_a_nik_that_disagrees_is_taken_with_a_doubt_for_the_officer() -> None:
    (row,) = rows(as_csv(SITI | {"tanggal_lahir": "18-08-1990"}))
    assert [one.field for one in row.doubts] == ["nik"]


def test_a_missing_ground_is_left_to_the_officer() -> None:
    (row,) = rows(as_csv({name: value for name, value in SITI.items() if name != "alasan"}))
    assert row.draft.ground is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\r\n  \r\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not text"),
        (b"\xff\xfe\0", "is not text"),
        (as_csv(SITI, headings=False).encode(), "Headings are missing"),
        (as_csv({"nik": "1", "nama": "x"}).encode(), "tempat_lahir"),
        (as_csv(SITI | {"NIK": "1"}).encode(), "Two columns mean the same"),
        (as_csv(SITI).encode() + b'"never closed', "quotation mark"),
        (as_csv(SITI).encode() + b"," * 20 + b"x\r\n", "more cells than"),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_reason(content: bytes, words: str) -> None:
    assert any(words in sentence for _, _, sentence in refusals(content))


def test_a_file_too_large_or_out_of_reach_is_told(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate((4 << 20) + 1)
    for path, words in ((large, "larger than 4 MB"), (tmp_path / "gone.csv", "cannot be opened")):
        (problem,) = read_applications(path, TODAY).problems
        assert words in say(problem.sentence)


def test_more_rows_than_a_day_can_hold_are_told() -> None:
    content = as_csv(SITI) + "x,y\r\n" * 5001
    assert "more than 5000 rows" in refusals(content)[-1][2]


def test_rows_above_an_unclosed_quotation_mark_are_taken() -> None:
    reading = parse_applications("list.csv", as_csv(SITI).encode() + b'"never closed', TODAY)
    assert len(reading.rows) == 1
    assert reading.problems[0].row == 3


@pytest.mark.parametrize("wrapped", [False, True])
def test_json_is_read_like_a_list(wrapped: bool) -> None:
    listed: list[object] = [SITI, person(2) | {"golongan_darah": "O", "catatan": 7}]
    text = json.dumps({"applications": listed} if wrapped else listed)
    assert [row.row for row in rows(text, "list.json")] == [1, 2]


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        ("[{", None, "line 1, column 3"),
        ("{}", None, "a list of objects"),
        ("[" * 100_000, None, "a list of objects"),
        ('["x"]', 1, "as one object"),
        (json.dumps([SITI | {"nik": 6472015708900001}]), 1, "nik is not text"),
        (json.dumps([SITI | {"NIK": "1"}]), 1, "Two columns mean the same"),
    ],
)
def test_json_of_another_form_is_refused_with_the_reason(text: str, row: int | None, words: str) -> None:
    ((at, _, sentence),) = refusals(text, "list.json")
    assert at == row
    assert words in sentence


def test_no_problem_repeats_what_the_row_says() -> None:
    bad = SITI | {"nama": "Siti 12345", "agama": "Rahasia", "tanggal_lahir": "31-02-1990", "nik": "64720157089000"}
    shown = repr(parse_applications("list.csv", as_csv(bad).encode(), TODAY))
    assert "religion" in shown
    assert not any(value in shown for value in ("12345", "Rahasia", "31-02", "64720157", "Siti"))
    assert "6472" not in repr(rows(as_csv(SITI)))


def test_files_put_into_the_folder_join_the_queue_in_order(office: Office) -> None:
    assert office.queue.entries == ()
    office.put("b.csv", person(3))
    office.put("a.csv", person(1), person(2))
    assert office.niks() == ["0001", "0002", "0003"]
    assert office.queue.refresh() is False
    (office.folder / "a.csv").unlink()
    assert office.queue.refresh() is True
    assert office.niks() == ["0003"]


def test_only_plain_files_of_our_kinds_are_read(office: Office, tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere.csv"
    secret.write_text(as_csv(person(1)), encoding="utf-8")
    (office.folder / "link.csv").symlink_to(secret)
    (office.folder / "folder.csv").mkdir()
    for name in (".hidden.csv", "~lock.csv", "list.csv.part", "list.xlsx"):
        (office.folder / name).write_text(as_csv(person(2)), encoding="utf-8")
    office.queue.refresh()
    assert (office.queue.entries, office.queue.problems) == ((), ())


def test_the_same_nik_twice_is_kept_once_and_told(office: Office) -> None:
    office.put("a.csv", person(1))
    office.put("b.csv", person(2), person(1, nama="Siti Aminah Dua"))
    assert office.niks() == ["0001", "0002"]
    (problem,) = office.queue.problems
    assert (problem.file, problem.row, problem.field) == ("b.csv", 3, "nik")
    assert "row 2 of a.csv" in say(problem.sentence)


def test_the_quota_holds_for_the_day_with_those_already_served(tmp_path: Path) -> None:
    office = Office(tmp_path, quota=2)
    office.put("a.csv", person(1), person(2), person(3))
    assert office.niks() == ["0001", "0002"]
    assert "2 places are taken" in say(office.queue.problems[0].sentence)
    office.queue.served(office.queue.entries[0].id)
    office.put("b.csv", person(4))
    assert office.niks() == ["0002"]
    office.clock.advance(24 * 3600)
    office.queue.refresh()
    assert office.niks() == ["0002", "0003"]


def test_an_application_waits_for_its_day(office: Office) -> None:
    office.put("a.csv", person(1, tanggal_layanan="24-11-2026"), person(2, tanggal_layanan="2026-11-25"))
    assert (office.niks(), office.queue.other_days) == (["0001"], 1)
    assert office.clock.now().astimezone(UTC).day == 24
    office.clock.advance(15.5 * 3600)
    office.queue.refresh()
    assert office.niks() == ["0002"]


def test_a_picked_application_stays_until_served_and_never_comes_back(office: Office) -> None:
    office.put("a.csv", person(1), person(2))
    first = office.queue.entries[0]
    assert office.queue.pick(first.id) == first
    assert office.queue.pick(first.id) == first
    office.queue.served(first.id)
    assert office.queue.pick(first.id) is None
    office.put("b.csv", person(3))
    assert office.niks() == ["0002", "0003"]
    again = office.opened()
    again.refresh()
    assert [one.draft.nik[-4:] for one in again.entries] == ["0002", "0003"]
    assert again.pick("unknown") is None


def test_what_is_remembered_holds_nothing_personal(office: Office) -> None:
    office.put("a.csv", SITI)
    office.queue.served(office.queue.entries[0].id)
    kept = office.memory.read_bytes().lower()
    assert kept.count(b"2026-11-24") == 1
    draft = asdict(rows(as_csv(SITI))[0].draft)
    personal = [str(value) for value in draft.values() if len(str(value)) >= 4]
    assert not [value for value in personal if value.lower().encode() in kept]
    assert b"siti aminah" in (office.folder / "a.csv").read_bytes().lower()


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"salt": "00", "served": {}}'])
def test_a_damaged_memory_loses_no_applicant(office: Office, damage: bytes) -> None:
    office.put("a.csv", person(1))
    office.queue.served(office.queue.entries[0].id)
    office.memory.write_bytes(damage)
    again = office.opened()
    again.refresh()
    assert len(again.entries) == 1


def test_a_folder_out_of_reach_takes_nobody_out_of_the_queue(office: Office) -> None:
    office.put("a.csv", person(1))
    away = office.folder.rename(office.folder.with_name("away"))
    assert office.queue.refresh() is True
    assert office.niks() == ["0001"]
    assert "Check the connection" in say(office.queue.problems[0].sentence)
    away.rename(office.folder)
    office.queue.refresh()
    assert (office.niks(), office.queue.problems) == (["0001"], ())


def test_an_office_without_online_services_has_an_empty_queue() -> None:
    queue = ApplicationQueue(None, 10, FakeClock(), WITA)
    assert queue.refresh() is False
    assert (queue.entries, queue.problems) == ((), ())


def test_the_documents_example_is_taken_whole_and_its_columns_are_those_of_the_table() -> None:
    docs = Path(__file__).parents[3] / "docs"
    reading = parse_applications("queue-example.csv", (docs / "queue-example.csv").read_bytes(), TODAY)
    assert reading.problems == ()
    assert [row.doubts for row in reading.rows] == [(), (), ()]
    described = re.findall(
        r"^\| `(\w+)` \| (?:yes|no) \|", (docs / "queue.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(described) == set(COLUMN_OF.values()) - {"rt", "rw"}


CELL = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(dict.fromkeys(SITI, CELL | st.sampled_from(["17-08-1990", "L", "'1", '="1"', "1E+15"]))),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)
def test_whatever_people_write_is_taken_or_explained(
    people: list[dict[str, str]], separator: str, encoding: str
) -> None:
    content = as_csv(*people, separator=separator).encode(encoding)
    reading = parse_applications("list.csv", content, TODAY)
    assert reading.rows or reading.problems or not any("".join(one.values()).strip() for one in people)
    assert all(say(one.sentence) for one in reading.problems)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["list.csv", "list.json"]))
def test_no_bytes_at_all_stop_the_reading(content: bytes, name: str) -> None:
    parse_applications(name, content, TODAY)
    parse_applications(name, as_csv(SITI).encode() + content, TODAY)
    parse_applications(name, json.dumps([SITI])[:-1].encode() + content, TODAY)
