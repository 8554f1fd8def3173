"""`ktpel trace`: record a device, show its frames, refuse what is no recording."""

import json
import subprocess
import sys
from pathlib import Path

from protocols.recording import Chunk, Direction, Head, Recording, encode
from station.config import default_text
from tests.helpers.cli import ktpel, refused
from tests.hw_sim.benches import bench, port


def test_a_device_is_recorded_by_its_role_and_shown_in_words(tmp_path: Path) -> None:
    file, config = tmp_path / "reader.trace", tmp_path / "station.toml"
    with bench("ef01-r503") as running:
        place = "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_FINGER-if00-port0"
        config.write_text(default_text().replace(place, port(running, "ef01-r503")), encoding="utf-8")
        told = ktpel("trace", "record", "fingerprint", file, "--seconds", "1", "--config", config, "--json")
    assert (told.code, told.json()["outcome"]) == (0, "image")
    shown = ktpel("trace", "show", file, "--json").json()["frames"]
    assert isinstance(shown, list)
    said = [one["words"] for one in shown]
    assert said[0] == "VfyPwd"
    assert said.count("data, 256 bytes") == 71
    plain = ktpel("trace", "show", file)
    assert plain.code == 0
    assert "EF 01 FF FF FF FF 01 00 07 13 00 00 00 00 00 1B" in plain.said
    with subprocess.Popen(
        [sys.executable, "-m", "hw_sim", "replay", str(file), "--json"], stdout=subprocess.PIPE, text=True
    ) as simulator:
        assert simulator.stdout is not None
        at = json.loads(simulator.stdout.readline())["port"]
        again = ktpel("trace", "record", "ef01-r503", tmp_path / "again", "--port", at, "--seconds", "5", "--json")
        simulator.terminate()
    assert again.json()["outcome"] == "image"
    lost = subprocess.run(
        [sys.executable, "-m", "hw_sim", "replay", str(config)], capture_output=True, text=True, check=False
    )
    assert (lost.returncode, "cannot be replayed: line 1" in lost.stderr) == (2, True)


def test_a_device_is_recorded_by_kind_and_port(tmp_path: Path) -> None:
    with bench("mcu90615") as running:
        told = ktpel("trace", "record", "mcu90615", tmp_path / "t", "--port", port(running, "mcu90615"), "--seconds",
                     "1")  # fmt: skip
    assert told.code == 0
    assert "ended with: reading" in told.said


def test_what_cannot_be_recorded_is_refused_in_a_sentence(tmp_path: Path) -> None:
    config = tmp_path / "station.toml"
    config.write_text(default_text(), encoding="utf-8")
    assert "fingerprint, camera" in refused("trace", "record", "toaster", tmp_path / "t", "--config", config)
    assert "no serial line" in refused("trace", "record", "camera", tmp_path / "t", "--config", config)
    assert "none of" in refused("trace", "record", "toaster", tmp_path / "t", "--port", "/dev/ttyNONE")
    assert not (tmp_path / "t").exists()


def test_what_is_no_recording_is_refused_by_line(tmp_path: Path) -> None:
    file = tmp_path / "some.trace"
    assert "cannot be used" in refused("trace", "show", file)
    file.write_bytes(b"\xff\xfe")
    assert "no whole recording" in refused("trace", "show", file)
    whole = encode(Recording(Head("topaz", 19_200), (Chunk(0.0, Direction.RECEIVED, 19_200, b"x"),)))
    file.write_text(whole.replace('"received"', '"sideways"'), encoding="utf-8")
    assert "line 2" in refused("trace", "show", file)
