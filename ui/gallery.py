"""Every screen in every state, both languages: `python -m ui.gallery OUT_DIR`; `--golden` renews the tests'."""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication

from station.biometrics.model import ExceptionKind
from station.capture.counter import CaseDraft
from station.capture.facts import (
    CaseFacts,
    DeliveryFacts,
    DeskFacts,
    DoneFacts,
    FieldProblem,
    LiveFrame,
    LockFacts,
    PhotoFacts,
    Step,
    Trouble,
)
from station.health.model import Item, Person
from station.registry.model import Ground
from station.text import Language, Text, msg
from ui import samples
from ui.presenters.intents import Place
from ui.presenters.view import View
from ui.shell import Shell
from ui.still import StillCounter
from ui.technician import gallery as technician
from ui.theme import Theme, load_fonts

SIZE_PX = (1920, 1080)
SIZE_MM = (344.0, 194.0)
GOLDEN_PX = (960, 540)
GOLDEN = Path("tests/golden")
WEBP_QUALITY = 80
ZONE = "UTC-8"  # as POSIX writes eight hours ahead of UTC, wherever the pictures are made
DRAFT = CaseDraft(
    nik="6472014107059999",
    name="CONTOH BUKAN ORANG",
    birth_place="SAMARINDA",
    birth_date="01-07-2005",
    sex="P",
    blood_group="O",
    address="JL. CONTOH NO. 1",
    rt_rw="001/002",
    village="CONTOH",
    district="CONTOH ULU",
    religion="ISLAM",
    marital_status="BELUM KAWIN",
    occupation="PELAJAR/MAHASISWA",
    ground=Ground.SCHOOL,
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: facts, view, and a live frame where the screen has one."""

    name: str
    facts: DeskFacts
    view: View = field(default_factory=lambda: View(now_s=samples.NOW_S))
    frame: LiveFrame | None = None


def shots() -> Iterator[Shot]:
    """Every screen in every state."""
    yield from _before_the_case()
    yield from _at_the_gate()
    yield from _captures()
    yield from _end()
    yield from _turned()


def _before_the_case() -> Iterator[Shot]:
    login, home = samples.desk(Step.LOGIN), samples.desk(Step.HOME)
    now = samples.NOW_S
    yield Shot("login", login)
    yield Shot("login_pin", login, View(officer_id="p-01", pin="1234", now_s=now))
    locked = replace(login.login, refused=msg("Wrong PIN"), retry_at_s=now + 30)
    yield Shot("login_locked", replace(login, login=locked), View(officer_id="p-01", now_s=now))
    starting = samples.desk(Step.SHIFT)
    yield Shot("shift", replace(starting, tests=samples.self_tests(2)))
    yield Shot("shift_measuring", replace(starting, shift=samples.shift(0, measuring=True), tests=samples.self_tests()))
    yield Shot("shift_trouble", replace(starting, shift=samples.shift(3), tests=samples.self_tests(well=False)))
    yield Shot("shift_ready", replace(starting, shift=samples.shift(5), tests=samples.self_tests()))
    yield Shot("home", home)
    yield Shot("home_ill", replace(home, devices=samples.devices(well=False), waiting=0, officer_temperature=None))
    offline = msg("The store cannot be reached now. The files wait here and are sent by themselves.")
    delivery = DeliveryFacts(configured=True, sentence=offline, waiting=3, offline=True)
    yield Shot("home_offline", replace(home, delivery=delivery))
    leapt = msg("The clock leapt ahead. Check the date and time; recording goes on.")
    yield Shot("home_clock", replace(home, clock=leapt))
    full = msg("The disk is too full for a new case. Deliver or export the waiting files first.")
    full_home = replace(home, problem=full, trouble=Trouble.DISK_FULL, waiting=37)
    yield Shot("home_full", full_home)
    yield Shot("files_waiting", full_home, View(place=Place.WAITING))
    yield Shot("home_queue", replace(home, queue=samples.queue(4)))
    yield Shot("home_power_cut", replace(home, queue=samples.queue(), open_cases=samples.open_cases()))
    yield Shot("queue", replace(home, queue=samples.queue()), View(place=Place.QUEUE))
    yield Shot("open_cases", replace(home, open_cases=samples.open_cases()), View(place=Place.OPEN_CASES))
    yield Shot("give_up", home, View(place=Place.GIVE_UP, number="6472-20261124-0007"))
    yield Shot("handover", home, View(place=Place.HANDOVER, officer_id="p-02", pin="12"))
    lock = LockFacts(samples.OFFICERS[0], samples.OFFICERS[1:3])
    yield Shot("locked", replace(home, locked=lock))
    again = replace(lock, refused=msg("Wrong PIN"), retry_at_s=now + 30)
    yield Shot("locked_refused", replace(home, locked=again))
    yield Shot("locked_take_over", replace(home, locked=lock), View(officer_id="p-02", pin="123"))
    yield Shot("devices", home, View(place=Place.DEVICES))
    yield Shot("devices_ill", replace(home, devices=samples.devices(well=False)), View(place=Place.DEVICES))
    form = samples.desk(Step.BIODATA)
    other = replace(DRAFT, ground=Ground.OTHER, ground_reason="Berangkat haji minggu depan", approver_id="s-01")
    wrong = replace(DRAFT, nik="6472014107050000", name="")
    problems = (
        FieldProblem("nik", msg("The last four digits cannot be 0000"), True),
        FieldProblem("name", msg("Fill this in"), True),
        FieldProblem("birth_date", msg("Does not match the NIK"), False),
        FieldProblem("nik_reason", msg("Say why it is right all the same"), False),
    )
    yield Shot("ground", form)
    taking_up = replace(form, taking_up="6472-20261124-0007", queue=samples.queue())
    yield Shot("ground_taking_up", taking_up)
    yield Shot("person_imported", replace(form, draft=DRAFT), View(draft=DRAFT, page=2))
    yield Shot("ground_other", form, View(draft=other))
    yield Shot("ground_approver", form, View(draft=replace(other, approver_pin="88"), page=1))
    yield Shot("person", form, View(draft=DRAFT, page=2))
    yield Shot("person_problems", replace(form, field_problems=problems), View(draft=wrong, page=2))
    yield Shot("address", form, View(draft=DRAFT, page=3))
    yield Shot("rest_of_card", form, View(draft=DRAFT, page=4))


def _at_the_gate() -> Iterator[Shot]:
    case = samples.case()
    some = frozenset({Item.OFFICER_TEMPERATURE, Item.OFFICER_GLOVES, Item.OFFICER_MASK, Item.CAMERA_WIPED})
    half = replace(case, checklist=samples.checklist(some))
    yield Shot("checklist", samples.desk(Step.CHECKLIST, case))
    measuring = replace(case, checklist=samples.checklist(some, measuring=Person.APPLICANT))
    yield Shot("checklist_measuring", samples.desk(Step.CHECKLIST, measuring))
    full = replace(case, checklist=samples.checklist(frozenset(Item), applicant_c=36.3))
    yield Shot("checklist_complete", samples.desk(Step.CHECKLIST, full))
    refused = replace(half, checklist=samples.checklist(some, refused=True))
    asked = View(start_asked=True, now_s=samples.NOW_S)
    yield Shot("checklist_blocked", samples.desk(Step.CHECKLIST, refused), asked)
    resting = replace(case, rest_until_s=samples.NOW_S + 271)
    yield Shot("resting", replace(samples.desk(Step.RESTING, resting), trace=samples.trace(37.6)))
    yield Shot("resting_over", samples.desk(Step.RESTING, replace(case, rest_until_s=samples.NOW_S)))
    deferral = msg("Come back after 14 days, or when the fever is gone")
    yield Shot("deferred", samples.desk(Step.DEFERRED, replace(case, deferral=deferral)))
    yield Shot("more", samples.desk(Step.CHECKLIST, half), View(place=Place.MORE))
    yield Shot("paused", samples.desk(Step.PAUSED, half))
    yield Shot("bedside", samples.desk(Step.CHECKLIST, half), View(place=Place.BEDSIDE, companion="Ibu Contoh"))
    lying = replace(half, bedside=True, companion="Ibu Contoh")
    yield Shot("checklist_bedside", samples.desk(Step.CHECKLIST, lying))
    yield Shot("more_bedside", samples.desk(Step.CHECKLIST, lying), View(place=Place.MORE))
    yield Shot("discard", samples.desk(Step.CHECKLIST, half), View(place=Place.DISCARD))


def _captures() -> Iterator[Shot]:
    case = samples.case()
    photo = samples.desk(Step.PHOTO, case)
    yield Shot("photo_waiting", photo)
    yield Shot("photo_correction", photo, frame=samples.frame(samples.ASIDE, shift=-70))
    yield Shot("photo_good", photo, frame=samples.frame(samples.GOOD_PHOTO))
    taken = PhotoFacts(False, samples.drawn_face(640, 480), samples.GOOD_PHOTO, case.photo.background, 1)
    yield Shot("photo_approval", samples.desk(Step.PHOTO_APPROVAL, replace(case, photo=taken)))
    poor = samples.desk(Step.PHOTO_APPROVAL, replace(case, photo=replace(taken, verdict=samples.ASIDE)))
    yield Shot("photo_poor", poor)
    again = replace(case, photo=replace(taken, live=True, picture=None, may_keep=True))
    yield Shot("photo_retake", samples.desk(Step.PHOTO, again))
    yield Shot("photo_more", photo, View(place=Place.MORE))
    yield Shot("photo_reason", poor, View(place=Place.REASON))
    case = replace(case, photo=taken, sealed=samples.sealed(1))
    yield from _fingers(case)
    signing = replace(
        case, fingers=samples.fingers(10), confirmation=samples.confirmation(2), sealed=samples.sealed(13)
    )
    yield Shot("signature", samples.desk(Step.SIGNATURE, signing))
    inked = replace(signing.signature, points=samples.drawn_ink(), verdict=samples.GOOD_INK)
    yield Shot("signature_inked", samples.desk(Step.SIGNATURE, replace(signing, signature=inked)))
    yield Shot("signature_reason", samples.desk(Step.SIGNATURE, signing), View(place=Place.REASON))


def _fingers(case: CaseFacts) -> Iterator[Shot]:
    def at(name: str, change: Callable[[CaseFacts], CaseFacts], view: View | None = None) -> Shot:
        return Shot(name, samples.desk(Step.FINGERS, change(case)), view or View(now_s=samples.NOW_S))

    image = samples.drawn_finger()
    growing = replace(samples.fingers(2), image=image, rows_shown=170, busy=True, message=msg("Hold still"))
    poor = replace(samples.fingers(5, samples.POOR, 1), image=image, rows_shown=288)
    good = replace(samples.fingers(6, samples.GOOD, 1), image=image, rows_shown=288, message=msg("Saving"))
    yield at("finger_first", lambda one: replace(one, fingers=samples.fingers(0)))
    yield at("finger_growing", lambda one: replace(one, fingers=growing, sealed=samples.sealed(3)))
    yield at("finger_poor", lambda one: replace(one, fingers=poor, sealed=samples.sealed(6)))
    yield at("finger_good", lambda one: replace(one, fingers=good, sealed=samples.sealed(7)))
    unplugged = samples.desk(Step.FINGERS, replace(case, fingers=samples.fingers(4)))
    cable = msg("The cable of the fingerprint reader is out. Plug it in: it goes on by itself.")
    yield Shot("finger_unplugged", replace(unplugged, devices=samples.devices(well=False), problem=cable))
    retake = replace(samples.fingers(4), may_keep=True)
    yield at("finger_retake", lambda one: replace(one, fingers=retake, sealed=samples.sealed(14)))
    yield at("finger_reason", lambda one: replace(one, fingers=poor), View(place=Place.REASON))
    approver = View(place=Place.APPROVER, kind=ExceptionKind.BANDAGED, officer_id="s-01", pin="12")
    yield at("finger_approver", lambda one: replace(one, fingers=poor), approver)
    round_two = replace(case, fingers=samples.fingers(10), confirmation=samples.confirmation(1))
    yield Shot("confirmation", samples.desk(Step.CONFIRMATION, replace(round_two, sealed=samples.sealed(12))))


def _end() -> Iterator[Shot]:
    case = replace(
        samples.case(),
        photo=PhotoFacts(False, samples.drawn_face(640, 480), samples.GOOD_PHOTO, msg("Red background"), 1),
        fingers=samples.fingers(10),
        confirmation=samples.confirmation(2),
        sealed=samples.sealed(14),
    )
    case = replace(case, signature=replace(case.signature, verdict=samples.GOOD_INK, accepted=True))
    yield Shot("review", samples.desk(Step.REVIEW, case))
    lacking = replace(case, lacking=msg("The signature is missing"), taken_up=True, bedside=True)
    lost = replace(case.review[-1], detail=msg("Missing"), missing=True)
    yield Shot("review_lacking", samples.desk(Step.REVIEW, replace(lacking, review=(*case.review[:-1], lost))))
    yield Shot("sealing", samples.desk(Step.SEALING, case))
    yield Shot("done", samples.desk(Step.DONE, replace(case, done=DoneFacts(case.number, 1, True))))


def _turned() -> Iterator[Shot]:
    """The same window, turned to the applicant."""
    to_applicant = View(place=Place.APPLICANT, now_s=samples.NOW_S)
    case = samples.case()

    def at(name: str, step: Step, one: CaseFacts, frame: LiveFrame | None = None) -> Shot:
        return Shot(f"applicant_{name}", samples.desk(step, one), to_applicant, frame)

    yield at("clean_hands", Step.CHECKLIST, case)
    measuring = replace(case, checklist=samples.checklist(frozenset(), measuring=Person.APPLICANT))
    yield at("forehead", Step.CHECKLIST, measuring)
    yield at("resting", Step.RESTING, replace(case, rest_until_s=samples.NOW_S + 271))
    yield at("face", Step.PHOTO, case)
    yield at("face_live", Step.PHOTO, case, samples.frame(samples.GOOD_PHOTO))
    taken = replace(case.photo, live=False, picture=samples.drawn_face(640, 480), verdict=samples.GOOD_PHOTO)
    case = replace(case, photo=taken)
    yield at("photo", Step.PHOTO_APPROVAL, case)
    yield at("finger_down", Step.FINGERS, replace(case, fingers=samples.fingers(2)))
    yield at("finger_held", Step.FINGERS, replace(case, fingers=replace(samples.fingers(2), rows_shown=90)))
    yield at("finger_again", Step.FINGERS, replace(case, fingers=samples.fingers(5, samples.POOR, 1)))
    yield at("finger_up", Step.FINGERS, replace(case, fingers=samples.fingers(6, samples.GOOD, 1)))
    inked = replace(case.signature, points=samples.drawn_ink())
    yield at("signature", Step.SIGNATURE, replace(case, signature=inked))
    yield at("wait", Step.REVIEW, case)
    yield at("done", Step.DONE, case)
    deferral = msg("Come back after 14 days, or when the fever is gone")
    yield at("come_back", Step.DEFERRED, replace(case, deferral=deferral))


def show(shell: Shell, counter: StillCounter, shot: Shot) -> None:
    """Bring the window to this picture."""
    counter.tell(shot.facts)
    shell.view = shot.view
    shell.draw()
    if shot.frame is not None:
        counter.send_frame(shot.frame)


def render(language: Language, size_px: tuple[int, int], begins: str = "") -> Iterator[tuple[str, QImage]]:
    """The window in every state whose name begins so, as pictures (width, height); needs an application."""
    counter = StillCounter(samples.desk(Step.LOGIN))
    shell = Shell(counter, Theme.for_screen(*size_px, *SIZE_MM), language, lambda: samples.NOW_S, Text)
    shell.resize(*size_px)
    shell.show()
    for shot in shots():
        if shot.name.startswith(begins):
            show(shell, counter, shot)
            QApplication.processEvents()
            yield f"{shot.name}.{language.value}", shell.grab().toImage()
    shell.close()
    shell.deleteLater()


def main() -> None:
    """Render everything; the platform is offscreen unless the caller chose another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=GOLDEN)
    parser.add_argument("--only", default="", help="names that begin so")
    parser.add_argument("--size", default="1920x1080", help="of the window, in pixels")
    parser.add_argument("--golden", action="store_true", help="renew the pictures that the tests compare with")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["TZ"] = ZONE
    time.tzset()
    application = QApplication([])
    load_fonts()
    options.out.mkdir(parents=True, exist_ok=True)
    width, height = GOLDEN_PX if options.golden else (int(side) for side in options.size.split("x"))
    if options.golden and not options.only:
        for old in options.out.rglob("*.webp"):
            old.unlink()
    kind, quality = ("webp", WEBP_QUALITY) if options.golden else ("png", -1)
    of_technician = options.out / "technician"
    of_technician.mkdir(exist_ok=True)
    for language in Language:
        for name, image in render(language, (width, height), options.only):
            image.save(str(options.out / f"{name}.{kind}"), quality=quality)
        theme = Theme.for_screen(width, height, *SIZE_MM)
        for name, image in technician.render(language, theme, (width, height), options.only):
            image.save(str(of_technician / f"{name}.{kind}"), quality=quality)
    application.processEvents()


if __name__ == "__main__":
    main()
