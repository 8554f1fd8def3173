"""Invented facts for every screen in every state: the gallery draws them, the tests measure them.

The pictures are obviously drawn; nobody is shown. The numbers belong to nobody.
"""

from dataclasses import replace
from datetime import UTC, datetime
from math import cos, pi, sin

import numpy as np

from drivers.api import (
    Absence,
    DeviceInfo,
    Disconnected,
    Fault,
    Faulted,
    Gray,
    PadSize,
    PenPoint,
    Ready,
    Role,
)
from station.biometrics.model import CAPTURE_ORDER, CHIP_FINGERS, ExceptionKind, FingerPosition, Verdict
from station.capture.facts import (
    CaseFacts,
    DeskFacts,
    DeviceFacts,
    FingerFacts,
    FingersFacts,
    LiveFrame,
    LoginFacts,
    OpenCaseFacts,
    PhotoFacts,
    QueueEntry,
    QueueFacts,
    ReviewItem,
    SealedItem,
    SelfTest,
    ShiftFacts,
    SignatureFacts,
    Step,
    TemperatureTrace,
)
from station.diagnostics.sentences import DEVICE_NAMES
from station.health.model import WIPED, Checklist, Item, ItemState, Measurement, Person
from station.registry.model import Ground, OfficerCard, RoleOfOfficer
from station.text import Message, msg
from ui.presenters.photo import Picture
from ui.presenters.words import FINGER, ITEM, REASON

NOW_S = 1000.0
OFFICERS = (
    OfficerCard("p-01", "Rahmawati", RoleOfOfficer.OFFICER),
    OfficerCard("p-02", "Yohanes Lalo", RoleOfOfficer.OFFICER),
    OfficerCard("s-01", "Siti Norbaiti", RoleOfOfficer.SUPERVISOR),
    OfficerCard("t-01", "Dedy Kurniawan", RoleOfOfficer.TECHNICIAN),
)
GOOD = Verdict(True, 74, msg("The impression is good."), None)
GOOD_PHOTO = Verdict(True, 82, msg("The portrait is good."), None)
GOOD_INK = Verdict(True, 90, msg("The signature is complete."), None)
POOR = Verdict(
    False,
    23,
    msg("Only the tip of the finger is on the reader."),
    msg("Lay the finger flat, the soft pad on the glass."),
)
ASIDE = Verdict(False, 38, msg("The face is at the side."), msg("Move to the middle."))
SIZE = PadSize(101.6, 76.2, 10.0)


def drawn_finger(seed: int = 3) -> Gray:
    """Rings, (288, 256) uint8: the look of an impression, nobody's finger."""
    y, x = np.mgrid[0:288, 0:256].astype(np.float64)
    cx, cy = 122 + 4 * seed, 150 - 3 * seed
    radius = np.hypot((x - cx) * 1.1, (y - cy) * 0.85) + 6 * np.sin((x + y) / 41 + seed)
    ridges = 150 + 90 * np.cos(radius * 2 * pi / 9)
    inside = ((x - 128) / 104) ** 2 + ((y - 146) / 138) ** 2 < 1
    return np.where(inside, ridges, 250).astype(np.uint8)


def drawn_face(height: int = 480, width: int = 640, shift: int = 0) -> Picture:
    """A drawn head on a red ground, (height, width, 3) uint8 BGR."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    unit = height / 480
    cx, cy = width / 2 + shift * unit, height * 0.46
    picture = np.full((height, width, 3), (52, 40, 190), np.uint8)

    def ellipse(dx: float, dy: float, rx: float, ry: float, colour: tuple[int, int, int]) -> None:
        where = ((x - cx - dx * unit) / (rx * unit)) ** 2 + ((y - cy - dy * unit) / (ry * unit)) ** 2 < 1
        picture[where] = colour

    ellipse(0, 270, 190, 130, (120, 84, 52))
    ellipse(0, 118, 50, 70, (140, 172, 216))
    ellipse(0, -22, 108, 140, (40, 36, 38))
    ellipse(0, 8, 94, 124, (150, 184, 226))
    for side in (-38, 38):
        ellipse(side, -8, 15, 8, (250, 250, 250))
        ellipse(side, -8, 7, 7, (40, 40, 40))
        ellipse(side, -30, 22, 4, (48, 44, 46))
    ellipse(0, 26, 9, 16, (128, 160, 204))
    ellipse(0, 66, 30, 7, (96, 96, 180))
    return picture


def drawn_ink() -> tuple[PenPoint, ...]:
    """Two strokes that look like writing."""
    points: list[PenPoint] = []
    for stroke, (left, height) in enumerate(((12.0, 14.0), (52.0, 9.0))):
        for place in range(60):
            turn = place / 60 * 5 * pi
            pressure = 0.35 + 0.3 * (1 + sin(turn))
            x, y = left + place * 0.55 + 3 * sin(turn), 42 + height * cos(turn) * (1 - place / 90)
            points.append(PenPoint(x, y, min(pressure, 1.0), place < 59, NOW_S + stroke + place / 60))
    return tuple(points)


def shift(held: int = 0, measuring: bool = False) -> ShiftFacts:
    """The start of a shift with the first `held` items done."""
    wanted = (Item.OFFICER_TEMPERATURE, *WIPED.values())
    items = []
    for place, item in enumerate(wanted):
        done = place < held
        words = msg("Officer: {value} °C", value=36.4) if done else msg("Officer's temperature not measured yet")
        items.append(ItemState(item, done, words, None if done else msg("Measure the officer's forehead.")))
    return ShiftFacts(tuple(items), measuring, held == len(wanted))


def self_tests(passed: int = 4, well: bool = True) -> tuple[SelfTest, ...]:
    """Self-tests of which the first `passed` have come back; the second one failed when not `well`."""
    found = []
    for place, role in enumerate(Role):
        bad = not well and place == 1
        sentence = msg("{device} is plugged in and does not answer.", device=DEVICE_NAMES[role])
        if not bad:
            sentence = msg("{device} is ready.", device=DEVICE_NAMES[role])
        cure = msg("Pull its cable out, count to five, plug it in again.") if bad else None
        found.append(SelfTest(role, None if place >= passed else not bad, sentence, cure))
    return tuple(found)


def queue(count: int = 12) -> QueueFacts:
    """Invented applicants."""
    names = ("AMELIA CONTOH", "BUDI CONTOH", "CITRA CONTOH", "DODI CONTOH", "ENDAH CONTOH", "FAJAR CONTOH")
    grounds = (Ground.SCHOOL, Ground.HOSPITAL, None, Ground.BPJS)
    entries = tuple(
        QueueEntry(f"q{i}", f"A-{101 + i}", f"{names[i % 6]} {'I' * (1 + i // 6)}", grounds[i % 4], int(i == 1))
        for i in range(count)
    )
    return QueueFacts(
        entries, (msg("The folder of the online applications cannot be read. Check the connection to it."),)
    )


def open_cases(count: int = 2) -> tuple[OpenCaseFacts, ...]:
    """Cases of before the power cut."""
    begun_at = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)
    return tuple(OpenCaseFacts(f"6472-20261124-{7 - i:04d}", begun_at, sealed(5 - 2 * i)) for i in range(count))


def review(exceptions: bool = True) -> tuple[ReviewItem, ...]:
    """Every item of a recording, in its order."""
    items = [ReviewItem(msg("Photo"), msg("Good"), False, False, Role.CAMERA)]
    for place, position in enumerate(CAPTURE_ORDER):
        by_exception = exceptions and place == 3
        detail = REASON[ExceptionKind.BANDAGED] if by_exception else msg("Quality {score} of 100", score=61 + place)
        items.append(
            ReviewItem(
                FINGER[position],
                detail,
                False,
                by_exception,
                Role.FINGERPRINT,
                position,
                "s-01" if by_exception else None,
            )
        )
    for position in CHIP_FINGERS:
        items.append(
            ReviewItem(msg("Once more: {finger}", finger=FINGER[position]), msg("Confirmed"), False, False, None)
        )
    items.append(ReviewItem(msg("Signature"), msg("Good"), False, False, Role.SIGNATURE))
    return tuple(items)


def trace(object_c: float = 36.3) -> TemperatureTrace:
    """Half a minute: a person steps up; one gap."""
    ages = [age / 2 for age in range(60, -1, -1) if not 36 < age < 46]
    return TemperatureTrace(
        tuple((age, 33.0 + (object_c - 33.0) * min(1.0, (30 - age) / 18) + 0.12 * sin(age * 3), 28.4) for age in ages),
        None,
    )


def devices(well: bool = True) -> tuple[DeviceFacts, ...]:
    """Four devices; of the ill ones, one is unplugged and one is silent."""
    ready = msg("Answers well")
    rows = [
        DeviceFacts(role, Ready(DeviceInfo(role, model, port, serial, "2.1", simulated=True)), ready, None)
        for role, model, port, serial in (
            (Role.FINGERPRINT, "EF01", "/dev/ttyUSB0", "EF-88213"),
            (Role.CAMERA, "UVC", "/dev/video0", "C-7731"),
            (Role.SIGNATURE, "Topaz T-S460", "/dev/ttyUSB1", "S-0412"),
            (Role.TEMPERATURE, "MCU90615", "/dev/ttyUSB2", "T-5"),
        )
    ]
    if not well:
        rows[0] = DeviceFacts(
            Role.FINGERPRINT,
            Disconnected("/dev/ttyUSB0", Absence.NOT_PLUGGED),
            msg("The cable of the fingerprint reader is out"),
            msg("Plug it in again. It goes on by itself."),
        )
        rows[3] = DeviceFacts(
            Role.TEMPERATURE,
            Faulted("/dev/ttyUSB2", Fault.SILENT),
            msg("The thermometer does not answer"),
            msg("Unplug it, wait 5 seconds, plug it in again"),
        )
    return tuple(rows)


def measurement(person: Person, median_c: float) -> Measurement:
    """A reading as the sensor would have given it."""
    taken = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)
    return Measurement(person, median_c, (median_c,) * 5, 28.4, "MCU90615", "T-5", taken, NOW_S, "p-01")


def checklist(
    held: frozenset[Item] = frozenset(),
    refused: bool = False,
    measuring: Person | None = None,
    applicant_c: float | None = None,
) -> Checklist:
    """A checklist with these items held."""

    def sentence(item: Item) -> Message:
        if item in (Item.OFFICER_TEMPERATURE, Item.APPLICANT_TEMPERATURE):
            return msg("Below the limit") if item in held else msg("Not measured yet")
        return msg("Done") if item in held else msg("Not done yet")

    officer = measurement(Person.OFFICER, 36.4) if Item.OFFICER_TEMPERATURE in held else None
    applicant = measurement(Person.APPLICANT, applicant_c) if applicant_c is not None else None
    return Checklist(
        items=tuple(
            ItemState(item, item in held, sentence(item), None if item in held else msg("Do it now, then tick it"))
            for item in Item
        ),
        officer=officer,
        applicant=applicant,
        limit_c=37.3,
        measuring=measuring,
        refused=refused,
    )


def finger(position: FingerPosition, tries: int = 0, last: Verdict | None = None) -> FingerFacts:
    """A finger after some tries; accepted when the last one was good."""
    accepted = last is not None and last.accepted
    return FingerFacts(position, tries, last, last, accepted, None)


def fingers(done: int, last: Verdict | None = None, tries: int = 0) -> FingersFacts:
    """The ten fingers with the first `done` of them taken, one by exception."""
    standing = [finger(position, 1, GOOD) if i < done else finger(position) for i, position in enumerate(CAPTURE_ORDER)]
    if done > 3:
        standing[3] = replace(
            standing[3], tries=0, best=None, last=None, accepted=False, exception=ExceptionKind.BANDAGED
        )
    current = CAPTURE_ORDER[done] if done < len(CAPTURE_ORDER) else None
    if current is not None:
        standing[done] = finger(current, tries, last)
    return FingersFacts(tuple(standing), current, 3, msg("Place this finger on the reader"), False, None, 0, 288)


def confirmation(held: int) -> FingersFacts:
    """Both index fingers again, the first `held` of them confirmed."""
    standing = tuple(finger(one, 1, GOOD) if i < held else finger(one) for i, one in enumerate(CHIP_FINGERS))
    current = CHIP_FINGERS[held] if held < 2 else None
    return FingersFacts(standing, current, 3, msg("Place this finger on the reader"), False, None, 0, 288)


def case() -> CaseFacts:
    """A case at its beginning."""
    return CaseFacts(
        number="6472-20261124-0007",
        name="CONTOH BUKAN ORANG",
        nik="6472014107059999",
        birth="SAMARINDA, 01-07-2005",
        address="JL. CONTOH NO. 1, RT/RW 001/002, CONTOH, CONTOH ULU",
        ground=Ground.SCHOOL,
        checklist=checklist(),
        photo=PhotoFacts(True, None, None, msg("Red background"), 0),
        fingers=fingers(0),
        confirmation=confirmation(0),
        signature=SignatureFacts((), SIZE, None, False, False),
        sealed=(),
        deferral=None,
        rest_until_s=None,
        done=None,
        review=review(),
        sex="P",
        blood_group="O",
        religion="ISLAM",
        marital_status="BELUM KAWIN",
        occupation="PELAJAR/MAHASISWA",
        citizenship="WNI",
    )


def sealed(count: int) -> tuple[SealedItem, ...]:
    """Some sealed captures."""
    return tuple(SealedItem(ITEM[Item.CAMERA_WIPED], msg("Sealed"), False) for _ in range(count))


def desk(step: Step, one: CaseFacts | None = None) -> DeskFacts:
    """The counter in a step."""
    return DeskFacts(
        step=step,
        officer=None if step is Step.LOGIN else OFFICERS[0],
        login=LoginFacts(OFFICERS, False, None, None),
        devices=devices(),
        training=True,
        trace=trace(),
        waiting=3,
        sealed_today=7,
        problem=None,
        field_problems=(),
        case=one,
        shift=shift() if step is Step.SHIFT else None,
        officer_temperature=msg("Your temperature: {value} °C, valid until {until}", value=36.4, until="11:12"),
    )


def frame(verdict: Verdict, shift: int = 0) -> LiveFrame:
    """A live picture."""
    return LiveFrame(drawn_face(shift=shift), (226, 90, 188, 240), verdict, 1)
