"""The technician's window: its pages as a row of choices, one page below, and the buttons of that page."""

from collections.abc import Callable
from dataclasses import dataclass

from station.capture.facts import DeskFacts
from station.registry.model import RoleOfOfficer
from station.text import Message, msg
from ui.presenters import (
    technician_calibration,
    technician_charts,
    technician_devices,
    technician_faults,
    technician_report,
    technician_tests,
    technician_traffic,
)
from ui.presenters.common import Action, Bar, Choice
from ui.presenters.intents import Go
from ui.presenters.technician_facts import WorkshopFacts
from ui.presenters.technician_intents import Sheet, ShowSheet
from ui.presenters.technician_view import TechnicianView

SHEET: dict[Sheet, Message] = {
    Sheet.DEVICES: msg("Devices"),
    Sheet.CHARTS: msg("Charts"),
    Sheet.TRAFFIC: msg("Traffic"),
    Sheet.TESTS: msg("Tests"),
    Sheet.CALIBRATION: msg("Calibration"),
    Sheet.REPORT: msg("Report"),
    Sheet.FAULTS: msg("Faults"),
}

SheetState = (
    technician_devices.FactsState
    | technician_charts.ChartsState
    | technician_traffic.TrafficState
    | technician_tests.TestingState
    | technician_calibration.CalibrationState
    | technician_report.ReportState
    | technician_faults.FaultsState
)


@dataclass(frozen=True, slots=True)
class TechnicianState:
    """One page, and the row that leads to the others."""

    bar: Bar
    tabs: tuple[Choice, ...]
    sheet: SheetState


Present = Callable[[DeskFacts, WorkshopFacts, TechnicianView, bool], tuple[SheetState, Bar]]
PRESENT: dict[Sheet, Present] = {
    Sheet.DEVICES: technician_devices.present,
    Sheet.CHARTS: technician_charts.present,
    Sheet.TRAFFIC: technician_traffic.present,
    Sheet.TESTS: technician_tests.present,
    Sheet.CALIBRATION: technician_calibration.present,
    Sheet.REPORT: technician_report.present,
    Sheet.FAULTS: technician_faults.present,
}


def present(facts: DeskFacts, workshop: WorkshopFacts, view: TechnicianView) -> TechnicianState:
    """Only a technician may change anything here; others read. Simulators bring the technician a page of faults."""
    may = facts.officer is not None and facts.officer.role is RoleOfOfficer.TECHNICIAN
    sheets = [sheet for sheet in Sheet if sheet in workshop.offered]
    if (workshop.faults is None or not may) and Sheet.FAULTS in sheets:
        sheets.remove(Sheet.FAULTS)
    sheet = view.sheet if view.sheet in sheets else Sheet.DEVICES
    state, bar = PRESENT[sheet](facts, workshop, view, may)
    back = Action(msg("Back"), Go(), back=True)
    tabs = tuple(Choice(SHEET[one], one is sheet, ShowSheet(one)) for one in sheets)
    return TechnicianState(Bar(bar.heading, bar.primary, (back, *bar.secondary)), tabs, state)
