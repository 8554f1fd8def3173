"""Judging picture files on the command line: many files a call, and a bad one spoils none of the others."""

import random
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.api import Gray
from hw_sim.subjects import faces, person
from hw_sim.subjects.fingers import impression
from tests.helpers.cli import ktpel, refused


def write(path: Path, pixels: Gray) -> Path:
    assert cv2.imwrite(str(path), pixels)
    return path


@pytest.fixture
def fingers(tmp_path: Path) -> list[Path]:
    """One finger twice and another one."""
    pictures = [
        impression(person(0).finger(position), width=208, height=208, ppi=500, rng=random.Random(seed))
        for position, seed in ((2, 1), (2, 2), (3, 1))
    ]
    return [write(tmp_path / f"{number}.png", pixels) for number, pixels in enumerate(pictures)]


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    path = tmp_path / "noise.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    return path


def images(*arguments: str | Path) -> list[dict[str, object]]:
    told = ktpel(*arguments, "--json").json()["images"]
    assert isinstance(told, list)
    return told


def test_fingers_are_scored(fingers: list[Path]) -> None:
    told = images("finger", "quality", *fingers[:2], "--dpi", "508")
    assert [one["image"] for one in told] == [str(path) for path in fingers[:2]]
    assert all(isinstance(one["score"], int) and one["resolution_ppi"] == 508 for one in told)
    assert all(len(str(one["reason"]).split()) > 1 for one in told)
    assert ktpel("finger", "quality", fingers[0]).code == 0


def test_a_file_that_is_no_picture_is_named_and_the_others_are_judged(fingers: list[Path], noise: Path) -> None:
    arguments = ("finger", "quality", noise, fingers[0], noise.parent / "absent.png", noise.parent)
    assert "3" in refused(*arguments)
    told = images(*arguments)
    assert [one.get("problem") is not None for one in told] == [True, False, True, True]
    assert told[1]["score"] is not None


@pytest.mark.parametrize("command", [("finger", "quality"), ("finger", "match"), ("portrait", "check")])
def test_odd_pictures_are_answered(tmp_path: Path, command: tuple[str, str]) -> None:
    """A single pixel, a single line, 16 bits, and a header that claims four thousand million pixels."""
    header = struct.pack(">IIBBBBB", 65_000, 65_000, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in chunks)
    (tmp_path / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    write(tmp_path / "pixel.png", np.zeros((1, 1), np.uint8))
    write(tmp_path / "line.png", np.zeros((1, 500), np.uint8))
    assert cv2.imwrite(str(tmp_path / "deep.png"), np.full((300, 300), 40_000, np.uint16))
    paths = [tmp_path / f"{name}.png" for name in ("huge", "pixel", "line", "deep")]
    refused(*command, *paths)
    (bad,) = [one["image"] for one in images(*command, *paths) if "problem" in one]
    assert bad == str(tmp_path / "huge.png")


def test_a_finger_without_a_score_fails(tmp_path: Path) -> None:
    white = write(tmp_path / "white.png", np.full((300, 300), 255, np.uint8))
    refused("finger", "quality", white)
    (told,) = images("finger", "quality", white)
    assert (told["score"], told["accepted"]) == (None, False)
    assert told["cure"]


def test_fingers_are_compared_with_one_another(fingers: list[Path], noise: Path) -> None:
    matched = ktpel("finger", "match", *fingers, "--json")
    assert matched.code == 0
    pairs = matched.json()["pairs"]
    assert isinstance(pairs, list)
    assert [one["same"] for one in pairs] == [True, False, False]
    told = ktpel("finger", "match", *fingers[:2], noise, "--json")
    assert told.code == 1
    assert isinstance(told.json()["pairs"], list)
    assert "two pictures" in refused("finger", "match", fingers[0])


def test_portraits_are_judged_for_their_cloth(tmp_path: Path, noise: Path) -> None:
    face = faces.draw_face(random.Random("face 0 1"))
    portrait = write(tmp_path / "portrait.png", faces.render(face, width=640, height=480))
    red = ktpel("portrait", "check", portrait, "--json")
    assert red.code == 0, red.said
    refused("portrait", "check", portrait, "--background", "blue")
    told = images("portrait", "check", portrait, noise, "--background", "blue")
    assert [one.get("accepted") for one in told] == [False, None]
    assert told[0]["cure"] == "Use the blue cloth."
    landmarks = told[0]["landmarks"]
    assert isinstance(landmarks, list)
    assert all(isinstance(value, float) for point in landmarks for value in point)
