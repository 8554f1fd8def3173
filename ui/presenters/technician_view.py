"""What the technician's window itself remembers: the page, the device, the filter, what is half typed."""

from dataclasses import dataclass, replace
from typing import assert_never

from drivers.api import Role
from drivers.trace import Direction
from ui.presenters.technician_intents import (
    Chart,
    ChooseMinutes,
    ChooseRecording,
    FilterText,
    FilterWay,
    OfView,
    PickChart,
    PickDevice,
    Scroll,
    Sheet,
    ShowSheet,
    TypeReference,
)

MINUTES = (10, 60, 480)
"""How long a burn-in may last: a cup of coffee, an hour, a night."""


@dataclass(frozen=True, slots=True)
class TechnicianView:
    """`role` None is the station on the page of devices, and every device in the traffic."""

    sheet: Sheet = Sheet.DEVICES
    role: Role | None = Role.FINGERPRINT
    heard: Role | None = None
    chart: Chart = Chart.TEMPERATURE
    way: Direction | None = None
    text: str = ""
    older: int = 0
    choosing: bool = False
    reference: str = ""
    minutes: int = MINUTES[0]

    @property
    def device(self) -> Role:
        """The device that tests and faults are about."""
        return self.role or Role.FINGERPRINT


def moved(view: TechnicianView, intent: OfView) -> TechnicianView:
    """The view after something was pressed that concerns the window alone."""
    match intent:
        case ShowSheet(sheet):
            return replace(view, sheet=sheet, older=0, choosing=False)
        case PickDevice(role):
            if view.sheet is Sheet.TRAFFIC:
                return replace(view, heard=role, older=0)
            return replace(view, role=role)
        case PickChart(chart):
            return replace(view, chart=chart)
        case FilterWay(way):
            return replace(view, way=way, older=0)
        case FilterText(text):
            return replace(view, text=text, older=0)
        case Scroll(lines):
            return replace(view, older=max(0, view.older + lines))
        case ChooseRecording(choosing):
            return replace(view, choosing=choosing)
        case TypeReference(text):
            return replace(view, reference=text)
        case ChooseMinutes(minutes):
            return replace(view, minutes=minutes)
        case _:
            assert_never(intent)
