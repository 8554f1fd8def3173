"""Two officers of a van who press what a person would press, again when nothing came of it, and never give up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from drivers.api import Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.counter import CaseDraft
from station.capture.desk import Desk
from station.capture.facts import CaseFacts, DeskFacts, FingersFacts, LiveFrame, Step
from station.capture.scenario import Applicant
from station.capture.script import PEN_UP_S, TEMPERATURES
from station.health.model import ItemState
from station.registry.model import Ground
from station.text import Language

PINS = {"hasan": "739206", "wulan": "482915", "budi": "517264"}
SUPERVISOR = "hasan"
AGAIN_S = 3.0
SIGN_AGAIN_S = 12.0
Tell = Callable[..., None]


@dataclass
class Progress:
    """How far the officers are with one applicant."""

    visit: Mapping[str, object]
    number: str = ""
    begun: bool = False
    ended: str = ""
    signed_s: float | None = None
    photos: int = 0
    done: set[str] = field(default_factory=set)
    papers: list[bytes] = field(default_factory=list)


class Officers:
    """Main thread of the station. `act` presses one button at most; `skip` lets a rest of minutes pass at once."""

    def __init__(self, desk: Desk, applicant: Applicant, now_s: Callable[[], float], skip: Callable[[float], None],
                 tell: Tell) -> None:  # fmt: skip
        self._desk, self._applicant, self._now_s, self._skip, self._tell = desk, applicant, now_s, skip, tell
        self._pressed: dict[object, float] = {}
        self._well_posed = False
        self.on_duty = "wulan"
        self.next_shift = ""
        self.progress: Progress | None = None
        desk.on_frame(self._saw)

    def serve(self, visit: Mapping[str, object], open_number: str) -> None:
        """Somebody comes, or comes back after a power cut to the case of this number."""
        self.progress = Progress(visit, open_number)
        self._pressed.clear()
        self._applicant.tell({"do": "subject", "number": cast(int, visit["subject"])})
        self._applicant.tell({"do": "temperature", "mode": "normal"})

    def act(self, facts: DeskFacts) -> None:
        """The next button, if it is time for one."""
        if facts.locked is not None:
            officer = facts.locked.officer.officer_id
            self._press("unlock", lambda: self._desk.unlock(PINS[officer]))
            return
        if facts.officer is not None:
            self.on_duty = facts.officer.officer_id
        match facts.step:
            case Step.LOGIN if not facts.login.busy:
                self._press("login", lambda: self._desk.log_in(self.on_duty, PINS[self.on_duty]))
            case Step.SHIFT if facts.shift is not None:
                self._shift(facts)
            case Step.HOME:
                self._home(facts)
            case _ if self.progress is not None:
                self._with_applicant(facts, self.progress)
            case _:
                self._press("discard", self._desk.discard)

    def _with_applicant(self, facts: DeskFacts, progress: Progress) -> None:
        case = facts.case
        if case is not None:
            progress.number = case.number
        if self._whims(facts, progress):
            return
        match facts.step:
            case Step.BIODATA:
                self._press("draft", lambda: self._desk.enter_case(draft_of(progress.visit)))
            case Step.RESTING:
                self._rest(progress)
            case Step.PAUSED:
                self._press("resume", self._desk.resume)
            case Step.DEFERRED | Step.DONE:
                self._paper(facts.step, progress)
            case _ if case is not None:
                self._record(facts, case, progress)
            case _:
                pass

    def _record(self, facts: DeskFacts, case: CaseFacts, progress: Progress) -> None:
        match facts.step:
            case Step.CHECKLIST:
                self._checklist(case, progress)
            case Step.PHOTO if self._well_posed:
                self._well_posed = False
                self._press("photo", self._desk.take_photo)
            case Step.PHOTO:
                self._press("bad light", self._desk.take_photo, 8.0)
            case Step.PHOTO_APPROVAL:
                self._approve(case, progress)
            case Step.FINGERS:
                self._fingers(case.fingers, progress)
            case Step.CONFIRMATION:
                self._fingers(case.confirmation, progress)
            case Step.SIGNATURE:
                self._sign(case, progress)
            case Step.REVIEW:
                self._press("seal", self._desk.seal)
            case _:
                pass

    def _whims(self, facts: DeskFacts, progress: Progress) -> bool:
        """What this applicant or the officers do beside the usual, each once."""
        visit, step = progress.visit, facts.step.value
        if visit["leaves_at"] == step and "leaves" not in progress.done:
            progress.done.add("leaves")
            progress.ended = "discarded"
            self._desk.discard()
            return True
        if visit["turned_away"] and facts.step is Step.CHECKLIST:
            self._press("defer", self._desk.defer)
            return True
        if visit["pauses_at"] == step and "pause" not in progress.done:
            progress.done.add("pause")
            self._desk.pause()
            return True
        if visit["handed_over_at"] == step and "hand over" not in progress.done:
            progress.done.add("hand over")
            self._take_over("budi" if self.on_duty == "wulan" else "wulan")
            return True
        if visit["changes"] and facts.step is Step.REVIEW and "change" not in progress.done:
            progress.done.add("change")
            self._desk.review_change((Role.CAMERA, Role.FINGERPRINT, Role.SIGNATURE)[cast(int, visit["number"]) % 3])
            progress.signed_s = None
            return True
        return False

    def _home(self, facts: DeskFacts) -> None:
        progress = self.progress
        if progress is not None and progress.begun:
            self.progress = None
            self._tell(end=progress.ended or "discarded", number=progress.number)
        elif self.next_shift and self.next_shift != self.on_duty:
            self._press("shift", lambda: self._take_over(self.next_shift))
        elif progress is not None:
            self.next_shift = ""
            known = {case.number for case in facts.open_cases}
            if progress.number in known:
                self._press("take up", lambda: self._desk.take_up_case(progress.number), 10.0)
            elif known:
                self._press("give up", lambda: self._desk.give_up_case(min(known)))
            else:
                self._press("new", self._desk.new_case)

    def _take_over(self, officer: str) -> None:
        self._tell(taken_over=officer)
        self._desk.take_over(officer, PINS[officer])

    def _shift(self, facts: DeskFacts) -> None:
        if facts.shift is None or facts.shift.measuring:
            return
        if facts.shift.ready:
            self._press("begin", self._desk.begin_shift)
        else:
            self._fulfil(facts.shift.items)

    def _checklist(self, case: CaseFacts, progress: Progress) -> None:
        progress.begun = True
        if progress.visit["hot"] and "hot" not in progress.done:
            progress.done.add("hot")
            self._applicant.tell({"do": "temperature", "mode": "normal"})
            self._fulfil([item for item in case.checklist.items if item.item in TEMPERATURES][:1])
        if case.checklist.measuring is None and not self._fulfil(case.checklist.items):
            self._press("start", self._desk.start, 1.0)

    def _fulfil(self, items: tuple[ItemState, ...] | list[ItemState]) -> bool:
        """See to the first item that does not hold; False when all do."""
        for state in items:
            if not state.held:
                person = TEMPERATURES.get(state.item)
                if person is not None:
                    hot = self.progress is not None and person.value == "applicant" and self._is_hot(self.progress)
                    self._applicant.tell({"do": "temperature", "mode": "fever" if hot else "normal"})
                    self._press(state.item, partial(self._desk.measure, person))
                else:
                    self._desk.confirm(state.item, True)
                return True
        return False

    def _is_hot(self, progress: Progress) -> bool:
        return cast(int, progress.visit["hot"]) > ("rested" in progress.done)

    def _rest(self, progress: Progress) -> None:
        if "rested" not in progress.done:
            progress.done.add("rested")
            self._skip(310.0)

    def _approve(self, case: CaseFacts, progress: Progress) -> None:
        verdict = case.photo.verdict
        if verdict is None or verdict.accepted:
            self._press("approve", self._desk.approve_photo)
        elif progress.photos < 3:
            progress.photos += 1
            self._desk.retake_photo()
        else:
            self._except(None, ExceptionKind.UNREADABLE)

    def _fingers(self, fingers: FingersFacts, progress: Progress) -> None:
        position = fingers.current
        if position is None or fingers.busy:
            return
        kind = cast(Mapping[str, str], progress.visit["exceptions"]).get(str(position.value))
        tries = next(one.tries for one in fingers.fingers if one.position is position)
        if kind is not None:
            self._except(position, ExceptionKind(kind))
        elif tries >= fingers.tries_limit:
            self._except(position, ExceptionKind.UNREADABLE)

    def _except(self, position: FingerPosition | None, kind: ExceptionKind) -> None:
        self._press(
            (position, kind),
            lambda: self._desk.record_exception(position, kind, SUPERVISOR, PINS[SUPERVISOR]),
        )

    def _sign(self, case: CaseFacts, progress: Progress) -> None:
        now_s, points = self._now_s(), case.signature.points
        if progress.visit["cannot_sign"]:
            self._except(None, ExceptionKind.CANNOT_SIGN)
        elif progress.signed_s is None or now_s - progress.signed_s > SIGN_AGAIN_S:
            progress.signed_s = now_s
            self._desk.clear_ink()
        elif points and now_s - points[-1].time_s > PEN_UP_S:
            self._press("sign", self._desk.accept_signature)

    def _paper(self, step: Step, progress: Progress) -> None:
        """Every case ends with a paper, and then the officer calls the next."""
        progress.ended = "deferred" if step is Step.DEFERRED else "done"
        if step is Step.DONE:
            self._once("shown done", lambda: self._tell(done=progress.number))
        self._press("paper", lambda: self._desk.receipt(Language.INDONESIAN, progress.papers.append), 8.0)
        if progress.papers:
            self._press("finish", self._desk.finish)

    def _once(self, key: object, act: Callable[[], None]) -> None:
        if key not in self._pressed:
            self._press(key, act)

    def _press(self, key: object, act: Callable[[], None], again_s: float = AGAIN_S) -> None:
        """Press, but the same button again only after a while."""
        now_s = self._now_s()
        if now_s - self._pressed.get(key, float("-inf")) >= again_s:
            self._pressed[key] = now_s
            act()

    def _saw(self, frame: LiveFrame) -> None:
        self._well_posed = frame.verdict.accepted


def draft_of(visit: Mapping[str, object]) -> CaseDraft:
    """The form as the officer fills it in."""
    return CaseDraft(
        nik=str(visit["nik"]),
        name=str(visit["name"]),
        birth_place="Samarinda",
        birth_date=str(visit["birth_date"]),
        sex=str(visit["sex"]),
        blood_group="O",
        address=str(visit["address"]),
        rt_rw="007/003",
        village="Pelabuhan",
        district="Samarinda Kota",
        religion="Islam",
        marital_status="Belum kawin",
        occupation="Pelajar/Mahasiswa",
        ground=Ground.SCHOOL,
    )
