"""What the applicant sees, on a screen of their own or on this one turned round: one thing to do, in a picture."""

from dataclasses import dataclass, field
from enum import Enum

from station.biometrics.model import FingerPosition
from station.capture.facts import CaseFacts, DeskFacts, FingersFacts, SignatureFacts, Step
from station.health.model import Item, Person
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Tone, no_words
from ui.presenters.fingers import Standing, standing
from ui.presenters.intents import Go
from ui.presenters.photo import Picture
from ui.presenters.signature import BiodataRow, biodata
from ui.presenters.view import View


class Scene(Enum):
    """What is drawn."""

    WAIT = "wait"
    FOREHEAD = "forehead"
    CLEAN_HANDS = "clean_hands"
    REST = "rest"
    COME_BACK = "come_back"
    FACE = "face"
    PHOTO = "photo"
    FINGER_DOWN = "finger_down"
    FINGER_HELD = "finger_held"
    FINGER_UP = "finger_up"
    SIGN = "sign"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class ApplicantState:
    """One scene and a few words; the photo, the hands, the data or the ink where the scene has them."""

    bar: Bar
    scene: Scene
    words: Message
    detail: Message
    tone: Tone = Tone.PLAIN
    picture: Picture | None = field(default=None, compare=False)
    hands: tuple[tuple[FingerPosition, Standing], ...] = ()
    rows: tuple[BiodataRow, ...] = ()
    ink: SignatureFacts | None = None


BAR = Bar(msg("Turn the screen to the applicant"), Action(msg("Back to the officer"), Go(), back=True))


def present(facts: DeskFacts, view: View) -> ApplicantState:
    """Nothing personal is shown unless it has to be looked at now."""
    case = facts.case
    if case is None or facts.locked is not None:
        return _plain(Scene.WAIT, msg("Wait until you are called"))
    match facts.step:
        case Step.CHECKLIST:
            return _checklist(case)
        case Step.RESTING:
            left_s = max(0, round((case.rest_until_s or view.now_s) - view.now_s))
            return _plain(Scene.REST, msg("Sit down and rest"), plain(f"{left_s // 60}:{left_s % 60:02d}"))
        case Step.DEFERRED:
            return _plain(Scene.COME_BACK, case.deferral or msg("Come back another day"))
        case Step.PHOTO:
            return _plain(Scene.FACE, msg("Mask and glasses off. Look at the camera."))
        case Step.PHOTO_APPROVAL:
            return ApplicantState(
                BAR, Scene.PHOTO, msg("Is this photo good?"), msg("Tell the officer"), picture=case.photo.picture
            )
        case Step.FINGERS:
            return _fingers(case.fingers)
        case Step.CONFIRMATION:
            return _fingers(case.confirmation)
        case Step.SIGNATURE:
            words, detail = msg("Is everything right? Then sign."), msg("Something is wrong: tell the officer")
            return ApplicantState(BAR, Scene.SIGN, words, detail, rows=biodata(case), ink=case.signature)
        case Step.DONE:
            return _plain(Scene.THANKS, msg("Finished. Take the receipt."), msg("This service is free."))
        case _:
            return _plain(Scene.WAIT, msg("Wait a moment"))


def _plain(scene: Scene, words: Message, detail: Message | None = None) -> ApplicantState:
    return ApplicantState(BAR, scene, words, detail or no_words())


def _checklist(case: CaseFacts) -> ApplicantState:
    """First clean hands, then the temperature: in the order of the room."""
    missing = {item.item for item in case.checklist.items if not item.held}
    if case.checklist.measuring is Person.APPLICANT:
        return _plain(Scene.FOREHEAD, msg("Hold still. Your temperature is measured."))
    if Item.APPLICANT_HANDS in missing:
        return _plain(Scene.CLEAN_HANDS, msg("Clean your hands"))
    if Item.APPLICANT_TEMPERATURE in missing:
        return _plain(Scene.FOREHEAD, msg("Your temperature comes next"))
    return _plain(Scene.WAIT, msg("Wait a moment"))


def _fingers(facts: FingersFacts) -> ApplicantState:
    current = next((finger for finger in facts.fingers if finger.position is facts.current), None)
    hands = tuple((finger.position, standing(finger, facts.current)) for finger in facts.fingers)
    if current is None:
        return ApplicantState(BAR, Scene.WAIT, msg("Wait a moment"), no_words(), hands=hands)
    if 0 < facts.rows_shown < facts.rows_total:
        return ApplicantState(BAR, Scene.FINGER_HELD, msg("Hold still"), no_words(), Tone.ACTIVE, hands=hands)
    verdict = current.last
    if verdict is not None and verdict.accepted:
        return ApplicantState(BAR, Scene.FINGER_UP, msg("Good. Lift the finger."), no_words(), Tone.GOOD, hands=hands)
    if verdict is not None and verdict.cure is not None:
        return ApplicantState(BAR, Scene.FINGER_DOWN, verdict.cure, msg("Once more"), Tone.WARN, hands=hands)
    return ApplicantState(BAR, Scene.FINGER_DOWN, msg("Put this finger on the glass"), no_words(), hands=hands)
