"""What is plugged in: who may open it, and the one command that cures it."""

import re
from pathlib import Path

import pytest

from drivers.api import Absence, Disconnected, DriverSettings, Fault, Faulted, Role
from drivers.discovery import USB_ADAPTERS, Candidate
from station.diagnostics.plugged import Access, access_cure, access_to, exact_cures, look
from station.text import Language, Text

RULES = Path(__file__).parents[3] / "deploy" / "60-ktpel.rules"
ENGLISH = Text(Language.ENGLISH)
OPEN = Access(True, "dialout", True, True)
PAD = Candidate("/dev/pad", "FTDI FT232R", (Role.SIGNATURE, Role.FINGERPRINT))


@pytest.mark.parametrize(
    ("access", "cure"),
    [
        (Access(False, "dialout", True, False), "Run: sudo usermod -aG dialout wulan. Then log out and in again."),
        (
            Access(False, "dialout", True, True),
            "wulan is in the group dialout since the last login. Log out and in again.",
        ),
        (Access(False, "root", True, False), "Run: sudo cp deploy/60-ktpel.rules /etc/udev/rules.d/"),
        (Access(False, "dialout", False, True), "Run: sudo cp deploy/60-ktpel.rules /etc/udev/rules.d/"),
    ],
)
def test_a_port_that_may_not_be_opened_names_the_one_command(access: Access, cure: str) -> None:
    told = access_cure(access, "wulan")
    assert told is not None
    assert ENGLISH(told).startswith(cure)
    assert access_cure(OPEN, "wulan") is None


def test_what_is_configured_is_told_apart_from_what_is_new(tmp_path: Path) -> None:
    """Also when the settings name the port by another of its names."""
    (tmp_path / "ttyUSB0").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyUSB0")
    mine = Candidate(str(tmp_path / "ttyUSB0"), "CH340", (Role.FINGERPRINT,))
    used = {Role.FINGERPRINT: DriverSettings("ef01-r307", str(tmp_path / "by-id"))}
    known, new = look((mine, PAD), used, "wulan", lambda _port, _user: OPEN)
    assert (known.configured_for, new.configured_for) == (Role.FINGERPRINT, None)
    assert look((PAD,), {}, "wulan", access_to) == ()


def test_rights_are_read_without_opening(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.touch()
    port.chmod(0o640)
    access = access_to(str(port), "wulan")
    assert access is not None
    assert (access.may_open, access.group_may) == (True, False)
    port.chmod(0o660)
    again = access_to(str(port), "wulan")
    assert again is not None
    assert again.group_may


def test_a_missing_device_is_looked_for_among_what_was_found() -> None:
    found = look((PAD,), {}, "wulan", lambda _port, _user: OPEN)
    lost = Disconnected("/dev/gone", Absence.NOT_PLUGGED)
    assert [ENGLISH(one) for one in exact_cures(Role.SIGNATURE, lost, found)] == [
        "Perhaps it is this one: /dev/pad (FTDI FT232R). Write it into the settings file."
    ]
    assert exact_cures(Role.CAMERA, lost, found) == ()
    busy = exact_cures(Role.SIGNATURE, Disconnected("/dev/pad", Absence.IN_USE), found)
    assert ENGLISH(busy[0]) == "Find the program: sudo fuser -v /dev/pad"
    assert exact_cures(Role.SIGNATURE, Faulted("/dev/pad", Fault.SILENT), found) == ()
    assert "udev" in ENGLISH(exact_cures(Role.CAMERA, Disconnected("/dev/v", Absence.NO_PERMISSION), found)[0])


def test_the_udev_rules_know_each_adapter_that_discovery_knows() -> None:
    pairs = re.findall(r'ATTRS{idVendor}=="(\w{4})", ATTRS{idProduct}=="(\w{4})"', RULES.read_text(encoding="ascii"))
    assert {(int(vendor, 16), int(product, 16)) for vendor, product in pairs} == set(USB_ADAPTERS)
