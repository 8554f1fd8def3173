"""Screens with one sentence: resting before the second measurement, postponed, sealing, done, discard."""

from dataclasses import dataclass

from station.capture.facts import CaseFacts, DeskFacts, TemperatureTrace
from station.health.model import Person
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Mark, Tone
from ui.presenters.frame import waiting
from ui.presenters.intents import Do, Go, Measure, PrintPaper
from ui.presenters.more import MORE
from ui.presenters.view import View


@dataclass(frozen=True, slots=True)
class RestingState:
    """The time left, and the trace once it is measured again."""

    bar: Bar
    time_left: Message
    sentence: Message
    measuring: bool
    trace: TemperatureTrace
    limit_c: float


@dataclass(frozen=True, slots=True)
class NoticeState:
    """One large thing to know: a mark, a figure or sentence, some lines below."""

    bar: Bar
    mark: Mark
    large: Message
    lines: tuple[Message, ...]


def resting(facts: DeskFacts, case: CaseFacts, view: View) -> RestingState:
    """Five minutes by the monotonic clock; then the applicant is measured a second time."""
    left_s = max(0, round((case.rest_until_s or view.now_s) - view.now_s))
    measuring = case.checklist.measuring is not None
    over = left_s == 0
    if measuring:
        sentence = msg("Hold the sensor at the forehead")
    elif over:
        sentence = msg("Rest is over. Measure the applicant again.")
    else:
        sentence = msg("The temperature was high. The applicant sits down, out of the sun.")
    return RestingState(
        bar=Bar(
            heading=msg("Let the applicant rest"),
            primary=Action(
                msg("Measuring") if measuring else msg("Measure again"),
                Measure(Person.APPLICANT),
                enabled=over and not measuring,
            ),
            secondary=(
                MORE,
                Action(msg("Postpone"), Do.DEFER),
            ),
        ),
        time_left=plain(f"{left_s // 60}:{left_s % 60:02d}"),
        sentence=sentence,
        measuring=measuring,
        trace=facts.trace,
        limit_c=case.checklist.limit_c,
    )


def deferred(case: CaseFacts) -> NoticeState:
    """Nothing was captured; the applicant gets a new date."""
    return NoticeState(
        bar=Bar(
            msg("Recording is postponed"),
            Action(msg("Next applicant"), Do.FINISH),
            (Action(msg("Print slip"), PrintPaper()),),
        ),
        mark=Mark(msg("Nothing was recorded"), Tone.WARN),
        large=case.deferral or msg("Come back another day"),
        lines=(msg("Give the applicant the slip with the new date."), msg("Case {number}", number=case.number)),
    )


def paused(case: CaseFacts) -> NoticeState:
    """The applicant is away; nothing is captured."""
    return NoticeState(
        bar=Bar(msg("The recording is paused"), Action(msg("Go on recording"), Do.RESUME), (MORE,)),
        mark=Mark(msg("Paused"), Tone.WARN),
        large=msg("Let the applicant come back"),
        lines=(
            msg("Clean hands first, then it goes on at the same place."),
            msg("{count} items are safe already.", count=len(case.sealed)),
        ),
    )


def sealing(case: CaseFacts) -> NoticeState:
    """The file is signed and written."""
    return NoticeState(
        bar=Bar(msg("The file is being sealed"), Action(msg("Next applicant"), Do.FINISH, enabled=False)),
        mark=Mark(msg("Working"), Tone.ACTIVE),
        large=msg("Wait a moment"),
        lines=(msg("{count} items are safe already.", count=len(case.sealed)),),
    )


def done(facts: DeskFacts, case: CaseFacts) -> NoticeState:
    """The number, and what happens next."""
    delivery = facts.delivery.sentence if facts.delivery.configured else waiting(facts.waiting)
    number = case.done.number if case.done is not None else case.number
    printed = case.done is not None and case.done.receipt_ready
    return NoticeState(
        bar=Bar(
            msg("Recording is finished"),
            Action(msg("Next applicant"), Do.FINISH),
            (Action(msg("Print receipt"), PrintPaper()),) if printed else (),
        ),
        mark=Mark(msg("Sealed"), Tone.GOOD),
        large=plain(number),
        lines=(
            msg("The data centre checks the data, then the card is printed."),
            msg("Give the applicant the receipt. This service is free.") if printed else msg("This service is free."),
            msg("Wipe the devices with alcohol now."),
            delivery,
        ),
    )


def discard(facts: DeskFacts) -> NoticeState:
    """The one question that is asked twice."""
    sealed = len(facts.case.sealed) if facts.case is not None else 0
    return NoticeState(
        bar=Bar(
            heading=msg("Discard this case?"),
            primary=Action(msg("Keep recording"), Go(), back=True),
            secondary=(Action(msg("Discard the case"), Do.DISCARD, danger=True),),
        ),
        mark=Mark(msg("The applicant has to come again"), Tone.WARN),
        large=msg("The case ends here, unfinished"),
        lines=(msg("{count} sealed items stay on this computer, in the log.", count=sealed),) if sealed else (),
    )
