"""From configuration to drivers."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.api import DriverSettings, Role
from drivers.camera_uvc import UvcCamera
from drivers.camera_vc0706 import Vc0706Camera
from drivers.discovery import Candidate, camera_candidates, serial_candidates
from drivers.factory import KINDS, make, make_all
from drivers.fingerprint_ef01 import Ef01Reader
from drivers.fingerprint_sfm import SfmReader
from drivers.signature_isdv4 import Isdv4Pad
from drivers.signature_topaz import TopazPad
from drivers.temperature_mcu90615 import Mcu90615Sensor
from drivers.temperature_pyrousb import PyroUsbSensor

EXPECTED = {
    "ef01-r307": Ef01Reader,
    "ef01-r503": Ef01Reader,
    "sfm5020": SfmReader,
    "isdv4": Isdv4Pad,
    "topaz": TopazPad,
    "mcu90615": Mcu90615Sensor,
    "pyrousb": PyroUsbSensor,
    "uvc": UvcCamera,
    "vc0706": Vc0706Camera,
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_kind_has_its_driver(kind: str) -> None:
    assert type(make(DriverSettings(kind, "/dev/null"))) is EXPECTED[kind]
    assert set(KINDS) == set(EXPECTED)


def test_a_station_has_one_driver_a_role() -> None:
    kinds = {Role.FINGERPRINT: "ef01-r503", Role.CAMERA: "uvc", Role.SIGNATURE: "topaz", Role.TEMPERATURE: "mcu90615"}
    settings = {role: DriverSettings(kind, f"/dev/{role.value}") for role, kind in kinds.items()}
    drivers = make_all(settings)
    assert type(drivers.fingerprint) is Ef01Reader
    assert type(drivers.camera) is UvcCamera
    with pytest.raises(ValueError, match="none of ef01"):
        make_all(settings | {Role.FINGERPRINT: DriverSettings("topaz", "/dev/null")})
    with pytest.raises(ValueError, match="no device configured for camera"):
        make_all({role: one for role, one in settings.items() if role is not Role.CAMERA})


def test_an_unknown_kind_and_a_wrong_option_are_refused() -> None:
    with pytest.raises(ValueError, match="kind nonsense"):
        make(DriverSettings("nonsense", "/dev/null"))
    with pytest.raises(ValueError, match="password"):
        make(DriverSettings("ef01-r307", "/dev/null", options={"password": 1.5}))


@dataclass
class Port:
    device: str
    vid: int | None
    pid: int | None
    description: str


def test_serial_ports_are_listed_by_the_name_that_stays(tmp_path: Path) -> None:
    device = tmp_path / "ttyUSB0"
    device.touch()
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    stable = by_id / "usb-FTDI_FT232R_A50285BI-if00-port0"
    stable.symlink_to(device)
    ports = [
        Port(str(device), 0x0403, 0x6001, "FT232R"),
        Port("/dev/ttyS0", None, None, "n/a"),
        Port("/dev/ttyACM9", 0x1234, 0x5678, "Something"),
    ]
    found = {candidate.port: candidate for candidate in serial_candidates(by_id, ports)}
    assert found[str(stable)].roles[0] is Role.SIGNATURE
    assert found["/dev/ttyACM9"].label == "Something"
    assert len(found) == 2


def test_only_the_picture_stream_of_a_camera_is_listed(tmp_path: Path) -> None:
    for index in (0, 1):
        (tmp_path / f"video{index}").touch()
        (tmp_path / f"usb-Acme_Cam-video-index{index}").symlink_to(tmp_path / f"video{index}")
    expected = Candidate(str(tmp_path / "usb-Acme_Cam-video-index0"), "usb-Acme_Cam", (Role.CAMERA,))
    assert camera_candidates(tmp_path) == (expected,)
    assert camera_candidates(tmp_path / "none") == ()
