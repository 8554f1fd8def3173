"""`ktpel-sim` as its users start it: what it prints, what it obeys, what it leaves behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from hw_sim.control import Director
from tests.hw_sim.benches import ask, bench, client

Records = dict[str, dict[str, str]]


@contextmanager
def simulator(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], Records]]:
    """The program, and what it says of each device."""
    devices = arguments[: _first_option(arguments)]
    program = subprocess.Popen(
        [sys.executable, "-m", "hw_sim", *arguments, "--json", "--line-rate", "unlimited"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    try:
        records = [json.loads(program.stdout.readline()) for _ in devices]
        yield program, {record["device"]: record for record in records}
    finally:
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
        program.stdout.close()


def _first_option(arguments: tuple[str, ...]) -> int:
    return next((at for at, word in enumerate(arguments) if word.startswith("--")), len(arguments))


def test_sigterm_leaves_no_pty_socket_or_link(tmp_path: Path) -> None:
    links, socket = tmp_path / "links", tmp_path / "control.sock"
    with simulator("topaz", "mcu90615", "--links", str(links), "--control", str(socket)) as (_, records):
        assert records["mcu90615"]["port"] == str(links / "mcu90615")
        ptys = [str((links / name).readlink()) for name in ("topaz", "mcu90615")]
        assert all(Path(pty).exists() for pty in ptys)
        assert socket.exists()
    assert list(links.iterdir()) == []
    assert not socket.exists()
    assert not any(Path(pty).exists() for pty in ptys)


def test_a_link_stays_the_same_over_a_replug(tmp_path: Path) -> None:
    socket = tmp_path / "control.sock"
    with simulator("mcu90615", "--links", str(tmp_path), "--control", str(socket)) as (_, records):
        place = records["mcu90615"]["port"]
        ask(socket, do="fault", device="mcu90615", fault="unplugged", on=True)
        assert not Path(place).exists()
        ask(socket, do="fault", device="mcu90615", fault="unplugged", on=False)
        with client(place, 115200) as host:
            assert host.ask("A515BA", 9).startswith("5a5a4504")


def test_opencv_reads_the_camera_and_its_troubles(tmp_path: Path) -> None:
    socket = tmp_path / "control.sock"
    with simulator("uvc", "--control", str(socket)) as (_, records):
        camera = cv2.VideoCapture(records["uvc"]["url"])
        try:
            frames = [camera.read() for _ in range(3)]
            assert all(good for good, _ in frames)
            assert frames[0][1].shape == (720, 1280, 3)
            assert np.any(frames[1][1] != frames[2][1])
            ask(socket, do="fault", device="uvc", fault="camera_frozen", on=True)
            assert any(np.array_equal(camera.read()[1], camera.read()[1]) for _ in range(10))
            ask(socket, do="fault", device="uvc", fault="camera_frozen", on=False)
            ask(socket, do="fault", device="uvc", fault="camera_black", on=True)
            assert any(float(camera.read()[1].mean()) < 3.0 for _ in range(30))
            ask(socket, do="fault", device="uvc", fault="unplugged", on=True)
            assert not all(camera.read()[0] for _ in range(60))
        finally:
            camera.release()
        reply = ask(socket, do="fault", device="uvc", fault="plugged", on=True)
        assert reply["ok"]
        again = cv2.VideoCapture(records["uvc"]["url"])
        assert again.read()[0], "the same address as before"
        again.release()


def test_an_unknown_device_is_refused_with_a_sentence() -> None:
    done = subprocess.run([sys.executable, "-m", "hw_sim", "toaster"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no device 'toaster'" in done.stderr


def test_requests_change_the_scene_and_bad_ones_change_nothing() -> None:
    with bench("topaz") as running:
        director = Director(running)

        def reply(text: str) -> dict[str, object]:
            answer = json.loads(director.answer(text.encode()))
            assert isinstance(answer, dict)
            return answer

        assert reply('{"do": "subject", "number": 3}')["subject"] == 3
        finger = reply('{"do": "finger", "position": 7, "pressure": 0.1, "dx_mm": 2}')["finger"]
        assert isinstance(finger, dict)
        assert (finger["position"], finger["pressure"], finger["dx_mm"]) == (7, 0.1, 2.0)
        assert reply('{"do": "temperature", "mode": "fever"}')["temperature"] == "fever"
        assert reply('{"do": "pen", "mode": "line"}')["pen"] == "line"
        assert reply('{"do": "face", "glasses": true, "background": "blue"}')["ok"]
        before = reply('{"do": "state"}')
        for wrong in (
            "nonsense",
            "[]",
            '{"do": "dance"}',
            '{"do": "subject", "number": -1}',
            '{"do": "finger", "position": 11}',
            '{"do": "finger", "position": 2, "pressure": 7}',
            '{"do": "face", "glasses": 1}',
            '{"do": "face", "background": "plaid"}',
            '{"do": "temperature", "mode": "boiling"}',
            '{"do": "pen", "mode": "dance"}',
            '{"do": "fault", "device": "topaz", "fault": "camera_black", "on": true}',
        ):
            answer = reply(wrong)
            assert not answer["ok"]
            assert str(answer["error"]).endswith(".")
        assert reply('{"do": "state"}') == before
