"""An exception is approved by a second person's PIN: never one's own, never a wrong one, never a plain officer's."""

import json
from itertools import count
from pathlib import Path

import cv2
import pytest

from drivers.api import PenPoint
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.facts import Step
from tests.helpers.counter import OFFICER, PIN, SUPERVISOR, SUPERVISOR_PIN, Obedient, by_hand, manifest_in

INDEX = FingerPosition.RIGHT_INDEX


@pytest.mark.parametrize(
    ("who", "pin"), [(OFFICER, PIN), (SUPERVISOR, "111213"), ("nobody", "739206")], ids=["own", "wrong pin", "unknown"]
)
def test_a_refused_approval_changes_nothing_and_the_next_one_works(tmp_path: Path, who: str, pin: str) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        counter.follow = lambda _facts: None
        hands.reader.finger = None
        counter.settle()
        current = counter.case.fingers.current
        assert current is not None
        counter.desk.record_exception(current, ExceptionKind.BANDAGED, who, pin)
        counter.until(lambda: bool(counter.problem()))
        standing = next(f for f in counter.case.fingers.fingers if f.position is current)
        assert standing.exception is None
        assert "exception_recorded" not in counter.logged()
        counter.desk.record_exception(current, ExceptionKind.BANDAGED, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: counter.case.fingers.current is not current)
        assert counter.problem() == ""
        assert "exception_recorded" in counter.logged()


def test_a_finger_and_the_signature_by_exception_stand_in_the_manifest_with_who_approved(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        counter.follow = lambda _facts: None
        hands.reader.finger = None
        counter.settle()
        missing = counter.case.fingers.current
        assert missing is not None
        counter.desk.record_exception(missing, ExceptionKind.MISSING, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: counter.case.fingers.current is not missing)
        counter.follow = Obedient(hands, counter)
        counter.play(Step.SIGNATURE)
        counter.desk.record_exception(None, ExceptionKind.CANNOT_SIGN, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: counter.step is Step.REVIEW)
        assert counter.case.signature.by_exception
        counter.play(Step.DONE)
        folder = counter.opened(tmp_path / "out")
        hand = cv2.imread(str(next(folder.rglob(f"finger-{missing.value:02d}-hand.png"))))
        assert hand is not None
        assert hand.shape == (480, 640, 3)
        items = manifest_in(folder)["items"]
        by_exception = {item["item"]: (item["exception"], item["approver"]) for item in items if item["exception"]}
        assert by_exception == {
            f"finger-{missing.value:02d}": ("missing", SUPERVISOR),
            "signature": ("cannot_sign", SUPERVISOR),
        }


@pytest.mark.parametrize(
    ("position", "kind"),
    [(None, ExceptionKind.CANNOT_SIGN), (None, ExceptionKind.MISSING), (INDEX, ExceptionKind.CANNOT_SIGN)],
)
def test_an_exception_that_does_not_belong_to_the_step_is_refused_and_not_logged(
    tmp_path: Path, position: FingerPosition | None, kind: ExceptionKind
) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.FINGERS)
        counter.desk.record_exception(position, kind, SUPERVISOR, SUPERVISOR_PIN)
        assert "nothing to record by exception" in counter.problem()
        counter.settle()
        assert "exception_recorded" not in counter.logged()


@pytest.mark.parametrize("kind", [ExceptionKind.LINE_INSTEAD, ExceptionKind.THUMBPRINT_INSTEAD])
def test_a_line_or_a_thumbprint_stands_for_the_signature_and_is_recorded_as_such(
    tmp_path: Path, kind: ExceptionKind
) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.SIGNATURE)
        counter.follow = lambda _facts: None
        if kind is ExceptionKind.LINE_INSTEAD:
            counter.desk.record_exception(None, kind, SUPERVISOR, SUPERVISOR_PIN)
            assert "no line yet" in counter.problem()
            moments = count(1)

            def drawn() -> bool:
                hands.pad.ink = tuple(
                    PenPoint(x, 20.0, 0.5, True, next(moments) / 100) for x in (10.0, 15.0, 20.0, 25.0)
                )
                return bool(counter.case.signature.points)

            counter.until(drawn)
        counter.desk.record_exception(None, kind, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: counter.step is Step.REVIEW)
        counter.follow = Obedient(hands, counter)
        counter.play(Step.DONE)
        folder = counter.opened(tmp_path / "out")
        items = manifest_in(folder)["items"]
        assert [item["exception"] for item in items if item["item"] == "signature"] == [kind.value]
        names = {path.name for path in folder.rglob("signature.*")}
        assert names == (
            {"signature.sdi", "signature.png"} if kind is ExceptionKind.LINE_INSTEAD else {"signature.json"}
        )
        if kind is ExceptionKind.THUMBPRINT_INSTEAD:
            note = json.loads(next(folder.rglob("signature.json")).read_text())
            assert note["thumb"] == FingerPosition.RIGHT_THUMB


def test_an_approved_exception_survives_an_interruption_while_the_hand_is_looked_at(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(Step.FINGERS)
        counter.follow = lambda _facts: None
        hands.reader.finger = None
        counter.settle()
        missing = counter.case.fingers.current
        assert missing is not None
        counter.desk.record_exception(missing, ExceptionKind.MISSING, SUPERVISOR, SUPERVISOR_PIN)
        counter.until(lambda: "exception_recorded" in counter.logged())
        counter.desk.pause()
        counter.until(lambda: counter.step is Step.PAUSED)
        counter.desk.resume()
        counter.script._asked.discard("start")
        counter.until(lambda: counter.step is not Step.CHECKLIST, play=True)
        counter.until(lambda: counter.case.fingers.current is not missing)
        standing = next(f for f in counter.case.fingers.fingers if f.position is missing)
        assert standing.exception is ExceptionKind.MISSING
