"""Judging and comparing image files."""

import struct
import zlib
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest

from drivers.api import Gray
from hw_sim.subjects import person
from hw_sim.subjects.fingers import impression
from station.biometrics.commands import MatchReport, QualityReport, UnreadableImage, finger_match, finger_quality
from station.biometrics.formats import picture
from station.biometrics.nfiq2.assess import Refusal


def finger(position: int, seed: int) -> Gray:
    return impression(person(0).finger(position), width=208, height=208, ppi=500, rng=Random(seed))


def png(folder: Path, name: str, pixels: Gray, ppi: int | None = None) -> Path:
    done, data = cv2.imencode(".png", pixels)
    assert done
    content = data.tobytes()
    if ppi is not None:
        body = b"pHYs" + struct.pack(">IIB", round(ppi / 0.0254), round(ppi / 0.0254), 1)
        chunk = struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body))
        content = content[:33] + chunk + content[33:]
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_file_is_scored_at_its_own_resolution_unless_told_otherwise(tmp_path: Path) -> None:
    paths = [png(tmp_path, "plain.png", finger(2, 1)), png(tmp_path, "508.png", finger(2, 1), 508)]
    plain, stated = finger_quality(paths)
    told, _ = finger_quality(paths, ppi=508)
    assert isinstance(plain, QualityReport)
    assert isinstance(stated, QualityReport)
    assert isinstance(told, QualityReport)
    assert [report.resolution_ppi for report in (plain, stated, told)] == [500, 508, 508]
    assert {report.scored_at_ppi for report in (plain, stated, told)} == {500}
    assert stated.score == told.score
    assert len(plain.features) == 69
    assert "approximation" in plain.algorithm


def test_what_nfiq_2_refuses_has_no_score_but_a_reason_and_a_cure(tmp_path: Path) -> None:
    (report,) = finger_quality([png(tmp_path, "white.png", np.full((300, 300), 255, np.uint8))])
    assert isinstance(report, QualityReport)
    assert (report.score, report.refusal, report.verdict.accepted) == (None, Refusal.UNIFORM, False)
    assert report.verdict.cure is not None


@pytest.mark.parametrize("content", [b"", b"GIF89a not really", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_picture_is_an_answer(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.png").write_bytes(content)
    assert isinstance(finger_quality([tmp_path / "x.png"])[0], UnreadableImage)
    assert isinstance(finger_quality([tmp_path / "absent.png"])[0], UnreadableImage)


def test_every_file_is_compared_with_every_other(tmp_path: Path) -> None:
    paths = [
        png(tmp_path, f"{name}.png", finger(*which)) for name, which in {"a": (2, 1), "b": (2, 2), "c": (3, 1)}.items()
    ]
    reports = finger_match([*paths, tmp_path / "absent.png"])
    assert isinstance(reports[0], UnreadableImage)
    found = {(Path(r.first).stem, Path(r.second).stem): r.same for r in reports[1:] if isinstance(r, MatchReport)}
    assert found == {("a", "b"): True, ("a", "c"): False, ("b", "c"): False}


def test_a_wsq_file_is_judged_and_a_cut_one_is_no_picture(tmp_path: Path) -> None:
    whole, cut = tmp_path / "finger.wsq", tmp_path / "cut.wsq"
    data = picture.write_wsq(finger(2, 1))
    whole.write_bytes(data)
    cut.write_bytes(data[:-300])
    report, refused = finger_quality([whole, cut])
    assert isinstance(report, QualityReport)
    assert (report.width_px, report.height_px) == (208, 208)
    assert isinstance(refused, UnreadableImage)
