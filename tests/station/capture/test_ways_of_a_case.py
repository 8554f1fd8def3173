"""From the queue, paused, at a bedside, kept instead of taken again, and reviewed line by line."""

from dataclasses import replace
from pathlib import Path

import pytest

from drivers.api import Role
from station.biometrics.model import CAPTURE_ORDER, ExceptionKind, FingerPosition
from station.capture.facts import Step
from station.health.model import Item
from station.registry.applications import ApplicationQueue
from tests.helpers.clock import FakeClock
from tests.helpers.counter import (
    DRAFT,
    SUPERVISOR,
    SUPERVISOR_PIN,
    WITA,
    Hands,
    Obedient,
    Served,
    by_hand,
    manifest_in,
    said,
)

P = FingerPosition
HEAD = "nik,nama,tempat_lahir,tanggal_lahir,jenis_kelamin,golongan_darah,alamat,rt_rw,kel_desa,kecamatan,agama,"
HEAD += "status_perkawinan,pekerjaan,kewarganegaraan,alasan,nomor\n"
ROW = "{nik},{name},Samarinda,17-08-2009,P,O,Jl. Mulawarman No. 12,007/003,Pelabuhan,Samarinda Kota,Islam,Belum kawin,"
ROW += "Pelajar/Mahasiswa,WNI,SEKOLAH,{number}\n"


def still(counter: Served, hands: Hands) -> None:
    counter.follow = lambda _facts: None
    hands.reader.finger = None
    counter.settle(10)


def queue_in(tmp_path: Path, clock: FakeClock) -> ApplicationQueue:
    folder = tmp_path / "applications"
    folder.mkdir()
    rows = (ROW.format(nik=DRAFT.nik, name=DRAFT.name, number="A-1"), ROW.format(nik="12", name="X", number="A-2"))
    (folder / "today.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    return ApplicationQueue(folder, 10, clock, WITA, tmp_path / "served.json")


def test_an_applicant_of_the_queue_fills_the_form_and_leaves_the_queue_when_sealed(tmp_path: Path) -> None:
    clock = FakeClock()
    with by_hand(tmp_path, clock=clock, queue=queue_in(tmp_path, clock)) as (counter, _hands):
        counter.play(Step.HOME)
        counter.until(lambda: bool(counter.facts.queue.entries))
        (entry,) = counter.facts.queue.entries
        assert (entry.number, entry.name.upper()) == ("A-1", DRAFT.name.upper())
        assert DRAFT.name not in repr(counter.facts.queue)
        (problem,) = counter.facts.queue.problems
        assert said(problem).startswith("today.csv, row 3: ")
        counter.desk.pick_application(entry.id)
        counter.until(lambda: counter.at(Step.BIODATA) and counter.facts.draft is not None)
        draft = counter.facts.draft
        assert draft is not None
        assert draft.nik == DRAFT.nik
        counter.desk.enter_case(draft)
        counter.play(Step.DONE)
        counter.until(lambda: counter.facts.queue.entries == ())
        counter.desk.finish()
        assert counter.facts.draft is None
        counter.desk.pick_application(entry.id)
        assert "served already" in counter.problem()
        assert "applications_imported" in counter.logged()
    assert DRAFT.nik not in (tmp_path / "served.json").read_text()


def test_who_is_typed_instead_of_picked_leaves_the_queue_too(tmp_path: Path) -> None:
    clock = FakeClock()
    with by_hand(tmp_path, clock=clock, queue=queue_in(tmp_path, clock)) as (counter, _hands):
        counter.play(Step.HOME)
        counter.until(lambda: bool(counter.facts.queue.entries))
        counter.play(Step.DONE)
        counter.until(lambda: counter.facts.queue.entries == ())


@pytest.mark.parametrize("step", [Step.PHOTO, Step.FINGERS, Step.SIGNATURE, Step.REVIEW])
def test_paused_the_permit_ends_and_clean_hands_lead_back_to_the_same_place(tmp_path: Path, step: Step) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(step)
        still(counter, hands)
        sealed = counter.case.sealed
        counter.desk.pause()
        assert counter.at(Step.PAUSED)
        assert counter.work.case.permit is None
        asked = hands.judge.asked
        hands.reader.finger = hands.judge.laid = P.RIGHT_THUMB
        counter.settle(10)
        assert hands.judge.asked == asked
        hands.reader.finger = None
        counter.desk.resume()
        assert counter.at(Step.CHECKLIST)
        assert [item.item for item in counter.case.checklist.items if not item.held] == [Item.APPLICANT_HANDS]
        counter.script._asked.discard("start")
        counter.until(lambda: counter.step is not Step.CHECKLIST, play=True)
        assert counter.at(step)
        assert counter.case.sealed == sealed
        assert {"case_paused", "case_unpaused"} <= set(counter.logged())


def test_at_a_bedside_the_companion_is_named_to_the_authority_and_nowhere_in_clear(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.CHECKLIST)
        counter.desk.set_bedside(True, " Aminah Kartika ")
        counter.play(Step.DONE)
        assert counter.case.bedside
        assert "bedside_set" in counter.logged()
        assert manifest_in(counter.opened(tmp_path / "out"))["bedside"] == {"companion": "Aminah Kartika"}
        folder = counter.station.folder
    assert not any(b"Aminah" in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_control_elsewhere_the_manifest_names_no_companion(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.CHECKLIST)
        counter.desk.set_bedside(True, "Aminah")
        counter.desk.set_bedside(False)
        counter.play(Step.DONE)
        assert manifest_in(counter.opened(tmp_path / "out"))["bedside"] is None


@pytest.mark.parametrize("role", [Role.CAMERA, Role.FINGERPRINT, Role.SIGNATURE])
def test_a_change_from_the_review_is_left_and_what_was_there_counts(tmp_path: Path, role: Role) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.REVIEW)
        still(counter, hands)
        items, shown = dict(counter.work.case.items), counter.case
        counter.desk.review_change(role)
        assert (counter.case.photo.may_keep, counter.case.fingers.may_keep, counter.case.signature.may_keep) == (
            role is Role.CAMERA,
            role is Role.FINGERPRINT,
            role is Role.SIGNATURE,
        )
        counter.settle(5)
        counter.desk.cancel_retake()
        assert counter.at(Step.REVIEW)
        assert counter.work.case.items == items
        assert counter.case.review == shown.review
        assert (counter.case.photo.picture is None, counter.case.signature.points) == (False, shown.signature.points)
        counter.play(Step.DONE)


def test_a_chip_finger_kept_needs_no_new_confirmation(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.REVIEW)
        still(counter, hands)
        counter.desk.retake_finger(P.RIGHT_INDEX)
        assert counter.case.lacking is not None
        counter.desk.cancel_retake()
        assert counter.at(Step.REVIEW)
        assert counter.case.lacking is None


def test_a_chip_finger_taken_again_must_be_confirmed_again(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.REVIEW)
        still(counter, hands)
        counter.desk.retake_finger(P.RIGHT_INDEX)
        hands.reader.finger = hands.judge.laid = P.RIGHT_INDEX
        counter.until(lambda: counter.at(Step.CONFIRMATION))
        hands.reader.finger = None
        counter.desk.cancel_retake()
        assert "nothing from before" in counter.problem()
        assert counter.at(Step.CONFIRMATION)
        counter.follow = Obedient(hands, counter)
        counter.play(Step.DONE)
        assert counter.logged().count("finger_confirmed") == 3


def test_a_finger_in_the_first_round_is_kept_too(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        counter.until(lambda: counter.case.fingers.fingers[1].accepted)
        still(counter, hands)
        next_finger = counter.case.fingers.current
        counter.desk.retake_finger(CAPTURE_ORDER[0])
        assert counter.case.fingers.current is CAPTURE_ORDER[0]
        counter.desk.cancel_retake()
        assert counter.case.fingers.current is next_finger
        assert counter.case.fingers.fingers[0].accepted
        counter.desk.cancel_retake()
        assert "nothing from before" in counter.problem()


def test_a_photo_rejected_before_its_approval_comes_back(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.PHOTO_APPROVAL)
        picture = counter.case.photo.picture
        counter.desk.retake_photo()
        assert counter.at(Step.PHOTO)
        assert counter.case.photo.may_keep
        counter.desk.cancel_retake()
        assert counter.at(Step.PHOTO_APPROVAL)
        assert counter.case.photo.picture is picture
        counter.desk.approve_photo()
        counter.until(lambda: counter.at(Step.FINGERS))


def test_the_review_lists_every_item_with_its_change_and_what_is_missing(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        assert [item.missing for item in counter.case.review] == [False] + [True] * 13
        assert said(counter.case.lacking) == "right index finger is missing."
        still(counter, hands)
        position = counter.case.fingers.current
        assert position is not None
        counter.desk.record_exception(position, ExceptionKind.BANDAGED, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: counter.case.fingers.current is not position)
        counter.follow = Obedient(hands, counter)
        counter.play(Step.REVIEW)
        assert counter.case.lacking is None
        review = counter.case.review
        assert not any(item.missing for item in review)
        (excepted,) = [item for item in review if item.by_exception]
        assert (excepted.finger, excepted.approver) == (position, SUPERVISOR)
        assert (review[0].change, review[-1].change) == (Role.CAMERA, Role.SIGNATURE)
        confirmations = [item for item in review if said(item.label).startswith("Confirmed")]
        assert len(confirmations) == 2 - (position in (P.RIGHT_INDEX, P.LEFT_INDEX))


def test_the_case_of_somebody_else_is_not_in_the_queue(tmp_path: Path) -> None:
    clock = FakeClock()
    with by_hand(tmp_path, clock=clock, queue=queue_in(tmp_path, clock)) as (counter, _hands):
        counter.play(Step.BIODATA)
        counter.desk.enter_case(replace(DRAFT, nik="6472035708090002"))
        counter.play(Step.DONE)
        counter.settle()
        assert len(counter.facts.queue.entries) == 1
