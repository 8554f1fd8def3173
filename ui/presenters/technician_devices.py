"""Everything known of one device, or of the station."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from drivers.api import Busy, DeviceInfo, Disconnected, Faulted, Ready, Role
from station.capture.facts import DeskFacts
from station.capture.facts import DeviceFacts as AtCounter
from station.diagnostics.health import Standing
from station.diagnostics.model import ClockFacts, DeviceFacts, ErrorCount
from station.diagnostics.sentences import cures
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Choice, Mark, Tone
from ui.presenters.home import device_state
from ui.presenters.intents import Do
from ui.presenters.signature import BiodataRow as Fact
from ui.presenters.technician_facts import WorkshopFacts
from ui.presenters.technician_intents import PickDevice, RunTest
from ui.presenters.technician_view import TechnicianView
from ui.presenters.technician_words import ERROR, READ_ONLY, age, device_choices, moment

WEEK = timedelta(days=7)
STANDING = {Standing.GOOD: Tone.GOOD, Standing.WARNING: Tone.WARN, Standing.BLOCKING: Tone.BAD}


@dataclass(frozen=True, slots=True)
class FactsState:
    """The devices and the station at the left; at the right what is known of the chosen one, and its cures in order."""

    choices: tuple[Choice, ...]
    marks: tuple[Mark, ...]
    facts: tuple[Fact, ...]
    cures: tuple[Message, ...]
    note: Message | None


def present(facts: DeskFacts, workshop: WorkshopFacts, view: TechnicianView, may: bool) -> tuple[FactsState, Bar]:
    chosen = next((one for one in facts.devices if one.role is view.role), None)
    choices = (
        *device_choices(facts, view.role),
        Choice(msg("Station"), chosen is None, PickDevice(None), _station_word(workshop)),
    )
    heading = msg("How devices and station are")
    note = None if may else READ_ONLY
    ask = Action(msg("Ask again"), Do.CHECK_DEVICES)
    if chosen is None:
        state = FactsState(choices, _parts(workshop), tuple(_station(workshop)), (), note)
        return state, Bar(heading, ask)
    state = FactsState(
        choices,
        (Mark(chosen.sentence, device_state(chosen).mark.tone),),
        tuple(_device(chosen, workshop)),
        cures(chosen.status) if isinstance(chosen.status, Disconnected | Faulted) else (),
        note,
    )
    test = Action(msg("Test now"), RunTest(chosen.role), enabled=workshop.running is None)
    return state, Bar(heading, test if may else ask, (ask,) if may else ())


def _device(device: AtCounter, workshop: WorkshopFacts) -> Iterable[Fact]:
    role = device.role
    known = workshop.devices.get(role, DeviceFacts(role))
    info = device.status.info if isinstance(device.status, Ready | Busy) else None
    yield Fact(msg("Port"), plain(_port(device, info, workshop.ports.get(role, "–"))))
    if known.adapter:
        yield Fact(msg("Adapter"), plain(known.adapter))
    yield Fact(msg("Model"), plain(_about(info)))
    yield Fact(msg("Last good reply"), age(workshop.age_s.get(role)))
    yield Fact(msg("Answers after"), _answers(known))
    yield Fact(msg("Errors today"), _errors(_today(known, workshop.today)))
    yield Fact(msg("Errors this week"), _errors(_week(known, workshop.today)))
    yield Fact(msg("Last test"), _last_test(known))
    if role is Role.TEMPERATURE:
        yield Fact(msg("Calibration due"), calibration_due(known))


def _port(device: AtCounter, info: DeviceInfo | None, configured: str) -> str:
    if info is not None:
        return info.port
    return device.status.port if isinstance(device.status, Disconnected | Faulted) else configured


def _about(info: DeviceInfo | None) -> str:
    if info is None:
        return "–"
    parts = (info.model, f"v{info.firmware}" if info.firmware else "", f"no. {info.serial}" if info.serial else "")
    return "  ·  ".join(part for part in parts if part)


def _answers(known: DeviceFacts) -> Message:
    times = known.answer_times
    if times is None:
        return plain("–")
    return msg("{half} ms, at worst {worst} ms", half=round(times.p50_ms), worst=round(times.p99_ms))


def _today(known: DeviceFacts, today: date) -> tuple[ErrorCount, ...]:
    return next((one.errors for one in known.errors_by_day if one.day == today), ())


def _week(known: DeviceFacts, today: date) -> tuple[ErrorCount, ...]:
    counts: dict[str, int] = {}
    for day in known.errors_by_day:
        if today - day.day < WEEK:
            for error in day.errors:
                counts[error.kind] = counts.get(error.kind, 0) + error.count
    return tuple(ErrorCount(kind, count) for kind, count in counts.items())


def _errors(errors: tuple[ErrorCount, ...]) -> Message:
    total = sum(error.count for error in errors)
    if not total:
        return msg("none")
    most = max(errors, key=lambda error: error.count)
    return msg("{total}, mostly: {kind}", total=total, kind=ERROR.get(most.kind, plain(most.kind)))


def _last_test(known: DeviceFacts) -> Message:
    last = known.last_test
    if last is None:
        return msg("never")
    if last.passed:
        return msg("{at}, passed", at=moment(last.at))
    return msg("{at}, failed", at=moment(last.at))


def calibration_due(known: DeviceFacts) -> Message:
    """The day until which the sensor may be used without another comparison."""
    return msg("not known") if known.calibration_due is None else moment(known.calibration_due)


def _station_word(workshop: WorkshopFacts) -> Message:
    standings = {part.standing for part in workshop.parts}
    if Standing.BLOCKING in standings:
        return msg("Blocks recording")
    return msg("Look at it") if Standing.WARNING in standings else msg("Ready")


def _parts(workshop: WorkshopFacts) -> tuple[Mark, ...]:
    return tuple(
        Mark(part.sentence if part.cure is None else msg("{trouble} {cure}", trouble=part.sentence, cure=part.cure),
             STANDING[part.standing])
        for part in workshop.parts
    )  # fmt: skip


def _station(workshop: WorkshopFacts) -> Iterable[Fact]:
    station = workshop.station
    if station.clock is not None:
        yield Fact(msg("Clock"), _clock(station.clock))
    waiting = ", ".join(f"{one.state} {one.count}" for one in station.spool if one.count)
    yield Fact(msg("Files by state"), plain(waiting or "–"))
    yield Fact(msg("Versions"), plain(", ".join(f"{one.name} {one.version}" for one in station.versions[:4]) or "–"))
    thermometer = workshop.devices.get(Role.TEMPERATURE, DeviceFacts(Role.TEMPERATURE))
    yield Fact(msg("Fever limit"), msg("{value} °C", value=workshop.limits.limit_c))
    yield Fact(msg("Calibration due"), calibration_due(thermometer))


def _clock(clock: ClockFacts) -> Message:
    if clock.drift_s is None:
        return msg("not watched yet, its battery is not known")
    return msg("moved {drift} s, its battery is not known", drift=f"{clock.drift_s:+.1f}")
