"""Home: are the devices well, what is done today, the next applicant; and the technician's page of devices."""

from dataclasses import dataclass, replace
from typing import assert_never

from drivers.api import Busy, DeviceInfo, DeviceStatus, Disconnected, Faulted, Ready
from station.capture.facts import DeskFacts, DeviceFacts, TemperatureTrace
from station.registry.model import RoleOfOfficer
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Mark, Tone
from ui.presenters.frame import waiting
from ui.presenters.intents import Do, Go, Place
from ui.presenters.queue import PersonState, person
from ui.presenters.words import DEVICE

MOST_PEOPLE = 4


@dataclass(frozen=True, slots=True)
class DeviceState:
    """One device: its name, its standing in a word, a sentence, the cure, and who answers at which port."""

    name: Message
    mark: Mark
    sentence: Message
    cure: Message | None
    identity: Message


@dataclass(frozen=True, slots=True)
class HomeState:
    """The home screen."""

    bar: Bar
    devices: tuple[DeviceState, ...]
    today: int
    today_words: Message
    waiting: Message
    temperature: Message
    left_open: Action | None
    people: tuple[PersonState, ...]
    all_people: Action | None


@dataclass(frozen=True, slots=True)
class DevicesState:
    """The technician's page."""

    bar: Bar
    devices: tuple[DeviceState, ...]
    trace: TemperatureTrace


def present(facts: DeskFacts) -> HomeState:
    """The next applicant can always be begun: what a device lacks is refused later, by the gate."""
    well = all(device.status is None or isinstance(device.status, Ready | Busy) for device in facts.devices)
    technician = facts.officer is not None and facts.officer.role is RoleOfOfficer.TECHNICIAN
    show = Action(msg("Show devices"), Go(Place.DEVICES))
    lock = Action(msg("Lock the screen"), Do.LOCK)
    over = Action(msg("Hand over"), Go(Place.HANDOVER))
    new = Action(msg("New applicant"), Do.NEW_CASE)
    leave = Action(msg("Log out"), Do.LOG_OUT)
    return HomeState(
        bar=Bar(
            heading=msg("Ready for the next applicant") if well else msg("Mend the devices first"),
            primary=Action(msg("Open the workshop"), Go(Place.TECHNICIAN)) if technician else new,
            secondary=(leave, show) if technician else (leave, over, lock, show),
        ),
        devices=tuple(device_state(device) for device in facts.devices),
        today=facts.sealed_today,
        today_words=msg("recorded today"),
        waiting=facts.delivery.sentence if facts.delivery.configured else waiting(facts.waiting),
        left_open=_left_open(facts),
        people=tuple(person(entry) for entry in facts.queue.entries[: _most(facts)]) if not technician else (),
        all_people=_all_people(facts),
        temperature=facts.officer_temperature or msg("Your temperature is measured with the next applicant"),
    )


def _left_open(facts: DeskFacts) -> Action | None:
    count = len(facts.open_cases)
    if not count:
        return None
    return Action(msg("Cases left open by a power cut: {count}", count=count), Go(Place.OPEN_CASES))


def _most(facts: DeskFacts) -> int:
    """Cases left open come first, and take the room of the names."""
    return 0 if facts.open_cases else MOST_PEOPLE


def _all_people(facts: DeskFacts) -> Action | None:
    count = len(facts.queue.entries)
    if count <= _most(facts) and not facts.queue.problems:
        return None
    return Action(msg("Whole queue: {count}", count=count), Go(Place.QUEUE))


def present_devices(facts: DeskFacts) -> DevicesState:
    """All devices at once, without a session."""
    return DevicesState(
        bar=Bar(
            heading=msg("Devices"),
            primary=Action(msg("Test now"), Do.CHECK_DEVICES),
            secondary=(Action(msg("Back"), Go(), back=True),),
        ),
        devices=tuple(device_state(device) for device in facts.devices),
        trace=facts.trace,
    )


def with_more(state: DevicesState) -> DevicesState:
    """The page of devices where there is a workshop: what else is known of them is one press away."""
    more = Action(msg("All about the devices"), Go(Place.TECHNICIAN))
    return replace(state, bar=replace(state.bar, secondary=(*state.bar.secondary, more)))


def device_state(device: DeviceFacts) -> DeviceState:
    """A device as both screens show it."""
    return DeviceState(
        DEVICE[device.role], _mark(device.status), device.sentence, device.cure, _identity(device.status)
    )


def _mark(status: DeviceStatus | None) -> Mark:
    match status:
        case None:
            return Mark(msg("Not asked yet"), Tone.PLAIN)
        case Ready():
            return Mark(msg("Ready"), Tone.GOOD)
        case Busy():
            return Mark(msg("Working"), Tone.ACTIVE)
        case Disconnected():
            return Mark(msg("Not connected"), Tone.BAD)
        case Faulted():
            return Mark(msg("Fault"), Tone.BAD)
        case _:
            assert_never(status)


def _identity(status: DeviceStatus | None) -> Message:
    match status:
        case None:
            return plain("")
        case Ready(info) | Busy(info):
            return plain(_about(info))
        case Disconnected(port) | Faulted(port):
            return plain(port)
        case _:
            assert_never(status)


def _about(info: DeviceInfo) -> str:
    parts = (info.model, f"v{info.firmware}" if info.firmware else "", info.serial, info.port)
    return "  ·  ".join(part for part in parts if part)
