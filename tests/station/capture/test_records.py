"""How an impression is kept: the lossless master, and what the settings ask for beside it."""

from datetime import UTC, datetime
from random import Random

import numpy as np
import pytest

from drivers.api import DeviceInfo, FingerImage, Role
from hw_sim.subjects import person
from hw_sim.subjects.fingers import impression as press
from station.biometrics.formats import fir, picture
from station.biometrics.model import ExceptionKind, FingerPosition, Verdict
from station.capture import records
from station.capture.context import FingerCoding
from station.capture.fingers import Impression
from station.text import msg

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
INDEX = FingerPosition.RIGHT_INDEX


def impression(depth_bits: int) -> Impression:
    pixels = press(person(0).finger(2), width=256, height=288, ppi=500, rng=Random(1))
    if depth_bits == 4:
        pixels = np.asarray((pixels >> 4) * 17, np.uint8)
    image = FingerImage(pixels, 500, depth_bits, DeviceInfo(Role.FINGERPRINT, "trial", "1"))
    return Impression(image, Verdict(True, 60, msg("Good"), None), None)


@pytest.mark.parametrize("depth_bits", [4, 8])
def test_the_master_keeps_every_pixel_in_either_coding(depth_bits: int) -> None:
    one = impression(depth_bits)
    for jpeg_2000 in (False, True):
        (part,) = records.finger_parts(INDEX, one, None, NOW, False, FingerCoding(jpeg_2000=jpeg_2000))
        (read,) = fir.decode(bytes(part.data)).representations
        assert np.array_equal(read.pixels, one.image.pixels)
        assert read.depth_bits == depth_bits
        wanted = fir.Compression.JP2_LOSSLESS if jpeg_2000 and depth_bits == 8 else fir.Compression.PNG
        assert read.compression is wanted


def test_a_wsq_copy_lies_beside_an_eight_bit_master_and_never_beside_four_bits() -> None:
    coding = FingerCoding(wsq_copy=True)
    master, copy = records.finger_parts(INDEX, impression(8), None, NOW, False, coding)
    assert (master.name, copy.name) == ("finger-02.fir", "finger-02.wsq")
    assert picture.read_wsq(bytes(copy.data), 0, width=256, height=288).shape == (288, 256)
    assert len(records.finger_parts(INDEX, impression(4), None, NOW, False, coding)) == 1


def test_a_missing_finger_is_a_note_with_the_hand_that_was_seen() -> None:
    hand = np.full((48, 64, 3), 90, np.uint8)
    note, seen = records.finger_parts(INDEX, None, ExceptionKind.MISSING, NOW, False, FingerCoding(), hand)
    assert (note.name, seen.name) == ("finger-02.json", "finger-02-hand.png")
    assert bytes(seen.data).startswith(b"\x89PNG")
