"""Every status a device can have is said in words, with what to try."""

from itertools import pairwise

import pytest

from drivers.api import Absence, Busy, DeviceInfo, DeviceStatus, Disconnected, Fault, Faulted, Ready, Role
from station.diagnostics.sentences import DEVICE_NAMES, cures, device_sentence
from station.text import Language, Text

ENGLISH = Text(Language.ENGLISH)
TROUBLE: list[DeviceStatus] = [
    *(Disconnected("/dev/ttyUSB7", why) for why in Absence),
    *(Faulted("/dev/ttyUSB7", fault, "code 29") for fault in Fault),
]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("status", TROUBLE, ids=str)
def test_trouble_names_the_device_and_a_first_cure(status: DeviceStatus, role: Role) -> None:
    sentence, cure = device_sentence(status, role)
    assert ENGLISH(sentence).startswith(ENGLISH(DEVICE_NAMES[role]))
    assert cure is not None
    assert cures(status)[0] == cure
    for shown in (sentence, cure):
        text = ENGLISH(shown)
        assert text.endswith(".")
        assert "ttyUSB7" not in text
        assert not any(digit in text for digit in "0123456789")


def test_no_two_troubles_sound_the_same() -> None:
    sentences = sorted(ENGLISH(device_sentence(status, Role.CAMERA)[0]) for status in TROUBLE)
    assert all(one != other for one, other in pairwise(sentences))


def test_a_ready_or_unasked_device_needs_no_cure() -> None:
    info = DeviceInfo(Role.CAMERA, "UVC", "/dev/video0")
    assert [device_sentence(status, Role.CAMERA)[1] for status in (None, Ready(info))] == [None, None]
    assert ENGLISH(device_sentence(Ready(info), Role.CAMERA)[0]) == "The camera is ready."
    assert device_sentence(Busy(info), Role.CAMERA)[1] is not None


def test_an_unplugged_device_is_plugged_in_first() -> None:
    assert "cable" in ENGLISH(cures(Disconnected("p", Absence.NOT_PLUGGED))[0])
    assert "program" in ENGLISH(cures(Disconnected("p", Absence.IN_USE))[0])
    assert "password" in ENGLISH(cures(Faulted("p", Fault.PASSWORD))[0])
