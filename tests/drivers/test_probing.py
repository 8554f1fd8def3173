"""An unknown port is asked in every protocol, and a device is told by its own answer alone."""

from pathlib import Path
from threading import Thread

import pytest

from drivers.api import Absence, Disconnected, Role
from drivers.probing import _QUESTIONS, Answer, ask_port
from hw_sim.server import SerialPost
from tests.drivers.scripted import scripted
from tests.hw_sim.benches import bench, port


@pytest.mark.parametrize(
    ("device", "kind", "baud"),
    [
        ("ef01-r307", "ef01-r307", 57_600),
        ("ef01-r503", "ef01-r503", 57_600),
        ("sfm5020", "sfm5020", 115_200),
        ("mcu90615", "mcu90615", 115_200),
        pytest.param("mcu90614", "mcu90615", 9_600, marks=pytest.mark.long),
        pytest.param("vc0706", "vc0706", 38_400, marks=pytest.mark.long),
        ("pyrousb", "pyrousb", 9_600),
        pytest.param("miniusb", "pyrousb", 9_600, marks=pytest.mark.long),
        ("isdv4", "isdv4", 19_200),
    ],
)
def test_each_device_is_found_by_its_own_answer(device: str, kind: str, baud: int) -> None:
    with bench(device, real=True) as running:
        at = port(running, device)
        found = ask_port(at)
        assert isinstance(found, Answer)
        assert (found.port, found.kind) == (at, kind)
        post = running.posts[device]
        assert isinstance(post, SerialPost)
        assert found.baud == post.line.baud
        assert found.baud == baud or device == "isdv4"


def test_a_pad_that_cannot_be_asked_is_found_by_the_pen() -> None:
    with scripted({}) as device:
        stream = [bytes.fromhex("c152095b07")] * 40
        pen = Thread(target=lambda: device.send(*stream))
        pen.start()
        found = ask_port(device.port)
        pen.join()
    assert isinstance(found, Answer)
    assert (found.kind, found.role) == ("topaz", Role.SIGNATURE)


@pytest.mark.long
def test_nobody_is_found_where_something_else_talks_or_echoes() -> None:
    """A console that echoes each byte gives every protocol its own question back: none of them is an answer."""
    requests = [question.request for question in _QUESTIONS]
    with scripted({request: [request] for request in requests}) as device:
        assert ask_port(device.port) is None
        assert set(device.asked) == set(requests)


def test_a_port_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    assert ask_port(str(tmp_path / "none")) == Disconnected(str(tmp_path / "none"), Absence.NOT_PLUGGED)
