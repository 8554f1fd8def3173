"""The authority's commands, as they are typed."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from station.biometrics.formats import fir
from station.biometrics.formats.blocks import QualityBlock
from station.biometrics.model import FingerPosition
from station.clock import SystemClock
from station.config import default_text
from station.safekeeping.vault import Part, Sealed, Vault
from tests.helpers.cli import RealTimeStation, ktpel, refused

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
OFFICERS = """
[[officers]]
id = "hasan"
name = "Hasan Basri"
role = "supervisor"
pin = "739206"

[[officers]]
id = "wulan"
name = "Wulan Sari"
role = "officer"
pin = "482915"
"""


@pytest.fixture
def station(tmp_path: Path) -> RealTimeStation:
    return RealTimeStation(tmp_path)


def thumb() -> list[Part]:
    pixels = np.full((6, 4), 9 * 17, np.uint8)
    one = fir.FingerRepresentation(FingerPosition.RIGHT_THUMB, NOW, pixels, 508, 508, 4, (QualityBlock(64),))
    return [Part("finger-01.fir", "application/x-iso-19794-4", fir.encode(fir.FingerRecord((one,))))]


@pytest.fixture
def setup(tmp_path: Path) -> list[str | Path]:
    """The arguments of `provision`, all well."""
    (tmp_path / "station.toml").write_text(default_text(), encoding="utf-8")
    (tmp_path / "pass").write_text("kunci-uji-coba", encoding="utf-8")
    (tmp_path / "officers.toml").write_text(OFFICERS, encoding="utf-8")
    return [
        "provision", "--config", tmp_path / "station.toml", "--data", tmp_path / "data",
        "--authority", tmp_path / "auth", "--passphrase-file", tmp_path / "pass",
        "--officers", tmp_path / "officers.toml",
    ]  # fmt: skip


def test_a_station_is_set_up_once(setup: list[str | Path], tmp_path: Path) -> None:
    made = ktpel(*setup, "--json")
    assert made.code == 0, made.said
    assert (made.json()["ok"], made.json()["officers"]) == (True, 2)
    assert (tmp_path / "data" / "station.key").exists()
    assert "Nothing was changed" in refused(*setup)


def test_setting_up_says_each_step_and_the_keyring_names_the_officers(setup: list[str | Path], tmp_path: Path) -> None:
    said = ktpel(*setup, "--yes").said
    for words in ("1. ", "4. ", "compare it by voice", str(tmp_path / "auth" / "passphrase.txt"), "Hasan Basri"):
        assert words in said
    assert "kunci-uji-coba" not in said
    assert "739206" not in said
    listed = ktpel("officer", "list", *setup[1:5], *setup[7:9], "--json").json()
    assert (listed["signed"], listed["refused"]) == (True, [])
    ring = ktpel("keyring", "show", tmp_path / "data" / "keyring.ktpk", "--json").json()
    assert ring["officers"] == {"hasan": "supervisor", "wulan": "officer"}


def test_the_recovery_key_on_paper_opens_bundles_and_lies_in_no_file(setup: list[str | Path], tmp_path: Path) -> None:
    told = ktpel(*setup, "--recovery-on-paper", "--json")
    assert told.code == 0, told.said
    words = [word for number in range(1, 18) for word in re.findall(rf"\b{number}\. ([a-z]{{5}})\b", told.said)]
    assert len(words) == 17
    assert not any(word in told.out for word in words)
    assert "\u2588" in told.said
    assert not (tmp_path / "auth" / "recovery.key").exists()
    vault = Vault.unlock(tmp_path / "data", "kunci-uji-coba", SystemClock())
    case = vault.begin_case("BPN-1")
    sealed = vault.seal_segment(case, "finger-01", thumb(), False), vault.close_case(case, {}, [], False)
    vault.close()
    assert all(isinstance(one, Sealed) for one in sealed)
    arguments = ("open", tmp_path / "data" / "spool", "--authority", tmp_path / "auth", "--recovery")
    opened = ktpel(*arguments, "--out", tmp_path / "out", typed=" ".join(words) + "\n")
    assert opened.code == 0, opened.said
    assert words[0] not in opened.said
    misread = " ".join([*words[:2], "babe", *words[3:]])
    assert "Word 3" in refused(*arguments, "--out", tmp_path / "out-2", typed=misread + "\n")
    assert "17 words" in refused(*arguments, "--out", tmp_path / "out-2", typed=" ".join(words[1:]) + "\n")


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("pass", "short", "8 characters"),
        ("officers.toml", "", "Correct"),
        ("officers.toml", "officers = []", "Write a supervisor"),
        ("officers.toml", OFFICERS.replace("739206", "123456"), "hasan"),
        ("officers.toml", OFFICERS.replace('"supervisor"', '"king"'), "king"),
        ("station.toml", "", "settings file"),
    ],
)
def test_a_station_is_not_set_up_by_half(
    setup: list[str | Path], tmp_path: Path, file: str, text: str, sentence: str
) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert sentence in refused(*setup)
    assert not (tmp_path / "data" / "station.key").exists()


def test_a_passphrase_file_that_is_not_there_is_named(setup: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "pass").unlink()
    assert str(tmp_path / "pass") in refused(*setup)


def test_bundles_are_verified(station: RealTimeStation) -> None:
    station.record()
    well = ktpel("verify", station.bundles, "--authority", station.authority, "--json")
    assert well.code == 0
    bundles = well.json()["bundles"]
    assert isinstance(bundles, list)
    assert [one["accepted"] for one in bundles] == [True, True]


def test_a_flipped_byte_is_named_with_its_bundle(station: RealTimeStation) -> None:
    first, _ = station.record()
    data = bytearray(first.read_bytes())
    data[-20] ^= 1
    first.write_bytes(data)
    refused("verify", station.bundles, "--authority", station.authority)
    assert f"{first}: " in ktpel("verify", station.bundles, "--authority", station.authority).said
    assert ktpel("verify", first.parent / "nowhere.ktpb", "--authority", station.authority).code == 1


def test_no_bundles_and_no_authority_are_sentences(station: RealTimeStation, tmp_path: Path) -> None:
    station.bundles.mkdir(parents=True)
    assert "No bundles" in refused("verify", station.bundles, "--authority", station.authority)
    assert "No bundles" in refused("open", station.bundles, "--authority", station.authority, "--out", tmp_path / "out")
    assert "No bundles" in refused("bundle", "inspect", station.bundles)
    assert str(tmp_path / "nobody") in refused("verify", station.bundles, "--authority", tmp_path / "nobody")


def test_training_bundles_are_taken_only_when_said(station: RealTimeStation) -> None:
    station.record(training=True)
    arguments = ("verify", station.bundles, "--authority", station.authority)
    refused(*arguments)
    assert ktpel(*arguments, "--training-ok").code == 0


def test_opening_tells_each_record_and_writes_the_case_file(station: RealTimeStation, tmp_path: Path) -> None:
    station.record(parts=thumb())
    arguments = ("open", station.bundles, "--authority", station.authority)
    opened = ktpel(*arguments, "--out", tmp_path / "a", "--pictures")
    assert opened.code == 0, opened.said
    assert "finger-01.fir: right thumb, 4 x 6, 508 dpi, 4 bits, quality 64" in opened.said
    (folder,) = (tmp_path / "a").iterdir()
    assert {"case.an2", "summary.txt", "summary.json", "pictures"} <= {path.name for path in folder.iterdir()}
    told = ktpel(*arguments, "--out", tmp_path / "b", "--json").json()
    assert isinstance(told["cases"], list)
    (record,) = told["cases"][0]["records"]
    assert (record["kind"], record["position"], record["resolution_ppi"]) == ("finger", "right_thumb", 508)
    assert "Name another folder" in refused(*arguments, "--out", tmp_path / "a")


def test_a_record_that_cannot_be_read_is_opened_and_told(station: RealTimeStation, tmp_path: Path) -> None:
    station.record()
    opened = ktpel("open", station.bundles, "--authority", station.authority, "--out", tmp_path / "a", "--json")
    assert opened.code == 1
    assert "kept as they were sealed" in str(opened.json()["problem"])
    assert "finger/01.fir: not readable, byte 0" in opened.said


def test_a_wrong_passphrase_of_the_authority_is_a_sentence(station: RealTimeStation, tmp_path: Path) -> None:
    station.record()
    arguments = ("open", station.bundles, "--authority", station.authority, "--out", tmp_path / "out")
    (station.authority / "passphrase.txt").write_text("quite another one", encoding="ascii")
    assert "passphrase.txt" in refused(*arguments)
    (station.authority / "recipient-1.key").chmod(0o644)
    assert "owner alone" in refused(*arguments)


def test_a_keyring_of_another_authority_is_refused(station: RealTimeStation, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = RealTimeStation(tmp_path / "other")
    shutil.copy(other.authority / "keyring.ktpk", station.authority / "keyring.ktpk")
    assert "another authority" in refused("verify", station.bundles, "--authority", station.authority)


def test_inspecting_shows_what_is_in_clear(station: RealTimeStation, tmp_path: Path) -> None:
    station.record()
    told = ktpel("bundle", "inspect", station.bundles, "--json")
    assert told.code == 0
    bundles = told.json()["bundles"]
    assert isinstance(bundles, list)
    assert [one["kind"] for one in bundles] == ["segment", "manifest"]
    assert "BPN-0001" not in told.said
    (tmp_path / "noise.ktpb").write_bytes(b"noise")
    noise = ktpel(
        "bundle", "inspect", tmp_path / "noise.ktpb", tmp_path / "nowhere.ktpb", *station.record("BPN-2"), "--json"
    )
    assert noise.code == 1
    bundles = noise.json()["bundles"]
    assert isinstance(bundles, list)
    assert [bool(one["problem"]) for one in bundles] == [True, True, False, False]


def test_the_audit_log_names_its_first_bad_record(station: RealTimeStation) -> None:
    station.record()
    arguments = ("audit", "verify", "--data", station.folder)
    well = ktpel(*arguments, "--json")
    assert well.code == 0
    (log,) = (station.folder / "audit").glob("*.log")
    data = bytearray(log.read_bytes())
    offset = 0
    for _ in range(2):
        offset += 4 + int.from_bytes(data[offset : offset + 4], "big")
    data[offset + 10] ^= 1
    log.write_bytes(data)
    told = ktpel(*arguments, "--json").json()
    assert (told["record"], told["file"], told["offset"]) == (2, log.name, offset)
    assert f"Audit record {told['record']} does not hold" in refused(*arguments)


def test_a_folder_without_an_audit_log_is_said_to_be_one(tmp_path: Path) -> None:
    assert "no audit log" in refused("audit", "verify", "--data", tmp_path)
