"""What is plugged in: who may open it, and the one command that cures it."""

import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.api import Absence, Disconnected, DriverSettings, Fault, Faulted, Role
from drivers.discovery import USB_ADAPTERS, Candidate, hid_pads, holders, runs, serial_candidates
from drivers.probing import Answer
from station.config import Devices
from station.diagnostics.plugged import (
    Access,
    access_cure,
    access_to,
    busy_cures,
    exact_cures,
    look,
    machine_cures,
    proposal,
)
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


RULE = re.compile(
    r'(GOTO|LABEL|ACTION|SUBSYSTEM|SUBSYSTEMS|GROUP|MODE|ENV{\w+}|ATTRS{\w+})(==|=)"[^"]+"(, |$)', re.ASCII
)


def test_the_udev_rules_are_pairs_of_known_keys_and_each_jump_has_its_label() -> None:
    lines = [line for line in RULES.read_text(encoding="ascii").splitlines() if line and not line.startswith("#")]
    for line in lines:
        assert RULE.sub("", line) == "", line
    text = "\n".join(lines)
    assert set(re.findall(r'GOTO="(\w+)"', text)) == set(re.findall(r'LABEL="(\w+)"', text))
    assert re.search(r'GROUP=="|MODE=="|ACTION="|SUBSYSTEM="', text) is None


@pytest.mark.services
def test_udev_itself_finds_nothing_wrong_with_the_rules() -> None:
    udevadm = shutil.which("udevadm")
    if udevadm is None:
        pytest.skip("no udevadm on this machine")
    version = subprocess.run([udevadm, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.split()[0]) < 254:
        pytest.skip("this udevadm is too old to verify rules")
    done = subprocess.run([udevadm, "verify", str(RULES)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class Port:
    device: str
    vid: int | None
    pid: int | None
    description: str = "USB serial"


def test_an_adapter_without_its_own_serial_number_goes_by_its_socket(tmp_path: Path) -> None:
    by_id, by_path = tmp_path / "by-id", tmp_path / "by-path"
    by_id.mkdir()
    by_path.mkdir()
    for name in ("ttyUSB0", "ttyUSB1", "ttyUSB2"):
        (tmp_path / name).touch()
    (by_id / "usb-1a86-if00").symlink_to(tmp_path / "ttyUSB0")
    (by_path / "pci-0").symlink_to(tmp_path / "ttyUSB0")
    (by_path / "pci-1").symlink_to(tmp_path / "ttyUSB1")
    ports = [Port(str(tmp_path / f"ttyUSB{number}"), 0x1A86, 0x7523) for number in range(3)]
    found = {Path(one.port).name: one.stable for one in serial_candidates(by_id, ports, by_path)}
    assert found == {"usb-1a86-if00": True, "pci-1": True, "ttyUSB2": False}
    (told,) = look((Candidate("/dev/null", "x", (), stable=False),), {}, "wulan", lambda _port, _user: OPEN)
    assert "no lasting name" in ENGLISH(told.advice[0])


def test_a_port_that_a_program_has_open_names_the_program(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.touch()
    assert holders(str(port)) == ()
    with port.open(encoding="ascii"):
        ((process, name),) = holders(str(port))
    assert process == os.getpid()
    assert runs(name)
    assert not runs("no such program")
    assert [ENGLISH(one) for one in busy_cures(((7, "minicom"),))] == [
        "The program minicom uses it. Close it, or run: sudo kill 7"
    ]
    assert "60-ktpel.rules" in ENGLISH(busy_cures(((8, "ModemManager"),))[0])


def test_modem_manager_is_told_until_the_rules_are_installed() -> None:
    assert "ModemManager" in ENGLISH(machine_cures(True, False, ())[0])
    assert machine_cures(True, True, ()) == machine_cures(False, False, ()) == ()


def test_a_pad_that_speaks_hid_is_told_apart_from_one_that_can_be_used(tmp_path: Path) -> None:
    for name, vendor in (("1-1", "06a8"), ("1-2", "0403")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "idVendor").write_text(vendor + "\n", encoding="ascii")
    (tmp_path / "1-1" / "product").write_text("SigLite HSB\n", encoding="ascii")
    (tmp_path / "usb1").mkdir()
    assert hid_pads(tmp_path) == ("Topaz SigLite HSB",)
    assert hid_pads(tmp_path / "none") == ()
    assert "cannot be used" in ENGLISH(machine_cures(False, True, hid_pads(tmp_path))[0])


def test_what_answered_is_proposed_as_settings_that_can_be_read() -> None:
    answers = (
        Answer("/dev/serial/by-id/a", "ef01-r503", 57_600),
        Answer("/dev/serial/by-id/b", "topaz", 19_200),
        Answer("/dev/serial/by-id/c", "mcu90615", 115_200),
        Answer("/dev/serial/by-id/d", "sfm5020", 115_200),
    )
    text = proposal(answers, (Candidate("/dev/v4l/by-id/cam", "cam", (Role.CAMERA,)),))
    devices = Devices.model_validate(tomllib.loads(text)["devices"])
    assert {role: one.kind for role, one in devices.settings().items()} == {
        Role.FINGERPRINT: "ef01-r503",
        Role.CAMERA: "uvc",
        Role.SIGNATURE: "topaz",
        Role.TEMPERATURE: "mcu90615",
    }
    assert "# [devices.camera]: nothing was found" in proposal(answers, ())
