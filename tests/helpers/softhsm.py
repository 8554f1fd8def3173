"""SoftHSM2 as the token: a PKCS#11 module of its own makers, with its store in a test's folder."""

import os
import shutil
import subprocess
from pathlib import Path

import pkcs11
import pytest

from station.safekeeping.token import TokenAccess

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN, SO_PIN = "602814", "93718264"


class SoftToken:
    """A token called `label`; `unplugged` hides its store from the module, as pulling it out would."""

    def __init__(self, folder: Path, label: str = "samarinda") -> None:
        self.folder, self.label = folder, label
        self.access = TokenAccess(MODULE, label, PIN)
        self.make(label)

    def make(self, label: str) -> None:
        command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN]
        subprocess.run(command, check=True, capture_output=True, env=os.environ)
        pkcs11.lib(str(MODULE)).reinitialize()  # a module that is loaded sees no token made by another process

    def unplug(self) -> None:
        (self.folder / "tokens").rename(self.folder / "away")
        (self.folder / "tokens").mkdir()
        pkcs11.lib(str(MODULE)).reinitialize()

    def plug(self) -> None:
        (self.folder / "tokens").rmdir()
        (self.folder / "away").rename(self.folder / "tokens")


def soft_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftToken:
    """A fresh token, or the test is skipped where SoftHSM is absent."""
    if shutil.which("softhsm2-util") is None or not MODULE.exists():
        pytest.skip("SoftHSM is not installed: apt-get install softhsm2")
    folder = tmp_path / "softhsm"
    (folder / "tokens").mkdir(parents=True)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n", encoding="ascii")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    return SoftToken(folder)
