"""A recording written down beforehand: who serves, who comes, what is recorded by exception."""

import json
import socket
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.counter import CaseDraft
from station.capture.facts import DeskFacts, Step
from station.registry.model import Ground

CONTROL_WAIT_S = 5.0


class BadScenarioError(ValueError):
    """The scenario file cannot be followed; the message says where and why."""


@dataclass(frozen=True, slots=True, repr=False)
class Scenario:
    """One recording. PINs are those of a training station; the repr shows nothing."""

    officer_id: str
    pin: str
    approver_id: str
    approver_pin: str
    draft: CaseDraft
    exceptions: tuple[tuple[FingerPosition, ExceptionKind], ...]
    cannot_sign: bool

    def __repr__(self) -> str:
        return "Scenario(...)"

    def exception_of(self, position: FingerPosition) -> ExceptionKind | None:
        return dict(self.exceptions).get(position)


def load(path: Path) -> Scenario:
    """Read a TOML scenario; raises BadScenarioError naming the file and the key."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as why:
        raise BadScenarioError(f"{path}: {why}") from why
    try:
        return _scenario(tables)
    except (KeyError, ValueError, TypeError, AttributeError) as why:
        raise BadScenarioError(f"{path}: {type(why).__name__}: {why}") from None


def _scenario(tables: dict[str, dict[str, str]]) -> Scenario:
    officer, approver, case = tables["officer"], tables["approver"], dict(tables["case"])
    ground = Ground(case.pop("ground"))
    unknown = case.keys() - {field.name for field in fields(CaseDraft)}
    if unknown:
        raise KeyError(f"case.{min(unknown)} is not a field")
    draft = CaseDraft(ground=ground, approver_id=approver["id"], approver_pin=approver["pin"], **case)
    exceptions = dict(tables.get("exceptions", {}))
    cannot_sign = bool(exceptions.pop("signature", ""))
    return Scenario(
        officer_id=officer["id"],
        pin=officer["pin"],
        approver_id=approver["id"],
        approver_pin=approver["pin"],
        draft=draft,
        exceptions=tuple((FingerPosition[name.upper()], ExceptionKind(kind)) for name, kind in exceptions.items()),
        cannot_sign=cannot_sign,
    )


class Applicant:
    """Somebody who does what the screen says, told over a control socket (JSON lines): for drills without people."""

    def __init__(self, control: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(CONTROL_WAIT_S)
        try:
            self._socket.connect(str(control))
        except OSError:
            self._socket.close()
            raise
        self._lines = self._socket.makefile("rwb")
        self._told: dict[str, str | int] = {}

    def follow(self, facts: DeskFacts) -> None:
        """Lay down the finger that the screen asks for, sign when it is time, hang the background of the photo."""
        case = facts.case
        fingers = None
        if case is not None and facts.step in (Step.FINGERS, Step.CONFIRMATION):
            fingers = case.fingers if facts.step is Step.FINGERS else case.confirmation
        if fingers is None:
            self._tell_once("finger", "none", {"do": "lift"})
        elif fingers.current is not None:
            position = fingers.current.value
            self._tell_once("finger", position, {"do": "finger", "position": position})
        mode = "write" if facts.step is Step.SIGNATURE else "idle"
        self._tell_once("pen", mode, {"do": "pen", "mode": mode})
        if case is not None and facts.step is Step.PHOTO:
            colour = case.photo.background.msgid.split()[0].lower()
            self._tell_once("face", colour, {"do": "face", "background": colour})

    def _tell_once(self, what: str, value: str | int, order: dict[str, str | int | float | bool]) -> None:
        if self._told.get(what) != value:
            self._told[what] = value
            self.tell(order)

    def tell(self, order: dict[str, str | int | float | bool]) -> dict[str, object]:
        """Send one order and return the answer; raises ConnectionError when it is refused."""
        self._lines.write(json.dumps(order).encode() + b"\n")
        self._lines.flush()
        answer: dict[str, object] = json.loads(self._lines.readline() or b"{}")
        if answer.get("ok") is not True:
            raise ConnectionError(f"the order was refused: {answer.get('error', 'no answer')}")
        return answer

    def close(self) -> None:
        self._lines.close()
        self._socket.close()
