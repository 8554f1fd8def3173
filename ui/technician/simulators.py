"""The simulators' control socket: one JSON line asks, one answers. Every call may block: never on the main thread."""

from pathlib import Path

from drivers.api import Role
from station.capture.scenario import Applicant
from ui.presenters.technician_facts import FaultBench, SimulatedDevice

ROLES = {role.value: role for role in Role}


def bench(control: Path) -> FaultBench:
    """The devices there, their faults and the seed; raises OSError when nobody answers."""
    return _told(control, [{"do": "state"}])


def switch(control: Path, device: str, fault: str, on: bool) -> FaultBench:
    """One fault on or off; ConnectionError when the simulators refuse."""
    return _told(control, [{"do": "fault", "device": device, "fault": fault, "on": on}])


def clear(control: Path, known: FaultBench) -> FaultBench:
    """Every fault off."""
    orders: list[dict[str, str | int | float | bool]] = [
        {"do": "fault", "device": device.name, "fault": fault, "on": False}
        for device in known.devices
        for fault in sorted(device.on)
    ]
    return _told(control, [*orders, {"do": "state"}])


def _told(control: Path, orders: list[dict[str, str | int | float | bool]]) -> FaultBench:
    director = Applicant(control)
    try:
        state: dict[str, object] = {}
        for order in orders:
            state = director.tell(order)
        return understood(state)
    finally:
        director.close()


def understood(state: dict[str, object]) -> FaultBench:
    """The simulators' state as this window shows it; ConnectionError when it is not theirs."""
    devices, on, known, seed = (state.get(name) for name in ("devices", "faults", "known_faults", "seed"))
    if not (isinstance(devices, list) and isinstance(on, dict) and isinstance(known, dict) and isinstance(seed, int)):
        raise ConnectionError("the simulators' state is not understood")
    return FaultBench(
        tuple(
            SimulatedDevice(
                one["device"], ROLES[one["kind"]], tuple(known[one["device"]]), frozenset(on[one["device"]])
            )
            for one in devices
            if one["kind"] in ROLES
        ),
        seed,
    )
