"""An opened case as one ANSI/NIST file, as a summary and as pictures."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.api import PadSize, PenPoint
from station.biometrics.formats import fac, fir, sdi
from station.biometrics.formats.blocks import QualityBlock
from station.biometrics.model import FingerPosition
from station.receiver.opening import OpenedCase, open_bundles
from station.safekeeping import cbor
from station.safekeeping.vault import Part, Sealed, Vault
from tests.helpers.sealing import TrialStation

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
FIR, FAC, SDI = (f"application/x-iso-19794-{part}" for part in (4, 5, 7))
BIODATA = {"nik": "6472035708090001", "name": "SITI", "birth_place": "SAMARINDA", "ground_reason": None}
INK = [PenPoint(10.0, 10.0, 1.0, True, 0.0), PenPoint(20.0, 12.0, 1.0, True, 0.5)]


def impression(position: FingerPosition, grey: int) -> bytes:
    pixels = np.full((6, 4), grey * 17, np.uint8)
    one = fir.FingerRepresentation(position, NOW, pixels, 508, 508, 4, (QualityBlock(grey * 5),))
    return fir.encode(fir.FingerRecord((one,)))


class Counter:
    """Seals items as the station does and remembers which bundle counts."""

    def __init__(self, vault: Vault) -> None:
        self.vault, self.case = vault, vault.begin_case("BPN-0001")
        self.items: dict[str, str] = {}

    def seal(self, name: str, media_type: str, data: bytes) -> None:
        sealed = self.vault.seal_segment(self.case, name.split(".")[0], [Part(name, media_type, data)], False)
        assert isinstance(sealed, Sealed)
        self.items[name.split(".")[0]] = sealed.bundle_id

    def note(self, name: str, /, **value: object) -> None:
        self.seal(name, "application/json", json.dumps(value).encode())

    def close(self) -> None:
        items: list[cbor.Value] = [{"item": key, "bundle": bundle} for key, bundle in sorted(self.items.items())]
        biodata = Part("biodata.json", "application/json", json.dumps(BIODATA).encode())
        assert isinstance(self.vault.close_case(self.case, {"items": items}, [biodata], False), Sealed)
        self.vault.close()


@pytest.fixture
def station(tmp_path: Path) -> TrialStation:
    station = TrialStation(tmp_path)
    station.provision()
    return station


def opened(station: TrialStation, *, pictures: bool = False) -> tuple[OpenedCase, Path]:
    report = open_bundles(station.bundles, station.keyring(), station.secret(), station.root / "out", pictures=pictures)
    assert report.complete
    (case,) = report.cases
    assert case.folder is not None
    return case, case.folder


def whole_case(counter: Counter) -> None:
    counter.note("biodata.json", **(BIODATA | {"name": "SITY"}))
    photo = fac.FacePhoto(NOW, fac.photo_png(np.full((4, 3, 3), 90, np.uint8)), 3, 4, quality=(QualityBlock(71),))
    counter.seal("photo.fac", FAC, fac.encode(fac.FaceRecord((photo,))))
    counter.seal("finger-02.fir", FIR, impression(FingerPosition.RIGHT_INDEX, 3))
    counter.seal("finger-01.fir", FIR, impression(FingerPosition.RIGHT_THUMB, 9))
    counter.note("finger-10.json", position=10, exception="missing")
    counter.note("finger-09.json", position=9, exception="bandaged")
    counter.seal("confirmation-02.fir", FIR, impression(FingerPosition.RIGHT_INDEX, 5))
    counter.seal("finger-02.fir", FIR, impression(FingerPosition.RIGHT_INDEX, 13))
    counter.seal("signature.sdi", SDI, sdi.encode(INK, PadSize(110.0, 40.0, 16.0)))
    del counter.items["biodata"]
    counter.close()


def test_a_case_is_one_file_of_the_records_that_count(station: TrialStation) -> None:
    """Read by its separators and tags alone: one impression a finger, the newest biodata, no confirmation."""
    whole_case(Counter(station.unlock()))
    case, folder = opened(station)
    assert case.summary is not None
    assert case.summary.whole
    data = (folder / "case.an2").read_bytes()
    assert b"1.003:1\x1f7\x1e2\x1f00\x1e10\x1f01\x1e14\x1f02\x1e14\x1f03\x1e14\x1f04\x1e14\x1f05\x1e8\x1f06\x1d" in data
    assert b"1.008:balikpapan-1\x1d1.009:BPN-0001\x1d" in data
    assert b"\x1d2.003:6472035708090001\x1d2.004:SITI\x1d2.005:SAMARINDA\x1c" in data
    assert b"SITY" not in data
    assert re.findall(rb"14\.013:(\d+)", data) == [b"1", b"2", b"9", b"10"]
    assert re.findall(rb"14\.024:\d+\x1f(\d+)", data) == [b"45", b"65"]
    assert re.findall(rb"14\.018:(\d+\x1f..)", data) == [b"9\x1fUP", b"10\x1fXX"]
    assert (folder / "case.an2").stat().st_mode & 0o077 == 0


def test_the_summary_says_what_each_record_is_and_nothing_of_whom(station: TrialStation) -> None:
    whole_case(Counter(station.unlock()))
    case, folder = opened(station)
    text = (folder / "summary.txt").read_text()
    assert "0000000003-segment/finger-02.fir: right index finger, 4 x 6, 508 dpi, 4 bits, quality 15 *" in text
    assert "0000000008-segment/finger-02.fir: right index finger, 4 x 6, 508 dpi, 4 bits, quality 65\n" in text
    assert "confirmation-02.fir: Confirmed: right index finger" in text
    assert "finger-10.json: left little finger, no picture: missing" in text
    assert "photo.fac: photo, 3 x 4, colour, quality 71" in text
    assert "signature.sdi: signature, 110 x 40 mm, 2 points in 0.5 s" in text
    told = json.loads((folder / "summary.json").read_text())
    assert told["case_file"] == "case.an2"
    assert [one["kind"] for one in told["records"] if one["replaced"]] == ["biodata", "finger"]
    assert not any(secret in text + json.dumps(told) for secret in ("SITI", "6472035708090001"))
    assert "6472035708090001" not in repr(case.summary)


def test_pictures_are_written_only_when_asked_for(station: TrialStation) -> None:
    whole_case(Counter(station.unlock()))
    _, folder = opened(station, pictures=True)
    names = sorted(path.name for path in (folder / "pictures").iterdir())
    assert names == [
        "02-photo.png",
        "03-finger-02.png",
        "04-finger-01.png",
        "07-confirmation-02.png",
        "08-finger-02.png",
    ]
    finger = cv2.imread(str(folder / "pictures" / "08-finger-02.png"), cv2.IMREAD_GRAYSCALE)
    assert finger is not None
    assert finger.shape == (6, 4)
    assert int(finger[0, 0]) == 13 * 17


def test_a_record_that_cannot_be_read_is_named_and_no_case_file_hides_it(station: TrialStation) -> None:
    counter = Counter(station.unlock())
    counter.seal("finger-01.fir", FIR, impression(FingerPosition.RIGHT_THUMB, 9)[:-3])
    counter.close()
    case, folder = opened(station)
    assert case.summary is not None
    assert not case.summary.whole
    assert not (folder / "case.an2").exists()
    assert not (folder / "pictures").exists()
    assert (
        "0000000001-segment/finger-01.fir: not readable, byte 8: record length" in (folder / "summary.txt").read_text()
    )


def test_a_note_of_another_shape_is_a_record_that_cannot_be_read(station: TrialStation) -> None:
    counter = Counter(station.unlock())
    counter.note("finger-11.json", position=11, exception="missing")
    counter.close()
    case, _ = opened(station)
    assert case.summary is not None
    assert [record.path for record in case.summary.records if record.bad] == ["0000000001-segment/finger-11.json"]


def test_an_applicant_who_cannot_sign_has_a_file_without_signature(station: TrialStation) -> None:
    counter = Counter(station.unlock())
    counter.note("signature.json", signature=None)
    counter.close()
    case, folder = opened(station)
    assert case.summary is not None
    assert case.summary.whole
    assert b"1.003:1\x1f1\x1e2\x1f00\x1d" in (folder / "case.an2").read_bytes()
