"""The fault bench: what a simulated device is made to suffer, and the sentence that an officer then reads."""

from dataclasses import dataclass

from drivers.api import Role
from station.capture.facts import DeskFacts
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Choice, Mark
from ui.presenters.home import device_state
from ui.presenters.intents import Do
from ui.presenters.technician_facts import FaultBench, SimulatedDevice, WorkshopFacts
from ui.presenters.technician_intents import Bid, PickDevice, SwitchFault
from ui.presenters.technician_view import TechnicianView
from ui.presenters.technician_words import FAULT
from ui.presenters.words import DEVICE


@dataclass(frozen=True, slots=True)
class FaultsState:
    """The simulated devices, every fault of the chosen one as a switch, and what the officer reads now.

    `mark` is None while the notice below the page says that the simulators are gone.
    """

    choices: tuple[Choice, ...]
    faults: tuple[Choice, ...]
    mark: Mark | None
    cure: Message | None


def present(facts: DeskFacts, workshop: WorkshopFacts, view: TechnicianView, may: bool) -> tuple[FaultsState, Bar]:
    bench = workshop.faults or FaultBench((), 0)
    role = view.device
    device = next((one for one in bench.devices if one.role is role), None)
    at_counter = next(one for one in facts.devices if one.role is role)
    state = FaultsState(
        choices=tuple(Choice(DEVICE[one.role], one.role is role, PickDevice(one.role), _count(one))
                      for one in sorted(bench.devices, key=lambda one: list(Role).index(one.role))),
        faults=_switches(device) if device is not None else (),
        mark=None
        if workshop.problem is not None
        else Mark(at_counter.sentence, device_state(at_counter).mark.tone),
        cure=at_counter.cure,
    )  # fmt: skip
    clear = Action(msg("All faults off"), Bid.CLEAR_FAULTS, enabled=may)
    return state, Bar(
        msg("Faults of simulated devices, seed {seed}", seed=bench.seed),
        clear,
        (Action(msg("Ask again"), Do.CHECK_DEVICES),),
    )


def _switches(device: SimulatedDevice) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            FAULT.get(fault, plain(fault)), fault in device.on, SwitchFault(device.name, fault, fault not in device.on)
        )
        for fault in device.known
    )


def _count(device: SimulatedDevice) -> Message:
    return msg("Faults on: {count}", count=len(device.on)) if device.on else msg("No fault")
