"""The settings file: whole and exact, or refused with every problem, its line, its key and what to do."""

from datetime import date, time
from pathlib import Path

import pytest

from drivers.api import DriverSettings, Role
from station.biometrics.model import FingerPosition
from station.config import default_text, load, places
from station.config_problems import BadConfig, ConfigProblem
from station.health.model import GateLimits
from station.text import Language, Text

ENGLISH = Text(Language.ENGLISH)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "station.toml"


def problems(path: Path, text: str) -> tuple[ConfigProblem, ...]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfig) as refused:
        load(path)
    return refused.value.problems


def changed(old: str, new: str) -> tuple[str, int]:
    """The default text with one line changed, and that line's number."""
    text = default_text()
    assert text.count(old) == 1, old
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1


def test_the_default_file_loads_and_says_what_the_decree_says(path: Path) -> None:
    path.write_text(default_text(), encoding="utf-8")
    config = load(path)
    assert config.gate.limits() == GateLimits()
    assert config.fingers.tries == 3
    assert {config.fingers.threshold(position) for position in FingerPosition} == {40}
    assert config.devices.settings()[Role.SIGNATURE] == DriverSettings(
        "topaz", "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_PAD-if00-port0", 19200
    )
    assert config.office.hours.week()[4:] == ((time(8), time(11, 30)), None, None)
    assert config.office.holidays == (date(2026, 12, 25), date(2027, 1, 1))
    assert config.office.zone.utcoffset(None).total_seconds() == 8 * 3600
    assert config.station.first_language is Language.INDONESIAN


def test_a_threshold_belongs_to_its_own_finger(path: Path) -> None:
    path.write_text(changed("left_little = 40", "left_little = 25")[0], encoding="utf-8")
    config = load(path)
    assert config.fingers.threshold(FingerPosition.LEFT_LITTLE) == 25
    assert config.fingers.threshold(FingerPosition.RIGHT_LITTLE) == 40


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("limit_c = 37.3", "limit_c = 47.3", "gate.limit_c", "40"),
        ("limit_c = 37.3", 'limit_c = "37.3"', "gate.limit_c", "number"),
        ("limit_c = 37.3", "limit_c = nan", "gate.limit_c", "Write 40 or less."),
        ("limit_c = 37.3", "limit_f = 99.1", "gate.limit_f", "limit_c"),
        ("ambient_high_c = 40", "ambient_high_c = 12", "gate.ambient_high_c", "more than 16"),
        ("object_high_c = 43", "object_high_c = 37", "gate.limit_c", "less than 37"),
        ("readings = 5", "readings = 5.0", "gate.readings", "number"),
        ("tries = 3", "tries = 0", "fingers.tries", "1 or more"),
        ("left_ring = 40", "left_ring = 101", "fingers.thresholds.left_ring", "100 or less"),
        ('time_zone = "WITA"', 'time_zone = "Asia/Makassar"', "office.time_zone", "WITA"),
        ('region_code = "6472"', 'region_code = "64.72"', "office.region_code", "default file"),
        ('region_code = "6472"', "region_code = 6472", "office.region_code", "quotes"),
        ('friday = "08:00-11:30"', 'friday = "11:30-08:00"', "office.hours.friday", "08:00-15:30"),
        ('friday = "08:00-11:30"', 'friday = "8-11"', "office.hours.friday", "closed"),
        ("holidays = [2026-12-25, 2027-01-01]", "holidays = [5]", "office.holidays", "default file"),
        ("enabled = true", "enabled = 1", "sounds.enabled", "true or false"),
        ('paper = "a5"', 'paper = "a4"', "receipt.paper", "80mm"),
        ('kind = "ef01-r503"', 'kind = ""', "devices.fingerprint.kind", "default file"),
        ("baud = 57600", "baud = 57", "devices.fingerprint.baud", "300 or more"),
    ],
)
def test_a_bad_value_is_named_with_its_line_key_and_cure(path: Path, old: str, new: str, key: str, words: str) -> None:
    text, line = changed(old, new)
    (problem,) = problems(path, text)
    assert problem.key == key
    assert words in ENGLISH(problem.sentence)
    if new.split(" =")[0] == key.rpartition(".")[2]:
        assert problem.line == line
    assert str(problem.path) == str(path)


def test_two_devices_on_one_port_are_refused(path: Path) -> None:
    text, _ = changed(
        "/dev/v4l/by-id/usb-CAMERA-video-index0", "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_FINGER-if00-port0"
    )
    (problem,) = problems(path, text)
    assert (problem.key, problem.line) == ("devices.camera", text[: text.index("[devices.camera]")].count("\n") + 1)


def test_an_office_that_never_opens_is_refused(path: Path) -> None:
    text = default_text().replace('"08:00-15:30"', '"closed"').replace('"08:00-11:30"', '"closed"')
    assert [problem.key for problem in problems(path, text)] == ["office.hours.sunday"]


def test_all_problems_come_at_once_in_the_order_of_the_file(path: Path) -> None:
    text = default_text().replace("limit_c = 37.3", "limit_c = 50").replace("tries = 3", "tries = true")
    text = text.replace('name = "samarinda-1"', 'name = "samarinda 1"').replace("width_mm = 344", "widht_mm = 344")
    found = problems(path, text)
    assert [problem.key for problem in found] == [
        "station.name", "gate.limit_c", "fingers.tries", "screen.width_mm", "screen.widht_mm",
    ]  # fmt: skip
    assert "width_mm" in ENGLISH(found[4].sentence)
    assert str(BadConfig(found)).count(str(path)) == 5


def test_a_missing_key_points_at_its_table(path: Path) -> None:
    text, _ = changed('kind = "uvc"\n', "")
    (problem,) = problems(path, text)
    assert problem.key == "devices.camera.kind"
    assert text.splitlines()[(problem.line or 0) - 1] == "[devices.camera]"


@pytest.mark.parametrize("text", ["", "# nothing\n", "[office]\n"])
def test_an_empty_file_is_never_an_empty_default(path: Path, text: str) -> None:
    assert {"station", "devices", "screen"} <= {problem.key for problem in problems(path, text)}


def test_broken_toml_gives_line_and_column(path: Path) -> None:
    (problem,) = problems(path, '[office]\nname = "x"\nregion_code == "6472"\n')
    assert (problem.line, problem.column) == (3, 14)
    (cut,) = problems(path, '[office]\nname = "Disdukcapil')
    assert (cut.line, cut.column) == (2, 20)


def test_bytes_that_are_no_text_give_line_and_column(path: Path) -> None:
    path.write_bytes(b'[office]\nname = "\xff"\n')
    with pytest.raises(BadConfig) as refused:
        load(path)
    assert (refused.value.problems[0].line, refused.value.problems[0].column) == (2, 9)


def test_a_missing_file_says_so(path: Path) -> None:
    with pytest.raises(BadConfig, match="missing"):
        load(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="cannot be opened"):
        load(tmp_path)


def test_every_key_with_a_quantity_names_its_unit() -> None:
    gate = default_text().split("[gate]")[1].split("[fingers]")[0]
    keys = [line.split(" =")[0] for line in gate.splitlines() if " = " in line]
    assert len(keys) == 12
    assert all(key.endswith(("_c", "_minutes", "_s")) or key == "readings" for key in keys)


def test_the_three_folders_are_apart() -> None:
    found = places()
    assert found.config_file.name == "station.toml"
    assert found.data != found.state


def test_a_file_from_before_queue_export_and_daily_cards_still_loads(path: Path) -> None:
    text = default_text()
    for table in ("[queue]", "[export]"):
        begin = text.index(f"\n{table}") + 1
        text = text[:begin] + text[text.index("\n\n", begin) + 2 :] if "\n\n" in text[begin:] else text[:begin]
    assert "quota" not in text
    path.write_text(text, encoding="utf-8")
    config = load(path)
    assert (config.queue.folder, config.queue.quota, config.export.folder) == ("", 100, "")
    assert config.office.cards_a_day is None


def test_a_quota_below_one_is_named_with_its_line(path: Path) -> None:
    text, line = changed("quota = 100", "quota = 0")
    (problem,) = problems(path, text)
    assert (problem.line, problem.key) == (line, "queue.quota")
