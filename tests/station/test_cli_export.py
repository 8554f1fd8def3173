"""Sticks as typed: two people, a stick, a record; and receipts back."""

import json
from pathlib import Path

import pytest

from station.clock import SystemClock
from station.config import default_text
from station.delivery.receipt_document import Receipt, sign_receipt
from station.receiver.authority import load_receipt_key
from station.registry.model import OfficerCard, RoleOfOfficer
from station.registry.officers import Officers, PinCost
from station.safekeeping import audit
from station.safekeeping.bundle import read_core
from station.safekeeping.events import EventKind
from tests.helpers.cli import Ran, RealTimeStation, ktpel, refused
from tests.station.registry.test_applications import as_csv, person

CHEAP_PINS = PinCost(memory_kib=64, passes=1, lanes=1)


class Office:
    """A station with officers, a settled case and a stick."""

    def __init__(self, root: Path) -> None:
        self.station = RealTimeStation(root)
        self.stick = root / "stick"
        self.stick.mkdir()
        self.settings = root / "station.toml"
        self.settings.write_text(default_text(), encoding="utf-8")
        officers = Officers(self.station.folder / "officers.json", SystemClock(), CHEAP_PINS)
        officers.add(OfficerCard("hasan", "Hasan Basri", RoleOfOfficer.SUPERVISOR), "739206", None)
        officers.add(OfficerCard("wulan", "Wulan Sari", RoleOfOfficer.OFFICER), "482915", "hasan")
        self.pins = root / "pins"
        self.pins.write_text("482915\n739206\n", encoding="utf-8")
        self.station.record()

    def common(self) -> list[str | Path]:
        return ["--config", self.settings, "--data", self.station.folder, "--passphrase-file", self.station.passphrase]

    def export(self, *more: str | Path) -> list[str | Path]:
        people: list[str | Path] = ["--officer", "wulan", "--approver", "hasan", "--pins", self.pins]
        return ["export", self.stick, *people, *self.common(), *more]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_an_export_says_that_the_stick_may_be_removed_and_makes_the_record(office: Office, tmp_path: Path) -> None:
    told = ktpel(*office.export("--record", tmp_path / "record.pdf", "--json"))
    assert told.code == 0, told.said
    value = told.json()
    assert (value["files"], value["safe_to_remove"], value["left"]) == (2, True, 0)
    assert Path(str(value["index"])).is_file()
    on_stick = Path(str(value["record"]))
    assert on_stick.parent == office.stick / "ktpel" / office.station.folder.name
    assert on_stick.read_bytes()[:5] == (tmp_path / "record.pdf").read_bytes()[:5] == b"%PDF-"
    assert "Safe to remove: 2 files" in told.said
    handed = [one for one in audit.records(office.station.folder / "audit") if one.kind is EventKind.HANDED_OVER]
    assert [(one.fields["officer"], one.fields["approver"]) for one in handed] == [("wulan", "hasan")]


def test_the_receivers_verify_what_was_exported(office: Office) -> None:
    assert ktpel(*office.export()).code == 0
    verified = ktpel("verify", office.stick / "ktpel", "--authority", office.station.authority, "--json")
    assert verified.code == 0, verified.said


def test_a_second_export_finds_nothing_and_again_writes_nothing_new(office: Office) -> None:
    assert ktpel(*office.export()).code == 0
    assert "Nothing waits" in refused(*office.export())
    assert ktpel(*office.export("--again", "--json")).json()["written"] == 0


def test_pins_are_asked_when_no_file_holds_them(office: Office) -> None:
    told = ktpel("export", office.stick, *office.common(), typed="wulan\n482915\nhasan\n739206\n")
    assert told.code == 0, told.said
    assert "482915" not in told.said


@pytest.mark.parametrize(
    ("officer", "approver", "pins", "words"),
    [
        ("wulan", "hasan", "482915\n111222\n", "PIN is wrong"),
        ("wulan", "hasan", "111222\n739206\n", "PIN is wrong"),
        ("hasan", "hasan", "739206\n739206\n", "Nobody approves their own"),
        ("hasan", "wulan", "739206\n482915\n", "may not approve"),
        ("nobody", "hasan", "482915\n739206\n", "not known"),
        ("wulan", "hasan", "482915\n", "two lines"),
    ],
)
def test_without_two_people_nothing_leaves(office: Office, officer: str, approver: str, pins: str, words: str) -> None:
    office.pins.write_text(pins, encoding="utf-8")
    people: list[str | Path] = ["--officer", officer, "--approver", approver, "--pins", office.pins]
    told = ktpel("export", office.stick, *people, *office.common(), "--json")
    assert told.code == 1
    assert words in str(told.json()["problem"])
    assert list(office.stick.iterdir()) == []


def test_a_wrong_pin_is_in_the_log(office: Office) -> None:
    office.pins.write_text("111222\n739206\n", encoding="utf-8")
    assert ktpel(*office.export()).code == 1
    seen = [one for one in audit.records(office.station.folder / "audit") if one.kind is EventKind.LOGIN_REFUSED]
    assert [(one.fields["officer"], one.fields["tries"]) for one in seen] == [("wulan", 1)]


def test_a_damaged_list_of_officers_lets_nobody_export(office: Office) -> None:
    (office.station.folder / "officers.json").write_bytes(b"{")
    assert "damaged" in refused(*office.export())


def test_another_user_can_read_what_lies_on_the_stick(office: Office) -> None:
    ktpel(*office.export())
    for path in (office.stick / "ktpel").rglob("*"):
        assert path.stat().st_mode & 0o044 == 0o044


def test_a_stick_that_is_not_there_is_told(office: Office) -> None:
    office.stick.rmdir()
    told = ktpel(*office.export("--json"))
    assert (told.code, told.json()["trouble"]) == (1, "no_folder")
    assert "[export]" in refused("import", *office.common())


def test_the_folder_may_stand_in_the_settings(office: Office) -> None:
    text = default_text().replace("[export]", f'[export]\nfolder = "{office.stick}"', 1)
    lines = text.split("\n")
    place = next(at for at, line in enumerate(lines) if line.startswith('folder = ""') and at > lines.index("[export]"))
    office.settings.write_text("\n".join(lines[:place] + lines[place + 1 :]), encoding="utf-8")
    told = ktpel("export", *office.common(), typed="wulan\n482915\nhasan\n739206\n")
    assert told.code == 0, told.said


def handover_check(office: Office) -> Ran:
    return ktpel("handover", "check", office.stick, "--authority", office.station.authority, "--json")


def only_list(told: Ran) -> dict[str, object]:
    lists = told.json()["lists"]
    assert isinstance(lists, list)
    (one,) = lists
    assert isinstance(one, dict)
    return one


def test_a_stick_that_arrives_whole_is_told_with_the_hash_of_the_record(office: Office) -> None:
    exported = ktpel(*office.export("--json")).json()
    told = handover_check(office)
    assert told.code == 0, told.said
    one = only_list(told)
    assert one["sha256"] == exported["index_sha256"]
    digest = str(exported["index_sha256"])
    assert f"{digest[:8]} {digest[8:16]}" in told.said


@pytest.mark.parametrize("what", ["missing", "spoiled", "link"])
def test_a_stick_that_lost_something_on_its_way_is_told(office: Office, what: str) -> None:
    ktpel(*office.export())
    victim = sorted((office.stick / "ktpel").rglob("*.ktpb"))[1]
    content = victim.read_bytes()
    if what == "spoiled":
        victim.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        victim.unlink()
    if what == "link":
        (office.stick / "elsewhere").write_bytes(content)
        victim.symlink_to(office.stick / "elsewhere")
    told = handover_check(office)
    assert told.code == 1
    one = only_list(told)
    assert one["spoiled" if what == "spoiled" else "missing"] == [2]


def test_what_no_list_names_and_lists_of_nobody_are_told(office: Office) -> None:
    ktpel(*office.export())
    place = office.stick / "ktpel" / office.station.folder.name
    (place / f"0000000009-{'0' * 64}.ktpb").write_bytes(b"foreign")
    told = handover_check(office)
    assert (told.code, told.json()["unlisted"]) == (1, [f"0000000009-{'0' * 64}.ktpb"])
    index = next(place.glob("*.index"))
    index.write_bytes(index.read_bytes()[:-1] + b"!")
    told = handover_check(office)
    assert "not signed by a station" in told.said
    assert str(told.json()["unlisted"]).count(".ktpb") == 3


def test_an_empty_stick_holds_no_handover(office: Office) -> None:
    assert "Nothing was handed over" in refused(
        "handover", "check", office.stick, "--authority", office.station.authority
    )


def answer(office: Office, station: str | None = None) -> None:
    """The authority's receipts for everything on the stick."""
    key = load_receipt_key(office.station.authority)
    name = office.station.folder.name
    folder = office.stick / "ktpel" / "receipts" / name
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((office.stick / "ktpel" / name).glob("*.ktpb")):
        with path.open("rb") as stream:
            core = read_core(stream)
        digest = bytes.fromhex(path.stem.split("-")[1])
        receipt = Receipt(digest, station or name, core.sequence, None, SystemClock().now(), core.checkpoint, 1, "r-1")
        (folder / f"{digest.hex()}.receipt").write_bytes(sign_receipt(receipt, key))


def test_receipts_are_brought_back_by_the_stick(office: Office) -> None:
    ktpel(*office.export())
    assert "no receipts" in refused("import", office.stick, *office.common())
    answer(office)
    told = ktpel("import", office.stick, *office.common(), "--json")
    assert told.code == 0, told.said
    assert (told.json()["receipted"], told.json()["nothing_done"]) == (2, [])
    assert "Nothing waits" in refused(*office.export("--again"))


def test_foreign_receipts_are_told_and_change_nothing(office: Office) -> None:
    ktpel(*office.export())
    answer(office, station="samarinda-9")
    told = ktpel("import", office.stick, *office.common(), "--json")
    assert told.code == 1
    named = told.json()["nothing_done"]
    assert isinstance(named, list)
    assert [one["why"] for one in named] == ["other_station"] * 2
    assert "for another station" in told.said
    assert ktpel(*office.export("--again", "--json")).json()["files"] == 2


def test_a_queues_file_is_explained_without_its_persons(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(as_csv(person(1), person(2)), encoding="utf-8")
    bad.write_text(as_csv(person(2), person(3, agama="Rahasia"), person(4, nik="6.47E+15")), encoding="utf-8")
    told = ktpel("queue", "check", good, "--json")
    assert (told.code, told.json()["good"]) == (0, 2)
    told = ktpel("queue", "check", good, bad, "--json")
    problems = told.json()["problems"]
    assert isinstance(problems, list)
    assert sorted((one["file"], one["row"], one["column"]) for one in problems) == [
        ("bad.csv", 2, "nik"), ("bad.csv", 3, "agama"), ("bad.csv", 4, "nik")
    ]  # fmt: skip
    assert told.code == 1
    for secret in ("Rahasia", "Aminah", "64720157"):
        assert secret not in told.said
    assert "rounded the NIK" in told.said
    assert json.loads(told.out)["ok"] is False
